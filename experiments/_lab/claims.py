"""Who computes what: locks on the keys of tasks, one empty file for all of them.

A claim is a POSIX lock on one byte of the file, at a place given by the key. The system drops it when the
process ends, however it ends, so nothing is left behind by a killed one. Where there are no such
locks (some network file systems, Windows) every claim is granted: work may then be done twice, but a
record is still written whole.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - not on this system
    fcntl = None

HELD = (errno.EAGAIN, errno.EACCES)


class Claims:
    """The claims of this process in one file. Only one object may be open on a file at a time."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        self._mine: set[str] = set()

    def take(self, key: str) -> bool:
        """Claim ``key``; false if another process holds it."""
        if fcntl is not None and key not in self._mine:
            try:
                fcntl.lockf(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
            except OSError as error:
                if error.errno in HELD:
                    return False
        self._mine.add(key)
        return True

    def drop(self, key: str) -> None:
        """Give ``key`` back, if it is ours."""
        if key in self._mine:
            self._mine.remove(key)
            with suppress(OSError):  # it was granted without a lock
                if fcntl is not None:
                    fcntl.lockf(self._handle, fcntl.LOCK_UN, 1, _place(key))

    def close(self) -> None:
        """Give everything back."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            self._mine.clear()


def _place(key: str) -> int:
    """A byte of a very large file; two keys meet in one with probability 2^-60."""
    return int(key[:15], 16)
