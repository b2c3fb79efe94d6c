"""Networks that change often, and the finder of multipliers."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from constructions.interp.tiny_two_layer_changes import (
    STORED,
    Refuter,
    attaining,
    bound_evidence,
    bound_of,
    most_changes,
)
from proofs_checks import relu
from proofs_checks.certificate import check
from proofs_checks.interp.direct import recursive_changes

ATTAINED = {(1,): 1, (2,): 2, (3,): 4, (4,): 5, (2, 2): 6, (3, 2): 8, (4, 2): 10, (2, 3): 8,
            (2, 4): 10}  # fmt: skip


@pytest.mark.parametrize("widths", ATTAINED)
def test_the_stored_networks_change_as_often_as_is_said_by_graph_and_by_points(widths):
    net, points = attaining(widths)
    assert net.widths == widths
    labels = [relu.evaluate(net.to_json(), (x,))[0] > 0 for x in points]
    assert sum(a != b for a, b in pairwise(labels)) == ATTAINED[widths]
    assert net.pieces().changes(0) == ATTAINED[widths]
    assert set(STORED) == set(ATTAINED)


@pytest.mark.parametrize("w", [1, 2, 3, 4])
def test_a_single_unit_before_or_after_keeps_the_values_at_the_points(w):
    net, points = attaining((w,))
    for widths in ((w, 1), (1, w)):
        wider, same = attaining(widths)
        assert (wider.widths, same) == (widths, points)
        if w > 1:
            assert wider.evaluate(points) == net.evaluate(points)


def test_the_bounds_agree_with_the_recursion_except_where_they_are_sharper():
    two = {w: bound_of(w, "intervals") for w in ((2, 2), (3, 2), (4, 2))}
    assert two == {w: recursive_changes(w) for w in two} == {(2, 2): 6, (3, 2): 8, (4, 2): 10}
    assert bound_of((2, 2), "pieces") == 6
    assert (bound_of((2, 3), "pieces"), recursive_changes((2, 3))) == (8, 9)


def test_the_refuter_finds_multipliers_exactly_when_there_are_some():
    refuter = Refuter()
    possible = frozenset({(1, 0), (0, 1), (-1, 1)})
    assert not refuter(possible, (1, 0))
    impossible = possible | {(0, -1)}
    assert refuter(impossible, (0, -1))
    (found,) = refuter.found
    assert set(found) <= impossible
    assert all(sum(y * row[j] for row, y in found.items()) == 0 for j in (0, 1))
    assert refuter(impossible | {(1, 1)}, (0, -1))
    assert len(refuter.found) == 1


def test_the_evidence_is_plain_data_and_the_same_every_time():
    one, two = (bound_evidence((2, 2), "pieces") for _ in range(2))
    assert one == two
    assert all(type(x) is int for entry in one["refuted"] for row in entry["rows"] for x in row)
    assert check(most_changes((2, 2), "pieces", claim="interp.K2"), "interp.K2")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: attaining((5,)), r"no network of \[5\]"),
        (lambda: attaining((2, 5)), r"no network of \[2, 5\]"),
        (lambda: bound_of((2, 2), "one unit"), "says nothing about"),
        (lambda: bound_of((2,), "intervals"), "says nothing about"),
        (lambda: most_changes((3,), "luck"), "says nothing about"),
        (
            lambda: most_changes((2, 4), "intervals"),
            "may change 15 times by intervals, known is 10",
        ),
    ],
)
def test_wrong_input_is_named(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()


def test_labels_at_rational_points_follow_the_graph():
    net, _ = attaining((2, 3))
    graph = net.pieces()
    for i in range(-40, 90):
        x = Fraction(i, 4)
        assert net(x) == (graph(x),)
