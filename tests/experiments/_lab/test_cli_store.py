"""The command line with a store, workers and limits: the same verbs for every experiment."""

import errno
import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from toy import EXPERIMENT

from experiments._lab import store as store_module
from experiments._lab.cli import main
from experiments._lab.code_version import run_version
from experiments._lab.experiment import Artifact, Experiment, Plot, Refused


@pytest.fixture
def toy(bench, capsys, monkeypatch):
    """Run the toy with the log and the store of the bench: (exit code, stdout, stderr)."""
    monkeypatch.chdir(bench.log.parent)

    def run(*options, experiment=EXPERIMENT, out=True):
        where = ["--out", str(bench.folder)] if out else []
        code = main(experiment, ["--log", str(bench.log), *where, *options])
        return (code, *capsys.readouterr())

    return run


def kept(bench):
    return json.loads((bench.folder / "toy.json").read_text())


def test_without_a_folder_nothing_is_written_anywhere(toy, bench):
    assert toy(out=False) == (0, "3 numbers\n", "")
    assert [path.name for path in bench.log.parent.iterdir()] == ["executions"]


def test_a_folder_receives_tasks_record_figure_and_artifacts_and_nothing_else(toy, bench):
    proof = Artifact("A proof.", lambda config, metrics: b"proof of %d" % config.n)
    assert toy(experiment=replace(EXPERIMENT, artifacts={"proof": proof}))[:2] == (0, "3 numbers\n")
    tasks = [name for name in bench.files() if re.fullmatch(r"toy/[0-9a-f]{64}\.json", name)]
    assert len(tasks) == 3
    figures = [f"figures/toy{suffix}" for suffix in (".csv", ".png", ".svg")]
    assert set(bench.files()) == {*tasks, "toy.json", "artifacts/toy.proof", *figures}
    assert (bench.folder / "artifacts/toy.proof").read_bytes() == b"proof of 3"
    numbers = [row["drawn"][0] for row in kept(bench)["metrics"]["all"]]
    lines = (bench.folder / "figures/toy.csv").read_text().splitlines()
    assert lines == ["i,number", *(f"{i},{number}" for i, number in enumerate(numbers))]


def test_the_collected_record_is_what_the_store_describes(toy, bench):
    toy("--seed", "5")
    record = kept(bench)
    assert list(record) == [
        *("schema", "experiment", "config", "seed", "code", "status", "why", "metrics"),
        "provenance",
    ]
    assert (record["schema"], record["seed"]) == ("touchstone-run/1", 5)
    assert (record["status"], record["why"]) == ("done", "")
    assert record["code"] == run_version(EXPERIMENT)
    assert record["provenance"]["tasks"] == {"total": 3, "failed": 0}
    assert record["provenance"]["seconds"] >= record["provenance"]["task_seconds"] >= 0


def test_the_same_command_goes_on_and_another_number_adds_to_it(toy, bench):
    for options in ((), (), ("--n", "5"), ("--n", "5", "--by", "2")):
        assert toy(*options)[0] == 0
    assert bench.executions() == dict.fromkeys(range(5), 1), "tasks do not depend on `by`"
    assert kept(bench)["metrics"]["by"] == 2
    toy("--no-resume")
    assert bench.executions()[0] == 2
    toy("--seed", "1")
    assert bench.executions()[0] == 3


def test_workers_give_the_same_metrics(toy, bench):
    toy("--n", "20")
    alone = kept(bench)["metrics"]
    assert toy("--n", "20", "--no-resume", "--jobs", "2") == (0, "20 numbers\n", "")
    assert kept(bench)["metrics"] == alone
    assert bench.executions() == dict.fromkeys(range(20), 2)


def test_a_failed_task_is_exit_one_with_task_reason_and_file_and_is_retried_when_asked(toy, bench):
    code, out, err = toy("--bad", "raise")
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert lines[0].startswith("toy: raised: ValueError: it does not work [i=1, do='raise', ")
    path = Path(re.search(r"\((.*\.json)\)", lines[0])[1])  # type: ignore[index]
    assert json.loads(path.read_text())["failure"]["message"] == "it does not work"
    assert lines[1:] == [
        "toy: they are run again with --retry-failed",
        "toy: failed: 1 of 3 tasks failed",
    ]
    record = kept(bench)
    assert (record["status"], record["why"]) == ("failed", "1 of 3 tasks failed")
    assert record["metrics"] is None
    assert not any(name.startswith("figures/") for name in bench.files())
    toy("--bad", "raise")
    assert bench.executions() == {0: 1, 1: 1, 2: 1}
    toy("--bad", "raise", "--retry-failed")
    assert bench.executions() == {0: 1, 1: 2, 2: 1}


