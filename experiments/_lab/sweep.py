"""A sweep: every task has its record in the end, whatever happens to the workers.

What the store has is not computed again. What is under way elsewhere (another process on the same store) is
waited for. A bundle whose worker died is done again, each task in a process of its own; a task that
keeps killing its workers is recorded as lost.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from experiments._lab.code_version import Sources, sources_of
from experiments._lab.executors import Executor, Inline, SweepError
from experiments._lab.experiment import Experiment
from experiments._lab.keys import identities
from experiments._lab.provenance import commit
from experiments._lab.record import Failure, Record
from experiments._lab.store import Store
from experiments._lab.work import DEFAULTS, Batch, Bundle, Order, Result, Rules, recorded

POLL = 0.05  # seconds between two looks at what another process is computing
HEARTBEAT = 1.0  # seconds between two questions whether the workers can still be reached
ATTEMPTS = 3  # bundles that a task may take down with it

Watch = Callable[[int, int, int], None]


def run_tasks(
    experiment: Experiment,
    tasks: Sequence[Any],
    seed: int = 0,
    *,
    store: Store | None = None,
    executor: Executor | None = None,
    rules: Rules = DEFAULTS,
    watch: Watch = lambda *_: None,
) -> list[Record]:
    """The records of ``tasks`` (frozen dataclasses of plain fields), in their order.

    ``watch(done, total, failed)`` is called whenever a number changes. A task that is listed twice is run
    twice, with its own random numbers. ``ValueError`` for tasks that have no key, or that other processes
    cannot import although ``executor`` or ``rules.limit`` needs it; ``SweepError`` if the workers cannot go
    on; ``Unwritten`` if the store cannot be written. What was finished by then is kept.
    """
    sources = sources_of(experiment)
    names = identities(experiment.name, tasks, seed, sources.version())
    orders = [Order(name, experiment.run, task) for name, task in zip(names, tasks, strict=True)]
    if executor and executor.writes and store is None:
        raise ValueError("store: must be given, because the workers write into it")
    with executor or Inline() as place:
        sweep = _Sweep(orders, sources, store, place, rules=rules, watch=watch)
        sweep.begin()
        while sweep.step():
            pass
    return [sweep.records[order.key] for order in orders]


@dataclass
class _Sweep:
    """The state between two steps.

    Every task is in one of ``left`` (to be done), ``elsewhere`` (another process has it), ``flights`` (under
    way), ``suspects`` (a worker died over it) and ``records`` (done).
    """

    orders: Sequence[Order]
    sources: Sources
    store: Store | None
    place: Executor
    rules: Rules
    watch: Watch
    records: dict[str, Record] = field(default_factory=dict)
    left: deque[Order] = field(default_factory=deque)
    suspects: deque[Order] = field(default_factory=deque)
    elsewhere: deque[Order] = field(default_factory=deque)
    flights: dict[Future[Batch], Bundle] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)
    pace: float | None = None
    failed: int = 0
    commit: str | None = field(default_factory=commit)

    def begin(self) -> None:
        """Take what the store has; the rest is to be done."""
        known = self.store.names() if self.store and self.rules.resume else set()
        if self.store:
            self.store.tidy()
        for order in self.orders:
            record = self.store.find(order.key) if self.store and order.key in known else None
            if record and self.rules.settled(record):
                self._keep(record)
            else:
                self.left.append(order)
        self.watch(len(self.records), len(self.orders), self.failed)

    def step(self) -> bool:
        """Start what can be started, take in what has come back; false when all is done."""
        while len(self.flights) < self.place.width and (bundle := self._next()):
            self.flights[self.place.submit(bundle)] = bundle
        if self.flights:
            self.place.check()
            patience = POLL if self.elsewhere else HEARTBEAT
            for future in wait(self.flights, patience, FIRST_COMPLETED).done:
                self._land(future, self.flights.pop(future))
        elif self.elsewhere:
            time.sleep(POLL)
        self.left.extend(self.elsewhere)
        self.elsewhere.clear()
        return bool(self.flights or self.left or self.suspects)

    # -- going out --------------------------------------------------------------------------------

    def _next(self) -> Bundle | None:
        """The next bundle, of tasks that nobody has done or is doing."""
        alone = not self.left
        queue = self.suspects if alone else self.left
        size = self.place.share(len(queue), self.pace) if self.place.writes or not alone else 1
        orders: list[Order] = []
        while queue and len(orders) < size:
            order = queue.popleft()
            if self._ours(order):
                orders.append(order)
        if not orders:
            return self._next() if self.suspects and not alone else None
        return Bundle(tuple(orders), self.sources, self.rules, alone, self.place.budget)

    def _ours(self, order: Order) -> bool:
        """Claim a task, unless another process has it or has finished it by now."""
        if self.store is None:
            return True
        if not self.place.writes and not self.store.claim(order.key):
            self.elsewhere.append(order)
            return False
        record = self.store.find(order.key) if self.rules.resume else None
        if record and self.rules.settled(record):
            self._keep(record)
            self.store.release(order.key)
            return False
        return True

    # -- coming back ------------------------------------------------------------------------------

    def _land(self, future: Future[Batch], bundle: Bundle) -> None:
        error = future.exception()
        if error is None:
            self._take_in(future.result(), bundle)
        elif self.place.died(error):
            self._mourn(bundle, error)
        elif isinstance(error, SweepError):
            raise error
        else:
            raise SweepError(f"{type(error).__name__}: {error}") from error

    def _take_in(self, batch: Batch, bundle: Bundle) -> None:
        by_key = {order.key: order for order in bundle.orders}
        for result in batch.results:
            self._record(by_key.pop(result.key), result, batch.surroundings)
        self.left.extendleft(reversed(by_key.values()))
        self._learn(batch.results)

    def _learn(self, results: Sequence[Result]) -> None:
        if results:
            mean = sum(result.seconds for result in results) / len(results)
            self.pace = mean if self.pace is None else (self.pace + mean) / 2

    def _mourn(self, bundle: Bundle, error: BaseException) -> None:
        """The worker is dead: do it again in isolation, and give up a task that kills every time."""
        left = [order for order in bundle.orders if not self._written(order)]
        for order in left:
            # Where the worker got on with its bundle, it did not die of the tasks behind.
            self.attempts[order.key] += len(left) == len(bundle.orders)
            if self.attempts[order.key] < ATTEMPTS:
                self.suspects.append(order)
            else:
                why = f"its workers died {ATTEMPTS} times: {type(error).__name__}: {error}"
                self._record(order, Result(order.key, Failure("lost", "", why), 0.0), {})

    def _written(self, order: Order) -> bool:
        """Keep the record that a worker wrote before it died."""
        if not (self.store and self.place.writes and self.rules.resume):
            return False
        record = self.store.find(order.key)
        if record and self.rules.settled(record):
            self._keep(record)
            return True
        return False

    def _record(self, order: Order, result: Result, where: dict[str, Any]) -> None:
        record = recorded(order, result, where, self.commit)
        if self.store and not self.place.writes:
            self.store.write(record)
            self.store.release(order.key)
        self._keep(record)

    def _keep(self, record: Record) -> None:
        self.records[record.key] = record
        self.failed += record.failure is not None
        self.watch(len(self.records), len(self.orders), self.failed)
