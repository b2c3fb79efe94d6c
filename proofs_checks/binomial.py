"""Exact binomial arithmetic: tails, the smallest fixed-n design, Clopper-Pearson intervals.

Probabilities are rationals a / q, so q^n P(X = k) is an integer and every tail is summed exactly.

Symbols: X ~ Binomial(n, p), k successes, alpha false-alarm rate, beta miss rate.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

MAX_N = 100_000  #: largest sample size that :func:`binomial_design` considers


class Design(NamedTuple):
    """``n`` observations; alarm when the count is at least (at most, if p1 < p0) ``threshold``."""

    n: int
    threshold: int


def upper_tail(n: int, k: int, p: Fraction) -> Fraction:
    """P(X >= k), exactly. ``ValueError`` unless n >= 0 and 0 <= p <= 1."""
    _demand_binomial(n, p)
    if k <= 0:
        return Fraction(1)
    if k > n or p == 0:
        return Fraction(0)
    return Fraction(_upper_count(n, k, p), p.denominator**n)


def lower_tail(n: int, k: int, p: Fraction) -> Fraction:
    """P(X <= k), exactly. ``ValueError`` as :func:`upper_tail`."""
    return upper_tail(n, n - k, 1 - p)


def binomial_design(p0: Fraction, p1: Fraction, alpha: Fraction, beta: Fraction) -> Design:
    """The test of p = p0 against p = p1 with the fewest observations.

    Exactly: P(alarm | p0) <= alpha and P(no alarm | p1) <= beta, and no smaller n has a threshold
    with both. By monotonicity the rates hold for every p beyond p0 or p1 too.

    Raises ``ValueError`` for p0 = p1, numbers that are not exact or outside (0, 1), and when more
    than :data:`MAX_N` observations are needed.
    """
    for name, value in (("p0", p0), ("p1", p1), ("alpha", alpha), ("beta", beta)):
        demand_probability(name, value)
    if p0 == p1:
        raise ValueError(f"p1: must differ from p0, got {p1}")
    if p1 < p0:  # count the failures instead
        n, threshold = binomial_design(1 - p0, 1 - p1, alpha, beta)
        return Design(n, n - threshold)
    # Walk n = 0, 1, ... with c the least threshold whose false-alarm rate is at most alpha: the
    # rate grows with n at fixed c, and moving both n and c up by one never raises it, so c stays
    # or goes up by one.
    null, other, c = _Walk(p0), _Walk(p1), 1
    for n in range(MAX_N + 1):
        if null.above * alpha.denominator > alpha.numerator * null.unit:
            null.raise_threshold()
            other.raise_threshold()
            c += 1
        if (other.unit - other.above) * beta.denominator <= beta.numerator * other.unit:
            return Design(n, c)
        null.observe()
        other.observe()
    raise ValueError(f"p1: more than {MAX_N} observations are needed to tell {p0} from {p1}")


class _Walk:
    """unit = q^n, at = unit P(X = c-1), above = unit P(X >= c), updated in n and c."""

    def __init__(self, p: Fraction) -> None:
        self.a, self.q = p.numerator, p.denominator
        self.n, self.below = 0, 0  # below = c - 1
        self.unit, self.at, self.above = 1, 1, 0

    def observe(self) -> None:
        self.above = self.above * self.q + self.at * self.a
        self.n += 1
        self.unit *= self.q
        self.at = self.at * (self.q - self.a) * self.n // (self.n - self.below)

    def raise_threshold(self) -> None:
        b = self.q - self.a
        self.at = self.at * (self.n - self.below) * self.a // ((self.below + 1) * b)
        self.below += 1
        self.above -= self.at


def clopper_pearson(k: int, n: int, alpha: Fraction, bits: int = 32) -> tuple[Fraction, Fraction]:
    """An interval of confidence at least 1 - alpha for p, given k successes among n.

    The ends are multiples of 2^-bits, rounded outwards from the exact Clopper-Pearson interval: it
    is covered, and each end is off by less than 2^-bits. Exact tails cost about n^2 bits^2, so this
    is for n up to some thousands. Raises ``ValueError`` unless 0 <= k <= n, 1 <= n, 1 <= bits.
    """
    demand_probability("alpha", alpha)
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"k: must be in 0..n with n at least 1, got k={k}, n={n}")
    if bits < 1:
        raise ValueError(f"bits: must be at least 1, got {bits}")
    low = _lower_end(k, n, alpha / 2, bits)
    high = 1 - _lower_end(n - k, n, alpha / 2, bits)
    return low, high


def demand_probability(name: str, value: Fraction) -> None:
    """Raise ``ValueError`` unless ``value`` is a Fraction strictly between 0 and 1."""
    if not isinstance(value, Fraction):
        raise ValueError(f"{name}: must be a Fraction, so that sums are exact, got {value!r}")
    if not 0 < value < 1:
        raise ValueError(f"{name}: must lie strictly between 0 and 1, got {value}")


def _lower_end(k: int, n: int, level: Fraction, bits: int) -> Fraction:
    """The largest multiple p of 2^-bits with P_p(X >= k) <= level (the tail grows with p)."""
    if k == 0:
        return Fraction(0)
    low, high = 0, 1 << bits
    while high - low > 1:
        middle = (low + high) // 2
        p = Fraction(middle, 1 << bits)
        if _upper_count(n, k, p) * level.denominator <= level.numerator * p.denominator**n:
            low = middle
        else:
            high = middle
    return Fraction(low, 1 << bits)


def _upper_count(n: int, k: int, p: Fraction) -> int:
    """q^n P(X >= k) for 1 <= k <= n and p > 0, an integer."""
    if p == 1:
        return p.denominator**n
    if 2 * k < n:  # the other tail has fewer terms
        return p.denominator**n - _upper_count(n, n - k + 1, 1 - p)
    # From the top: q^n P(X = n) = a^n, and P(X = i-1) = P(X = i) i b / ((n-i+1) a).
    a, b = p.numerator, p.denominator - p.numerator
    term = total = a**n
    for i in range(n, k, -1):
        term = term * (i * b) // ((n - i + 1) * a)
        total += term
    return total


def _demand_binomial(n: int, p: Fraction) -> None:
    if n < 0:
        raise ValueError(f"n: must be at least 0, got {n}")
    if not 0 <= p <= 1:
        raise ValueError(f"p: must lie in [0, 1], got {p}")
