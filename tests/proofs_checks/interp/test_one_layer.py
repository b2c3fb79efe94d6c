"""The cells of a hidden layer cover every unit, and multipliers block what they should."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from proofs_checks.interp import one_layer
from proofs_checks.interp.one_layer import (
    AFFINE,
    MAX_CELLS,
    MAX_POINTS,
    MAX_UNITS,
    blocked,
    cells,
    demand_realised,
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


# -- edges ----------------------------------------------------------------------------------------


def refused(call, *arguments):
    with pytest.raises(Rejected) as caught:
        call(*arguments)
    return str(caught.value)


def test_the_limits_are_these():
    assert (MAX_CELLS, MAX_POINTS, MAX_UNITS) == (100_000, 12, 100)
    assert AFFINE == ("affine",)


@pytest.mark.parametrize(("units", "M"), [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (4, 3), (5, 2)])
def test_cells_are_counted_before_they_are_listed(units, M, monkeypatch):
    number = len(list(cells(units, M)))
    monkeypatch.setattr(one_layer, "MAX_CELLS", number)
    demand_size(units, M)
    monkeypatch.setattr(one_layer, "MAX_CELLS", number - 1)
    assert refused(demand_size, units, M) == f"units: {number} cells, more than {number - 1}"


def test_the_largest_sizes_are_looked_at_and_the_next_are_not():
    demand_size(MAX_UNITS, 1)
    assert refused(demand_size, MAX_UNITS + 1, 1) == "units: at most 100, got 101"
    assert refused(demand_size, 1, 13) == "points: at most 12, got 13"


def test_points_and_labels_are_read_as_they_are():
    assert read_points(["-1", "0", "1/3"]) == (-1, 0, F(1, 3))
    assert read_points(["5"]) == (5,)
    assert (
        refused(read_points, ["0", "1", "1", "2"])
        == "statement.points: must be strictly increasing"
    )
    assert (
        refused(read_points, ["0", "1", "1/2", "2"])
        == "statement.points: must be strictly increasing"
    )
    assert refused(read_points, None).startswith("statement.points: must be an array")
    assert refused(read_points, ["0", "2/4"]).startswith("statement.points[1]: ")
    for labels in ("0", "1", "0011", "000", "111"):
        assert read_labels(labels, "y", len(labels)) == labels
    for labels in ("", "0101", "01", "01x", "0 1", "01\n"):
        assert refused(read_labels, labels, "y", 3) == "y: must be 3 characters 0 or 1"
    assert refused(read_labels, None, "y", 3) == "y: must be a string, got None"


def test_multipliers_of_another_length_block_nothing():
    z = [F(1)] * 4
    assert blocked(POINTS, "0101", z) | blocked(POINTS, "0110", z)
    for wrong in (z[1:], [*z, F(0)], []):
        assert blocked(POINTS, "0101", wrong) == frozenset()
    with pytest.raises(ValueError, match="shorter"):
        blocked(POINTS, "010", z)


def test_wrong_multipliers_are_refused_by_name():
    points = (F(0), F(1), F(3))
    assert refused(demand_refuted, 1, points, "010", None).startswith(
        "multipliers: must be an array"
    )
    message = refused(demand_refuted, 1, points, "010", [["1", "1"]])
    assert message == "multipliers: must have 3 entries, got 2"
    message = refused(demand_refuted, 1, points, "010", [["1", "1", 0]])
    assert message == "multipliers[2]: must be a string, got 0"
    message = refused(demand_refuted, 1, points, "010", [])
    assert message.startswith("multipliers: those for 010 leave the cell (('affine',),) open")


def ramps(*units, bias="0", inputs=1):
    """One hidden layer relu(w x + b), summed with weights v."""
    first = {"rows": [[[0, w]] for w, _, _ in units], "bias": [b for _, b, _ in units]}
    last = {"rows": [[[i, v] for i, (_, _, v) in enumerate(units)]], "bias": [bias]}
    return {"inputs": inputs, "layers": [first, last]}


def test_a_network_realises_the_labels_that_it_gives():
    """x -> relu(x - 1) is positive right of 1, relu(x) - 1/2 right of 1/2, and so on."""
    points = (F(0), F(1), F(3))
    for network, labels in (
        (ramps(("1", "-1", "1")), "001"),
        (ramps(("1", "0", "1"), bias="-1/2"), "011"),
        (ramps(("-1", "1", "1")), "100"),
        (ramps(("1", "0", "-1"), bias="1/2"), "100"),
        (ramps(("1", "0", "0")), "000"),  # 0 is not positive
        (ramps(("1", "0", "0"), bias="1/9"), "111"),
    ):
        demand_realised(1, points, labels, network)
        for i in range(3):
            other = labels[:i] + "10"[int(labels[i])] + labels[i + 1 :]
            message = refused(demand_realised, 1, points, other, network)
            assert message == f"network for {other}: labels point {i} differently"
    with pytest.raises(ValueError, match=r"shorter|longer"):
        demand_realised(1, points, "00", ramps(("1", "-1", "1")))


def test_a_network_of_another_shape_realises_nothing():
    one, two = ramps(("1", "0", "1")), ramps(("1", "0", "1"), ("1", "-1", "1"))
    deep = {"inputs": 1, "layers": [one["layers"][0], *one["layers"]]}
    flat = {"inputs": 1, "layers": one["layers"][1:]}
    twice = {"inputs": 1, "layers": [one["layers"][0], {"rows": [[], []], "bias": ["1", "1"]}]}
    wide = ramps(("1", "0", "1"), inputs=2)
    rule = "must have 1 input, {} hidden units, 1 output"
    for units, networks in (
        (1, (two, deep, flat, twice, wide)),
        (2, (one, deep, flat, twice, wide)),
    ):
        for network in networks:
            message = refused(demand_realised, units, (F(1),), "1", network)
            assert message == f"network for 1: {rule.format(units)}"
    demand_realised(1, (F(1),), "1", one)
    demand_realised(2, (F(1),), "1", two)
    assert refused(demand_realised, 1, (F(1),), "1", None).startswith("network: must be an object")
