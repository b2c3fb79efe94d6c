r"""Numbers of the sawtooth experiment: the shattered share, what is proved, what is predicted.

| symbol | meaning |
|---|---|
| L | depth of the class 1[T^L(theta x) >= 1/2] |
| beta | log2(1/h), h the distance within a pair |
| m | pairs of the grid of spacing h in [1/2, 1): m = 2^(beta - 2) |
| F, K | dichotomies of the 2m grid points; most rises 0 -> 1 of one of them |

Proved (interp.PAIR with n = 2). The label of a grid point x changes at theta = odd / (2^(L+1) x), at
most 2^L x + 1/2 times, so |F| <= 1 + 2 sum_x (2^L x + 1/2). Along [1/2, 1) a member rises only at
theta x = odd / 2^(L+1) with odd = 1 mod 4: these are 2^(1-L) apart in an interval shorter than 1/2, so
K <= 2^(L-2). Two random pairs that are shattered are labelled (0, 1) by some member at once; the share
of such choices is at most |F| C(K, 2) / C(m, 2), which is 3/4 2^(3L - beta) up to lower terms.

Predicted (a heuristic, no proof). The windows of theta that split one pair and those that split the
other overlap (x1 + x2)/2 2^(2L - beta) times on average, 3/4 2^(2L - beta) for pairs in [1/2, 1). One in
four overlaps gives each of the labellings (01|10) x (01|10); counted as four independent Poisson
numbers of mean lam = 3/16 2^(2L - beta) they are all present with probability (1 - exp(-lam))^4.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, exp, log
from random import Random
from typing import Any

from constructions.interp import sawtooth
from proofs_checks.error_rates import clopper_pearson, upper_tail

ALPHA = Fraction(1, 20)
REFUTED_BELOW = Fraction(1, 10**9)  # chance of a share as large as this if the bound holds


def distances(L: int) -> list[int]:
    """The beta that are looked at: all around 2L, every second one up to 3L + 2."""
    close = range(max(4, 2 * L - 7), 2 * L + 2)
    return [*close, *range(2 * L + 2, 3 * L + 3, 2)]


def transition(L: int, beta: int, trials: int, rng: Random) -> dict[str, Any]:
    """The share of pair sets at distance 2^-beta that are shattered."""
    share = sawtooth.shattered_fraction(L, beta, trials, rng)
    shattered = int(share * trials)
    low, high = clopper_pearson(shattered, trials, ALPHA)
    return {
        "L": L,
        "log2_inverse_h": beta,
        "trials": trials,
        "shattered": shattered,
        "share": float(share),
        "low": float(low),
        "high": float(high),
        "predicted": predicted(L, beta),
        "proved_at_most": float(proved(L, beta)),
    }


def proved(L: int, beta: int) -> Fraction:
    """Upper bound on the probability that two random pairs at distance 2^-beta are shattered."""
    m, K = 2 ** (beta - 2), max(1, 2 ** (L - 2))
    total = Fraction(2 * m * (3 * 2 ** (beta - 1) - 1), 2 * 2**beta)  # sum of the 2m grid points
    served = 1 + 2 * (2**L * total + m)
    return min(Fraction(1), served * comb(K, 2) / comb(m, 2)) if m > 1 else Fraction(1)


def certified(L: int) -> int:
    """Least beta with: two pairs at distance 2^-beta are shattered for some choices only."""
    return next(beta for beta in range(4, 4 * L + 8) if proved(L, beta) < 1)


def predicted(L: int, beta: float) -> float:
    """The heuristic law (1 - exp(-lam))^4."""
    return (1 - exp(-3 / 16 * 2.0 ** (2 * L - beta))) ** 4


def predicted_middle(L: int) -> float:
    """log2(1/h) at which the law gives one half: 2L - 3.29."""
    lam = -log(1 - 0.5**0.25)
    return 2 * L - log(16 / 3 * lam) / log(2)


def excess(row: dict[str, Any]) -> Fraction:
    """Probability of at least as many shattered sets if the proved bound were attained."""
    bound = proved(row["L"], row["log2_inverse_h"])
    return upper_tail(row["trials"], row["shattered"], bound)


def regular(L: int) -> dict[str, int]:
    """The class of depth L at 1, 1/2, ..., 2^-(L-1): how many of the 2^L labellings it has."""
    points = sawtooth.dyadic_points(L)
    return {"L": L, "points": len(points), "dichotomies": len(sawtooth.dichotomies(points, L))}
