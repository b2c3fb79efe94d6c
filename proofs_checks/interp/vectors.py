"""Referee of the sharper lower bounds: certificate kind ``interp.vectors``.

Statement (claim ``interp.DIR``): *if every 0/1 labelling of every 2^-b-separated set of N points is
interpolated by* ``Class(d; w)``, *then its dense parameter count is at least* ``parameters``, for all
width vectors w (``widths`` "general") or for w = (W, ..., W) ("uniform"). Points lie in [0, 1] for
d = 1 and on a diameter of the unit ball for d > 1.

The evidence is only the precision of the logarithms: the referee lists all classes with fewer
parameters itself and finds for each a necessary test that it fails
(:mod:`proofs_checks.interp.direct`). Nothing found by a search has to be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofs_checks.interp.counting import LIMITS, Problem, floor_log2_binomial
from proofs_checks.interp.direct import (
    Widths,
    log2_crossings,
    log2_dichotomies,
    log2_direct,
    recursive_changes,
    vector_parameters,
)
from proofs_checks.reading import Rejected, claim_among, integer, mapping, shown, text

CLAIM = "interp.DIR"
TESTS = ("recursion", "vc", "crossings", "direct")
MOST_PARAMETERS = 1 << 16
MOST_CLASSES = 200_000  #: width vectors that the referee is willing to go through


def excluded(problem: Problem, w: Widths, bits: int) -> str | None:
    """The first test that ``Class(1; w)`` fails, or ``None`` if it passes all of them.

    Counts are rounded up and needs down, in units of 2^-bits of a logarithm.
    """
    N, n, m = problem.N, problem.n, problem.m
    K = recursive_changes(w)
    if K < N - 1:
        return "recursion"
    if log2_dichotomies(w, N, bits) < N << bits:
        return "vc"
    need = floor_log2_binomial(m, n, bits)
    ups = -(-K // 2)
    if ups < n or (ups < m and log2_crossings(problem, w, bits) < need):
        return "crossings"
    served = log2_direct(problem, w, bits)
    return "direct" if served is None or served < need else None


def classes(d: int, widths: str, below: int) -> Iterator[Widths]:
    """All width vectors of ``Class(d; w)`` with fewer than ``below`` parameters."""
    if widths == "uniform":
        for W in range(1, below):
            w: Widths = (W,)
            while vector_parameters(d, w) < below:
                yield w
                w = (*w, W)
        return
    stack: list[Widths] = [(W,) for W in range(1, below) if vector_parameters(d, (W,)) < below]
    while stack:
        w = stack.pop()
        yield w
        # The shortest way on is a layer of one unit; wider ones cost more.
        for v in range(1, below):
            if vector_parameters(d, (*w, v)) >= below:
                break
            stack.append((*w, v))


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept the statement, or raise :class:`Rejected` naming a class that passes every test."""
    claim_among(statement, (CLAIM,))
    read = mapping(statement, "statement", ("claim", "N", "b", "d", "widths", "parameters"))
    widths = text(read["widths"], "statement.widths")
    if widths not in ("uniform", "general"):
        raise Rejected(f"statement.widths: must be uniform or general, got {shown(widths)}")
    N, b, d, target = (
        integer(read[key], f"statement.{key}", least, LIMITS[key])
        for key, least in (("N", 2), ("b", 1), ("d", 1), ("parameters", 1))
    )
    if target > MOST_PARAMETERS:
        raise Rejected(f"statement.parameters: at most {MOST_PARAMETERS}, got {shown(target)}")
    if N > 1 << b:
        raise Rejected(f"statement.b: {N} points separated by 2^-{b} do not fit")
    bits = mapping(evidence, "evidence", ("precision",))["precision"]
    bits = integer(bits, "evidence.precision", 8, 256)
    seen = 0
    for w in classes(d, widths, target):
        seen += 1
        if seen > MOST_CLASSES:
            raise Rejected(f"statement: more than {MOST_CLASSES} classes to go through")
        if excluded(Problem(N, b), w, bits) is None:
            raise Rejected(f"statement.parameters: widths {shown(list(w))} pass every test")
    return f"N={N} b={b} d={d}: at least {target} parameters ({widths} widths, {seen} classes)"
