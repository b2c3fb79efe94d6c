"""Sign flips of paired differences, bootstrap intervals of means and ratios, shifts along a curve.

The p-value of a paired comparison is exact: every pattern of signs is counted, so that with m pairs it
cannot be below 2^-m, and a declared level needs a least number of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import ceil, exp, log, log2
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

MOST_PAIRS = 18


def flips(differences: Sequence[float]) -> float:
    """One-sided p-value of "signs are fair coins" against a positive sum: P(sum >= the observed one).

    Raises ``ValueError`` for none or more than 18 differences.
    """
    if not 1 <= len(differences) <= MOST_PAIRS:
        rule = f"must be 1 to {MOST_PAIRS} of them"
        raise ValueError(f"differences: {rule}, got {len(differences)}")
    seen = sum(differences) - 1e-12 * sum(map(abs, differences))
    patterns = product((-1, 1), repeat=len(differences))
    count = sum(sum(s * d for s, d in zip(p, differences, strict=True)) >= seen for p in patterns)
    return count / 2 ** len(differences)


def pairs_needed(level: float) -> int:
    """The least number of pairs with which :func:`flips` can be at most ``level``."""
    return ceil(-log2(level))


def mean(values: Sequence[float]) -> float:
    """Of at least one value."""
    return sum(values) / len(values)


def interval(
    samples: Sequence[NDArray[Any]],
    statistic: Callable[..., float],
    rng: Generator,
    draws: int = 2000,
) -> tuple[float, float]:
    """95 % percentile bootstrap: each sample resampled on its own, ``statistic`` of all of them."""
    import numpy as np

    values = [
        statistic(*(one[rng.integers(len(one), size=len(one))] for one in samples))
        for _ in range(draws)
    ]
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def reaches(n: Sequence[float], curve: Sequence[float], target: float) -> float | None:
    """Where a curve through (n, curve), straight in logarithms, first comes down to ``target``.

    ``None`` if it never does; the first n if it starts below.
    """
    if curve[0] <= target:
        return float(n[0])
    for i in range(1, len(n)):
        if curve[i] <= target:
            part = (log(curve[i - 1]) - log(target)) / (log(curve[i - 1]) - log(curve[i]))
            return exp(log(n[i - 1]) + part * (log(n[i]) - log(n[i - 1])))
    return None
