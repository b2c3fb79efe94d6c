"""Points in R^d become distinct numbers: keys q v.x + s with integers v, q > 0 and s.

| symbol | meaning |
|---|---|
| v | integer vector, first coordinate 1, with all v.x_i distinct (checked exactly) |
| q | common denominator of the v.x_i |
| s | shift that makes the least key 0 |

Two points that differ beyond the first coordinate collide for at most one value of some v_j, so
with v_j uniform in 0..R-1 the expected number of collisions is at most N^2 / (2R). With R >= N^2 a
draw succeeds with probability at least 1/2; R grows after every 20 failures. After 60 failures
(probability below 2^-60) v = (1, M, M^2, ...) with M beyond twice the largest scaled coordinate is
taken, which is injective, so the loop ends for every stream of random numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from random import Random

from constructions.interp._reading import Point

DRAWS_PER_RANGE = 20
RANGES = 3


@dataclass(frozen=True)
class Projection:
    """The map x -> key = scale * (vector . x) + shift, and the keys of the points it was made for.

    ``keys`` are distinct integers >= 0, one per point in the order of the points.
    """

    vector: tuple[int, ...]
    scale: int
    shift: int
    keys: tuple[int, ...]

    @property
    def bits(self) -> int:
        """Bits of the longest key: what the projection costs a construction that reads bits."""
        return max(self.keys).bit_length()

    @property
    def row(self) -> tuple[tuple[int, int], ...]:
        """The sparse row of ``scale * vector`` (all columns, nonzero weights)."""
        return tuple((j, self.scale * v) for j, v in enumerate(self.vector) if v)


def project(points: Sequence[Point], rng: Random) -> Projection:
    """A projection injective on ``points`` (N distinct points of R^d, d >= 1, exact).

    For d = 1 the vector is (1,) and ``rng`` is not used; else ``ValueError`` if it is no ``Random``.
    """
    d = len(points[0])
    if d > 1 and not isinstance(rng, Random):
        raise ValueError(f"rng: must be a random.Random, got {rng!r}")
    reach = 1 << (2 * len(points).bit_length())  # R >= N^2
    for attempt in range(RANGES * DRAWS_PER_RANGE):
        if attempt and attempt % DRAWS_PER_RANGE == 0:
            reach <<= 8
        vector = (1, *(rng.randrange(reach) for _ in range(d - 1)))
        images = [_dot(vector, x) for x in points]
        if len(set(images)) == len(points):
            return _keyed(vector, images)
    vector = _powers(points, d)
    return _keyed(vector, [_dot(vector, x) for x in points])


def _powers(points: Sequence[Point], d: int) -> tuple[int, ...]:
    """(1, M, M^2, ...): differences of scaled coordinates are digits of absolute value below M."""
    scale = lcm(*(c.denominator for x in points for c in x))
    M = 2 * max(abs(int(c * scale)) for x in points for c in x) + 2
    # |sum of the lower digits times powers| <= (M-1)/(M-1) (M^j - 1) < M^j: the top digit decides.
    return tuple(M**j for j in range(d))


def _dot(vector: tuple[int, ...], x: Point) -> Fraction:
    return sum((v * c for v, c in zip(vector, x, strict=True) if v), Fraction(0))


def _keyed(vector: tuple[int, ...], images: list[Fraction]) -> Projection:
    scale = lcm(*(image.denominator for image in images))
    numbers = [image.numerator * (scale // image.denominator) for image in images]
    shift = -min(numbers)
    return Projection(vector, scale, shift, tuple(n + shift for n in numbers))
