"""Certificates are decided again at build time; what is rejected lowers, what hangs is undecided."""

import json
import os

import pytest

from constructions.interp.lower_bound import certified_minimum
from experiments._report.certificates import decide_all, lower
from proofs_checks.__main__ import main
from proofs_checks.certificate import dumps, seal


def put(folder, **files):
    """A folder of certificates by file name."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.json").write_text(text)
    return folder


def good(N=4):
    """A certificate that the referee accepts."""
    return certified_minimum(N, 16).certificate()


def resealed(**statement):
    """A certificate whose digest fits and whose statement is false."""
    one = good()
    return seal(one["kind"], {**one["statement"], **statement}, one["evidence"])


def test_each_file_gets_the_verdict_of_the_referee(tmp_path):
    folder = put(
        tmp_path / "kept",
        a=dumps(good()),
        b=dumps(resealed(parameters=10**6)),
        c=dumps({**good(), "digest": "0" * 64}),
        d="{",
    )
    (folder / "e.txt").write_text("not looked at")
    found = decide_all(folder)
    assert [one.verdict for one in found] == ["accepted", "rejected", "malformed", "malformed"]
    assert found[0].digest == good()["digest"]
    assert found[0].claim == "interp.D1"
    assert decide_all(None) == []


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match="--certificates: must be a folder"):
        decide_all(tmp_path / "absent")


def test_what_there_is_no_time_for_is_undecided(tmp_path):
    folder = put(tmp_path / "kept", a=dumps(good()), b=dumps(good(6)))
    found = decide_all(folder, budget=0.0)
    assert [one.verdict for one in found] == ["undecided"] * 2
    assert "time for certificates was spent" in found[0].summary


def test_a_referee_that_hangs_is_ended(tmp_path, monkeypatch):
    """Files that block when they are read (pipes) stand for a check that does not end."""
    folder = put(tmp_path / "kept", a=dumps(good()), c=dumps(good(6)))
    os.mkfifo(tmp_path / "pipe")
    (folder / "b.json").symlink_to(tmp_path / "pipe")
    monkeypatch.setattr("pathlib.Path.is_file", lambda path: path.exists())
    found = decide_all(folder, seconds=2.0)
    assert [one.verdict for one in found] == ["accepted", "undecided", "accepted"]


def test_a_rejected_certificate_lowers_what_rested_on_it_and_raises_nothing(tmp_path):
    decided = decide_all(
        put(tmp_path / "kept", a=dumps(good()), b=dumps(resealed(parameters=10**6)))
    )
    bad, fine = decided[1].digest, decided[0].digest
    entry = {"outcome": "established", "detail": "", "certificates": [fine]}
    assert lower(entry, decided) == entry
    assert lower({**entry, "certificates": [fine, bad]}, decided)["outcome"] == "undecided"
    assert (
        lower({**entry, "outcome": "refuted", "certificates": [bad]}, decided)["outcome"]
        == "refuted"
    )


def test_the_report_offers_what_can_be_decided_again(zoo):
    files = sorted((zoo.out / "certificates").iterdir())
    assert len(files) == 2
    assert main([str(path) for path in files]) == 0
    told = {one["digest"]: one for one in zoo.data["certificates"]}
    assert {path.stem for path in files} == set(told)
    for path in files:
        assert told[path.stem]["file"] == f"certificates/{path.name}"
        assert told[path.stem]["used_by"] == [{"claim": "zoo.LEAST", "check": "least"}]
        assert f'href="certificates/{path.name}"' in zoo.html


def test_a_certificate_that_is_not_at_hand_is_said_and_lowers_nothing(zoo, tmp_path):
    _, data = zoo.build(tmp_path / "out", "--outcomes", str(zoo.outcomes))
    assert [one["verdict"] for one in data["certificates"]] == ["not at hand"] * 2
    (claim,) = (one for one in data["claims"] if one["id"] == "zoo.LEAST")
    assert claim["level"] == "certified"


def test_a_certificate_cut_short_lowers_what_its_name_says_rested_on_it(zoo, tmp_path):
    report = json.loads(zoo.outcomes.read_text())
    (least,) = (one for one in report["claims"] if one["id"] == "zoo.LEAST")
    digest = least["checks"][0]["certificates"][0]
    folder = put(tmp_path / "kept", **{digest: dumps(good())[:-20]})
    code, data = zoo.build(
        tmp_path / "out", "--outcomes", str(zoo.outcomes), "--certificates", str(folder)
    )
    (claim,) = (one for one in data["claims"] if one["id"] == "zoo.LEAST")
    assert (code, claim["group"]) == (1, "undecided")


def test_a_certificate_rejected_now_lowers_the_claim(zoo, tmp_path):
    false = resealed(parameters=10**6)
    report = json.loads(zoo.outcomes.read_text())
    (least,) = (one for one in report["claims"] if one["id"] == "zoo.LEAST")
    least["checks"][0]["certificates"] = [false["digest"]]
    (tmp_path / "claims.json").write_text(json.dumps(report))
    folder = put(tmp_path / "kept", a=dumps(false))
    code, data = zoo.build(
        tmp_path / "out", "--outcomes", str(tmp_path / "claims.json"), "--certificates", str(folder)
    )
    (claim,) = (one for one in data["claims"] if one["id"] == "zoo.LEAST")
    assert code == 1
    assert claim["group"] == "undecided"
    assert "was not accepted when this report was built" in claim["checks"][0]["detail"]
    assert not (tmp_path / "out" / "certificates").exists()


def test_a_certificate_among_the_artifacts_of_the_laboratory_is_offered_too(zoo, tmp_path):
    artifacts = tmp_path / "store" / "artifacts"
    artifacts.mkdir(parents=True)
    (artifacts / "interp_lower_bound.certificate").write_text(dumps(good()))
    (artifacts / "interp_lower_bound.notes").write_text("no certificate")
    _, data = zoo.build(tmp_path / "out", "--store", str(tmp_path / "store"))
    (one,) = data["certificates"]
    assert one["file"] == f"certificates/{good()['digest']}.json"
    assert (tmp_path / "out" / one["file"]).read_text() == dumps(good())
