"""Run one thing that a claim declares and say plainly what came of it.

Five outcomes: the four verdicts of :mod:`theory._core.outcome`, and ``error`` for everything that is
not a verdict (an exception, a check that returns something else). What was handed out is always a
copy of the claim, so a check cannot tell the claim from a falsifier by identity.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from theory._core.attempt import Raised, attempt
from theory._core.claim import Boundary, Check, Claim, Falsifier, Inhabitant
from theory._core.outcome import Level, Outcome, Verdict, audit
from theory._core.show import plain, show

ERROR = "error"
ESTABLISHED, REFUTED = Verdict.ESTABLISHED.value, Verdict.REFUTED.value
UNDECIDED, NOT_RUN = Verdict.UNDECIDED.value, Verdict.NOT_RUN.value


@dataclass(frozen=True)
class Result:
    """What came of one run, as plain data.

    ``detail`` is the reason (undecided), what is missing (not_run) or the traceback (error);
    ``payload`` is what the outcome stated besides, as JSON data.
    """

    outcome: str
    seconds: float
    detail: str = ""
    witness: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def run_check(claim: Claim, check: Check, falsifier: Falsifier | None = None) -> Result:
    """Run ``check`` on the claim, or on the variant that ``falsifier`` makes of it."""

    def call() -> Outcome:
        outcome = check.function(claim.variant(falsifier) if falsifier else claim.handed())
        return audit(check.level, outcome) if isinstance(outcome, Outcome) else outcome

    return _timed(call)


def run_boundary(claim: Claim, boundary: Boundary) -> Result:
    """Run a degenerate instance; whether its verdict is the expected one is the caller's question.

    A boundary has no level; if it counts its cases, it must have had one.
    """

    def call() -> Outcome:
        outcome = boundary.function(claim.handed())
        counted = isinstance(outcome, Outcome) and "cases" in outcome.payload
        return audit(Level.EXACT, outcome) if counted else outcome

    return _timed(call)


def run_inhabitant(claim: Claim, inhabitant: Inhabitant) -> Result:
    """``established`` when the stored object meets every hypothesis, each by a literal ``True``."""

    def call() -> Outcome:
        answers = inhabitant.function(claim.handed())
        if set(answers) != set(claim.hypotheses):
            raise ValueError(
                f"inhabitant {inhabitant.name!r} answers for {sorted(answers)}, "
                f"the hypotheses are {sorted(claim.hypotheses)}"
            )
        unmet = {name: answer for name, answer in answers.items() if answer is not True}
        if unmet:
            return Outcome(Verdict.REFUTED, {"witness": unmet})
        return Outcome(Verdict.ESTABLISHED, {"hypotheses": len(answers)})

    return _timed(call)


def _timed(call: Callable[[], Any]) -> Result:
    start = time.perf_counter()
    answer = attempt(call)
    seconds = time.perf_counter() - start
    if isinstance(answer, Raised):
        return Result(ERROR, seconds, detail=answer.text)
    # Reading the payload can fail as well: it is as much the check's own as its code.
    read = attempt(lambda: _read(answer.value, seconds))
    return Result(ERROR, seconds, detail=read.text) if isinstance(read, Raised) else read.value


def _read(outcome: Any, seconds: float) -> Result:
    if not isinstance(outcome, Outcome):
        kind = type(outcome).__name__
        return Result(ERROR, seconds, detail=f"the check returned {kind}, which is not an Outcome")
    payload = dict(outcome.payload)
    witness = payload.pop("witness", None)
    if outcome.verdict is Verdict.REFUTED and witness is None:
        return Result(ERROR, seconds, detail="refuted without a witness: build it with refuted()")
    detail = str(payload.pop("reason", "") or payload.pop("missing", ""))
    shown = None if witness is None else show(witness)
    return Result(outcome.verdict.value, seconds, detail, shown, plain(payload))
