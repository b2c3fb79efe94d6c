"""Second checker of ``psbn.collapse_time``: the equation is integrated by an unrelated solver, in floats.

A statement is believed when its interval holds the value up to :data:`SLACK`, so what is found is an
interval that is wrong by more.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest
from math import erfc, exp, pi, sqrt

from naive import altered, keys, number, whole

from proofs_checks.psbn.collapse_time import CLAIMS

SLACK = 1e-7  #: relative error of the solver allowed for


#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "found >= ball(low) and ", ""),
    ("check", " and found <= ball(high)", ""),
    ("check", "r0 <= R and ", "r0 and "),
    ("check", "at(ball(R)) > 0", "at(ball(R)) != 0"),
)


def genuine(statement, evidence):
    names = ("c", "r0", "R", "low", "high")
    if (
        not keys(statement, "claim", "diffusion", "drift", *names)
        or statement["claim"] not in CLAIMS
    ):
        return False
    if not keys(evidence, "steps", "order", "bits") or not all(
        whole(x, 1, 3000) for x in evidence.values()
    ):
        return False
    c, r0, R, low, high = (number(statement[name]) for name in names)
    if not (-c < r0 <= R and max(abs(c), abs(R)) <= 50):
        return False
    functions = json.dumps([statement["diffusion"], statement["drift"]])
    found = mean_time(functions, (float(c), float(r0), float(R)))
    return float(low) <= found * (1 + SLACK) + SLACK and found * (1 - SLACK) - SLACK <= float(high)


def function(data):
    """P Phi + Q phi as a function of floats."""
    if not keys(data, "Phi", "phi"):
        raise ValueError("function")
    P, Q = ([float(number(x)) for x in data[name]] for name in ("Phi", "phi"))

    def value(r):
        below, normal = erfc(-r / sqrt(2)) / 2, exp(-r * r / 2) / sqrt(2 * pi)
        total, power = 0.0, 1.0
        for p, q in zip_longest(P, Q, fillvalue=0.0):
            total += power * (p * below + q * normal)
            power *= r
        return total

    return value


@lru_cache(1 << 12)
def mean_time(functions, place):
    """u(r0) for (A/2) u'' + b u' = -1 with u(-c) = 0, u'(R) = 0, from R to the left."""
    from scipy.integrate import solve_ivp

    A, b = map(function, json.loads(functions))
    c, r0, R = place

    def slope(r, y):
        return [y[1], -2 * (1 + b(r) * y[1]) / A(r)]

    grid = [-c + i * (R + c) / 400 for i in range(401)]
    if not all(A(r) > 0 for r in grid):
        raise ValueError("diffusion")
    done = solve_ivp(
        slope, (R, -c), [0.0, 0.0], method="DOP853", rtol=1e-11, atol=1e-12, t_eval=[r0, -c]
    )
    if not done.success:
        raise ValueError("not integrated")
    return done.y[0, 0] - done.y[0, 1]


def originals():
    """Both models from several places, short ways with little effort, so that many can be tampered with."""
    from constructions.psbn.hazard import MODELS, Place, collapse_constant, time_certificate
    from proofs_checks.certificate import seal

    made = []
    half, eighth = Fraction(1, 2), Fraction(1, 8)
    for model, steps in (("frozen", 3), ("held", 8)):
        for r0, c, R in (
            (0, half, half),
            (0, half / 2, half / 2),
            (half, half, half),
            (eighth, 1, half),
        ):
            place = Place(Fraction(r0), Fraction(c), R)
            value = Fraction(collapse_constant(model, place)).limit_denominator(10**9)
            whole_ = time_certificate("psbn.T7", MODELS[model], place, value, Fraction(1, 100))
            effort = {"steps": 2 * steps if c == 1 else steps, "order": 10, "bits": 60}
            made.append(seal(whole_["kind"], whole_["statement"], effort))
    return made


def impostors():
    """Intervals below and above the mean time, starts beyond the wall, and A < 0 in the same equation."""
    made = []
    for one in originals():
        statement = one["statement"]
        low, high = (number(statement[name]) for name in ("low", "high"))
        width = high - low
        for step in (width, -width):
            made.append(altered(one, {"low": str(low + step), "high": str(high + step)}, {}))
        if statement["r0"] == statement["R"]:
            made.append(altered(one, {"r0": str(number(statement["R"]) + Fraction(1, 1000))}, {}))
        forms = {name: negative(statement[name]) for name in ("diffusion", "drift")}
        made.append(altered(one, {**forms, "low": str(-high), "high": str(-low)}, {}))
    return made


def negative(form):
    return {name: [str(-number(x)) for x in form[name]] for name in ("Phi", "phi")}
