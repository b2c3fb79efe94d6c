"""Bundles as SLURM jobs, through submitit: ``jobs`` of them, each with its share of the tasks.

Jobs write into the store themselves, as soon as a task is finished, so a job that is stopped at its time
limit loses one task, and the sweep goes on with a new job for the rest. If the sweep itself is killed, its
jobs go on, and the next sweep waits for them. The store has to lie where all nodes see it. "local" runs
the same jobs as processes on this machine.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments._lab.executors import SweepError
from experiments._lab.provenance import commit
from experiments._lab.store import Store
from experiments._lab.work import Batch, Bundle, Result, recorded, serve
from theory._core.attempt import Raised, Returned, attempt

POLL = {"local": 0.05, "slurm": 5.0}  # seconds between two looks at a job
LONGEST_LOCAL = 60 * 24  # minutes
PATIENCE = 10  # seconds for local jobs to end when they are told to


class Slurm:
    """``settings``: "local", "default", or what sbatch is told: "partition=cpu,time=60" (see submitit)."""

    writes, budget = True, float("inf")

    def __init__(self, settings: str, store: Path, jobs: int = 1) -> None:
        if jobs < 1:
            raise ValueError(f"jobs: must be at least 1 on SLURM, got {jobs}")
        self.store, self.jobs, self.width = store.resolve(), jobs, jobs
        self.cluster = "local" if settings == "local" else "slurm"
        self.parameters = parameters(settings)
        self._under_way: dict[Any, Future[Batch]] = {}
        self._stopped = threading.Event()
        self._executor: Any = None

    def share(self, left: int, _pace: float | None, /) -> int:
        """What is left, divided among the jobs that are not under way."""
        free = max(1, self.jobs - len(self._under_way))
        return -(-left // free)

    def submit(self, bundle: Bundle) -> Future[Batch]:
        """Queue a job."""
        future: Future[Batch] = Future()
        job = self._executor.submit(serve_into, self.store, bundle.sealed())
        self._under_way[job] = future
        return future

    def died(self, error: BaseException, /) -> bool:
        """Out of time or memory, or cancelled."""
        from submitit.core.utils import UncompletedJobError

        return isinstance(error, UncompletedJobError)

    def check(self) -> None:
        """A job may wait in the queue for days."""

    def _look(self) -> None:
        """Hand over what jobs have brought back, until all is over."""
        from submitit.core.utils import FailedJobError

        while not self._stopped.wait(POLL[self.cluster]):
            for job, future in list(self._under_way.items()):
                came = attempt(lambda job=job: job.done() and (job.exception() or job.result()))
                if came == Returned(False):
                    continue
                del self._under_way[job]
                if isinstance(came, Raised):
                    future.set_exception(SweepError(f"a job is lost: {came.summary}"))
                elif isinstance(came.value, Batch):
                    future.set_result(came.value)
                elif isinstance(came.value, FailedJobError):
                    future.set_exception(SweepError(f"a job raised {last_line(came.value)}"))
                else:
                    future.set_exception(came.value)

    def __enter__(self) -> Slurm:
        from submitit import AutoExecutor

        try:
            self._executor = AutoExecutor(folder=self.store / "jobs" / "%j", cluster=self.cluster)
        except RuntimeError as error:
            raise ValueError(f"slurm: cannot submit here: {error}") from error
        self._executor.update_parameters(name="touchstone", **self.parameters)
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._looking.join()
        for job in self._under_way:
            job.cancel(check=False)
        end = time.monotonic() + PATIENCE
        while self.cluster == "local" and time.monotonic() < end:
            if all(job.done() for job in self._under_way):
                break
            time.sleep(POLL["local"])


def last_line(error: BaseException) -> str:
    """What a job raised, out of submitit's account of it."""
    trace = str(error).split("-" * 22)[1:2]
    return trace[0].strip().rpartition("\n")[2] if trace else str(error)


def parameters(settings: str) -> dict[str, Any]:
    """What submitit is told; ``ValueError`` for what is not name=value."""
    if settings == "local":
        return {"timeout_min": LONGEST_LOCAL}
    found: dict[str, Any] = {}
    for part in settings.split(",") if settings != "default" else ():
        name, equals, value = part.partition("=")
        if not (name and equals and value):
            raise ValueError(f"slurm: must be name=value,... or default or local, got {settings!r}")
        found[f"slurm_{name.strip()}"] = int(value) if value.isdigit() else value
    return found


def serve_into(folder: Path, bundle: Bundle) -> Batch:
    """What a job does: every task of the bundle that nobody has done, each written when it is finished."""
    results: list[Result] = []
    where: dict[str, Any] = {}
    name, code = bundle.orders[0].identity.experiment, commit()
    with Store(folder, name) as store:
        for order in bundle.orders:
            while not store.claim(order.key):
                time.sleep(POLL["local"])
            record = store.find(order.key) if bundle.rules.resume else None
            if record is None or not bundle.rules.settled(record):
                batch = serve(replace(bundle, orders=(order,)))
                where = batch.surroundings
                results += batch.results
                store.write(recorded(order, batch.results[0], where, code))
            store.release(order.key)
    return Batch(tuple(results), where)
