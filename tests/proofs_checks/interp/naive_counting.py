"""A second, naive checker of ``interp.counting`` statements: full integers, every class, no logarithms.

Written from the definitions of the counts, not from the referee. A certificate is a *genuine proof*
if every listed class really fails the named test and every class with fewer parameters is contained
in a listed one.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, log2

from naive import TooLarge, altered, keys, whole

# 1/0! + ... + 1/17! plus twice the next term: larger than e, and not the referee's rational.
E = sum(Fraction(1, factorial(k)) for k in range(18)) + Fraction(2, factorial(18))

#: What is judged at all: larger numbers are for somebody who has more time.
MOST = {"N": 4000, "b": 2000, "parameters": 2000, "units": 500}


#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("_check_entry", "left < right <= proved[1]", "left and right <= proved[1]"),
    ("_check_entry", "proved[0] <= left < right", "left < right"),
    ("_check_entry", "left < right <= proved[1]", "left < right"),
    ("_check_coverage", "reach + 1) < target", "reach + 2) < target"),
    ("_read_statement", "1 << b:", "2 << b:"),
)


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
    return 1 if W == 1 else 2 if (W, L) == (2, 1) else (W + 1) ** min(L, MOST["units"])


@lru_cache(1 << 16)
def excluded(N: int, b: int, entry: tuple[int, int, str, str | None]) -> bool:
    """Whether the class (W, L) of an entry (W, L, test, count) really fails its test."""
    W, L, test, count = entry
    n, m, K = N // 2, 2 ** (b - 1), changes(W, L)
    if W * L > MOST["units"] and count is not None:
        raise TooLarge("units")
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


def within(N: int, b: int, bits: int, entry: dict) -> bool:
    """Whether the sides of an entry lie between those of its test (logarithms: up to a float's error)."""
    W, L, test, count = (entry[key] for key in ("W", "L", "test", "count"))
    n, m, K = N // 2, 2 ** (b - 1), changes(W, L)
    if count is None:
        low, high = K, N - 1 if test == "alternation" else n
    elif test == "vc":
        low, high = logarithm(dichotomies(count, W, L, N), bits), N << bits
    else:
        low = logarithm(dichotomies(count, W, L, 2 * m) * comb(K, n), bits)
        high = logarithm(Fraction(comb(m, n)), bits)
    slack = 0 if count is None else 1e-9
    return low * (1 - slack) <= entry["left"] < entry["right"] <= high * (1 + slack)


def logarithm(x: Fraction, bits: int) -> float:
    return (log2(x.numerator) - log2(x.denominator)) * 2**bits


def genuine(statement: dict, evidence: dict) -> bool:
    """Whether the listed classes prove the statement, in the naive reading."""
    if not keys(statement, "claim", "N", "b", "d", "widths", "parameters"):
        return False
    N, b, d, target = (statement[key] for key in ("N", "b", "d", "parameters"))
    if not (whole(N, 2, 2**20) and whole(b, 1, 2**20) and whole(d, 1, 2**30)):
        return False
    if not whole(target, 1, 2**24) or not keys(evidence, "precision", "excluded"):
        return False
    if N > MOST["N"] or b > MOST["b"] or target > MOST["parameters"]:
        raise TooLarge("statement")
    if statement["claim"] != "interp.D1" or statement["widths"] != "uniform" or N > 2**b:
        return False
    if not all(shown(N, b, evidence["precision"], one) for one in evidence["excluded"]):
        return False
    listed = [(one["W"], one["L"]) for one in evidence["excluded"]]
    return all(any(W <= w and L <= l for w, l in listed) for W, L in small(d, target))


def shown(N: int, b: int, bits: int, entry: dict) -> bool:
    """Whether an entry names a class that fails its test, with sides that say so."""
    return (
        keys(entry, "W", "L", "test", "count", "left", "right")
        and whole(entry["W"], 1, 2**24)
        and whole(entry["L"], 1, 2**24)
        and excluded(N, b, tuple(entry[key] for key in ("W", "L", "test", "count")))
        and within(N, b, bits, entry)
    )


def small(d: int, target: int):
    """Every (W, L) with fewer than ``target`` parameters."""
    W = 1
    while size(W, 1) + W * (d - 1) < target:
        L = 1
        while size(W, L) + W * (d - 1) < target:
            yield W, L
            L += 1
        W += 1


def originals() -> list[dict]:
    """Neighbouring problems, on a line and in the plane."""
    from constructions.interp.lower_bound import certified_minimum

    pairs = [(2, 1), (3, 2), (8, 8), (16, 9), (16, 10), (17, 9), (40, 30), (64, 64), (64, 65)]
    return [certified_minimum(N, b, d).certificate() for N, b in pairs for d in (1, 2)]


def impostors() -> list[dict]:
    """One parameter more, with a made-up entry for the class that is then in the way."""
    return [one_more(certificate) for certificate in originals()]


def one_more(certificate: dict) -> dict:
    statement, evidence = certificate["statement"], certificate["evidence"]
    target, need = statement["parameters"] + 1, statement["N"] << evidence["precision"]
    listed = [(one["W"], one["L"]) for one in evidence["excluded"]]
    open_ = (c for c in small(statement["d"], target) if not any(c <= one for one in listed))
    W, L = next(open_, (1, 1))
    made_up = {"W": W, "L": L, "test": "vc", "count": "W3", "left": need - 1, "right": need}
    entries = [*evidence["excluded"], made_up]
    return altered(certificate, {"parameters": target}, {"excluded": entries})
