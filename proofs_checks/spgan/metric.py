r"""Metric spaces in a statement: a grid with a weighted L1 distance, or a matrix of distances.

``{"grid": m, "weights": ["1", "3"]}`` is the centred m x m grid with coordinates 2i - (m - 1), row-major
over x, then y, and d = w_x |x - x'| + w_y |y - y'|, a metric by construction. ``{"matrix": [["0", ...],
...]}`` has its axioms checked. Distances are integers in units of 1/scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import add, le
from typing import Any

from proofs_checks.reading import Rejected, integer, mapping, rational, rationals, sequence, shown
from proofs_checks.spelling import brief

MOST_SIDE, MOST_MATRIX = 45, 128  #: largest m, and most points of a matrix
MOST_BITS = 1 << 13  #: longest common denominator


@dataclass(frozen=True)
class Metric:
    """Distances ``row(x)[y] / scale`` on {0, ..., size - 1}."""

    size: int
    scale: int
    matrix: tuple[tuple[int, ...], ...] | None  # None: the grid
    steps: tuple[int, int] = (0, 0)  # distance of neighbours in x and in y

    def row(self, x: int) -> Sequence[int]:
        """The distances from x to every point."""
        if self.matrix is not None:
            return self.matrix[x]
        m = round(self.size**0.5)
        i, j = divmod(x, m)
        wx, wy = self.steps
        along = [wy * abs(j - l) for l in range(m)]
        return [wx * abs(i - k) + far for k in range(m) for far in along]

    def between(self, x: int, y: int) -> Fraction:
        """d(x, y)."""
        if self.matrix is not None:
            return Fraction(self.matrix[x][y], self.scale)
        m = round(self.size**0.5)
        (i, j), (k, l) = divmod(x, m), divmod(y, m)
        return Fraction(self.steps[0] * abs(i - k) + self.steps[1] * abs(j - l), self.scale)

    def demand_lipschitz(self, u: Sequence[Fraction], name: str, L: Fraction = Fraction(1)) -> None:
        """:class:`Rejected` unless u(x) - u(y) <= L d(x, y) for all x, y."""
        values, bottom = common(u, name)
        unit = L.denominator * self.scale
        factor, values = bottom * L.numerator, [unit * value for value in values]
        for x, value in enumerate(values):
            room = map(add, values, (factor * d for d in self.row(x)))
            if not all(map(le, [value] * self.size, room)):
                raise Rejected(f"{name}: is not {brief(L)}-Lipschitz at the point {x}")


def common(values: Sequence[Fraction], name: str) -> tuple[list[int], int]:
    """The values as integers over one denominator, which must not be too long."""
    bottom = 1
    for value in values:
        bottom = lcm(bottom, value.denominator)
        if bottom.bit_length() > MOST_BITS:
            raise Rejected(f"{name}: a common denominator has more than {MOST_BITS} bits")
    return [value.numerator * (bottom // value.denominator) for value in values], bottom


def read_metric(value: Any, name: str = "statement.metric") -> Metric:
    """A grid or a matrix; :class:`Rejected` where an axiom fails."""
    if isinstance(value, dict) and "grid" in value:
        parts = mapping(value, name, ("grid", "weights"))
        m = integer(parts["grid"], f"{name}.grid", 1, MOST_SIDE)
        wx, wy = rationals(parts["weights"], f"{name}.weights", 2)
        if min(wx, wy) <= 0:
            raise Rejected(f"{name}.weights: must be positive, got {brief(wx)} and {brief(wy)}")
        steps, scale = common((2 * wx, 2 * wy), f"{name}.weights")
        return Metric(m * m, scale, None, (steps[0], steps[1]))
    rows = sequence(mapping(value, name, ("matrix",))["matrix"], f"{name}.matrix")
    n = len(rows)
    if not 1 <= n <= MOST_MATRIX:
        raise Rejected(f"{name}.matrix: must have 1 to {MOST_MATRIX} rows, got {n}")
    entries = [d for x, row in enumerate(rows) for d in rationals(row, f"{name}.matrix[{x}]", n)]
    flat, scale = common(entries, f"{name}.matrix")
    matrix = tuple(tuple(flat[n * x : n * x + n]) for x in range(n))
    _demand_metric(matrix, f"{name}.matrix")
    return Metric(n, scale, matrix)


def _demand_metric(d: Sequence[Sequence[int]], name: str) -> None:
    n = range(len(d))
    for x in n:
        for y in n:
            if (d[x][y] != 0) if x == y else (d[x][y] <= 0 or d[x][y] != d[y][x]):
                raise Rejected(
                    f"{name}: is not symmetric, positive and 0 on the diagonal ({x}, {y})"
                )
    for z in n:
        for x in n:
            if not all(map(le, d[x], (d[x][z] + far for far in d[z]))):
                raise Rejected(f"{name}: the triangle inequality fails from {x} by {z}")


def read_probability(value: Any, name: str, size: int) -> tuple[Fraction, ...]:
    """Masses that are not negative and sum to 1."""
    masses = rationals(value, name, size)
    tops, bottom = common(masses, name)
    if min(tops) < 0 or sum(tops) != bottom:
        raise Rejected(f"{name}: must be probabilities that sum to 1")
    return masses


def read_flow(value: Any, name: str, size: int) -> list[tuple[int, int, Fraction]]:
    """Entries [x, y, mass] with positive masses."""
    entries = sequence(value, name)
    if len(entries) > 8 * size:
        raise Rejected(f"{name}: must have at most {8 * size} entries, got {len(entries)}")
    found = []
    for i, entry in enumerate(entries):
        x, y, mass = sequence(entry, f"{name}[{i}]", 3)
        amount = rational(mass, f"{name}[{i}][2]")
        if amount <= 0:
            raise Rejected(f"{name}[{i}]: the mass must be positive, got {shown(str(amount))}")
        places = (integer(p, f"{name}[{i}]", 0, size - 1) for p in (x, y))
        found.append((*places, amount))
    common([mass for *_, mass in found], name)
    return found
