"""The process in which a task runs alone: ``python -m experiments._lab.child``, started by ``isolated.py``.

It is handed one end of a pipe, a file for its last words and the number of its parent, whose death it
does not survive.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from experiments._lab.isolated import GRACE, out_of_time
from experiments._lab.work import Order, Result, compute, pinned
from theory._core.attempt import Raised, attempt


class TimeUp(SystemExit):
    """The task has used up its time; no ``except Exception`` swallows it."""


def main(pipe: int, last_words: int, parent: int) -> None:
    """Compute orders until the other end is closed."""
    obey(parent)
    ends: Connection[Any, Any] = Connection(pipe)
    with pinned():
        while True:
            try:
                order, limit = ends.recv()
            except EOFError:
                return
            opened = attempt(order.opened)
            ends.send(None)
            if isinstance(opened, Raised):
                ends.send(ImportError(f"a worker cannot import the task: {opened.summary}"))
            else:
                ends.send(compute_within(opened.value, limit, last_words))


def compute_within(order: Order, limit: float | None, last_words: int) -> Result:
    """Compute an order under the alarm and the watchdog."""
    if limit is None:
        return compute(order)
    alarm = Alarm(limit)
    faulthandler.dump_traceback_later(limit + GRACE, exit=True, file=last_words)
    result = compute(order, alarm.guard)
    faulthandler.cancel_dump_traceback_later()
    if alarm.rang:
        text = result.outcome if isinstance(result.outcome, bytes) else result.outcome.traceback
        return replace(result, outcome=out_of_time(limit, str(text)))
    return result


class Alarm:
    """Interrupts a call after ``limit`` seconds; ``rang`` says whether it had to."""

    def __init__(self, limit: float) -> None:
        self.limit, self.rang = limit, False

    def guard(self, call: Callable[[], Any]) -> Any:
        """``call()``, or :class:`TimeUp`."""
        signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, self.limit)
        try:
            return call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, *_: object) -> None:
        self.rang = True
        raise TimeUp(f"{self.limit:g} s are over")


def obey(parent: int, every: float = 0.5) -> None:
    """Leave interrupts to the parent, and end soon after it has died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(every)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
