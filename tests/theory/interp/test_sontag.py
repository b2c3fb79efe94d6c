"""Which classes lie below the bound, and what the shattering families really shatter."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from theory.interp._sontag_families import exceptional_points, point_sets, shattering, thresholds
from theory.interp.sontag import classes_below, excluded_at, free, shatters


@pytest.mark.parametrize("k", range(1, 8))
def test_point_sets_have_k_distinct_increasing_points(k):
    for points in point_sets(k):
        assert len(set(points)) == k
        assert list(points) == sorted(points)


@pytest.mark.parametrize("one", shattering(), ids=lambda one: f"{one.name}, k = {one.k}")
def test_every_listed_class_shatters_its_sets(one):
    assert one.unfitted() is None


def test_a_class_that_shatters_one_point_less_is_found_out():
    for one in (thresholds(2), exceptional_points(1)):
        assert replace(one, k=one.k + 1, sets=point_sets(one.k + 1)).unfitted() is not None


def test_more_real_parameters_than_stated_are_found_out():
    assert replace(thresholds(3), p=2).unfitted() is not None


def test_classes_below_are_exactly_those_with_few_scaled_parameters():
    by_hand = {(1, 1): 3, (1, 2): 4, (1, 3): 5, (1, 4): 6, (2, 1): 5}
    assert set(classes_below(Fraction(13, 2))) == set(by_hand)
    assert all(free(W, L) == p for (W, L), p in by_hand.items())
    assert classes_below(Fraction(3)) == []


def test_hinges_shatter_few_points_and_are_never_excluded():
    assert shatters(2)
    assert shatters(4)
    assert excluded_at(4, 3, 1) is None
