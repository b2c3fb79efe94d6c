"""The solver's proposals are networks that an exact evaluation confirms; its "unsat" is no verdict."""

from __future__ import annotations

import sys
from random import Random

import pytest

from constructions.interp import tiny_two_layer_search
from constructions.interp.tiny_two_layer_search import enumerate_dichotomies, find
from proofs_checks import relu
from proofs_checks.certificate import check


def labels_of(net, points):
    return "".join("01"[relu.evaluate(net.to_json(), (p,))[0] > 0] for p in points)


@pytest.mark.parametrize(
    ("widths", "labels"),
    [
        ((1, 2), "010"),
        ((2, 1), "101"),
        ((2, 2), "01010"),
        ((2, 2), "0101010"),
        ((2, 3), "010101010"),
    ],
)
def test_what_is_found_has_the_labels_and_the_widths(widths, labels):
    net = find(widths, range(len(labels)), labels, Random(0))
    assert net is not None
    assert net.widths == widths
    assert labels_of(net, range(len(labels))) == labels


def test_what_cannot_be_is_not_found():
    assert find((2, 1), range(4), "0101", Random(0), attempts=30) is None
    assert find((1, 2), range(4), "0101", Random(0), attempts=30) is None
    assert find((2, 2), range(8), "01010101", Random(0), attempts=10) is None


def test_more_units_than_gaps_are_idle():
    net = find((4, 1), range(2), "01", Random(0))
    assert net is not None
    assert labels_of(net, range(2)) == "01"


def test_a_proposal_that_is_wrong_is_not_returned(monkeypatch):
    """Weights of another problem: the evaluation sees it."""
    monkeypatch.setattr(tiny_two_layer_search, "_solve", lambda *_: ([[1, 0], [0, 1]], [0, 0], 1))
    assert find((2, 2), range(3), "000", Random(0), attempts=5) is None


def test_without_the_solver_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(ModuleNotFoundError, match="z3"):
        find((2, 2), range(3), "010", Random(0))


def test_without_long_labellings_no_solver_is_asked(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    made = enumerate_dichotomies((3, 2), (0, 1, 4, 9), "intervals", "interp.KMAX", Random(0))
    assert made is not None
    assert "[3, 2] realise exactly 16 of 16" in check(made, "interp.KMAX").summary


def test_seven_changes_of_eight_points_are_found_for_two_and_three():
    made = enumerate_dichotomies((2, 3), range(8), "pieces", "interp.KMAX", Random(0))
    assert made is not None
    assert "exactly 256 of 256 labellings" in check(made, "interp.KMAX").summary


def test_a_labelling_that_is_not_found_leaves_no_certificate(monkeypatch):
    monkeypatch.setattr(tiny_two_layer_search, "find", lambda *_: None)
    assert enumerate_dichotomies((2, 3), range(8), "pieces", "interp.KMAX", Random(0)) is None


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: find((2,), range(3), "010", Random(0)), "widths: must be two"),
        (lambda: find((2, 0), range(3), "010", Random(0)), "widths: must be two"),
        (lambda: find((2, 2), (0, 0, 1), "010", Random(0)), "points"),
        (lambda: find((2, 2), (0,), "0", Random(0)), "points"),
        (lambda: find((2, 2), range(3), "01", Random(0)), "labels: must be 3"),
        (
            lambda: enumerate_dichotomies((2, 1), range(3), "one unit", "interp.KMAX", Random(0)),
            "widths: must be two numbers, at least 2",
        ),
    ],
)
def test_wrong_input_is_named(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()
