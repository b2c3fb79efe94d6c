"""The folder: whole or not at all, and never in the place of something else."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from experiments._report.folder import target_folder, write_folder

REPORT = {"report.json": b'{"format": "touchstone-report/1", "files": ["index.html"]}',
          "index.html": b"first"}  # fmt: skip


def contents(folder):
    """Relative name to content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def beside(folder):
    """What lies beside it."""
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


def test_a_report_is_written_and_replaced(tmp_path):
    folder = target_folder(tmp_path / "new" / "out")
    write_folder(folder, REPORT)
    assert contents(folder) == REPORT
    later = {**REPORT, "report.json": REPORT["report.json"].replace(b"index.html", b"a/b.html"),
             "a/b.html": b"second"}  # fmt: skip
    del later["index.html"]
    write_folder(target_folder(folder), later)
    assert contents(folder) == later
    assert beside(folder) == []


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "out").mkdir()
    write_folder(target_folder(tmp_path / "out"), REPORT)
    assert contents(tmp_path / "out") == REPORT


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"notes.txt": b"mine"}, "it exists and is not a report"),
        ({"report.json": b"{}"}, "it exists and is not a report"),
        ({"report.json": b"[1]"}, "it exists and is not a report"),
        ({"report.json": b'{"format": "other/1", "files": []}'}, "it exists and is not a report"),
        ({**REPORT, "notes.txt": b"mine"}, "it holds a file that no report made: notes.txt"),
        (
            {**REPORT, "a/b/notes.txt": b"mine"},
            "it holds a file that no report made: a/b/notes.txt",
        ),
    ],
)
def test_what_is_somebody_elses_is_never_replaced(tmp_path, files, reason):
    folder = tmp_path / "out"
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    with pytest.raises(ValueError, match=f"--out: must be .*{reason}"):
        target_folder(folder)
    with pytest.raises(ValueError, match=reason):  # also when it came meanwhile
        write_folder(folder, REPORT)
    assert contents(folder) == files
    assert beside(folder) == []


def test_a_folder_of_folders_is_not_a_report(tmp_path):
    (tmp_path / "out" / "empty").mkdir(parents=True)
    with pytest.raises(ValueError, match="it exists and is not a report"):
        target_folder(tmp_path / "out")


@pytest.mark.parametrize("name", ["", "file", "file/below", "a\0b"])
def test_a_name_that_cannot_be_a_folder_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="--out: must be a new folder"):
        target_folder(name)
    assert contents(tmp_path) == {"file": b""}


def test_a_full_disk_leaves_the_earlier_report_and_nothing_else(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    write_folder(folder, REPORT)

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write_folder(folder, {**REPORT, "index.html": b"second"})
    monkeypatch.undo()
    assert contents(folder) == REPORT
    assert beside(folder) == []


def test_the_earlier_report_comes_back_if_it_cannot_be_exchanged(tmp_path, monkeypatch):
    folder, rename = tmp_path / "out", os.rename
    write_folder(folder, REPORT)
    calls = []

    def second_fails(source, target):
        calls.append(source)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr("os.rename", second_fails)
    with pytest.raises(OSError, match="Input/output"):
        write_folder(folder, {**REPORT, "index.html": b"second"})
    assert contents(folder) == REPORT
    assert beside(folder) == []


def test_leftovers_of_a_build_killed_long_ago_are_swept_and_young_ones_left(tmp_path):
    old, young = tmp_path / ".out.1.building", tmp_path / ".out.2.building"
    for left in (old, young):
        left.mkdir()
        (left / "index.html").write_text("half")
    os.utime(old, (time.time() - 7200,) * 2)
    write_folder(tmp_path / "out", REPORT)
    assert beside(tmp_path / "out") == [young.name]


def test_a_killed_build_leaves_no_half_report(tmp_path):
    """Killed at several moments of writing 400 files; what lies there is a whole report or none."""
    program = (
        "import sys; from experiments._report.folder import write_folder; from pathlib import Path\n"
        "names = [f'f/{n}.txt' for n in range(400)]\n"
        "import json\n"
        "data = {n: b'x' * 4000 for n in names}\n"
        "data['report.json'] = json.dumps({'format': 'touchstone-report/1', 'files': names}).encode()\n"
        "print('go', flush=True)\n"
        "while True: write_folder(Path(sys.argv[1]), data)\n"
    )
    folder = tmp_path / "out"
    for moment in (0.0, 0.01, 0.03, 0.06, 0.1):
        process = subprocess.Popen([sys.executable, "-c", program, folder], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if folder.exists():
            manifest = json.loads((folder / "report.json").read_text())
            found = contents(folder)
            assert set(found) == {*manifest["files"], "report.json"}
            assert all(len(found[name]) == 4000 for name in manifest["files"])
