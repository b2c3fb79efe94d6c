"""A process that forks sweeps, so that killing one costs milliseconds and not a cold start.

It reads a line "FOLDER LOG NUMBER SECONDS" for every sweep and answers with the process number of its fork;
when that has ended, with its return code. The fork is a process like any other, and dies like one.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy.random  # noqa: F401
from toy import EXPERIMENT, Cell

from experiments._lab import provenance, sweep
from experiments._lab.code_version import code_version
from experiments._lab.store import Store


def work(folder, log, number, seconds):
    """One sweep, in the order of the tasks."""
    cells = [Cell(i, "", log, float(seconds)) for i in range(int(number))]
    with Store(folder, EXPERIMENT.name) as store:
        found = sweep.run_tasks(EXPERIMENT, cells, store=store)
    if [record.metrics["i"] for record in found] != list(range(int(number))):
        raise SystemExit(3)


def answer(number):
    """One line."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main():
    """Serve until the input ends."""
    code_version(EXPERIMENT)
    provenance.versions()
    sweep.commit = lambda: None  # it runs git, which says nothing about dying
    for line in sys.stdin:
        child = os.fork()
        if not child:
            work(*line.split())
            os._exit(0)
        answer(child)
        if sys.stdin.readline() == "wait\n":
            answer(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
