"""The edges of reading and evaluating a network: limits, counts, and what is said about them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction
from itertools import pairwise

import pytest

from proofs_checks import columns, relu
from proofs_checks.reading import Rejected


def network(*widths):
    """Every unit is the sum of all before it, and 1."""
    layers = [
        {"rows": [[[j, "1"] for j in range(before)]] * after, "bias": ["1"] * after}
        for before, after in pairwise(widths)
    ]
    return {"inputs": widths[0], "layers": layers}


def refused(data, *name):
    with pytest.raises(Rejected) as caught:
        relu.read(data, *name)
    return str(caught.value)


def test_the_limits_are_these():
    assert relu.MAX_UNITS == 1_000_000
    assert relu.MAX_DENOMINATOR_BITS == 2_097_152
    assert relu.MAX_WEIGHT_BITS == 2_147_483_648


def test_depth_width_and_outputs_are_those_of_the_widths():
    net = relu.read(network(1, 2, 3, 4, 5, 6))
    assert (net.inputs, net.widths) == (1, (2, 3, 4, 5, 6))
    assert (net.depth, net.width, net.outputs) == (4, 5, 6)
    assert net.parameters == 2 * 2 + 3 * 3 + 4 * 4 + 5 * 5 + 6 * 6 == net.nonzeros
    with pytest.raises(FrozenInstanceError):
        net.inputs = 2


def test_reasons_name_the_network_and_the_entry():
    assert refused([]) == "network: must be an object, got list of 0"
    assert refused([], "f") == "f: must be an object, got list of 0"
    whole = network(1, 1)
    assert refused({**whole, "inputs": 0}, "f") == "f.inputs: must be at least 1, got 0"
    assert refused({**whole, "layers": 0}, "f") == "f.layers: must be an array, got 0"
    assert refused({**whole, "layers": []}, "f") == "f.layers: must hold at least the output layer"
    layer = whole["layers"][0]
    reasons = {
        "f.layers[0]: the key 'rows' is missing": {"bias": []},
        "f.layers[0].rows: must be an array, got 0": {"rows": 0, "bias": []},
        "f.layers[0].rows: must hold 1 to 1000000 units, got 0": {"rows": [], "bias": []},
        "f.layers[0].bias: must have 1 entries, got 0": {**layer, "bias": []},
        "f.layers[0].rows[0]: must be an array, got 0": {**layer, "rows": [0]},
        "f.layers[0].rows[0]: an entry: must have 2 entries, got 1": {**layer, "rows": [[[0]]]},
        "f.layers[0].rows[0]: a column: must be at most 0, got 1": {**layer, "rows": [[[1, "1"]]]},
        "f.layers[0].rows[0]: a column: must be at least 0, got -1": {
            **layer,
            "rows": [[[-1, "1"]]],
        },
        "f.layers[0].rows[0]: column 0 occurs twice": {**layer, "rows": [[[0, "1"], [0, "1"]]]},
        "f.layers[0].rows[0]: weight 0: must be a string, got 1": {**layer, "rows": [[[0, 1]]]},
    }
    for reason, wrong in reasons.items():
        assert refused({**whole, "layers": [wrong]}, "f") == reason


def test_as_many_units_as_stated_are_read(monkeypatch):
    monkeypatch.setattr(relu, "MAX_UNITS", 3)
    assert relu.read(network(3, 3)).widths == (3,)
    assert refused(network(4, 1)) == "network.inputs: must be at most 3, got 4"
    assert refused(network(1, 4)) == "network.layers[0].rows: must hold 1 to 3 units, got 4"


def test_the_bits_of_all_weights_and_biases_are_added_up(monkeypatch):
    """3, 1 and 2 bits in one layer, 2 and 4 in the next."""
    layers = [
        {"rows": [[[0, "5"]], [[0, "-1"]], []], "bias": ["0", "0", "2"]},
        {"rows": [[[0, "3"], [1, "-8"]]], "bias": ["0"]},
    ]
    whole = {"inputs": 1, "layers": layers}
    rows = [row for layer in relu.read(whole).rows for row in layer]
    bits = sum(relu._row_bits(row) for row in rows)
    # One unit of scale 5 makes the weights 15 and -8 of the next; each group has the factor 1.
    assert bits == (1 + 1) + (1 + 1) + 1 + (1 + 4 + 4)
    monkeypatch.setattr(relu, "MAX_WEIGHT_BITS", bits)
    assert relu.read(whole).nonzeros == 5
    monkeypatch.setattr(relu, "MAX_WEIGHT_BITS", bits - 1)
    assert refused(whole) == f"network: integer weights of more than {bits - 1} bits"


def test_the_bits_of_different_denominators_of_a_unit_are_added_up(monkeypatch):
    """Denominators 3 (twice), 5 and 8 have 2 + 3 + 4 bits."""
    row = [[0, "1/3"], [1, "2/3"], [2, "1/5"], [3, "-3/8"]]
    whole = {"inputs": 4, "layers": [{"rows": [row], "bias": ["0"]}]}
    monkeypatch.setattr(relu, "MAX_DENOMINATOR_BITS", 9)
    assert relu.read(whole).nonzeros == 4
    monkeypatch.setattr(relu, "MAX_DENOMINATOR_BITS", 8)
    assert refused(whole) == "network: a unit with denominators of 8 bits"


@pytest.mark.parametrize("inputs", [1, 300])
def test_a_point_has_a_coordinate_for_every_input(inputs):
    whole = network(inputs, 1)
    assert relu.evaluate(whole, (1,) * inputs) == (inputs + 1,)
    for wrong in (inputs - 1, inputs + 1):
        with pytest.raises(
            ValueError, match=f"^point: must have {inputs} coordinates, got {wrong}"
        ):
            relu.evaluate(whole, (1,) * wrong)
    with pytest.raises(ValueError, match=r"^point: must be exact \(int or Fraction\), got 0.5"):
        relu.evaluate(whole, (0.5,) * inputs)


@pytest.mark.parametrize("points", [1, 2, 3, 5])
def test_points_that_do_not_fit_together_are_evaluated_in_halves(points, monkeypatch):
    """There is room for the values of one point, of ten bits."""
    monkeypatch.setattr(columns, "MAX_LAYER_BITS", 11)
    values = [(2**10 - 1 - i,) for i in range(points)]
    whole = {"inputs": 1, "layers": [{"rows": [[[0, "1"]]], "bias": ["0"]}]}
    assert list(relu.evaluate_all(whole, values)) == values
    with pytest.raises(columns.TooLong, match="more than 11 bits"):
        list(relu.evaluate_all(whole, [*values, (2**11,)]))


def test_common_factors_go_to_the_scale():
    """-6 x + 4 y + 10 is 2 (-3 x + 2 y + 5); a unit without weights keeps its bias."""
    whole = {
        "inputs": 2,
        "layers": [{"rows": [[[0, "-6"], [1, "4"]], [], []], "bias": ["10", "-7/2", "0"]}],
    }
    net = relu.read(whole)
    assert net.scales == (2, Fraction(7, 2), 1)
    assert net.rows[0] == ((((1, ((0, -3), (1, 2))),), 5), ((), -1), ((), 0))


@pytest.mark.parametrize("depth", range(6))
def test_depth_and_parameters_of_a_network_that_was_read(depth):
    net = relu.read(network(*[2] * (depth + 1), 1))
    assert net.depth == depth
    assert relu.parameters(net) == relu.nonzeros(net) == 6 * depth + 3


@pytest.mark.parametrize("before", [1, 2, 3, 4])
def test_columns_end_with_the_layer_before(before):
    whole = network(before, 1)
    for column in (before, before + 1):
        whole["layers"][0]["rows"] = [[[column, "1"]]]
        at = f"network.layers[0].rows[0]: a column: must be at most {before - 1}, got {column}"
        assert refused(whole) == at


def test_stored_zeros_are_not_evaluated():
    whole = {
        "inputs": 2,
        "layers": [{"rows": [[[0, "0"], [1, "3"]], [[0, "0"]]], "bias": ["0", "0"]}],
    }
    assert relu.read(whole).rows[0] == ((((1, ((1, 1),)),), 0), ((), 0))