def test_without_a_folder_the_traceback_is_shown_because_it_is_kept_nowhere(toy):
    code, out, err = toy("--bad", "raise", out=False)
    assert (code, out) == (1, "")
    assert 'raise ValueError("it does not work")' in err
    assert "failed: 1 of 3 tasks failed" in err
    assert "retry" not in err


def test_many_failures_are_counted_and_not_all_told(toy):
    experiment = replace(
        EXPERIMENT, tasks=lambda c: [replace(t, do="raise") for t in EXPERIMENT.tasks(c)]
    )
    _, _, err = toy("--n", "9", experiment=experiment)
    assert err.count("it does not work") == 5
    assert "toy: ... and 4 more" in err


def test_the_record_of_a_failed_run_is_written_where_it_was_asked_for(toy, tmp_path):
    path = tmp_path / "out.json"
    assert toy("--bad", "nan", "--json", str(path), "--plot", str(tmp_path / "f.svg"))[0] == 1
    assert json.loads(path.read_text())["status"] == "failed"
    assert not (tmp_path / "f.svg").exists()


def test_a_limit_turns_a_hanging_task_into_a_failure(toy):
    code, _, err = toy("--bad", "hang", "--limit", "0.3")
    assert code == 1
    assert "timeout: took longer than 0.3 s" in err


def test_what_an_earlier_run_left_and_this_one_does_not_make_is_removed(toy, bench):
    toy()
    assert (bench.folder / "figures" / "toy.svg").exists()
    toy("--bad", "raise")
    assert not [name for name in bench.files() if name.startswith("figures/")]
    cannot = Plot("Draw.", EXPERIMENT.plot.draw, prepare=lambda config: replace(config, n=9))
    toy()
    toy(experiment=replace(EXPERIMENT, plot=cannot))
    assert not [name for name in bench.files() if name.startswith("figures/")]
    assert kept(bench)["status"] == "done"


def test_a_figure_that_would_lie_is_said_but_was_not_asked_for(toy, bench):
    def refuse(*_):
        raise Refused("it does not hold")

    lying = replace(EXPERIMENT, plot=Plot("Draw.", refuse))
    code, out, err = toy(experiment=lying)
    assert (code, out, err) == (0, "3 numbers\n", "toy: figure: not written: it does not hold\n")
    assert toy("--plot", "f.svg", experiment=lying)[0] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--retry-failed", "retry-failed: needs --out DIR"),
        ("--no-resume", "no-resume: needs --out DIR"),
        ("--slurm local", "slurm: needs --out DIR"),
        ("--jobs -1", "jobs: must be at least 0, got -1"),
        ("--limit 0", "limit: must be a positive number of seconds, at most 1000000, got 0.0"),
        ("--limit nan", "limit: must be a positive number of seconds, at most 1000000, got nan"),
        (
            "--limit 1e9",
            "limit: must be a positive number of seconds, at most 1000000, got 1000000000.0",
        ),
        ("--jobs 100000", "jobs: must be at most 16 for each CPU"),
        ("--out=", "out: must not be empty"),
        ("--scheduler=", "scheduler: must not be empty"),
        ("--slurm=", "slurm: must not be empty"),
        ("--scheduler local --slurm local", "scheduler, slurm: give at most one of them"),
        ("--scheduler tcp://a:1 --jobs 2", "jobs: the workers of a scheduler are counted"),
        ("--scheduler tcp://127.0.0.1:1", "scheduler: 'tcp://127.0.0.1:1' does not answer"),
        ("--out /dev/null", "out: '/dev/null/toy' not written: Not a directory"),
        ("--slurm cpu --out x", "slurm: must be name=value"),
    ],
)
def test_options_without_sense_are_exit_two_in_one_line_and_run_nothing(
    toy, bench, monkeypatch, options, message
):
    from experiments._lab import dask_executor

    monkeypatch.setattr(dask_executor, "PATIENCE", 0.3)
    code, out, err = toy(*options.split(), out=False)
    assert (code, out) == (2, "")
    assert err.startswith(f"toy: {message}")
    assert err.count("\n") == 1
    assert not bench.executions()


