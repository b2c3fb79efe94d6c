r"""Codes for the run-coded lookup: a backward beam search in exact integers.

Points on a line fall into runs of equal label. A group of consecutive points is described by its
boundaries t_1 < t_2 < ..., and only their differences are stored, as digits of one rational r:

    r_(i-1) = v / 2^e  with  tri(v) = r_i,   Q_i = t_i - t_(i-1) = (v - r_i) / 2,

so with e tents Q takes the values n and n - r_i (n integer): about two per unit, the second kind at
places that depend on the rest of the code. A boundary may lie anywhere in the gap between two runs.
Going from the last boundary of a group to the first, all ways to place the next one are followed (at
most BEAM are kept); the group ends where none is left, and its far end is a cut of the
selection, to which gaps of any size are equal. So digits need not resolve the *smallest* gap, only
most of them: a few bits per boundary against 3/2 log N for a key.

| symbol | meaning |
|---|---|
| y | positions, unit chosen with the shape: an integer multiple of the inputs |
| e_0, e_1 | tents per digit: runs of label 0 (Q before a 0 -> 1 boundary), runs of label 1 |
| g | pairs of digits per group |
| w | a boundary t lies at least w below the next point |
| G | binary places of all integers here, enough for every digit to be exact |
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from constructions.interp._reading import read_integer

BEAM = 16
MARGIN_BITS = 8  # w = 2^-8 units
Beam = list[tuple[int, int]]  # states (t, r), both times 2^G


@dataclass(frozen=True)
class Shape:
    """What all groups share: positions are ``unit`` times the inputs. unit, g >= 1; e_0, e_1 >= 2."""

    unit: int
    e0: int
    e1: int
    g: int

    def __post_init__(self) -> None:
        for name, least in (("unit", 1), ("e0", 2), ("e1", 2), ("g", 1)):
            read_integer(getattr(self, name), name, least)

    @property
    def places(self) -> int:
        """G: binary places of positions and codes."""
        return self.g * (self.e0 + self.e1) + MARGIN_BITS


@dataclass(frozen=True)
class Group:
    """Points ``first`` .. ``last`` (indices in increasing order), start s and code r."""

    first: int
    last: int
    start: Fraction
    code: Fraction
    pairs: int


@dataclass(frozen=True)
class Line:
    """Positions times 2^G, rounded up and down, and labels of the sorted points."""

    shape: Shape
    up: tuple[int, ...]
    down: tuple[int, ...]
    labels: tuple[int, ...]

    @property
    def one(self) -> int:
        """The unit of length, 2^G."""
        return 1 << self.shape.places

    @property
    def margin(self) -> int:
        """w."""
        return 1 << (self.shape.places - MARGIN_BITS)

    def gap(self, i: int) -> tuple[int, int]:
        """Where a boundary between the points i - 1 and i may lie (empty if first > last)."""
        return self.up[i - 1], self.down[i] - self.margin

    def run_start(self, i: int) -> int:
        """Index of the first point of the run that point i belongs to."""
        label = self.labels[i]
        while i and self.labels[i - 1] == label:
            i -= 1
        return i


def line(values: Sequence[Fraction], labels: Sequence[int], shape: Shape) -> Line:
    """The points at ``values`` (increasing), prepared for :func:`groups`."""
    factor = shape.unit << shape.places
    up = tuple(-(-z.numerator * factor // z.denominator) for z in values)
    down = tuple(z.numerator * factor // z.denominator for z in values)
    return Line(shape, up, down, tuple(labels))


def groups(points: Line) -> Iterator[Group]:
    """Groups that cover the points, from the last to the first."""
    last = len(points.labels) - 1
    while last >= 0:
        group = _longest(points, last)
        yield group
        last = group.first - 1


def _longest(points: Line, last: int) -> Group:
    """The group that ends at point ``last`` and reaches as far down as the beam does."""
    run = points.run_start(last)
    if points.labels[last]:
        return _walk(points, _ends(points.up[last], points.up[last] + points.one - 1), run, last)
    if run == 0:
        return _alone(points, 0, last)
    beam = _ends(*points.gap(run))
    if not beam:  # the gap is shorter than w
        return _alone(points, run, last)
    return _walk(points, beam, points.run_start(run - 1), last)


def _walk(points: Line, beam: Beam, run: int, last: int) -> Group:
    """Down from the states ``beam`` at the upper boundary of the run that starts at point ``run``."""
    used, most = 0, 2 * points.shape.g
    first = last + 1 if points.labels[last] else points.run_start(last)
    while used + 1 + points.labels[run] <= most:  # a first digit of label 1 needs one more below
        label = points.labels[run]
        after = _step(points, beam, run, label)
        while not after and used + 3 + label <= most:
            inside = _refilled(points, beam, run, label)
            if not inside:
                break
            beam, used = inside, used + 2
            after = _step(points, beam, run, label)
        if not after:
            break
        beam, used, first = after, used + 1, run
        if run == 0:
            break
        run = points.run_start(run - 1)
    return _finish(points, beam, used, first, last)


def _step(points: Line, beam: Beam, run: int, label: int) -> Beam:
    """All states one digit further down, thinned to BEAM; the digit spans the run from ``run``."""
    e = points.shape.e1 if label else points.shape.e0
    one = points.one
    if run:
        low, high = points.gap(run)
    else:  # below all points
        high = points.down[0] - points.margin
        low = high - (one << e)
    after: dict[int, int] = {}
    for t, r in beam:
        most = 1 << (e - 1)
        for n in range(
            max(0, -((high - t) // one)), min(most - 1 + (r == 0), (t - low) // one) + 1
        ):
            after.setdefault(t - n * one, (2 * n * one + r) >> e)
        if r:
            s = t + r
            for n in range(max(1, -((high - s) // one)), min(most, (s - low) // one) + 1):
                after.setdefault(s - n * one, (2 * n * one - r) >> e)
    return _thinned(sorted(after.items()))


def _refilled(points: Line, beam: Beam, run: int, label: int) -> Beam:
    """States inside the run: one digit of its label, then an empty run (digit 0) of the other.

    Spends a pair of digits where the run is too long for one digit, or where no state meets a
    small gap: the new states try other places. The lowest are kept.
    """
    shape = points.shape
    e, other = (shape.e1, shape.e0) if label else (shape.e0, shape.e1)
    one, bottom = points.one, points.up[run]
    after: dict[int, int] = {}
    for t, r in beam:
        for n in range(min(1 << (e - 1), (t - bottom) // one + 1)):
            after.setdefault(t - n * one, (2 * n * one + r) >> e >> other)
        if r:
            for n in range(1, min(1 << (e - 1), (t + r - bottom) // one) + 1):
                after.setdefault(t + r - n * one, (2 * n * one - r) >> e >> other)
    free = [(t, r) for t, r in sorted(after.items())[: 4 * BEAM] if _free(points, t)]
    return free[:BEAM]


def _free(points: Line, t: int) -> bool:
    """Whether no point lies less than w above t."""
    i = bisect_right(points.up, t)
    return i == len(points.up) or points.down[i] - t >= points.margin


def _thinned(states: Beam) -> Beam:
    if len(states) <= BEAM:
        return states
    return [states[i * (len(states) - 1) // (BEAM - 1)] for i in range(BEAM)]


def _ends(low: int, high: int) -> Beam:
    """Last boundaries spread over [low, high]; no digits yet."""
    if low > high:
        return []
    return [(t, 0) for t in sorted({low + (high - low) * i // BEAM for i in range(BEAM)})]


def _finish(points: Line, beam: Beam, used: int, first: int, last: int) -> Group:
    shape = points.shape
    t, r = beam[0]
    if not used:  # nothing fitted: as much of the last run of label 1 as one digit spans
        return _partial(points, last) if first > last else _alone(points, first, last)
    if used % 2:  # the first digit is of label 1: a digit 0 before it takes the run of label 0
        first = points.run_start(first - 1) if first else 0
        return _group(shape, (first, last), (t, r >> shape.e0), used + 1)
    first = bisect_right(points.up, t)  # inside a run of label 1: the points above the start
    return _group(shape, (first, last), (t, r), used) if first <= last else _partial(points, last)


def _alone(points: Line, first: int, last: int) -> Group:
    """A run of label 0: it starts above its points, which leave at the first boundary."""
    return _group(points.shape, (first, last), (points.up[last], 0), 0)


def _partial(points: Line, last: int) -> Group:
    one, e = points.one, points.shape.e1
    t = points.up[last] - (one << (e - 1))
    first = last
    while first and points.labels[first - 1] and points.down[first - 1] >= t + points.margin:
        first -= 1
    return _group(points.shape, (first, last), (t, one >> points.shape.e0), 2)


def _group(shape: Shape, span: tuple[int, int], state: tuple[int, int], used: int) -> Group:
    one, (t, r) = 1 << shape.places, state
    return Group(*span, Fraction(t, one), Fraction(r, one), used // 2)
