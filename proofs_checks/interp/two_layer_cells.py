"""Why the slopes of a small network cannot alternate on all of its pieces: cells and multipliers.

| symbol | meaning |
|---|---|
| w1, w2 | units of the first and the second hidden layer; d = 1, one output |
| t_1 < .. < t_w1, s_u | breakpoints of the first layer, orientations: h_u = relu(s_u (x - t_u)) |
| region r | t_r < x < t_(r+1), r = 0..w1, the first and the last one unbounded |
| z_i, e_i | pre-activations of the second layer, f = sum_i e_i relu(z_i) + c, e_i = +-1 |
| k(w) | most label changes of one hidden layer of w units, along any increasing inputs |

**Normal form.** Weights of h_u go into the layer after it and |v_i| into z_i (relu is positively
homogeneous); units with weight 0 have no breakpoint. In region r the slope of z_i is sum_u a_iu s_u
over the active units (s_u = 1 and u <= r, or s_u = -1 and u > r): linear in a_i = (a_i1..a_iw1), with
coefficients that depend on r and s alone. No input and no breakpoint occurs in it.

**Changes need slopes.** If the label 1{f > 0} changes C times along increasing inputs, C affine pieces
of f, in order, have slopes of alternating signs: the change happens across one zero of one piece, in
the direction of its slope. So a net with Q breakpoints changes at most Q + 1 times, and Q + 1 times
only if there are Q distinct breakpoints and *all* slopes alternate strictly. f -> -f exchanges the
two ways to begin, and only slopes are used of f from here on: the first one is taken > 0.

**One hidden layer of k units.** Q <= k. A cell is an orientation of each unit, in the order of the
breakpoints; its rows are (-1)^r (slope in region r) > 0 in the variables a_1..a_k. If every cell is
refuted, k(k) = k, else k + 1 is what is known.

**Two hidden layers.** Inside a region z_i is affine. Besides t_1..t_w1, f has breakpoints only where
some z_i passes through 0 within a region, with a slope != 0; that is a label change of 1{z_i > 0}, so
there are at most k(w1) for each i, and Q = w1 + w2 k(w1). For Q + 1 changes all of these must exist,
be distinct and break the slope of f. Then every z_i has exactly k(w1) of them, and no other label
change, so between them it is active (z_i > 0) or not throughout, and each turns one into the other.
Hence a cell: s, e, who is active at the left end, and the order of all breakpoints from left to
right, a z_i at most once per region. Rows, in the variables a_11..a_(w2 w1):
  - d (slope of z_i in region r) > 0 where z_i passes through 0, d = 1 upwards, d = -1 downwards;
  - (-1)^j sum_(active i) e_i (slope of z_i) > 0 on the j-th piece.
At a zero of z_i the slope of f jumps by e_i |slope of z_i|: orders in which e_i has not the sign that
the alternation asks for are left out. The units of the second layer may be renumbered, so e is
sorted, and so is activity at the left end among equal e_i.

**Refutation.** Multipliers y >= 0, not 0, with sum y row = 0 (:mod:`proofs_checks.farkas`) refute every
cell that has these rows, and every cell that begins with them; a row of zeros needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product
from typing import Any

from proofs_checks.farkas import Inequality, check_infeasible
from proofs_checks.reading import Rejected, integer, mapping, rationals, sequence

MAX_UNITS = 6  #: most units of a layer that is looked at
MAX_STATES = 50_000  #: most beginnings of cells that are visited

Row = tuple[int, ...]
Rows = frozenset[Row]
Pool = dict[Row, list[Rows]]  #: refuted sets of rows, listed under each of their rows
Blocked = Callable[[Rows, Row], bool]  #: whether these rows, the last added named, are refuted


def read_refuted(data: Any, name: str) -> Pool:
    """The refutations ``[{"rows": [[-1, 0, 1, ..], ..], "multipliers": ["p/q", ..]}, ..]``, checked."""
    pool: Pool = {}
    for i, entry in enumerate(sequence(data, name)):
        parts = mapping(entry, f"{name}[{i}]", ("rows", "multipliers"))
        rows = [
            tuple(
                integer(x, f"{name}[{i}].rows", -1, 1) for x in sequence(row, f"{name}[{i}].rows")
            )
            for row in sequence(parts["rows"], f"{name}[{i}].rows")
        ]
        multipliers = rationals(parts["multipliers"], f"{name}[{i}].multipliers", len(rows))
        # row . a > 0 is -row . a < 0.
        check_infeasible([Inequality(tuple(-x for x in r), 0, True) for r in rows], multipliers)
        for row in set(rows):
            pool.setdefault(row, []).append(frozenset(rows))
    return pool


def blocked_by(pool: Pool) -> Blocked:
    """The rows of ``pool`` as a test of a set of rows to which one has just been added."""

    def blocked(rows: Rows, new: Row) -> bool:
        return not any(new) or any(refuted <= rows for refuted in pool.get(new, ()))

    return blocked


def region_slopes(s: tuple[int, ...]) -> list[Row]:
    """The coefficients of the slope of sum_u a_u relu(s_u (x - t_u)) in the regions 0..w."""
    return [
        tuple(o if (o > 0) == (u < r) else 0 for u, o in enumerate(s)) for r in range(len(s) + 1)
    ]


# -- one hidden layer -----------------------------------------------------------------------------


def open_orientations(k: int, blocked: Blocked) -> Iterator[Rows]:
    """The cells of one hidden layer of k units that are not refuted."""
    for s in product((1, -1), repeat=_units(k)):
        rows = frozenset(_signed(row, r) for r, row in enumerate(region_slopes(s)))
        if not any(blocked(rows, row) for row in rows):
            yield rows


def one_layer_changes(k: int, blocked: Blocked) -> int:
    """k(k) as far as it is known: k if every cell is refuted, else k + 1."""
    return k if next(open_orientations(k, blocked), None) is None else k + 1


# -- two hidden layers ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Beginning:
    """The left part of a cell; ``left`` counts the zeros that each z_i still has to have."""

    region: int
    crossed: frozenset[int]
    active: tuple[bool, ...]
    left: tuple[int, ...]
    pieces: int
    rows: Rows


@dataclass(frozen=True)
class _Fixed:
    """What a cell fixes from the start: the coefficients of s, the signs e, and the test."""

    slopes: list[Row]
    e: tuple[int, ...]
    blocked: Blocked


def open_cells(w1: int, w2: int, zeros: int, blocked: Blocked) -> Iterator[Rows]:
    """The cells of widths (w1, w2) with ``zeros`` zeros per pre-activation that are not refuted.

    :class:`Rejected` when more than :data:`MAX_STATES` beginnings would be visited.
    """
    visited, w2 = 0, _units(w2)
    for s in product((1, -1), repeat=_units(w1)):
        for e in combinations_with_replacement((1, -1), w2):
            fixed = _Fixed(region_slopes(s), e, blocked)
            waiting = [one for start in _starts(e) for one in _first(fixed, start, zeros)]
            while waiting:
                visited += 1
                if visited > MAX_STATES:
                    raise Rejected(f"widths: more than {MAX_STATES} beginnings of cells")
                one = waiting.pop()
                if one.region == w1 and not any(one.left):
                    yield one.rows
                waiting += _continued(fixed, one)


def _starts(e: tuple[int, ...]) -> Iterator[tuple[bool, ...]]:
    """Who is active at the left end, up to exchanging units of the same sign."""
    plus = e.count(1)
    for one in combinations_with_replacement((False, True), plus):
        for two in combinations_with_replacement((False, True), len(e) - plus):
            yield one + two


def _first(fixed: _Fixed, start: tuple[bool, ...], zeros: int) -> Iterator[_Beginning]:
    empty = _Beginning(0, frozenset(), start, (zeros,) * len(start), 0, frozenset())
    yield from _with_piece(fixed, empty)


def _continued(fixed: _Fixed, one: _Beginning) -> Iterator[_Beginning]:
    """One breakpoint more: the next t, or a zero of a pre-activation in this region."""
    last = len(fixed.slopes) - 1
    if one.region < last:
        yield from _with_piece(fixed, replace(one, region=one.region + 1, crossed=frozenset()))
    wanted = 1 if one.pieces % 2 == 0 else -1  # the last piece ascends iff their number is odd
    for i, e in enumerate(fixed.e):
        if e != wanted or i in one.crossed or not one.left[i]:
            continue
        d = -1 if one.active[i] else 1
        row = _placed([d * x for x in fixed.slopes[one.region]], i, len(fixed.e))
        rows = one.rows | {row}
        if not fixed.blocked(rows, row):
            toggled = replace(
                one,
                crossed=one.crossed | {i},
                active=(*one.active[:i], not one.active[i], *one.active[i + 1 :]),
                left=(*one.left[:i], one.left[i] - 1, *one.left[i + 1 :]),
                rows=rows,
            )
            yield from _with_piece(fixed, toggled)


def _with_piece(fixed: _Fixed, one: _Beginning) -> Iterator[_Beginning]:
    """The piece after the last breakpoint, unless its slope cannot have the right sign."""
    slopes = fixed.slopes[one.region]
    units = zip(fixed.e, one.active, strict=True)
    piece = tuple(e * x if active else 0 for e, active in units for x in slopes)
    row = _signed(piece, one.pieces)
    rows = one.rows | {row}
    if not fixed.blocked(rows, row):
        yield replace(one, pieces=one.pieces + 1, rows=rows)


def _signed(row: Row, j: int) -> Row:
    return tuple(-x for x in row) if j % 2 else row


def _placed(values: list[int], i: int, units: int) -> Row:
    n = len(values)
    return tuple(values[j - i * n] if j // n == i else 0 for j in range(n * units))


def _units(w: int) -> int:
    if w > MAX_UNITS:
        raise Rejected(f"widths: at most {MAX_UNITS}, got {w}")
    return w
