"""A real Dask scheduler with two workers on loopback, and what happens when they are killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from toy import EXPERIMENT

from experiments._lab.dask_executor import Dask
from experiments._lab.executors import SweepError
from experiments._lab.sweep import run_tasks
from experiments._lab.work import Rules

HERE, PATIENCE = Path(__file__).parent, 60


def until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.005)


class Cluster:
    """A scheduler and its workers, each a process that can be killed for good (no nanny)."""

    def __init__(self, folder):
        self.file, self.folder = folder / "scheduler.json", folder
        self.scheduler = self.start("scheduler", "--port", "0", "--no-dashboard")
        until(self.file.exists, "the scheduler")
        self.workers = [self.start("worker", "--no-nanny", "--nthreads", "1") for _ in range(2)]

    def start(self, *words):
        options = ["--scheduler-file", str(self.file), "--host", "127.0.0.1"]
        command = [sys.executable, "-m", "dask", *words, *options]
        paths = os.pathsep.join([str(Path(__file__).parents[3]), str(HERE)])
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": paths},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def address(self):
        import json

        return json.loads(self.file.read_text())["address"]

    def end(self):
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    found = Cluster(tmp_path)
    yield found
    found.end()


class Killing(Dask):
    """Kills a process when a condition holds, once: looked at whenever the sweep looks for work."""

    def __init__(self, address, when, kill):
        super().__init__(address)
        self.when, self.kill = when, kill

    def submit(self, bundle):
        future = super().submit(bundle)
        if self.kill and self.when():
            os.kill(self.kill, signal.SIGKILL)
            self.kill = 0
        return future


def test_a_worker_killed_in_the_middle_costs_no_task_and_none_is_recorded_twice(bench, cluster):
    victim = cluster.workers[0].pid

    def both_at_work():
        pids = [pid for pid, _ in bench.lines()]
        return pids.count(victim) > 3 and pids.count(cluster.workers[1].pid) > 3

    cells = bench.cells(80, seconds=0.01)
    written = []
    with bench.store() as store:
        write = store.write
        store.write = lambda record: (written.append(record.key), write(record))
        executor = Killing(cluster.address, both_at_work, victim)
        found = run_tasks(EXPERIMENT, cells, store=store, executor=executor)
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert not executor.kill
    assert [record.metrics["i"] for record in found] == list(range(80))
    assert len(written) == len(set(written)) == 80
    twice = {i: n for i, n in bench.executions().items() if n > 1}
    by_victim = {i for pid, i in bench.lines() if pid == victim}
    assert set(twice) <= by_victim, "only what the dead worker had is done again"
    pids = {pid for pid, _ in bench.lines()}
    assert pids == {worker.pid for worker in cluster.workers}


def test_a_scheduler_that_goes_away_stops_the_sweep_and_what_is_finished_is_kept(bench, cluster):
    cells = bench.cells(60, seconds=0.01)
    enough = lambda: len(bench.files()) >= 5  # noqa: E731
    with bench.store() as store:
        executor = Killing(cluster.address, enough, cluster.scheduler.pid)
        with pytest.raises(SweepError, match=r"scheduler: tcp://127\.0\.0\.1:\d+ is gone"):
            run_tasks(EXPERIMENT, cells, store=store, executor=executor)
        kept = len(bench.files())
        assert 5 <= kept < 60
        found = run_tasks(EXPERIMENT, cells, store=store)
    assert [record.metrics["i"] for record in found] == list(range(60))
    # Workers without a scheduler still finish what they hold: only what is run here counts.
    assert sum(pid == os.getpid() for pid, _ in bench.lines()) == 60 - kept


def test_limits_and_deaths_are_records_on_dask_as_well(bench, nothing_left_behind):
    cells = bench.cells(8)
    for i, do in ((1, "hang"), (2, "native"), (3, "die"), (4, "raise")):
        cells[i] = bench.cells(8, do)[i]
    found = run_tasks(EXPERIMENT, cells, executor=Dask("local", 2), rules=Rules(limit=0.5))
    kinds = [record.failure and record.failure.kind for record in found]
    assert kinds == [None, "timeout", "timeout", "lost", "raised", None, None, None]


def test_without_a_limit_a_task_that_kills_workers_is_given_up(bench):
    cells = bench.cells(6)
    cells[2] = bench.cells(3, "die")[2]
    with bench.store() as store:
        found = run_tasks(EXPERIMENT, cells, store=store, executor=Dask("local", 2))
    kinds = [record.failure and record.failure.kind for record in found]
    assert kinds == [None, None, "lost", None, None, None]
    assert len(bench.files()) == 6


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_an_address_where_nobody_answers_is_said(bench, monkeypatch, address):
    from experiments._lab import dask_executor

    monkeypatch.setattr(dask_executor, "PATIENCE", 0.3)
    with pytest.raises(ValueError, match=f"scheduler: '{address}' does not answer"):
        run_tasks(EXPERIMENT, bench.cells(1), executor=Dask(address))
