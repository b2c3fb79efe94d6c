"""Referee of counting lower bounds: certificate kind ``interp.counting``.

Statement (claim ``interp.D1``): *if every 0/1 labelling of every 2^-b-separated set of N points is
interpolated by* ``Class(d; W, L)``, *then its dense parameter count is at least* ``parameters``
(uniform widths; points in [0,1] for d = 1, on a diameter of the unit ball for d > 1).

A proof lists excluded classes. ``Class(d; W, L)`` lies in ``Class(d; W', L')`` as far as dichotomies
go whenever W <= W' and L <= L' (claim ``interp.NEST``), so it is enough that every class with fewer
parameters is contained in a listed one. Each listed class fails one necessary test:

    alternation  N - 1 <= K                       K bounds the label changes along a line
    vc           2^N <= count(M = N)              count bounds the dichotomies on M inputs
    pairs        n <= K, and C(m, n) <= count(M = 2m) C(K, n) where K < m;
                 n = floor(N/2) pairs out of m = 2^(b-1)

Symbols: W width, L hidden layers, U = WL units, P parameters of the 1-D class (a class in dimension
d restricts to it on a line), K, n, m as above, S polynomials, D = L + 1 their degree. The counts are
W1 (layer by layer), W2 (all activation patterns) and W3 (all patterns, scale normalised); they rest on
the sign-vector bound 2(2eSD/p)^p (claim ``interp.W0``). ``e`` is replaced by a larger rational, every
count is rounded up and every need down (:mod:`proofs_checks.log2`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb, factorial
from typing import Any

from proofs_checks.log2 import (
    ceil_log2,
    ceil_log2_product,
    floor_log2,
)
from proofs_checks.reading import Rejected, claim_among, integer, mapping, sequence, shown, text

CLAIM = "interp.D1"
E_ABOVE = (2718281829, 10**9)  # a rational larger than e
LIMITS = {"N": 1 << 20, "b": 1 << 20, "d": 1 << 30, "parameters": 1 << 24, "precision": 1 << 8}
MOST_ENTRIES = 1 << 12
EXACT_BINOMIAL = 1 << 20  #: bits of a binomial that is computed in full

Powers = list[tuple[int, int]]


# -- the class ----------------------------------------------------------------------------------


def parameters(d: int, W: int, L: int) -> int:
    """Dense parameter count of ``Class(d; W, L)``: every entry of every weight matrix and bias."""
    return W * (d + 1) + (L - 1) * W * (W + 1) + (W + 1)


def most_changes(W: int, L: int) -> int:
    """K: an upper bound of the label changes along a line (claim ``interp.K``)."""
    if W == 1:
        return 1
    if (W, L) == (2, 1):
        return 2
    return (W + 1) ** L


# -- the counts, as products of powers ------------------------------------------------------------


def _sign_vectors(S: int, D: int, p: int) -> Powers:
    """2 (2 e S D / p)^p for S >= p, else 2^S (claim ``interp.W0``)."""
    if S < p:
        return [(2, S)]
    e, one = E_ABOVE
    return [(2, 1), (2 * e * S * D, p), (one * p, -p)]


def layerwise_count(W: int, L: int, M: int) -> Powers:
    """W1: the product over layers l of the sign vectors of M k_l polynomials of degree l."""
    powers: Powers = []
    free = 0
    for layer in range(1, L + 2):
        fan_in, units = (1 if layer == 1 else W), (W if layer <= L else 1)
        free += units * (fan_in + 1)
        powers += _sign_vectors(M * units, layer, free)
    return powers


def all_patterns(W: int, L: int, M: int) -> int:
    """S of W2 and W3: every pre-activation for every earlier pattern, and every output."""
    return M * (W * ((1 << W * L) - 1) // ((1 << W) - 1) + (1 << W * L))


def patterns_count(W: int, L: int, M: int) -> Powers:
    """W2: sign vectors of all S polynomials in all P parameters, degree at most L + 1."""
    return _sign_vectors(all_patterns(W, L, M), L + 1, parameters(1, W, L))


def normalised_count(W: int, L: int, M: int) -> Powers:
    """W3: each unit scaled to a first nonzero incoming weight +-1 leaves P - U parameters."""
    free = parameters(1, W, L) - W * L
    families = [(2, W), (2 * W, W * (L - 1))]
    return families + _sign_vectors(all_patterns(W, L, M), L + 1, free)


COUNTS = {"W1": layerwise_count, "W2": patterns_count, "W3": normalised_count}


# -- binomials ------------------------------------------------------------------------------------


@lru_cache(maxsize=64)  # of long numbers
def floor_log2_binomial(m: int, n: int, bits: int) -> int:
    """Lower bound of 2^bits log2 C(m, n), 0 <= n <= m."""
    if m > (n * n) << bits:  # then (m-n+1)^n differs from m...(m-n+1) by less than the last digit
        return n * floor_log2(m - n + 1, bits) - ceil_log2(factorial(n), bits)
    if n * m.bit_length() <= EXACT_BINOMIAL:
        return floor_log2(comb(m, n), bits)
    return sum(floor_log2(m - i, bits) for i in range(n)) - ceil_log2(factorial(n), bits)


@lru_cache(maxsize=64)  # of long numbers
def ceil_log2_binomial(k: int, n: int, bits: int) -> int:
    """Upper bound of 2^bits log2 C(k, n), 0 <= n <= k."""
    if k > (n * n) << bits:
        return n * ceil_log2(k, bits) - floor_log2(factorial(n), bits)
    if n * k.bit_length() <= EXACT_BINOMIAL:
        return ceil_log2(comb(k, n), bits)
    return sum(ceil_log2(k - i, bits) for i in range(n)) - floor_log2(factorial(n), bits)


# -- the tests ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """N points that are 2^-b-separated: n pairs out of m, labelled (0, 1)."""

    N: int
    b: int

    @property
    def n(self) -> int:
        """Pairs in a configuration."""
        return self.N // 2

    @property
    def m(self) -> int:
        """Pairs to choose from: the grid has 2m = 2^b points, spaced by more than 2^-b."""
        return 1 << (self.b - 1)


def sides(
    problem: Problem, W: int, L: int, test: str, count: str | None, *, bits: int
) -> tuple[int, int] | None:
    """(left, right) of a test for ``Class(1; W, L)``: the class is excluded if left < right.

    left is rounded up, right down. Without a ``count`` both are label changes (K against N - 1, or
    against n); with one they are logarithms in units of 2^-bits. ``None``: the test says nothing.
    """
    N, n, m = problem.N, problem.n, problem.m
    if test == "vc" and count in COUNTS:
        return ceil_log2_product(COUNTS[count](W, L, N), bits), N << bits
    if W > 1 and L * ((W + 1).bit_length() - 1) > max(problem.b, N.bit_length()):
        return None  # (W + 1)^L, not computed, is beyond N and m
    K = most_changes(W, L)
    if count is None:
        # Label changes: the first along N points, the second inside n pairs.
        return {"alternation": (K, N - 1), "pairs": (K, n)}.get(test)
    if count not in COUNTS or test != "pairs" or not n <= K < m:
        return None
    return log2_served(problem, W, L, count, bits), floor_log2_binomial(m, n, bits)


def log2_served(problem: Problem, W: int, L: int, count: str, bits: int) -> int:
    """Upper bound of 2^bits log2(|F| C(K, n)), the configurations that the class can serve; n <= K."""
    K = most_changes(W, L)
    dichotomies = ceil_log2_product(COUNTS[count](W, L, 2 * problem.m), bits)
    return dichotomies + ceil_log2_binomial(K, problem.n, bits)


# -- the certificate ------------------------------------------------------------------------------


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept a proof of the statement, or raise :class:`Rejected` saying where it fails."""
    problem, d, target = _read_statement(statement)
    parts = mapping(evidence, "evidence", ("precision", "excluded"))
    bits = integer(parts["precision"], "evidence.precision", 1, LIMITS["precision"])
    entries = sequence(parts["excluded"], "evidence.excluded")
    if len(entries) > MOST_ENTRIES:
        raise Rejected(f"evidence.excluded: more than {MOST_ENTRIES} classes, got {len(entries)}")
    deepest: dict[int, int] = {}
    for place, entry in enumerate(entries):
        W, L = _check_entry(entry, problem, bits, f"evidence.excluded[{place}]")
        deepest[W] = max(L, deepest.get(W, 0))
    _check_coverage(deepest, d, target)
    return (
        f"N={problem.N} b={problem.b} d={d}: at least {target} parameters "
        f"(uniform widths, {len(entries)} classes excluded)"
    )


