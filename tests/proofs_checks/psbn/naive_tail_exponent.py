"""Second checker of ``psbn.tail_exponent``: D(p) by an unrelated solver, in floats, on a grid of p.

A statement is believed when D has the signs it asks for up to :data:`SLACK`.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache

from naive import altered, keys, number, second, whole

from proofs_checks.psbn.tail_exponent import CLAIMS

SLACK = 1e-6


#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "ball(high), way) < 0", "ball(high), way) < 1"),
    ("check", "_demand_positive(low, way)", "0"),
    ("check", "not 1 < low", "not 0 < low"),
)


def genuine(statement, evidence):
    functions, numbers = ("diffusion", "drift", "potential"), ("c", "R", "low", "high")
    if not keys(statement, "claim", *functions, *numbers) or statement["claim"] not in CLAIMS:
        return False
    if not keys(evidence, "steps", "order", "bits") or not all(
        whole(x, 1, 3000) for x in evidence.values()
    ):
        return False
    c, R, low, high = (number(statement[name]) for name in numbers)
    if not (-c < R and max(abs(c), abs(R)) <= 50 and 1 < low <= high <= 64):
        return False
    return signs(json.dumps([statement[name] for name in functions]), (c, R), (low, high))


@lru_cache(1 << 12)
def signs(functions, place, interval):
    """Whether D > 0 on a grid from 1 to low, and D < 0 at high."""
    forms = [second("psbn.collapse_time").function(one) for one in json.loads(functions)]
    (c, R), (low, high) = place, map(float, interval)
    ends = (float(R), -float(c))
    grid = [1 + i * (low - 1) / 4 for i in range(5)]
    return end(high, forms, ends) < SLACK and all(end(p, forms, ends) > -SLACK for p in grid)


def end(p, forms, ends):
    """D(p) = u(-c) for (A/2) u'' + (1-p) b u' + (p (p-1)/2) V u = 0, u(R) = 1, u'(R) = 0."""
    from scipy.integrate import solve_ivp

    A, b, V = forms

    def slope(r, y):
        return [y[1], -2 * ((1 - p) * b(r) * y[1] + p * (p - 1) / 2 * V(r) * y[0]) / A(r)]

    done = solve_ivp(slope, ends, [1.0, 0.0], rtol=1e-9, atol=1e-10)
    if not done.success or not (all(A(r) > 0 for r in done.t) or all(A(r) < 0 for r in done.t)):
        raise ValueError("not integrated")
    return done.y[0, -1]


def originals():
    """Neighbouring intervals and ends, with little effort, so that many can be tampered with."""
    from constructions.psbn.hazard import tail_certificate, tail_exponent
    from proofs_checks.certificate import seal

    made = []
    half, third = Fraction(1, 2), Fraction(1, 3)
    for c, R in ((half, half), (half, half / 2), (half / 2, half / 2), (2 * third, third)):
        value = Fraction(tail_exponent(float(c), float(R))).limit_denominator(10**6)
        whole_ = tail_certificate("psbn.T7c", (Fraction(c), Fraction(R)), value, Fraction(1, 5))
        made.append(seal(whole_["kind"], whole_["statement"], {"steps": 6, "order": 6, "bits": 60}))
    return made


def impostors():
    """Intervals below and above the exponent, and one that begins at 1/2."""
    made = []
    for one in originals():
        low, high = (number(one["statement"][name]) for name in ("low", "high"))
        width = high - low
        for step in (width, -width):
            made.append(altered(one, {"low": str(low + step), "high": str(high + step)}, {}))
        made.append(altered(one, {"low": "1/2"}, {}))
    return made
