"""What an experiment is: a configuration, a pure run, and the ways to show what it found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

Config = Any
Metrics = dict[str, Any]  # plain data: JSON without NaN
Rows = list[dict[str, Any]]
Status = Literal["done", "refuted", "undecided"]


class Refused(ValueError):
    """A file that is not written because what it would say did not hold up."""


@dataclass(frozen=True)
class Artifact:
    """A further file an experiment can write: ``make(config, metrics)`` returns its bytes.

    ``make`` raises :class:`Refused` rather than return something that is not true.
    """

    help: str
    make: Callable[[Config, Metrics], bytes]


@dataclass(frozen=True)
class Plot:
    """How to draw: ``draw(metrics)`` returns a matplotlib figure and the rows behind it.

    ``prepare`` turns the configuration that was asked for into one whose metrics can be drawn.
    """

    help: str
    draw: Callable[[Metrics], tuple[Any, Rows]]
    prepare: Callable[[Config], Config] = lambda config: config


@dataclass(frozen=True)
class Experiment:
    """All that the command line needs. ``run(config, rng)`` is pure: same seed, same metrics.

    ``config`` is a frozen dataclass whose field docstrings are the help; its ``__post_init__``
    raises ``ValueError`` ("N: must be at least 2, got 1") for what cannot be run. ``render`` turns
    metrics into the text that is printed; ``verdict`` says in one word how it went, and why.
    """

    run: Callable[[Config, Random], Metrics]
    config: type
    render: Callable[[Metrics], str]
    verdict: Callable[[Metrics], tuple[Status, str]] = lambda _: ("done", "")
    plot: Plot | None = None
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    module: str = ""  # filled in from run

    def __post_init__(self) -> None:
        object.__setattr__(self, "module", self.module or self.run.__module__)

    @property
    def name(self) -> str:
        """``interp_lower_bound``: the file that declares it, also when it is run as a script."""
        module = sys.modules[self.module]
        spec = getattr(module, "__spec__", None)
        return (spec.name if spec else self.module).rpartition(".")[2]

    @property
    def doc(self) -> str:
        """Docstring of the declaring module."""
        return sys.modules[self.module].__doc__ or ""
