"""The same sweep on every executor: the same bytes."""

import json
import os
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest
from toy import EXPERIMENT, Cell

from experiments._lab import executors
from experiments._lab.dask_executor import Dask
from experiments._lab.executors import Inline, Joblib, SweepError, short_share
from experiments._lab.slurm import Slurm
from experiments._lab.sweep import run_tasks
from experiments._lab.work import OtherSources, Sealed

MAKE = {
    "inline": lambda bench: Inline(),
    "joblib": lambda bench: Joblib(2),
    "dask": lambda bench: Dask("local", 2),
    "slurm": lambda bench: Slurm("local", bench.folder, 2),
}


def without_provenance(bench):
    found = {}
    for path in (bench.folder / "toy").glob("*.json"):
        data = json.loads(path.read_bytes())
        assert data.pop("provenance")["seconds"] >= 0
        found[path.name] = json.dumps(data)
    return found


@pytest.fixture
def expected(bench):
    """What comes out in this process without a store, by key."""
    return {r.key: r.fixed() for r in run_tasks(EXPERIMENT, [*bench.cells(40), Cell(7, "nan")])}


@pytest.mark.parametrize("name", MAKE)
def test_metrics_and_files_are_the_same_on_every_executor(bench, expected, name):
    bench.log.write_text("")
    cells = [*bench.cells(40), Cell(7, "nan")]
    with bench.store() as store:
        found = run_tasks(EXPERIMENT, cells, store=store, executor=MAKE[name](bench))
    assert [record.fixed() for record in found] == list(expected.values())
    kept = {key: json.loads(text) for key, text in without_provenance(bench).items()}
    for data in kept.values():
        del data["digest"]
    assert kept == {f"{key}.json": fixed for key, fixed in expected.items()}
    assert bench.executions() == dict.fromkeys(range(40), 1)
    processes = {pid for pid, _ in bench.lines()}
    assert (processes == {os.getpid()}) == (name == "inline")
    assert all(r.provenance["threads"]["OMP_NUM_THREADS"] == "1" for r in found)


@pytest.mark.parametrize("name", ["joblib", "dask", "slurm"])
def test_a_worker_with_other_sources_stops_the_sweep(bench, monkeypatch, name):
    from experiments._lab.code_version import Sources

    monkeypatch.setattr(Sources, "version", lambda _: "0" * 64)
    with bench.store() as store, pytest.raises(SweepError, match="has other sources of toy"):
        run_tasks(EXPERIMENT, bench.cells(3), store=store, executor=MAKE[name](bench))
    assert not bench.executions()
    assert [name for name in bench.files() if not name.startswith("jobs/")] == []


def test_short_tasks_travel_in_bundles_and_long_ones_alone():
    assert short_share(1000, None, 4) == 1, "nobody knows yet"
    assert short_share(1000, 10.0, 4) == 1
    assert short_share(1000, 0.001, 4) == 50
    assert short_share(100_000, 0.0, 4) == 256
    assert short_share(40, 0.0001, 4) == 10, "everybody has a share of the last ones"
    assert short_share(1, 0.001, 4) == 1


def test_a_bundle_goes_back_when_its_budget_is_spent(bench, monkeypatch):
    monkeypatch.setattr(Joblib, "budget", 0.0)
    monkeypatch.setattr(Joblib, "share", lambda self, left, pace, /: left)
    found = run_tasks(EXPERIMENT, bench.cells(4), executor=Joblib(1))
    assert [record.metrics["i"] for record in found] == [0, 1, 2, 3]
    assert bench.executions() == dict.fromkeys(range(4), 1)


def test_a_pool_that_breaks_every_time_gives_a_task_up(bench):
    class Cursed(Inline):
        def submit(self, bundle):
            future = super().submit(bundle) if bundle.orders[0].task.i else executors.Future()
            if not future.done():
                future.set_exception(BrokenExecutor("again"))
            return future

        def died(self, error, /):
            return isinstance(error, BrokenExecutor)

    lost, kept = run_tasks(EXPERIMENT, bench.cells(2), executor=Cursed())
    assert str(lost.failure) == "lost: its workers died 3 times: BrokenExecutor: again"
    assert kept.failure is None


def test_what_is_wrong_with_the_work_itself_stops_the_sweep(bench):
    class Wrong(Inline):
        def submit(self, bundle):
            future = executors.Future()
            future.set_exception(OtherSources("other sources"))
            return future

    with pytest.raises(SweepError, match="other sources"):
        run_tasks(EXPERIMENT, bench.cells(2), executor=Wrong())


def test_a_task_travels_by_name_and_arrives_as_it_was():
    sealed = Sealed.of(Cell(3, "raise", seconds=0.5))
    assert sealed.kind.module == "toy"
    assert sealed.open() == Cell(3, "raise", seconds=0.5)


@pytest.mark.parametrize("jobs", [-1, -5])
def test_a_negative_number_of_jobs_is_refused(jobs):
    with pytest.raises(ValueError, match=f"jobs: must be at least 0, got {jobs}"):
        Joblib(jobs)
    with pytest.raises(ValueError, match="jobs: must be at least 1"):
        Slurm("local", Path("x"), 0)


def test_no_jobs_means_one_for_each_cpu():
    assert Joblib(0).jobs == len(os.sched_getaffinity(0))
