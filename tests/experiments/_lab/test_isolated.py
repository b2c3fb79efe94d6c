"""Limits and sudden deaths, on the executors of one machine: each is a record, and none harms the rest."""

import os
import time

import pytest
from toy import EXPERIMENT, Cell

from experiments._lab.executors import Inline, Joblib
from experiments._lab.isolated import ending
from experiments._lab.sweep import run_tasks
from experiments._lab.work import Rules

LIMIT = 0.3
HANGING = {
    "hang": "TimeUp",  # the traceback shows the interrupt ...
    "regex": "re.match",
    "swallow": "did not react",  # ... or what the watchdog saw
    "native": "did not react",
}


@pytest.mark.parametrize("make", [Inline, lambda: Joblib(2)], ids=["inline", "joblib"])
def test_what_hangs_is_a_timeout_with_the_place_where_it_hung(bench, make, nothing_left_behind):
    cells = [Cell(0), *(Cell(i, do) for i, do in enumerate(HANGING, 1)), Cell(9)]
    start = time.monotonic()
    first, *hung, last = run_tasks(EXPERIMENT, cells, executor=make(), rules=Rules(limit=LIMIT))
    assert time.monotonic() - start < 30
    assert first.failure is last.failure is None
    for record, (do, words) in zip(hung, HANGING.items(), strict=True):
        failure = record.failure
        assert failure is not None
        assert (failure.kind, failure.message) == ("timeout", "took longer than 0.3 s"), do
        assert words in failure.traceback, do
        assert "toy.py" in failure.traceback, do


@pytest.mark.parametrize("make", [Inline, lambda: Joblib(2)], ids=["inline", "joblib"])
def test_with_a_limit_nothing_else_changes(make):
    cells = [*(Cell(i) for i in range(20)), Cell(1, "raise"), Cell(1, "nan"), Cell(1, "text")]
    plain = [record.fixed() for record in run_tasks(EXPERIMENT, cells)]
    limited = run_tasks(EXPERIMENT, cells, executor=make(), rules=Rules(limit=20))
    for one, other in zip(plain, limited, strict=True):
        fixed = other.fixed()
        if one["status"] == "failed":  # another process has other frames in its tracebacks
            one["failure"]["traceback"] = fixed["failure"]["traceback"] = ""
        assert fixed == one


def test_a_task_that_kills_its_process_is_lost_and_tried_once_more(bench, nothing_left_behind):
    cells = [Cell(0), Cell(1, "die", str(bench.log)), Cell(2)]
    first, lost, last = run_tasks(EXPERIMENT, cells, rules=Rules(limit=20))
    assert first.failure is last.failure is None
    assert str(lost.failure) == "lost: the process that ran it was killed by SIGKILL, 2 times"
    processes = {pid for pid, _ in bench.lines()}
    assert bench.executions() == {1: 2}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_on_joblib_a_task_that_kills_its_worker_takes_no_other_with_it(bench, nothing_left_behind):
    cells = bench.cells(12)
    cells[3] = Cell(3, "die", str(bench.log))
    with bench.store() as store:
        found = run_tasks(EXPERIMENT, cells, store=store, executor=Joblib(2))
    kinds = [record.failure and record.failure.kind for record in found]
    assert kinds == [None] * 3 + ["lost"] + [None] * 8
    assert len(bench.files()) == 12


def test_a_process_that_cannot_import_the_task_stops_the_sweep(monkeypatch):
    from experiments._lab.executors import SweepError
    from experiments._lab.work import Reference, Sealed

    monkeypatch.setattr(
        Sealed, "of", staticmethod(lambda task: Sealed(Reference("toy", "Gone"), {"i": task.i}))
    )
    with pytest.raises((SweepError, ImportError), match="cannot import the task: AttributeError"):
        run_tasks(EXPERIMENT, [Cell(0)], rules=Rules(limit=20))


def test_how_a_process_ended_is_said_in_words():
    assert ending(-9) == "was killed by SIGKILL"
    assert ending(-11) == "was killed by SIGSEGV"
    assert ending(-50) == "was killed by signal 50"
    assert ending(3) == "ended with exit code 3"
