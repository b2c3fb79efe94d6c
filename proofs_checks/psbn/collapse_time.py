r"""Kind ``psbn.collapse_time``: the mean time to reach -c, in units of 1/kappa, lies in [low, high].

Statement: ``claim``; ``diffusion`` A and ``drift`` b (:mod:`proofs_checks.psbn.gauss`); ``c``, ``r0``,
``R`` with -c < r0 <= R; ``low``, ``high``. With kappa = 1 the mean time u to reach -c from r, reflected at
R, of the process with drift b and variance A per unit of time is the solution of

    (A/2) u'' + b u' = -1,   u(-c) = 0,   u'(R) = 0      (A > 0 on [-c, R]),

and accepted is ``low <= u(r0) <= high``. Evidence: ``steps``, ``order``, ``bits`` of the integration
(:mod:`proofs_checks.psbn.linear_ode`), which goes from R, where (u - u(R), u') = (0, 0), to the left.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, ctx

from proofs_checks.psbn.gauss import Gauss, ball, read_gauss
from proofs_checks.psbn.linear_ode import Vector, advance, combination, steps
from proofs_checks.reading import Rejected, claim_among, integer, mapping, rational
from proofs_checks.spelling import brief, rounded

CLAIMS = ("psbn.T7", "psbn.T7b")
MOST_STEPS, MOST_ORDER, MOST_BITS = 2000, 60, 1000
LONGEST = 50  #: c, R and so on are at most this


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` with the enclosure that was found instead."""
    mapping(statement, "statement", ("claim", "diffusion", "drift", "c", "r0", "R", "low", "high"))
    claim_among(statement, CLAIMS)
    A, b = (read_gauss(statement[key], f"statement.{key}") for key in ("diffusion", "drift"))
    c, r0, R, low, high = (
        rational(statement[key], f"statement.{key}") for key in ("c", "r0", "R", "low", "high")
    )
    if not (-c < r0 <= R and max(abs(c), abs(R)) <= LONGEST):
        raise Rejected(f"statement.r0: must satisfy -c < r0 <= R, all at most {LONGEST}")
    if not A.at(ball(R)) > 0:
        raise Rejected("statement.diffusion: must be positive at R")
    number, order, bits = effort(evidence)
    with ctx.workprec(bits):
        found = enclose(A, b, (c, r0, R), number, order)
        if not (found >= ball(low) and found <= ball(high)):
            raise Rejected(f"statement.low: the mean time is {found.str(15)}, not proved within")
    place = f"c={brief(c)} r0={brief(r0)} R={brief(R)}"
    return f"{place}: mean time / kappa in [{rounded(low, '.15g')}, {rounded(high, '.15g')}]"


def effort(evidence: Any) -> tuple[int, int, int]:
    """``steps``, ``order`` and ``bits`` of the evidence."""
    parts = mapping(evidence, "evidence", ("steps", "order", "bits"))
    return (
        integer(parts["steps"], "evidence.steps", 1, MOST_STEPS),
        integer(parts["order"], "evidence.order", 2, MOST_ORDER),
        integer(parts["bits"], "evidence.bits", 53, MOST_BITS),
    )


def enclose(
    A: Gauss, b: Gauss, place: tuple[Fraction, Fraction, Fraction], number: int, order: int
) -> arb:
    """u(r0) as a ball, at the working precision; ``place`` is (c, r0, R)."""
    c, r0, R = place
    at_start = _leftwards((arb(0), arb(0)), A, b, (R, r0, number, order))
    at_end = _leftwards(at_start, A, b, (r0, -c, number, order))
    return at_start[0] - at_end[0]


def _leftwards(y: Vector, A: Gauss, b: Gauss, way: tuple[Fraction, Fraction, int, int]) -> Vector:
    start, end, number, order = way
    if start == end:
        return y
    minus_two, two, zero = arb(-2), arb(2), [arb(0)] * order
    for step in steps([(None, A), (b, A)], (start, end), number, order):
        at, over = (
            (combination([(minus_two, one)]), combination([(two, quotient)]), zero)
            for one, quotient in (step.at, step.over)
        )
        y = advance(y, step.h, at, over)
    return y
