"""The cells: all of them against a plain enumeration, and slopes of drawn functions against the rows."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from random import Random

import pytest

from proofs_checks.certificate import Rejected
from proofs_checks.interp import two_layer_cells
from proofs_checks.interp.two_layer_cells import (
    blocked_by,
    one_layer_changes,
    open_cells,
    open_orientations,
    read_refuted,
    region_slopes,
)

KEEP = lambda rows, new: False  # noqa: E731  nothing is refuted
#: Slopes -a2, a1 - a2, a1 of orientations R, L: ascending, descending, ascending is impossible.
TWO_UNITS = {"rows": [[0, -1], [-1, 1], [1, 0]], "multipliers": ["1", "1", "1"]}


def plain_cells(w1, w2, zeros):
    """Every cell by products and permutations, first slope > 0, zeros breaking the right way."""
    for s, e in product(product((1, -1), repeat=w1), product((1, -1), repeat=w2)):
        regions = list(combinations(range(w1 + 1), zeros))
        for start, where in product(product((0, 1), repeat=w2), product(regions, repeat=w2)):
            here = [[i for i in range(w2) if r in where[i]] for r in range(w1 + 1)]
            for orders in product(*map(permutations, here)):
                found = _rows(s, e, list(start), orders)
                if found is not None:
                    yield found


def _rows(s, e, active, orders):
    """The rows of a cell, or None if two kinks of known sign do not alternate."""
    n, rows, pieces = len(s), [], 0

    def slope(r, i):
        """Coefficients of the slope of z_i in region r: right-active units left of it, ..."""
        on = [(u < r) if s[u] == 1 else (u >= r) for u in range(n)]
        return [s[u] * on[u] if j == i else 0 for j in range(len(e)) for u in range(n)]

    for r, order in enumerate(orders):
        for i in (None, *order):
            if i is not None:
                if e[i] != (-1 if pieces % 2 else 1):
                    return None
                rows.append(tuple((-1 if active[i] else 1) * x for x in slope(r, i)))
                active[i] = 1 - active[i]
            total = [0] * (n * len(e))
            for j in range(len(e)):
                total = [a + active[j] * e[j] * b for a, b in zip(total, slope(r, j), strict=True)]
            rows.append(tuple((-1) ** pieces * x for x in total))
            pieces += 1
    return frozenset(rows)


def up_to_renumbering(rows, w1, w2):
    def renumbered(order):
        return tuple(
            sorted(tuple(x for i in order for x in r[i * w1 : (i + 1) * w1]) for r in rows)
        )

    return min(map(renumbered, permutations(range(w2))))


@pytest.mark.parametrize(
    ("w1", "w2", "zeros"),
    [(1, 1, 1), (1, 2, 1), (1, 3, 1), (2, 1, 2), (2, 2, 2), (3, 2, 1), (2, 3, 1), (3, 1, 3)],
)
def test_the_cells_are_those_of_a_plain_enumeration(w1, w2, zeros):
    def wanted(rows):
        return up_to_renumbering(rows, w1, w2)

    expected = {wanted(rows) for rows in plain_cells(w1, w2, zeros)}
    # The test sees zero rows, which are contradictions, as open.
    assert {wanted(rows) for rows in open_cells(w1, w2, zeros, KEEP)} == expected
    assert expected or (w1, w2) == (2, 1)


def test_every_cell_of_two_and_two_is_impossible_for_another_solver():
    from scipy.optimize import linprog

    cells = set(plain_cells(2, 2, 2))
    assert len(cells) > 50
    for rows in cells:
        A = [[-float(x) for x in row] for row in rows]
        answer = linprog([0] * 4, A_ub=A, b_ub=[-1] * len(A), bounds=(None, None))
        assert answer.status == 2, rows  # infeasible


def test_region_slopes_are_the_slopes_of_drawn_functions():
    rng = Random(5)
    for _ in range(50):
        s = tuple(rng.choice((1, -1)) for _ in range(rng.randint(1, 4)))
        a = [Fraction(rng.randint(-9, 9)) for _ in s]
        t = sorted(rng.sample(range(20), len(s)))

        inner = [(x + y) / Fraction(2) for x, y in pairwise([t[0] - 2, *t, t[-1] + 2])]
        slopes = [(_z(s, t, a, x + Fraction(1, 8)) - _z(s, t, a, x)) * 8 for x in inner]
        assert slopes == [sum(c * b for c, b in zip(r, a, strict=True)) for r in region_slopes(s)]


def test_one_unit_needs_no_multipliers_and_two_need_one_set_of_them():
    nothing, pool = blocked_by({}), blocked_by(read_refuted([TWO_UNITS], "refuted"))
    assert [one_layer_changes(k, nothing) for k in (1, 2, 3, 4)] == [1, 3, 4, 5]
    assert [one_layer_changes(k, pool) for k in (1, 2, 3, 4)] == [1, 2, 4, 5]
    assert list(open_orientations(2, nothing)) == [frozenset({(0, -1), (-1, 1), (1, 0)})]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"multipliers": ["1", "1", "2"]}, "does not cancel"),
        ({"multipliers": ["-1", "-1", "-1"]}, "at least 0"),
        ({"multipliers": ["0", "0", "0"]}, "no contradiction"),
        ({"multipliers": ["1", "1"]}, "must have 3 entries"),
        ({"rows": [[0, -1], [-1, 1], [1]]}, "must have"),
        ({"rows": [[0, -2], [-1, 1], [1, 0]]}, "at least -1"),
        ({"rows": [[0, "-1"], [-1, 1], [1, 0]]}, "must be an integer"),
        ({"rows": []}, "must have 0 entries"),
        ({"rows": [], "multipliers": []}, "without inequalities"),
    ],
)
def test_a_wrong_refutation_is_rejected(change, reason):
    with pytest.raises(Rejected, match=reason):
        read_refuted([{**TWO_UNITS, **change}], "refuted")


def test_a_refutation_is_used_only_where_all_of_its_rows_occur():
    blocked = blocked_by(read_refuted([TWO_UNITS], "refuted"))
    whole = frozenset({(0, -1), (-1, 1), (1, 0)})
    assert blocked(whole, (1, 0))
    assert blocked(whole | {(5, 5)}, (0, -1))
    assert not blocked(whole | {(5, 5)}, (5, 5))  # it was blocked before this row came
    assert not blocked(whole - {(0, -1)}, (1, 0))
    assert blocked(frozenset({(0, 0)}), (0, 0))


def test_too_large_a_problem_is_refused(monkeypatch):
    with pytest.raises(Rejected, match="at most 6"):
        next(open_cells(2, 7, 2, KEEP), None)
    with pytest.raises(Rejected, match="at most 6"):
        one_layer_changes(7, KEEP)
    monkeypatch.setattr(two_layer_cells, "MAX_STATES", 20)
    with pytest.raises(Rejected, match="more than 20"):
        list(open_cells(2, 2, 2, KEEP))


def test_slopes_of_whole_networks_are_sums_over_active_units():
    """Breakpoints, activity and slopes of drawn (2, 2) networks, from exact values only."""
    rng, seen = Random(8), set()
    for _ in range(120):
        s, t = rng.choice([(1, -1), (1, 1), (-1, -1), (-1, 1)]), sorted(rng.sample(range(-9, 9), 2))
        a = [[rng.randint(-9, 9) for _ in s] for _ in range(2)]
        b, e = [rng.randint(-30, 30) for _ in range(2)], [rng.choice((1, -1)) for _ in range(2)]
        for r, (left, right) in enumerate([(t[0] - 40, t[0]), (t[0], t[1]), (t[1], t[1] + 40)]):
            grid = [left + Fraction(right - left) * Fraction(k, 11) for k in range(12)]
            z = [[_z(s, t, a[i], x) + b[i] for x in grid] for i in range(2)]
            f = [sum(e[i] * max(z[i][k], 0) for i in range(2)) for k in range(12)]
            slopes = [
                sum(c * w for c, w in zip(region_slopes(s)[r], row, strict=True)) for row in a
            ]
            for k in range(11):
                on = [z[i][k] > 0 for i in range(2)]
                if all(z[i][k] * z[i][k + 1] > 0 for i in range(2)):  # no zero in between
                    slope = sum(e[i] * on[i] * slopes[i] for i in range(2))
                    assert f[k + 1] - f[k] == slope * (grid[k + 1] - grid[k])
                    seen.add((s, r, *on))
    assert len(seen) == 4 * 3 * 4


def _z(s, t, a, x):
    return sum(w * max(o * (x - at), 0) for w, o, at in zip(a, s, t, strict=True))
