"""What a worker does: compute one task, or a bundle of tasks, whatever they do.

A bundle travels by name: the functions and classes in it are imported where it arrives, so nothing but plain
data is sent, and the receiver can check that its sources are those of the sender.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cache
from operator import attrgetter
from typing import Any

from experiments._lab.code_version import Sources
from experiments._lab.experiment import real_name
from experiments._lab.keys import Identity
from experiments._lab.plain import NotFinite, NotPlain, compact
from experiments._lab.provenance import surroundings
from experiments._lab.record import Failure, Record
from experiments._lab.seeds import task_rng
from theory._core.attempt import Raised, attempt

LONGEST_LIMIT = 10**6  # seconds, eleven days: alarms and polls cannot be set to much more
THREADS = tuple(
    f"{library}_NUM_THREADS" for library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM")
)


class OtherSources(RuntimeError):
    """A worker has other sources than the process that sent the work."""


@dataclass(frozen=True)
class Reference:
    """Something at the top level of a module, by name."""

    module: str
    name: str

    @staticmethod
    def to(thing: Any) -> Reference:
        """``ValueError`` for what another process cannot import."""
        module, name = getattr(thing, "__module__", ""), getattr(thing, "__qualname__", "")
        if module not in sys.modules or "<" in name or not name:
            raise ValueError(
                f"run and tasks: must stand at the top level of a module, got {thing!r}; "
                "only without jobs, limit and scheduler may they be anything"
            )
        return Reference(real_name(module), name)

    def follow(self) -> Any:
        """Import it."""
        return attrgetter(self.name)(importlib.import_module(self.module))


@dataclass(frozen=True)
class Sealed:
    """A task by the name of its class and the values of its fields."""

    kind: Reference
    values: dict[str, Any]

    @staticmethod
    def of(task: Any) -> Sealed:
        """``ValueError`` if the class cannot be imported elsewhere."""
        values = {one.name: getattr(task, one.name) for one in fields(task) if one.init}
        return Sealed(Reference.to(type(task)), values)

    def open(self) -> Any:
        """The task."""
        return self.kind.follow()(**self.values)


@dataclass(frozen=True)
class Order:
    """A task that is to be computed. ``run`` and ``task`` may be sealed."""

    identity: Identity
    run: Any
    task: Any

    @property
    def key(self) -> str:
        """Name of the task."""
        return self.identity.key

    def sealed(self) -> Order:
        """The same, fit to travel."""
        return replace(self, run=Reference.to(self.run), task=Sealed.of(self.task))

    def opened(self) -> Order:
        """The same, fit to run."""
        run = self.run.follow() if isinstance(self.run, Reference) else self.run
        return replace(
            self, run=run, task=self.task.open() if isinstance(self.task, Sealed) else self.task
        )


@dataclass(frozen=True)
class Rules:
    """``resume``: use what the store has; ``retry_failed``: but not its failures; ``limit``: in seconds."""

    resume: bool = True
    retry_failed: bool = False
    limit: float | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and not 0 < self.limit <= LONGEST_LIMIT:
            rule = f"a positive number of seconds, at most {LONGEST_LIMIT}"
            raise ValueError(f"limit: must be {rule}, got {self.limit}")

    def settled(self, record: Record | None) -> bool:
        """Whether a task with this record needs no computation."""
        return record is not None and not (self.retry_failed and record.failure is not None)


DEFAULTS = Rules()


@dataclass(frozen=True)
class Result:
    """What came of an order: JSON text, or a failure."""

    key: str
    outcome: bytes | Failure
    seconds: float


def recorded(order: Order, result: Result, where: dict[str, Any], commit: str | None) -> Record:
    """The record of a result; ``where`` it was computed, from a checkout at ``commit``."""
    outcome = result.outcome
    made = {**where, "commit": commit, "seconds": round(result.seconds, 6)}
    return Record(
        order.identity, json.loads(outcome) if isinstance(outcome, bytes) else outcome, made
    )


@dataclass(frozen=True)
class Bundle:
    """Orders that travel together.

    ``alone``: each in a process that no other work depends on; ``budget``: seconds after which the rest goes
    back undone; ``roots``: folders to import from.
    """

    orders: tuple[Order, ...]
    sources: Sources
    rules: Rules = DEFAULTS
    alone: bool = False
    budget: float = float("inf")
    roots: tuple[str, ...] = ()

    @property
    def isolated(self) -> bool:
        """Whether its tasks are computed in a child process."""
        return self.alone or self.rules.limit is not None

    def sealed(self) -> Bundle:
        """The same, fit to travel."""
        orders = tuple(order.sealed() for order in self.orders)
        return replace(self, orders=orders, roots=self.sources.roots())


@dataclass(frozen=True)
class Batch:
    """What a worker sends back: results of the first orders of a bundle, and where it ran."""

    results: tuple[Result, ...]
    surroundings: dict[str, Any]


def compute(
    order: Order, guard: Callable[[Callable[[], Any]], Any] = lambda call: call()
) -> Result:
    """Run one task; whatever it raises or returns is in the result. ``guard`` calls it."""
    rng = task_rng(order.identity)
    start = time.perf_counter()
    came = attempt(lambda: guard(lambda: order.run(order.task, rng)))
    seconds = time.perf_counter() - start
    if isinstance(came, Raised):
        return Result(order.key, raised(came.summary, came.text), seconds)
    return Result(order.key, text_of(came.value), seconds)


def raised(summary: str, text: str) -> Failure:
    """The failure of a task that raised: ``summary`` is "ValueError: what"."""
    kind, _, message = summary.partition(": ")
    return Failure("raised", kind.strip(": "), message, text)


def text_of(metrics: Any) -> bytes | Failure:
    """JSON of what a task returned, or why there is none."""
    try:
        if not isinstance(metrics, dict):
            raise NotPlain(f"metrics: must be a dictionary, got {type(metrics).__name__}")
        return compact(metrics, "metrics")
    except NotFinite as error:
        return Failure("nan", "", str(error))
    except NotPlain as error:
        return Failure("not-plain", "", str(error))


def serve(bundle: Bundle) -> Batch:
    """Compute a bundle in this process, or in a child of it where that is asked for."""
    from experiments._lab.isolated import runner

    sys.path += [root for root in bundle.roots if root not in sys.path and os.path.isdir(root)]
    demand_same_sources(bundle)
    results, end = [], time.monotonic() + bundle.budget
    with pinned():
        for order in bundle.orders:
            if bundle.isolated:
                results.append(runner().compute(order, bundle.rules.limit))
            else:
                results.append(compute(order.opened()))
            if time.monotonic() > end:
                break
        return Batch(tuple(results), _here())


_here = cache(surroundings)  # called where threads are pinned, and nothing else changes


def demand_same_sources(bundle: Bundle) -> None:
    """Raise :class:`OtherSources` if this process would run other code than the sender has."""
    ours, theirs = bundle.sources.version(), {order.identity.code for order in bundle.orders}
    if theirs - {ours}:
        raise OtherSources(
            f"a worker (process {os.getpid()} on {platform.node()}) has other sources of "
            f"{', '.join(bundle.sources.modules)}; were they edited during the run?"
        )


@contextmanager
def pinned() -> Iterator[None]:
    """One thread for numerical libraries, or as many as OMP_NUM_THREADS says.

    Sums of floats depend on the number of threads; so it is the same on every executor.
    """
    before = {name: os.environ.get(name) for name in THREADS}
    number = before[THREADS[0]] or "1"
    os.environ.update({name: value or number for name, value in before.items()})
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(int(number))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)  # another thread of a worker may have been faster
