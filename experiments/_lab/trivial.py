"""The smallest experiment: what is measured with it is the laboratory itself."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.experiment import Experiment


@dataclass(frozen=True)
class Trivial:
    """A task that does next to nothing."""

    i: int = 0


def run(task: Trivial, rng: Random) -> dict[str, Any]:
    """One number."""
    return {"i": task.i, "drawn": rng.random()}


EXPERIMENT = Experiment(run=run, config=Trivial, render=str)
