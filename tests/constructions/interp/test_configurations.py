"""Configurations: distinct, separated, pairs are neighbours, the draw is uniform over pairs."""

from collections import Counter
from fractions import Fraction
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.configurations import CONFIGURATIONS, dyadic, equispaced, paired, sample


def distance_squared(x, y):
    return sum((a - b) ** 2 for a, b in zip(x, y, strict=True))


@given(st.sampled_from(sorted(CONFIGURATIONS)), st.integers(1, 24), st.integers(0, 40), st.data())
@settings(max_examples=150, deadline=None)
def test_points_are_distinct_inside_and_separated_as_stated(name, N, more, data):
    b = max((N - 1).bit_length(), 1) + more
    d = data.draw(st.integers(1, 3))
    c = CONFIGURATIONS[name](N, b, Random(data.draw(st.integers(0, 9))), d)
    assert (c.N, c.d, c.name, len(c.labels)) == (N, d, name, N)
    assert set(c.labels) <= {0, 1}
    gaps = [distance_squared(x, y) for x, y in combinations(c.points, 2)]
    assert c.separation**2 == min(gaps, default=0)
    if N > 1 and name != "dyadic":
        assert c.separation >= Fraction(1 if d == 1 else 2, 2**b - 1)
    if d == 1:
        assert all(0 <= x <= 1 for (x,) in c.points)
    else:
        assert all(distance_squared(x, (0,) * d) <= 1 for x in c.points)


@given(st.integers(1, 40), st.integers(6, 70), st.integers(0, 99))
def test_pairs_are_grid_neighbours_labelled_0_1(N, b, seed):
    c = paired(N, b, Random(seed))
    number = {x[0] * (2**b - 1): y for x, y in zip(c.points, c.labels, strict=True)}
    assert len(number) == N
    ones = [i for i, y in number.items() if y == 1]
    assert len(ones) == N // 2
    for i in ones:
        assert i.denominator == 1
        assert i % 2 == 1
        assert number[i - 1] == 0
    assert sum(y == 0 for y in number.values()) == N - N // 2


def test_every_choice_of_pairs_is_drawn_equally_often():
    # 2 of 4 pairs: 6 choices, 600 draws; the stream is fixed, the bounds are 4 sigma wide
    rng = Random(11)
    drawn = Counter(tuple(x for (x,) in paired(4, 3, rng).points) for _ in range(600))
    assert len(drawn) == 6
    assert all(60 < count < 140 for count in drawn.values())


def test_the_full_grid_and_the_single_point_are_configurations():
    full = paired(8, 3, Random(0))
    assert [x for (x,) in full.points] == [Fraction(i, 7) for i in range(8)]
    assert full.labels == (0, 1) * 4
    seven = paired(7, 3, Random(0))
    assert len(set(seven.points)) == 7
    assert paired(1, 1, Random(0)).labels == (0,)
    assert equispaced(1, 1, Random(0)).separation == 0


def test_grids_of_ten_thousand_bits_are_drawn_from():
    c = paired(9, 10_000, Random(0))
    assert c.separation == Fraction(1, 2**10_000 - 1)


def test_known_configurations():
    assert [x for (x,) in equispaced(3, 2, Random(0)).points] == [0, Fraction(1, 2), 1]
    expected = [Fraction(1, 4), Fraction(1, 2), 1]
    assert [x for (x,) in dyadic(3, 2, Random(0)).points] == expected
    assert dyadic(64, 6, Random(0)).separation == Fraction(1, 2**63)
    assert equispaced(3, 2, Random(0), d=2).points == ((-1, 0), (0, 0), (1, 0))


@pytest.mark.parametrize("name", sorted(CONFIGURATIONS))
def test_infeasible_sizes_are_refused_by_name(name):
    maker = CONFIGURATIONS[name]
    with pytest.raises(ValueError, match=r"b: must be at least log2 N = log2 9 .*, got 3"):
        maker(9, 3, Random(0))
    with pytest.raises(ValueError, match="N: must be at least 1, got 0"):
        maker(0, 3, Random(0))
    with pytest.raises(ValueError, match="d: must be at least 1, got 0"):
        maker(2, 3, Random(0), 0)
    with pytest.raises(ValueError, match=r"b: must be an integer, got 2\.5"):
        maker(2, 2.5, Random(0))


@pytest.mark.parametrize("name", sorted(CONFIGURATIONS))
@pytest.mark.parametrize("b", [3, 70])
def test_sizes_may_be_integers_of_another_library(name, b):
    maker = CONFIGURATIONS[name]
    sizes = np.int64(7), np.int16(b)
    assert maker(*sizes, Random(0), np.uint8(2)) == maker(7, b, Random(0), 2)


def test_the_same_stream_gives_the_same_configuration():
    for maker in CONFIGURATIONS.values():
        assert maker(20, 30, Random(3)) == maker(20, 30, Random(3))


def test_sampling_all_of_a_range_returns_all_of_it():
    assert sorted(sample(5, 5, Random(0))) == [0, 1, 2, 3, 4]
    assert sample(5, 0, Random(0)) == []
    with pytest.raises(ValueError, match="count: must be at most size = 5, got 6"):
        sample(5, 6, Random(0))
