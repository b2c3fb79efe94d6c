r"""Any N distinct points, any rational labels, 3N + d - 1 parameters: one hinge per gap.

Order the keys K_1 < ... < K_N (integers) and scale the labels to integers Y_i. With slope s_0 = 0
left of K_1, let r_i = dY_i/dK_i - s_{i-1} be what the slope lacks to reach the next point, and

    c_i = the least power of two >= |r_i|   (0 if r_i = 0),   s_i = s_{i-1} + sign(r_i) c_i.

The hinge sign(r_i) sigma(c_i K - B_i) with B_i = c_i K_i + sign(r_i) (s_i dK_i - dY_i) bends at
B_i / c_i = K_i + (1 - |r_i|/c_i) dK_i, inside [K_i, K_{i+1}), so it leaves the points up to K_i alone
and brings the graph exactly to Y_{i+1}. A hinge exactly at K_i would need the slope r_i, whose
denominators multiply up to the product of all gaps; here every weight is an integer, and for 0/1
labels every c_i is 1 or 2.

| symbol | meaning |
|---|---|
| N, d | points, dimension |
| K_i, dK_i | keys in increasing order, gaps (:mod:`constructions.interp.projection`) |
| Y_i, dY_i | labels times their common denominator R, increments |
| P | 2(N-1) + N = 3N - 2 without the projection unit (d = 1), d + 1 more with it |

This is construction (a); the claim it shows is `interp.U1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from random import Random
from typing import Any

from constructions.interp._reading import read_integer, read_labels, read_points
from constructions.interp.network import Affine, ExactNet, Row
from constructions.interp.projection import project


@dataclass(frozen=True)
class Hinge:
    """sign * sigma(slope * K - offset): slope 0 or a power of two, sign -1, 0 or 1."""

    slope: int
    offset: int
    sign: int


@dataclass(frozen=True)
class Hinges:
    """f(K) = (start + sum of hinges) / scale: the N - 1 hinges that meet N labels at N keys."""

    start: int
    hinges: tuple[Hinge, ...]
    scale: int


def shallow_any(
    points: Iterable[Any],
    labels: Iterable[Any],
    rng: Random,
    projection: bool | None = None,
) -> ExactNet:
    """A net with f(x_i) = y_i exactly; P = :func:`shallow_parameters`.

    ``points``: N distinct points of R^d (rows, or bare numbers for d = 1), ``labels``: N rational
    numbers; floats are taken as the dyadic rationals they are. ``rng`` draws the projection. A net
    on the line needs no projection unit (d = 1, P = 3N - 2); ``projection=True`` puts it in all the
    same (P = 3N + d - 1 = 3N). N = 1 gives an idle projection unit and a constant.

    Raises ``ValueError`` for no points, duplicates, ragged or non-numeric rows, NaN, infinities, a
    wrong number of labels, and ``projection=False`` with d > 1.
    """
    exact = read_points(points)
    targets = read_labels(labels, len(exact))
    unit = projected(len(exact), len(exact[0]), projection)
    keyed = project(exact, rng)
    bends = hinges(keyed.keys, targets)
    output = _output(bends)
    if not unit:
        rows = tuple(((0, h.slope * keyed.scale),) for h in bends.hinges)
        bias = tuple(h.slope * keyed.shift - h.offset for h in bends.hinges)
        return ExactNet((Affine(rows, bias, 1), output))
    first = Affine((keyed.row,), (keyed.shift,), len(exact[0]))
    if not bends.hinges:
        return ExactNet((first, output))
    rows = tuple(((0, h.slope),) for h in bends.hinges)
    second = Affine(rows, tuple(-h.offset for h in bends.hinges), 1)
    return ExactNet((first, second, output))


def shallow_parameters(N: int, d: int, projection: bool | None = None) -> int:
    """P of :func:`shallow_any`: 3N - 2 or, with the projection unit, 3N + d - 1; d + 3 for N = 1."""
    read_integer(N, "N", 1)
    read_integer(d, "d", 1)
    if not projected(N, d, projection):
        return 3 * N - 2
    return 3 * N + d - 1 if N > 1 else d + 3


def projected(N: int, d: int, projection: bool | None) -> bool:
    """Whether the net starts with a projection unit: always if d > 1 or there is no hinge."""
    if projection is False and (d > 1 or N == 1):
        raise ValueError(f"projection: must not be False for d = {d}, N = {N} (one unit is needed)")
    return bool(projection) or d > 1 or N == 1


def hinges(keys: Sequence[int], labels: Sequence[Fraction]) -> Hinges:
    """The hinges through (key, label), keys distinct integers in any order."""
    scale = lcm(*(y.denominator for y in labels))
    ordered = sorted((K, int(y * scale)) for K, y in zip(keys, labels, strict=True))
    found, slope = [], 0
    for (K, Y), (K_next, Y_next) in pairwise(ordered):
        gap, rise = K_next - K, Y_next - Y
        lack = rise - slope * gap  # r_i times the gap
        sign = (lack > 0) - (lack < 0)
        c = _power_of_two_above(abs(lack), gap)
        slope += sign * c
        found.append(Hinge(c, c * K + sign * (slope * gap - rise), sign))
    return Hinges(ordered[0][1], tuple(found), scale)


def _output(bends: Hinges) -> Affine:
    weights: Row = tuple((i, Fraction(h.sign, bends.scale)) for i, h in enumerate(bends.hinges))
    columns = len(weights) or 1  # N = 1: the idle projection unit
    return Affine((weights,), (Fraction(bends.start, bends.scale),), columns)


def _power_of_two_above(numerator: int, denominator: int) -> int:
    """The least power of two, 1 or more, that is >= numerator/denominator; 0 for 0."""
    if numerator == 0:
        return 0
    return 1 << (-(-numerator // denominator) - 1).bit_length()
