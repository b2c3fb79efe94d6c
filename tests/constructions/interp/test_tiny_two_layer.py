"""Six changes anywhere: explicit networks at any cuts, by exact evaluation and by exact graphs."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, combinations, pairwise, product
from math import comb
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.tiny_two_layer import (
    enumerate_dichotomies,
    negated,
    realisable,
    realise,
    six_changes_at,
)
from proofs_checks import relu
from proofs_checks.certificate import check

F = Fraction


def labels_of(net, points):
    """By the referee's evaluation of the exported weights."""
    data = net.to_json()
    return "".join("01"[relu.evaluate(data, (F(p),))[0] > 0] for p in points)


@pytest.mark.parametrize(
    "cuts",
    [
        (0, 2, 3, 4, 5, 6),
        (0, 1, 2, 3, 4, 6),
        (0, F(3, 2) + F(1, 2**300), 2, 3, 4, F(11, 2)),  # nearly as far apart
        (0, F(1, 2**200), 1, F(9, 8), 2, 10**60),
        tuple(10**i for i in range(6)),
    ],
)
def test_the_label_changes_at_the_six_cuts_and_nowhere_else(cuts):
    net = six_changes_at(cuts)
    assert (net.widths, net.parameters) == ((2, 2), 13)
    assert [value for (value,) in net.evaluate(cuts)] == [0] * 6
    assert net.pieces().changes(0) == 6
    middle = [cuts[0] - 1, *((F(a) + b) / 2 for a, b in pairwise(cuts)), cuts[-1] + 1]
    assert labels_of(net, middle) == "0101010"


@settings(max_examples=100)
@given(st.lists(st.fractions(min_value=F(1, 10**12), max_value=10**12), min_size=5, max_size=5))
def test_any_distances_between_the_cuts_will_do(steps):
    cuts = list(accumulate(steps, initial=F(0)))
    if steps[0] != steps[4]:
        net = six_changes_at(cuts)
        assert net.pieces().changes(0) == 6
        assert all(value == 0 for (value,) in net.evaluate(cuts))
    else:
        with pytest.raises(ValueError, match="as far apart"):
            six_changes_at(cuts)


@pytest.mark.parametrize("M", range(1, 9))
def test_every_labelling_with_few_changes_is_realised_at_irregular_points(M):
    rng = Random(M)
    points = sorted(F(rng.randint(-(10**9), 10**9), rng.choice((1, 7, 10**6))) for _ in range(M))
    count = 0
    for labels in map("".join, product("01", repeat=M)):
        if sum(a != b for a, b in pairwise(labels)) <= 6:
            assert labels_of(realise(points, labels), points) == labels
            count += 1
    assert count == len(realisable(M)) == 2 * sum(comb(M - 1, c) for c in range(7))


def test_equal_end_gaps_are_evaded_by_moving_a_cut():
    """Points 0..6: all cuts in the middle of their gaps would be equally far apart."""
    for labels in ("0101010", "1010101"):
        assert labels_of(realise(range(7), labels), range(7)) == labels


def test_every_choice_of_six_gaps_of_fourteen_points_is_served():
    for gaps in list(combinations(range(13), 6))[::37]:
        labels = "".join("01"[sum(g < i for g in gaps) % 2] for i in range(14))
        points = [i * i for i in range(14)]
        assert labels_of(realise(points, labels), points) == labels


def test_values_are_never_zero_at_the_points_so_the_negative_has_the_other_labels():
    net = realise(range(6), "011010")
    assert labels_of(negated(net), range(6)) == "100101"


@pytest.mark.parametrize("M", [1, 4, 5, 6, 7])
def test_up_to_seven_points_all_labellings_are_certified(M):
    summary = check(enumerate_dichotomies(range(M), "interp.SIX"), "interp.SIX").summary
    assert f"exactly {2**M} of {2**M} labellings" in summary


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: six_changes_at((0, 1, 2)), "cuts: must be 6"),
        (lambda: six_changes_at((0, 1, 2, 3, 4, 5)), "as far apart"),
        (lambda: six_changes_at((0, 2, 2, 3, 4, 5)), "cuts: must be strictly increasing"),
        (lambda: six_changes_at((0, 0.5, 2, 3, 4, 5)), r"cuts\[1\]: must be exact"),
        (lambda: realise((0, 1), "0"), "labels: must be 2 characters"),
        (lambda: realise((0, 1), "02"), "labels: must be 2 characters"),
        (lambda: realise((), ""), "labels: must be 0 characters 0 or 1, at least one"),
        (lambda: realise((0, True), "01"), r"points\[1\]: must be exact"),
        (lambda: realise((1, 0), "01"), "points: must be strictly increasing"),
        (lambda: realise(range(8), "01010101"), "change at most 6 times, got 7"),
    ],
)
def test_wrong_input_is_named(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()
