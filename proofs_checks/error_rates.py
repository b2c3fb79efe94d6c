"""What a statistical check declares before it runs, and what a whole suite may spend.

A check that is right about a true claim still fails with probability alpha, and misses a falsifier
at the declared distance with probability beta. The ledger adds the alphas up exactly; by the union
bound a full run on true claims raises a false alarm with probability at most :data:`BUDGET`, whatever
the dependence between the checks. Nothing is retried and no seed is drawn again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from proofs_checks.binomial import (
    Design,
    binomial_design,
    clopper_pearson,
    demand_probability,
    lower_tail,
    upper_tail,
)
from proofs_checks.sequential import Decision, SequentialRule

__all__ = [
    "BUDGET",
    "Decision",
    "Declaration",
    "Design",
    "Ledger",
    "SequentialRule",
    "binomial_design",
    "clopper_pearson",
    "equivalence",
    "lower_tail",
    "union_bound",
    "upper_tail",
]

BUDGET = Fraction(1, 1000)  #: false-alarm probability of one full run

_STREAM = re.compile(r"[A-Za-z0-9_]+([.:/-][A-Za-z0-9_]+)*")


@dataclass(frozen=True)
class Declaration:
    """A statistical check, before any number is seen.

    Parameters
    ----------
    estimand: what is estimated. null, alternative: the two statements, in words or symbols.
    delta: the distance between them that must be noticed; positive.
    alpha, beta: false-alarm and miss rate, Fractions in (0, 1).
    n: a fixed sample size, or a sequential rule with its cap and no larger error rates.
    stream: the name of the seed stream that the sample is drawn from.

    Raises ``ValueError`` that names the field, its value and the rule.
    """

    estimand: str
    null: str
    alternative: str
    delta: Fraction
    alpha: Fraction
    beta: Fraction
    n: int | SequentialRule
    stream: str

    def __post_init__(self) -> None:
        for name in ("estimand", "null", "alternative", "stream"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise ValueError(f"{name}: must be a text that says what it is, got {value!r}")
        if not isinstance(self.delta, Fraction) or self.delta <= 0:
            raise ValueError(f"delta: must be a positive Fraction, got {self.delta!r}")
        demand_probability("alpha", self.alpha)
        demand_probability("beta", self.beta)
        if not _STREAM.fullmatch(self.stream):
            raise ValueError(f"stream: must be a name like 'interp.pairs', got {self.stream!r}")
        self._demand_sample()

    def _demand_sample(self) -> None:
        if isinstance(self.n, SequentialRule):
            for name in ("alpha", "beta"):
                if getattr(self.n, name) > getattr(self, name):
                    raise ValueError(f"n: the rule's {name} is above the declared one")
        elif type(self.n) is not int or self.n < 1:
            raise ValueError(f"n: must be an integer, at least 1, or a rule, got {self.n!r}")

    def as_json(self) -> dict[str, Any]:
        """Plain data for reports; rationals as 'p/q'."""
        rule = self.n.as_json() if isinstance(self.n, SequentialRule) else self.n
        return {
            "estimand": self.estimand,
            "null": self.null,
            "alternative": self.alternative,
            "delta": str(self.delta),
            "alpha": str(self.alpha),
            "beta": str(self.beta),
            "n": rule,
            "stream": self.stream,
        }


@dataclass(frozen=True)
class Ledger:
    """The declarations of a suite, by name of the check; :meth:`append` gives the next ledger."""

    budget: Fraction = BUDGET
    entries: tuple[tuple[str, Declaration], ...] = field(default=())

    @property
    def spent(self) -> Fraction:
        """The sum of all alphas, exactly."""
        return sum((declared.alpha for _, declared in self.entries), Fraction(0))

    def append(self, name: str, declared: Declaration) -> Ledger:
        """The ledger with one more check.

        ``ValueError`` if ``name`` or its seed stream occurs already (the checks would not be
        separate experiments), or if the sum of the alphas would exceed the budget.
        """
        for other, existing in self.entries:
            if other == name:
                raise ValueError(f"name: {name!r} is in the ledger already")
            if existing.stream == declared.stream:
                raise ValueError(f"stream: {declared.stream!r} of {name} is used by {other}")
        longer = Ledger(self.budget, (*self.entries, (name, declared)))
        if longer.spent > self.budget:
            raise ValueError(
                f"alpha: with {name} the suite spends {longer.spent}, its budget is {self.budget}"
            )
        return longer

    def as_json(self) -> dict[str, Any]:
        """Plain data for reports."""
        return {
            "budget": str(self.budget),
            "spent": str(self.spent),
            "declarations": [{"check": name, **one.as_json()} for name, one in self.entries],
        }


def union_bound(alphas: Iterable[Fraction]) -> Fraction:
    """Bound of the probability that any of several events happens, dependent or not."""
    return min(sum(alphas, Fraction(0)), Fraction(1))


def equivalence(interval: tuple[Fraction, Fraction], target: Fraction, delta: Fraction) -> Decision:
    """Whether an interval for an estimand shows that it lies within ``delta`` of ``target``.

    ``NULL`` (equivalent) if the interval lies strictly inside target +- delta, ``ALTERNATIVE`` if
    it lies outside of it, else ``UNDECIDED``. With a 1 - 2 alpha interval whose ends each err with
    probability at most alpha, these are the two one-sided tests (TOST) at level alpha.

    Raises ``ValueError`` for ends that are not exact or in the wrong order, and delta <= 0.
    """
    low, high = interval
    for name, value in (("interval", low), ("interval", high), ("target", target)):
        if isinstance(value, bool) or not isinstance(value, (Fraction, int)):
            raise ValueError(f"{name}: must be exact (int or Fraction), got {value!r}")
    if low > high:
        raise ValueError(f"interval: ends are in the wrong order, got {low} and {high}")
    if not isinstance(delta, (Fraction, int)) or delta <= 0:
        raise ValueError(f"delta: must be a positive Fraction, got {delta!r}")
    if target - delta < low and high < target + delta:
        return Decision.NULL
    if high < target - delta or target + delta < low:
        return Decision.ALTERNATIVE
    return Decision.UNDECIDED
