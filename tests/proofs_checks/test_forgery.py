"""Forged certificates of every kind: a short run of ``python tests/proofs_checks/forgery``.

The forger, the judge and the second checkers are themselves put to the test: a referee that looks away,
skips a step or falls over has to be noticed.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

import proofs_checks.certificate as referee

HERE = Path(__file__).parent
NUMBER = 200  #: forgeries of every kind
FEWER = {"psbn.tail_exponent": 100, "interp.two_layer_dichotomies": 100}  # they take longer
SAMPLE = "interp.sparse"
KINDS = sorted(f"{f.parent.name}.{f.stem[6:]}" for f in HERE.glob("*/naive_*.py"))


@pytest.fixture(scope="module")
def forgery():
    """The modules of the command, which lie in a folder that is no package."""
    folders = [str(HERE / "forgery"), str(HERE)]
    sys.path[:0] = folders
    names = ("naive", "breaks", "judging", "workers", "store")
    try:
        return SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        for folder in folders:
            sys.path.remove(folder)


@pytest.fixture(scope="module")
def naive(forgery):
    """The second checkers, as the command sees them."""
    return forgery.naive


def outcomes(forgery, kind, numbers):
    return Counter(outcome for _, outcome, _ in forgery.judging.campaign(kind, 0, numbers))


# -- the second checkers --------------------------------------------------------------------------


def test_every_kind_of_certificate_has_a_second_checker(naive):
    assert {"interp.counting", "interp.exact_network", "psbn.samuelson"} <= set(naive.kinds())
    assert naive.kinds() == KINDS  # a new kind without naive_<module>.py fails here


def test_a_kind_without_a_second_checker_is_an_error_that_names_the_file(naive):
    with pytest.raises(LookupError, match=r"interp\.new: .* interp/naive_new\.py"):
        naive.second("interp.new")


@pytest.mark.parametrize("kind", KINDS)
def test_true_certificates_are_accepted_by_both_checkers_and_impostors_by_none(kind, naive):
    assert len(naive.originals(kind)) > 3
    assert naive.impostors(kind)
    for certificate in {one["digest"]: one for one in naive.originals(kind)}.values():
        assert certificate["kind"] == kind
        assert referee.check(referee.parse(referee.dumps(certificate)))
        assert naive.genuine(certificate)
    for certificate in naive.impostors(kind):
        with pytest.raises(referee.Rejected):
            referee.check(certificate)
        assert not naive.genuine(certificate)


# -- the referees ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_no_forgery_is_accepted_without_being_a_proof_and_none_is_a_crash(kind, forgery):
    number = FEWER.get(kind, NUMBER)
    counted = outcomes(forgery, kind, range(number))
    assert sum(counted.values()) == number
    assert set(counted) <= {"malformed", "rejected", "true"}
    assert counted["rejected"] > number // 3
    assert counted["malformed"] > number // 20
    assert counted["true"] > 0  # a forger all of whose forgeries are nonsense shows little


# -- power ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_referee_that_looks_away_is_noticed(kind, forgery, naive, monkeypatch):
    naive.originals(kind), naive.impostors(kind)  # made before a finder is blinded
    monkeypatch.setattr(f"proofs_checks.{kind}.check", lambda statement, evidence: "yes")
    assert outcomes(forgery, kind, range(20))["FALSE"] > 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_referee_that_skips_one_step_is_noticed(kind, forgery, naive):
    naive.originals(kind), naive.impostors(kind)
    with forgery.breaks.broken(forgery.breaks.of(kind)[0]):
        said = forgery.judging.campaign(kind, 0, range(1000))
        assert any(outcome == "FALSE" for _, outcome, _ in said)


def test_every_break_is_in_the_source_and_is_mended_again(forgery):
    for one in [one for kind in KINDS for one in forgery.breaks.of(kind)]:
        before = referee.check(forgery.naive.originals(one.kind)[0])
        with forgery.breaks.broken(one):
            pass
        assert referee.check(forgery.naive.originals(one.kind)[0]) == before


def test_a_break_that_is_not_in_the_source_is_an_error(forgery):
    one = forgery.breaks.Break(SAMPLE, f"{SAMPLE}:check", "no such code", "")
    with pytest.raises(LookupError, match="0 times, not once"), forgery.breaks.broken(one):
        pass


@pytest.mark.parametrize(("fall", "why"), [(0, "MemoryError"), (1, "SIGABRT")])
def test_a_referee_that_falls_over_is_a_crash_and_another_child_goes_on(fall, why, forgery):
    broken = len(forgery.breaks.of(SAMPLE)) + fall
    said = forgery.workers.verdicts(SAMPLE, 0, range(40), broken)
    first = next(one for one in said if one[1] == "CRASH")
    assert why in first[2]
    assert next(said)[0] == first[0] + 1
    said.close()


def test_a_checker_that_does_not_end_is_undecided(naive, forgery, monkeypatch):
    def endless(statement, evidence):
        while True:
            pass

    monkeypatch.setattr(f"proofs_checks.{SAMPLE}.check", endless)
    monkeypatch.setattr(forgery.judging, "SECONDS", 0.02)
    assert forgery.judging.judged(naive.originals(SAMPLE)[0])[0] == "undecided"


def test_a_checker_that_trips_over_the_data_is_told_from_one_that_looks(
    naive, forgery, monkeypatch
):
    monkeypatch.setattr(f"proofs_checks.{SAMPLE}.check", lambda statement, evidence: 1 // 0)
    outcome, detail = forgery.judging.judged(naive.originals(SAMPLE)[0])
    assert outcome == "tripped"
    assert "ZeroDivisionError" in detail


def test_a_parser_that_is_not_strict_is_noticed(naive, forgery, monkeypatch):
    monkeypatch.setattr(referee, "parse", json.loads)
    monkeypatch.setattr(referee, "check", lambda data: None)
    good = referee.dumps(naive.originals(SAMPLE)[0])
    assert forgery.judging.judged(good) == ("true", "")
    for text, why in (
        (good.replace('"kind"', '"kind": 0, "kind"'), "a key occurs twice"),
        (good.replace('"precision": 32', '"precision": 32.0'), "no short integer"),
        (good.replace('"precision": 32', '"precision": NaN'), "no short integer"),
        (good.replace('"precision": 32', '"precision": ' + "1" * 601), "no short integer"),
        (good.replace('"precision": 32', '"precision": ' + "[" * 40 + "]" * 40), "too deep"),
    ):
        outcome, detail = forgery.judging.judged(text)
        assert outcome == "FALSE"
        assert why in detail


def test_an_accepted_object_that_is_no_plain_data_is_noticed(naive, forgery, monkeypatch):
    class Text(str):
        __slots__ = ()

    class Number(int):
        pass

    monkeypatch.setattr(referee, "check", lambda data: None)
    good = naive.originals(SAMPLE)[0]
    for odd, outcome in ((Number(32), "FALSE"), (32.0, "FALSE"), (32, "true")):
        made = {**good, "evidence": {"precision": odd}}
        assert forgery.judging.judged(made)[0] == outcome
    assert forgery.judging.judged({**good, "format": Text("x")}) == ("true", "")  # text it is


def test_a_forgery_is_no_original_and_its_digest_fits(naive, forgery):
    compared = 0
    for i in range(300):
        done, made = forgery.judging.forgery(SAMPLE, 0, i)
        assert made not in naive.originals(SAMPLE)
        if {"text", "object"} & set(done[-1:]):
            continue
        try:
            fitting = referee.digest(SAMPLE, made["statement"], made["evidence"])
        except referee.Malformed:  # too deep, or a number too long
            continue
        assert made["digest"] == fitting
        compared += 1
    assert compared > 200


def test_a_forgery_depends_on_its_number_only(naive, forgery):
    before = json.dumps(naive.originals(SAMPLE))
    first, again = ([repr(forgery.judging.forgery(SAMPLE, 3, i)) for i in range(40)] for _ in "ab")
    assert [x for x in first if " at 0x" not in x] == [x for x in again if " at 0x" not in x]
    assert len(set(first)) > 30
    assert json.dumps(naive.originals(SAMPLE)) == before


# -- the command ----------------------------------------------------------------------------------


def command(*arguments):
    line = [sys.executable, str(HERE / "forgery"), *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_reports_a_line_and_goes_on_where_it_was(tmp_path):
    words = ("--kind", SAMPLE, "--count", 1200, "--seed", 5, "--store", tmp_path)
    first = command(*words)
    assert (first.returncode, first.stderr) == (0, "")
    head, row = first.stdout.splitlines()
    assert dict(zip(head.split(), row.split(), strict=True))["forged"] == "1200"
    file = tmp_path / "results.jsonl"
    lines = file.read_text().splitlines()
    assert [json.loads(line)["last"] for line in lines] == [1000, 1200]
    file.write_text(lines[0] + "\n" + lines[1][:50])  # killed while writing
    again = command(*words)
    assert again.stdout.split()[:-1] == first.stdout.split()[:-1]
    assert [json.loads(line)["last"] for line in file.read_text().splitlines()] == [1000, 1200]
    stamp = json.loads(lines[0])["stamp"]
    file.write_text(file.read_text().replace(stamp, "before"))  # judged by another referee
    assert command(*words).stdout.split()[:-1] == first.stdout.split()[:-1]
    assert len(file.read_text().splitlines()) == 4


def test_the_command_says_how_soon_broken_referees_are_noticed():
    said = command("--power", "--kind", "psbn.samuelson", "--count", 60, "--seed", 0)
    numbers = [line.split()[0] for line in said.stdout.splitlines()]
    assert len(numbers) == 4
    assert "unnoticed" in numbers
    assert any(number.isdecimal() for number in numbers)
    assert said.returncode == 1  # sixty are too few for some of them


def test_what_is_found_is_said_and_kept_and_is_no_success(tmp_path, forgery):
    store = forgery.store.Store(tmp_path, SAMPLE, 5)
    record = dict(zip(forgery.store.NAMES, store.about(range(3)), strict=True)) | {"seconds": 0}
    counted, found = {"rejected": 2, "FALSE": 1}, [(1, "FALSE", "not genuine")]
    line = json.dumps(record | {"counted": counted, "findings": found}) + "\n"
    (tmp_path / "results.jsonl").write_text(line)
    said = command("--kind", SAMPLE, "--count", 3, "--seed", 5, "--store", tmp_path)
    assert said.returncode == 1
    assert "FALSE number 1: not genuine" in said.stdout
    (kept,) = tmp_path.glob("FALSE-*")
    assert kept.name.startswith(f"FALSE-{SAMPLE}-5-1.")
    assert kept.stat().st_size > 50


@pytest.mark.parametrize("data", ['{"a": 1}', b"\xff", {"a": [1]}, {"a": {1}}])
def test_forgeries_of_every_sort_can_be_kept(data, tmp_path, forgery):
    path = forgery.store.Store(tmp_path, SAMPLE, 1).save(7, "CRASH", data)
    assert path.read_bytes() in (b'{"a": 1}', b"\xff", b'{"a": [1]}', b"{'a': {1}}")


def test_the_command_refuses_an_unknown_kind_and_a_count_of_none_and_shows_a_forgery(tmp_path):
    wrong = command("--kind", "interp.nothing", "--store", tmp_path)
    assert wrong.returncode == 2
    assert "interp.nothing" in wrong.stderr
    none = command("--count", 0, "--store", tmp_path)
    assert none.returncode == 2
    assert "--count: must be a positive integer, got '0'" in none.stderr
    shown = command("--show", SAMPLE, "12").stdout
    assert shown.split()[-1] in ("rejected", "true", "malformed")
