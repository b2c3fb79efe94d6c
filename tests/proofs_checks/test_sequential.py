"""The sequential test decides as exact likelihood ratios do, and its error rates hold exactly."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_checks.sequential import Decision, SequentialRule

F = Fraction
RULE = SequentialRule(F(1, 2), F(3, 4), F(1, 20), F(1, 50), cap=200)
inner = st.fractions(F(1, 50), F(49, 50), max_denominator=50)


@settings(deadline=None)
@given(inner, inner, st.integers(0, 60), st.integers(0, 60))
def test_decisions_are_those_of_the_exact_ratio_or_later(p0, p1, k, failures):
    if p0 == p1:
        return
    rule = SequentialRule(p0, p1, F(1, 30), F(1, 40), cap=120)
    ratio = (p1 / p0) ** k * ((1 - p1) / (1 - p0)) ** failures
    decision = rule.decide(k, k + failures)
    if decision is Decision.ALTERNATIVE:
        assert ratio >= 30
    elif decision is Decision.NULL:
        assert ratio <= F(1, 40)
    else:  # rounding may postpone a decision, by a factor of less than 1 + 2^-30
        assert F(1, 40) / (1 + F(1, 2**30)) < ratio < 30 * (1 + F(1, 2**30))


def test_a_ratio_just_short_of_a_threshold_decides_nothing():
    """By less than the logarithms resolve: rounding must fall on the side of going on."""
    p0, p1, k, n, hair = F(1, 3), F(1, 5), 7, 30, F(1, 2**80)
    ratio = (p1 / p0) ** k * ((1 - p1) / (1 - p0)) ** (n - k)
    assert ratio > 1
    alarm = SequentialRule(p0, p1, 1 / (ratio * (1 + hair)), F(1, 9), cap=40)
    assert alarm.decide(k, n) is Decision.UNDECIDED
    down = (p1 / p0) ** n
    clear = SequentialRule(p0, p1, F(1, 9), down * (1 - hair), cap=40)
    assert clear.decide(n, n) is Decision.UNDECIDED


def chance_of(rule, p, wanted):
    """P(the rule stops with ``wanted`` before its cap), by the exact forward recursion."""
    alive, reached = {0: F(1)}, F(0)
    for n in range(1, rule.cap + 1):
        after: dict[int, Fraction] = {}
        for k, mass in alive.items():
            after[k + 1] = after.get(k + 1, F(0)) + mass * p
            after[k] = after.get(k, F(0)) + mass * (1 - p)
        alive = {}
        for k, mass in after.items():
            decision = rule.decide(k, n)
            if decision is Decision.UNDECIDED:
                alive[k] = mass
            elif decision is wanted:
                reached += mass
    return reached


@pytest.mark.parametrize("rule", [RULE, SequentialRule(F(1, 3), F(1, 5), F(1, 10), F(1, 10), 120)])
def test_error_rates_hold_exactly_and_the_test_has_power(rule):
    assert 0 < chance_of(rule, rule.p0, Decision.ALTERNATIVE) <= rule.alpha
    assert 0 < chance_of(rule, rule.p1, Decision.NULL) <= rule.beta
    assert chance_of(rule, rule.p0, Decision.NULL) > F(3, 4)
    assert chance_of(rule, rule.p1, Decision.ALTERNATIVE) > F(3, 4)


def test_nothing_is_decided_before_the_first_observation():
    assert RULE.decide(0, 0) is Decision.UNDECIDED


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (0, 201)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(ValueError, match="k: must satisfy"):
        RULE.decide(k, n)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ((0.5, F(3, 4), F(1, 20), F(1, 50), 9), "p0: must be a Fraction"),
        ((F(1, 2), F(1), F(1, 20), F(1, 50), 9), "p1: must lie"),
        ((F(1, 2), F(1, 2), F(1, 20), F(1, 50), 9), "p1: must differ"),
        ((F(1, 2), F(3, 4), F(0), F(1, 50), 9), "alpha"),
        ((F(1, 2), F(3, 4), F(1, 20), 1, 9), "beta"),
        ((F(1, 2), F(3, 4), F(1, 20), F(1, 50), 0), "cap"),
        ((F(1, 2), F(3, 4), F(1, 20), F(1, 50), True), "cap"),
    ],
)
def test_bad_rules_are_refused_by_name(change, name):
    with pytest.raises(ValueError, match=name):
        SequentialRule(*change)


def test_a_ratio_at_a_threshold_decides():
    """Powers of two have exact logarithms: 2^3 against alpha = 1/8, 2^-3 against beta = 1/8."""
    alarm = SequentialRule(F(1, 4), F(1, 2), F(1, 8), F(1, 1000), cap=9)
    assert [alarm.decide(k, k) for k in (2, 3)] == [Decision.UNDECIDED, Decision.ALTERNATIVE]
    clear = SequentialRule(F(1, 2), F(3, 4), F(1, 1000), F(1, 8), cap=9)
    assert [clear.decide(0, n) for n in (2, 3)] == [Decision.UNDECIDED, Decision.NULL]


def test_less_than_a_unit_short_of_a_threshold_decides_nothing():
    """The ratio is 8 (1/8), the threshold further by less than the last digit; then the other way."""
    hair = F(1, 2**60)
    alarm = SequentialRule(F(1, 4), F(1, 2), 1 / (8 * (1 + hair)), F(1, 1000), cap=9)
    assert alarm.decide(3, 3) is Decision.UNDECIDED
    clear = SequentialRule(F(1, 2), F(3, 4), F(1, 1000), (1 - hair) / 8, cap=9)
    assert clear.decide(0, 3) is Decision.UNDECIDED
    almost = F(2**43 - 1, 2**40)  # its logarithm is one unit of 2^-40 below 3
    rule = SequentialRule(F(1, 2**10), almost / 2**10, F(1, 8), F(1, 1000), cap=9)
    assert rule.decide(1, 1) is Decision.UNDECIDED


def test_a_rule_may_stop_at_once_and_cannot_be_changed():
    shortest = SequentialRule(F(1, 2), F(3, 4), F(1, 20), F(1, 50), cap=1)
    assert shortest.decide(1, 1) is shortest.decide(0, 1) is Decision.UNDECIDED
    with pytest.raises(FrozenInstanceError):
        shortest.cap = 2


def test_rules_and_decisions_are_reported_as_plain_data():
    assert RULE.as_json() == {
        "rule": "sprt", "p0": "1/2", "p1": "3/4", "alpha": "1/20", "beta": "1/50", "cap": 200,
    }  # fmt: skip
    assert [one.value for one in Decision] == ["null", "alternative", "undecided"]
