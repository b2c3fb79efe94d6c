"""One random paired configuration against a whole class: the certified probability that it is served.

For every class Class(1; W, L) of uniform width the probability that *some* choice of weights
interpolates the (0, 1)-labelled pairs of a uniformly random draw is at most 2^x, with x computed in integer
arithmetic (interp.PAIR, interp.DIR). So a single seeded draw is a concrete point set that the class
does not fit, except with that probability.
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
    """The problems: every N with every b = factor * N."""

    N: tuple[int, ...] = (64, 128, 256)
    """Numbers of points, distinct, each 8 to 1024."""
    factors: tuple[int, ...] = (1, 4)
    """Separations 2^-b with b = factor * N, distinct, each 1 to 64."""
    widths: tuple[int, ...] = (2, 3, 4, 8)
    """Widths W of the classes, distinct, each 1 to 64; all depths up to the certified bound."""

    def __post_init__(self) -> None:
        for name, least, most in (("N", 8, 1024), ("factors", 1, 64), ("widths", 1, 64)):
            values = getattr(self, name)
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{name}: must be distinct and at least one, got {values}")
            for value in values:
                if not least <= value <= most:
                    raise ValueError(f"{name}: must be from {least} to {most}, got {value}")


@dataclass(frozen=True)
class Problem:
    """One number of points and one separation, and the widths of the classes."""

    N: int
    b: int
    widths: tuple[int, ...]


def tasks(config: Config) -> list[Problem]:
    """Every N with every factor, increasing."""
    widths = tuple(sorted(config.widths))
    return [
        Problem(N, factor * N, widths)
        for N in sorted(config.N)
        for factor in sorted(config.factors)
    ]


def run(task: Problem, rng: Random) -> dict[str, Any]:
    """The exponent for every class, and a digest of one seeded draw."""
    from experiments._interp_draw import problem

    return problem(task.N, task.b, list(task.widths), rng)


def collect(_: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All problems."""
    return {"problems": list(results)}


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_interp_draw_show", "report"),
    plot=Plot("Draw the certified exponents against P:", later("_interp_draw_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
