"""Referee of lower bounds for sparse networks: certificate kind ``interp.sparse``.

Statement (claim ``interp.DIRS``): *if every 0/1 labelling of every 2^-b-separated set of N points is
interpolated by a ReLU network with s nonzero parameters, on any acyclic graph, which may depend on
the points and labels, then s is at least* ``nonzeros``. Points lie in [0, 1] for d = 1 and on a
diameter through the origin of the unit ball for d > 1, where restricting to the line adds no entry.

Symbols: U hidden units, E possible entries of a graph in topological order, p = s - U parameters left
when each unit and the output are scaled (a threshold without output bias counts as one), D = U + 1
their degree, n pairs out of m = 2^(b-1). The test, for each s and U:

    C(m, n) <= C(E, s) 2^(U+1) C(2^U, n) sum_{c <= min(p, 2n)} e_c C(p, c) D^c (D-1)^(p-c)

A unit without incoming entries is constant and can be removed, so every unit has one and U < s. The
evidence is only the precision of the logarithms.
"""

from __future__ import annotations

from math import comb
from typing import Any

from proofs_checks.interp.counting import (
    LIMITS,
    Problem,
    ceil_log2_binomial,
    floor_log2_binomial,
)
from proofs_checks.interp.direct import ceil_log2_served
from proofs_checks.log2 import ceil_log2
from proofs_checks.reading import Rejected, claim_among, integer, mapping

CLAIM = "interp.DIRS"
MOST_NONZEROS = 2000


def possible_entries(U: int) -> int:
    """E: a bias and an input weight for U units and the output, and one entry per ordered pair."""
    return 2 * (U + 1) + U * (U + 1) // 2


def excluded(problem: Problem, s: int, U: int, bits: int) -> bool:
    """Whether no network of s nonzero parameters and U hidden units can do it."""
    n, m = problem.n, problem.m
    if U == 0:
        return problem.N > 2  # an affine function changes its label once
    if 2**U < n or s > possible_entries(U):
        return True  # too few patterns for n up-crossings, or no such graph
    left = ceil_log2(comb(possible_entries(U), s), bits) + ((U + 1) << bits)
    left += ceil_log2_binomial(2**U, n, bits) + ceil_log2_served((s - U, U + 1, None), n, m, bits)
    return left < floor_log2_binomial(m, n, bits)


def all_excluded(problem: Problem, s: int, bits: int) -> bool:
    """Whether no network of exactly s nonzero parameters can do it."""
    return all(excluded(problem, s, U, bits) for U in range(s))


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept the statement, or raise :class:`Rejected` naming a size that passes."""
    claim_among(statement, (CLAIM,))
    read = mapping(statement, "statement", ("claim", "N", "b", "d", "nonzeros"))
    N, b = (
        integer(read[k], f"statement.{k}", least, LIMITS[k]) for k, least in (("N", 2), ("b", 1))
    )
    d = integer(read["d"], "statement.d", 1, LIMITS["d"])
    target = integer(read["nonzeros"], "statement.nonzeros", 1, MOST_NONZEROS)
    if N > 1 << b:
        raise Rejected(f"statement.b: {N} points separated by 2^-{b} do not fit")
    bits = mapping(evidence, "evidence", ("precision",))["precision"]
    bits = integer(bits, "evidence.precision", 8, 256)
    for s in range(1, target):
        for U in range(s):
            if not excluded(Problem(N, b), s, U, bits):
                raise Rejected(f"statement.nonzeros: s = {s} with U = {U} units passes the test")
    return f"N={N} b={b} d={d}: at least {target} nonzero parameters (any graph)"
