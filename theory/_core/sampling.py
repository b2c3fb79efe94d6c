r"""Fixed-n designs for statistical checks, and their decisions.

A claim about a number theta says |theta - target| <= ``near`` (the part of the distance that theory allows:
discretisation, remainder), the alternative |theta - target| >= ``far``. With z the normal quantiles,
the sample is large enough when the standard error is at most (far - near) / (z_alpha + z_beta). Then an
estimate outside target +- limit, limit = near + z_alpha se, rejects a true claim with probability at most
alpha, and accepts a false one with probability at most beta. Normal approximation of means of at least
thousands of independent trials, said in every scope; counts are decided exactly (Clopper-Pearson).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from proofs_checks.error_rates import Declaration
from theory import Outcome, Verdict, established, refuted, undecided

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

ALPHA, BETA = Fraction(1, 50_000), Fraction(1, 1000)


def generator(stream: str, part: str = "") -> Generator:
    """The random numbers of a named stream; ``part`` names an independent piece of it."""
    import numpy as np

    seed = hashlib.sha256(f"{stream}/{part}".encode()).digest()
    return np.random.default_rng(np.frombuffer(seed, dtype=np.uint32))


def quantile(alpha: Fraction) -> float:
    """z with P(Z > z) = alpha."""
    return -NormalDist().inv_cdf(float(alpha))


@dataclass(frozen=True)
class Band:
    """Distances from the target: up to ``near`` the claim holds, from ``far`` on it is false."""

    near: float
    far: float

    def trials(self, spread: float, rates: tuple[Fraction, Fraction] = (ALPHA, BETA)) -> int:
        """The least n with spread / sqrt(n) <= (far - near) / (z_alpha/2 + z_beta)."""
        alpha, beta = rates
        z = quantile(alpha / 2) + quantile(beta)
        return ceil((z * spread / (self.far - self.near)) ** 2)


def declare(
    estimand: str,
    band: Band,
    n: int,
    stream: str,
    *,
    alpha: Fraction = ALPHA,
    beta: Fraction = BETA,
) -> Declaration:
    """The declaration of a check of |estimand - target| by a band."""
    return Declaration(
        estimand=estimand,
        null=f"within {band.near:g} of the claimed value",
        alternative=f"at least {band.far:g} away from it",
        delta=Fraction(str(band.far)) - Fraction(str(band.near)),
        alpha=alpha,
        beta=beta,
        n=n,
        stream=stream,
    )


@dataclass(frozen=True)
class Estimate:
    """An estimate with its standard error; ``n`` trials behind it."""

    value: float
    error: float
    n: int

    def interval(self, alpha: Fraction) -> tuple[float, float]:
        """Two-sided normal interval of confidence 1 - alpha."""
        reach = quantile(alpha / 2) * self.error
        return self.value - reach, self.value + reach


def mean(values: NDArray[Any]) -> Estimate:
    """Mean of independent values."""
    n = len(values)
    return Estimate(float(values.mean()), float(values.std(ddof=1)) / sqrt(n), n)


def log_of(estimate: Estimate) -> Estimate:
    """ln of a positive estimate, by the delta method."""
    import math

    return Estimate(math.log(estimate.value), estimate.error / estimate.value, estimate.n)


def slope(x: Sequence[float], y: Sequence[Estimate]) -> Estimate:
    """Least-squares slope through independent estimates."""
    centre = sum(x) / len(x)
    total = sum((one - centre) ** 2 for one in x)
    weights = [(one - centre) / total for one in x]
    value = sum(w * one.value for w, one in zip(weights, y, strict=True))
    variance = sum((w * one.error) ** 2 for w, one in zip(weights, y, strict=True))
    return Estimate(value, sqrt(variance), sum(one.n for one in y))


def decide(
    estimate: Estimate, target: float, band: Band, rates: Declaration, **shown: Any
) -> Outcome:
    """Established, refuted or (standard error larger than designed) undecided; see the module."""
    distance = abs(estimate.value - target)
    payload = {
        "estimate": round(estimate.value, 6),
        "interval": [round(end, 6) for end in estimate.interval(rates.alpha)],
        "n": estimate.n,
        "target": round(target, 6),
        **shown,
    }
    if distance > band.near + quantile(rates.alpha / 2) * estimate.error:
        return refuted({"distance": round(distance, 6), "allowed": band.near, **payload})
    if distance + quantile(rates.beta) * estimate.error >= band.far:
        return undecided(f"{payload}: the standard error {estimate.error:.2g} is too large")
    return established(**payload)


def at_least(estimate: Estimate, bound: float, rates: Declaration, **shown: Any) -> Outcome:
    """One-sided: established if even the lower end is at least ``bound``, refuted if the upper is below.

    A true value at least z_alpha + z_beta standard errors above the bound is established with
    probability 1 - beta.
    """
    low, high = estimate.interval(rates.alpha)
    payload = {
        "estimate": round(estimate.value, 6),
        "interval": [round(low, 6), round(high, 6)],
        "n": estimate.n,
        **shown,
    }
    if high < bound:
        return refuted({"claimed at least": bound, **payload})
    return established(**payload) if low >= bound else undecided(f"{payload}: {bound} is inside")


def decide_all(
    parts: Sequence[tuple[str, Estimate, float]], band: Band, rates: Declaration
) -> Outcome:
    """The same for several numbers at once; alpha and beta are shared equally (union bound)."""
    share = replace(rates, alpha=rates.alpha / len(parts), beta=rates.beta / len(parts))
    outcomes = {name: decide(one, target, band, share) for name, one, target in parts}
    for verdict in (Verdict.REFUTED, Verdict.UNDECIDED):
        for name, outcome in outcomes.items():
            if outcome.verdict is verdict:
                return Outcome(verdict, {"at": name, **outcome.payload})
    first = next(iter(outcomes.values())).payload
    return established(**first, parts={name: dict(o.payload) for name, o in outcomes.items()})
