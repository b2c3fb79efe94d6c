r"""FOLD: one tent layer of width 2 per bit of separation makes any points 1/O(N^2)-separated.

    tent(z) = min(2 z, 2 - 2 z),   tri(v) = distance from v to the even integers,
    tent^J(v / 2^J) = tri(v)   for 0 <= v <= 2^J.

With v(x) = a.(x - low) + sigma, a uniform in [0, 1/delta]^d and sigma uniform in [0, 2), two points
whose coordinates differ by at least delta somewhere have tri(v), tri(v') within eta of each other
with probability at most 5 eta: `|tri(v) - tri(v')|` is the smaller of dist(v - v', 2Z), at most
4 eta likely, and dist(v + v', 2Z), at most eta likely. Drawing a and sigma on a grid moves
v -+ v' by less than a quarter of eta, so eta becomes 5/4 eta. With eta = 2/(5 N^2) the expected
number of close pairs is below 5/4; in practice it is about 0.4. eta is halved after every
DRAWS failures: after i of them a draw fails with probability below (5/4) 2^-i. After HALVINGS
halvings (a stream of random numbers that is not random) a = 1/(extent) without any fold is taken,
whose eta is the separation itself: the loop ends for every stream.

| symbol | meaning |
|---|---|
| N, d | points, dimension |
| delta | separation: any two points differ by at least delta in some coordinate |
| b | log2(1/delta) for points of [0, 1] |
| a, sigma | slope and shift, drawn; the slope has b + O(log N) bits |
| J | tents, 2^J >= (sum of the extents)/delta + 2; b + 1 on [0, 1] |
| eta | the folded values differ pairwise by more than eta, checked exactly |
| P | 2 (d + 1) + 6 (J - 1) in the hidden layers, 3 for the affine output |

A tent layer holds sigma(z) and sigma(2 z - 1); the next z is twice their difference, so all weights
behind the first layer are 1, 2 and 4. Claim `interp.FOLD`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from random import Random
from typing import Any

from constructions.interp._reading import Point, read_integer, read_points, read_rational
from constructions.interp.builder import Builder, Expr
from constructions.interp.network import ExactNet
from constructions.interp.projection import project

DRAWS = 20  # per value of eta
HALVINGS = 8


@dataclass(frozen=True)
class Fold:
    """x -> tri(slope . x + shift), in [0, 1], by ``J`` tents.

    ``values`` are the images of the points it was made for, in their order; they differ pairwise
    by more than ``eta``. ``draws`` counts the pairs (slope, shift) that were tried.
    """

    slope: tuple[Fraction, ...]
    shift: Fraction
    J: int
    eta: Fraction
    values: tuple[Fraction, ...]
    draws: int

    @property
    def network(self) -> ExactNet:
        """The fold as a net with one output; widths 2, depth J."""
        builder = Builder(len(self.slope))
        power = 2**self.J
        z = builder.constant(self.shift / power)
        for x, weight in zip(builder.inputs, self.slope, strict=True):
            z = z + x * (weight / power)
        return builder.build(tents(builder, z, self.J))


def fold(points: Iterable[Any], rng: Random, separation: Any = None) -> Fold:
    """Draw a fold that keeps all images apart.

    ``points``: N distinct points of R^d (rows, or bare numbers for d = 1). ``separation``: a lower
    bound delta > 0 for the largest coordinate difference of any two points (for Euclidean
    separation divide by sqrt d); None computes it, which takes a sort for d = 1 and up to N^2/2
    comparisons for d > 1. A delta that is too large costs draws and never exactness.

    Raises ``ValueError`` for points that ``shallow_any`` refuses and for separation <= 0.
    """
    exact = read_points(points)
    delta = (
        least_difference(exact) if separation is None else read_rational(separation, "separation")
    )
    if delta <= 0:
        raise ValueError(f"separation: must be positive, got {delta}")
    low, extent = _box(exact)
    J = max(1, ceil_log2(extent / delta + 2))
    eta = Fraction(2, 5 * len(exact) ** 2)
    for attempt in range(DRAWS * HALVINGS):
        if attempt and attempt % DRAWS == 0:
            eta /= 2
        slope, shift = _draw(delta, extent, low, eta, rng)
        values = tri_all(exact, slope, shift)
        if closest(values) > eta:
            return Fold(slope, shift, J, eta, values, attempt + 1)
    return _unfolded(exact)


def fold_parameters(d: int, J: int) -> int:
    """P of ``Fold.network``: 2 (d + 1) + 6 (J - 1) + 3."""
    return 2 * (read_integer(d, "d", 1) + 1) + 6 * (read_integer(J, "J", 1) - 1) + 3


def tents(builder: Builder, z: Expr, count: int) -> Expr:
    """tent^count(z) for z in [0, 1]: ``count`` layers of width 2."""
    for _ in range(count):
        one, two = builder.relu(z, 2 * z - 1)
        z = 2 * one - 2 * two
    return z


def tri(v: Fraction) -> Fraction:
    """The distance from v to the nearest even integer."""
    rest = v % 2
    return min(rest, 2 - rest)


def tri_all(
    points: Sequence[Point], slope: Sequence[Fraction], shift: Fraction
) -> tuple[Fraction, ...]:
    """tri(slope . x + shift) for every point, over one common denominator."""
    slopes = lcm(*(a.denominator for a in slope))
    weights = [int(a * slopes) for a in slope]
    coordinates = lcm(*(c.denominator for x in points for c in x))
    scale = lcm(slopes * coordinates, shift.denominator)
    spare, start = scale // (slopes * coordinates), int(shift * scale)
    images = []
    for x in points:
        dot = sum(
            w * (c.numerator * (coordinates // c.denominator))
            for w, c in zip(weights, x, strict=True)
        )
        rest = (start + spare * dot) % (2 * scale)
        images.append(Fraction(min(rest, 2 * scale - rest), scale))
    return tuple(images)


def closest(values: Iterable[Fraction]) -> Fraction:
    """The least distance of two values; 1 (the whole range) for a single one."""
    return min((two - one for one, two in pairwise(sorted(values))), default=Fraction(1))


def least_difference(points: Sequence[Point]) -> Fraction:
    """min over pairs of max over coordinates of |x_c - x'_c|; 1 for a single point."""
    ordered = sorted(points)
    best: Fraction | None = None
    for i, x in enumerate(ordered):
        for other in ordered[i + 1 :]:
            if best is not None and other[0] - x[0] >= best:
                break
            largest = max(b - a if b > a else a - b for a, b in zip(x, other, strict=True))
            best = largest if best is None else min(best, largest)
    return Fraction(1) if best is None else best


