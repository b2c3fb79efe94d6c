r"""One parameter, depth L: the class 1[T^L(theta x) >= 1/2], theta in [0, 1], T the tent map.

T(z) = min(2z, 2 - 2z). T^L(z) = 1/2 exactly at z = m / 2^(L+1), m odd, and T^L(z) >= 1/2 iff
2^(L+1) z mod 4 lies in [1, 3]. So the label of x as a function of theta changes only at
theta = m / (2^(L+1) x): sorting these breakpoints enumerates all dichotomies of a point set exactly.

At regular points (x_i = 2^-i) the class shatters L points, however small their distance; two random
pairs at distance h it stops shattering near log2(1/h) = 2L. Source: `interp.B1`, brief 5.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby
from math import lcm
from random import Random
from typing import Any

from constructions.interp._reading import read_integer, read_points, read_rational
from constructions.interp.configurations import sample
from constructions.interp.network import Affine, ExactNet

Dichotomy = tuple[int, ...]


def dichotomies(points: Iterable[Any], L: int) -> frozenset[Dichotomy]:
    """All labellings of ``points`` (distinct rationals in [0, 1]) by the class, exactly.

    Takes one step per breakpoint, about 2^L sum_i x_i of them. Raises ``ValueError`` for points
    outside [0, 1], duplicates, L < 0.
    """
    read_integer(L, "L", 0)
    xs = [point[0] for point in _unit_interval(points)]
    labels = [0] * len(xs)  # theta = 0, and just above it
    found = {tuple(labels)}
    events, last = _breakpoints(xs, L)
    for theta, group in groupby(events, key=lambda event: event[0]):
        crossing = [i for _, i in group]
        after = [1 - labels[i] for i in crossing]
        for i in crossing:
            labels[i] = 1  # T^L = 1/2 counts as 1
        found.add(tuple(labels))
        for i, label_after in zip(crossing, after, strict=True):
            labels[i] = label_after
        if theta < last:  # beyond theta = 1 the class ends
            found.add(tuple(labels))
    return frozenset(found)


def label(x: Fraction | int, theta: Fraction | int, L: int) -> int:
    """1[T^L(theta x) >= 1/2] by iterating T."""
    z = Fraction(theta) * x
    for _ in range(L):
        z = min(2 * z, 2 - 2 * z)
    return int(2 * z >= 1)


def network(L: int, theta: Fraction | int) -> ExactNet:
    """x -> T^L(theta x) for theta x in [0, 1]: width 2, depth L; the label is 1{output >= 1/2}."""
    read_integer(L, "L", 1)
    slope = read_rational(theta, "theta")
    # z is carried as (sigma(z), sigma(2z - 1)): T(z) = 2 sigma(z) - 2 sigma(2z - 1).
    first = Affine.dense([[slope], [2 * slope]], [0, -1])
    middle = Affine.dense([[2, -2], [4, -4]], [0, -1])
    return ExactNet((first, *[middle] * (L - 1), Affine.dense([[2, -2]], [0])))


def changes_bound(L: int) -> int:
    """Most label changes of one member along [0, 1]: one per z = m / 2^(L+1), m odd."""
    return 2 ** read_integer(L, "L", 0)


def dyadic_points(L: int) -> tuple[Fraction, ...]:
    """1, 1/2, ..., 2^-(L-1): the L points that the class of depth L shatters."""
    return tuple(Fraction(1, 2**i) for i in range(read_integer(L, "L", 1)))


def shattered_fraction(L: int, h_exponent: int, trials: int, rng: Random) -> Fraction:
    """Share of trials in which two random pairs at distance h = 2^-h_exponent are shattered.

    Each trial takes two of the pairs (2jh, (2j+1)h) in [1/2, 1), uniformly without replacement, and
    asks for all 16 labellings of the four points (near 0 a point has few breakpoints, which would
    blur the transition). Raises ``ValueError`` for h_exponent < 3 (two pairs must fit), trials < 1.
    """
    read_integer(h_exponent, "h_exponent", 3)
    half = 2 ** (h_exponent - 2)  # pairs in [0, 1/2), and as many in [1/2, 1)
    count = 0
    for _ in range(read_integer(trials, "trials", 1)):
        chosen = [half + j for j in sample(half, 2, rng)]
        points = [Fraction(2 * j + bit, 2**h_exponent) for j in chosen for bit in (0, 1)]
        count += len(dichotomies(points, L)) == 2 ** len(points)
    return Fraction(count, trials)


def _unit_interval(points: Iterable[Any]) -> tuple[tuple[Fraction, ...], ...]:
    exact = read_points(points)
    for i, point in enumerate(exact):
        if len(point) != 1 or not 0 <= point[0] <= 1:
            raise ValueError(f"points[{i}]: must be one number in [0, 1], got {point}")
    return exact


def _breakpoints(xs: list[Fraction], L: int) -> tuple[list[tuple[int, int]], int]:
    """(theta, index of the point) for all theta <= 1, increasing, and 1, on a common scale."""
    positive = [(i, x) for i, x in enumerate(xs) if x]
    common = lcm(*(x.numerator for _, x in positive))
    # theta = m q / (2^(L+1) p) for x = p/q; times 2^(L+1) common this is an integer.
    steps = ((i, x.denominator * (common // x.numerator)) for i, x in positive)
    one = 2 ** (L + 1) * common
    return sorted((m, i) for i, step in steps for m in range(step, one + 1, 2 * step)), one