def _read_statement(statement: dict[str, Any]) -> tuple[Problem, int, int]:
    claim_among(statement, (CLAIM,))
    keys = ("claim", "N", "b", "d", "widths", "parameters")
    read = mapping(statement, "statement", keys)
    if text(read["widths"], "statement.widths") != "uniform":
        raise Rejected(f"statement.widths: must be 'uniform', got {shown(read['widths'])}")
    N, b, d, target = (
        integer(read[key], f"statement.{key}", least, LIMITS[key])
        for key, least in (("N", 2), ("b", 1), ("d", 1), ("parameters", 1))
    )
    if N > 1 << b:
        raise Rejected(f"statement.b: {N} points separated by 2^-{b} do not fit")
    return Problem(N, b), d, target


def _check_entry(entry: Any, problem: Problem, bits: int, place: str) -> tuple[int, int]:
    """The (W, L) of an entry whose test, recomputed, excludes the class within the stated sides."""
    read = mapping(entry, place, ("W", "L", "test", "count", "left", "right"))
    W, L = (integer(read[key], f"{place}.{key}", 1, LIMITS["parameters"]) for key in ("W", "L"))
    if parameters(1, W, L) > LIMITS["parameters"]:
        raise Rejected(f"{place}: a class beyond {LIMITS['parameters']} parameters")
    left, right = (integer(read[key], f"{place}.{key}", 0) for key in ("left", "right"))
    test = text(read["test"], f"{place}.test")
    count = None if read["count"] is None else text(read["count"], f"{place}.count")
    proved = sides(problem, W, L, test, count, bits=bits)
    if proved is None:
        raise Rejected(f"{place}: test {shown(test)} with count {shown(count)} says nothing here")
    if not proved[0] <= left < right <= proved[1]:
        raise Rejected(
            f"{place}: W={W} L={L} is not excluded by {test}: needs "
            f"{shown(proved[0])} <= left < right <= {shown(proved[1])}"
        )
    return W, L


def _check_coverage(deepest: dict[int, int], d: int, target: int) -> None:
    """Every (W, L) with fewer than ``target`` parameters lies below a listed class."""
    widths, reach = sorted(deepest), 0
    widest = (target - 2) // (d + 2)  # W (d + 2) + 1 < target: wider classes are not small
    for W in range(widest, 0, -1):
        while widths and widths[-1] >= W:
            reach = max(reach, deepest[widths.pop()])
        if parameters(d, W, reach + 1) < target:
            raise Rejected(
                f"evidence.excluded: W={W} L={reach + 1} has fewer than {target} parameters "
                "and is not covered"
            )
