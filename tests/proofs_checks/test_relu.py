"""Exact evaluation in integers agrees with a unit-by-unit evaluation in Fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_checks import relu
from proofs_checks.reading import Rejected

TENT = {  # x -> relu(2x - 4 relu(x - 1/2)), the tent map on [0, 1]
    "inputs": 1,
    "layers": [
        {"rows": [[[0, "1"]], [[0, "1"]]], "bias": ["0", "-1/2"]},
        {"rows": [[[0, "2"], [1, "-4"]]], "bias": ["0"]},
        {"rows": [[[0, "1"]]], "bias": ["0"]},
    ],
}
AFFINE = {"inputs": 2, "layers": [{"rows": [[[1, "-3/2"]], []], "bias": ["1/4", "7"]}]}


@pytest.mark.parametrize(
    ("x", "y"), [(0, 0), (Fraction(1, 3), Fraction(2, 3)), (Fraction(1, 2), 1), (1, 0), (-1, 0)]
)
def test_the_tent_map_takes_its_known_values(x, y):
    assert relu.evaluate(TENT, (x,)) == (y,)


def test_a_network_without_hidden_layers_is_affine_and_may_be_negative():
    assert relu.evaluate(AFFINE, (5, 1)) == (Fraction(-5, 4), 7)
    assert relu.read(AFFINE).width == 0


def test_dense_and_nonzero_counts_are_kept_apart():
    net = relu.read(TENT)
    assert (net.depth, net.width, net.widths, net.outputs) == (2, 2, (2, 1, 1), 1)
    assert relu.parameters(TENT) == (1 + 1) * 2 + (2 + 1) + (1 + 1)
    assert relu.nonzeros(TENT) == 6
    assert (relu.parameters(AFFINE), relu.nonzeros(AFFINE)) == (6, 3)
    assert relu.nonzeros(net) == 6


def test_stored_zeros_count_as_parameters_and_not_as_nonzeros():
    net = {"inputs": 1, "layers": [{"rows": [[[0, "0"]]], "bias": ["0"]}]}
    assert (relu.parameters(net), relu.nonzeros(net)) == (2, 0)
    assert relu.evaluate(net, (3,)) == (0,)


numbers = st.one_of(
    st.integers(-3, 3).map(Fraction),
    st.fractions(max_denominator=9),
    st.builds(Fraction, st.integers(-(2**90), 2**90), st.integers(1, 2**90)),
)


@st.composite
def networks(draw):
    d = draw(st.integers(1, 3))
    sizes = [d, *draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))]
    layers = []
    for before, after in pairwise(sizes):
        columns = st.lists(st.integers(0, before - 1), unique=True)
        rows = [[[j, str(draw(numbers))] for j in draw(columns)] for _ in range(after)]
        layers.append({"rows": rows, "bias": [str(draw(numbers)) for _ in range(after)]})
    return {"inputs": d, "layers": layers}, tuple(draw(numbers) for _ in range(d))


@settings(deadline=None)
@given(networks())
def test_evaluation_agrees_with_the_naive_one(naive, case):
    network, point = case
    assert list(relu.evaluate(network, point)) == naive.outputs(network, point)
    assert relu.parameters(network) == naive.dense(network)


def test_a_thousand_layers_of_large_integers_are_evaluated_exactly():
    # x -> relu(3 x / 2 - 1) a thousand times, from a point where no unit dies.
    layer = {"rows": [[[0, "3/2"]]], "bias": ["-1"]}
    expected = x = Fraction(2**1000 + 1)
    for _ in range(1000):
        expected = 3 * expected / 2 - 1
    assert relu.evaluate({"inputs": 1, "layers": [layer] * 1000}, (x,)) == (expected,)


@pytest.mark.parametrize("units", [1, 15, 16, 17, 33, 300])
def test_long_rows_with_unrelated_denominators_are_summed_exactly(units, naive):
    hidden = [[[0, str(Fraction(i + 1, 2 * i + 3))]] for i in range(units)]
    network = {
        "inputs": 1,
        "layers": [
            {"rows": hidden, "bias": [str(Fraction(-i, 7)) for i in range(units)]},
            {"rows": [[[i, str(Fraction((-1) ** i * 6, 5 * i + 1))] for i in range(units)]],
             "bias": ["3/11"]},
        ],
    }  # fmt: skip
    for x in (Fraction(0), Fraction(-5), Fraction(25, 3), Fraction(10**9)):
        assert list(relu.evaluate(network, (x,))) == naive.outputs(network, [x])


def test_factors_that_cancel_between_layers_do_not_pile_up():
    double, halve = ({"rows": [[[0, w]]], "bias": ["0"]} for w in ("2", "1/2"))
    net = relu.read({"inputs": 1, "layers": [double, halve] * 500})
    assert net.scales == (1,)
    assert net.rows[-1] == ((((1, ((0, 1),)),), 0),)
    assert relu.evaluate(net, (Fraction(5, 3),)) == (Fraction(5, 3),)


@pytest.mark.parametrize("point", [(), (1, 2), (0.5,), (True,), ("1",)])
def test_a_point_of_the_wrong_kind_is_a_value_error(point):
    with pytest.raises(ValueError, match="point"):
        relu.evaluate(TENT, point)


def layer(rows, bias):
    return {"inputs": 1, "layers": [{"rows": rows, "bias": bias}]}


BAD = {
    "not an object": ([], "must be an object"),
    "another key": ({**TENT, "dtype": "float"}, "unknown key"),
    "no inputs": ({**TENT, "inputs": 0}, "inputs: must be at least 1"),
    "inputs as bool": ({**TENT, "inputs": True}, "inputs: must be an integer"),
    "huge inputs": ({**TENT, "inputs": 10**9}, "at most"),
    "no layers": ({"inputs": 1, "layers": []}, "output layer"),
    "no units": (layer([], []), "must hold 1 to"),
    "short bias": (layer([[]], []), "must have 1 entries"),
    "column too large": (layer([[[1, "1"]]], ["0"]), "at most 0"),
    "negative column": (layer([[[-1, "1"]]], ["0"]), "at least 0"),
    "column as bool": (layer([[[False, "1"]]], ["0"]), "must be an integer"),
    "column as string": (layer([[["0", "1"]]], ["0"]), "must be an integer"),
    "column twice": (layer([[[0, "1"], [0, "1"]]], ["0"]), "occurs twice"),
    "entry too long": (layer([[[0, "1", "2"]]], ["0"]), "must have 2 entries"),
    "weight as number": (layer([[[0, 1]]], ["0"]), "must be a string"),
    "weight not canonical": (layer([[[0, "2/4"]]], ["0"]), "lowest terms"),
    "row as object": (layer([{"0": "1"}], ["0"]), "must be an array"),
}


@pytest.mark.parametrize("name", BAD)
def test_malformed_networks_are_rejected_with_the_place(name):
    data, reason = BAD[name]
    with pytest.raises(Rejected, match=reason):
        relu.read(data)
