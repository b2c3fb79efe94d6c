"""Classes with p parameters that shatter every set of k points of the line, or only some.

``fit(points, labels)`` finds (which member of the union, real parameters) and ``label`` evaluates, both
exactly; whether a set is shattered is decided by evaluating all 2^k labellings and by counting the real
parameters of each, never by trusting ``fit``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from random import Random
from typing import Any

from constructions.interp import sawtooth

Points = tuple[Fraction, ...]
Labels = tuple[int, ...]
Parameters = tuple[Any, Points]  # the member of the union, the p real numbers


@dataclass(frozen=True)
class Shattering:
    """p parameters, k points, and the tested sets of k points."""

    name: str
    p: int
    k: int
    fit: Callable[[Points, Labels], Parameters]
    label: Callable[[Parameters, Fraction], int]
    sets: tuple[Points, ...]
    all_sets: bool = True  # False: only the sets above are shattered
    tame: bool = True  # a finite union of semialgebraic families

    def unfitted(self) -> tuple[Points, Labels] | None:
        """A tested set and labels that p real parameters do not fit, or None."""
        for points in self.sets:
            for labels in product((0, 1), repeat=self.k):
                parameters = self.fit(points, labels)
                made = tuple(self.label(parameters, x) for x in points)
                if made != labels or len(parameters[1]) != self.p:
                    return points, labels
        return None


def point_sets(k: int) -> tuple[Points, ...]:
    """Sets of k points: regular, random, in pairs at distance 2^-200, accumulating at 0."""
    rng = Random(f"interp.SON {k}")
    near = Fraction(1, 2**200)
    return (
        tuple(Fraction(i) for i in range(k)),
        tuple(sorted(Fraction(x, 997) for x in rng.sample(range(-5000, 5000), k))),
        tuple(i // 2 + (i % 2) * near for i in range(k)),
        tuple(Fraction(1, 3**i) for i in reversed(range(k))),
    )


# -- at most q points, or all but q points: p = q, k = 2q + 1 ----------------------------------------


def exceptional_points(q: int) -> Shattering:
    """1{f > 0} and 1{f <= 0}, f(x) = prod (x - a_i)^2, i = 1..q: one of k = 2q + 1 labels is rare."""

    def fit(points: Points, labels: Labels) -> Parameters:
        rare = 1 if 2 * sum(labels) < len(labels) else 0
        chosen = tuple(x for x, y in zip(points, labels, strict=True) if y == rare)
        unused = (max(points) + 1,) * (q - len(chosen))
        return rare, chosen + unused

    def label(parameters: Parameters, x: Fraction) -> int:
        rare, a = parameters
        positive = int(prod((x - one) ** 2 for one in a) > 0)
        return 1 - positive if rare else positive

    name = f"{q} exceptional points"
    return Shattering(name, q, 2 * q + 1, fit, label, point_sets(2 * q + 1))


# -- labels alternating at j thresholds: p = j, k = j + 1 --------------------------------------------


def thresholds(j: int) -> Shattering:
    """s prod (x - c_i) > 0 with s = +-1, i = 1..j: the end points of intervals and their complements."""

    def fit(points: Points, labels: Labels) -> Parameters:
        cuts = tuple(
            (x + z) / 2 for (x, y), (z, u) in pairwise(zip(points, labels, strict=True)) if y != u
        )
        spare = (max(points) + 1,) * (j - len(cuts))
        last = 1 if labels[-1] else -1
        return last * (-1) ** len(spare), cuts + spare

    def label(parameters: Parameters, x: Fraction) -> int:
        sign, cuts = parameters
        return int(sign * prod(x - c for c in cuts) > 0)

    return Shattering(f"{j} thresholds", j, j + 1, fit, label, point_sets(j + 1))


# -- what the hypotheses keep out ------------------------------------------------------------------


def rational_intervals(k: int) -> Shattering:
    """All finite unions of open intervals with rational end points: countable, so p = 0."""

    def fit(points: Points, labels: Labels) -> Parameters:
        gap = min((b - a for a, b in pairwise(points)), default=Fraction(1)) / 2
        return [(x - gap, x + gap) for x, y in zip(points, labels, strict=True) if y], ()

    def label(parameters: Parameters, x: Fraction) -> int:
        return int(any(a < x < b for a, b in parameters[0]))

    name = "unions of rational intervals"
    return Shattering(name, 0, k, fit, label, point_sets(k), tame=False)


def sawtooth_on_dyadic_points(L: int) -> Shattering:
    """1[T^L(theta x) >= 1/2]: one parameter shatters the L points 1, 1/2, ..., 2^-(L-1)."""

    def fit(points: Points, labels: Labels) -> Parameters:
        # T^L(z) >= 1/2 iff bits L and L + 1 of z differ; x = 2^-i shifts theta by i bits.
        bits, bit = [], 0
        for y in reversed(labels):
            bit ^= y
            bits.append(bit)
        del points
        tail = Fraction(1, 2 ** (L + 3))
        return None, (sum((Fraction(b, 2 ** (i + 2)) for i, b in enumerate(bits)), tail),)

    def label(parameters: Parameters, x: Fraction) -> int:
        return sawtooth.label(x, parameters[1][0], L)

    sets = (sawtooth.dyadic_points(L),)
    return Shattering(f"sawtooth of depth {L}", 1, L, fit, label, sets, all_sets=False)


def shattering() -> tuple[Shattering, ...]:
    """Everything above, small enough to evaluate all labellings."""
    return (
        *(exceptional_points(q) for q in (3, 2, 1, 0)),
        *(thresholds(j) for j in range(6)),
        *(rational_intervals(k) for k in (1, 2, 6)),
        *(sawtooth_on_dyadic_points(L) for L in (1, 3, 4, 6)),
    )
