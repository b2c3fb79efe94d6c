"""ILLUSTRATION: gradient training of small nets. Training failure proves nothing.

Nets with fewer and with more parameters than the certified bound are trained by Adam in float64 on N points:
in close pairs, and equispaced with the same alternating or with random labels. That training fails says
nothing about what weights exist; only the certified bound does. That it succeeds is checked in floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot


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


def run(config: Config, rng: Random) -> dict[str, Any]:
    """Success rates with intervals for every architecture and point set; plain data."""
    from experiments._interp_trained import KINDS, architectures, certified, success

    restarts = min(config.restarts, 8) if config.quick else config.restarts
    steps = min(config.steps, 100) if config.quick else config.steps
    size = (config.N, config.b)
    return {
        "illustration": "training failure proves nothing",
        "N": config.N,
        "b": config.b,
        "restarts": restarts,
        "steps": steps,
        "Pmin": certified(*size),
        "rows": [
            success(size, shape, kind, (restarts, steps), rng)
            for shape in architectures(*size)
            for kind in KINDS
        ],
    }


def render(metrics: dict[str, Any]) -> str:
    """The text of the report."""
    from experiments._interp_trained_show import report

    return report(metrics)


def figure(metrics: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """Success rate against P for each point set."""
    from experiments._interp_trained_show import draw

    return draw(metrics)


EXPERIMENT = Experiment(
    run=run,
    config=Config,
    render=render,
    plot=Plot("Draw the success rates against P:", figure),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
