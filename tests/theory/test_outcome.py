"""Outcomes have no truth value, and say no more than their payload carries."""

import pytest
from sympy import Float, Integer, Symbol

from proofs_checks import certificate
from theory import Verdict, established, not_run, refuted, undecided
from theory._core.outcome import PAYLOAD, Level, audit


@pytest.mark.parametrize(
    "outcome", [established(cases=1), refuted(1), undecided("tired"), not_run("gpu")]
)
def test_an_outcome_has_no_truth_value(outcome):
    with pytest.raises(TypeError, match="no truth value"):
        bool(outcome)


def test_nothing_is_not_a_witness():
    with pytest.raises(ValueError, match="witness"):
        refuted(None)


FULL = {
    "symbolic": {"residual": 0},
    "exact": {"cases": 1},
    "certified": {"certificates": ["d1"]},
    "property": {"examples": 20, "rejected": 80},
    "statistical": {"estimate": 0.5, "interval": (0, 1), "n": 1},
    "empirical": {"records": ["r1"]},
}
EMPTY = {
    "symbolic": {"residual": 1e-12},
    "exact": {"cases": 0},
    "certified": {"certificates": []},
    "property": {"examples": 19, "rejected": 81},
    "statistical": {"estimate": 0.5, "interval": (0, 1), "n": 0},
    "empirical": {"records": []},
}


@pytest.fixture(autouse=True)
def _one_accepted_certificate(monkeypatch):
    monkeypatch.setattr(certificate, "_accepted", {"d1"})


def test_a_digest_that_the_referee_never_accepted_is_no_certified_evidence():
    forged = established(certificates=["d1", "d2"])
    assert "d2" in audit(Level.CERTIFIED, forged).payload["reason"]


@pytest.mark.parametrize("level", Level)
def test_each_level_needs_its_payload_and_something_in_it(level):
    full, empty = FULL[level.value], EMPTY[level.value]
    assert set(PAYLOAD[level]) == set(full)
    assert audit(level, established(**full)).verdict is Verdict.ESTABLISHED
    assert audit(level, established(**empty)).verdict is Verdict.UNDECIDED
    for name in full:
        part = {key: value for key, value in full.items() if key != name}
        assert audit(level, established(**part)).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("zero", [0.0, -0.0, False, Float(0), Float("1e-300"), "0", None])
def test_a_rounded_zero_is_no_symbolic_evidence(zero):
    assert audit(Level.SYMBOLIC, established(residual=zero)).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("zero", [0, Integer(0), Symbol("x") - Symbol("x")])
def test_an_exact_zero_is(zero):
    assert audit(Level.SYMBOLIC, established(residual=zero)).verdict is Verdict.ESTABLISHED


@pytest.mark.parametrize("outcome", [refuted(1), undecided("tired"), not_run("gpu")])
@pytest.mark.parametrize("level", Level)
def test_an_audit_never_raises_a_verdict(outcome, level):
    assert audit(level, outcome) is outcome


def test_levels_are_ordered_from_proof_to_observation():
    names = [level.value for level in sorted(Level, key=lambda level: level.rank)]
    assert names == ["symbolic", "exact", "certified", "property", "statistical", "empirical"]
