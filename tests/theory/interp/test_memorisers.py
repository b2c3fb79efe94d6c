"""The three facts between which the number of served points lies, at widths known by hand."""

from __future__ import annotations

from itertools import product

import pytest

from theory import Verdict
from theory.interp.memorisers import YUN, YUNC, claimed_points, excluded, settled


@pytest.mark.parametrize(
    ("d1", "d2", "floors", "ceilings"),
    [(1, 1, 0, 4), (3, 9, 0, 40), (4, 4, 4, 16), (8, 15, 24, 128), (7, 5, 4, 48)],
)
def test_both_printed_conditions_by_hand(d1, d2, floors, ceilings):
    assert claimed_points(YUN, d1, d2) == floors
    assert claimed_points(YUNC, d1, d2) == ceilings


def test_nothing_that_is_served_is_excluded():
    for d1, d2 in product(range(1, 40), repeat=2):
        assert excluded((d1, d2), d1 * d2) == ""


def test_real_labels_exclude_one_point_more_than_P_minus_U():
    # widths (20, 20): P = 40 + 20 * 21 + 21 = 481, U = 40
    assert "441 < 442" in excluded((20, 20), 442)
    assert excluded((20, 20), 441) == ""


def test_a_monotone_function_changes_once():
    assert "change 2 times, such networks 1" in excluded((1, 1), 3)
    assert excluded((1, 1), 2) == ""


@pytest.mark.parametrize("k", range(3, 40, 2))
def test_odd_widths_are_left_open_and_not_excluded(k):
    assert excluded((k, k), (k + 1) ** 2) == ""
    outcome = settled(YUNC, [k])
    assert outcome is not None
    assert outcome.verdict is Verdict.UNDECIDED
