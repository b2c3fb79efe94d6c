r"""D7: functions of norm one at the Sobolev endpoint whose signs a network must get right.

| symbol | meaning |
|---|---|
| N, delta | points x_i, pairwise at least delta apart; signs eps_i |
| f | sum of N disjoint bumps of width delta at the x_i, with these signs |
| P | dense parameters of a class |
| b | delta = 2^-b |
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from random import Random
from types import MappingProxyType

from constructions.interp.vector_bound import VectorBound, sharpest_minimum
from proofs_checks.certificate import Rejected, seal
from proofs_checks.certificate import check as referee
from theory import (
    CERTIFIED,
    EXACT,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
)
from theory.interp._endpoint_bumps import broken_line, bumps, hats, size

TABLE = {(64, 64): 43, (128, 128): 76, (256, 64): 103, (256, 256): 145}

D7 = Claim(
    id="interp.D7",
    kind=THEOREM,
    title="Narrow hats have norm one in W^{1,1} and force all signs",
    statement=r"Let $f = \frac1{2N}\sum_i \varepsilon_i h_i$ with hats $h_i$ of height 1 and half-width "
    r"$\delta/2$ at $\delta$-separated points. Then $\int|f'| = 1$ and $\|f\|_1 = \delta/4$ for every "
    r"$\delta$, and $\|f - g\|_\infty < 1/(2N)$ forces the sign $\varepsilon_i$ of g at all N points. "
    r"Hence every class of uniform width with fewer parameters than tabulated for (N, b) has error "
    r"at least 1/(2N) on the unit ball of $\int|f'|$; the broken line of $3N + 1$ parameters through half "
    r"the peaks is at distance 1/(4N).",
    hypotheses={"separated": r"$|x_i - x_j| \ge \delta$: the hats do not overlap"},
    constants={
        "amplitude": Fraction(1, 2),  # times 1/N
        "exponent": Fraction(1),  # of |f'| in the norm that stays bounded
        "size": Fraction(1, 4),  # ||f||_1 / delta
        "error": Fraction(1, 2),  # times 1/N, below which signs are forced
        "per_point": 3,
        "line": Fraction(1, 4),  # times 1/N, distance of the broken line
        "table": MappingProxyType(TABLE),
    },
    source=Derived("hats at separated points, then D1 and DIR for the signs"),
    needs=("interp.DIR",),
    proof_needs=("interp.DIR",),
)


@D7.check(EXACT, scope="N <= 6, delta = 2^-3 .. 2^-900, all signs: integrals as rationals")
def norms(claim: Claim) -> Outcome:
    """The norm of the derivative is 1, the norm of f is delta/4, the peaks are +-1/(2N)."""
    cases = 0
    for points, delta, signs in hats(claim.assumes("separated")):
        N, f, cases = len(points), bumps(claim["amplitude"], points, delta, signs), cases + 1
        if any(right[0] < left[0] for left, right in pairwise(f)):
            return refuted({"N": N, "delta": delta, "overlapping hats at": points})
        # All nonzero slopes have one modulus: integral |f'|^(p/q) = length slope^(p/q).
        slopes = {abs((d - c) / (y - x)) for (x, c), (y, d) in pairwise(f) if c != d}
        length = sum(y - x for (x, c), (y, d) in pairwise(f) if c != d)
        p, q = claim["exponent"].numerator, claim["exponent"].denominator
        if len(slopes) != 1 or length**q * slopes.pop() ** p != 1:
            return refuted({"N": N, "delta": delta, "norm of the derivative": "not 1"})
        if size(f) != claim["size"] * delta:
            return refuted({"N": N, "delta": delta, "integral of |f|": size(f)})
    return established(cases=cases)


@D7.check(EXACT, scope="N <= 6, all signs: g with the hats of f times t_i, t_i from -1/2 to 5/2")
def signs_are_forced(claim: Claim) -> Outcome:
    """||f - g|| = max |1 - t_i| max|f|; whenever that is small enough, g has the right signs."""
    cases, rng = 0, Random("interp.D7")
    steps = [Fraction(i, 200) for i in (-100, -20, -1, 0, 1, 20, 100, 200, 300, 399, 400, 401, 500)]
    for points, delta, signs in hats(claim.assumes("separated")):
        f, N = dict(bumps(claim["amplitude"], points, delta, signs)), len(points)
        top = max(map(abs, f.values()))
        mixed = [[rng.choice(steps) for _ in points] for _ in range(10)]
        for t in (*([one] * N for one in steps), *mixed):
            if max(abs(1 - factor) for factor in t) * top >= claim["error"] / N:
                continue
            cases += 1
            if any(factor * f[x] * e <= 0 for factor, x, e in zip(t, points, signs, strict=True)):
                return refuted({"N": N, "t": t, "signs": signs})
    return established(cases=cases)


@D7.check(CERTIFIED, scope="four (N, b), uniform widths")
def smaller_classes_miss_a_sign(claim: Claim) -> Outcome:
    """The referee excludes every smaller class; the class found at the tabulated size passes."""
    digests = []
    for (N, b), claimed in claim["table"].items():
        bound = _sharpest(N, b)
        found = bound.certificate()
        statement = {**found["statement"], "parameters": claimed}
        try:
            digests.append(referee(seal(found["kind"], statement, found["evidence"])).digest)
        except Rejected as reason:
            return refuted({"N": N, "b": b, "claimed": claimed, "referee": str(reason)})
        if bound.parameters != claimed:
            return refuted({"N": N, "b": b, "claimed": claimed, "least survivor": bound.survivor})
    return established(certificates=digests)


@D7.check(EXACT, scope="N <= 6, all signs, delta down to 2^-900: exact suprema")
def broken_lines_come_closer(claim: Claim) -> Outcome:
    """The line through (x_i, eps_i/(4N)) is a network of N hinges at distance 1/(4N) < 1/(2N)."""
    cases = 0
    for points, delta, signs in hats(claim.assumes("separated")):
        N, f, cases = len(points), bumps(claim["amplitude"], points, delta, signs), cases + 1
        net = broken_line(points, [Fraction(e, 4 * N) for e in signs])
        # f and the line are affine between the corners of f, and constant beyond them.
        error = max(abs(net(x)[0] - y) for x, y in f)
        if error != claim["line"] / N or net.parameters != claim["per_point"] * N + 1:
            return refuted({"N": N, "P": net.parameters, "error": error})
    return established(cases=cases)


D7.falsifier(
    "the norm of W^{1,2}",
    constants={"exponent": Fraction(2)},
    by="norms",
    because="integral |f'|^2 = 1/(N delta) blows up",
)
D7.falsifier(
    "the norm of W^{1,1.01}",
    constants={"exponent": Fraction(101, 100)},
    by="norms",
    because="(N delta)^(-1/100) blows up as well",
)
D7.falsifier(
    "||f||_1 = delta/2", constants={"size": Fraction(1, 2)}, by="norms", because="N delta/2 / (2N)"
)
D7.falsifier(
    "twice the amplitude",
    constants={"amplitude": Fraction(1)},
    by="norms",
    because="each hat goes up and down",
)
D7.falsifier(
    "an error below 1/N",
    constants={"error": Fraction(1)},
    by="signs_are_forced",
    because="-f/2 is at distance 3/(4N)",
)
D7.falsifier(
    "an error one percent above 1/(2N)",
    constants={"error": Fraction(101, 200)},
    by="signs_are_forced",
    because="a small negative multiple of f",
)
D7.falsifier(
    "44 parameters at (64, 64)",
    constants={"table": MappingProxyType({(64, 64): 44})},
    by="smaller_classes_miss_a_sign",
    because="(2, ..., 2) with 43 parameters passes every test",
)
D7.falsifier(
    "the broken line has 5N/2 + 1 parameters",
    constants={"per_point": Fraction(5, 2)},
    by="broken_lines_come_closer",
    because="a hinge costs three parameters",
)
D7.falsifier(
    "the broken line is at distance 6/(25N)",
    constants={"line": Fraction(6, 25)},
    by="broken_lines_come_closer",
    because="the peaks are 1/(4N) above it",
)
D7.falsifier(
    "points of any distance",
    drop="separated",
    by="norms",
    because="hats that overlap cancel or add up",
)


@D7.inhabitant
def two_hats(_: Claim) -> dict[str, bool]:
    """Hats of half-width 2^-41 at 1/3 and 1/3 + 2^-40 touch and do not overlap."""
    delta = Fraction(1, 2**40)
    points = [Fraction(1, 3), Fraction(1, 3) + delta]
    return {"separated": points[0] + delta / 2 <= points[1] - delta / 2}


@D7.boundary("error exactly 1/(2N): zero has no sign")
def the_zero_function(claim: Claim) -> Outcome:
    """g = 0 is at distance 1/(2N) from each f: the inequality of the claim must be strict."""
    for points, delta, signs in hats(claim.assumes("separated")):
        top = max(abs(y) for _, y in bumps(claim["amplitude"], points, delta, signs))
        if top != claim["error"] / len(points):
            return refuted({"N": len(points), "distance of 0": top})
    return established(cases=1)


@lru_cache(maxsize=8)
def _sharpest(N: int, b: int) -> VectorBound:
    return sharpest_minimum(N, b)
