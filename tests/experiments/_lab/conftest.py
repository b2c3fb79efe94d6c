"""What the tests of the laboratory share: a toy that other processes can import, and stores."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)  # the toy is imported by name, here and in workers

from toy import EXPERIMENT, Cell  # noqa: E402

from experiments._lab.store import Store  # noqa: E402


class Bench:
    """A folder for a store, and the log in which every execution of a task leaves a line."""

    def __init__(self, folder):
        self.folder, self.log = folder / "store", folder / "executions"
        self.log.touch()
        self.told = []

    def store(self):
        return Store(self.folder, EXPERIMENT.name, self.told.append)

    def cells(self, number, do="", **given):
        return [Cell(i, do, str(self.log), **given) for i in range(number)]

    def lines(self):
        """(process, index) of every execution that began, in order."""
        return [tuple(map(int, line.split())) for line in self.log.read_text().splitlines()]

    def executions(self):
        """How often each task began."""
        return Counter(index for _, index in self.lines())

    def files(self):
        """Paths below the store, without the lock file."""
        found = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return sorted(str(path) for path in found if path.name != ".claims")


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture
def nothing_left_behind():
    """No child process of this one is alive afterwards that was not before."""
    before = children()
    yield
    assert children() <= before


def children():
    """Numbers of the living children of this process."""
    me, found = os.getpid(), set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == me and state != "Z" and not tracks(path.parent):
            found.add(int(path.parent.name))
    return found


def tracks(process):
    """Whether it is one of the trackers that multiprocessing and loky keep until the end."""
    return b"resource_tracker" in (process / "cmdline").read_bytes()
