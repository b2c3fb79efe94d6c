"""One random paired configuration against a whole class: the certified probability that it is served.

For every class Class(1; W, L) of uniform width the probability that *some* choice of weights
interpolates the (0, 1)-labelled pairs of a uniformly random draw is at most 2^x, with x computed in integer
arithmetic (interp.PAIR, interp.DIR). So a single seeded draw is a concrete point set that the class
does not fit, except with that probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot


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


def run(config: Config, rng: Random) -> dict[str, Any]:
    """The exponent for every class, and a digest of one seeded draw for every problem."""
    from experiments._interp_draw import problem

    return {
        "problems": [
            problem(N, factor * N, sorted(config.widths), rng)
            for N in sorted(config.N)
            for factor in sorted(config.factors)
        ]
    }


def render(metrics: dict[str, Any]) -> str:
    """The text of the report."""
    from experiments._interp_draw_show import report

    return report(metrics)


def figure(metrics: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """Exponents against P, one panel for each factor b / N."""
    from experiments._interp_draw_show import draw

    return draw(metrics)


EXPERIMENT = Experiment(
    run=run,
    config=Config,
    render=render,
    plot=Plot("Draw the certified exponents against P:", figure),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
