r"""Slopes with known sampling errors, tests of equivalence, order-statistic intervals, sign flips.

All intervals have a stated level. A slope is fitted by least squares in logarithms with the weights that
the standard errors of the points give; its interval is normal (each point rests on at least hundreds of
trials), at level 1 - 2 alpha, so that its being inside target +- delta is the pair of one-sided tests at
level alpha.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb, exp, log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from proofs_checks.error_rates import Decision, Declaration, equivalence

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_FLIPS = 16  # pairs that are not zero, up to which all sign flips are counted


@dataclass(frozen=True)
class Fit:
    """y = exp(intercept) x^slope; ``low``, ``high`` at level 1 - 2 alpha."""

    slope: float
    low: float
    high: float
    intercept: float

    def at(self, x: float) -> float:
        """The fitted y."""
        return exp(self.intercept) * x**self.slope

    def __str__(self) -> str:
        return f"{self.slope:.3f} [{self.low:.3f}, {self.high:.3f}]"


def z_of(alpha: Fraction) -> float:
    """z with P(Z > z) = alpha for a standard normal Z."""
    return -NormalDist().inv_cdf(float(alpha))


def fit_law(
    x: Sequence[float], y: Sequence[float], relative_errors: Sequence[float], alpha: Fraction
) -> Fit:
    """Weighted log-log slope of y against x; ``ValueError`` for fewer than two different x."""
    u, v = [log(a) for a in x], [log(b) for b in y]
    w = [1 / e**2 for e in relative_errors]
    total = sum(w)
    middle = sum(a * b for a, b in zip(w, u, strict=True)) / total
    spread = sum(a * (b - middle) ** 2 for a, b in zip(w, u, strict=True))
    if len(x) < 2 or spread <= 0:
        raise ValueError(f"x: must have at least two different values, got {list(x)}")
    level = sum(a * b for a, b in zip(w, v, strict=True)) / total
    slope = sum(a * (b - middle) * c for a, b, c in zip(w, u, v, strict=True)) / spread
    reach = z_of(alpha) / sqrt(spread)
    return Fit(slope, slope - reach, slope + reach, level - slope * middle)


def judged(low: float, high: float, declared: Declaration, target: Fraction) -> Decision:
    """Whether the interval shows that the estimand is within ``declared.delta`` of the target."""
    return equivalence((Fraction(low), Fraction(high)), target, declared.delta)


@dataclass(frozen=True)
class Quantile:
    """An empirical quantile with a distribution-free interval (order statistics)."""

    value: float
    low: float
    high: float


def quantile(values: NDArray[Any], p: float, alpha: Fraction = Fraction(1, 40)) -> Quantile:
    """The p-quantile of a sample; each end of the interval errs with probability about ``alpha``.

    The number of values below the true quantile is binomial(n, p); its normal approximation gives the
    ranks.
    """
    import numpy as np

    ordered = np.sort(np.asarray(values, dtype=float))
    n = len(ordered)
    reach = z_of(alpha) * sqrt(n * p * (1 - p))
    places = (n * p, n * p - reach, n * p + reach + 1)
    value, low, high = (float(ordered[min(max(round(x), 1), n) - 1]) for x in places)
    return Quantile(value, low, high)


def relative_error(one: Quantile, alpha: Fraction = Fraction(1, 40)) -> float:
    """The standard error of log(quantile) that its interval amounts to."""
    return (log(one.high) - log(one.low)) / (2 * z_of(alpha))


def flips(differences: Sequence[float], seed: int = 0, draws: int = 20_000) -> float:
    """One-sided p-value of paired differences against "their signs are fair coins": P(sum >= observed).

    All sign patterns are counted for up to :data:`MOST_FLIPS` non-zero pairs, else ``draws`` random ones
    (the observed pattern among them, so that the p-value is valid).
    """
    moved = [abs(d) for d in differences if d]
    seen = sum(differences) - 1e-12 * sum(moved)
    if len(moved) <= MOST_FLIPS:
        signs = product((-1, 1), repeat=len(moved))
        count = sum(sum(s * d for s, d in zip(one, moved, strict=True)) >= seen for one in signs)
        return count / 2 ** len(moved)
    from numpy.random import default_rng

    drawn = default_rng(seed).choice((-1.0, 1.0), (draws - 1, len(moved)))
    return (1 + int((drawn @ moved >= seen).sum())) / draws


def signs(differences: Sequence[float]) -> float:
    """One-sided exact sign test: P(at least this many positive) among the non-zero differences."""
    moved = [d for d in differences if d]
    positive = sum(d > 0 for d in moved)
    n = len(moved)
    return sum(comb(n, k) for k in range(positive, n + 1)) / 2**n
