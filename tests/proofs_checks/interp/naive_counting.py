"""A second, naive checker of ``interp.counting`` statements: full integers, every class, no logarithms.

Written from the definitions of the counts, not from the referee. A certificate is a *genuine proof*
if every listed class really fails the named test and every class with fewer parameters is contained
in a listed one.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial

# 1/0! + ... + 1/17! plus twice the next term: larger than e, and not the referee's rational.
E = sum(Fraction(1, factorial(k)) for k in range(18)) + Fraction(2, factorial(18))


def warren(S: int, D: int, p: int) -> Fraction:
    return 2 * (2 * E * S * D / p) ** p if S >= p else Fraction(2**S)


def size(W: int, L: int) -> int:
    return sum(W * (1 if layer == 0 else W) + W for layer in range(L)) + W + 1


def dichotomies(count: str, W: int, L: int, M: int) -> Fraction:
    if count == "W1":
        total, seen = Fraction(1), 0
        for layer in range(1, L + 2):
            units = W if layer <= L else 1
            seen += units * ((1 if layer == 1 else W) + 1)
            total *= warren(M * units, layer, seen)
        return total
    patterns = M * (sum(W * 2 ** (W * layer) for layer in range(L)) + 2 ** (W * L))
    if count == "W2":
        return warren(patterns, L + 1, size(W, L))
    return 2**W * (2 * W) ** (W * (L - 1)) * warren(patterns, L + 1, size(W, L) - W * L)


def changes(W: int, L: int) -> int:
    return 1 if W == 1 else 2 if (W, L) == (2, 1) else (W + 1) ** L


def excluded(N: int, b: int, entry: dict) -> bool:
    """Whether the class of the entry really fails the test it names."""
    W, L, test, count = (entry[key] for key in ("W", "L", "test", "count"))
    n, m, K = N // 2, 2 ** (b - 1), changes(W, L)
    if test == "alternation":
        return count is None and K < N - 1
    if test == "pairs" and count is None:
        return K < n
    if count not in ("W1", "W2", "W3"):
        return False
    if test == "vc":
        return dichotomies(count, W, L, N) < 2**N
    return (
        test == "pairs" and n <= K < m and dichotomies(count, W, L, 2 * m) * comb(K, n) < comb(m, n)
    )


def is_genuine(statement: dict, evidence: dict) -> bool:
    """Whether the listed classes prove the statement, in the naive reading."""
    N, b, d, target = (statement[key] for key in ("N", "b", "d", "parameters"))
    if statement["claim"] != "interp.D1" or statement["widths"] != "uniform" or N > 2**b:
        return False
    listed = [(one["W"], one["L"]) for one in evidence["excluded"]]
    if not all(excluded(N, b, one) for one in evidence["excluded"]):
        return False
    small = (
        (W, L)
        for W in range(1, target)
        for L in range(1, target)
        if size(W, L) + W * (d - 1) < target
    )
    return all(any(W <= w and L <= l for w, l in listed) for W, L in small)
