"""Own evidence and the weakest link: what is recorded can lower a status and never raise it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import EXACT, LEMMA, OPEN, PROPERTY, Claim, Derived, Verdict, established
from theory._core.claim import Kind
from theory._core.graph import (
    Status,
    ancestors,
    as_dot,
    as_json,
    digest,
    own_status,
    quoted,
    standings,
)
from theory._core.problems import cycles


def claim(name, *, kind=LEMMA, level=EXACT, statement="s", needs=(), proof_needs=()):
    """A claim with one check and one falsifier."""
    one = Claim(
        f"demo.{name}", kind, name, statement, Derived("d"), constants={"c": 1},
        needs=needs, proof_needs=proof_needs,
    )  # fmt: skip
    if kind in (Kind.LEMMA, Kind.OPEN):
        one.check(level, scope="all")(check)
        one.falsifier("near", constants={"c": 2})
    return one


def check(claim):
    return established(cases=1)


def record(one, outcome="established", falsifier="refuted"):
    """What a report says of it."""
    fates = [] if falsifier is None else [{"name": "near", "outcome": falsifier}]
    return {
        "id": one.id,
        "digest": digest(one),
        "checks": [{"name": "check", "outcome": outcome, "falsifiers": fates}],
        "vacuity": [],
        "boundaries": [],
    }


def stand(*claims, records=None):
    """Standings of claims, by short name."""
    kept = [record(one) for one in claims] if records is None else records
    found = standings({one.id: one for one in claims}, {"claims": kept})
    return {name.partition(".")[2]: str(standing) for name, standing in found.items()}


def test_without_a_report_nothing_was_run():
    one = claim("A")
    assert str(standings({one.id: one})["demo.A"]) == "not run"


@pytest.mark.parametrize(
    ("outcome", "falsifier", "status"),
    [
        ("established", "refuted", Status.EXACT),
        ("established", "established", Status.UNDECIDED),
        ("established", "error", Status.UNDECIDED),
        ("established", "not_run", Status.NOT_RUN),
        ("established", None, Status.NOT_RUN),
        ("refuted", "refuted", Status.REFUTED),
        ("error", "refuted", Status.ERROR),
        ("undecided", "refuted", Status.UNDECIDED),
        ("not_run", "refuted", Status.NOT_RUN),
    ],
)
def test_established_counts_at_its_level_only_with_its_falsifier_killed(outcome, falsifier, status):
    one = claim("A")
    assert own_status(one, record(one, outcome, falsifier)) is status


def test_a_check_without_falsifiers_is_no_evidence():
    one = Claim("demo.A", LEMMA, "A", "s", Derived("d"))
    one.check(EXACT, scope="all")(check)
    assert own_status(one, record(one, falsifier=None)) is Status.UNDECIDED


def test_the_level_is_the_declared_one_whatever_the_report_says():
    one = claim("A", level=PROPERTY)
    told = record(one)
    told["checks"][0]["level"] = "symbolic"
    told["checks"].append({**told["checks"][0], "name": "unheard_of"})
    assert own_status(one, told) is Status.PROPERTY


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("established", Status.PROPERTY), ("refuted", Status.REFUTED), ("error", Status.ERROR)],
)
def test_a_part_lends_no_level_but_has_to_hold(outcome, status):
    one = claim("A", level=PROPERTY)
    one.check(EXACT, scope="a step of the proof", part=True)(lambda claim: established(cases=1))
    told = record(one)
    fates = told["checks"][0]["falsifiers"]
    told["checks"].append({"name": "<lambda>", "outcome": outcome, "falsifiers": fates})
    assert own_status(one, told) is status
    told["checks"].pop(0)
    assert own_status(one, told) in (Status.NOT_RUN, Status.REFUTED, Status.ERROR)


def test_a_report_of_another_statement_is_not_read():
    assert own_status(claim("A", statement="t"), record(claim("A"))) is Status.NOT_RUN


def test_hypotheses_nobody_meets_and_failed_boundaries_leave_it_undecided():
    one = Claim("demo.A", LEMMA, "A", "s", Derived("d"), {"h": "h"}, {"c": 1})
    one.check(EXACT, scope="all")(check)
    one.falsifier("near", constants={"c": 2})
    assert own_status(one, record(one)) is Status.UNDECIDED
    one.inhabitant(lambda claim: {"h": True})
    told = {**record(one), "vacuity": [{"name": "<lambda>", "outcome": "established"}]}
    assert own_status(one, told) is Status.EXACT
    one.boundary("N = 1", expect=Verdict.REFUTED)(check)
    assert own_status(one, told) is Status.UNDECIDED
    told["boundaries"] = [{"name": "N = 1", "outcome": "refuted"}]
    assert own_status(one, told) is Status.EXACT


def test_the_weakest_link_is_found_through_either_kind_of_need():
    low = claim("LOW", level=PROPERTY)
    middle = claim("MIDDLE", needs=("demo.LOW",))
    top = claim("TOP", proof_needs=("demo.MIDDLE",))
    assert stand(low, middle, top)["TOP"] == "exact; rests on demo.LOW: property"
    told = [record(low, "refuted"), record(middle), record(top)]
    assert stand(low, middle, top, records=told)["TOP"] == "exact; rests on demo.LOW: refuted"
    told = [record(middle), record(top)]
    assert stand(low, middle, top, records=told)["TOP"] == "exact; rests on demo.LOW: not run"


def test_an_open_claim_shows_in_what_rests_on_it_and_a_definition_does_not():
    unknown, meaning = claim("UNKNOWN", kind=OPEN), claim("MEANING", kind=Kind.DEFINITION)
    first = claim("FIRST", needs=("demo.UNKNOWN",))
    second = claim("SECOND", needs=("demo.MEANING",))
    found = stand(unknown, meaning, first, second)
    assert found["FIRST"] == "exact; rests on demo.UNKNOWN: open"
    assert found["SECOND"] == "exact"
    assert (found["UNKNOWN"], found["MEANING"]) == ("open", "definition")


def test_missing_and_circular_needs_show():
    one = claim("ONE", proof_needs=("demo.NONE",))
    assert stand(one)["ONE"] == "exact; rests on demo.NONE: missing"
    a, b = claim("A", proof_needs=("demo.B",)), claim("B", proof_needs=("demo.A",))
    c = claim("C", needs=("demo.A",))
    assert stand(a, b, c) == {
        "A": "circular",
        "B": "circular",
        "C": "exact; rests on demo.A: circular",
    }


def test_a_claim_is_not_among_what_it_needs_even_in_a_circle():
    a, b = claim("A", proof_needs=("demo.B",)), claim("B", needs=("demo.A",))
    assert ancestors({"demo.A": a, "demo.B": b}, "demo.A") == {"demo.B"}


def test_a_proof_may_use_what_speaks_of_the_claim():
    theorem = claim("T", proof_needs=("demo.STEP",))
    step = claim("STEP", needs=("demo.T",))
    assert stand(theorem, step) == {"T": "exact", "STEP": "exact"}


OUTCOMES = st.sampled_from(["established", "refuted", "undecided", "not_run", "error"])


@settings(derandomize=True, database=None, deadline=None)
@given(OUTCOMES, OUTCOMES, st.sampled_from(["refuted", "error"]), st.booleans())
def test_one_more_bad_record_never_raises_a_status(outcome, falsifier, worse, on_the_need):
    need, top = claim("NEED"), claim("TOP", proof_needs=("demo.NEED",))
    claims = {one.id: one for one in (need, top)}
    before = [record(need, outcome, falsifier), record(top, outcome, falsifier)]
    after = json.loads(json.dumps(before))
    after[0 if on_the_need else 1]["checks"][0]["outcome"] = worse
    was = standings(claims, {"claims": before})
    now = standings(claims, {"claims": after})
    assert all(now[n].weakest.rank >= min(was[n].weakest.rank, Status(worse).rank) for n in claims)
    assert now["demo.TOP"].weakest.rank >= Status.ERROR.rank


def test_cycles_are_found_one_for_each_knot():
    assert cycles({"a": ("b",), "b": ("c",), "c": ()}) == []
    assert cycles({"a": ("a",)}) == [("a",)]
    assert cycles({"c": ("a",), "a": ("b",), "b": ("c",), "x": ("y",), "y": ("x", "z")}) == [
        ("a", "b", "c"),
        ("x", "y"),
    ]


HOSTILE = 'a "quoted" \\N <b>&</b> \\frac{1}{2}\nsecond line'


def test_dot_and_json_keep_a_hostile_statement():
    one = claim("A", statement=HOSTILE, needs=("demo.B",), proof_needs=("demo.C",))
    standing = standings({one.id: one})
    text = as_dot({one.id: one}, standing)
    assert '"demo.A" -> "demo.B" [style=dashed]' in text
    assert '"demo.A" -> "demo.C" [style=solid]' in text
    label = text.partition("tooltip=")[2].partition(", fillcolor")[0]
    unescaped = label[1:-1].replace("\\\\", "\0").replace('\\"', '"').replace("\\n", "\n")
    assert unescaped.replace("\0", "\\") == HOSTILE
    assert "\n" not in label
    edges = as_json({one.id: one}, standing)["edges"]
    assert edges == [
        {"from": "demo.A", "to": "demo.B", "kind": "statement"},
        {"from": "demo.A", "to": "demo.C", "kind": "proof"},
    ]


def test_a_backslash_at_the_end_does_not_open_the_string():
    assert quoted("a\\") == '"a\\\\"'
