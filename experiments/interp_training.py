"""ILLUSTRATION: gradient training of small nets. Training failure proves nothing.

Nets with fewer and with more parameters than the certified bound are trained by Adam in float64 on N points:
in close pairs, and equispaced with the same alternating or with random labels. That training fails says
nothing about what weights exist; only the certified bound does. That it succeeds is checked in floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot
from experiments._lab.later import later


@dataclass(frozen=True)
class Config:
    """The problem and the effort; about 40 seconds by default."""

    N: int = 8
    """Number of points, even, 4 to 32."""
    b: int = 6
    """Bits of separation of the pairs, from log2 N to 40."""
    restarts: int = 24
    """Trained nets for each architecture and point set, 1 to 200; each has its own draw."""
    steps: int = 3000
    """Steps of Adam, 10 to 20000."""
    quick: bool = False
    """At most 8 restarts of 100 steps, to see that it runs."""

    def __post_init__(self) -> None:
        least = max(1, (self.N - 1).bit_length())
        limits = {"N": (4, 32), "b": (least, 40), "restarts": (1, 200), "steps": (10, 20000)}
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be from {low} to {high}, got {getattr(self, name)}")
        if self.N % 2:
            raise ValueError(f"N: must be even, got {self.N}")


@dataclass(frozen=True)
class Nets:
    """Nets of one architecture on point sets of one kind."""

    N: int
    b: int
    W: int
    L: int
    kind: str
    restarts: int
    steps: int


def effort(config: Config) -> tuple[int, int]:
    """Restarts and steps."""
    if config.quick:
        return min(config.restarts, 8), min(config.steps, 100)
    return config.restarts, config.steps


def tasks(config: Config) -> list[Nets]:
    """Every architecture with every kind of points."""
    from experiments._interp_trained import KINDS, architectures

    return [
        Nets(config.N, config.b, W, L, kind, *effort(config))
        for W, L in architectures(config.N, config.b)
        for kind in KINDS
    ]


def run(task: Nets, rng: Random) -> dict[str, Any]:
    """The success rate with its interval; plain data."""
    from experiments._interp_trained import success

    size, shape = (task.N, task.b), (task.W, task.L)
    return success(size, shape, task.kind, (task.restarts, task.steps), rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Success rates for every architecture and point set."""
    from experiments._interp_trained import certified

    restarts, steps = effort(config)
    return {
        "illustration": "training failure proves nothing",
        "N": config.N,
        "b": config.b,
        "restarts": restarts,
        "steps": steps,
        "Pmin": certified(config.N, config.b),
        "rows": list(results),
    }


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_interp_trained_show", "report"),
    plot=Plot("Draw the success rates against P:", later("_interp_trained_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
