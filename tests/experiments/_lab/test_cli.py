"""The command line of a toy experiment: verbs, exit codes, messages."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest

from experiments._lab.cli import main
from experiments._lab.experiment import Artifact, Experiment, Plot, Refused


@dataclass(frozen=True)
class Config:
    """A toy."""

    N: int = 3
    """How many."""
    drawn: bool = False
    """Whether a figure was asked for."""

    def __post_init__(self):
        if self.N < 1:
            raise ValueError(f"N: must be at least 1, got {self.N}")


def run(config, rng):
    return {"numbers": [rng.randrange(1000) for _ in range(config.N)], "drawn": config.drawn}


def draw(metrics):
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().plot(metrics["numbers"])
    return figure, [{"i": i, "number": n} for i, n in enumerate(metrics["numbers"])]


def refuse(config, metrics):
    raise Refused("it does not hold")


TOY = Experiment(
    run=run,
    config=Config,
    render=lambda metrics: f"numbers: {metrics['numbers']}",
    plot=Plot("Draw.", draw, prepare=lambda config: replace(config, drawn=True)),
    artifacts={
        "proof": Artifact("Write a proof.", lambda config, metrics: b"proof of %d" % config.N),
        "lie": Artifact("Write a lie.", refuse),
    },
)


def judged(status):
    return replace(TOY, verdict=lambda metrics: (status, "the reason"))


def test_without_options_it_runs_prints_and_exits_with_zero(capsys):
    assert main(TOY, []) == 0
    assert capsys.readouterr().out.startswith("numbers: [")


def test_the_config_becomes_options_and_the_record_holds_what_ran(tmp_path):
    out = tmp_path / "out.json"
    assert main(TOY, ["--N", "5", "--seed", "7", "--json", str(out)]) == 0
    record = json.loads(out.read_text())
    assert record["experiment"] == "test_cli"
    assert record["config"] == {"N": 5, "drawn": False}
    assert record["seed"] == 7
    assert len(record["metrics"]["numbers"]) == 5


def test_the_same_seed_gives_the_same_metrics_and_another_seed_others(tmp_path):
    found = []
    for seed in ("1", "1", "2"):
        assert main(TOY, ["--N", "20", "--seed", seed, "--json", str(tmp_path / "o")]) == 0
        found.append(json.loads((tmp_path / "o").read_text())["metrics"])
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(("status", "code"), [("done", 0), ("refuted", 1), ("undecided", 3)])
def test_the_verdict_is_the_exit_code_and_its_reason_is_said(capsys, status, code):
    assert main(judged(status), []) == code
    captured = capsys.readouterr()
    assert captured.out.startswith("numbers")
    assert ("the reason" in captured.err) == (status != "done")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--N", "0"], ["N: must be at least 1, got 0"]),
        (["--N", "many"], ["--N", "many"]),
        (["--N"], ["--N"]),
        (["--N", "1" * 5000], ["--N"]),
        (["--M", "3"], ["--M"]),
        (["stray"], ["stray"]),
        (["--seed", "-1"], ["seed: must be at least 0, got -1"]),
        (["--json", "/nowhere/out.json"], ["json:", "/nowhere/out.json", "No such file"]),
        (["--json", "."], ["json:", "directory"]),
        (["--plot", "out.gif"], ["plot: must end in one of .svg, .pdf, .png, got 'out.gif'"]),
        (["--plot", "/nowhere/a.svg"], ["plot:", "No such file"]),
        (["--json", "same", "--proof", "./same"], ["json, proof: must be different files", "same"]),
        (["--json", "a.csv", "--plot", "a.svg"], ["json, plot: must be different files", "a.csv"]),
    ],
)
def test_bad_input_is_exit_two_with_the_argument_named_and_nothing_run_or_written(
    capsys, tmp_path, monkeypatch, arguments, words
):
    monkeypatch.chdir(tmp_path)

    def never(config, rng):
        raise AssertionError("it ran")

    assert main(replace(TOY, run=never, module=__name__), arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert all(word in captured.err for word in words), captured.err
    assert "Traceback" not in captured.err
    assert list(tmp_path.iterdir()) == []


def test_help_is_exit_zero_and_keeps_capitals(capsys):
    assert main(TOY, ["--help"]) == 0
    text = capsys.readouterr().out
    assert "--N INT" in text
    assert "How many." in text
    assert all(f"--{name} FILE" in text for name in ("json", "plot", "proof"))


def test_a_figure_comes_with_its_data_and_with_the_config_it_needs(tmp_path):
    arguments = ["--plot", str(tmp_path / "f.svg"), "--json", str(tmp_path / "o.json")]
    assert main(TOY, arguments) == 0
    assert (tmp_path / "f.svg").read_bytes().startswith(b"<?xml")
    numbers = json.loads((tmp_path / "o.json").read_text())["metrics"]["numbers"]
    lines = (tmp_path / "f.csv").read_text().splitlines()
    assert lines == ["i,number", *(f"{i},{n}" for i, n in enumerate(numbers))]
    assert json.loads((tmp_path / "o.json").read_text())["config"]["drawn"] is True


def test_an_artifact_is_written_by_its_option(tmp_path):
    assert main(TOY, ["--N", "4", "--proof", str(tmp_path / "p")]) == 0
    assert (tmp_path / "p").read_bytes() == b"proof of 4"


def test_a_file_that_would_lie_is_not_written_and_the_exit_is_one(tmp_path, capsys):
    assert main(TOY, ["--lie", str(tmp_path / "p")]) == 1
    assert "lie: not written: it does not hold" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("status", "code"), [("done", 2), ("refuted", 1), ("undecided", 3)])
def test_a_full_disk_is_said_and_leaves_no_file(tmp_path, monkeypatch, capsys, status, code):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    assert main(judged(status), ["--json", str(tmp_path / "out.json")]) == code
    captured = capsys.readouterr()
    assert "json:" in captured.err
    assert "No space left" in captured.err
    assert captured.out.startswith("numbers")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_is_a_line_and_not_a_traceback(capsys):
    def interrupted(config, rng):
        raise KeyboardInterrupt

    assert main(replace(TOY, run=interrupted, module=__name__), []) == 130
    assert capsys.readouterr().err == "test_cli: interrupted\n"


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    script = (
        f"import sys; sys.path.insert(0, {str(os.path.dirname(__file__))!r})\n"
        "import test_cli as t\nfrom dataclasses import replace\n"
        "long = replace(t.TOY, render=lambda m: 'x\\n' * 10**6, module='test_cli')\n"
        "raise SystemExit(t.main(long, []))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(2)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_report_that_cannot_be_printed_is_said_and_is_no_traceback():
    script = (
        f"import sys; sys.path.insert(0, {str(os.path.dirname(__file__))!r})\n"
        "import test_cli as t\nraise SystemExit(t.main(t.TOY, []))\n"
    )
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", script], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert b"the report was not printed: No space left" in done.stderr
    assert done.stderr.count(b"\n") == 1
