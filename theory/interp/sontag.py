r"""SON: what is left of the lower bound when the separation tends to 0 (Sontag 1997).

A proof for tame classes, that is finite unions of semialgebraic families $\{x: (x, \theta) \in A\}$ of
the line with $\theta \in \mathbb R^p$: let $k = 2p + 2$. The $(p+1)$-tuples of boundary points of
members form a semialgebraic set of dimension at most p; so does its closure. Take $p + 1$ distinct
points whose tuple is not in the closure and replace each by a pair of neighbours close to it: no
member is (0, 1) on all the pairs. So $k \le 2p + 1$. The class of at most q exceptional points attains it.

Symbols: p parameters, k points; for networks N = k points, 2^-b separated, and p = P - U, since the
scale of each of the U hidden units is no parameter (claim W3).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from random import Random

from constructions.interp.lower_bound import find_exclusion
from constructions.interp.shallow import shallow_any
from proofs_checks.interp.counting import most_changes, parameters
from theory import EXACT, THEOREM, Claim, KnownTheorem, Outcome, established, refuted, undecided
from theory.interp._sontag_families import Shattering, exceptional_points, shattering, thresholds

SON = Claim(
    id="interp.SON",
    kind=THEOREM,
    title="Shattering all sets of k points takes (k-1)/2 parameters",
    statement=r"A tame class with p real parameters that shatters every set of k points (in general "
    r"position) has $p \ge (k - 1)/2$; for ReLU classes p may be read as $P - U$.",
    hypotheses={
        "all_sets": r"every set of k points is shattered, not just some sets",
        "tame": r"the class is a finite union of semialgebraic (definable) families",
    },
    constants={"slope": Fraction(1, 2), "shift": Fraction(-1, 2)},
    source=KnownTheorem(
        "Sontag 1997, Shattering all sets of k points in general position requires (k-1)/2 "
        "parameters; title seen only, hypothesis recalled; ReLU reading derived here"
    ),
    needs=("interp.D1",),
    proof_needs=("interp.PAIR", "interp.W3", "interp.K"),
)

#: From no point to pay for to many pairs; odd numbers included.
SIZES = (2, 5, 8, 13, 20, 28, 29, 36, 52, 64)


def least(claim: Claim, k: int) -> Fraction:
    """The claimed lower bound of p."""
    return claim["slope"] * k + claim["shift"]


@lru_cache(maxsize=1)
def verified() -> tuple[tuple[Shattering, object], ...]:
    """Each class with a labelling that it misses (None: it shatters its sets)."""
    return tuple((one, one.unfitted()) for one in shattering())


@SON.check(
    EXACT,
    scope="exceptional points (p <= 3), thresholds (p <= 5), on regular, random, paired and geometric sets; "
    "all 2^k labellings",
)
def exact_families(claim: Claim) -> Outcome:
    """Fit every labelling of every set, evaluate it exactly, and compare p with the bound."""
    cases = 0
    for one, missed in verified():
        if missed is not None:
            return undecided(f"{one.name} (p = {one.p}) misses {missed}")
        if (claim.assumes("all_sets") and not one.all_sets) or (
            claim.assumes("tame") and not one.tame
        ):
            continue
        cases += 1
        if one.p < least(claim, one.k):
            return refuted(
                {"class": one.name, "p": one.p, "k": one.k, "claimed at least": least(claim, one.k)}
            )
    return established(cases=cases)


@SON.check(
    EXACT, scope="every uniform-width class with P - U < (N-1)/2, ten N up to 64, some b <= 2^14"
)
def relu_classes_below(claim: Claim) -> Outcome:
    """Each class below the bound is excluded at an explicit separation 2^-b, by the referee's tests."""
    cases, open_cases = 0, []
    for N in SIZES:
        for W, L in classes_below(least(claim, N)):
            cases += 1
            if excluded_at(N, W, L) is None:
                if L == 1 and N - 1 <= W and shatters(N):
                    return refuted(
                        {
                            "N": N,
                            "W": W,
                            "L": L,
                            "P - U": free(W, L),
                            "by": "N - 1 hinges, all labellings of N points in pairs built",
                        }
                    )
                open_cases.append((N, W, L))
    if open_cases:
        return undecided(
            f"(N, W, L) = {open_cases[0]} is neither excluded nor known to interpolate"
        )
    return established(cases=cases)


