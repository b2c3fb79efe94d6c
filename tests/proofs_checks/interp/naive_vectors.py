"""Second checker of ``interp.vectors``: full integers, every class, no logarithms, no bounds.

Written from the theorems: a class Class(1; w), w = (w_1..w_L), u = sum w, with P parameters, of which
p = P - u - 1 are left after scaling, in degree D = L + 1, cannot serve all labellings if one of

    K < N - 1                                      K changes along a line, by the recursion over layers
    2^(u+1) Z(S, D, p) < 2^N                       S polynomials on N inputs, Z their sign vectors
    ceil(K/2) < n, or ceil(K/2) < m and 2^(u+1) Z C(ceil(K/2), n) < C(m, n)       on 2m inputs
    Phi Lambda_n Sg < C(m, n)                      the direct count; n pairs out of m = 2^(b-1)

A statement for N and b carries over to more points and less separation, so beyond some size the answer
at that size is taken, if it is yes. Beyond a larger size nothing else is looked at.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import comb, factorial, prod

from naive import TooLarge, altered, keys, whole

ENOUGH = {"N": 40, "b": 100}
MOST = {"N": 300, "b": 500, "uniform": 100, "general": 26}


#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("excluded", "K < N - 1", "K <= N"),
    ("excluded", "if ups < n or", "if ups <= n or"),
    ("excluded", "served < need", "served < 2 * need"),
    ("classes", "while vector_parameters(d, w) < below", "if vector_parameters(d, w) < below"),
    ("check", "1 << b:", "2 << b:"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "N", "b", "d", "widths", "parameters"):
        return False
    N, b, d, target = (statement[key] for key in ("N", "b", "d", "parameters"))
    if not (whole(N, 2, 2**20) and whole(b, 1, 2**20) and whole(d, 1, 2**30)):
        return False
    if not keys(evidence, "precision") or not whole(evidence["precision"], 1, 10**3):
        return False
    if statement["claim"] != "interp.DIR" or N > 2**b or not whole(target, 1, 10**9):
        return False
    if statement["widths"] not in ("uniform", "general"):
        return False
    if target > MOST[statement["widths"]]:
        raise TooLarge("parameters")
    small = list(classes(d, statement["widths"], target))
    few = min(N, ENOUGH["N"]), min(b, ENOUGH["b"])
    if all(excluded(*few, w) for w in small):
        return True
    if N > MOST["N"] or b > MOST["b"]:
        raise TooLarge("N, b")
    return all(excluded(N, b, w) for w in small)


def size(d, w):
    return sum(out * (into + 1) for into, out in pairwise((d, *w, 1)))


def classes(d, widths, below):
    """All width vectors with fewer than ``below`` parameters."""
    pending = [()]
    while pending:
        w = pending.pop()
        for v in range(1, below):
            longer = (*w, v)
            if size(d, longer) < below and (widths == "general" or len(set(longer)) == 1):
                yield longer
                pending.append(longer)


@lru_cache(1 << 16)
def excluded(N, b, w):
    n, m, K = N // 2, 2 ** (b - 1), changes(w)
    ups, need = -(-K // 2), comb(2 ** (b - 1), N // 2)
    if K < N - 1 or ups < n or dichotomies(w, N) < 2**N:
        return True
    if ups < m and dichotomies(w, 2 * m) * comb(ups, n) < need:
        return True
    return families(w) * pattern_sets(w, n) * served(w, n, m) < need


def changes(w):
    """Layers of one unit pass a threshold on: the bound is a product over what lies between them."""
    total, between = 1, []
    for v in (*w, 1):
        if v != 1:
            between.append(v)
        elif between:
            total, between = total * changes_between(between), []
    return total


def changes_between(w):
    """Breakpoints Q after a layer, changes K of what is read from it."""
    alone = {2: 2}
    Q, K = w[0], alone.get(w[0], w[0] + 1)
    for v in w[1:]:
        new_Q = Q + v * K
        Q, K = new_Q, min(new_Q + 1, alone.get(v, v + 1) * (Q + 1))
    return K


def dichotomies(w, M):
    """2^(u+1) Z(S, D, p) on M inputs."""
    u, p, D = sum(w), size(1, w) - sum(w) - 1, len(w) + 1
    S = M * (sum(v * 2 ** sum(w[:i]) for i, v in enumerate(w)) + 2**u)
    return 2 ** (u + 1) * sum(
        comb(S, c) * comb(p, c) * D**c * (D - 1) ** (p - c) for c in range(p + 1)
    )


def families(w):
    return 2 * 2 ** w[0] * prod(v + 1 for v in w[1:])


def served(w, n, m):
    """Sg = sum_c [y^c] ((1 + my)(1 + y))^n C(p, c) min(M, D^c (D-1)^(p-c))."""
    p, D = size(1, w) - sum(w) - 1, len(w) + 1
    groups = [w[0], *(into * out for into, out in pairwise(w)), w[-1]]
    M = factorial(p) // prod(map(factorial, groups))
    factors = polynomial_power([1, 1 + m, m], n)
    return sum(
        factors[c] * comb(p, c) * min(M, D**c * (D - 1) ** (p - c))
        for c in range(min(p, 2 * n) + 1)
    )


@lru_cache(1 << 10)
def pattern_sets(w, n):
    """Lambda_n: the coefficient of y^n after the layers' polynomials are put into one another."""
    if len(w) == 1:
        return comb(w[0] + 2 - n, n) if 2 * n <= w[0] + 2 else 0
    inner = [0, 1]
    for coefficients in (
        last_layer(w[-1]),
        *map(middle_layer, reversed(w[1:-1])),
        first_layer(w[0]),
    ):
        outer, power = [0] * (n + 1), [1]
        for coefficient in coefficients:
            power = times(power, inner)[: n + 1]
            outer = [
                a + coefficient * b for a, b in zip(outer, power + [0] * (n + 1), strict=False)
            ]
        inner = outer
    return inner[n]


