"""The designs keep their error rates: simulated at the edge of the claim and at the alternative."""

from __future__ import annotations

from fractions import Fraction
from math import log

import numpy as np
import pytest

from theory import Verdict
from theory._core.sampling import (
    Band,
    Estimate,
    at_least,
    decide,
    decide_all,
    declare,
    generator,
    log_of,
    mean,
    quantile,
    slope,
)

ALPHA, BETA = Fraction(1, 50), Fraction(1, 20)
BAND = Band(near=0.1, far=0.4)


def verdicts(theta, runs=1500):
    """Of a claim that theta is 0, from exponential data around theta, at loose error rates."""
    n = BAND.trials(1.0, (ALPHA, BETA))
    rates = declare("theta", BAND, n, "test.sampling", alpha=ALPHA, beta=BETA)
    rng = np.random.default_rng(1)
    data = rng.standard_exponential((runs, n)) - 1 + theta
    return [decide(mean(row), 0.0, BAND, rates).verdict for row in data]


def share(found, *verdicts_):
    return sum(one in verdicts_ for one in found) / len(found)


def test_a_true_claim_at_its_edge_is_refuted_with_probability_alpha_at_most():
    assert share(verdicts(BAND.near), Verdict.REFUTED) <= float(ALPHA) * 1.8
    assert share(verdicts(-BAND.near), Verdict.REFUTED) <= float(ALPHA) * 1.8


def test_a_false_claim_at_the_alternative_is_accepted_with_probability_beta_at_most():
    assert share(verdicts(BAND.far), Verdict.ESTABLISHED) <= float(BETA) * 1.5
    assert share(verdicts(-BAND.far), Verdict.ESTABLISHED) <= float(BETA) * 1.5


def test_a_claim_that_is_exactly_right_is_nearly_always_established():
    assert share(verdicts(0.0), Verdict.ESTABLISHED) > 0.99


def test_a_claim_far_off_is_always_refuted():
    assert share(verdicts(1.0), Verdict.REFUTED) == 1


def test_a_sample_that_is_too_small_is_undecided():
    rates = declare("theta", BAND, 10, "test.sampling", alpha=ALPHA, beta=BETA)
    assert decide(Estimate(0.3, 0.2, 10), 0.0, BAND, rates).verdict is Verdict.UNDECIDED


def test_the_number_of_trials_grows_with_the_square_of_the_spread():
    few, many = (BAND.trials(spread, (ALPHA, BETA)) for spread in (1.0, 10.0))
    assert many == pytest.approx(100 * few, rel=0.02)
    z = quantile(ALPHA / 2) + quantile(BETA)
    assert few - 1 < (z / 0.3) ** 2 <= few


def test_quantiles_are_those_of_tables():
    assert quantile(Fraction(1, 40)) == pytest.approx(1.959964, abs=1e-6)
    assert Estimate(1.0, 1.0, 5).interval(Fraction(1, 20)) == pytest.approx(
        (-0.959964, 2.959964), abs=1e-6
    )


def test_slopes_agree_with_polyfit_and_their_errors_with_simulation():
    x = [0.0, 1.0, 3.0, 4.0]
    rng = np.random.default_rng(2)
    errors = np.array([0.1, 0.2, 0.1, 0.3])
    fits = []
    for _ in range(4000):
        y = [
            Estimate(2 * a + 1 + e * rng.standard_normal(), e, 1)
            for a, e in zip(x, errors, strict=True)
        ]
        found = slope(x, y)
        fits.append(found.value)
    assert found.value == pytest.approx(np.polyfit(x, [one.value for one in y], 1)[0])
    assert np.mean(fits) == pytest.approx(2, abs=0.01)
    assert np.std(fits) == pytest.approx(found.error, rel=0.05)


def test_logarithms_carry_relative_errors():
    found = log_of(Estimate(5.0, 0.5, 7))
    assert (found.value, found.error, found.n) == (pytest.approx(log(5)), pytest.approx(0.1), 7)


def test_of_several_numbers_a_refuted_one_is_named_before_an_undecided_one():
    rates = declare("theta", BAND, 10, "test.sampling", alpha=ALPHA, beta=BETA)
    parts = [("unsure", Estimate(0.3, 0.2, 9), 0.0), ("wrong", Estimate(1.0, 0.01, 9), 0.0)]
    found = decide_all(parts, BAND, rates)
    assert found.verdict is Verdict.REFUTED
    assert found.payload["at"] == "wrong"
    assert decide_all(parts[:1], BAND, rates).verdict is Verdict.UNDECIDED
    good = decide_all([("right", Estimate(0.0, 0.01, 9), 0.0)] * 2, BAND, rates)
    assert good.verdict is Verdict.ESTABLISHED


def test_streams_are_separate_and_repeat():
    draws = [
        generator(*name).random(3).tolist()
        for name in (("a", "1"), ("a", "2"), ("b", "1"), ("a", "1"))
    ]
    assert draws[0] == draws[3]
    assert len({tuple(d) for d in draws}) == 3


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (3.5, Verdict.ESTABLISHED),
        (3.1, Verdict.UNDECIDED),
        (2.9, Verdict.UNDECIDED),
        (2.5, Verdict.REFUTED),
    ],
)
def test_one_sided_decisions_use_both_ends(value, verdict):
    rates = declare("theta", BAND, 10, "test.sampling", alpha=ALPHA, beta=BETA)
    assert at_least(Estimate(value, 0.1, 10), 3.0, rates).verdict is verdict
