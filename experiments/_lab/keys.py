"""The name of a task: one hash over everything that its result may depend on.

key = SHA-256 of the canonical JSON of (stream, code version), stream = SHA-256 of (experiment, type of the
task, its fields, seed, replicate). A task that is listed twice is run twice: the second is replicate 1, with
its own random stream.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from experiments._lab.plain import canonical

RECORD = "touchstone-record/1"  #: the schema of a task's record


@dataclass(frozen=True)
class Identity:
    """Which task: ``kind`` is the name of its dataclass, ``config`` its fields as plain data."""

    experiment: str
    kind: str
    config: dict[str, Any]
    seed: int
    replicate: int
    code: str

    @cached_property
    def stream(self) -> str:
        """What the random numbers depend on: all but the version of the code."""
        return digest([self.experiment, self.kind, self.config, self.seed, self.replicate])

    @cached_property
    def key(self) -> str:
        """What the result depends on: 64 hexadecimal digits."""
        return digest([RECORD, self.stream, self.code])


def digest(value: Any) -> str:
    """SHA-256 of plain data."""
    return sha256(canonical(value, "value")).hexdigest()


def identities(experiment: str, tasks: Sequence[Any], seed: int, code: str) -> list[Identity]:
    """One for each task, in order; ``ValueError`` for what is not a dataclass of plain fields."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed: must be an integer, at least 0, got {seed!r}")
    seen: Counter[tuple[str, bytes]] = Counter()
    found = []
    for task in tasks:
        kind, fields = type(task).__qualname__, fields_of(task)
        same = (kind, canonical(fields, "task"))
        found.append(Identity(experiment, kind, fields, seed, seen[same], code))
        seen[same] += 1
    return found


def fields_of(task: Any) -> dict[str, Any]:
    """The fields of a task by name."""
    if not is_dataclass(task) or isinstance(task, type):
        raise ValueError(f"task: must be a dataclass of plain fields, got {task!r}")
    return asdict(task)