def first_layer(v):
    return [comb(v + 1, j) for j in range(1, v + 2)]


def middle_layer(v):
    """Sets of j patterns in a chain, none of them zero: (2^v - j) onto maps, in two orders."""
    onto = [
        sum((-1) ** i * comb(j - 1, i) * (j - i) ** v for i in range(j)) for j in range(1, v + 2)
    ]
    return [2**v - 1, *((2**v - j) * onto[j - 1] // 2 for j in range(2, v + 2))]


def last_layer(v):
    """Every step flips two units or more: v! [z^v] e^z (e^z - 1 - z)^(j-1)."""
    if v <= 2:
        return [2**v - 1]
    steps = [Fraction(0), Fraction(0), *(Fraction(1, factorial(k)) for k in range(2, v + 1))]
    series = [Fraction(1, factorial(k)) for k in range(v + 1)]
    counted = [2**v - 1]
    for j in range(2, v // 2 + 2):
        series = times(series, steps)[: v + 1]
        counted.append((2**v - j) * int(factorial(v) * series[v]) // 2)
    return counted


def times(one, two):
    result = [0] * (len(one) + len(two) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            result[i + j] += a * b
    return result


@lru_cache(1 << 10)
def _power(factor, n):
    return [1] if n == 0 else times(_power(factor, n - 1), list(factor))


def polynomial_power(factor, n):
    return _power(tuple(factor), n)


def originals():
    """Neighbouring problems over uniform and general widths, on a line and in the plane."""
    from constructions.interp.vector_bound import sharpest_minimum

    line = [(2, 1), (3, 2), (5, 4), (8, 8), (8, 9), (9, 8), (16, 16), (16, 64), (17, 64), (24, 12)]
    problems = [(N, b, d, "uniform") for N, b in line for d in (1, 2)]
    problems += [(N, b, 1, "general") for N, b in line[:-2]]
    return [sharpest_minimum(*problem).certificate() for problem in problems]


def impostors():
    """One parameter more."""
    return [
        altered(one, {"parameters": one["statement"]["parameters"] + 1}, {}) for one in originals()
    ]
