"""Declarations are complete, the ledger adds exactly, equivalence is decided on intervals."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction

import pytest

from proofs_checks.error_rates import (
    BUDGET,
    Decision,
    Declaration,
    Ledger,
    SequentialRule,
    binomial_design,
    equivalence,
    lower_tail,
    union_bound,
    upper_tail,
)

F = Fraction
DECLARED = Declaration(
    estimand="share of served configurations",
    null="share <= 1/4",
    alternative="share >= 1/2",
    delta=F(1, 4),
    alpha=F(1, 3000),
    beta=F(1, 100),
    n=120,
    stream="interp.pairs",
)
RULE = SequentialRule(F(1, 4), F(1, 2), F(1, 3000), F(1, 100), cap=500)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("estimand", ""),
        ("estimand", None),
        ("null", "  "),
        ("alternative", 3),
        ("delta", F(0)),
        ("delta", F(-1, 4)),
        ("delta", 0.25),
        ("alpha", 0.001),
        ("alpha", F(0)),
        ("alpha", F(1)),
        ("beta", F(3, 2)),
        ("beta", 1),
        ("n", 0),
        ("n", 10.0),
        ("n", True),
        ("n", None),
        ("stream", "a b"),
        ("stream", ""),
        ("stream", "interp.pairs\n"),
    ],
)
def test_an_incomplete_declaration_is_refused_by_field(field, value):
    with pytest.raises(ValueError, match=f"^{field}: "):
        replace(DECLARED, **{field: value})


def test_a_sequential_rule_must_be_as_strict_as_the_declaration():
    assert replace(DECLARED, n=RULE).as_json()["n"]["cap"] == 500
    with pytest.raises(ValueError, match="rule's alpha is above"):
        replace(DECLARED, n=RULE, alpha=F(1, 4000))
    with pytest.raises(ValueError, match="rule's beta is above"):
        replace(DECLARED, n=RULE, beta=F(1, 1000))


def test_the_ledger_adds_exactly_and_stops_above_its_budget():
    ledger = Ledger()
    assert ledger.spent == 0
    for i in range(3):
        ledger = ledger.append(f"check {i}", replace(DECLARED, stream=f"s{i}"))
    assert ledger.spent == BUDGET == F(1, 1000)  # exactly full is within the budget
    tiny = replace(DECLARED, stream="s3", alpha=F(1, 10**30))
    with pytest.raises(ValueError, match=r"^alpha: with one more the suite spends .*1/1000"):
        ledger.append("one more", tiny)
    assert len(ledger.entries) == 3


def test_a_check_or_a_stream_is_entered_once():
    ledger = Ledger().append("a", DECLARED)
    with pytest.raises(ValueError, match=r"^name: 'a' is in the ledger"):
        ledger.append("a", replace(DECLARED, stream="other"))
    with pytest.raises(ValueError, match=r"^stream: 'interp\.pairs' of b is used by a"):
        ledger.append("b", DECLARED)


def test_reports_are_plain_json_with_exact_numbers():
    ledger = Ledger().append("a", DECLARED).append("b", replace(DECLARED, n=RULE, stream="s"))
    data = json.loads(json.dumps(ledger.as_json()))
    assert (data["budget"], data["spent"]) == ("1/1000", "1/1500")
    first, second = data["declarations"]
    assert (first["check"], first["alpha"], first["n"]) == ("a", "1/3000", 120)
    assert second["n"] == {
        "rule": "sprt", "p0": "1/4", "p1": "1/2", "alpha": "1/3000", "beta": "1/100", "cap": 500,
    }  # fmt: skip


def test_the_union_bound_is_the_sum_and_at_most_one():
    assert union_bound([]) == 0
    assert union_bound([F(1, 3), F(1, 7)]) == F(10, 21)
    assert union_bound([F(2, 3), F(2, 3)]) == 1


@pytest.mark.parametrize(
    ("interval", "decision"),
    [
        ((F(9, 10), F(11, 10)), Decision.NULL),
        ((F(1), F(1)), Decision.NULL),
        ((F(3, 4), F(1)), Decision.UNDECIDED),  # touches the edge
        ((F(1), F(5, 4)), Decision.UNDECIDED),
        ((F(0), F(2)), Decision.UNDECIDED),
        ((F(5, 4), F(2)), Decision.UNDECIDED),
        ((F(0), F(3, 4)), Decision.UNDECIDED),
        ((F(0), F(74, 100)), Decision.ALTERNATIVE),
        ((F(126, 100), F(2)), Decision.ALTERNATIVE),
    ],
)
def test_equivalence_needs_the_whole_interval_inside(interval, decision):
    assert equivalence(interval, F(1), F(1, 4)) is decision


@pytest.mark.parametrize(
    ("interval", "target", "delta", "name"),
    [
        ((0.9, F(1)), F(1), F(1, 4), "interval"),
        ((F(1), F(0)), F(1), F(1, 4), "interval"),
        ((F(0), float("nan")), F(1), F(1, 4), "interval"),
        ((F(0), F(1)), 1.0, F(1, 4), "target"),
        ((F(0), F(1)), F(1), F(0), "delta"),
        ((F(0), F(1)), F(1), 0.5, "delta"),
    ],
)
def test_bad_equivalences_are_refused_by_name(interval, target, delta, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        equivalence(interval, target, delta)


def test_a_declared_design_is_calibrated_under_the_null_and_at_delta():
    """The exact alarm probability is at most alpha at the null and at least 1 - beta at delta."""
    n, c = binomial_design(F(1, 4), F(1, 4) + DECLARED.delta, DECLARED.alpha, DECLARED.beta)
    assert upper_tail(n, c, F(1, 4)) <= DECLARED.alpha < upper_tail(n, c - 1, F(1, 4))
    assert lower_tail(n, c - 1, F(1, 2)) <= DECLARED.beta
    closer = F(1, 4) + DECLARED.delta / 2  # half the distance is not noticed as reliably
    assert lower_tail(n, c - 1, closer) > DECLARED.beta


def test_a_declaration_is_reported_whole():
    assert DECLARED.as_json() == {
        "estimand": "share of served configurations",
        "null": "share <= 1/4",
        "alternative": "share >= 1/2",
        "delta": "1/4",
        "alpha": "1/3000",
        "beta": "1/100",
        "n": 120,
        "stream": "interp.pairs",
    }


def test_declarations_and_ledgers_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        DECLARED.alpha = F(1, 2)
    with pytest.raises(FrozenInstanceError):
        Ledger().budget = F(1)


def test_one_observation_and_a_stricter_rule_may_be_declared():
    assert replace(DECLARED, n=1).n == 1
    assert replace(DECLARED, n=RULE, alpha=F(1, 2), beta=F(1, 2)).n is RULE


def test_a_stream_is_a_text_before_it_is_a_name():
    with pytest.raises(ValueError, match=r"^stream: must be a text"):
        replace(DECLARED, stream=None)
    with pytest.raises(ValueError, match=r"^stream: must be a text"):
        replace(DECLARED, stream=" ")
    with pytest.raises(ValueError, match=r"^stream: must be a name like"):
        replace(DECLARED, stream="-")


def test_names_and_streams_are_compared_as_texts():
    """Neither by their order nor as objects."""
    ledger = Ledger().append("b", replace(DECLARED, stream="s.b"))
    for name in ("a", "c"):
        assert ledger.append(name, replace(DECLARED, stream=f"s.{name}")).entries[1][0] == name
    again = "".join(["s", ".", "b"])
    with pytest.raises(ValueError, match=r"^stream: 's.b' of c is used by b"):
        ledger.append("c", replace(DECLARED, stream=again))
    longer = ledger.append("long name", replace(DECLARED, stream="t"))
    with pytest.raises(ValueError, match=r"^name: 'long name' is in the ledger already"):
        longer.append(" ".join(["long", "name"]), replace(DECLARED, stream="u"))


def test_intervals_of_integers_are_exact_and_booleans_are_no_numbers():
    assert equivalence((0, 0), 0, 1) is Decision.NULL
    assert equivalence((2, 3), 0, 1) is Decision.ALTERNATIVE
    for arguments in (((True, F(1)), F(1), F(1)), ((F(0), True), F(1), F(1))):
        with pytest.raises(ValueError, match=r"^interval: must be exact"):
            equivalence(*arguments)
    with pytest.raises(ValueError, match=r"^target: must be exact"):
        equivalence((F(0), F(1)), True, F(1))
    with pytest.raises(ValueError, match=r"^delta: must be a positive Fraction, got -1"):
        equivalence((F(0), F(1)), F(1), -1)
