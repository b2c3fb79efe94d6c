"""Exact binomial arithmetic against scipy, enumeration and the definition of minimality."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_checks.binomial import (
    MAX_N,
    Design,
    binomial_design,
    clopper_pearson,
    demand_probability,
    lower_tail,
    upper_tail,
)

F = Fraction
#: scipy's binomial tails and beta quantiles are good to about 1e-12 relative; allowed here.
SCIPY = 1e-9


@pytest.mark.parametrize(
    ("n", "k", "p", "value"),
    [
        (0, 0, F(1, 2), 1),
        (0, 1, F(1, 2), 0),
        (3, 0, F(1, 3), 1),
        (3, 4, F(1, 3), 0),
        (3, 3, F(1, 3), F(1, 27)),
        (3, 2, F(1, 3), F(7, 27)),
        (5, 1, F(0), 0),
        (5, 5, F(1), 1),
        (5, 1, F(1), 1),
        (5, -2, F(0), 1),
    ],
)
def test_upper_tails_take_their_values_by_hand(n, k, p, value):
    assert upper_tail(n, k, p) == value


@settings(deadline=None)
@given(st.integers(0, 12), st.integers(-1, 13), st.fractions(0, 1, max_denominator=20))
def test_tails_are_the_sums_they_stand_for(n, k, p):
    def mass(i):
        return comb(n, i) * p**i * (1 - p) ** (n - i)

    assert upper_tail(n, k, p) == sum(mass(i) for i in range(max(k, 0), n + 1))
    assert lower_tail(n, k, p) == sum(mass(i) for i in range(min(k, n) + 1))


def test_tails_agree_with_scipy_far_out():
    from scipy.stats import binom

    for n, k, p in [(500, 300, F(1, 2)), (1000, 3, F(1, 100)), (400, 390, F(9, 10))]:
        assert float(upper_tail(n, k, p)) == pytest.approx(binom.sf(k - 1, n, float(p)), rel=SCIPY)
        assert float(lower_tail(n, k, p)) == pytest.approx(binom.cdf(k, n, float(p)), rel=SCIPY)


rates = st.sampled_from([F(1, 3), F(1, 20), F(1, 100)])
chances = st.sampled_from([F(1, 10), F(1, 4), F(1, 2), F(2, 3), F(9, 10)])


@settings(max_examples=40, deadline=None)
@given(chances, chances, rates, rates)
def test_a_design_meets_both_rates_and_no_smaller_one_does(p0, p1, alpha, beta):
    if p0 == p1:
        return
    n, c = binomial_design(p0, p1, alpha, beta)

    def rates_of(n, c):
        if p1 > p0:
            return upper_tail(n, c, p0), lower_tail(n, c - 1, p1)
        return lower_tail(n, c, p0), upper_tail(n, c + 1, p1)

    false_alarm, miss = rates_of(n, c)
    assert false_alarm <= alpha
    assert miss <= beta
    for smaller in range(n):
        for threshold in range(-1, smaller + 2):
            false_alarm, miss = rates_of(smaller, threshold)
            assert false_alarm > alpha or miss > beta


def test_a_large_design_agrees_with_scipy():
    from scipy.stats import binom

    n, c = binomial_design(F(1, 2), F(3, 5), F(1, 10**4), F(1, 10**4))
    assert (n, c) == Design(1369, 754)
    assert binom.sf(c - 1, n, 0.5) <= 1e-4
    assert binom.cdf(c - 1, n, 0.6) <= 1e-4
    for smaller in range(n - 40, n):  # feasibility is not monotone in n: look at a whole window
        threshold = next(t for t in range(smaller + 2) if binom.sf(t - 1, smaller, 0.5) <= 1e-4)
        assert binom.cdf(threshold - 1, smaller, 0.6) > 1e-4


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((F(1, 2), F(1, 2), F(1, 9), F(1, 9)), "p1: must differ"),
        ((0.5, F(1, 3), F(1, 9), F(1, 9)), "p0: must be a Fraction"),
        ((F(0), F(1, 3), F(1, 9), F(1, 9)), "p0: must lie strictly"),
        ((F(1, 2), F(1, 3), F(1), F(1, 9)), "alpha: must lie strictly"),
        ((F(1, 2), F(1, 3), F(1, 9), F(0)), "beta: must lie strictly"),
    ],
)
def test_bad_designs_are_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=name):
        binomial_design(*arguments)


def test_a_design_that_needs_too_many_observations_is_refused(monkeypatch):
    monkeypatch.setattr("proofs_checks.binomial.MAX_N", 500)
    with pytest.raises(ValueError, match="more than 500 observations"):
        binomial_design(F(1, 2), F(501, 1000), F(1, 100), F(1, 100))
    assert MAX_N == 100_000


@given(st.integers(1, 40), st.data())
@settings(max_examples=30, deadline=None)
def test_clopper_pearson_encloses_the_beta_quantiles_tightly(n, data):
    from scipy.stats import beta as beta_law

    k = data.draw(st.integers(0, n))
    low, high = clopper_pearson(k, n, F(1, 20), bits=20)
    exact_low = beta_law.ppf(0.025, k, n - k + 1) if k else 0.0
    exact_high = beta_law.ppf(0.975, k + 1, n - k) if k < n else 1.0
    step = 2.0**-20
    assert exact_low - step - SCIPY <= low <= exact_low + SCIPY
    assert exact_high - SCIPY <= high <= exact_high + step + SCIPY


@pytest.mark.parametrize("p", [F(0), F(1, 100), F(1, 2), F(2, 3), F(1)])
@pytest.mark.parametrize("n", [1, 2, 17])
def test_clopper_pearson_covers_with_the_stated_probability_by_enumeration(n, p):
    alpha, covered = F(1, 10), F(0)
    for k in range(n + 1):
        low, high = clopper_pearson(k, n, alpha, bits=12)
        if low <= p <= high:
            covered += comb(n, k) * p**k * (1 - p) ** (n - k)
    assert covered >= 1 - alpha


@pytest.mark.parametrize(
    ("k", "n", "alpha", "bits", "name"),
    [
        (0, 0, F(1, 2), 8, "k: must be"),
        (-1, 3, F(1, 2), 8, "k: must be"),
        (4, 3, F(1, 2), 8, "k: must be"),
        (1, 3, 0.05, 8, "alpha"),
        (1, 3, F(1, 2), 0, "bits"),
    ],
)
def test_bad_intervals_are_refused_by_name(k, n, alpha, bits, name):
    with pytest.raises(ValueError, match=name):
        clopper_pearson(k, n, alpha, bits)


@pytest.mark.parametrize(
    ("n", "p", "name"), [(-1, F(1, 2), "n:"), (1, F(3, 2), "p:"), (1, F(-1, 2), "p:")]
)
def test_bad_tails_are_refused_by_name(n, p, name):
    with pytest.raises(ValueError, match=name):
        upper_tail(n, 0, p)


# -- edges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(7))
@pytest.mark.parametrize("p", [F(0), F(1)])
def test_tails_of_certain_outcomes(n, p):
    count = n * p
    for k in range(-1, n + 2):
        assert upper_tail(n, k, p) == (count >= k)
        assert lower_tail(n, k, p) == (count <= k)


def test_each_number_of_a_design_is_refused_by_its_name():
    good = {"p0": F(1, 4), "p1": F(1, 2), "alpha": F(1, 9), "beta": F(1, 9)}
    for name in good:
        for value, rule in ((0.5, "must be a Fraction"), (F(0), "must lie"), (F(1), "must lie")):
            with pytest.raises(ValueError, match=f"^{name}: {rule}"):
                binomial_design(**{**good, name: value})
    with pytest.raises(ValueError, match=r"^p1: must differ from p0, got 1/4"):
        binomial_design(**{**good, "p1": F(1, 4)})


def test_a_design_may_need_the_largest_sample_that_is_considered(monkeypatch):
    for p0, p1 in ((F(1, 4), F(1, 2)), (F(1, 2), F(1, 4))):
        design = binomial_design(p0, p1, F(1, 20), F(1, 20))
        monkeypatch.setattr("proofs_checks.binomial.MAX_N", design.n)
        assert binomial_design(p0, p1, F(1, 20), F(1, 20)) == design
        monkeypatch.setattr("proofs_checks.binomial.MAX_N", design.n - 1)
        with pytest.raises(ValueError, match=f"^p1: more than {design.n - 1} observations"):
            binomial_design(p0, p1, F(1, 20), F(1, 20))
        monkeypatch.undo()


@pytest.mark.parametrize("alpha", [F(1, 20), F(3, 4), F(7, 8)])
@pytest.mark.parametrize("bits", [1, 2, 4, 6])
def test_ends_are_the_extreme_multiples_whose_tails_are_small(alpha, bits):
    """By trying every multiple of 2^-bits."""
    grid = [F(i, 2**bits) for i in range(2**bits + 1)]
    for n in (1, 2, 5, 9):
        for k in range(n + 1):
            low = max(p for p in grid if p == 0 or (k > 0 and upper_tail(n, k, p) <= alpha / 2))
            high = min(p for p in grid if p == 1 or (k < n and lower_tail(n, k, p) <= alpha / 2))
            assert clopper_pearson(k, n, alpha, bits) == (low, high)


def test_an_interval_has_thirty_two_bits_unless_others_are_asked_for():
    assert clopper_pearson(3, 10, F(1, 20)) == clopper_pearson(3, 10, F(1, 20), bits=32)


def test_numbers_outside_of_the_unit_interval_are_no_probabilities():
    for value in (F(-1, 2), F(0), F(1), F(3, 2), 0.5, 1, "1/2", None):
        with pytest.raises(ValueError, match=r"^p9: must (lie|be a Fraction)"):
            demand_probability("p9", value)
    demand_probability("p9", F(1, 10**9))
    with pytest.raises(ValueError, match=r"^alpha: must lie"):
        clopper_pearson(1, 3, F(0), 8)
