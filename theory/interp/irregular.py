r"""B1: bit extraction needs regularly spaced points, shown on a class of one parameter.

Symbols: T the tent map, F_L = {1[T^L(theta x) >= 1/2]: 0 <= theta <= 1}, L its depth; the grid i/2^b
of [1/2, 1) makes m = 2^(b-2) pairs of neighbours at distance 2^-b; a pair is served by (0, 1).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb
from random import Random

from constructions.interp.sawtooth import dichotomies, dyadic_points
from constructions.interp.tiny_families import label_changes
from theory import EXACT, THEOREM, Claim, Outcome, Paper, established, refuted, undecided

Pairs = tuple[int, int]

B1 = Claim(
    id="interp.B1",
    kind=THEOREM,
    title="Bit extraction fails at irregularly spaced points",
    statement=r"Extracting bits from one parameter, which beats linear counts at regular points, cannot "
    r"do so at irregularly spaced ones. (Ours, for $F_L$: it shatters the L + 1 points $1, \tfrac12, "
    r"\dots, 2^{-L}$; but it has at most $3 \cdot 2^{b+L-3} + 1$ members on the grid of $[\tfrac12, "
    r"1)$, with at most $2^{L-1}$ changes each, so for $b \ge 3L - 1$ some two pairs of neighbours "
    r"are served by no member.)",
    hypotheses={"adversarial": "the pairs are chosen against the class"},
    constants={
        "more_points": 0,
        "members": Fraction(3),
        "fewer_changes": 0,
        "per_layer": Fraction(3),  # b >= per_layer L - 1
    },
    source=Paper("abstract of arXiv:2302.00834, for deep networks; the finite statement is ours"),
    needs=("interp.PAIR",),
    proof_needs=("interp.PAIR", "interp.UP"),
)


@B1.check(EXACT, scope="L = 1 .. 8, L + 1 dyadic points: all thetas")
def dyadic_points_are_shattered(claim: Claim) -> Outcome:
    """All breakpoints of theta are visited; every labelling must occur."""
    for L in range(1, 9):
        points = dyadic_points(L + 1 + claim["more_points"])
        found = len(dichotomies(points, L))
        if found < 2 ** len(points):
            return refuted({"L": L, "points": len(points), "labellings": found})
    return established(cases=8)


@B1.check(EXACT, scope="L <= 5, b <= 8: all members on the grid of [1/2, 1)")
def members_on_the_grid(claim: Claim) -> Outcome:
    """How many members there are on the grid, and how often they change."""
    cases = 0
    for L in range(1, 6):
        for b in range(3, 9):
            members, cases = dichotomies(_grid(b), L), cases + 1
            changes = max(map(label_changes, members))
            if len(members) > _members(claim, L, b):
                return refuted({"L": L, "b": b, "members": len(members)})
            if changes > 2 ** (L - 1) - claim["fewer_changes"]:
                return refuted({"L": L, "b": b, "changes": changes})
    return established(cases=cases)


@B1.check(EXACT, scope="L = 2 .. 60: integers")
def counting_suffices(claim: Claim) -> Outcome:
    """Members times choices that one of them serves are fewer than all choices of two pairs."""
    for L in range(2, 61):
        b = _closeness(claim, L)
        served = _members(claim, L, b) * comb(_upwards(claim, L), 2)
        if served >= comb(2 ** (b - 2), 2):
            return refuted(
                {"L": L, "b": b, "served at most": served, "choices": comb(2 ** (b - 2), 2)}
            )
    return established(cases=59)


@B1.check(EXACT, scope="L = 2 .. 9: explicit pairs, all thetas")
def some_pairs_are_not_served(claim: Claim) -> Outcome:
    """Two pairs that no member serves are exhibited; where they are few, all are gone through."""
    cases = 0
    for L in range(2, 10):
        found = _witness(claim, L, _closeness(claim, L))
        if isinstance(found, Outcome):
            return found
        cases += found
    return established(cases=cases)


def _witness(claim: Claim, L: int, b: int) -> Outcome | int:
    """1 if the pairs exist, 0 if nothing is claimed, an outcome if they do not or none were met."""
    if not claim.assumes("adversarial"):
        # Then all pairs at this distance should go unserved.
        chosen = aligned(L, b)
        return refuted({"L": L, "b": b, "served": chosen}) if chosen and serves(L, b, chosen) else 0
    if unserved(L, b):
        return 1
    m = 2 ** (b - 2)
    if comb(m, 2) > 600:
        return undecided(f"no unserved pairs were met for L = {L}, b = {b}")
    every = all(serves(L, b, chosen) for chosen in combinations(range(m, 2 * m), 2))
    return refuted({"L": L, "b": b, "all pairs served": comb(m, 2)}) if every else 1


B1.falsifier(
    "L + 2 dyadic points",
    constants={"more_points": 1},
    by="dyadic_points_are_shattered",
    because="at 2^-(L+1) the class reaches 1/2 at theta = 1 only",
)
B1.falsifier(
    "one percent fewer members",
    constants={"members": Fraction(297, 100)},
    by="members_on_the_grid",
    because="for L = 1 nearly every breakpoint makes a member",
)
B1.falsifier(
    "one change less",
    constants={"fewer_changes": 1},
    by="members_on_the_grid",
    because="T^L(x) crosses 1/2 at each odd multiple of 2^-(L+1)",
)
B1.falsifier(
    "b >= 2.9 L - 1",
    constants={"per_layer": Fraction(29, 10)},
    by="counting_suffices",
    because="members are 2^(b+L), choices served by one 2^(2L), choices 2^(2b)",
)
B1.falsifier(
    "b >= L - 1",
    constants={"per_layer": Fraction(1)},
    by="some_pairs_are_not_served",
    because="at so little closeness all pairs are served, two at a time",
)
B1.falsifier(
    "any pairs, however placed",
    drop="adversarial",
    by="some_pairs_are_not_served",
    because="pairs at 5t and 9t switch together, at any distance",
)


@B1.inhabitant
def two_close_pairs(_: Claim) -> dict[str, bool]:
    """L = 6: two pairs at distance 2^-17 that no member serves, against aligned ones that it does."""
    against, aligned_with = unserved(6, 17), aligned(6, 17)
    return {
        "adversarial": against is not None
        and aligned_with is not None
        and not serves(6, 17, against)
        and serves(6, 17, aligned_with)
    }


@B1.boundary("one pair is served at any distance")
def one_pair(claim: Claim) -> Outcome:
    """Two points have different breakpoints: tiny separation alone is no obstacle."""
    for L, b in ((1, 4), (4, 40), (6, 200)):
        left = Fraction(3, 4)
        if (0, 1) not in dichotomies([left, left + Fraction(1, 2**b)], L):
            return refuted({"L": L, "b": b})
    return established(cases=3)


def serves(L: int, b: int, pairs: tuple[int, ...]) -> bool:
    """Whether one theta labels (0, 1) on all pairs (2j, 2j + 1)/2^b; all thetas are visited."""
    points = [Fraction(2 * j + right, 2**b) for j in pairs for right in (0, 1)]
    return (0, 1) * len(pairs) in dichotomies(points, L)


def unserved(L: int, b: int) -> Pairs | None:
    """Two pairs in [1/2, 1) that no member serves, among twenty drawn; or None."""
    rng, m = Random(f"interp.B1 {L} {b}"), 2 ** (b - 2)
    for _ in range(20):
        first, second = m + rng.randrange(m), m + rng.randrange(m)
        if first != second and not serves(L, b, (first, second)):
            return first, second
    return None


def aligned(L: int, b: int) -> Pairs | None:
    """Pairs at 5t and 9t in [1/2, 1): both points reach 1/2 from below at the same theta."""
    k = 2 ** (b - 1) // 5 // 2 + 1  # 10 k / 2^b is the least possible left end
    return (5 * k, 9 * k) if L >= 4 and 18 * k + 1 < 2**b else None


def _grid(b: int) -> list[Fraction]:
    return [Fraction(i, 2**b) for i in range(2 ** (b - 1), 2**b)]


def _members(claim: Claim, L: int, b: int) -> Fraction:
    """One member for each breakpoint of each point, and the first."""
    return claim["members"] * Fraction(2) ** (b + L - 3) + 1


def _closeness(claim: Claim, L: int) -> int:
    """b = 3L - 1; at least 4, so that there are two pairs to choose."""
    return max(int(claim["per_layer"] * L) - 1, 4)


def _upwards(claim: Claim, L: int) -> int:
    """Changes 0 to 1 of a member on [1/2, 1); L >= 2."""
    return -(-(2 ** (L - 1) - claim["fewer_changes"]) // 2)
