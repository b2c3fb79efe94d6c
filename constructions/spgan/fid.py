r"""Fréchet distance between Gaussians fitted to features of real and generated samples.

| symbol | meaning |
|---|---|
| a (n, d), b (m, d) | features of two samples |
| A, B | centred, divided by sqrt(n - 1), sqrt(m - 1): S_1 = A'A, S_2 = B'B |
| \|\|.\|\|_* | nuclear norm: the sum of singular values |

FID = |mean a - mean b|^2 + tr S_1 + tr S_2 - 2 tr sqrt(S_1 S_2), and tr sqrt(S_1 S_2) = ||A B'||_*: real
and stable also for n < d, where a matrix square root of the singular product returns complex numbers.
The eigenvalues of S_1 S_2 are the squared singular values of A B'.

FID of finite samples is biased upwards, by about c / n: :func:`extrapolated` fits that and gives the
intercept, and :func:`kid`, an MMD^2 with a cubic kernel, is unbiased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["extrapolated", "fid", "kid"]

Array = Any
LEAST = 16  # rows, so that the smallest subsets have 4


def _features(name: str, values: Array) -> NDArray[Any]:
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or len(array) < 2 or not np.isfinite(array).all():
        raise ValueError(f"{name}: must be at least 2 finite rows (n, d), got shape {array.shape}")
    return array


def fid(a: Array, b: Array) -> float:
    """Of features a (n, d) and b (m, d), n, m >= 2; never below 0 by more than rounding."""
    import numpy as np

    a, b = _features("a", a), _features("b", b)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"a, b: must have the same features, got {a.shape[1]} and {b.shape[1]}")
    A, B = ((x - x.mean(0)) / np.sqrt(len(x) - 1) for x in (a, b))
    # A B' is n x m; its singular values are those of R_A R_B', at most d x d.
    small = [np.asarray(np.linalg.qr(x, mode="r")) for x in (A, B)]
    cross = np.linalg.norm(small[0] @ small[1].T, "nuc")
    gap = a.mean(0) - b.mean(0)
    return float(gap @ gap + (A * A).sum() + (B * B).sum() - 2 * cross)


def extrapolated(a: Array, b: Array, rng: Generator, draws: int = 8) -> float:
    """FID at n -> infinity: intercept of a line in 1/n through FIDs of random subsets of both sides.

    Subsets have n/4, n/3, n/2 and n of the smaller side's number of rows, ``draws`` of each. Raises
    ``ValueError`` for fewer than 16 rows on a side.
    """
    import numpy as np

    a, b = _features("a", a), _features("b", b)
    n = min(len(a), len(b))
    if n < LEAST:
        raise ValueError(f"a, b: must have at least {LEAST} rows each, got {n}")
    sizes = [n // 4, n // 3, n // 2, n]
    means = []
    for size in sizes:
        drawn = [
            fid(*(x[rng.choice(len(x), size, replace=False)] for x in (a, b))) for _ in range(draws)
        ]
        means.append(np.mean(drawn))
    _, intercept = np.polyfit(1 / np.asarray(sizes, float), means, 1)
    return float(intercept)


def _cubic(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    return (x @ y.T / x.shape[1] + 1) ** 3


def kid(a: Array, b: Array) -> float:
    """Unbiased MMD^2 with the kernel (x.y / d + 1)^3, the usual one of the kernel inception distance."""
    from constructions.spgan.metrics import unbiased_mmd

    return unbiased_mmd(_features("a", a), _features("b", b), _cubic)
