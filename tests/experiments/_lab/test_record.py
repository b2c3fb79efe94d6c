"""Records: what is written is what is read, and nothing else is taken for one."""

import json

import pytest

from experiments._lab.keys import Identity, digest
from experiments._lab.record import Corrupted, Failure, Newer, Record, run_record

IDENTITY = Identity("e", "Cell", {"i": 1, "x": [0.1, None]}, 7, 2, "code")
DONE = Record(IDENTITY, {"z": 1, "a": [1.5, "é"]}, {"seconds": 1.0})
FAILED = Record(IDENTITY, Failure("raised", "ValueError", "no", "Traceback"), {"seconds": 0.5})


@pytest.mark.parametrize("record", [DONE, FAILED])
def test_a_record_comes_back_as_it_was(record):
    back = Record.parse(record.to_bytes(), IDENTITY.key)
    assert back == record
    assert back.to_bytes() == record.to_bytes()


def test_the_file_is_json_with_the_parts_that_the_store_describes():
    data = json.loads(DONE.to_bytes())
    assert list(data) == [
        *("schema", "key", "experiment", "task", "config", "seed", "replicate", "code", "status"),
        *("metrics", "digest", "provenance"),
    ]
    assert data["schema"] == "touchstone-record/1"
    assert list(data["metrics"]) == ["z", "a"], "in the order in which the run gave them"
    failed = json.loads(FAILED.to_bytes())
    assert failed["status"] == "failed"
    assert list(failed["failure"]) == ["kind", "type", "message", "traceback"]
    assert DONE.to_bytes().count(b"\n") == 14, "one line for each part"


def test_the_digest_covers_all_but_the_provenance():
    data = json.loads(DONE.to_bytes())
    stated = data.pop("digest")
    data.pop("provenance")
    assert digest(data) == stated


def test_metrics_of_a_failure_are_its_reason():
    with pytest.raises(ValueError, match="raised: ValueError: no"):
        _ = FAILED.metrics
    assert DONE.failure is None
    assert str(Failure("lost", "", "it died")) == "lost: it died"


def test_every_truncation_is_seen():
    text = DONE.to_bytes()
    for length in range(len(text) - 2):  # without the last newline it is still whole
        with pytest.raises(Corrupted):
            Record.parse(text[:length], IDENTITY.key)


def changed(**parts):
    data = json.loads(DONE.to_bytes()) | parts
    return json.dumps({name: part for name, part in data.items() if part is not ...}).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"schema": "touchstone-record/1"}',
        changed(metrics={"z": 2, "a": [1.5, "é"]}),
        changed(metrics=...),
        changed(status="failed"),
        changed(status="failed", failure={"kind": "lost"}),
        changed(seed=8),
        changed(config={"i": 2}),
        changed(code="other"),
        changed(provenance=None),
        changed(provenance=...),
        changed(digest=...),
        changed(extra=1),
        changed(schema="something"),
        changed(schema="touchstone-record/0"),
        changed(schema=1),
    ],
)
def test_what_was_changed_or_is_something_else_is_no_record(text):
    with pytest.raises(Corrupted):
        Record.parse(text, IDENTITY.key)


def test_the_record_of_another_task_is_no_record_of_this_one():
    with pytest.raises(Corrupted, match="another task"):
        Record.parse(DONE.to_bytes(), "0" * 64)


def test_a_newer_schema_is_told_from_rubbish():
    with pytest.raises(Newer, match="touchstone-record/2, newer than touchstone-record/1"):
        Record.parse(changed(schema="touchstone-record/2", metrics=...), IDENTITY.key)


def test_a_collected_record_begins_with_its_schema_and_refuses_nan():
    assert json.loads(run_record({"metrics": {"P": 1}})) == {
        "schema": "touchstone-run/1",
        "metrics": {"P": 1},
    }
    with pytest.raises(ValueError, match=r"record.metrics.P: must be finite"):
        run_record({"metrics": {"P": float("nan")}})
