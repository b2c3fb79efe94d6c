"""Systems of polynomials whose sign vectors are known exactly; label of q at theta: 1{q(theta) > 0}.

Every count here is a count of sign vectors that occur, each with its parameters: by exact root
isolation (one variable), at every vertex, on every edge and in every cell (lines in the plane), or by
one polynomial per vector (the moment curve in any dimension).

Symbols: S polynomials of degree at most D in p variables; a sign vector is a tuple of 0s and 1s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from random import Random
from typing import Any

Vector = tuple[int, ...]
Line = tuple[int, int, int]  # (a, b, c) stands for a x + b y + c


def label(value: Fraction | int) -> int:
    """1 if the value is positive; exactly 0 counts as 0."""
    return 1 if value > 0 else 0


def evaluate(coefficients: Sequence[int | Fraction], x: Fraction) -> Fraction:
    """Horner's rule; the leading coefficient comes first."""
    value = Fraction(0)
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def samples(breaks: Iterable[Fraction]) -> list[Fraction]:
    """The breaks, one point between neighbours and one beyond each end (0 if there is no break)."""
    ordered = sorted(set(breaks)) or [Fraction(0)]
    between = [(a + b) / 2 for a, b in pairwise(ordered)]
    return sorted([ordered[0] - 1, *ordered, *between, ordered[-1] + 1])


# -- one variable ---------------------------------------------------------------------------------


def univariate_vectors(system: Sequence[Sequence[int]]) -> frozenset[Vector]:
    """All sign vectors of integer polynomials in one variable, those at the roots included.

    At a root of some of them the others keep the sign they have on the isolating interval.
    """
    from sympy import Poly, Symbol
    from sympy.polys.polytools import intervals

    x = Symbol("x")
    rooted = [i for i, q in enumerate(system) if any(q[:-1])]  # neither constant nor 0
    polynomials = [Poly(list(system[i]), x) for i in rooted]
    isolated: Any = intervals(polynomials, strict=True) if polynomials else []
    roots = [
        (_fraction(low), _fraction(high), {rooted[i] for i in vanishing})
        for (low, high), vanishing in isolated
    ]
    places: list[tuple[Fraction, set[int]]] = [
        ((low + high) / 2, vanishing) for low, high, vanishing in roots
    ]
    if roots:
        places += [((a[1] + b[0]) / 2, set()) for a, b in pairwise(roots)]
        places += [(roots[0][0] - 1, set()), (roots[-1][1] + 1, set())]
    else:
        places.append((Fraction(0), set()))
    return frozenset(
        tuple(0 if i in zero else label(evaluate(q, at)) for i, q in enumerate(system))
        for at, zero in places
    )


def _fraction(value: Any) -> Fraction:
    return Fraction(str(value))


def random_system(rng: Random, S: int, D: int) -> list[list[int]]:
    """S integer polynomials of degree <= D; some share a root, some have a double root, some are 0."""
    system = []
    for _ in range(S):
        kind = rng.randrange(8)
        if kind == 0 and D >= 2:
            r, sign = rng.randint(-2, 2), rng.choice((-1, 1))
            system.append([sign, -2 * sign * r, sign * r * r])
        elif kind == 1:
            system.append([rng.choice((-1, 1)), rng.randint(-2, 2)])
        elif kind == 2:
            system.append([rng.randint(-1, 1)])
        else:
            system.append([rng.randint(-9, 9) for _ in range(D + 1)])
    return system


def shuffled_roots(rng: Random, S: int, D: int) -> list[int]:
    """Owners, left to right, of S D distinct real roots, D of each polynomial."""
    owners = [i for i in range(S) for _ in range(D)]
    rng.shuffle(owners)
    return owners


def owners_count(owners: Sequence[int]) -> int:
    """Number of sign vectors of prod (theta - r) over the roots r that each polynomial owns.

    Crossing a root flips the sign of its owner, and at the root itself the vector is one of the two
    beside it. Vectors are integers, bit i for polynomial i; which one comes first does not matter.
    """
    vector, seen = 0, {0}
    for owner in owners:
        vector ^= 1 << owner
        seen.add(vector)
    return len(seen)


# -- lines in the plane ---------------------------------------------------------------------------


def line_vectors(lines: Sequence[Line]) -> frozenset[Vector]:
    """All sign vectors of a x + b y + c (b != 0): cells, edges and vertices of the arrangement."""
    crossings = [
        Fraction(b1 * c2 - b2 * c1, a1 * b2 - a2 * b1)
        for (a1, b1, c1), (a2, b2, c2) in combinations(lines, 2)
        if a1 * b2 != a2 * b1
    ]
    return frozenset(
        tuple(label(a * x + b * y + c) for a, b, c in lines)
        for x in samples(crossings)
        for y in samples(-(a * x + c) / b for a, b, c in lines)
    )


def random_lines(rng: Random, S: int, bound: int) -> list[Line]:
    """S lines with small coefficients (many meet in a point or coincide), none of them vertical."""
    return [
        (rng.randint(-bound, bound), rng.choice((-2, -1, 1, 2)), rng.randint(-bound, bound))
        for _ in range(S)
    ]


# -- the moment curve: q_i(theta) = t_i^p + theta_1 t_i^(p-1) + ... + theta_p, t_i = 1, ..., S --------


def curve_count(S: int, p: int) -> int:
    """Number of label sequences of a monic polynomial of degree p at S points: sum_c C(S, c), c <= p.

    That is all sequences with fewer than p changes, and those with p changes that end in 1.
    """
    total = term = 1
    for c in range(min(S, p)):
        term = term * (S - c) // (c + 1)
        total += term
    return total


def curve_sequences(S: int, p: int) -> list[Vector]:
    """These sequences, listed."""
    listed = []
    for changes in range(min(S - 1, p) + 1):
        for places in combinations(range(1, S), changes):
            ends = (0, 1) if changes < p else (1,)
            listed += [_sequence(S, places, end) for end in ends]
    return listed


def curve_parameters(sequence: Sequence[int], p: int) -> list[Fraction]:
    """theta (leading coefficient 1 in front) with this label sequence at 1, ..., S.

    The real roots are one per change, and one beyond the last point if the sequence ends in 0; what
    is missing to degree p goes left of the first point, where it does not matter.
    """
    S = len(sequence)
    roots = [Fraction(2 * i + 3, 2) for i in range(S - 1) if sequence[i] != sequence[i + 1]]
    roots += [Fraction(S + 1)] * (1 - sequence[-1])
    if len(roots) > p:
        raise ValueError(f"sequence: needs {len(roots)} roots, degree p = {p} has no more than {p}")
    coefficients = [Fraction(1)]
    for root in roots + [Fraction(0)] * (p - len(roots)):
        shifted = [*coefficients, Fraction(0)]
        coefficients = [
            a - root * b for a, b in zip(shifted, [Fraction(0), *coefficients], strict=True)
        ]
    return coefficients


def _sequence(S: int, places: Sequence[int], end: int) -> Vector:
    return tuple((end + sum(place > i for place in places)) % 2 for i in range(S))
