"""Why a labelling of points p_1 < ... < p_M is out of reach of k ReLU units in one hidden layer.

    f(x) = c + sum_{i<=k} v_i relu(w_i x + beta_i),      label 1 where f > 0, label 0 where f <= 0.

**Cells.** A unit with w_i = 0 is constant and goes into c. Otherwise relu(w x + beta) =
|w| relu(s (x - t)) with s = +-1: k units are orientations s_i, breakpoints t_i, weights v_i. Seen
at the points only, a unit is one of these kinds, which together cover every (s, t, v), ties t = p_j
included because the intervals are closed:
  - dead: no point is active (s = +1, t >= p_M or s = -1, t <= p_1). It adds 0, as does a unit of
    any other kind with weight 0, so dead units need no kind of their own;
  - affine: all points are active (s = +1, t <= p_1 or s = -1, t >= p_M). It adds a multiple of x
    and a constant that goes into c;
  - hinge (s, j, sign): p_j <= t <= p_{j+1}, 1 <= j < M, sign(v) = sign. At the points,
    v relu(s (x - t)) = a relu(s (x - p_j)) + b relu(s (x - p_{j+1})) with a, b of that sign and
    a + b = v, (a p_j + b p_{j+1}) / (a + b) = t: both sides have the same active points, since no
    point lies strictly inside the interval. So the kind is a cone with two generators.
The order of the units does not matter, so the cells are the multisets of k kinds out of 4 M - 3.

**Refutation.** f may be taken with f < 0 at label 0: finitely many points, so lower c a little.
With y_j = +-1 the labelling is then y_j f(p_j) > 0 for all j, by scaling (the cell is a cone) >= 1.
Multipliers z >= 0, z != 0 refute it in every cell whose generators g all have
    sum_j z_j y_j g(p_j) <= 0       (= 0 for the generators 1, and x, which have both signs),
because 1 <= y_j f(p_j) would give 0 < sum z_j <= sum z_j y_j f(p_j) <= 0. These are Farkas
multipliers of the inequalities y_j f(p_j) >= 1; those of the sign conditions are the slacks.
Whether z **blocks** a kind depends on that kind alone. Hence a list of z's refutes the labelling
as soon as for every cell some z blocks all of its kinds.

A net that fits labels on all points fits them on a subset, so refuting a part of a labelling
refutes the whole.

Symbols: k units, M points, p_j points, y_j signs, z multipliers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise
from math import comb
from typing import Any

from proofs_checks import relu
from proofs_checks.reading import Rejected, rationals, sequence, text

MAX_CELLS = 100_000  #: most cells of a problem that is looked at
MAX_POINTS = 12  #: most points, so at most 4096 labellings
MAX_UNITS = 100  #: most units: one point has one cell, however many units there are

AFFINE = ("affine",)
Kind = tuple[Any, ...]  #: AFFINE or ("hinge", s, j, sign), j counted from 0


def kinds(M: int) -> list[Kind]:
    """The 4 M - 3 kinds of a unit over M points, dead units left out as explained above."""
    hinges = [("hinge", s, j, sign) for s in (1, -1) for j in range(M - 1) for sign in (1, -1)]
    return [AFFINE, *hinges]


def demand_size(units: int, M: int) -> None:
    """Refuse problems beyond :data:`MAX_POINTS`, :data:`MAX_UNITS` or :data:`MAX_CELLS`."""
    if M > MAX_POINTS:
        raise Rejected(f"points: at most {MAX_POINTS}, got {M}")
    if units > MAX_UNITS:
        raise Rejected(f"units: at most {MAX_UNITS}, got {units}")
    cells = comb(4 * M - 3 + units - 1, units)
    if cells > MAX_CELLS:
        raise Rejected(f"units: {cells} cells, more than {MAX_CELLS}")


def read_points(data: Any) -> tuple[Fraction, ...]:
    """The points of a statement: at least one, strictly increasing."""
    points = rationals(data, "statement.points")
    if not points:
        raise Rejected("statement.points: must hold at least one point")
    if any(left >= right for left, right in pairwise(points)):
        raise Rejected("statement.points: must be strictly increasing")
    return points


def read_labels(data: Any, name: str, M: int) -> str:
    """A labelling of M points: a string of 0s and 1s."""
    labels = text(data, name)
    if len(labels) != M or set(labels) - {"0", "1"}:
        raise Rejected(f"{name}: must be {M} characters 0 or 1")
    return labels


def blocked(points: Sequence[Fraction], labels: str, z: Sequence[Fraction]) -> frozenset[Kind]:
    """The kinds that ``z`` blocks; none unless z >= 0, z != 0 and z . y = 0."""
    if len(z) != len(points) or min(z) < 0 or not any(z):
        return frozenset()
    weights = [entry if label == "1" else -entry for entry, label in zip(z, labels, strict=True)]
    if sum(weights) != 0:
        return frozenset()
    found: set[Kind] = set()
    moment = sum(w * p for w, p in zip(weights, points, strict=True))
    if moment == 0:
        found.add(AFFINE)
    for s in (1, -1):
        at = [
            sum(w * max(s * (p - q), 0) for w, p in zip(weights, points, strict=True))
            for q in points
        ]
        for j in range(len(points) - 1):
            for sign in (1, -1):
                if sign * at[j] <= 0 and sign * at[j + 1] <= 0:
                    found.add(("hinge", s, j, sign))
    return frozenset(found)


def cells(units: int, M: int) -> Iterator[tuple[Kind, ...]]:
    """All cells: the multisets of ``units`` kinds."""
    return combinations_with_replacement(kinds(M), units)


def demand_refuted(units: int, points: Sequence[Fraction], labels: str, data: Any) -> None:
    """Raise :class:`Rejected` unless the multipliers in ``data`` refute this labelling."""
    M = len(points)
    listed = [rationals(z, "multipliers", M) for z in sequence(data, "multipliers")]
    blocks = [blocked(points, labels, z) for z in listed]
    if not all(blocks):
        raise Rejected(f"multipliers: one of those for {labels} blocks nothing")
    for cell in cells(units, M):
        if not any(block.issuperset(cell) for block in blocks):
            raise Rejected(f"multipliers: those for {labels} leave the cell {cell} open")


def demand_realised(units: int, points: Sequence[Fraction], labels: str, data: Any) -> None:
    """Raise :class:`Rejected` unless ``data`` is a net of this shape that labels the points so."""
    network = relu.read(data)
    if network.inputs != 1 or network.widths != (units, 1):
        raise Rejected(f"network for {labels}: must have 1 input, {units} hidden units, 1 output")
    for i, (point, label) in enumerate(zip(points, labels, strict=True)):
        (value,) = relu.evaluate(network, (point,))
        if (value > 0) != (label == "1"):
            raise Rejected(f"network for {labels}: labels point {i} differently")
