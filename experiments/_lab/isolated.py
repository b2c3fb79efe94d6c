"""A task in a process of its own: what hangs is killed, and what kills its process harms no other.

Every executor computes tasks this way when there is a limit, or when a worker has died over them. At the
limit the task is interrupted (``TimeUp``, with its traceback). Native code that does not come back to Python
is not interrupted; a second later a watchdog writes down where it hangs and ends the process. If even
that fails, the parent kills it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import IO, Any

from experiments._lab.record import Failure
from experiments._lab.work import Order, Result

GRACE = 1.0  # seconds from the interrupt to the watchdog, and from there to the kill
TRIES = 2  # a process may be killed for other reasons than the task it runs

_here = threading.local()


def runner() -> Runner:
    """The runner of this thread; its process is kept for the next task."""
    if not hasattr(_here, "runner"):
        _here.runner = Runner()
    return _here.runner


@dataclass(frozen=True)
class Child:
    """The process, our end of its pipe, and the file for its last words."""

    process: subprocess.Popen[bytes]
    ends: Connection[Any, Any]
    last_words: IO[bytes]

    @staticmethod
    def start() -> Child:
        """A new one."""
        last_words = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the child)
        ours, theirs = socket.socketpair()
        handles = (theirs.fileno(), last_words.fileno())
        name = ["-m", "experiments._lab.child", *map(str, handles), str(os.getpid())]
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        process = subprocess.Popen(
            [sys.executable, *name],
            stdin=subprocess.DEVNULL,
            pass_fds=handles,
            env={**os.environ, "PYTHONPATH": paths},
        )
        theirs.close()
        return Child(process, Connection(ours.detach()), last_words)

    def end(self) -> tuple[int, str]:
        """Kill it if it lives; its return code, and its last words."""
        self.process.kill()
        code = self.process.wait()
        self.ends.close()
        self.last_words.seek(0)
        words = self.last_words.read().decode(errors="replace")
        self.last_words.close()
        return code, words


class Runner:
    """A child process that computes sealed orders one by one, and is replaced when it dies."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def compute(self, order: Order, limit: float | None) -> Result:
        """The result of a sealed order: also if it hangs, and if it kills the process."""
        start = time.perf_counter()
        failure = Failure("lost", "", "never tried")
        for _ in range(TRIES):
            answer = self._once(order, limit)
            if isinstance(answer, Result):
                return answer
            failure = answer
            if failure.kind == "timeout":
                break
        return Result(order.key, failure, time.perf_counter() - start)

    def _once(self, order: Order, limit: float | None) -> Result | Failure:
        child = self._child = self._child or Child.start()
        silent = False
        try:
            child.ends.send((order, limit))
            child.ends.recv()  # the task has been imported: only now the clock starts
            silent = not child.ends.poll(None if limit is None else limit + 2 * GRACE)
            if not silent:
                answer = child.ends.recv()
                if isinstance(answer, Result):
                    return answer
                raise answer  # the order could not even be opened
        except (EOFError, OSError):  # it died
            pass
        self._child = None
        if not silent:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(GRACE)  # so that it says how it ended, not that we killed it
        code, words = child.end()
        if silent or words:  # only the watchdog leaves words
            return out_of_time(limit, f"it did not react to being interrupted\n{words}")
        return Failure("lost", "", f"the process that ran it {ending(code)}, {TRIES} times")


def out_of_time(limit: float | None, traceback: str) -> Failure:
    """The failure of a task that took longer than ``limit`` seconds."""
    return Failure("timeout", "", f"took longer than {limit:g} s", traceback)


def ending(code: int) -> str:
    """How a process ended, from its return code."""
    if code < 0:
        names = {one.value: one.name for one in signal.Signals}
        return f"was killed by {names.get(-code, f'signal {-code}')}"
    return f"ended with exit code {code}"
