"""The laboratory against doing the same work by hand: what a task costs beside its own work.

2,000 tasks that do next to nothing, each with its own random stream and its own file. The bound is 2 ms
a task, 4 s in all, worker processes started and checked included.
"""

from __future__ import annotations

import atexit
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from random import Random

from experiments._lab.executors import Executor, Inline, Joblib
from experiments._lab.store import Store
from experiments._lab.sweep import run_tasks
from experiments._lab.trivial import EXPERIMENT, Trivial, run
from experiments.benchmark import Race

TASKS = 2000
BOUND = "bound: 4 s (2 ms a task); ref.: "


def races() -> list[Race]:
    """Storing 2,000 tasks, finding them again, and the same by hand."""
    return [
        Race(
            f"{TASKS} tasks, in this process",
            lambda: stored(Inline()),
            by_hand,
            BOUND + "a loop that writes a file a task",
            runs=3,
            same_answer=False,
        ),
        Race(
            f"{TASKS} tasks, joblib, 2 workers",
            lambda: stored(Joblib(2)),
            parallel,
            BOUND + "joblib.Parallel, writing the same files",
            runs=3,
            same_answer=False,
        ),
        Race(f"{TASKS} tasks, found in the store", resumed(), None, "nothing else resumes", runs=3),
    ]


def stored(executor: Executor) -> int:
    """A sweep into an empty store."""
    with tempfile.TemporaryDirectory() as folder, Store(folder, "trivial") as store:
        tasks = [Trivial(i) for i in range(TASKS)]
        return len(run_tasks(EXPERIMENT, tasks, store=store, executor=executor))


def resumed() -> Callable[[], int]:
    """The same sweep again, into a store that has everything."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)

    def again() -> int:
        tasks = [Trivial(i) for i in range(TASKS)]
        with Store(folder.name, "trivial") as store:
            return len(run_tasks(EXPERIMENT, tasks, store=store))

    again()
    return again


def one_by_hand(task: Trivial, folder: str) -> None:
    """A task as one would write it without the laboratory."""
    name = sha256(json.dumps(asdict(task)).encode())
    metrics = run(task, Random(name.digest()))
    Path(folder, f"{name.hexdigest()}.json").write_text(json.dumps(metrics))


def by_hand() -> int:
    """A plain loop."""
    with tempfile.TemporaryDirectory() as folder:
        for i in range(TASKS):
            one_by_hand(Trivial(i), folder)
        return len(list(Path(folder).iterdir()))


def parallel() -> int:
    """``joblib.Parallel`` with two workers."""
    from joblib import Parallel, delayed

    with tempfile.TemporaryDirectory() as folder:
        work = delayed(one_by_hand)
        Parallel(n_jobs=2)(work(Trivial(i), folder) for i in range(TASKS))
        return len(list(Path(folder).iterdir()))
