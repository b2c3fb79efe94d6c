r"""D1: the lower bound at finite N and b, decided on integers.

Symbols: N points, 2^-b separated; n = floor(N/2) pairs chosen among m = 2^(b-1) neighbours on a grid
of 2m points; W width, L hidden layers, P parameters of Class(1; W, L); K bounds its label changes,
F(M) its dichotomies on M inputs (the least of W1, W2, W3).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, prod
from random import Random
from types import MappingProxyType

from constructions.interp.configurations import paired
from constructions.interp.lower_bound import certified_minimum, find_exclusion
from constructions.interp.shallow import shallow_any
from proofs_checks.certificate import Rejected, seal
from proofs_checks.certificate import check as referee
from proofs_checks.interp.counting import COUNTS, most_changes, parameters
from theory import CERTIFIED, EXACT, THEOREM, Claim, Derived, Outcome, established, refuted

TABLE = {
    (16, 9): 19,
    (32, 32): 25,
    (64, 13): 25,
    (64, 64): 34,
    (64, 1024): 46,
    (128, 128): 70,
    (256, 64): 85,
    (256, 256): 136,
    (256, 1024): 166,
}

D1 = Claim(
    id="interp.D1",
    kind=THEOREM,
    title="Certified lower bound at finite N",
    statement=r"Let $2^b \ge N$, $n = \lfloor N/2 \rfloor$, $m = 2^{b-1}$, K the bound of label changes "
    r"and F(M) the least bound W1, W2, W3 of dichotomies on M inputs. If Class(1; W, L), $W, L \ge 1$, "
    r"interpolates every 0/1 labelling of every $2^{-b}$-separated N-set of [0, 1], then "
    r"$N - 1 \le K$, $2^N \le F(N)$, and, where $K < m$, $n \le K$ and "
    r"$\binom mn \le F(2m)\binom Kn$. Hence the least parameter counts of the table; in $\mathbb R^d$ "
    r"a class of width W has W(d-1) parameters more.",
    hypotheses={"every_labelling": r"all of $\{0,1\}^N$ on each N-set"},
    constants={
        "points_per_pair": 2,
        "steps": 1,
        "grid": 1,
        "bits": Fraction(1),
        "table": MappingProxyType(TABLE),
    },
    source=Derived(
        "alternation by K, counting by W1, pairs by PAIR with W1, W2, W3; all counts rest on W0, recalled"
    ),
    needs=("interp.K", "interp.W1", "interp.W2", "interp.W3"),
    proof_needs=("interp.PAIR", "interp.NEST", "interp.W0"),
)


@D1.check(CERTIFIED, scope="the nine (N, b) of the table, uniform widths")
def table(claim: Claim) -> Outcome:
    """Each entry is proved to the referee, and the class found at that size passes every test."""
    digests = []
    for (N, b), claimed in claim["table"].items():
        bound = certified_minimum(N, b)
        found = bound.certificate()
        statement = {**found["statement"], "parameters": claimed}
        try:
            digests.append(referee(seal(found["kind"], statement, found["evidence"])).digest)
        except Rejected as reason:
            return refuted({"N": N, "b": b, "claimed": claimed, "referee": str(reason)})
        survivor = (bound.W, bound.L)
        if parameters(1, *survivor) != claimed or excludes(claim, N, b, *survivor):
            return refuted({"N": N, "b": b, "claimed": claimed, "least survivor": survivor})
    return established(certificates=digests)


@D1.check(
    EXACT,
    scope="all classes with P <= 3N - 2 for seven (N, b), N <= 40, and with P <= 61 for (45, 64) and "
    "(4096, 12): full integers",
)
def full_integers(claim: Claim) -> Outcome:
    """The tests of the statement exclude exactly the classes that the rounded referee excludes."""
    cases = 0
    sizes = [((N, b), 3 * N - 2)
             for N, b in ((2, 1), (3, 2), (9, 5), (16, 64), (24, 24), (32, 40), (40, 160))]  # fmt: skip
    # 22 pairs decide otherwise than 23; and only many points at little separation need "vc".
    for (N, b), largest in (*sizes, ((45, 64), 61), ((4096, 12), 61)):
        for W, L in _classes(largest):
            cases += 1
            exact, rounded = excludes(claim, N, b, W, L), find_exclusion(N, b, W, L)
            if (exact is None) != (rounded is None):
                return refuted(
                    {"N": N, "b": b, "W": W, "L": L, "integers": exact, "referee": rounded}
                )
    return established(cases=cases)


@D1.check(EXACT, scope="Class(1; N-1, 1) for N <= 6, every labelling of a paired set, three b")
def classes_that_interpolate_survive(claim: Claim) -> Outcome:
    """No test excludes a class whose networks are built for every labelling it is asked for."""
    cases = 0
    for N, b in product(range(2, 7), (3, 40, 300)):
        points = paired(N, b, Random(N * b)).points
        labellings = list(product((0, 1), repeat=N))
        # With the hypothesis dropped, a class need only do one labelling: here the constant one.
        W = N - 1 if claim.assumes("every_labelling") else 1
        for labels in labellings if claim.assumes("every_labelling") else labellings[:1]:
            net = shallow_any(points[: W + 1], labels[: W + 1], Random(0))
            if net.width != W or not net.interpolates(points, labels):
                raise ArithmeticError(f"no network of width {W} was built for {labels}")
        cases += len(labellings)
        if test := excludes(claim, N, b, W, 1):
            return refuted({"N": N, "b": b, "W": W, "L": 1, "excluded by": test})
    return established(cases=cases)


@D1.check(EXACT, scope="b <= 64 and N <= 64: the configuration exists")
def pairs_fit_the_grid(claim: Claim) -> Outcome:
    """n pairs are at most N points, and the grid of 2m points in [0, 1] is 2^-b separated."""
    cases = 0
    for N, b in product(range(2, 65), range(1, 65)):
        n, m = N // claim["points_per_pair"], Fraction(2) ** (b - claim["grid"])
        cases += 1
        if 2 * n > N:
            return refuted({"N": N, "points in n pairs": 2 * n})
        if Fraction(1) / (2 * m - 1) < Fraction(1, 2**b):
            return refuted({"b": b, "spacing": Fraction(1) / (2 * m - 1)})
    return established(cases=cases)


D1.falsifier(
    "Pmin(64, 64) = 35",
    constants={"table": MappingProxyType({**TABLE, (64, 64): 35})},
    by="table",
    because="(3, 3) with 34 parameters passes every test",
)
D1.falsifier(
    "Pmin(256, 256) = 135",
    constants={"table": MappingProxyType({**TABLE, (256, 256): 135})},
    by="table",
    because="the integers exclude one parameter more",
)
D1.falsifier(
    "N pairs",
    constants={"points_per_pair": 1},
    by=("full_integers", "classes_that_interpolate_survive", "pairs_fit_the_grid"),
    because="N points make N/2 pairs",
)
D1.falsifier(
    "N <= K",
    constants={"steps": 0},
    by=("full_integers", "classes_that_interpolate_survive"),
    because="N points alternate N - 1 times",
)
D1.falsifier(
    "twice as many pairs on the grid",
    constants={"grid": 0},
    by="pairs_fit_the_grid",
    because="2^(b+1) points in [0, 1] are closer than 2^-b",
)
D1.falsifier(
    "natural logarithms on one side",
    constants={"bits": Fraction(36, 25)},
    by="full_integers",
    because="a nat is 1.44 bits",
)
D1.falsifier(
    "one percent more bits",
    constants={"bits": Fraction(101, 100)},
    by="table",
    because="(3, 3) passes the pairs test for 64 points at b = 64 by less",
)
D1.falsifier(
    "one labelling of each set",
    drop="every_labelling",
    by="classes_that_interpolate_survive",
    because="one unit fits the constant labelling of any set",
)


@D1.inhabitant
def three_points(_: Claim) -> dict[str, bool]:
    """Class(1; 2, 1) fits all eight labellings of three points 2^-20 apart."""
    points = [Fraction(0), Fraction(1, 2**20), Fraction(1)]
    fits = [
        shallow_any(points, labels, Random(0)).interpolates(points, labels)
        for labels in product((0, 1), repeat=3)
    ]
    return {"every_labelling": all(fits)}


@D1.boundary("N = 2: nothing is excluded")
def two_points(claim: Claim) -> Outcome:
    """One unit fits two points at any distance, so the least class survives every b."""
    excluded = [b for b in (1, 2, 3, 10, 1000) if excludes(claim, 2, b, 1, 1)]
    return refuted({"b": excluded}) if excluded else established(cases=5)


@D1.boundary("K >= m: the pairs test is void")
def void_pairs(claim: Claim) -> Outcome:
    """Where 2^b is about N the grid has fewer pairs than the class has changes."""
    excluded = [(N, b) for N, b in ((8, 3), (16, 4)) if excludes(claim, N, b, N - 1, 1)]
    return refuted({"N, b": excluded}) if excluded else established(cases=2)


def excludes(claim: Claim, N: int, b: int, W: int, L: int) -> str | None:
    """The first test of the claim that Class(1; W, L) fails, on full integers."""
    n, m, K = N // claim["points_per_pair"], 2**b // 2 ** claim["grid"], most_changes(W, L)
    if K < N - claim["steps"]:
        return "alternation"
    if _dichotomies(W, L, N) < 2**N:
        return "vc"
    if K < m and (n > K or _fewer(claim, _dichotomies(W, L, 2 * m) * comb(K, n), comb(m, n))):
        return "pairs"
    return None


def _dichotomies(W: int, L: int, M: int) -> Fraction:
    return min(
        Fraction(prod(x**e for x, e in powers if e > 0), prod(x**-e for x, e in powers if e < 0))
        for powers in (count(W, L, M) for count in COUNTS.values())
    )


def _fewer(claim: Claim, served: Fraction, needed: int) -> bool:
    """Whether served < needed^bits; bits = 1 unless logarithms of two bases are compared."""
    p, q = claim["bits"].numerator, claim["bits"].denominator
    return served.numerator**q < needed**p * served.denominator**q


def _classes(largest: int) -> list[tuple[int, int]]:
    return [
        (W, L)
        for W in range(1, largest)
        for L in range(1, largest)
        if parameters(1, W, L) <= largest
    ]
