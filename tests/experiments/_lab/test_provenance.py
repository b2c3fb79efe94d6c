"""Records say where they come from."""

import subprocess
import sys

from experiments._lab import provenance


def test_provenance_names_versions_python_platform_and_threads(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = provenance.provenance(0.12345)
    assert found["versions"]["numpy"].count(".") >= 1
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["threads"]["OMP_NUM_THREADS"] == "3"
    assert found["cpus"] >= 1
    assert found["platform"]
    assert found["seconds"] == 0.123


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_is_that_of_the_checkout_and_says_when_files_differ(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    assert provenance.commit() is None  # no checkout
    git(tmp_path, "init", "-q")
    assert provenance.commit() is None  # nothing committed yet
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "first")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert provenance.commit() == head
    (tmp_path / "file").write_text("2")
    assert provenance.commit() == f"{head}-dirty"
    monkeypatch.setenv("PATH", "")
    assert provenance.commit() is None  # no git
