"""Second checker of ``psbn.samuelson``: both quadratic forms at enough vectors; the bound is n - 1.

A quadratic form is known from its values at the unit vectors and at their sums in pairs.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement

from naive import altered, keys, number, whole

from proofs_checks.psbn.samuelson import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("_add_square", "weight < 0", "weight < -2"),
    ("check", "right[i][j] != left", "right[i][j] > left"),
    ("_demand_attained", "!= k * total", "> k * total"),
    ("_demand_attained", "sum(d) != 0", "sum(d) < 0"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "n", "square") or statement["claim"] not in CLAIMS:
        return False
    if not keys(evidence, "squares", "multiplier", "batch") or not whole(statement["n"], 2, 64):
        return False
    n, k = statement["n"], number(statement["square"])
    squares = [
        (number(one["weight"]), [number(x) for x in one["form"]])
        for one in evidence["squares"]
        if keys(one, "weight", "form")
    ]
    multiplier, batch = ([number(x) for x in evidence[name]] for name in ("multiplier", "batch"))
    if len(squares) != len(evidence["squares"]) or any(w < 0 for w, _ in squares):
        return False

    def same(d):
        left = k * times(d, d) - n * d[0] ** 2
        return left == sum(w * times(a, d) ** 2 for w, a in squares) + sum(d) * times(multiplier, d)

    pairs = combinations_with_replacement(range(n), 2)
    vectors = [[Fraction((i == a) + (i == b)) for i in range(n)] for a, b in pairs]
    attained = sum(batch) == 0 != times(batch, batch) and n * batch[0] ** 2 == k * times(
        batch, batch
    )
    return k == n - 1 and attained and len(batch) == n and all(map(same, vectors))


def times(one, two):
    return sum(a * b for a, b in zip(one, two, strict=True))


def originals():
    """Batches of two to seven."""
    from constructions.psbn.samuelson import samuelson_certificate

    return [samuelson_certificate("psbn.T2", n, Fraction(n - 1)) for n in (2, 3, 4, 5, 7)]


def impostors():
    """Identities that are right, for squares that are too small (a weight < 0) or too large.

    The square n/2 even is that of a batch, (1, -1, 0, ..).
    """
    from constructions.psbn.samuelson import samuelson_certificate

    steps = (-1, Fraction(-1, 100), Fraction(1, 100), 1)
    made = [samuelson_certificate("psbn.T2", n, n - 1 + step) for n in (3, 4, 5) for step in steps]
    half = [samuelson_certificate("psbn.T2", n, Fraction(n, 2)) for n in (3, 4, 5)]
    return made + [
        altered(one, {}, {"batch": ["1", "-1", *["0"] * (one["statement"]["n"] - 2)]})
        for one in half
    ]
