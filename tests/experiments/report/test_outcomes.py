"""Claims reports: an outcome counts for the statement, level and scope it belongs to, never for more."""

import json

import pytest

from experiments._report.outcomes import evidence, joined, read_reports
from theory import EXACT, LEMMA, Claim, Derived, established
from theory._core.graph import digest
from theory._core.outcome import Level

CLAIM = Claim(
    id="demo.SUM", kind=LEMMA, title="t", statement="s", source=Derived("d"), constants={"c": 1},
    module=__name__,
)  # fmt: skip
CLAIM.falsifier("two", constants={"c": 2})


@CLAIM.check(EXACT, scope="n <= 8")
def counted(_):
    """Count."""
    return established(cases=8)


def record(outcome="established", killed="refuted", **more):
    """One claim of a claims report."""
    check = {
        "name": "counted", "outcome": outcome, "level": "exact", "scope": "n <= 8",
        "payload": {"cases": 8}, "seconds": 0.5, "detail": "", "witness": None,
        "falsifiers": [{"name": "two", "outcome": killed, "witness": "w"}],
    }  # fmt: skip
    whole = {"id": "demo.SUM", "digest": digest(CLAIM), "vacuity": [], "boundaries": []}
    change = {key: more.pop(key) for key in list(more) if key in whole}
    return {**whole, **change, "checks": [{**check, **more}]}


def outcome(*records):
    """Outcome, staleness and evidence of the one check."""
    (check,) = joined(CLAIM, records)["checks"]
    return check["outcome"], check["stale"], check["evidence"]


def test_an_outcome_of_this_statement_is_taken():
    assert outcome(record()) == ("established", False, "8 cases")
    assert outcome() == ("not_run", False, "")
    assert not joined(CLAIM, [record()])["stale"]


@pytest.mark.parametrize("change", [{"digest": "0"}, {"level": "symbolic"}, {"scope": "n <= 9"}])
def test_an_outcome_of_another_version_is_stale(change):
    assert outcome(record(**change)) == ("not_run", True, "")
    (check,) = joined(CLAIM, [record(**change)])["checks"]
    assert check["falsifiers"][0]["outcome"] == "not_run"
    assert joined(CLAIM, [record(**change)])["stale"] == ("digest" in change)


@pytest.mark.parametrize("worse", ["undecided", "error", "refuted", "nonsense"])
def test_of_several_reports_the_weakest_word_counts_in_any_order(worse):
    said = "error" if worse == "nonsense" else worse
    for reports in ([record(), record(worse)], [record(worse), record()]):
        assert outcome(*reports)[0] == said


def test_what_did_not_run_says_nothing_against_what_did():
    for reports in ([record(), record("not_run")], [record("not_run"), record()]):
        assert outcome(*reports)[0] == "established"
    old = record(digest="0")
    assert outcome(old, record()) == ("established", False, "8 cases")


@pytest.mark.parametrize("fate", ["established", "undecided", "error"])
def test_a_falsifier_that_survived_once_has_survived(fate):
    for reports in ([record(), record(killed=fate)], [record(killed=fate), record()]):
        (check,) = joined(CLAIM, reports)["checks"]
        assert check["falsifiers"][0]["outcome"] == fate


@pytest.mark.parametrize("payload", [{}, {"cases": 0}, {"cases": None}, {"other": 3}, "text", None])
def test_established_without_evidence_is_undecided(payload):
    assert outcome(record(payload=payload)) == ("undecided", False, "")


@pytest.mark.parametrize(
    ("level", "payload", "told"),
    [
        (Level.EXACT, {"cases": 1}, "1 case"),
        (Level.EXACT, {"cases": 12345}, "12,345 cases"),
        (Level.SYMBOLIC, {"residual": 0}, "residual 0"),
        (Level.SYMBOLIC, {"residual": None}, ""),
        (Level.CERTIFIED, {"certificates": ["a", "b"]}, "2 certificates"),
        (Level.CERTIFIED, {"certificates": []}, ""),
        (Level.CERTIFIED, {"certificates": "['a', ... 60 more]"}, "many certificates"),
        (Level.PROPERTY, {"examples": 9, "rejected": 0}, "9 examples, 0 rejected"),
        (Level.PROPERTY, {"examples": 9}, ""),
        (Level.STATISTICAL, {"estimate": 0, "interval": [0, 1], "n": 5}, "0 in [0, 1], 5 samples"),
        (Level.STATISTICAL, {"estimate": 0, "n": 5}, ""),
        (Level.EMPIRICAL, {"records": ["a"]}, "1 record"),
        (Level.EMPIRICAL, {"records": 0}, ""),
    ],
)
def test_evidence_is_what_the_payload_states(level, payload, told):
    assert evidence(level, payload) == told


def test_numbers_that_json_has_not_do_not_get_through():
    (check,) = joined(
        CLAIM, [record(payload={"cases": 3, "x": float("nan")}, seconds=float("inf"))]
    )["checks"]
    assert json.loads(json.dumps(check, allow_nan=False))["payload"] == {"cases": 3, "x": "nan"}
    assert check["seconds"] is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value"),
        ("[]", "it is not a claims report"),
        ('{"claims": [{"id": 3}]}', "it is not a claims report"),
        ('{"claims": [], "format": "touchstone-claims-report/9"}', "its format is"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_file_that_is_no_claims_report_is_refused_by_name(tmp_path, text, reason):
    path = tmp_path / "claims.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"--outcomes: cannot read '.*claims.json': .*" + reason):
        read_reports([path])


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match=r"--outcomes: cannot read .*No such file"):
        read_reports([tmp_path / "absent.json"])
