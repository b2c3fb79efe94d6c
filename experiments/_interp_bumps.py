"""Bumps of the Sobolev endpoint: exact norms, and the error they force.

| symbol | meaning |
|---|---|
| N, b, delta | bumps at points that are delta-separated, delta = 2^-b |
| f | sum of +-1/(2N) hat((x - x_i)/(delta/2)), hat(t) = max(0, 1 - abs t); on the whole line |
| P | certified: no class with fewer dense parameters serves every labelling of N such points |
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from constructions.interp.configurations import paired
from constructions.interp.vector_bound import sharpest_minimum

Graph = list[tuple[Fraction, Fraction]]  # breakpoints (x, f(x)), increasing; 0 outside


def bumps(points: list[Fraction], signs: list[int], delta: Fraction) -> Graph:
    """Breakpoints of f. ``ValueError`` for hats that overlap (points nearer than delta)."""
    graph: Graph = []
    height = Fraction(1, 2 * len(points))
    for x, sign in sorted(zip(points, signs, strict=True)):
        left = x - delta / 2
        if graph and left < graph[-1][0]:
            raise ValueError(f"points: must be at least delta = {delta} apart, got one at {x}")
        graph += [(left, Fraction(0)), (x, sign * height), (x + delta / 2, Fraction(0))]
    return graph


def variation(graph: Graph) -> Fraction:
    """Integral of |f'|."""
    return sum((abs(v - u) for (_, u), (_, v) in pairwise(graph)), Fraction(0))


def energy(graph: Graph) -> Fraction:
    """Integral of f'^2."""
    steps = (((v - u) ** 2, y - x) for (x, u), (y, v) in pairwise(graph) if y > x)
    return sum((rise / run for rise, run in steps), Fraction(0))


def mass(graph: Graph) -> Fraction:
    """Integral of |f|: each piece of a hat has one sign."""
    return sum(((y - x) * abs(u + v) / 2 for (x, u), (y, v) in pairwise(graph)), Fraction(0))


def norms(N: int, b: int, rng: Random) -> dict[str, Any]:
    """Exact norms of the bumps at one random paired configuration."""
    drawn = paired(N, b, rng)
    xs = [x for (x,) in drawn.points]
    signs = [2 * y - 1 for y in drawn.labels]
    graph = bumps(xs, signs, Fraction(1, 2**b))
    squared = energy(graph)
    values = dict(graph)
    return {
        "b": b,
        "variation": str(variation(graph)),
        "mass": float(mass(graph)),
        "w11": float(variation(graph) + mass(graph)),
        "energy": str(squared),
        "w12_seminorm": float(squared) ** 0.5,
        "predicted_w12": (2**b / N) ** 0.5,
        "signs_right": all(
            values[x] * s == Fraction(1, 2 * N) for x, s in zip(xs, signs, strict=True)
        ),
    }


def forced(N: int) -> dict[str, Any]:
    """At b = N: nets with at most P parameters err by at least 1/(2N), over the unit ball of W^{1,1}."""
    bound = sharpest_minimum(N, N)
    # The full norm of f is 1 + delta/4, so f/(1 + delta/4) lies in the unit ball.
    error = Fraction(1, 2 * N) / (1 + Fraction(1, 4 * 2**N))
    P = bound.parameters - 1
    return {"N": N, "b": N, "P": P, "error": float(error), "P_times_error": P * float(error)}
