"""Fits, intervals and permutation tests against values that can be had by hand."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from experiments import _psbn_statistics as statistics
from proofs_checks.error_rates import Decision, Declaration

ALPHA = Fraction(1, 1000)
DECLARED = Declaration("slope", "2", "not 2", Fraction(1, 10), ALPHA, ALPHA, 10, "psbn.test")


def test_an_exact_power_law_is_found_exactly():
    x = [1, 2, 4, 8]
    fit = statistics.fit_law(x, [3 * a**2 for a in x], [0.01] * 4, ALPHA)
    assert fit.slope == pytest.approx(2)
    assert fit.at(10) == pytest.approx(300)
    assert fit.low < 2 < fit.high


def test_two_equal_points_give_the_interval_of_a_difference():
    # slope = log(y2/y1) / log(x2/x1); its error is sqrt(2) e / log 2.
    fit = statistics.fit_law([1, 2], [1, 4], [0.1, 0.1], ALPHA)
    error = 2**0.5 * 0.1 / np.log(2)
    assert fit.high - fit.slope == pytest.approx(3.0902 * error, rel=1e-4)


def test_a_point_without_weight_does_not_matter():
    fit = statistics.fit_law([1, 2, 4], [1, 4, 99], [0.01, 0.01, 1e6], ALPHA)
    assert fit.slope == pytest.approx(2, abs=1e-9)


def test_a_single_abscissa_has_no_slope():
    with pytest.raises(ValueError, match="x: must have at least two different values"):
        statistics.fit_law([2, 2], [1, 3], [0.1, 0.1], ALPHA)


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(7)
    x = np.array([1.0, 2, 4, 8])
    missed = 0
    for _ in range(2000):
        y = x**2 * np.exp(0.05 * rng.standard_normal(4))
        fit = statistics.fit_law(list(x), list(y), [0.05] * 4, Fraction(1, 20))
        missed += not fit.low <= 2 <= fit.high
    assert 0.08 < missed / 2000 < 0.12  # 1 - 2 alpha = 90 %; 3 s.e. are .02


@pytest.mark.parametrize(
    ("low", "high", "decision"),
    [
        (1.95, 2.05, Decision.NULL),
        (1.85, 1.95, Decision.UNDECIDED),
        (2.11, 2.2, Decision.ALTERNATIVE),
        (1.9, 2.0, Decision.UNDECIDED),
    ],
)
def test_equivalence_needs_the_whole_interval_inside(low, high, decision):
    assert statistics.judged(low, high, DECLARED, Fraction(2)) is decision


def test_the_median_interval_covers_the_median():
    rng = np.random.default_rng(3)
    missed = 0
    for _ in range(1000):
        one = statistics.quantile(rng.exponential(size=201), 0.5)
        assert one.low <= one.value <= one.high
        missed += not one.low <= np.log(2) <= one.high
    assert missed / 1000 < 0.08  # 5 %, and 4 s.e.


def test_flips_count_every_pattern():
    gaps = [3.0, -1.0, 2.0, 0.0]
    count = sum(a * 3 + b * 1 + c * 2 >= 4 for a, b, c in product((-1, 1), repeat=3))
    assert statistics.flips(gaps) == count / 8
    assert statistics.flips([1.0] * 5) == 1 / 32
    assert statistics.flips([]) == 1


def test_many_pairs_are_flipped_at_random_and_agree_with_the_normal_law():
    rng = np.random.default_rng(0)
    gaps = list(0.3 + rng.standard_normal(40))
    z = sum(gaps) / sum(g * g for g in gaps) ** 0.5
    from scipy.stats import norm

    assert statistics.flips(gaps) == pytest.approx(norm.sf(z), abs=0.01)


def test_signs_are_a_binomial_tail():
    assert statistics.signs([1, 2, 3, 4]) == 1 / 16
    assert statistics.signs([1, -2, 3, 0]) == 4 / 8
