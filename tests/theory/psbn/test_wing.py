"""The wing as a whole: what must be there, what it may spend, and that its checks read their claims."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from theory import SLOW, STATISTICAL, Verdict
from theory._core.claim import Kind
from theory._core.registry import discover

CLAIMS = {name: one for name, one in discover().claims.items() if name.startswith("psbn.")}
BUDGET = Fraction(3, 10_000)  #: of the false-alarm probability of a full run


def test_every_claim_of_the_wing_is_declared():
    wanted = [f"P{k}" for k in range(1, 8)] + ["D1"] + [f"T{k}" for k in range(1, 13)]
    wanted += ["T2f", "T7b", "T7c", "T7s"] + [f"X{k}" for k in range(1, 9)]
    assert sorted(CLAIMS) == sorted(f"psbn.{name}" for name in wanted)


def test_only_what_the_abstract_says_is_shown_as_the_papers():
    for name, claim in CLAIMS.items():
        assert (claim.source.origin == "paper") == name.startswith("psbn.P"), name
        if claim.source.origin == "paper":
            assert "abstract" in claim.source.text, name


def test_the_statistical_checks_stay_within_their_budget():
    spent = [check.rates.alpha for one in CLAIMS.values() for check in one.checks if check.rates]
    assert len(spent) >= 10
    assert sum(spent) <= BUDGET
    levels = {check.level for one in CLAIMS.values() for check in one.checks if check.rates}
    assert levels == {STATISTICAL}


def test_every_hypothesis_and_every_erratum_has_a_falsifier_or_a_witness():
    for name, claim in CLAIMS.items():
        dropped = {h for one in claim.falsifiers for h in one.drop}
        assert dropped == set(claim.hypotheses), name
        if claim.kind is Kind.ERRATUM:
            assert claim.checks, name


def _check(name, check):
    return next(one for one in CLAIMS[name].checks if one.name == check)


@pytest.mark.parametrize(
    ("name", "check", "constant", "value"),
    [
        ("psbn.T1", "derivative_and_limit", "moments", (((2,), ()),)),
        ("psbn.T2", "all_sizes_at_once", "offset", Fraction(-1001, 1000)),
        ("psbn.T2", "sums_of_squares", "offset", Fraction(-1001, 1000)),
        ("psbn.T2", "no_counterexample_over_the_reals", "offset", Fraction(-1001, 1000)),
        ("psbn.T3", "two_point_batches", "factor", Fraction(1001, 1000)),
        ("psbn.T5", "root_enclosed", "width", Fraction(1, 10**23)),
        ("psbn.T5", "terms_of_the_expansion", "drift", ((0, 1), (-1, 0, Fraction(-999, 1000)))),
        ("psbn.T6", "rational_paths", "eta", Fraction(1001, 1000)),
        ("psbn.T11", "scaled_layers", "euler", Fraction(1, 10**9)),
        ("psbn.T10", "with_momentum", "momentum", (Fraction(9, 10), 524)),
        ("psbn.X2", "slopes_of_tails", "gaussian", ((10, Fraction("217.5")),)),
    ],
)
def test_a_nearer_miss_is_refuted_as_well(name, check, constant, value):
    claim = CLAIMS[name]
    variant = replace(claim, constants={**claim.constants, constant: value})
    assert _check(name, check).function(variant).verdict is Verdict.REFUTED


def test_slow_checks_are_those_that_train_or_simulate():
    for name, claim in CLAIMS.items():
        for check in claim.checks:
            if check.tier == SLOW:
                assert check.level.value in ("statistical", "empirical", "symbolic", "exact"), name


def test_a_step_or_a_number_beside_the_statement_lends_no_level():
    parts = {
        (name, check.name) for name, one in CLAIMS.items() for check in one.checks if check.part
    }
    assert parts >= {
        ("psbn.P6", "dead_channels_come_back"),
        ("psbn.T5", "value_at_minus_one"),
        ("psbn.T7", "solves_the_boundary_problem"),
        ("psbn.T8", "movement_after_death"),
    }
    for name, claim in CLAIMS.items():
        assert not claim.checks or any(not check.part for check in claim.checks), name
