"""A toy experiment whose tasks do what tasks should not do, if they are told to."""

import os
import re
import signal
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import repeat

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot


@dataclass(frozen=True)
class Cell:
    """One task: ``do`` is what it does instead of its work; ``log`` is told of every execution."""

    i: int
    do: str = ""
    log: str = ""
    seconds: float = 0.0


def hang():
    """Wait for ever, in Python."""
    while True:
        time.sleep(0.01)


def swallow():
    """Wait for ever, and catch whatever interrupts it."""
    while True:
        with suppress(BaseException):
            hang()


def native():
    """Run for ever in C code that holds the interpreter lock and looks at no signal."""
    deque(repeat(None), maxlen=0)


def refuse():
    raise ValueError("it does not work")


def leave():
    raise SystemExit(0)


DEEDS = {
    "hang": hang,
    "swallow": swallow,
    "native": native,
    "regex": lambda: re.match(r"(a+)+$", "a" * 60 + "b"),
    "raise": refuse,
    "exit": leave,
    "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "nan": lambda: {"x": [1.0, float("nan")]},
    "infinite": lambda: {"x": float("-inf")},
    "object": lambda: {"x": object()},
    "set": lambda: {"x": {1, 2}},
    "text": lambda: "not a dictionary",
    "long": lambda: {"x": "y" * 100_000},
}


def run(task, rng):
    """Note the execution, then work or misbehave."""
    if task.log:
        handle = os.open(task.log, os.O_WRONLY | os.O_APPEND)
        os.write(handle, b"%d %d\n" % (os.getpid(), task.i))  # one write: whole, also in parallel
        os.close(handle)
    if task.do:
        return DEEDS[task.do]()
    if task.seconds:
        time.sleep(task.seconds)
    return {"i": task.i, "drawn": [rng.random() for _ in range(3)], "big": 3**task.i}


@dataclass(frozen=True)
class Config:
    """A toy."""

    n: int = 3
    """How many tasks."""
    bad: str = ""
    """What the second task does instead of its work."""
    log: str = ""
    """File that is told of every execution."""
    seconds: float = 0.0
    """How long a task takes."""
    by: int = 1
    """Odd numbers are written as negative."""

    def __post_init__(self):
        if self.n < 1:
            raise ValueError(f"n: must be at least 1, got {self.n}")


def tasks(config):
    """One for each number."""
    bad = {1: config.bad}
    return [Cell(i, bad.get(i, ""), config.log, config.seconds) for i in range(config.n)]


def collect(config, results):
    """All of them."""
    return {"all": list(results), "by": config.by}


def draw(metrics):
    """The first random number of every task."""
    from matplotlib.figure import Figure

    figure = Figure()
    numbers = [row["drawn"][0] for row in metrics["all"]]
    figure.add_subplot().plot(numbers)
    return figure, [{"i": i, "number": n} for i, n in enumerate(numbers)]


EXPERIMENT = Experiment(
    run=run,
    config=Config,
    tasks=tasks,
    collect=collect,
    render=lambda metrics: f"{len(metrics['all'])} numbers",
    plot=Plot("Draw.", draw),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
