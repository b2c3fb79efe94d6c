"""``python -m experiments.report``: one line and an exit code for everything that can go wrong."""

import json
import subprocess
import sys
import time

import pytest

from experiments.report import main


def call(*arguments, **more):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "experiments.report", *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False, **more,
    )  # fmt: skip


def test_it_prints_the_first_line_and_where_the_page_is(zoo, tmp_path):
    start = time.perf_counter()
    done = call("--out", tmp_path / "out", "--claims-root", zoo.root, "--outcomes", zoo.outcomes)
    assert time.perf_counter() - start < 30
    assert done.stderr == ""
    sentence, page = done.stdout.splitlines()
    data = json.loads((tmp_path / "out" / "report.json").read_text())
    assert sentence == data["summary"]["sentence"]
    assert page == str(tmp_path / "out" / "index.html")
    assert done.returncode == zoo.code == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--outcomes", "absent.json"], "--outcomes: cannot read 'absent.json': No such file"),
        (["--outcomes", "."], "--outcomes: cannot read '.': Is a directory"),
        (["--store", "absent"], "--store: must be a folder, got 'absent'"),
        (["--certificates", "absent"], "--certificates: must be a folder, got 'absent'"),
        (["--claims-root", "absent"], "--claims-root: root: must be a directory of wings"),
        (["--seconds", "0"], "--seconds: must be above 0"),
        (["--seconds", "nan"], "--seconds: must be above 0"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(tmp_path, monkeypatch, capsys, options, reason):
    monkeypatch.chdir(tmp_path)
    assert main(["--out", "out", *options]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert reason in told.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_ours_is_refused_before_anything_is_read(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["--out", str(tmp_path), "--outcomes", "absent.json"]) == 2
    assert "it exists and is not a report" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_disk_that_is_full_is_said(tmp_path, monkeypatch, capsys):
    def full(path, files):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("experiments._report.folder.write_folder", full)
    assert main(["--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.endswith("was not written: No space left on device\n")


def test_usage_errors_and_help_are_those_of_every_command():
    assert call().returncode == 2
    assert call("--out", "x", "--nonsense").returncode == 2
    help = call("--help")
    assert help.returncode == 0
    assert "exit codes" in help.stdout


def test_help_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from experiments.report import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = 'numpy scipy sympy torch matplotlib networkx jinja2 latex2mathml theory'\n"
        "print([n for n in heavy.split() if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]"


def test_building_imports_no_numerical_library(tmp_path):
    code = (
        "import sys\n"
        "from experiments.report import main\n"
        "main(['--out', sys.argv[1]])\n"
        "heavy = 'scipy sympy torch matplotlib cvxpy hypothesis'\n"
        "print([n for n in heavy.split() if n in sys.modules], file=sys.stderr)"
    )
    line = [sys.executable, "-c", code, tmp_path / "out"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]"


def test_a_report_can_be_built_again_in_its_place(zoo, tmp_path):
    for _ in range(2):
        zoo.build(tmp_path / "out", "--outcomes", str(zoo.outcomes))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
