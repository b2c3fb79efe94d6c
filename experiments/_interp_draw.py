"""Certified exponents of the adversarial draw, class by class.

Symbols: N points in n = floor(N/2) pairs out of m = 2^(b-1), 2^-b separated; W width, L depth, P dense
parameters of Class(1; W, L); x the exponent: P(served) <= 2^x.
"""

from __future__ import annotations

import hashlib
from math import isinf, log2
from random import Random
from typing import Any

from constructions.interp.configurations import paired
from constructions.interp.vector_bound import failure_exponent, sharpest_minimum
from proofs_checks.interp.counting import parameters

IMPOSSIBLE, BOUNDED, VACUOUS = "impossible", "bounded", "vacuous"


def problem(N: int, b: int, widths: list[int], rng: Random) -> dict[str, Any]:
    """The certified minimum, the classes up to it, and one seeded draw by its digest."""
    Pmin = sharpest_minimum(N, b).parameters
    drawn = paired(N, b, rng)
    text = ";".join(f"{x.numerator}/{x.denominator}" for (x,) in drawn.points)
    return {
        "N": N,
        "b": b,
        "Pmin": Pmin,
        "draw_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "rows": [row for W in widths for row in classes(N, b, W, Pmin)],
    }


def classes(N: int, b: int, W: int, Pmin: int) -> list[dict[str, Any]]:
    """Every depth with P <= 2 Pmin, up to the first one about which the counts say nothing."""
    rows: list[dict[str, Any]] = []
    L = 1
    while (P := parameters(1, W, L)) <= 2 * Pmin:
        x = failure_exponent(N, b, (W,) * L)
        kind = IMPOSSIBLE if isinf(x) else BOUNDED if x < 0 else VACUOUS
        # No configuration at all is served when a class has too few rises: no exponent then.
        exponent = None if isinf(x) else int(x)
        found = {"W": W, "L": L, "P": P, "kind": kind, "log2_probability": exponent}
        rows.append(found | {"closed_form": round(closed_form(N, b, W, L), 3)})
        if kind == VACUOUS:
            break
        L += 1
    return rows


def closed_form(N: int, b: int, W: int, L: int) -> float:
    """What interp.DIR gives in closed form: x <= p (b-1 + log2(L+1)) - n (b-1-u) + u + 1 + 3n, or 0.

    Here u = W L units and p = P - u - 1; it says nothing unless u <= b - 1.
    """
    u, n = W * L, N // 2
    p = parameters(1, W, L) - u - 1
    x = p * (b - 1 + log2(L + 1)) - n * (b - 1 - u) + u + 1 + 3 * n
    return min(0.0, x) if u <= b - 1 else 0.0
