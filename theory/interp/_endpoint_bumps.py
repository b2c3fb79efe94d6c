"""Functions and families that the checks of the Sobolev endpoint look at (D7, C1)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product

from constructions.interp.network import Affine, ExactNet
from constructions.interp.tiny_families import Family

Graph = list[tuple[Fraction, Fraction]]  # corners of a piecewise linear function, in order


def hats(separated: bool) -> Iterator[tuple[list[Fraction], Fraction, tuple[int, ...]]]:
    """(points, delta, signs): a run of neighbours delta apart, a point far away."""
    for N, bits in product(range(1, 7), (3, 20, 900)):
        delta = Fraction(1, 2**bits)
        gap = delta if separated else delta / 2
        points = [Fraction(1, 5) + i * gap for i in range(N - 1)] + [Fraction(5, 6) + delta]
        for signs in product((-1, 1), repeat=N):
            yield points, delta, signs


def bumps(
    amplitude: Fraction, points: list[Fraction], delta: Fraction, signs: tuple[int, ...]
) -> Graph:
    """The corners of f."""
    top, graph = amplitude / len(points), []
    for x, sign in zip(points, signs, strict=True):
        graph += [(x - delta / 2, Fraction(0)), (x, top * sign), (x + delta / 2, Fraction(0))]
    return graph


def size(f: Graph) -> Fraction:
    """Integral of |f|; f has no sign change inside a piece."""
    return sum((y - x) * abs(c + d) / 2 for (x, c), (y, d) in pairwise(f)) or Fraction(0)


def broken_line(points: list[Fraction], values: list[Fraction]) -> ExactNet:
    """The continuous function through (points, values), constant beyond: N hinges."""
    rises = zip(pairwise(points), pairwise(values), strict=True)
    slopes = [Fraction(0), *((d - c) / (y - x) for (x, y), (c, d) in rises), Fraction(0)]
    hidden = Affine.dense([[1]] * len(points), [-x for x in points])
    return ExactNet((hidden, Affine.dense([[t - s for s, t in pairwise(slopes)]], values[:1])))


def wrong_labels(family: Family) -> set[tuple[int, ...]]:
    """For every member, the wrong labels of each pair (against 0, 1)."""
    return {
        tuple(f[j] + 1 - f[j + 1] for j in range(0, family.M - 1, 2)) for f in family.dichotomies
    }
