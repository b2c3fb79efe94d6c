"""Records say where they come from."""

import json
import subprocess
import sys

import pytest

from experiments._lab import record


def test_a_record_is_json_with_its_five_parts():
    made = record.make_record("name", {"N": 2}, 7, {"P": 1}, 0.12345)
    read = json.loads(record.as_bytes(made))
    assert list(read) == ["experiment", "config", "seed", "metrics", "provenance"]
    assert (read["experiment"], read["config"], read["seed"]) == ("name", {"N": 2}, 7)
    assert read["provenance"]["seconds"] == 0.123


def test_numbers_that_json_does_not_have_are_refused():
    with pytest.raises(ValueError, match="JSON"):
        record.as_bytes({"metrics": float("nan")})


def test_provenance_names_versions_python_platform_and_threads(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = record.provenance(1)
    assert found["versions"]["numpy"].count(".") >= 1
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["threads"]["OMP_NUM_THREADS"] == "3"
    assert found["cpus"] >= 1
    assert found["platform"]


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_is_that_of_the_checkout_and_says_when_files_differ(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "ROOT", tmp_path)
    assert record.commit() is None  # no checkout
    git(tmp_path, "init", "-q")
    assert record.commit() is None  # nothing committed yet
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "first")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert record.commit() == head
    (tmp_path / "file").write_text("2")
    assert record.commit() == f"{head}-dirty"
    monkeypatch.setenv("PATH", "")
    assert record.commit() is None  # no git
