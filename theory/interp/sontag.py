r"""SON: how many parameters it takes to shatter all sets of k points.

Symbols: k points, p parameters. Sontag's theorem is the limit of the pairs test as the separation
goes to zero: P - U >= floor(N/2) for Class(1; W, L).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

from constructions.interp.lower_bound import find_exclusion
from constructions.interp.sawtooth import dichotomies, dyadic_points
from constructions.interp.tiny_families import (
    label_changes,
    one_sided_thresholds,
    unions_of_intervals,
)
from proofs_checks.interp.counting import parameters
from theory import EXACT, THEOREM, Claim, KnownTheorem, Outcome, established, refuted

SON = Claim(
    id="interp.SON",
    kind=THEOREM,
    title="Shattering every set of k points takes (k - 1)/2 parameters",
    statement=r"A piecewise analytic family of p real parameters (and finitely many discrete choices) "
    r"that shatters all sets of k points in general position has $p \ge (k - 1)/2$.",
    hypotheses={"every_set": "all k-sets in general position are shattered, not just one"},
    constants={"factor": 2, "offset": 1},
    source=KnownTheorem("Sontag 1997; title seen, hypotheses recalled"),
)

Dichotomy = tuple[int, ...]


@SON.check(
    EXACT, scope="thresholds, intervals, at most j <= 3 changes, sawtooths; up to 9 points, k <= 7"
)
def families_that_shatter(claim: Claim) -> Outcome:
    """The largest k that a family shatters, in the sense of the claim, needs no more than its p."""
    cases = 0
    for name, p, members in families():
        M = len(next(iter(members)))
        for k in range(1, M - 1):  # at least two points to spare, so that "every set" is many
            sets = [shatters(members, chosen) for chosen in combinations(range(M), k)]
            met = all(sets) if claim.assumes("every_set") else any(sets)
            cases += met
            if met and p < Fraction(k - claim["offset"], claim["factor"]):
                return refuted({"family": name, "p": p, "k": k})
    return established(cases=cases)


SON.falsifier(
    "k parameters",
    constants={"factor": 1, "offset": 0},
    because="labels with at most j changes and either sign shatter all (j + 1)-sets with j thresholds",
)
SON.falsifier(
    "k/2 parameters",
    constants={"offset": 0},
    because="two constants, told apart by a sign and no parameter, shatter every single point",
)
SON.falsifier(
    "some k points",
    drop="every_set",
    because="a sawtooth of one parameter shatters L dyadic points",
)


@SON.inhabitant
def one_threshold(_: Claim) -> dict[str, bool]:
    """Thresholds shatter every single point of a grid."""
    members = one_sided_thresholds(6).dichotomies
    return {"every_set": all(shatters(members, (i,)) for i in range(6))}


@SON.boundary("k = 1 needs no parameter by this bound")
def one_point(claim: Claim) -> Outcome:
    """(1 - 1)/2 = 0: the two constant functions, chosen by a sign, shatter single points."""
    needed = Fraction(1 - claim["offset"], claim["factor"])
    fits = shatters(frozenset({(0,) * 5, (1,) * 5}), (3,))
    return established(cases=1) if needed == 0 and fits else refuted({"needed": needed})


@SON.boundary("the limit of the pairs test: P - U >= floor(N/2)")
def limit_of_the_pairs_test(claim: Claim) -> Outcome:
    """Each class with P - U < floor(N/2), N <= 20, is excluded at some explicit b."""
    cases = 0
    for N, W, L in product(range(2, 21), range(1, 8), range(1, 8)):
        if parameters(1, W, L) - W * L >= N // 2:
            continue
        cases += 1
        if not any(find_exclusion(N, 2**j, W, L) for j in range(5, 17)):
            return refuted({"N": N, "W": W, "L": L, "survives b up to": 2**16})
    return established(cases=cases)


def families() -> list[tuple[str, int, frozenset[Dichotomy]]]:
    """(name, p, dichotomies): a sign chosen among two is not a parameter."""
    grid = list(product((0, 1), repeat=7))
    changes = [
        (f"at most {j} changes", j, frozenset(f for f in grid if label_changes(f) <= j))
        for j in (0, 1, 2, 3)
    ]
    intervals = [unions_of_intervals(7, j) for j in (1, 2)]
    saws = [
        (f"sawtooth of depth {L}, dyadic and close points", 1, dichotomies(irregular_points(L), L))
        for L in (2, 4, 6)
    ]
    thresholds = one_sided_thresholds(9)
    return [
        (thresholds.name, thresholds.p, thresholds.dichotomies),
        *((family.name, family.p, family.dichotomies) for family in intervals),
        *changes,
        *saws,
    ]


def irregular_points(L: int) -> list[Fraction]:
    """L dyadic points, which depth L shatters, and three points that it can hardly tell apart."""
    return [*dyadic_points(L), *(Fraction(1, 3) + Fraction(i, 2**30) for i in range(3))]


def shatters(members: frozenset[Dichotomy], chosen: tuple[int, ...]) -> bool:
    """Whether all labellings of the chosen points occur."""
    return len({tuple(f[i] for i in chosen) for f in members}) == 2 ** len(chosen)