def free(W: int, L: int) -> int:
    """P - U of Class(1; W, L)."""
    return parameters(1, W, L) - W * L


def classes_below(bound: Fraction) -> list[tuple[int, int]]:
    """All (W, L) with P - U < bound; P - U grows with both."""
    listed, W = [], 1
    while free(W, 1) < bound:
        L = 1
        while free(W, L) < bound:
            listed.append((W, L))
            L += 1
        W += 1
    return listed


def excluded_at(N: int, W: int, L: int) -> int | None:
    """A power of two b at which the referee excludes the class for N points, or None."""
    for exponent in range((N - 1).bit_length().bit_length(), 15):
        b = 1 << exponent
        if find_exclusion(N, b, W, L, ("alternation", "pairs")):
            return b
    return None


@lru_cache(maxsize=16)
def shatters(N: int) -> bool:
    """N - 1 hinges on N <= 5 points in pairs at distance 2^-200: all labellings, evaluated exactly."""
    if N > 5:
        return False
    points = [i // 2 + Fraction(i % 2, 2**200) for i in range(N)]
    rng = Random("interp.SON hinges")
    for code in range(2**N):
        labels = [code >> i & 1 for i in range(N)]
        net = shallow_any(points, labels, rng)
        if net.depth != 1 or net.width > N - 1 or not net.interpolates(points, labels):
            return False
    return True


SON.falsifier(
    "k/2 parameters",
    constants={"shift": Fraction(0)},
    by="exact_families",
    because="q exceptional points shatter every set of 2q + 1 points",
)
SON.falsifier(
    "one per cent more",
    constants={"slope": Fraction(101, 200), "shift": Fraction(-101, 200)},
    by="exact_families",
    because="q exceptional points shatter every set of 2q + 1 points",
)
SON.falsifier(
    "k parameters",
    constants={"slope": Fraction(1), "shift": Fraction(0)},
    by="exact_families",
    because="j thresholds, with both orientations, shatter every set of j + 1 points",
)
SON.falsifier(
    "P - U at least 9N/5 - 1/2",
    constants={"slope": Fraction(9, 5)},
    because="one unit has P - U = 3 and interpolates two points, N - 1 hinges have 2N - 1",
)
SON.falsifier(
    "some set of k points",
    drop="all_sets",
    by="exact_families",
    because="one parameter and depth L shatter the L dyadic points",
)
SON.falsifier(
    "countable unions",
    drop="tame",
    by="exact_families",
    because="unions of rational intervals have no real parameter and shatter everything",
)


@SON.inhabitant
def two_thresholds(claim: Claim) -> dict[str, bool]:
    """Intervals and their complements: p = 2, k = 3, a polynomial inequality in x and the cuts."""
    del claim
    one = thresholds(2)
    return {"all_sets": one.all_sets and one.unfitted() is None, "tame": one.tame}


@SON.boundary("k = 0 and k = 1: no parameter is needed")
def no_parameter(claim: Claim) -> Outcome:
    """Two constant functions shatter every single point, and the bound asks for nothing."""
    constants = exceptional_points(0)
    if constants.unfitted() is not None or least(claim, 1) != 0 or least(claim, 0) > 0:
        return refuted({"k = 1": least(claim, 1)})
    return established(cases=2)


@SON.boundary("N = 2 and N = 3: no network class is that small")
def no_class_is_so_small(claim: Claim) -> Outcome:
    """P - U >= 3 always, and one unit does interpolate two points."""
    below = classes_below(least(claim, 3))
    survives = find_exclusion(2, 4096, 1, 1, ("alternation", "pairs")) is None
    return established(cases=2) if not below and survives else refuted({"below": below})


@SON.boundary("K < n and n <= K: both kinds of exclusion occur")
def beyond_alternation(claim: Claim) -> Outcome:
    """(2, 3) has K = 27 = N - 1 at N = 28 and P - U = 13: only many close pairs exclude it."""
    below = (2, 3) in classes_below(least(claim, 28)) and most_changes(2, 3) >= 27
    found = [find_exclusion(28, b, 2, 3, ("alternation", "pairs")) for b in (8, 1 << 14)]
    if not below or found[0] is not None or found[1] is None or found[1].test != "pairs":
        return refuted({"N": 28, "W": 2, "L": 3, "found": [str(one) for one in found]})
    return established(cases=2)
