r"""f_2 over affine functions on the line: a class that is not closed under max(g, 0).

| symbol | here |
|---|---|
| g(x) = a x + b | the functions |
| E_Q g - E_P (g_+^2 / 2 + 1/2), clipped, or with g^2 for g_+^2 | what is maximised |

At X = {0, 1, 2}, P uniform, Q = delta_2 the values are 1 and 3/4: the clip matters here, and does not for
Lipschitz functions, where max(g, 0) is as good as g.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

__all__ = ["affine_divergence", "affine_value"]


def affine_value(
    coefficients: tuple[Fraction, Fraction],
    points: Sequence[Fraction | int],
    Q: Sequence[Fraction],
    P: Sequence[Fraction],
    *,
    clip: bool = True,
) -> Fraction:
    """What g = a x + b proves: ``coefficients`` is (a, b)."""
    a, b = coefficients
    values = [Fraction(a * x + b) for x in points]
    linear = sum((q * v for q, v in zip(Q, values, strict=True)), Fraction(0))
    kept = [max(v, Fraction(0)) if clip else v for v in values]
    return linear - sum((p * (v * v + 1) / 2 for p, v in zip(P, kept, strict=True)), Fraction(0))


def affine_divergence(
    points: Sequence[Fraction | int],
    Q: Sequence[Fraction],
    P: Sequence[Fraction],
    *,
    clip: bool = True,
) -> tuple[Fraction, tuple[Fraction, Fraction]]:
    """The largest value and one (a, b) that has it, for P positive on at least two points.

    The objective is concave and quadratic where the signs of g do not change, so a stationary point with
    the signs it was computed for is a maximum. ``ValueError`` if there is none: the supremum is infinite.
    """
    if len({x for x, p in zip(points, P, strict=True) if p}) < len(points) or len(points) < 2:
        raise ValueError("points: must be different, at least two, with positive masses of P")
    n = range(len(points))
    wanted = [sum((q * x**k for q, x in zip(Q, points, strict=True)), Fraction(0)) for k in (0, 1)]
    patterns = [A for size in n for A in combinations(n, size + 1)] if clip else [tuple(n)]
    for A in patterns:
        found = _stationary([(points[i], P[i]) for i in A], wanted, points)
        if found is None:
            continue
        a, b = found
        if not clip or all((a * points[i] + b > 0) == (i in A) for i in n):
            return affine_value(found, points, Q, P, clip=clip), found
    raise ValueError("Q: must not lie so that the supremum is infinite")


def _stationary(
    masses: Sequence[tuple[Fraction | int, Fraction]],
    wanted: Sequence[Fraction],
    points: Sequence[Fraction | int],
) -> tuple[Fraction, Fraction] | None:
    """(a, b) with sum p x^k (a x + b) = wanted[k] over the masses; with one of them, as steep as needed."""
    if len(masses) == 1:
        ((x, p),) = masses
        if wanted[1] != wanted[0] * x or not min(points) < max(points):
            return None
        height, others = wanted[0] / p, [y for y in points if y != x]
        side = max(others) if x > max(others) else min(others)
        a = height / (x - side)  # g is 0 at the nearest point on the one side there has to be
        return a, height - a * x
    S = [sum((p * x**k for x, p in masses), Fraction(0)) for k in (0, 1, 2)]
    bottom = S[0] * S[2] - S[1] ** 2
    a = (S[0] * wanted[1] - S[1] * wanted[0]) / bottom
    return a, (S[2] * wanted[0] - S[1] * wanted[1]) / bottom
