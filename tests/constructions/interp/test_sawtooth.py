"""The one-parameter sawtooth: exact enumeration against iteration of the tent map and nets."""

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.sawtooth import (
    changes_bound,
    dichotomies,
    dyadic_points,
    label,
    network,
    shattered_fraction,
)

unit = st.fractions(0, 1, max_denominator=12)


def by_iteration(points, L):
    """Second route: iterate the tent at all breakpoints with Fractions, and midway between them."""
    thetas = {Fraction(0), Fraction(1)}
    for x in points:
        if x:
            thetas |= {Fraction(m, 2 ** (L + 1)) / x for m in range(1, 2 ** (L + 1), 2)}
    marks = sorted(t for t in thetas if t <= 1)
    marks += [(a + b) / 2 for a, b in pairwise(marks)]
    return {tuple(label(x, t, L) for x in points) for t in marks}


@given(st.lists(unit, min_size=1, max_size=4, unique=True), st.integers(0, 4))
@settings(max_examples=80, deadline=None)
def test_the_sweep_finds_exactly_the_dichotomies_of_the_class(points, L):
    assert dichotomies(points, L) == by_iteration(points, L)


@pytest.mark.parametrize("L", [4, 6, 8, 10])
def test_dyadic_points_are_shattered_by_one_parameter(L):
    assert len(dichotomies(dyadic_points(L), L)) == 2**L


def test_one_more_dyadic_point_than_layers_and_a_point_at_zero():
    assert len(dichotomies([0], 3)) == 1
    assert len(dichotomies([0, 1], 3)) == 2


@given(unit, unit, st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_the_net_of_width_two_computes_the_iterated_tent(x, theta, L):
    net = network(L, theta)
    assert net.widths == (2,) * L
    z = theta * x
    for _ in range(L):
        z = 1 - abs(2 * z - 1)
    assert net(x) == (z,)
    assert label(x, theta, L) == (z >= Fraction(1, 2))


def test_a_member_changes_its_label_at_most_2_to_the_L_times():
    for L in (1, 2, 5):
        labels = [label(Fraction(i, 3 * 2**L), 1, L) for i in range(3 * 2**L + 1)]
        assert sum(a != b for a, b in pairwise(labels)) == changes_bound(L)


def test_close_random_pairs_are_not_shattered_and_distant_ones_are():
    # the transition lies near log2(1/h) = 2L: L = 6 goes from nearly all at 5 to none at 11
    assert shattered_fraction(6, 5, 20, Random(1)) >= Fraction(17, 20)
    assert shattered_fraction(6, 11, 20, Random(1)) == 0
    assert shattered_fraction(8, 17, 20, Random(1)) == 0


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"points\[1\]: must be one number in \[0, 1\]"):
        dichotomies([0, 2], 1)
    with pytest.raises(ValueError, match="points: must be distinct"):
        dichotomies([1, 1], 1)
    with pytest.raises(ValueError, match="L: must be at least 0, got -1"):
        dichotomies([1], -1)
    with pytest.raises(ValueError, match="h_exponent: must be at least 3"):
        shattered_fraction(2, 2, 1, Random(0))
