"""What a check may come back with, and how strong its evidence is.

An outcome has no truth value: ``if outcome:`` is the classic way to read "undecided" as a yes, so it
raises. Nothing but ``established`` passes. An exception in a check is an error of the check, never
a verdict, and therefore is not among the outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, NoReturn


class Verdict(Enum):
    """The four things a check can say."""

    ESTABLISHED = "established"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    NOT_RUN = "not_run"


@dataclass(frozen=True)
class Outcome:
    """A verdict with its payload: what was counted, the witness, the reason, what was missing."""

    verdict: Verdict
    payload: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "an outcome has no truth value: compare outcome.verdict with a Verdict "
            f"(this one is {self.verdict.value!r})"
        )


def established(**payload: Any) -> Outcome:
    """The statement held wherever the check looked; ``payload`` says how far that was.

    Each level requires its own payload (:data:`PAYLOAD`): the runner turns an ``established`` that
    looked at nothing into ``undecided``.
    """
    return Outcome(Verdict.ESTABLISHED, MappingProxyType(payload))


def refuted(witness: Any, **payload: Any) -> Outcome:
    """The statement is false: ``witness`` shows it. ``None`` is not a witness."""
    if witness is None:
        raise ValueError("witness: a refutation needs an object that shows it, got None")
    return Outcome(Verdict.REFUTED, MappingProxyType({"witness": witness, **payload}))


def undecided(reason: str) -> Outcome:
    """The check ran and could not tell."""
    return Outcome(Verdict.UNDECIDED, MappingProxyType({"reason": reason}))


def not_run(missing: str) -> Outcome:
    """The check could not start: an optional package or a data set is ``missing``."""
    return Outcome(Verdict.NOT_RUN, MappingProxyType({"missing": missing}))


class Level(Enum):
    """Evidence levels, strongest first. They are never mixed up and never added up."""

    SYMBOLIC = "symbolic"
    EXACT = "exact"
    CERTIFIED = "certified"
    PROPERTY = "property"
    STATISTICAL = "statistical"
    EMPIRICAL = "empirical"

    @property
    def rank(self) -> int:
        """0 for the strongest level."""
        return list(Level).index(self)


SYMBOLIC = Level.SYMBOLIC
EXACT = Level.EXACT
CERTIFIED = Level.CERTIFIED
PROPERTY = Level.PROPERTY
STATISTICAL = Level.STATISTICAL
EMPIRICAL = Level.EMPIRICAL

#: What ``established(...)`` must state at each level; integers must be at least one.
PAYLOAD: Mapping[Level, tuple[str, ...]] = MappingProxyType(
    {
        SYMBOLIC: ("residual",),  # the simplified residual, literally zero
        EXACT: ("cases",),  # how many cases were decided
        CERTIFIED: ("certificates",),  # digests of the accepted certificates
        PROPERTY: ("examples", "rejected"),  # met the hypotheses / thrown away
        STATISTICAL: ("estimate", "interval", "n"),
        EMPIRICAL: ("records",),
    }
)

#: A property search whose generator meets the hypotheses less often than this has looked at too little.
LEAST_ACCEPTED_SHARE = 0.2


def audit(level: Level, outcome: Outcome) -> Outcome:
    """Return ``outcome``, or ``undecided`` when it claims more than its payload carries.

    Recording never raises a status: this function can only lower one.
    """
    if outcome.verdict is not Verdict.ESTABLISHED:
        return outcome
    missing = [name for name in PAYLOAD[level] if name not in outcome.payload]
    if missing:
        return undecided(f"{level.value} evidence must state {', '.join(missing)}")
    complaint = _COMPLAINTS[level](outcome.payload)
    return undecided(complaint) if complaint else outcome


def _residual(payload: Mapping[str, Any]) -> str:
    residual = payload["residual"]
    # 0.0, and sympy's Float(0), are what rounding leaves; an exact zero is an integer.
    exact = isinstance(residual, int) or getattr(residual, "is_Integer", False)
    zero = exact and not isinstance(residual, bool) and residual == 0
    return "" if zero else f"the residual is {residual!r}, not the literal zero"


def _cases(payload: Mapping[str, Any]) -> str:
    return "" if payload["cases"] >= 1 else "no case met the hypotheses"


def _certificates(payload: Mapping[str, Any]) -> str:
    from proofs_checks.certificate import was_accepted

    if not payload["certificates"]:
        return "no certificate was accepted"
    unknown = [one for one in payload["certificates"] if not was_accepted(one)]
    return f"the referee has accepted no certificate {unknown[0]!r}" if unknown else ""


def _examples(payload: Mapping[str, Any]) -> str:
    examples, rejected = payload["examples"], payload["rejected"]
    if examples < 1:
        return f"no example met the hypotheses ({rejected} rejected)"
    if examples < LEAST_ACCEPTED_SHARE * (examples + rejected):
        return f"only {examples} of {examples + rejected} generated examples met the hypotheses"
    return ""


def _sample(payload: Mapping[str, Any]) -> str:
    return "" if payload["n"] >= 1 else "no sample was drawn"


def _records(payload: Mapping[str, Any]) -> str:
    return "" if payload["records"] else "no run was recorded"


_COMPLAINTS = {
    SYMBOLIC: _residual,
    EXACT: _cases,
    CERTIFIED: _certificates,
    PROPERTY: _examples,
    STATISTICAL: _sample,
    EMPIRICAL: _records,
}
