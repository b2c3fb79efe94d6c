"""`python -m proofs_checks FILE...` answers in one line per file and never with a traceback."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import proofs_checks.__main__ as program
import proofs_checks.certificate
from proofs_checks.__main__ import HELP, main
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
    wrong = {**STATEMENT, **SIZE, "labels": ["2"]}
    path.write_text(dumps(seal("interp.exact_network", wrong, EVIDENCE)))
    return str(path)


@pytest.fixture
def endless(tmp_path):
    """A statement far beyond what the referee can decide."""
    path = tmp_path / "endless.json"
    statement = {"claim": "interp.DIR", "N": 1 << 20, "b": 60, "d": 1, "widths": "uniform"}
    text = dumps(seal("interp.vectors", {**statement, "parameters": 1 << 16}, {"precision": 32}))
    path.write_text(text)
    return str(path)


NO_CERTIFICATE = {
    "empty": (lambda text: "", "not JSON"),
    "not JSON": (lambda text: "hello", "not JSON"),
    "truncated": (lambda text: text[:200], "not JSON"),
    "a deep nest": (lambda text: "[" * 10**6, "nested deeper than 32"),
    "damaged": (lambda text: text.replace('["1"]', '["2"]', 1), "digest: "),
    "of another claim": (
        lambda text: text.replace("interp.U1", "interp.D1"),
        "digest: does not belong",
    ),
    "of another kind": (
        lambda text: text.replace("interp.exact_network", "interp.nothing"),
        "digest: does not belong",
    ),
    "of another format": (
        lambda text: text.replace("certificate/1", "certificate/2"),
        "format: must be 'touchstone-certificate/1', got 'touchstone-certificate/2'",
    ),
}


def test_an_accepted_certificate_gives_exit_code_0_and_names_its_claim(good, capsys):
    assert main([good, good]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert first.startswith("accepted interp.U1 N=1 points")


def test_a_rejected_certificate_gives_exit_code_1_and_the_reason(good, bad, capsys):
    assert main([good, bad, good]) == 1
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["accepted", "rejected", "accepted"]
    assert f"rejected {bad}: network: does not take the stated label at point 0" in out
    assert err == ""


@pytest.mark.parametrize("name", NO_CERTIFICATE)
def test_what_is_no_certificate_is_bad_input_with_the_rule_that_it_breaks(name, good, capsys):
    change, rule = NO_CERTIFICATE[name]
    with open(good, "r+", encoding="utf-8") as file:
        text = change(file.read())
        file.seek(0)
        file.truncate()
        file.write(text)
    assert main([good]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"malformed {good}: {rule}")
    assert (out, len(err.splitlines())) == ("", 1)


def test_a_claim_that_the_kind_cannot_bear_is_bad_input_too(good, capsys):
    statement = {**STATEMENT, **SIZE, "claim": "interp.D1"}
    with open(good, "w", encoding="utf-8") as file:
        file.write(dumps(seal("interp.exact_network", statement, EVIDENCE)))
    assert main([good]) == 2
    assert "statement.claim: must be one of" in capsys.readouterr().err


def test_what_takes_too_long_is_undecided_and_the_next_file_is_decided(good, endless, capsys):
    assert main(["--seconds", "1", endless, good]) == 3
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"undecided {endless}: not decided in 1 s of processor time"
    assert second.startswith("accepted")


@pytest.mark.parametrize("seconds", [[], [""], ["0"], ["-1"], ["1.5"], ["1e3"], ["9999999"], ["x"]])
def test_a_limit_that_is_no_number_of_seconds_is_a_usage_error(seconds, good, capsys):
    assert main(["--seconds", *seconds, *([good] if seconds else [])]) == 2
    assert "--seconds: must be an integer from 1 to 999999" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["no such file", ".", "", "nul\0byte"])
def test_an_unreadable_path_gives_exit_code_2(path, good, bad, capsys):
    assert main([good, path, bad]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"unreadable {path}: ")
    assert len(out.splitlines()) == 2


@pytest.mark.parametrize("option", ["--second", "--quiet", "--seconds"])
def test_an_unknown_or_late_option_is_not_taken_for_a_file(option, good, capsys):
    assert main([good, option, "5"]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert err.startswith("option: must be --help, or --seconds before every FILE")
    assert f"got {option!r}" in err


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
    assert run.returncode == 2
    assert b"Traceback" not in run.stderr
    assert run.stdout.startswith(b"accepted interp.U1")


def test_a_reader_that_left_early_was_not_told_of_an_acceptance(good):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "proofs_checks", good]
    run = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (run.returncode, run.stderr) == (2, b"")


# -- edges ----------------------------------------------------------------------------------------


@pytest.fixture
def timers(monkeypatch):
    """What is asked of the processor's clock, which is not set."""
    asked = []
    monkeypatch.setattr(signal, "setitimer", lambda *arguments: asked.append(arguments))
    return asked


