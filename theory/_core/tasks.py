"""What there is to run for a claim, and what counts as a pass.

The same list feeds the collector and the report: an item that never came back is missed by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from theory._core.claim import FAST, Check, Claim
from theory._core.runner import (
    ESTABLISHED,
    NOT_RUN,
    REFUTED,
    Result,
    run_boundary,
    run_check,
    run_inhabitant,
)

CHECK, FALSIFIER, VACUITY, BOUNDARY = "check", "falsifier", "vacuity", "boundary"


@dataclass(frozen=True)
class Task:
    """One item: ``run()`` it, and it passes when its outcome is ``expect``."""

    claim: Claim
    role: str  # check, falsifier, vacuity, boundary
    label: str  # what stands in the brackets
    expect: str
    run: Callable[[], Result]
    function: Callable[..., object]  # where to look in the source
    check: Check | None = None
    subject: str = ""  # the falsifier, inhabitant or boundary
    why: str = ""  # why a falsifier is false, in its author's words

    @property
    def name(self) -> str:
        """``interp.PAIR[exact:enumerated_classes!power doubled]``."""
        return item_name(self.claim.id, self.label)

    @property
    def tier(self) -> str:
        """A falsifier costs what its check costs; the rest is fast."""
        return self.check.tier if self.check else FAST

    def complaint(self, result: Result) -> str:
        """Why ``result`` is not a pass; empty when it is one. ``not_run`` is for the caller."""
        if result.outcome in (self.expect, NOT_RUN):
            return ""
        if self.role == FALSIFIER and result.outcome == ESTABLISHED:
            return f"survivor: {self.check.name if self.check else ''} accepts this false variant"
        return f"{result.outcome}, expected {self.expect}"


def item_name(claim: str, label: str) -> str:
    """The name of an item: one line, whatever a falsifier was called."""
    return f"{claim}[{' '.join(label.split())}]"


def tasks_of(claim: Claim) -> Iterator[Task]:
    """Everything a claim declares, each check followed by the falsifiers it must kill."""
    for check in claim.checks:
        label = f"{check.level.value}:{check.name}"
        run = _later(run_check, claim, check)
        yield Task(claim, CHECK, label, ESTABLISHED, run, check.function, check)
        for near in claim.falsifiers:
            if near.meets(check):
                run = _later(run_check, claim, check, near)
                yield Task(claim, FALSIFIER, f"{label}!{near.name}", REFUTED, run,
                           check.function, check, near.name, near.because)  # fmt: skip
    for stored in claim.inhabitants:
        run = _later(run_inhabitant, claim, stored)
        yield Task(claim, VACUITY, f"vacuity:{stored.name}", ESTABLISHED, run,
                   stored.function, subject=stored.name)  # fmt: skip
    for edge in claim.boundaries:
        run = _later(run_boundary, claim, edge)
        yield Task(claim, BOUNDARY, f"boundary:{edge.name}", edge.expect.value, run,
                   edge.function, subject=edge.name)  # fmt: skip


def _later(function: Callable[..., Result], *arguments: object) -> Callable[[], Result]:
    return lambda: function(*arguments)
