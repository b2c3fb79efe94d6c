"""Bundles on a Dask cluster: the scheduler at an address, or one of our own on this machine ("local").

Workers need this project, with the same sources; they need not see the store. Dask itself runs the
work of a dead worker elsewhere.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from experiments._lab.executors import BUDGET, SweepError, cpus, short_share
from experiments._lab.work import Batch, Bundle, serve
from theory._core.attempt import Raised, attempt

PATIENCE = 10  # seconds to reach the scheduler
FRESH = 1.0  # seconds for which we believe to know how large the cluster is


class Dask:
    """``address`` as ``dask scheduler`` prints it, or "local" with ``jobs`` processes (0: one a CPU)."""

    writes, budget = False, BUDGET

    def __init__(self, address: str, jobs: int = 0) -> None:
        self.address, self.jobs = address, jobs or cpus()
        self._opened = ExitStack()
        self._client: Any = None
        self._threads, self._asked = 0, 0.0
        self._under_way: dict[Future[Batch], Any] = {}

    @property
    def width(self) -> int:
        """Two bundles for every thread of the cluster, as it was a moment ago."""
        if time.monotonic() > self._asked + FRESH and self._client.status == "running":
            self._threads = self._client.scheduler_info().get("total_threads", 0)
            self._asked = time.monotonic()
        return 2 * max(1, self._threads)

    def share(self, left: int, pace: float | None, /) -> int:
        """Short tasks in bundles."""
        return short_share(left, pace, self.width)

    def submit(self, bundle: Bundle) -> Future[Batch]:
        """Give it to the scheduler."""
        ours: Future[Batch] = Future()
        theirs = self._client.submit(serve, bundle.sealed(), pure=False)
        self._under_way[ours] = theirs  # Dask forgets what nobody holds
        theirs.add_done_callback(partial(self._hand_over, ours))
        return ours

    def _hand_over(self, ours: Future[Batch], theirs: Any) -> None:
        """Called in a thread of Dask's when a bundle has come to its end."""
        if theirs.status == "error":
            ours.set_exception(theirs.exception())
        elif theirs.status == "finished":
            came = attempt(theirs.result)
            if isinstance(came, Raised):  # the worker died while it was sending
                ours.set_exception(CancelledError())
            else:
                ours.set_result(came.value)
        else:
            ours.set_exception(CancelledError())
        self._under_way.pop(ours, None)

    def died(self, error: BaseException, /) -> bool:
        """Dask has given up a bundle, or has lost it."""
        from distributed.scheduler import KilledWorker

        return isinstance(error, KilledWorker | CancelledError)

    def check(self) -> None:
        """Raise :class:`SweepError` if the scheduler is gone."""
        if self._client.status != "running":
            raise SweepError(f"scheduler: {self.address} is gone")

    def __enter__(self) -> Dask:
        from distributed import Client, LocalCluster

        target: Any = self.address
        if self.address == "local":
            with deaf():
                local = LocalCluster(
                    n_workers=self.jobs,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",  # some free port; it cannot be switched off
                    silence_logs=50,
                )
            target = self._opened.enter_context(local)
        try:
            self._client = self._opened.enter_context(Client(target, timeout=PATIENCE))
        except (OSError, ValueError) as error:
            self._opened.close()
            raise ValueError(f"scheduler: {self.address!r} does not answer: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._client.status == "running" and self._under_way:
            self._client.cancel(list(self._under_way.values()), force=True)
        self._opened.close()


@contextmanager
def deaf() -> Iterator[None]:
    """Processes started here ignore an interrupt from the keyboard; this one deals with it.

    An interrupt from the keyboard at this very moment is lost. (Blocking it instead does not reach the
    processes: multiprocessing unblocks it.) A request to end is answered at the end of the block.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    ended = signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, ended)
        if asked:
            signal.raise_signal(signal.SIGTERM)
