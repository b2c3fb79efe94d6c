"""`python -m proofs_checks FILE...` answers in one line per file and never with a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from proofs_checks.__main__ import main
from proofs_checks.certificate import dumps, seal

STATEMENT = {"claim": "interp.U1", "points": [["0"]], "labels": ["1"]}
SIZE = {"parameters": 2, "depth": 0, "width": 0}
EVIDENCE = {"network": {"inputs": 1, "layers": [{"rows": [[]], "bias": ["1"]}]}}


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good one.json"
    path.write_text(dumps(seal("interp.exact_network", {**STATEMENT, **SIZE}, EVIDENCE)))
    return str(path)


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.json"
    path.write_bytes(b"[" * 10**6)
    return str(path)


def test_an_accepted_certificate_gives_exit_code_0_and_names_its_claim(good, capsys):
    assert main([good, good]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert first.startswith("accepted interp.U1 N=1 points")


def test_a_rejected_certificate_gives_exit_code_1_and_the_reason(good, bad, capsys):
    assert main([good, bad, good]) == 1
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["accepted", "rejected", "accepted"]
    assert f"rejected {bad}: nested deeper" in out
    assert err == ""


@pytest.mark.parametrize("path", ["no such file", ".", "", "nul\0byte"])
def test_an_unreadable_path_gives_exit_code_2(path, good, bad, capsys):
    assert main([good, path, bad]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"unreadable {path}: ")
    assert len(out.splitlines()) == 2


def test_no_arguments_is_a_usage_error_and_help_is_not(capsys):
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert main(["--help"]) == 0
    assert "usage" in capsys.readouterr().out


def test_the_command_survives_odd_names_odd_directories_and_no_home(good, tmp_path):
    odd = tmp_path / "a\udcff"
    odd.write_bytes(b"{")
    run = subprocess.run(
        [sys.executable, "-m", "proofs_checks", good, str(odd)],
        cwd=tmp_path,
        env={"PYTHONIOENCODING": "ascii:strict"},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 1
    assert b"Traceback" not in run.stderr
    assert run.stdout.startswith(b"accepted interp.U1")


def test_a_reader_that_left_early_was_not_told_of_an_acceptance(good):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "proofs_checks", good]
    run = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (run.returncode, run.stderr) == (2, b"")
