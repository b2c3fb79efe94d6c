"""Files are written whole or not at all, and records say where they come from."""

import errno
import json
import os
import stat
import subprocess
import sys

import pytest

from experiments._lab import record


def entries(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("data", [b"", b"x", b"line\n" * 100_000])
def test_a_file_is_written_with_exactly_the_bytes_given(tmp_path, data):
    record.write_whole(tmp_path / "a b \N{SNOWMAN}.json", data)
    assert (tmp_path / "a b \N{SNOWMAN}.json").read_bytes() == data
    assert len(entries(tmp_path)) == 1


def test_a_written_file_has_the_permissions_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        record.write_whole(tmp_path / "out", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("where", ["replace", "fsync"])
@pytest.mark.parametrize("existing", [None, b"the old content"])
def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, where, existing):
    target = tmp_path / "out.json"
    if existing is not None:
        target.write_bytes(existing)
    monkeypatch.setattr(os, where, full_disk)
    with pytest.raises(OSError, match="No space left"):
        record.write_whole(target, b"new")
    monkeypatch.undo()
    assert entries(tmp_path) == ([] if existing is None else ["out.json"])
    assert existing is None or target.read_bytes() == existing


def test_an_interrupt_while_writing_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        record.write_whole(tmp_path / "out.json", b"new")
    assert entries(tmp_path) == []


KILLED = """
import os, sys, pathlib
from experiments._lab import record
os.fsync = lambda _: os.kill(os.getpid(), 9)
record.write_whole(pathlib.Path(sys.argv[1]), b"new" * 1000)
"""


def test_a_kill_while_writing_leaves_the_old_file_untouched(tmp_path):
    target = tmp_path / "out.json"
    target.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    assert done.returncode == -9
    assert target.read_bytes() == b"old"


def test_a_good_output_path_is_returned_and_nothing_is_left_behind(tmp_path):
    assert record.output_path("json", str(tmp_path / "out.json")) == tmp_path / "out.json"
    assert entries(tmp_path) == []


def test_a_link_is_followed_so_that_it_stays_a_link(tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    record.write_whole(record.output_path("json", str(tmp_path / "link.json")), b"new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "directory"),
        (".", "directory"),
        ("missing/out.json", "No such file"),
        ("file/out.json", "Not a directory"),
        ("loop", "(loop|symbolic links)"),
        ("pipe", "not a regular file"),
        ("/dev/null", "not a regular file"),
        ("n" * 300, "name too long"),
        ("nul\0byte", "null"),
    ],
)
def test_a_bad_output_path_is_refused_with_option_path_and_reason(
    tmp_path, monkeypatch, name, reason
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=f"json: must be a file that can be written.*{reason}"):
        record.output_path("json", name)
    assert entries(tmp_path) == ["file", "loop", "pipe"]


def test_a_write_protected_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "out").write_text("")
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)  # root may write anything
    with pytest.raises(ValueError, match="write-protected"):
        record.output_path("json", str(tmp_path / "out"))


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
