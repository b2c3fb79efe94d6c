"""Many points at once give what one point after the other gives, unit by unit in Fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from proofs_checks import columns, relu

# Powers of two beyond a digit, odd multiples of them, both signs, and units that are 0 on one side.
WEIGHTS = (1, -1, 2, -2, 2**29, 2**30, -(2**30), 3 * 2**31, -5 * 2**64, 7, Fraction(-1, 2**40))


def network(rng, sizes):
    layers = []
    for before, after in pairwise(sizes):
        rows = [
            [[j, str(Fraction(rng.choice(WEIGHTS)))] for j in range(before) if rng.random() < 0.7]
            for _ in range(after)
        ]
        bias = [str(Fraction(rng.choice((0, 0, 1, -1, *WEIGHTS)))) for _ in range(after)]
        layers.append({"rows": rows, "bias": bias})
    return {"inputs": sizes[0], "layers": layers}


@pytest.mark.parametrize("seed", range(20))
def test_a_chunk_agrees_with_the_naive_evaluation_at_each_point(seed, naive):
    rng = Random(seed)
    net = network(rng, (2, 4, 3, 5, 2))
    points = [
        (Fraction(rng.randint(-9, 9), rng.randint(1, 9)), rng.randint(-(2**70), 2**70))
        for _ in range(11)
    ]
    assert [list(v) for v in relu.evaluate_all(net, points)] == [
        naive.outputs(net, point) for point in points
    ]


@pytest.mark.parametrize(
    "count", [0, 1, relu.CHUNK - 1, relu.CHUNK, relu.CHUNK + 1, 3 * relu.CHUNK]
)
def test_no_point_is_lost_or_moved_at_the_border_of_a_chunk(count):
    hinge = {
        "inputs": 1,
        "layers": [
            {"rows": [[[0, "1"]], [[0, "-1"]]], "bias": ["-200", "300"]},
            {"rows": [[[0, "1"], [1, "-2/3"]]], "bias": ["1/7"]},
        ],
    }
    expected = [
        (max(x - 200, 0) - Fraction(2, 3) * max(300 - x, 0) + Fraction(1, 7),) for x in range(count)
    ]
    assert list(relu.evaluate_all(hinge, ((x,) for x in range(count)))) == expected


def test_points_are_taken_only_as_far_as_values_are_asked_for():
    taken = []

    def points():
        for x in range(10 * relu.CHUNK):
            taken.append(x)
            yield (x,)

    identity = {"inputs": 1, "layers": [{"rows": [[[0, "1"]]], "bias": ["0"]}]}
    assert next(relu.evaluate_all(identity, points())) == (0,)
    assert len(taken) == relu.CHUNK


def test_growth_bounds_every_row_of_a_layer():
    rows = ((((1, ((0, 3), (1, -4))),), 8), (((2, ((0, 5),)), (3, ((1, -6),))), -3), ((), 0))
    assert columns.growth(rows) == (2 * 5 + 3 * 6 + 3).bit_length()
    assert columns.growth(rows[2:]) == 0


def test_values_are_measured_when_the_bound_is_too_coarse(monkeypatch):
    # The bound grows by two bits a layer, the values do not grow at all.
    layer = {"rows": [[[0, "1"], [1, "-2"]], [[1, "1"]]], "bias": ["0", "0"]}
    net = {"inputs": 2, "layers": [layer] * 200}
    monkeypatch.setattr(columns, "MAX_VALUE_BITS", 16)
    assert relu.evaluate(net, (1000, 0)) == (1000, 0)


def test_the_length_of_a_negative_number_counts():
    assert columns._longest([[3, -(2**40)], None], [1, 1]) == 41
    assert columns._longest([None], [2**50, 1]) == 51


# -- edges ----------------------------------------------------------------------------------------

KEEP = ((((1, ((0, 1),)),), 0),)  # a layer of one unit that hands its input on


def test_the_limits_are_these():
    assert (columns.MAX_VALUE_BITS, columns.MAX_LAYER_BITS) == (8_388_608, 4_294_967_296)


@pytest.mark.parametrize(
    ("groups", "bias", "bound"),
    [(((1, ((0, 1),)),), 1, 2), (((1, ((0, 3),)),), -1, 4), (((4, ((0, 4),)),), 0, 16), ((), 7, 7)],
)
def test_growth_is_the_length_of_the_sum_of_all_sizes(groups, bias, bound):
    assert columns.growth([(groups, bias)]) == bound.bit_length()


@pytest.mark.parametrize(
    ("bits", "more", "measured", "fits"),
    [(8, 8, 1, True), (9, 7, 1, True), (9, 9, 2, False), (3, 4, 1, True), (16, 1, 2, False)],
)
def test_values_are_measured_again_only_where_the_bound_exceeds_the_room(
    bits, more, measured, fits, monkeypatch
):
    really, calls = columns._longest, []
    monkeypatch.setattr(columns, "MAX_VALUE_BITS", 16)
    monkeypatch.setattr(columns, "_longest", lambda *held: calls.append(1) or really(*held))
    start = [[2**bits - 1]]
    if fits:
        assert columns.through([KEEP], [more], start, [1]) == start
    else:
        with pytest.raises(columns.TooLong, match=r"^network: a value of more than 16 bits$"):
            columns.through([KEEP], [more], start, [1])
    assert len(calls) == measured


def test_the_room_of_a_layer_is_shared_by_its_units_and_the_points(monkeypatch):
    monkeypatch.setattr(columns, "MAX_LAYER_BITS", 60)
    layer = KEEP * 3
    assert columns.through([layer], [1], [[2**9 - 1, 0]], [1, 1]) == [[2**9 - 1, 0]] * 3
    with pytest.raises(columns.TooLong, match="more than 10 bits"):
        columns.through([layer], [1], [[2**10 - 1, 0]], [1, 1])


def test_every_layer_has_its_growth():
    with pytest.raises(ValueError, match="shorter"):
        columns.through([KEEP, KEEP], [1], [[1]], [1])


def test_a_unit_that_is_zero_everywhere_is_no_column():
    assert columns._unit(((), 0), [[1]], [1]) is None
    assert columns._unit((((1, ((0, 5),)),), 0), [None], [1]) is None
    assert columns._unit((((1, ((0, 5),)),), 2), [None], [3]) == [6]
    assert columns._relu([0, -1]) is None
    assert columns._relu(None) is None
    assert columns._relu([0, 1, -1]) == [0, 1, 0]
