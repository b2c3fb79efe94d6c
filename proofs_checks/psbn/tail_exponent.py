r"""Kind ``psbn.tail_exponent``: the least p > 1 with a nonzero solution of an eigenvalue problem.

Statement: ``claim``; ``diffusion`` A, ``drift`` b, ``potential`` V (:mod:`proofs_checks.psbn.gauss`); ``c``,
``R`` with -c < R; 1 < ``low`` <= ``high``. Accepted: the least p > 1 for which

    (A/2) u'' + (1 - p) b u' + (p (p-1)/2) V u = 0,   u(-c) = 0,   u'(R) = 0

has a nonzero solution lies in [low, high]. For the solution with u(R) = 1, u'(R) = 0 this p is the first
zero of D(p) = u(-c); D(1) = 1, since then u = 1. The checker proves D > 0 on [1, low], piece by piece with
p a ball, and D(high) < 0. Evidence: ``steps``, ``order``, ``bits`` (:mod:`proofs_checks.psbn.linear_ode`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, ctx

from proofs_checks.psbn.collapse_time import LONGEST, effort
from proofs_checks.psbn.gauss import ball, between, read_gauss
from proofs_checks.psbn.linear_ode import Step, Vector, advance, combination, steps
from proofs_checks.reading import Rejected, claim_among, mapping, rational
from proofs_checks.spelling import brief

CLAIMS = ("psbn.T7c",)
MOST_PIECES = 2000  #: balls of p that are tried
LARGEST = 64  #: p is at most this


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` saying which sign was not proved."""
    keys = ("claim", "diffusion", "drift", "potential", "c", "R", "low", "high")
    mapping(statement, "statement", keys)
    claim_among(statement, CLAIMS)
    A, b, V = (read_gauss(statement[key], f"statement.{key}") for key in keys[1:4])
    c, R, low, high = (rational(statement[key], f"statement.{key}") for key in keys[4:])
    if not (-c < R and max(abs(c), abs(R)) <= LONGEST):
        raise Rejected(f"statement.R: must be above -c, both at most {LONGEST}")
    if not 1 < low <= high <= LARGEST:
        raise Rejected(f"statement.low: must satisfy 1 < low <= high <= {LARGEST}")
    number, order, bits = effort(evidence)
    with ctx.workprec(bits):
        way = steps([(b, A), (V, A)], (R, -c), number, order)
        if not shoot(ball(high), way) < 0:
            raise Rejected("statement.high: D(high) < 0 is not proved")
        pieces = _demand_positive(low, way)
    return (
        f"c={brief(c)} R={brief(R)}: p* in [{float(low):.9g}, {float(high):.9g}]; {pieces} pieces"
    )


def shoot(p: arb, way: list[Step]) -> arb:
    """D(p): u at the end of the way, for u = 1 and u' = 0 at its beginning."""
    y: Vector = arb(1), arb(0)
    drift, potential = 2 * (1 - p), p * (p - 1)
    for step in way:
        zero = [arb(0)] * len(step.at[0])
        at, over = (
            (zero, combination([(drift, quotient)]), combination([(potential, other)]))
            for quotient, other in (step.at, step.over)
        )
        y = advance(y, step.h, at, over)
    return y[0]


def _demand_positive(low: Fraction, way: list[Step]) -> int:
    """Prove D > 0 on [1, low]; the number of pieces it took."""
    open_, pieces = [(Fraction(1), low)], 0
    while open_:
        left, right = open_.pop()
        pieces += 1
        if pieces > MOST_PIECES:
            raise Rejected(f"statement.low: D > 0 is not proved near p = {float(left):.9g}")
        if not _positive(between(ball(left), ball(right)), way):
            middle = (left + right) / 2
            if right - left < Fraction(1, 2**40):
                raise Rejected(f"statement.low: D > 0 is not proved near p = {float(left):.9g}")
            open_ += [(middle, right), (left, middle)]
    return pieces


def _positive(p: arb, way: list[Step]) -> bool:
    try:
        return bool(shoot(p, way) > 0)
    except Rejected:  # the ball of p is too wide for an enclosure: halve it
        return False
