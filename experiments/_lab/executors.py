"""Where bundles are computed: in this process, or in worker processes of this machine (joblib's loky).

An executor is anything with the members of :class:`Executor`; ``dask_executor.py`` and ``slurm.py`` have two
more. On all of them a task may take ``limit`` seconds (see ``isolated.py``), a worker that dies takes no
other task with it, and numerical libraries use one thread.
"""

from __future__ import annotations

import importlib.util
import os
from concurrent.futures import BrokenExecutor, Future
from typing import Any, Protocol

from experiments._lab.work import Batch, Bundle, serve

LONGEST = 0.05  # seconds: what a bundle of short tasks should take, and lose if it is lost
MOST = 256  # tasks in a bundle
BUDGET = 4 * LONGEST


class SweepError(RuntimeError):
    """The workers cannot do this work at all, or are gone; what was finished is kept."""


class Missing(RuntimeError):
    """A package that this executor needs is not installed."""


def demand(package: str, option: str) -> None:
    """Raise :class:`Missing` if a package of the extra ``cluster`` is not there."""
    if importlib.util.find_spec(package) is None:
        raise Missing(f"{option} needs {package}, which is not installed: touchstone[cluster]")


class Executor(Protocol):
    """What a sweep asks of the place where its tasks are computed.

    ``writes``: workers write records into the store themselves. ``budget``: seconds after which a worker
    sends back what it has and what it has not begun.
    """

    writes: bool
    budget: float

    @property
    def width(self) -> int:
        """Bundles to keep under way."""
        ...

    def share(self, left: int, pace: float | None, /) -> int:
        """Tasks for the next bundle: ``left`` are left, one takes ``pace`` seconds if that is known."""
        ...

    def submit(self, bundle: Bundle) -> Future[Batch]:
        """Start a bundle."""
        ...

    def died(self, error: BaseException, /) -> bool:
        """Whether ``error`` says that a worker died, not that the work is wrong."""
        ...

    def check(self) -> None:
        """Raise :class:`SweepError` if nothing will ever come back."""
        ...

    def __enter__(self) -> Executor:
        """Start."""
        ...

    def __exit__(self, *_: object) -> None:
        """Stop, at once, whatever is still under way."""
        ...


def short_share(left: int, pace: float | None, width: int) -> int:
    """One task until it is known how long one takes; then as many as fill :data:`LONGEST`."""
    if pace is None:
        return 1
    return max(1, min(MOST, int(LONGEST / max(pace, 1e-6)), left // width))


class Inline:
    """In this process, one after the other. With a limit: in a child of it."""

    writes, budget, width = False, BUDGET, 1

    def share(self, left: int, _pace: float | None, /) -> int:
        """One: every record is written at once."""
        return min(left, 1)

    def submit(self, bundle: Bundle) -> Future[Batch]:
        """Compute it."""
        future: Future[Batch] = Future()
        future.set_result(serve(bundle.sealed() if bundle.isolated else bundle))
        return future

    def died(self, _error: BaseException, /) -> bool:
        """We would not be here."""
        return False

    def check(self) -> None:
        """There is nothing to wait for."""

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *_: object) -> None:
        from experiments._lab.isolated import runner

        runner().close()


class Joblib:
    """Worker processes of joblib's loky: ``jobs`` of them, or one for each CPU (0)."""

    writes, budget = False, BUDGET

    def __init__(self, jobs: int = 0) -> None:
        if jobs < 0:
            raise ValueError(f"jobs: must be at least 0, got {jobs}")
        self.jobs = jobs or cpus()
        self.width = 2 * self.jobs  # so that no worker waits for the next bundle
        self._pool: Any = None

    def share(self, left: int, pace: float | None, /) -> int:
        """Short tasks in bundles."""
        return short_share(left, pace, self.width)

    def submit(self, bundle: Bundle) -> Future[Batch]:
        """Give it to a worker; a pool that has lost one is replaced."""
        try:
            return self._living().submit(serve, bundle.sealed())
        except BrokenExecutor:
            self._stop()
            return self._living().submit(serve, bundle.sealed())

    def died(self, error: BaseException, /) -> bool:
        """A worker that dies breaks the pool."""
        return isinstance(error, BrokenExecutor)

    def check(self) -> None:
        """A broken pool says so by itself."""

    def _living(self) -> Any:
        if self._pool is None:
            from joblib.externals.loky.process_executor import ProcessPoolExecutor

            from experiments._lab.child import obey

            self._pool = ProcessPoolExecutor(self.jobs, initializer=obey, initargs=(os.getpid(),))
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, kill_workers=True)
            self._pool = None

    def __enter__(self) -> Joblib:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()


def cpus() -> int:
    """CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