@pytest.mark.parametrize(
    ("option", "package"), [("--scheduler", "distributed"), ("--slurm", "submitit")]
)
def test_an_executor_that_is_not_installed_is_not_run(toy, bench, monkeypatch, option, package):
    from experiments._lab import executors

    monkeypatch.setattr(executors.importlib.util, "find_spec", lambda _: None)
    code, out, err = toy(option, "local")
    assert (code, out) == (3, "")
    needs = f"{option[2:]} needs {package}, which is not installed: touchstone[cluster]"
    assert err == f"toy: not run: {needs}\n"
    assert not bench.executions()


def test_without_slurm_a_job_cannot_be_submitted(toy, bench, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = toy("--slurm", "default")
    assert (code, out) == (2, "")
    assert err.startswith("toy: slurm: cannot submit here: ")
    assert err.count("\n") == 1
    assert not bench.executions()


def test_a_full_disk_is_exit_two_and_says_what_is_kept(toy, bench, monkeypatch):
    replace_file, written = os.replace, []

    def full(*names):
        if len(written) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(names)
        replace_file(*names)

    with monkeypatch.context() as patch:
        patch.setattr(store_module.os, "replace", full)
        code, out, err = toy("--n", "5")
    assert (code, out) == (2, "")
    assert "No space left on device; 2 of 5 tasks are kept in" in err
    assert err.count("\n") == 1
    assert len(bench.files()) == 2
    assert toy("--n", "5")[0] == 0
    assert bench.executions() == {0: 1, 1: 1, 2: 2, 3: 1, 4: 1}


def test_a_store_of_a_newer_version_is_exit_two_and_is_left_alone(toy, bench):
    toy()
    (name,) = [name for name in bench.files() if name.startswith("toy/")][:1]
    path = bench.folder / name
    path.write_bytes(path.read_bytes().replace(b"touchstone-record/1", b"touchstone-record/2"))
    before = path.read_bytes()
    code, out, err = toy()
    assert (code, out) == (2, "")
    assert "its schema is touchstone-record/2, newer than touchstone-record/1" in err
    assert path.read_bytes() == before


def test_a_foreign_file_is_told_and_put_aside_and_the_run_goes_on(toy, bench):
    (bench.folder / "toy").mkdir(parents=True)
    (bench.folder / "toy" / "notes.txt").write_text("mine")
    code, out, err = toy()
    assert (code, out) == (0, "3 numbers\n")
    assert "notes.txt: not a record; put aside as" in err


def test_an_interrupt_says_what_is_kept(toy, bench, monkeypatch):
    from experiments._lab import sweep

    computed = []

    def interrupted(order, *rest):
        if len(computed) == 2:
            raise KeyboardInterrupt
        computed.append(order)
        return recorded(order, *rest)

    recorded = sweep.recorded
    monkeypatch.setattr(sweep, "recorded", interrupted)
    code, out, err = toy()
    where = str(bench.folder)
    assert (code, out) == (130, "")
    assert (
        err == f"toy: interrupted; 2 of 3 tasks are kept in {where!r}, the same command goes on\n"
    )
    computed.clear()
    code, out, err = toy(out=False)
    assert err == "toy: interrupted; with --out DIR finished tasks would be kept\n"


@dataclass(frozen=True)
class Greedy:
    """A configuration that takes a name that is taken."""

    seed: int = 3
    plot: str = ""


def test_a_configuration_may_not_take_the_name_of_an_option(capsys):
    greedy = Experiment(run=lambda task, rng: {}, config=Greedy, render=str)
    assert main(greedy, []) == 2
    assert "config: plot, seed is an option of every experiment" in capsys.readouterr().err


def test_tasks_without_collect_are_refused_when_the_experiment_is_declared():
    with pytest.raises(ValueError, match="collect: must be given with tasks"):
        Experiment(run=lambda task, rng: {}, config=Greedy, render=str, tasks=lambda c: [c, c])


def test_help_names_the_shared_options(toy):
    code, out, _ = toy("--help")
    assert code == 0
    for option in ("--out DIR", "--jobs INT", "--scheduler ADDRESS", "--limit SECONDS", "--resume"):
        assert option in out