def test_a_file_may_take_a_minute_unless_another_limit_is_named(good, timers):
    assert main([good]) == 0
    assert main(["--seconds", "7", good]) == 0
    stop = (signal.ITIMER_PROF, 0)
    assert timers == [(signal.ITIMER_PROF, 60), stop, (signal.ITIMER_PROF, 7), stop]
    assert "(default 60)" in HELP


@pytest.fixture
def fast(monkeypatch):
    """The processor's clock runs twenty times as fast."""
    really = signal.setitimer
    monkeypatch.setattr(signal, "setitimer", lambda which, seconds: really(which, seconds / 20))


def test_clock_and_handler_are_left_as_they_were(good, bad, endless, capsys, fast):
    def mine(*_):
        raise AssertionError("not the program's clock")

    before = signal.signal(signal.SIGPROF, mine)
    try:
        assert main(["--seconds", "1", good, bad, endless]) == 1
        assert signal.getsignal(signal.SIGPROF) is mine
        assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGPROF, before)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"undecided {endless}: not decided in 1 s of processor time"


def test_of_several_files_the_gravest_code_counts(good, bad, endless, tmp_path, fast):
    missing = str(tmp_path / "missing")
    limit = ["--seconds", "1"]
    assert main([*limit, good, endless]) == main([*limit, endless, good]) == 3
    assert main([*limit, endless, bad]) == main([*limit, bad, endless, good]) == 1
    assert main([*limit, missing, bad, good]) == main([*limit, bad, missing]) == 2


def test_a_system_without_such_a_clock_checks_without_a_limit(good, bad, monkeypatch):
    monkeypatch.delattr(signal, "setitimer")
    assert main([good]) == 0
    assert main([bad]) == 1


def test_a_file_is_read_one_byte_beyond_the_limit_and_no_further(good, monkeypatch, capsys):
    data = Path(good).read_bytes()
    for module in (program, proofs_checks.certificate):
        monkeypatch.setattr(module, "MAX_BYTES", len(data))
    asked = []

    class Recorded(io.BytesIO):
        def read(self, size=-1):
            asked.append(size)
            return super().read(size)

    endless = data + b" " * 10**4
    monkeypatch.setattr(program, "open", lambda path, mode: Recorded(data), raising=False)
    assert main(["short"]) == 0
    monkeypatch.setattr(program, "open", lambda path, mode: Recorded(endless), raising=False)
    assert main(["long"]) == 2
    assert asked == [len(data) + 1] * 2
    assert capsys.readouterr().err == f"malformed long: longer than {len(data)} bytes\n"


class Stream(io.StringIO):
    """Text and how many times it was handed on."""

    flushed = 0

    def flush(self):
        self.flushed += 1


def test_every_verdict_is_handed_on_at_once(good, bad, endless, monkeypatch, fast):
    for path in (good, bad, endless):
        monkeypatch.setattr(sys, "stdout", stream := Stream())
        main(["--seconds", "1", path])
        assert len(stream.getvalue().splitlines()) == 1
        assert stream.flushed == 1


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_printed_wherever_it_is_asked_for(option, good, capsys):
    for arguments in ([option], [good, option], [option, "--seconds"]):
        assert main(arguments) == 0
        assert capsys.readouterr() == (HELP + "\n", "")


def test_complaints_say_value_and_rule(good, tmp_path, capsys):
    missing = str(tmp_path / "missing")
    lines = {
        ("--seconds", "x", good): "--seconds: must be an integer from 1 to 999999, got 'x'",
        ("--seconds",): "--seconds: must be an integer from 1 to 999999, got ''",
        (good, "--more"): "option: must be --help, or --seconds before every FILE "
        "(a file of this name: ./FILE), got '--more'",
        (missing,): f"unreadable {missing}: No such file or directory",
        ("a\0b",): "unreadable a\0b: embedded null byte",
        (): HELP,
        ("--seconds", "5"): HELP,
    }
    for arguments, line in lines.items():
        assert main(list(arguments)) == 2
        assert capsys.readouterr() == ("", line + "\n")
    assert main(["--seconds", "999999", good]) == main(["--seconds", "1", good]) == 0


def test_the_command_calls_itself_by_its_name(good):
    with open("/dev/full", "w") as full:
        line = [sys.executable, "-m", "proofs_checks", good]
        run = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 2
    assert re.match(rb"python -m proofs_checks: the output was not printed: No space", run.stderr)


def test_importing_the_program_runs_nothing():
    line = [sys.executable, "-c", "import proofs_checks.__main__"]
    run = subprocess.run(line, capture_output=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
