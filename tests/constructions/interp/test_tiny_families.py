"""Listed families against closed counts and against their defining inequalities."""

from itertools import combinations, product
from math import comb

import pytest

from constructions.interp.tiny_families import (
    Family,
    label_changes,
    one_sided_thresholds,
    sawtooth_family,
    small_families,
    two_sided_thresholds,
    unions_of_intervals,
)


@pytest.mark.parametrize("M", [1, 2, 5, 8])
def test_sizes_are_the_closed_counts(M):
    assert len(one_sided_thresholds(M).dichotomies) == M + 1
    assert len(two_sided_thresholds(M).dichotomies) == 2 * M
    for j in (0, 1, 2):
        expected = sum(comb(M + 1, 2 * i) for i in range(j + 1))
        assert len(unions_of_intervals(M, j).dichotomies) == expected


def test_unions_of_intervals_come_from_their_endpoints():
    M, j = 6, 2
    intervals = [range(a, c) for a, c in combinations(range(M + 1), 2)] + [range(0)]
    members = {
        tuple(int(any(i in r for r in chosen)) for i in range(M))
        for chosen in product(intervals, repeat=j)
    }
    assert unions_of_intervals(M, j).dichotomies == members


def test_label_changes_are_measured():
    assert [one_sided_thresholds(M).K for M in (1, 2, 6)] == [0, 1, 1]
    assert two_sided_thresholds(6).K == 1
    assert [unions_of_intervals(8, j).K for j in (1, 2, 3)] == [2, 4, 6]
    assert unions_of_intervals(4, 3).K == 3
    assert all(sawtooth_family(8, L).K <= 2**L for L in (1, 2, 3))
    assert label_changes(()) == 0


def test_a_family_serves_the_pairs_some_member_labels_0_1():
    up = one_sided_thresholds(8)
    assert up.serves([2])
    assert not up.serves([0, 1])
    assert (up.serves_every_choice(1), up.serves_every_choice(2)) == (True, False)
    # the middle of (0, 1, 0, 1) is one run away from an interval: 3 changes, 2 intervals
    assert not unions_of_intervals(4, 1).serves_every_choice(2)
    assert unions_of_intervals(4, 2).serves_every_choice(2)


def test_no_family_is_larger_than_its_polynomials_allow():
    # p parameters, S affine polynomials: at most sum_{c<=p} C(S, c) sign vectors
    for M in (2, 5, 8):
        for family in small_families(M):
            assert isinstance(family, Family)
            assert family.D == 1
            bound = sum(comb(family.S, c) for c in range(family.p + 1))
            assert 1 <= len(family.dichotomies) <= bound


def test_listing_refuses_what_it_cannot_list():
    with pytest.raises(ValueError, match="M: must be at most 20"):
        unions_of_intervals(21, 1)
    with pytest.raises(ValueError, match="M: must be at least 1, got 0"):
        one_sided_thresholds(0)
