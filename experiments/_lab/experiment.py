"""What an experiment is: a configuration, its tasks, a pure run, and the ways to show what it found.

A configuration stands for a list of tasks (by default: itself alone). Every task is run on its own, in any
process and any order, and stored; what they found is collected, in the order of the tasks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

Config = Any
Task = Any  # a frozen dataclass of plain fields
Metrics = dict[str, Any]  # plain data: see plain.py
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


def itself(config: Config) -> Sequence[Task]:
    """The configuration is its only task."""
    return (config,)


def the_only_one(_: Config, results: Sequence[Metrics]) -> Metrics:
    """What the only task found."""
    (result,) = results
    return result


@dataclass(frozen=True)
class Experiment:
    """All that the laboratory needs. ``run(task, rng)`` is pure: same seed, same metrics.

    ``config`` is a frozen dataclass whose field docstrings are the help; its ``__post_init__``
    raises ``ValueError`` ("N: must be at least 2, got 1") for what cannot be run. ``tasks(config)``
    lists what is run, frozen dataclasses as well; ``collect(config, results)`` makes one of what they
    returned. ``render`` turns that into the text that is printed; ``verdict`` says in one word how it
    went, and why. ``run`` and the classes of tasks stand at the top level of a module, so that
    other processes can import them.
    """

    run: Callable[[Task, Random], Metrics]
    config: type
    render: Callable[[Metrics], str]
    verdict: Callable[[Metrics], tuple[Status, str]] = lambda _: ("done", "")
    plot: Plot | None = None
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    tasks: Callable[[Config], Sequence[Task]] = itself
    collect: Callable[[Config, Sequence[Metrics]], Metrics] = the_only_one
    module: str = ""  # filled in from run

    def __post_init__(self) -> None:
        object.__setattr__(self, "module", self.module or self.run.__module__)
        if self.tasks is not itself and self.collect is the_only_one:
            raise ValueError("collect: must be given with tasks, which may be more than one")

    @property
    def module_name(self) -> str:
        """The name under which another process imports the declaring module."""
        return real_name(self.module)

    @property
    def name(self) -> str:
        """``interp_lower_bound``: the file that declares it, also when it is run as a script."""
        return self.module_name.rpartition(".")[2]

    @property
    def doc(self) -> str:
        """Docstring of the declaring module."""
        return sys.modules[self.module].__doc__ or ""


def real_name(module: str) -> str:
    """The importable name of a module, also of the one that runs as a script (``__main__``)."""
    loaded = sys.modules[module]
    if spec := getattr(loaded, "__spec__", None):
        return spec.name
    file = getattr(loaded, "__file__", None)
    return Path(file).stem if module == "__main__" and file else module
