"""The store: whole records or none, foreign files put aside, claims that die with their process."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from toy import EXPERIMENT

from experiments._lab.keys import identities
from experiments._lab.record import Record
from experiments._lab.store import NewerStore, Unwritten


def records(bench, number):
    names = identities(EXPERIMENT.name, bench.cells(number), 0, "c" * 64)
    return [Record(name, {"i": i}, {"seconds": 0.0}) for i, name in enumerate(names)]


def test_an_empty_store_has_nothing(bench):
    with bench.store() as store:
        assert store.find("0" * 64) is None
        assert list(store.records()) == []
        store.tidy()
    assert bench.files() == []
    assert bench.told == []


def test_what_is_written_is_found_under_its_key_in_the_stated_place(bench):
    one, two = records(bench, 2)
    with bench.store() as store:
        store.write(one)
        assert store.find(one.key) == one
        assert store.find(two.key) is None
        store.write(two)
        assert {record.key for record in store.records()} == {one.key, two.key} == store.names()
    assert bench.files() == sorted([f"toy/{one.key}.json", f"toy/{two.key}.json"])


@pytest.mark.parametrize("rubbish", [b"", b"{", b"null", b"\0" * 100, b"x" * 10_000])
def test_a_record_cut_short_is_reported_put_aside_and_can_be_written_again(bench, rubbish):
    (record,) = records(bench, 1)
    with bench.store() as store:
        path = store.folder / f"{record.key}.json"
        path.write_bytes(rubbish)
        assert store.find(record.key) is None
        (aside,) = (store.root / "aside" / "toy").iterdir()
        assert aside.read_bytes() == rubbish
        (line,) = bench.told
        assert line.startswith(f"{path}: not ")
        assert line.endswith(f"; put aside as {aside}")
        store.write(record)
        assert store.find(record.key) == record


def test_the_same_name_is_put_aside_twice_and_both_are_kept(bench):
    (record,) = records(bench, 1)
    with bench.store() as store:
        for text in ("one", "two"):
            (store.folder / f"{record.key}.json").write_text(text)
            assert store.find(record.key) is None
        aside = list((store.root / "aside" / "toy").iterdir())
    assert sorted(path.read_text() for path in aside) == ["one", "two"]


def test_the_record_of_another_task_is_put_aside(bench):
    one, two = records(bench, 2)
    with bench.store() as store:
        store.write(one)
        os.rename(store.folder / f"{one.key}.json", store.folder / f"{two.key}.json")
        assert store.find(two.key) is None
        assert "another task" in bench.told[0]


def test_foreign_files_are_put_aside_hidden_ones_are_left(bench):
    with bench.store() as store:
        (store.folder / "notes.txt").write_text("mine")
        (store.folder / ("A" * 64 + ".json")).write_text("{}")
        (store.folder / ".hidden").write_text("left")
        store.tidy()
    assert sum(name.startswith("aside/toy/") for name in bench.files()) == 2
    assert "toy/.hidden" in bench.files()
    assert len(bench.told) == 2
    assert all("not a record; put aside as" in line for line in bench.told)


def test_a_newer_schema_is_left_in_place_and_not_written_over(bench):
    (record,) = records(bench, 1)
    newer = record.to_bytes().replace(b"touchstone-record/1", b"touchstone-record/2")
    with bench.store() as store:
        path = store.folder / f"{record.key}.json"
        path.write_bytes(newer)
        for use in (lambda: store.find(record.key), lambda: store.write(record)):
            with pytest.raises(NewerStore, match="touchstone-record/2, newer"):
                use()
        assert list(store.records()) == []
        assert "newer" in bench.told[0]
        store.tidy()
        assert path.read_bytes() == newer
    assert len(bench.files()) == 1


def test_reading_for_a_table_reports_and_moves_nothing(bench):
    one, two = records(bench, 2)
    with bench.store() as store:
        store.write(one)
        path = store.folder / f"{two.key}.json"
        path.write_text("{")
        assert [record.key for record in store.records()] == [one.key]
        assert path.exists()
    assert bench.told[0].startswith(f"{path}: not read: ")


def test_a_folder_that_cannot_be_made_is_said_with_its_name(tmp_path, bench):
    bench.folder.write_text("a file")
    with pytest.raises(Unwritten, match=r"out: '.*store/toy' not written: "):
        bench.store()


@pytest.mark.parametrize("broken", ["write_bytes", "replace"])
def test_a_full_disk_leaves_no_half_record_and_no_temporary_file(bench, monkeypatch, broken):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (record,) = records(bench, 1)
    with bench.store() as store:
        with monkeypatch.context() as patch:
            patch.setattr(*((Path, broken) if broken == "write_bytes" else (os, broken)), full)
            with pytest.raises(Unwritten, match="No space left on device"):
                store.write(record)
        assert bench.files() == []
        store.write(record)
        assert store.find(record.key) == record


# -- claims ---------------------------------------------------------------------------------------

HOLDER = """
import sys
from experiments._lab.store import Store
store = Store(sys.argv[1], "toy")
print([store.claim(key) for key in sys.argv[2:]], flush=True)
if sys.stdin.readline() == "drop\\n":
    store.release(sys.argv[2])
    print("dropped", flush=True)
    sys.stdin.readline()
"""


class Holder:
    """Another process that claims keys and then waits."""

    def __init__(self, bench, *keys):
        command = [sys.executable, "-c", HOLDER, str(bench.folder), *keys]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.got = self.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def read(self):
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self, line):
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()
        return self.read()


A, B = "a" * 64, "b" * 64


def test_a_claim_keeps_other_processes_off_until_it_is_dropped(bench):
    with bench.store() as store, Holder(bench, A) as other:
        assert other.got == "[True]"
        assert not store.claim(A)
        assert store.claim(B)
        assert other.tell("drop\n") == "dropped"
        assert store.claim(A)
        with Holder(bench, A, B) as third:
            assert third.got == "[False, False]"


def test_a_claim_dies_with_its_process(bench):
    with bench.store() as store, Holder(bench, A) as other:
        assert not store.claim(A)
        other.process.kill()
        other.process.wait()
        assert store.claim(A)


def test_claims_are_dropped_when_the_store_is_closed(bench):
    with bench.store() as store:
        assert store.claim(A)
        assert store.claim(A), "ours already"
    with Holder(bench, A) as other:
        assert other.got == "[True]"


def test_what_a_dead_writer_left_is_swept_and_what_a_living_one_writes_is_not(bench):
    with bench.store() as store:
        dead, living = (store.folder / f".{key}.{'0' * 32}.tmp" for key in (A, B))
        dead.write_text("{")
        living.write_text("{")
        with Holder(bench, B):
            store.tidy()
        assert not dead.exists()
        assert living.exists()
        store.tidy()
        assert not living.exists()
    assert bench.told == []


def test_where_there_are_no_locks_every_claim_is_granted(bench, monkeypatch):
    from experiments._lab import claims

    def none(*_):
        raise OSError(errno.ENOLCK, "no locks")

    with bench.store() as store, Holder(bench, A):
        assert not store.claim(A)
        monkeypatch.setattr(claims.fcntl, "lockf", none)
        assert store.claim(A)
        store.release(A)
        monkeypatch.setattr(claims, "fcntl", None)
        assert store.claim(B)
        store.release(B)


def test_the_file_of_a_record_is_what_the_record_says(bench):
    (record,) = records(bench, 1)
    with bench.store() as store:
        store.write(record)
        data = json.loads((store.folder / f"{record.key}.json").read_bytes())
    assert (data["key"], data["experiment"], data["metrics"]) == (record.key, "toy", {"i": 0})
