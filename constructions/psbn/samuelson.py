r"""The largest normalised value of a batch of n numbers: sqrt(n - 1), as a sum of squares.

With deviations d_i that sum to 0,

    (n - 1) sum d_i^2 - n d_1^2 = sum_{2 <= i < j} (d_i - d_j)^2 + (sum d)(d_2 + ... + d_n - d_1),

so xhat_1^2 = d_1^2 / (sum d_i^2 / n) <= n - 1, with equality iff the other n - 1 values are equal.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational


def extremal_deviations(n: int) -> list[Fraction]:
    """One value n - 1, the others -1; ``ValueError`` unless n >= 2."""
    if n < 2:
        raise ValueError(f"n: must be at least 2, got {n}")
    return [Fraction(n - 1), *[Fraction(-1)] * (n - 1)]


def largest_square(batch: list[Fraction], eps: Fraction = Fraction(0)) -> Fraction:
    """The square of the largest positive normalised value (0 if there is none), exactly.

    ``ValueError`` for an empty batch, and for a constant one when eps = 0.
    """
    n = len(batch)
    if not n:
        raise ValueError("batch: must not be empty")
    mean = sum(batch, Fraction(0)) / n
    variance = sum(((x - mean) ** 2 for x in batch), Fraction(0)) / n + eps
    if variance <= 0:
        raise ValueError("batch: must not be constant when eps is 0")
    return max(max(batch) - mean, Fraction(0)) ** 2 / variance


def samuelson_certificate(claim: str, n: int, square: Fraction) -> dict[str, Any]:
    """A ``psbn.samuelson`` certificate that the largest square is ``square``; true for n - 1 only.

    A surplus over n - 1 enters as a weight of the squares d_i^2: negative when the bound is too small.
    """
    forms = [
        (Fraction(1), [Fraction((k == i) - (k == j)) for k in range(n)])
        for i, j in combinations(range(1, n), 2)
    ]
    surplus = square - (n - 1)
    if surplus:
        forms += [(surplus, [Fraction(k == i) for k in range(n)]) for i in range(n)]
    evidence = {
        "squares": [{"weight": show_rational(w), "form": _shown(a)} for w, a in forms],
        "multiplier": _shown([Fraction(-1), *[Fraction(1)] * (n - 1)]),
        "batch": _shown(extremal_deviations(n)),
    }
    return seal(
        "psbn.samuelson", {"claim": claim, "n": n, "square": show_rational(square)}, evidence
    )


def _shown(numbers: list[Fraction]) -> list[str]:
    return [show_rational(x) for x in numbers]
