"""Wald's sequential probability ratio test for a success probability, decided in integers.

After n observations with k successes the likelihood ratio is
    R = (p1 / p0)^k ((1 - p1) / (1 - p0))^(n - k).
Alarm (p1) as soon as R >= 1 / alpha, all clear (p0) as soon as R <= beta. Ville's inequality gives
P(alarm ever | p0) <= alpha and P(all clear ever | p1) <= beta, however long the test runs; stopping
at a cap can only lower both. Logarithms are integers in units of 2^-BITS, rounded so that a
decision is never made too early (:mod:`proofs_checks.log2`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from proofs_checks.binomial import demand_probability
from proofs_checks.log2 import ceil_log2_product, floor_log2_product

BITS = 40  #: fractional bits of the logarithms

_Bound = Callable[[Iterable[tuple[int, int]], int], int]


class Decision(Enum):
    """What a test says; ``UNDECIDED`` is no verdict."""

    NULL = "null"
    ALTERNATIVE = "alternative"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class SequentialRule:
    """p = p0 against p = p1 with error rates alpha and beta, giving up after ``cap`` observations.

    Raises ``ValueError`` for numbers that are not Fractions in (0, 1), p0 = p1, or a cap below 1.
    """

    p0: Fraction
    p1: Fraction
    alpha: Fraction
    beta: Fraction
    cap: int

    def __post_init__(self) -> None:
        for name in ("p0", "p1", "alpha", "beta"):
            demand_probability(name, getattr(self, name))
        if self.p0 == self.p1:
            raise ValueError(f"p1: must differ from p0, got {self.p1}")
        if type(self.cap) is not int or self.cap < 1:
            raise ValueError(f"cap: must be an integer, at least 1, got {self.cap!r}")

    def decide(self, k: int, n: int) -> Decision:
        """The decision at k successes among n; ``ValueError`` unless 0 <= k <= n <= cap."""
        if not 0 <= k <= n <= self.cap:
            raise ValueError(f"k: must satisfy 0 <= k <= n <= {self.cap}, got k={k}, n={n}")
        if self._log_ratio(k, n, floor_log2_product) >= -_log2(self.alpha, floor_log2_product):
            return Decision.ALTERNATIVE
        if self._log_ratio(k, n, ceil_log2_product) <= _log2(self.beta, floor_log2_product):
            return Decision.NULL
        return Decision.UNDECIDED

    def as_json(self) -> dict[str, str | int]:
        """Plain data for reports."""
        rates = {name: str(getattr(self, name)) for name in ("p0", "p1", "alpha", "beta")}
        return {"rule": "sprt", **rates, "cap": self.cap}

    def _log_ratio(self, k: int, n: int, bound: _Bound) -> int:
        success, failure = self.p1 / self.p0, (1 - self.p1) / (1 - self.p0)
        return k * _log2(success, bound) + (n - k) * _log2(failure, bound)


def _log2(x: Fraction, bound: _Bound) -> int:
    return bound([(x.numerator, 1), (x.denominator, -1)], BITS)
