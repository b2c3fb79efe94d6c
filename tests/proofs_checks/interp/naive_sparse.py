"""Second checker of ``interp.sparse``: full integers, every size, no logarithms.

Written from the theorem: s nonzero parameters on some acyclic graph with U hidden units are too few if

    C(m, n) > C(E, s) 2^(U+1) C(2^U, n) sum_{c <= min(p, 2n)} e_c C(p, c) D^c (D-1)^(p-c)

with p = s - U, D = U + 1, E the places of the graph, e_c = [y^c] ((1 + my)(1 + y))^n, n pairs out of m.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb

from naive import TooLarge, altered, keys, whole

ENOUGH = {"N": 40, "b": 100}
MOST = {"N": 300, "b": 500, "nonzeros": 40}


#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "range(1, target)", "range(1, target - 1)"),
    ("check", "for U in range(s)", "for U in range(s - 1)"),
    ("check", "1 << b:", "2 << b:"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "N", "b", "d", "nonzeros") or not keys(evidence, "precision"):
        return False
    N, b, d, target = (statement[key] for key in ("N", "b", "d", "nonzeros"))
    if not (whole(N, 2, 2**20) and whole(b, 1, 2**20) and whole(d, 1, 2**30)):
        return False
    if statement["claim"] != "interp.DIRS" or N > 2**b or not whole(target, 1, 2000):
        return False
    if not whole(evidence["precision"], 1, 10**3):
        return False
    if target > MOST["nonzeros"]:
        raise TooLarge("nonzeros")
    few = min(N, ENOUGH["N"]), min(b, ENOUGH["b"])  # more points, nearer, are no easier
    sizes = [(s, U) for s in range(1, target) for U in range(s)]
    if all(excluded(*few, *one) for one in sizes):
        return True
    if N > MOST["N"] or b > MOST["b"]:
        raise TooLarge("N, b")
    return all(excluded(N, b, *one) for one in sizes)


@lru_cache(1 << 16)
def excluded(N, b, s, U):
    n, m, p, D = N // 2, 2 ** (b - 1), s - U, U + 1
    if U == 0:  # affine: one change
        return N > 2
    # Entries of unit i: bias, input, i - 1 units before it; of the output: bias, input, U units.
    places = sum(2 + before for before in range(U + 1))
    e = placements(n, b)
    one_set = sum(e[c] * comb(p, c) * D**c * (D - 1) ** (p - c) for c in range(min(p, 2 * n) + 1))
    return comb(places, s) * 2 ** (U + 1) * comb(2**U, n) * one_set < comb(m, n)


@lru_cache
def placements(n, b):
    """The coefficients of ((1 + my)(1 + y))^n."""
    one = [comb(n, i) * 2 ** ((b - 1) * i) for i in range(n + 1)]
    two = [comb(n, i) for i in range(n + 1)]
    return [
        sum(one[i] * two[c - i] for i in range(max(c - n, 0), min(c, n) + 1))
        for c in range(2 * n + 1)
    ]


def originals():
    """Neighbouring problems, on a line and in the plane."""
    from constructions.interp.sparse_bound import sparse_minimum

    pairs = [(2, 1), (3, 2), (5, 4), (8, 8), (8, 9), (9, 8), (16, 16), (16, 64), (17, 64), (24, 40)]
    return [sparse_minimum(N, b, d).certificate() for N, b in pairs for d in (1, 2)]


def impostors():
    """One nonzero parameter more."""
    return [altered(one, {"nonzeros": one["statement"]["nonzeros"] + 1}, {}) for one in originals()]
