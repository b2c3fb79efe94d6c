r"""Run-coded lookup: 0/1 labels on a line from the boundaries between runs, exact at the points.

Groups, codes and their search: :mod:`.run_codes`. The net first selects the group of z (all ramps
in one layer), which gives the code r and d = sigma(y - s), y = unit z, then reads the digits Q by
tents, Q = (2^e r - tent^e(r))/2, and walks along the boundaries with one number d:

    d = 0                         left below a 0 -> 1 boundary: the label is 0
    w <= d <= span                not yet passed: d is the distance from the last boundary
    d > span                      left below a 1 -> 0 boundary: the label is 1

| boundary | D = d - Q | what happens | units for D |
|---|---|---|---|
| 0 -> 1 | D <= 0 | becomes 0 | sigma(D), sigma(D - w) |
|        | D >= w | becomes D + K, so that the next digit separates it from 0 | |
| 1 -> 0 | D <= 0 | becomes 0 | sigma(D), sigma(D - K), sigma(D - K - w) |
|        | 1 <= D <= K | becomes H D: far above everything that has not left | |
|        | D >= K + w | becomes D - K | |

(K = Q_max + 1, H beyond all distances.) The units for D share a layer with the first tent of the
next digit: 7 parameters more for a 0 -> 1 boundary, 14 for a 1 -> 0 boundary. Both clamps are
functions of d alone, so a tent layer is (r in two units, d in one): 12 parameters.

| symbol | meaning |
|---|---|
| Gr | groups |
| g, e_0, e_1 | pairs of digits per group, tents per digit (:class:`.run_codes.Shape`) |
| P | 8 Gr + 12 g (e_0 + e_1) + 21 g + 14, including a first unit of its own |

Against the lookup of keys (:mod:`.lookup`) neither integers nor 2^k >= N^2 are needed, and a digit
takes 3 to 5 tents instead of log N + O(1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from math import ceil, isqrt
from typing import Any

from constructions.interp._reading import read_labels, read_rational
from constructions.interp.builder import Builder, Expr
from constructions.interp.lookup import combination
from constructions.interp.network import ExactNet
from constructions.interp.run_codes import MARGIN_BITS, Group, Shape, groups, line

SAMPLE_RUNS = 600  # the shape is chosen on a part of the line with this many runs
W = Fraction(1, 1 << MARGIN_BITS)
Place = tuple[int, int, int, int]  # quarter octaves of the unit, e0, e1, g


@dataclass(frozen=True)
class RunPlan:
    """Groups in increasing order, cuts between them, the class whose runs are the 1-runs."""

    shape: Shape
    groups: tuple[Group, ...]
    cuts: tuple[tuple[int, int], ...]  # (a, q): the ramp is the part of y in [a, a + 1] / 2^q
    span: int  # above y - start for every point of every group
    stored: int

    @property
    def parameters(self) -> int:
        """P of the net (:func:`run_parameters`)."""
        return run_parameters(len(self.groups), self.shape.g, self.shape.e0, self.shape.e1)


def run_parameters(Gr: int, g: int, e0: int, e1: int) -> int:
    """P of :func:`run_lookup`: 8 Gr + 12 g (e0 + e1) + 21 g + 14."""
    return 8 * Gr + 12 * g * (e0 + e1) + 21 * g + 14


def plan_runs(values: Iterable[Any], labels: Iterable[Any], shape: Shape | None = None) -> RunPlan:
    """Group the points. ``values``: N distinct rationals in [0, 1], ``labels``: N of 0 and 1.

    ``shape`` None: chosen for few parameters. Raises ``ValueError`` for values that repeat or are
    below 0, and labels other than 0 and 1.
    """
    zs, ys = _read(values, labels)
    stored = int(2 * sum(ys) <= len(ys))  # long runs are cheap where the label is 0
    marked = [int(y == stored) for y in ys]
    chosen = choose_shape(zs, marked) if shape is None else shape
    points = line(zs, marked, chosen)
    found = tuple(groups(points))[::-1]
    cuts = tuple(
        _cut(chosen.unit * zs[i.last], chosen.unit * zs[j.first]) for i, j in pairwise(found)
    )
    span = max(ceil(chosen.unit * zs[group.last] - group.start) for group in found)
    return RunPlan(chosen, found, cuts, max(span, 0) + 1, stored)


def run_lookup(plan: RunPlan) -> ExactNet:
    """The net z -> label, exact at the points of the plan; P = ``plan.parameters``."""
    shape, builder = plan.shape, Builder(1)
    r, d = _select(plan, builder)
    most = (1 << (shape.e0 - 1)) + (1 << (shape.e1 - 1))  # one pair of digits at most
    K = (1 << (shape.e1 - 1)) + 1
    high = K + plan.span + 1
    H = high + 2 + shape.g * most
    passing, leaving = _Bends(((0, (K + W) / W), (W, -K / W))), _stretch(K, H)
    bends = _Bends(((0, Fraction(1)),))
    for _ in range(shape.g):
        d, r = _digit(builder, d, r, shape.e0, bends)
        d, r = _digit(builder, d, r, shape.e1, passing)
        bends = leaving
    final = _Bends(((0, 1), (1, -1), (K, -1 / W), (K + W, 1 / W), (high, 1), (high + 1, -1)))
    out = final.value(builder.relu(*final.units(d)))
    return builder.build(out if plan.stored else 1 - out)


@dataclass(frozen=True)
class _Bends:
    """A function of one number that is 0 up to the first bend: (place, change of slope) pairs."""

    bends: tuple[tuple[int | Fraction, int | Fraction], ...]

    def units(self, D: Expr) -> tuple[Expr, ...]:
        return tuple(D - place for place, _ in self.bends)

    def value(self, units: Sequence[Expr]) -> Expr:
        total = units[0] * self.bends[0][1]
        for unit, (_, change) in zip(units[1:], self.bends[1:], strict=True):
            total = total + unit * change
        return total


def _stretch(K: int, H: int) -> _Bends:
    """0 for D <= 0, H D up to K, down to w at K + w, then D - K."""
    down = 1 - H * K / W
    return _Bends(((0, H), (K, down - H), (K + W, 1 - down)))


def _digit(builder: Builder, D: Expr, r: Expr, e: int, bends: _Bends) -> tuple[Expr, Expr]:
    """d = bends(D), then D = d - (2^e r - tent^e(r))/2 and tent^e(r), in ``e`` layers."""
    half = 1 << (e - 1)
    one, two, *units = builder.relu(r, 2 * r - 1, *bends.units(D))
    carried = bends.value(units) - half * one + half  # >= 0, as r <= 1
    r = 2 * one - 2 * two
    for _ in range(e - 1):
        one, two, carried = builder.relu(r, 2 * r - 1, carried)
        r = 2 * one - 2 * two
    return carried - half + r * Fraction(1, 2), r


def _select(plan: RunPlan, builder: Builder) -> tuple[Expr, Expr]:
    """(code, sigma(y - start)) of the group of z: layers of 1, 2 Gr - 1 and 2 units."""
    (y,) = builder.relu(builder.inputs[0] * plan.shape.unit)
    ramps = [y * 2**q - a - up for a, q in plan.cuts for up in (0, 1)]
    y, *units = builder.relu(y, *ramps)
    codes = [group.code for group in plan.groups]
    starts = [-group.start for group in plan.groups]
    r = combination([y, *units], [Fraction(0), *_steps(codes)], codes[0])
    s = combination([y, *units], [Fraction(1), *_steps(starts)], starts[0])
    r, d = builder.relu(r, s)
    return r, d


def _steps(values: Sequence[Fraction]) -> list[Fraction]:
    return [sign * (two - one) for one, two in pairwise(values) for sign in (1, -1)]


def _cut(below: Fraction, above: Fraction) -> tuple[int, int]:
    """(a, q) with below <= a / 2^q and (a + 1) / 2^q <= above, q as small as a sure choice allows."""
    q = 0
    while True:
        a = ceil(below * 2**q)
        if a + 1 <= above * 2**q:
            return a, q
        q += 1


def _read(values: Iterable[Any], labels: Iterable[Any]) -> tuple[list[Fraction], list[int]]:
    zs = [read_rational(z, f"values[{i}]") for i, z in enumerate(values)]
    ys = read_labels(labels, len(zs))
    for i, y in enumerate(ys):
        if y not in (0, 1):
            raise ValueError(f"labels[{i}]: must be 0 or 1, got {y}")
    ordered = sorted(zip(zs, ys, strict=True))
    if not ordered:
        raise ValueError("values: must hold at least one value, got none")
    if ordered[0][0] < 0:
        raise ValueError(f"values: must be at least 0, got {ordered[0][0]}")
    for (one, _), (two, _) in pairwise(ordered):
        if one == two:
            raise ValueError(f"values: must be distinct, got {one} twice")
    return [z for z, _ in ordered], [int(y) for _, y in ordered]


def choose_shape(values: Sequence[Fraction], labels: Sequence[int]) -> Shape:
    """The shape of least estimated P, from a part of the line with SAMPLE_RUNS runs.

    Descent over the unit (quarter octaves), e0, e1 and g, started at two units per boundary. Only P
    depends on the choice, never exactness.
    """
    runs = sum(1 for _ in groupby(labels))
    part = _part(labels)
    share = max(1.0, runs / SAMPLE_RUNS)
    extent = max(values[part - 1] - values[0], Fraction(1, 2**20))
    density = ceil(runs / share / extent)  # boundaries per unit length
    costs: dict[Place, tuple[float, Shape]] = {}

    def cost(place: Place) -> float:
        if place not in costs:
            step, e0, e1, g = place
            unit = max(1, density * (4 + step % 4) << max(0, step // 4 + 8) >> 9)
            shape = Shape(unit, e0, e1, g)
            Gr = share * sum(1 for _ in groups(line(values[:part], labels[:part], shape)))
            costs[place] = 8 * Gr + 12 * g * (e0 + e1) + 21 * g, shape
        return costs[place][0]

    best = (4, 5, 5, 1 + isqrt(runs // 35))
    while True:
        after = min(_near(best), key=cost)
        if cost(after) >= cost(best):
            return costs[best][1]
        best = after


def _near(place: Place) -> list[Place]:
    step, e0, e1, g = place
    around = [(step + i, e0, e1, g) for i in (-2, -1, 1, 2)]
    around += [(step, e0, e1, g + i) for i in (-1 - g // 4, -1, 1, 1 + g // 4)]
    around += [(step + 2 * (i + j), e0 + i, e1 + j, g) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    around += [(step, e0 + i, e1 + j, g) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return [one for one in around if min(one[1:3]) >= 2 and one[3] >= 1]


def _part(labels: Sequence[int]) -> int:
    """Index after the first SAMPLE_RUNS runs."""
    count, seen = 0, 0
    for _, run in groupby(labels):
        if seen == SAMPLE_RUNS:
            break
        count, seen = count + sum(1 for _ in run), seen + 1
    return count
