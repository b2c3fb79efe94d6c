r"""Exact numbers of dichotomies of small network families, with what the counts ask about them.

A shape is a family of networks of widths w_1..w_L with ``free[l-1]`` free parameters in layers 1..l
(layer L + 1 is the output). In a full class all dense parameters are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from constructions.interp.sawtooth import dichotomies, dyadic_points
from constructions.interp.tiny import enumerate_dichotomies
from constructions.interp.tiny_families import one_sided_thresholds
from proofs_checks.certificate import check as referee


@dataclass(frozen=True)
class Shape:
    """``count`` dichotomies, or at least so many, on ``M`` inputs."""

    name: str
    M: int
    count: int
    widths: tuple[int, ...]
    free: tuple[int, ...]

    @property
    def full(self) -> bool:
        """Whether every parameter is free, so that units can be scaled."""
        return self.free == dense(self.widths)


def dense(widths: tuple[int, ...]) -> tuple[int, ...]:
    """Parameters in layers 1..l of Class(1; w), for l = 1..L+1."""
    sizes = ((fan + 1) * v for fan, v in zip((1, *widths), (*widths, 1), strict=True))
    return tuple(accumulate(sizes))


def full_class(name: str, M: int, count: int, units: int) -> Shape:
    """One hidden layer of ``units`` units, every parameter free."""
    return Shape(name, M, count, (units,), dense((units,)))


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """Certified tiny classes, intervals of a two-unit class on many inputs, one-parameter sawtooths."""
    tiny = [
        full_class(f"{units} units, certified", M, len(certified(units, M)), units)
        for units, M in ((1, 1), (1, 2), (1, 5), (2, 4), (2, 5), (3, 5))
    ]
    saws = [
        Shape(
            f"sawtooth of depth {L} on dyadic points",
            *(L, len(dichotomies(dyadic_points(L), L)), (2,) * L, (1,) * (L + 1)),
        )
        for L in (1, 4, 8, 12)
    ]
    steps = len(one_sided_thresholds(5).dichotomies)
    threshold = Shape("sigma(x - theta), thresholds", 5, steps, (1,), (1, 1))
    return (*tiny, threshold, full_class("intervals of two units", 600, intervals(600), 2), *saws)


def certified(units: int, M: int) -> list[str]:
    """Dichotomies of one hidden layer on M points, each side proved to the referee."""
    certificate = enumerate_dichotomies(units, range(M), claim="interp.W1")
    referee(certificate, claim="interp.W1")
    return certificate["statement"]["realisable"]


def intervals(M: int) -> int:
    """Dichotomies of the points 0..M-1 among 1{g > 0} and 1{-g > 0}, g(x) = 2h - |2x - 2c|.

    g is a network of two units. With 2c = i + j, 2h = j - i + 1 it is odd on integers, so there is
    no tie; it is positive exactly on i..j, which its values at i - 1, i, j, j + 1 decide because it
    is concave. A complement is counted where it is not an interval itself.
    """
    found: set[tuple[int, int, bool]] = set()
    for i in range(M):
        for j in range(i, M):
            left, first, last, right = (
                (j - i + 1) - abs(2 * x - i - j) for x in (i - 1, i, j, j + 1)
            )
            if left < 0 < first and right < 0 < last:
                found.add((i, j, True))
                if 0 < i and j < M - 1:
                    found.add((i, j, False))
    return len(found)


def polynomials(w: tuple[int, ...], M: int) -> int:
    """S: w_l pre-activations for each pattern of the earlier layers, outputs for each pattern."""
    counted = zip((*w, 1), (0, *accumulate(w)), strict=True)
    return M * sum(units * 2**before for units, before in counted)