def ceil_log2(value: Fraction) -> int:
    """The least n >= 0 with 2^n >= value."""
    return (-(-value.numerator // value.denominator) - 1).bit_length() if value > 1 else 0


def _box(points: Sequence[Point]) -> tuple[Point, Fraction]:
    """Least corner of the bounding box and the sum of its sides."""
    columns = list(zip(*points, strict=True))
    low = tuple(min(column) for column in columns)
    return low, sum((max(column) - min(column) for column in columns), Fraction(0))


def _draw(
    delta: Fraction, extent: Fraction, low: Point, eta: Fraction, rng: Random
) -> tuple[tuple[Fraction, ...], Fraction]:
    """Slope uniform on a grid of [0, 1/delta]^d, shift such that v runs from [0, 2) upwards.

    The grid steps move v - v' and v + v' by at most 2 (extent + 1) 2^-fine <= eta/4.
    """
    fine = 1 << ceil_log2(8 * (extent + 1) / eta)
    reach = (fine * delta.denominator) // delta.numerator
    slope = tuple(Fraction(rng.randint(0, reach), fine) for _ in low)
    start = sum((a * c for a, c in zip(slope, low, strict=True)), Fraction(0))
    return slope, Fraction(rng.randrange(2 * fine), fine) - start


def _unfolded(points: Sequence[Point]) -> Fold:
    """An injective projection into [0, 1] and one tent that folds nothing."""
    keyed = project(points, Random(0))
    top = max(keyed.keys) or 1
    slope = tuple(Fraction(keyed.scale * v, top) for v in keyed.vector)
    values = tuple(Fraction(key, top) for key in keyed.keys)
    eta = closest(values) / 2
    return Fold(slope, Fraction(keyed.shift, top), 1, eta, values, DRAWS * HALVINGS)
