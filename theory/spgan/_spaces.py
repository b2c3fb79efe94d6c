"""The finite actions that the checks of this wing run through, the degenerate ones first."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from random import Random

from constructions.spgan.actions import (
    Action,
    cyclic_action,
    grid_action,
    point_action,
    regular,
    trivial_action,
    tuple_action,
)
from constructions.spgan.groups import FiniteGroup, cyclic, dihedral, symmetric

Numbers = tuple[Fraction, ...]


@lru_cache(maxsize=1)
def small() -> dict[str, Action]:
    """At most 9 points, by name: trivial, one point, not free, free, transitive, not faithful."""
    return {
        "trivial group, 3 points": trivial_action(3),
        "C2 on one point": Action(cyclic(2), ((0,), (0,))),
        "C2: a swap and a fixed point": Action(cyclic(2), ((0, 1, 2), (1, 0, 2))),
        "C2: two swaps": Action(cyclic(2), ((0, 1, 2, 3), (1, 0, 3, 2))),
        "C3 on 3 points": cyclic_action(3),
        "C4 through C2": Action(cyclic(4), ((0, 1), (1, 0), (0, 1), (1, 0))),
        "S3 on 3 points": point_action(3),
        "S3 on itself": regular(symmetric(3)),
        "S3 on {0,1}^3": tuple_action(2, 3),
        "D4 on itself": regular(dihedral(4)),
        "C4 on the 3x3 grid": grid_action(cyclic(4), 3),
        "D4 on the 3x3 grid": grid_action(dihedral(4), 3),
    }


@lru_cache(maxsize=1)
def every() -> dict[str, Action]:
    """The small ones, and grids of up to 25 points."""
    return {
        **small(),
        "C4 on the 4x4 grid": grid_action(cyclic(4), 4),
        "D1 on the 4x4 grid": grid_action(dihedral(1), 4),
        "D4 on the 5x5 grid": grid_action(dihedral(4), 5),
    }


@lru_cache(maxsize=1)
def groups() -> tuple[FiniteGroup, ...]:
    """All groups of order at most 6, and of orders up to 12 C_n, D_n, A_4, C_2^2, C_2^3."""
    from constructions.spgan.groups import generated, product

    two = cyclic(2)
    alternating, _ = generated("A4", [(1, 2, 0, 3), (1, 0, 3, 2)])
    more = [product(two, two), product(product(two, two), two), alternating]
    return (*(cyclic(n) for n in range(1, 13)), *(dihedral(n) for n in range(3, 7)), *more)


def function(size: int, rng: Random, most: int = 9) -> Numbers:
    """Integers in -most .. most, as Fractions."""
    return tuple(Fraction(rng.randint(-most, most)) for _ in range(size))


def expectation(P: Numbers, g: Numbers) -> Fraction:
    """E_P g."""
    return sum((p * v for p, v in zip(P, g, strict=True) if p), Fraction(0))


def invariant_by_definition(action: Action, P: Numbers) -> bool:
    """(T_s)_# P = P for every s."""
    return all(action.push(s, P) == tuple(P) for s in range(action.group.order))


def fixed_by_all(action: Action, g: Numbers) -> bool:
    """g(T_s x) = g(x) for every s and x."""
    return all(g[y] == g[x] for moved in action.permutations for x, y in enumerate(moved))


def cyclic_points(n: int) -> Action:
    """C_n on n and on d points, d the largest proper divisor of n (1 if there is none): a free and
    another orbit.
    """
    d = max((k for k in range(1, n) if n % k == 0), default=1)
    permutations = [
        [*((x + s) % n for x in range(n)), *(n + (x + s) % d for x in range(d))] for s in range(n)
    ]
    return Action(cyclic(n), tuple(map(tuple, permutations)))
