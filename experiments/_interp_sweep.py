"""The scaling law: certified lower bound and built upper bound over a grid of (N, b).

Every point of the plot is earned: a lower point is a certified minimum, an upper point is a net that was
built for the adversarial paired configuration of its (N, b) and evaluated exactly at all N points.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from constructions.interp import vector_bound
from experiments._interp_bounds import constructions, describe, smallest

SIZES = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
FIT_FROM = 64  # slopes are fitted from here on: for fewer points all laws coincide (alternation)

#: How b grows with N. The first is polynomial separation N^-2 (b rounded up), the last two exponential.
LAWS: dict[str, Callable[[int], int]] = {
    "2 log2 N": lambda N: (N * N - 1).bit_length(),
    "64": lambda N: max(64, N.bit_length()),
    "N": lambda N: N,
    "4 N": lambda N: 4 * N,
}
EXPONENTIAL = {"N": 1, "4 N": 4}  # c of the laws b = cN, for which rate(c) N is predicted


def grid() -> list[tuple[str, int, int]]:
    """(law, N, b) of every point."""
    return [(law, N, b(N)) for law, b in LAWS.items() for N in SIZES]


def row(law: str, N: int, b: int, d: int, rng: Random) -> dict[str, Any]:
    """One point: certified P, first survivor, built P, verified or not."""
    from constructions.interp.configurations import CONFIGURATIONS

    bound = vector_bound.sharpest_minimum(N, b, d)
    configuration = CONFIGURATIONS["paired"](N, b, rng, d)
    points, labels = configuration.points, configuration.labels
    nets = [
        describe(name, make(points, labels, rng), configuration)
        for name, make in constructions().items()
    ]
    upper, uniform = smallest(nets), smallest(nets, "uniform_parameters")
    return {
        "law": law,
        "N": N,
        "b": b,
        "lower": bound.parameters,
        "W": bound.survivor[0],
        "L": len(bound.survivor),
        "excluded": bound.considered,
        "upper": upper["parameters"] if upper else None,
        "uniform_upper": uniform["uniform_parameters"] if uniform else None,
        "construction": upper["construction"] if upper else None,
        "verified": upper is not None,
    }
