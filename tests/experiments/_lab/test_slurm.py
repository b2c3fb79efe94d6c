"""SLURM jobs, run by submitit's local executor: processes that are started, logged and lost like jobs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from submitit import Job
from toy import EXPERIMENT

from experiments._lab.slurm import Slurm, parameters
from experiments._lab.sweep import run_tasks
from experiments._lab.work import Rules


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Submitit waits for slow file systems before it calls a job lost."""
    monkeypatch.setattr(Job, "_results_timeout_s", 0)


def go(bench, cells, jobs=2, **options):
    with bench.store() as store:
        place = Slurm("local", bench.folder, jobs)
        return run_tasks(EXPERIMENT, cells, store=store, executor=place, **options)


def test_jobs_share_the_tasks_and_write_each_when_it_is_finished(bench):
    found = go(bench, bench.cells(10))
    assert [record.metrics["i"] for record in found] == list(range(10))
    assert len({pid for pid, _ in bench.lines()}) == 2
    again = go(bench, bench.cells(12))
    assert [r.fixed() for r in again[:10]] == [r.fixed() for r in found]
    assert bench.executions() == dict.fromkeys(range(12), 1)


def test_failures_and_limits_are_records_and_are_done_again_when_asked(bench):
    cells = bench.cells(5)
    for i, do in ((1, "hang"), (2, "raise"), (3, "die")):
        cells[i] = bench.cells(5, do)[i]
    rules = Rules(limit=0.5)
    kinds = [r.failure and r.failure.kind for r in go(bench, cells, rules=rules)]
    assert kinds == [None, "timeout", "raised", "lost", None]
    before = bench.executions()
    go(bench, cells, rules=Rules(limit=0.5, retry_failed=True))
    assert bench.executions() - before == {1: 1, 2: 1, 3: 2}


def test_a_job_that_is_lost_costs_one_task_and_a_new_one_goes_on(bench):
    class Killing(Slurm):
        """Kills the first job in the middle of its share."""

        def _look(self):
            while len(bench.lines()) < 3:
                time.sleep(0.005)
            os.kill(bench.lines()[0][0], signal.SIGKILL)
            super()._look()

    with bench.store() as store:
        place = Killing("local", bench.folder, 1)
        cells = bench.cells(10, seconds=0.2)
        found = run_tasks(EXPERIMENT, cells, store=store, executor=place)
    assert [record.metrics["i"] for record in found] == list(range(10))
    assert len({pid for pid, _ in bench.lines()}) >= 2
    assert sum(bench.executions().values()) == 11
    assert sum(name.startswith("toy/") for name in bench.files()) == 10


def test_a_store_is_needed(bench):
    with pytest.raises(ValueError, match="store: must be given"):
        run_tasks(EXPERIMENT, bench.cells(1), executor=Slurm("local", bench.folder))


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ("default", {}),
        ("partition=cpu,time=60", {"slurm_partition": "cpu", "slurm_time": 60}),
        ("mem=4GB, qos=low", {"slurm_mem": "4GB", "slurm_qos": "low"}),
    ],
)
def test_settings_are_those_of_sbatch(settings, found):
    assert parameters(settings) == found


@pytest.mark.parametrize("settings", ["", "cpu", "partition=", "=cpu", "a=1,,b=2"])
def test_settings_that_say_nothing_are_refused(settings):
    with pytest.raises(ValueError, match="slurm: must be name=value"):
        parameters(settings)


def test_the_command_runs_on_slurm_and_workers_find_a_script_by_its_folder(bench):
    toy = Path(__file__).parent / "toy.py"
    options = ["--n", "4", "--log", str(bench.log), "--out", str(bench.folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, str(toy), *options, "--slurm", "local", "--jobs", "2"],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "4 numbers\n", "")
    assert bench.executions() == dict.fromkeys(range(4), 1)
