r"""Kind ``psbn.sign_change``: f = P Phi + Q phi has exactly one real zero, and it lies in (low, high).

Statement: ``claim``; ``function`` (:mod:`proofs_checks.psbn.gauss`); ``low`` < ``high``. Accepted: f < 0
on (-inf, low], f > 0 on [high, inf) and f' > 0 on [low, high]. Evidence: ``beyond`` B (the tails begin
at -B and B), ``bits`` of the ball arithmetic.

Between -B and B the line is bisected until on each piece the ball of f has the right sign, or f' > 0
there and f has the right sign at the end that decides. Left of -B divide by phi r^d, d = max(deg P - 1,
deg Q), and put s = 1/r: since Phi(r) = phi(r) m / |r| with m in [1/(1 + s^2), 1] (Mills' ratio), what is
left is a polynomial in s and m. Right of B divide by r^deg P: Phi lies in [Phi(B), 1], and r^k phi falls
for r^2 >= k, so that every term of Q phi is at most its size at B.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, ctx

from proofs_checks.psbn.gauss import Gauss, ball, between, density, distribution, read_gauss
from proofs_checks.reading import Rejected, claim_among, integer, mapping, rational
from proofs_checks.spelling import rounded

CLAIMS = ("psbn.T5",)
DEEPEST = 60  #: halvings of one piece
MOST_PIECES = 20_000


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` naming the place where the sign is not proved."""
    mapping(statement, "statement", ("claim", "function", "low", "high"))
    claim_among(statement, CLAIMS)
    f = read_gauss(statement["function"], "statement.function")
    low, high = (rational(statement[key], f"statement.{key}") for key in ("low", "high"))
    parts = mapping(evidence, "evidence", ("beyond", "bits"))
    beyond = rational(parts["beyond"], "evidence.beyond")
    bits = integer(parts["bits"], "evidence.bits", 53, 2000)
    if not -beyond < low < high < beyond:
        raise Rejected("statement.low: must satisfy -beyond < low < high < beyond")
    with ctx.workprec(bits):
        _demand_tails(f, beyond)
        slope = f.derivative()
        if not slope.at(between(ball(low), ball(high))) > 0:
            raise Rejected("function: f' > 0 is not proved on [low, high]")
        pieces = _demand_sign(f, (-beyond, low), -1) + _demand_sign(f, (high, beyond), 1)
    place = f"({rounded(low)}, {rounded(high)}) of width {rounded(high - low, '.1e')}"
    return f"one zero, in {place}; {pieces} pieces"


def _demand_sign(f: Gauss, interval: tuple[Fraction, Fraction], sign: int) -> int:
    """Prove sign f > 0 on the interval; the number of pieces it took."""
    slope, open_, pieces = f.derivative(), [(*interval, 0)], 0
    while open_:
        left, right, depth = open_.pop()
        pieces += 1
        if pieces > MOST_PIECES or depth > DEEPEST:
            raise Rejected(f"function: its sign is not proved near r = {rounded(left, '.6g')}")
        here = between(ball(left), ball(right))
        if sign * f.at(here) > 0:
            continue
        # Rising, f is largest at the right end and smallest at the left one.
        if slope.at(here) > 0 and sign * f.at(ball(right if sign < 0 else left)) > 0:
            continue
        middle = (left + right) / 2
        open_ += [(left, middle, depth + 1), (middle, right, depth + 1)]
    return pieces


def _demand_tails(f: Gauss, beyond: Fraction) -> None:
    if beyond < 1 or beyond * beyond < len(f.Q):
        raise Rejected(
            "evidence.beyond: must be at least 1, and its square the length of phi's part"
        )
    if not _left_tail(f, beyond) < 0:
        raise Rejected("function: f < 0 is not proved towards -infinity")
    if not _right_tail(f, beyond) > 0:
        raise Rejected("function: f > 0 is not proved towards +infinity")


def _left_tail(f: Gauss, beyond: Fraction) -> arb:
    """f / (phi |r|^d) on r <= -B, as a ball; d as in the module's docstring."""
    d = max(len(f.P) - 2, len(f.Q) - 1, 0)
    s = between(ball(-1 / beyond), arb(0))
    mills = between(1 / (1 + s * s), arb(1))
    total = arb(0)
    for k, p in enumerate(f.P):  # p r^k Phi / (phi |r|^d) = p (-1)^k |r|^(k-1-d) m
        total += ball(p) * (-1) ** k * (-s) ** (d + 1 - k) * mills
    for k, q in enumerate(f.Q):
        total += ball(q) * (-1) ** k * (-s) ** (d - k)
    return total


def _right_tail(f: Gauss, beyond: Fraction) -> arb:
    """f / r^deg P on r >= B, as a ball."""
    degree, B = max(len(f.P) - 1, 0), ball(beyond)
    s = between(arb(0), 1 / B)
    total = arb(0)
    for k, p in enumerate(f.P):
        total += ball(p) * s ** (degree - k) * between(distribution(B), arb(1))
    for k, q in enumerate(f.Q):
        largest = density(B) * B**k / B**degree
        total += ball(q) * between(arb(0), largest)
    return total
