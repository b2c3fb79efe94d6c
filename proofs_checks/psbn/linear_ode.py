r"""u'' = F - B u' - V u on an interval, enclosed step by step by Taylor's formula with remainder.

The coefficients are analytic functions given by their Taylor series on balls. One step from t to t + h:
a box Y that holds (u, u') on the whole step is found by Picard's criterion (if y + [0, h] G(Y) lies in Y,
so does the solution), the Taylor coefficients at t come from the equation, and the one of the last order,
taken over the ball [t, t + h] and the box Y, bounds the remainder. Steps may go to the left (h < 0). Every
number is a :class:`flint.arb` ball, so the result is proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_series, ctx

from proofs_checks.psbn.gauss import Gauss, ball, between
from proofs_checks.reading import Rejected

WIDENINGS = 40  #: attempts to find a box that holds the solution during a step

Vector = tuple[arb, arb]  # u, u'
Coefficients = Sequence[list[arb]]  # Taylor coefficients of F, B and V
Quotient = tuple[Gauss | None, Gauss]  # numerator (None: 1) and denominator


@dataclass(frozen=True)
class Step:
    """Taylor coefficients of some quotients at t and over the ball [t, t + h]."""

    h: arb
    at: tuple[list[arb], ...]
    over: tuple[list[arb], ...]


def steps(
    quotients: Sequence[Quotient], ends: tuple[Fraction, Fraction], number: int, order: int
) -> list[Step]:
    """Series of the quotients along ``number`` equal steps from ``ends[0]`` to ``ends[1]``.

    :class:`Rejected` if a denominator is not proved to be without zeros there.
    """
    start, end = ends
    width, made = (end - start) / number, []
    for k in range(number):
        left, right = ball(start + k * width), ball(start + (k + 1) * width)
        at, over = (
            tuple(_quotient(pair, t, order) for pair in quotients)
            for t in (left, between(left, right))
        )
        made.append(Step(ball(width), at, over))
    return made


def _quotient(pair: Quotient, t: arb, order: int) -> list[arb]:
    above, below = pair
    value = below.at(t)
    if not (value > 0 or value < 0):
        raise Rejected(f"denominator: may vanish near r = {float(t.mid()):.6g}")
    cap, ctx.cap = ctx.cap, order
    try:
        divisor = below.series(t, order)
        made = above.series(t, order) / divisor if above else arb_series([1], order) / divisor
    finally:
        ctx.cap = cap
    found = made.coeffs()
    return [*found, *[arb(0)] * (order - len(found))]


def combination(parts: Sequence[tuple[arb, list[arb]]]) -> list[arb]:
    """The series of sum c f."""
    return [sum((c * f[k] for c, f in parts), arb(0)) for k in range(len(parts[0][1]))]


def advance(y: Vector, h: arb, at: Coefficients, over: Coefficients) -> Vector:
    """(u, u') at the end of a step of width h that begins with ``y``."""
    order = len(at[0])
    inner = _taylor(y, at, order)
    last = _taylor(_box(y, h, over), over, order + 1)
    u, v = (_value([*series, bound[order]], h) for series, bound in zip(inner, last, strict=True))
    return u, v


def _value(coefficients: list[arb], h: arb) -> arb:
    total = arb(0)
    for coefficient in reversed(coefficients):
        total = total * h + coefficient
    return total


def _taylor(y: Vector, series: Coefficients, number: int) -> tuple[list[arb], list[arb]]:
    """The first ``number`` coefficients of u and of u', from u'' = F - B u' - V u."""
    F, B, V = series
    u, v = [y[0]], [y[1]]
    for k in range(number - 1):
        total = F[k]
        for j in range(k + 1):
            total -= B[j] * v[k - j] + V[j] * u[k - j]
        u.append(v[k] / (k + 1))
        v.append(total / (k + 1))
    return u, v


def _box(y: Vector, h: arb, over: Coefficients) -> Vector:
    """A box that holds (u, u') from 0 to h, by Picard's criterion."""
    during, box = between(arb(0), h), y
    F, B, V = (series[0] for series in over)
    for _ in range(WIDENINGS):
        u, v = box
        image = y[0] + during * v, y[1] + during * (F - B * v - V * u)
        if all(large.contains(small) for small, large in zip(image, box, strict=True)):
            return image
        box = _wider(image[0]), _wider(image[1])
    raise Rejected("evidence.steps: too few to enclose the solution")


def _wider(x: arb) -> arb:
    margin = abs(x).upper() / 16 + arb(2) ** -60
    return x + between(-margin, margin)
