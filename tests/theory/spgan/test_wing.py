"""The wing as a whole: what must be there, what it may spend, and that its checks read their claims."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from theory import SLOW, Verdict
from theory._core.claim import Kind
from theory._core.registry import discover

CLAIMS = {name: one for name, one in discover().claims.items() if name.startswith("spgan.")}
BUDGET = Fraction(3, 10_000)  #: of the false-alarm probability of a full run

WANTED = {
    *("L1", "L1b", "L1c", "L1d", "L1e", "D1"),
    *("T1", "T1a", "T1b", "T1c", "T1d", "T1e", "T1f", "T1g"),
    *("T2", "T2i", "T2ii", "T2iii", "T2iv", "T2v", "T2vi"),
    *("T3", "T4", "T4s", "T5", "T6", "T6b", "T6c", "T7", "T7b", "T7c", "T8", "T8w"),
    *("E1", "E2", "E3", "F1", "F1d", "F1s", "F2"),
    *(f"X{k}" for k in range(1, 12)),
}


def test_every_claim_of_the_wing_is_declared():
    assert {f"spgan.{name}" for name in WANTED} <= set(CLAIMS)


def test_what_is_shown_as_the_papers_is_what_could_be_read():
    for name, claim in CLAIMS.items():
        if claim.source.origin == "paper":
            assert any(word in claim.source.text for word in ("abstract", "recalled")), name
        if claim.source.origin == "implementation":
            assert "d297ea5" in claim.source.text, name


def test_the_statistical_checks_stay_within_their_budget():
    spent = [check.rates.alpha for one in CLAIMS.values() for check in one.checks if check.rates]
    assert sum(spent, Fraction(0)) <= BUDGET


def test_every_hypothesis_has_a_falsifier_and_every_erratum_a_check():
    for name, claim in CLAIMS.items():
        dropped = {h for one in claim.falsifiers for h in one.drop}
        assert dropped == set(claim.hypotheses), name
        if claim.kind in (Kind.ERRATUM, Kind.REMARK):
            assert claim.checks, name


def test_what_only_training_could_show_stays_open():
    for name in ("E1", "E2", "E3", "F1", "F2"):
        assert CLAIMS[f"spgan.{name}"].kind is Kind.OPEN


def test_every_false_claim_says_why():
    for name, claim in CLAIMS.items():
        assert all(one.because for one in claim.falsifiers), name


def _check(name, check):
    return next(one for one in CLAIMS[name].checks if one.name == check)


@pytest.mark.parametrize(
    ("name", "check", "constant", "value"),
    [
        ("spgan.L1c", "random_functions", "within", Fraction(1001, 1000)),
        ("spgan.L1c", "identities_as_polynomials", "within", Fraction(1001, 1000)),
        ("spgan.T2ii", "every_lipschitz_function", "bound", Fraction(10006, 10000)),
        ("spgan.T1a", "smaller_after_averaging", "factor", Fraction(999, 1000)),
        ("spgan.T2iii", "orthogonal_projection", "contraction", Fraction(999, 1000)),
        ("spgan.T1", "transport", "W1", Fraction(47001, 150000)),
        ("spgan.T1", "lipschitz_divergences", "KL", Fraction("0.0143083976")),
        ("spgan.T1f", "both_bounds_meet", "L", Fraction(2001, 40000)),
        ("spgan.T6c", "two_numbers", "left", Fraction("0.130813")),
        ("spgan.T7b", "count_the_maps", "not equivariant", 1),
        ("spgan.T8w", "value_at_one", "value", Fraction("1.1012836186")),
        ("spgan.X3", "expected_number", "n", 6001),
        ("spgan.X9", "affine_functions", "without", Fraction(751, 1000)),
        ("spgan.F1d", "quotient_of_an_interval", "ratio", Fraction(501, 1000)),
    ],
)
def test_a_nearer_miss_is_refuted_as_well(name, check, constant, value):
    claim = CLAIMS[name]
    variant = replace(claim, constants={**claim.constants, constant: value})
    assert _check(name, check).function(variant).verdict is Verdict.REFUTED


def test_slow_checks_are_the_large_instances():
    slow = {
        (name, check.name)
        for name, claim in CLAIMS.items()
        for check in claim.checks
        if check.tier == SLOW
    }
    assert ("spgan.T5", "larger_grids") in slow
    assert ("spgan.T1", "more_lipschitz_divergences") in slow
