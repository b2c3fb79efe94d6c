"""Sign flips counted by hand, bootstrap coverage, and where a curve reaches a value."""

import numpy as np
import pytest

from experiments._spgan_statistics import flips, interval, mean, pairs_needed, reaches


def test_one_pair_can_say_little():
    assert flips([3.0]) == 0.5
    assert flips([-3.0]) == 1.0
    assert flips([0.0]) == 1.0


def test_all_positive_is_the_least_p_and_its_size_does_not_matter():
    assert flips([1.0, 2.0, 0.1, 5.0, 1.0, 1.0, 1.0]) == 2**-7
    assert flips([1.0] * 8) == 2**-8


def test_small_negative_differences_by_hand():
    # Of 8 patterns of (3, 2, -1): sums 4 and more are +++ (6) and ++- (4).
    assert flips([3.0, 2.0, -1.0]) == 2 / 8
    assert flips([1.0, -3.0, 2.0]) == 5 / 8  # sums >= 0: 6, 0, 4, 2, 0 of eight


def test_under_the_null_it_is_rarely_small():
    rng = np.random.default_rng(0)
    small = sum(flips(rng.normal(size=8)) <= 0.05 for _ in range(400))
    assert small <= 38  # binomial(400, .05): above with probability 1e-4


def test_seven_pairs_are_needed_for_one_in_a_hundred():
    assert [pairs_needed(level) for level in (0.5, 0.05, 0.01, 0.001)] == [1, 5, 7, 10]


@pytest.mark.parametrize("count", [0, 19])
def test_no_pairs_and_too_many_are_refused(count):
    with pytest.raises(ValueError, match="differences: must be 1 to 18"):
        flips([1.0] * count)


def test_bootstrap_intervals_of_a_mean_cover_it():
    rng, hits = np.random.default_rng(1), 0
    for _ in range(100):
        low, high = interval([rng.normal(size=40)], lambda x: float(x.mean()), rng, 200)
        hits += low <= 0 <= high
    assert 86 <= hits <= 100
    assert interval([np.full(5, 2.0)], lambda x: float(x.mean()), rng, 50) == (2.0, 2.0)


def test_a_power_law_reaches_a_value_where_it_should():
    n = [1.0, 4.0, 16.0, 64.0]
    curve = [x**-0.5 for x in n]
    assert reaches(n, curve, 0.2) == pytest.approx(25)
    assert reaches(n, curve, 2.0) == 1.0
    assert reaches(n, curve, 0.1) is None
    assert mean([1.0, 2.0]) == 1.5
