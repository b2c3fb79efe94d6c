r"""X10: for infinite groups a class must be closed pointwise; a finite shadow of the counterexample.

| symbol | here |
|---|---|
| q, N = q^2 + q + 1 | a prime, the number of points of a projective plane |
| D | a perfect difference set of q + 1 residues mod N: any two translates of D meet |
| g = 1 - 1_D | mean 1 - (q + 1)/N over Z_N, and every convex combination of two translates is 0 somewhere |

On the circle a meagre set of full measure plays the part of the complement of D: its indicator g has the
average 1, and any finitely many rotations of its complement meet (Baire), so that every finite convex
combination of rotations of g is 0 somewhere: S g is at distance 1 from the closed convex hull.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from theory import EXACT, REMARK, Claim, Derived, Outcome, established, refuted

#: Singer's sets for q = 2, 3, 4, 5, 7.
DIFFERENCE_SETS: dict[int, tuple[int, ...]] = {
    2: (0, 1, 3),
    3: (0, 1, 3, 9),
    4: (0, 1, 4, 14, 16),
    5: (0, 1, 3, 8, 12, 18),
    7: (0, 1, 3, 13, 32, 36, 43, 52),
}

X10 = Claim(
    id="spgan.X10",
    kind=REMARK,
    title="Scope of T2iv: for infinite groups closed in the sup norm is not enough",
    statement=r"On the circle there is g with $S_\Sigma g = 1$ that is at sup-distance 1 from every finite "
    r"convex combination of its rotations (by Baire's theorem, not checked). Shadow: on $Z_N$, $N = q^2 + q "
    r"+ 1$, g the "
    r"indicator of the complement of a perfect difference set has mean $1 - (q+1)/N$, which tends to 1, and "
    r"every convex combination of two translates of g vanishes somewhere.",
    constants={"translates": 2, "size": 1},  # q + size residues
    source=Derived("argument for the circle; the shadow is counted"),
    needs=("spgan.T2iv",),
)


@X10.check(EXACT, scope="q = 2, 3, 4, 5, 7: all pairs of translates mod N", part=True)
def translates_meet(claim: Claim) -> Outcome:
    """The mean of g, and a common zero of any so many translates of it."""
    cases = 0
    for q, D in DIFFERENCE_SETS.items():
        N = q * q + q + 1
        zeros = [frozenset((x + t) % N for x in D) for t in range(N)]
        if Fraction(len(D), N) != Fraction(q + claim["size"], N):
            return refuted({"q": q, "|D|": len(D)})
        for chosen in combinations(zeros, claim["translates"]):
            cases += 1
            if not frozenset.intersection(*chosen):
                return refuted({"q": q, "no common zero": sorted(map(sorted, chosen))})
    return established(cases=cases)


X10.falsifier(
    "three translates", constants={"translates": 3}, because="three lines of a plane need not meet"
)
X10.falsifier("a set of q residues", constants={"size": 0}, because="q (q - 1) < N - 1 differences")


@X10.boundary("q = 1: three points, sets of two")
def triangle(_: Claim) -> Outcome:
    """{0, 1} mod 3: any two translates meet."""
    zeros = [{t, (t + 1) % 3} for t in range(3)]
    held = all(a & b for a, b in combinations(zeros, 2))
    return established(cases=3) if held else refuted({"translates": zeros})
