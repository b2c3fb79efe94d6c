"""Records: of one task, and of a run (all its tasks, collected). ``store.py`` shows both formats.

Everything in a record but its provenance is a function of the code, the task and the seed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from experiments._lab.keys import RECORD, Identity, digest
from experiments._lab.plain import NotPlain, canonical, compact

RUN = "touchstone-run/1"  #: the schema of a collected record
Kind = Literal["raised", "timeout", "not-plain", "nan", "lost"]
Metrics = dict[str, Any]

_FIXED = ("schema", "key", "experiment", "task", "config", "seed", "replicate", "code", "status")


class Corrupted(ValueError):
    """Not a record: cut short, changed, of another task, or something else altogether."""


class Newer(ValueError):
    """A record of a schema that this version does not know."""


@dataclass(frozen=True)
class Failure:
    """Why a task has no result.

    raised: it raised ``type``; timeout: it ran into the limit; nan, not-plain: what it returned is no
    plain data; lost: the process that ran it died, every time.
    """

    kind: Kind
    type: str
    message: str
    traceback: str = ""

    def __str__(self) -> str:
        return (
            f"{self.kind}: {self.type}: {self.message}"
            if self.type
            else f"{self.kind}: {self.message}"
        )


@dataclass(frozen=True)
class Record:
    """What came of one task: ``metrics``, or a ``failure``."""

    identity: Identity
    outcome: Metrics | Failure
    provenance: dict[str, Any]

    @property
    def key(self) -> str:
        """The name of the task, and of the file."""
        return self.identity.key

    @property
    def metrics(self) -> Metrics:
        """The result; ``ValueError`` if there is none."""
        if isinstance(self.outcome, Failure):
            raise ValueError(f"{self.identity.config}: {self.outcome}")
        return self.outcome

    @property
    def failure(self) -> Failure | None:
        """Why there is no result."""
        return self.outcome if isinstance(self.outcome, Failure) else None

    def fixed(self) -> dict[str, Any]:
        """All but digest and provenance: the same whoever computed it, wherever, whenever."""
        task, failed = self.identity, isinstance(self.outcome, Failure)
        parts = (RECORD, task.key, task.experiment, task.kind, task.config)
        values = (*parts, task.seed, task.replicate, task.code, "failed" if failed else "done")
        found = {"failure": vars(self.outcome)} if failed else {"metrics": self.outcome}
        return {**dict(zip(_FIXED, values, strict=True)), **found}

    def to_bytes(self) -> bytes:
        """The file: JSON, one line for each part."""
        fixed = self.fixed()
        whole = {**fixed, "digest": digest(fixed), "provenance": self.provenance}
        lines = [compact(name, name) + b": " + compact(part, name) for name, part in whole.items()]
        return b"{\n" + b",\n".join(lines) + b"\n}\n"

    @staticmethod
    def parse(text: bytes, key: str) -> Record:
        """Read the record of the task ``key``; :class:`Corrupted`, :class:`Newer`."""
        data = _mapping(text)
        _demand_schema(data)
        provenance, stated = data.pop("provenance", None), data.pop("digest", None)
        try:
            record = Record(_identity(data), _outcome(data), provenance)
            fixed = record.fixed()
            whole = canonical(fixed, "record") == canonical(data, "record")
            if not whole or digest(fixed) != stated or not isinstance(provenance, dict):
                raise Corrupted("its parts do not fit together")
        except (KeyError, TypeError, NotPlain) as error:
            raise Corrupted(f"not a record: {error}") from None
        if record.key != key:
            raise Corrupted("the record of another task")
        return record


def _mapping(text: bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Corrupted(f"not JSON: {error}") from None
    if not isinstance(data, dict):
        raise Corrupted("not a record")
    return data


def _demand_schema(data: dict[str, Any]) -> None:
    name, _, number = RECORD.rpartition("/")
    schema = str(data.get("schema"))
    if schema != RECORD:
        other = re.fullmatch(rf"{name}/([1-9][0-9]{{0,8}})", schema)
        if other and int(other[1]) > int(number):
            raise Newer(f"its schema is {schema}, newer than {RECORD}")
        raise Corrupted("not a record")


def _identity(data: dict[str, Any]) -> Identity:
    return Identity(
        experiment=data["experiment"],
        kind=data["task"],
        config=data["config"],
        seed=data["seed"],
        replicate=data["replicate"],
        code=data["code"],
    )


def _outcome(data: dict[str, Any]) -> Metrics | Failure:
    return data["metrics"] if data["status"] == "done" else Failure(**data["failure"])


def run_record(run: dict[str, Any]) -> bytes:
    """The file of a collected record; :class:`NotPlain` for NaN and other things JSON has not."""
    canonical(run, "record")
    return (json.dumps({"schema": RUN, **run}, indent=1, allow_nan=False) + "\n").encode()
