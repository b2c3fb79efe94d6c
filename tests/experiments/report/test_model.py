"""report.json: every registered claim in exactly one group, and no status better than its outcomes."""

import json
from collections import Counter

import pytest

from experiments._report.model import gravest
from experiments._report.registered import paragraphs, registered
from theory._core.registry import discover

STANDING = {  # group, level of the own evidence, weakest link
    "SYM": ("established", "symbolic", "symbolic"),
    "SUM": ("established", "exact", "exact"),
    "PROP": ("established", "property", "property"),
    "STAT": ("established", "statistical", "statistical"),
    "EMP": ("established", "empirical", "empirical"),
    "LEAST": ("established", "certified", "certified"),
    "MISPRINT": ("established", "exact", "exact"),
    "TEX": ("established", "exact", "exact"),
    "RESTS": ("established", "exact", "refuted"),
    "DEF": ("definition", "none", "definition"),
    "OPEN": ("open", "none", "open"),
    "STALE": ("stale", "none", "not run"),
    "ABSENT": ("not run", "none", "not run"),
    "UNSURE": ("undecided", "none", "undecided"),
    "BLIND": ("undecided", "none", "undecided"),
    "FAILS": ("error", "none", "error"),
    "HTML": ("refuted", "none", "refuted"),
    "WRONG": ("refuted", "none", "refuted"),
}


def test_every_claim_has_the_standing_its_outcomes_give(zoo):
    found = {
        name.removeprefix("zoo."): (one["group"], one["level"], one["status"]["weakest_link"])
        for name, one in zoo.claims.items()
    }
    assert found == STANDING


def test_the_house_is_counted_whether_it_was_run_or_not(zoo):
    own = set(discover().claims)
    assert {one["id"] for one in zoo.data["claims"]} == own | set(zoo.claims)
    mine = [one for one in zoo.data["claims"] if one["id"] in own]
    assert {one["group"] for one in mine} <= {"not run", "open", "definition"}


def test_the_counts_are_those_of_the_claims_report(zoo):
    """Recounted from the raw items of pytest, for what is not stale."""
    raw = {one["id"]: one for one in json.loads(zoo.outcomes.read_text())["claims"]}
    assert {name: one["status"] for name, one in raw.items() if name != "zoo.STALE"} == {
        name: one["status"] for name, one in zoo.claims.items() if name != "zoo.STALE"
    }
    runs = Counter(
        near["outcome"]
        for name, one in raw.items()
        for check in one["checks"]
        for near in check["falsifiers"]
        if name != "zoo.STALE"
    )
    (wing,) = (one for one in zoo.data["wings"] if one["name"] == "zoo")
    told = wing["counts"]["falsifier_runs"]
    assert told["killed"] == runs["refuted"]
    assert told["survived"] == runs["established"] + runs["undecided"]
    assert told["error"] == runs["error"]
    assert told["not_run"] == runs["not_run"] + 1  # the stale one
    assert told["total"] == runs.total() + 1
    checks = Counter(
        c["outcome"] for n, one in raw.items() for c in one["checks"] if n != "zoo.STALE"
    )
    checks["not_run"] += 1
    assert wing["counts"]["checks"] == {"total": checks.total(), **checks}


def test_the_groups_add_up_to_what_is_registered(zoo):
    for counts in (zoo.data["summary"], *(wing["counts"] for wing in zoo.data["wings"])):
        groups, levels = counts["groups"], counts["established_by_level"]
        assert sum(groups.values()) == counts["registered"]
        assert sum(levels.values()) == sum(counts["weakest_link"].values()) == groups["established"]


def test_the_first_line_says_everything_with_its_number(zoo):
    total, idle = len(zoo.data["claims"]), len(zoo.data["claims"]) - len(zoo.claims)
    opened = sum(one["group"] == "open" for one in zoo.data["claims"])
    assert zoo.data["summary"]["sentence"] == (
        f"{total} registered claims: 9 established (1 symbolic: all instances in the stated scope; "
        "4 exact: stated finite scopes, decided exactly; 1 certified: stated finite scopes, by "
        "certificates; 1 property: stated scopes, searched for counterexamples; 1 statistical: "
        "stated scopes, at declared error rates; 1 empirical: recorded runs), 2 refuted, "
        f"{opened} open, {idle + 1 - (opened - 1)} not run, 1 definition, 1 stale, 2 undecided, 1 error."
    )


def test_without_outcomes_nothing_is_established(zoo, tmp_path):
    code, data = zoo.build(tmp_path / "out")
    assert code == 1  # the zoo declares a claim without an inhabitant
    assert data["summary"]["groups"]["established"] == 0
    assert "0 established, 0 refuted, " in data["summary"]["sentence"]
    checks = [check for one in data["claims"] for check in one["checks"]]
    assert {check["outcome"] for check in checks} == {"not_run"}
    assert not any(check["evidence"] for check in checks)
    assert data["summary"]["falsifier_runs"]["killed"] == 0


