"""The edges of the referee of Kmax: which method says what, and what is refused in which words."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest

from constructions.interp.tiny_two_layer_changes import most_changes
from proofs_checks.certificate import Rejected
from proofs_checks.interp import two_layer
from proofs_checks.interp.two_layer import check, labels_of, read_widths, upper_bound


@pytest.fixture(scope="module")
def one():
    return most_changes((1,), "pieces")


def refused(certificate, statement=None, evidence=None):
    changed = copy.deepcopy(certificate)
    with pytest.raises(Rejected) as caught:
        check(changed["statement"] | (statement or {}), changed["evidence"] | (evidence or {}))
    return str(caught.value)


@pytest.mark.parametrize("claim", ["interp.K", "interp.K2", "interp.KMAX"])
def test_these_claims_and_no_others_are_about_label_changes(one, claim):
    assert two_layer.CLAIMS == ("interp.K", "interp.K2", "interp.KMAX")
    summary = "widths [1]: 1 label changes at most, and attained (pieces)"
    assert check({**one["statement"], "claim": claim}, one["evidence"]) == summary


def test_entries_are_refused_by_name(one):
    assert refused(one, {"more": 1}) == "statement: unknown key 'more'"
    assert refused(one, None, {"more": 1}) == "evidence: unknown key 'more'"
    assert refused(one, {"widths": 1}) == "statement.widths: must be an array, got 1"
    assert refused(one, {"widths": [0]}) == "statement.widths: must be at least 1, got 0"
    assert refused(one, {"widths": [7]}) == "statement.widths: must be at most 6, got 7"
    assert refused(one, {"changes": -1}) == "statement.changes: must be at least 0, got -1"
    assert refused(one, {"changes": 0}) == "evidence.refuted: bounds the changes by 1, not by 0"
    assert refused(one, None, {"refuted": 1}) == "evidence.refuted: must be an array, got 1"
    assert refused(one, None, {"method": "x"}) == (
        "evidence.method: must be one of pieces, intervals, one unit, got 'x'"
    )
    for method in ("intervals", "one unit"):
        reason = f"evidence.method: {method!r} says nothing about widths [1]"
        assert refused(one, None, {"method": method}) == reason


def test_a_network_that_changes_more_or_less_often_than_stated_is_refused(one):
    """One unit changes once at most, so the points are what fails."""
    for points, seen in ((["0"], "0"), (["-1", "0"], "00"), (["1", "2", "3"], "111")):
        reason = f"evidence.network: labels the points {seen}, which is not 1 changes"
        step = network([[[0, "1"]]], [[[0, "1"]]])
        assert refused(one, None, {"points": points, "network": step}) == reason


def test_more_changes_than_proved_are_refused_whatever_the_network(one, monkeypatch):
    monkeypatch.setattr(two_layer, "labels_of", lambda *_: "010")
    reason = "evidence.network: labels the points 010, which is not 1 changes"
    assert refused(one) == reason


def test_labels_are_compared_by_value(one, monkeypatch):
    labels = ["".join(["a", "b"]), "".join(["a", "b"]), "c"]
    monkeypatch.setattr(two_layer, "labels_of", lambda *_: labels)
    assert check(one["statement"], one["evidence"])


def nothing(rows, new):
    """Only rows of zeros are refuted."""
    return not any(new)


@pytest.mark.parametrize(
    ("widths", "method"),
    [
        ((2,), "intervals"), ((2,), "one unit"), ((1,), "one unit"), ((2, 2), "one unit"),
        ((3, 2), "one unit"), ((1, 1, 1), "intervals"), ((1, 1, 1), "one unit"),
        ((2, 2), "methods"), ((1, 1), "zzz"), ((1, 2), "aaa"), ((2, 2), "z"), ((2, 2), "a"),
    ],
)  # fmt: skip
def test_a_method_says_nothing_about_other_widths(widths, method):
    with pytest.raises(Rejected, match=f"{method!r} says nothing about widths"):
        upper_bound(widths, method, nothing)


def everything(rows, new):
    return True


@pytest.mark.parametrize(
    ("widths", "method", "closed", "open_"),
    [
        ((1,), "pieces", 1, 1), ((2,), "pieces", 2, 3), ((1, 3), "one unit", 3, 4),
        ((3, 1), "one unit", 3, 4), ((2, 3), "intervals", 9, 12), ((3, 2), "intervals", 8, 12),
        ((1, 2), "pieces", 3, 3), ((1, 3), "pieces", 4, 4), ((2, 1), "pieces", 4, 5),
        ((2, 2), "pieces", 6, 9), ((3, 3), "pieces", 12, None),
    ],
)  # fmt: skip
def test_bounds_when_all_cells_are_refuted_and_when_none_is(widths, method, closed, open_):
    assert upper_bound(widths, method, everything) == closed
    if open_ is not None:
        assert upper_bound(widths, method, nothing) == open_


def test_one_refuted_layer_does_not_refute_the_two(monkeypatch):
    """Breakpoints are w1 + w2 k(w1), and one change more unless their cells are refuted too."""
    asked = []

    def open_cells(w1, w2, zeros, blocked):
        asked.append((w1, w2, zeros))
        return iter([frozenset()] if w2 < 4 else [])

    monkeypatch.setattr(two_layer, "open_cells", open_cells)
    for w1, w2 in ((2, 3), (3, 2), (1, 3), (1, 2), (4, 3)):
        assert upper_bound((w1, w2), "pieces", everything) == w1 + w2 * w1 + 1
    for w1, w2 in ((3, 4), (2, 4), (1, 5)):
        assert upper_bound((w1, w2), "pieces", everything) == w1 + w2 * w1
    assert asked[:2] == [(2, 3, 2), (3, 2, 3)]
    assert asked[-1] == (1, 5, 1)


def network(*layers):
    """Layers of rows, biases 0."""
    return {
        "inputs": 1,
        "layers": [{"rows": list(rows), "bias": ["0"] * len(rows)} for rows in layers],
    }


def test_a_label_is_one_where_the_value_is_above_zero():
    """f(x) = x."""
    identity = network([[[0, "1"]], [[0, "-1"]]], [[[0, "1"], [1, "-1"]]])
    points = (-2, -1, Fraction(-1, 2), 0, Fraction(1, 2), 1, 2)
    assert labels_of(identity, (2,), points) == "0000111"


@pytest.mark.parametrize("inputs", [1, 2])
@pytest.mark.parametrize("hidden", [1, 2, 3])
@pytest.mark.parametrize("outputs", [1, 2])
def test_a_network_has_one_input_the_stated_widths_and_one_output(inputs, hidden, outputs):
    data = network([[[0, "1"]]] * hidden, [[[0, "1"]]] * outputs) | {"inputs": inputs}
    if (inputs, hidden, outputs) == (1, 2, 1):
        assert labels_of(data, (2,), [1]) == "1"
    else:
        with pytest.raises(Rejected) as caught:
            labels_of(data, (2,), [1])
        assert str(caught.value) == "network: must have 1 input, hidden widths [2] and 1 output"


def test_widths_are_those_of_one_or_two_layers():
    assert read_widths([6], 1) == (6,)
    assert read_widths([1, 6], 1) == read_widths([1, 6], 2) == (1, 6)
    for data, least in (([], 1), ([1], 2), ([1, 1, 1], 1)):
        rule = f"must be {least} to 2 numbers, got {len(data)}"
        with pytest.raises(Rejected, match=rf"^statement.widths: {rule}$"):
            read_widths(data, least)
