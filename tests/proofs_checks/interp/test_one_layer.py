"""The cells of a hidden layer cover every unit, and multipliers block what they should."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from proofs_checks.interp.one_layer import (
    AFFINE,
    MAX_POINTS,
    MAX_UNITS,
    blocked,
    cells,
    demand_refuted,
    demand_size,
    kinds,
    read_labels,
    read_points,
)
from proofs_checks.reading import Rejected

F = Fraction
POINTS = (F(0), F(1, 2**50), F(1, 3), F(1))


def generators(kind, points):
    """The vectors (at the points) that span a kind, from its definition."""
    if kind == AFFINE:
        return [list(points), [-p for p in points]]
    _, s, j, sign = kind
    return [[sign * max(s * (p - points[k]), 0) for p in points] for k in (j, j + 1)]


def kind_of(s, t, v, points):
    """The kind a unit v relu(s (x - t)) falls into, None if it is dead."""
    active = [s * (p - t) > 0 for p in points]
    if not any(active) or v == 0:
        return None
    if all(active):
        return AFFINE
    j = max(i for i, p in enumerate(points) if p <= t)
    return ("hinge", s, min(j, len(points) - 2), 1 if v > 0 else -1)


def test_the_numbers_of_kinds_and_cells():
    assert kinds(1) == [AFFINE]
    assert [len(kinds(M)) for M in range(1, 5)] == [1, 5, 9, 13]
    assert sum(1 for _ in cells(2, 4)) == 13 * 14 // 2
    assert sum(1 for _ in cells(3, 6)) == 21 * 22 * 23 // 6


def test_every_unit_at_the_points_is_a_nonnegative_combination_of_its_kind():
    """Ties t = p_j and breakpoints outside included; constants are free."""
    rng = Random(5)
    places = [F(-1), F(2), *POINTS, *(F(rng.randint(-20, 60), 40) for _ in range(200))]
    for t in places:
        for s in (1, -1):
            for v in (F(-3, 2), F(1), F(0)):
                value = [v * max(s * (p - t), 0) for p in POINTS]
                kind = kind_of(s, t, v, POINTS)
                if kind is None:
                    assert value == [0] * len(POINTS)
                elif kind == AFFINE:
                    assert len({x - v * s * p for x, p in zip(value, POINTS, strict=True)}) == 1
                else:
                    left, right = POINTS[kind[2]], POINTS[kind[2] + 1]
                    assert left <= t <= right
                    b = abs(v) * (t - left) / (right - left)
                    first, second = generators(kind, POINTS)
                    mixed = [(abs(v) - b) * x + b * y for x, y in zip(first, second, strict=True)]
                    assert mixed == value


def test_blocking_is_a_sign_condition_on_the_generators():
    rng = Random(6)
    seen = set()
    for _ in range(300):
        labels = "".join(rng.choice("01") for _ in POINTS)
        z = [F(rng.randint(-1, 3), rng.randint(1, 2)) for _ in POINTS]
        signed = [a if c == "1" else -a for a, c in zip(z, labels, strict=True)]

        def product(g, signed=signed):
            return sum(a * x for a, x in zip(signed, g, strict=True))

        expected = set()
        if min(z) >= 0 and any(z) and product([1] * len(POINTS)) == 0:
            for kind in kinds(len(POINTS)):
                if all(product(g) <= 0 for g in generators(kind, POINTS)):
                    expected.add(kind)
        assert blocked(POINTS, labels, z) == expected
        seen |= expected
    assert len(seen) > 5


def test_multipliers_that_are_all_zero_refute_nothing():
    """0 = 0 is no contradiction, although it meets every sign condition."""
    zero = [F(0)] * len(POINTS)
    for labels in ("0101", "0000", "0001"):
        assert blocked(POINTS, labels, zero) == frozenset()
    with pytest.raises(Rejected, match="blocks nothing"):
        demand_refuted(1, POINTS, "0001", [["0"] * len(POINTS)])


def test_constant_labels_are_never_blocked():
    for labels in ("0000", "1111"):
        assert blocked(POINTS, labels, [F(1)] * 4) == frozenset()


def test_two_points_cannot_be_refuted_for_one_unit():
    with pytest.raises(Rejected, match="leave the cell"):
        demand_refuted(1, (F(0), F(1)), "01", [["1", "1"]])


def test_one_unit_cannot_alternate_on_three_points():
    """z = (b, a + b, a) with gaps a, b balances value and moment; it blocks concave kinds only."""
    points = (F(0), F(1), F(3))
    balanced, left, right = ["2", "3", "1"], ["1", "1", "0"], ["0", "1", "1"]
    demand_refuted(1, points, "010", [balanced, left, right])
    demand_refuted(1, points, "101", [balanced, left, right])
    for missing in ([left, right], [balanced, right], [balanced, left]):
        with pytest.raises(Rejected, match="leave the cell"):
            demand_refuted(1, points, "010", missing)
    with pytest.raises(Rejected, match="blocks nothing"):
        demand_refuted(1, points, "010", [balanced, left, right, ["1", "1", "1"]])
    with pytest.raises(Rejected, match="leave the cell"):
        demand_refuted(2, points, "010", [balanced, left, right])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([], "at least one"),
        (["0", "0"], "strictly increasing"),
        (["1", "0"], "strictly increasing"),
        (["0", 1], "must be a string"),
        ("01", "must be an array"),
    ],
)
def test_bad_points_are_rejected(data, reason):
    with pytest.raises(Rejected, match=reason):
        read_points(data)


@pytest.mark.parametrize("labels", ["", "0", "012", "0a1", " 01", 10, None])
def test_bad_labels_are_rejected(labels):
    with pytest.raises(Rejected, match="labels"):
        read_labels(labels, "labels", 3)


def test_problems_beyond_the_limits_are_refused_and_not_started():
    demand_size(1, MAX_POINTS)
    with pytest.raises(Rejected, match="points: at most"):
        demand_size(1, MAX_POINTS + 1)
    with pytest.raises(Rejected, match=r"units: .* cells, more than"):
        demand_size(MAX_UNITS, 2)
    for M in (1, 2):  # on one point there is a single cell, as long as the number of units
        with pytest.raises(Rejected, match=f"units: at most {MAX_UNITS}"):
            demand_size(10**9, M)