def test_why_a_good_outcome_does_not_count_is_said(zoo):
    assert zoo.claims["zoo.BLIND"]["caveats"] == [
        "blind: the falsifier “power + 1” was not killed",
        "boundary case “n = 0”: established, expected refuted",
    ]
    assert zoo.claims["zoo.SUM"]["caveats"] == []
    assert "no object that meets the hypotheses is stored" in zoo.claims["zoo.HTML"]["caveats"]


def test_claims_of_different_origin_stand_under_different_headings(zoo):
    (wing,) = (one for one in zoo.data["wings"] if one["name"] == "zoo")
    placed = {(f["origin"], c.removeprefix("zoo.")) for f in wing["families"] for c in f["claims"]}
    assert {one for one in placed if one[0] != "derived"} == {
        ("paper", "SUM"),
        ("erratum", "MISPRINT"),
        ("known theorem", "STAT"),
    }
    assert len(placed) == len(zoo.claims)
    assert [f["origin"] for f in wing["families"]] == [
        "paper",
        "erratum",
        "derived",
        "known theorem",
    ]


def test_witnesses_changes_and_reasons_are_kept(zoo):
    (check,) = zoo.claims["zoo.WRONG"]["checks"]
    assert check["witness"] == "{'n': 3, 'sum': 1/3}"
    (near,) = zoo.claims["zoo.SUM"]["falsifiers"]
    assert near["changes"] == ["power = 3 for 2"]
    assert near["because"] == "8 is not 4"
    assert near["runs"][0]["witness"] == "{'n': 2}"
    assert zoo.claims["zoo.MISPRINT"]["checks"][0]["witness"] == "{'n': 7, 'printed': 50}"
    assert zoo.claims["zoo.ABSENT"]["checks"][0]["detail"] == "a telescope"
    assert zoo.claims["zoo.EMP"]["taken_as_given"] == ["zoo.STAT"]
    assert zoo.claims["zoo.SUM"]["needed_by"] == ["zoo.PROP", "zoo.RESTS"]


def test_the_ledger_holds_the_declared_error_rates(zoo):
    names = [one["check"] for one in zoo.data["ledger"]["declarations"]]
    assert "zoo.STAT[decided]" in names
    assert zoo.data["ledger"]["budget"] == "1/1000"


def test_formulas_that_cannot_be_converted_are_counted(zoo):
    mine = [one for one in zoo.data["formulas"]["as_source"] if one["claim"] == "zoo.TEX"]
    assert [(one["where"], one["source"]) for one in mine] == [
        ("statement", r"\notacommand{x}"),
        ("statement", ", for $5 only"),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 0),
        ({"open": 1, "definition": 1}, 0),
        ({"not run": 1}, 3),
        ({"stale": 1}, 3),
        ({"undecided": 1}, 3),
        ({"refuted": 1}, 1),
        ({"error": 1, "not run": 1}, 1),
        ({"circular": 1}, 1),
    ],
)
def test_the_exit_code_is_that_of_the_gravest_standing(zoo, change, code):
    groups = dict.fromkeys(zoo.data["summary"]["groups"], 0) | {"established": 3} | change
    quiet = {"killed": 1, "survived": 0, "error": 0, "not_run": 0, "total": 1}
    summary = {"groups": groups, "falsifier_runs": quiet, "checks": {"total": 3, "established": 3}}
    data = {"summary": summary, "problems": [], "certificates": [], "experiments": []}
    assert gravest(data) == code
    assert gravest({**data, "certificates": [{"verdict": "rejected"}]}) == 1
    assert gravest({**data, "experiments": [{"status": "failed"}]}) == 1
    assert gravest({**data, "problems": [{}]}) == 1


def test_a_module_that_cannot_be_read_is_said(zoo, tmp_path):
    (tmp_path / "wings" / "broken").mkdir(parents=True)
    (tmp_path / "wings" / "broken" / "module.py").write_text("1 / 0")
    code, data = zoo.build(tmp_path / "out", "--claims-root", str(tmp_path / "wings"))
    assert code == 1
    assert any(name.endswith("broken.module") for name in data["unread_modules"])
    assert any("ZeroDivisionError" in one["detail"] for one in data["problems"])
    number = len(data["unread_modules"])
    told = f"{number} module{'s' if number > 1 else ''} could not be read"
    assert told in (tmp_path / "out" / "index.html").read_text()


def test_papers_without_claims_are_known_from_the_readme():
    wings = {wing.name: wing for wing in registered().wings}
    assert wings["spgan"].title == "Structure-preserving GANs"
    assert wings["interp"].title.startswith("Sharp lower bounds on interpolation")


def test_a_docstring_is_read_as_paragraphs_and_tables():
    text = "One: a\ntitle.\n\n| a | b |\n|---|---|\n\n  More,\n  of it.\n"
    assert paragraphs(text) == ["One: a title.", "| a | b |\n|---|---|", "More, of it."]
    assert paragraphs("") == []
