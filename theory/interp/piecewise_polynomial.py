r"""T1p: linear cost of exponentially close points for piecewise polynomial activations.

| symbol | meaning |
|---|---|
| t, k | pieces of the activation, largest degree of a piece |
| W, L, P | width, hidden layers, parameters of Class(1; W, L) with this activation |
| N, b | points, pairwise 2^-b apart; n = floor(N/2) pairs out of m = 2^(b-1) |
| K, S, D_l | label changes, polynomials of the count, degree of layer l in the parameters |
| G | (log2 t + log2 max(k, 1))/2 |
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import comb, prod

from proofs_checks.interp.counting import parameters
from proofs_checks.log2 import ceil_log2
from theory import EXACT, SYMBOLIC, THEOREM, Claim, Outcome, Paper, established, refuted
from theory.interp._piecewise_polynomial_nets import Shape, changing, families, steps

BITS = 40
KINDS = ((2, 1), (2, 0), (3, 1), (1, 2), (2, 2), (3, 3))  # (t, k)
ALPHA = ((Fraction(1, 4), 2071), (Fraction(1, 2), 2807), (1, 3507), (2, 4075), (16, 4850))

T1p = Claim(
    id="interp.T1p",
    kind=THEOREM,
    title="The same for piecewise polynomial activations",
    statement=r"For an activation of t polynomial pieces of degree at most k (continuous or not; a "
    r"value at a break that is neither side's is a piece of its own), "
    r"interpolating every 0/1 labelling of every $2^{-cN}$-separated N-set takes $\Omega(N)$ "
    r"parameters. (Ours: at most $3\,t^{WL} \max(k,1)^L$ label changes along a line, $2\,t^{WL} "
    r"\max(k,1)^L$ of them upwards; at most $Z(S, D_{L+1}, P)$ dichotomies of M inputs, Z as in W0A, "
    r"$S = M(\sum_l W(t-1)t^{W(l-1)} + t^{WL})$, $D_1 = 1$, $D_{l+1} = 1 + kD_l$; hence $P(b + GP + "
    r"\tfrac{49}{20}) \ge n(b - 2 - GP)$ with $G = \tfrac12(\log_2 t + \log_2 \max(k,1))$, and $P \ge "
    r"\alpha N(1 - o(1))$, $\alpha$ the positive root of $Ga^2 + a(c + G/2) - c/2 = 0$.)",
    hypotheses={"every_labelling": r"all of $\{0,1\}^N$ on each N-set"},
    constants={
        "changes": Fraction(3),
        "upwards": Fraction(2),
        "patterns": 1,  # exponent of t^(WL)
        "degrees": 1,  # exponent of max(k, 1)^L
        "count": "patterns",  # or "tree": k^L prod_l (1 + W(t-1) k^(l-1))
        "polynomials": "all patterns",
        "growth": "k",  # D_(l+1) = 1 + growth D_l
        "lead": Fraction(4),  # 2 D_(L+1) - 1 <= lead k^L for k >= 2
        "half": Fraction(1, 2),
        "spare": Fraction(49, 20),
        "points_per_pair": 2,
        "alpha": ALPHA,
    },
    source=Paper(
        "v1 of arXiv:2302.00834 sets it up for these activations; counts and proof are ours"
    ),
    needs=("interp.W0A",),
    proof_needs=("interp.W0A", "interp.PAIR"),
)


def most_changes(claim: Claim, one: Shape) -> Fraction:
    """3 t^(WL) max(k, 1)^L."""
    W, L, t, k = one.W, one.L, one.t, max(one.k, 1)
    if claim["count"] == "tree":
        return Fraction(k**L * prod(1 + W * (t - 1) * k ** (l - 1) for l in range(1, L + 1)))
    return claim["changes"] * t ** (claim["patterns"] * W * L) * k ** (claim["degrees"] * L)


def most_upwards(claim: Claim, one: Shape) -> Fraction:
    """2 t^(WL) max(k, 1)^L."""
    return claim["upwards"] * one.t ** (one.W * one.L) * max(one.k, 1) ** one.L


def degree(claim: Claim, k: int, l: int) -> int:
    """D_l."""
    D = 1
    for _ in range(l - 1):
        D = 1 + (k if claim["growth"] == "k" else min(k, 1)) * D
    return D


def most_dichotomies(claim: Claim, one: Shape, M: int, p: int) -> int:
    """Z(S, D_(L+1), p)."""
    W, L, t = one.W, one.L, one.t
    each = t if claim["polynomials"] == "all patterns" else 1
    S = M * (sum(W * (t - 1) * each ** (W * l) for l in range(L)) + each ** (W * L))
    D = degree(claim, one.k, L + 1)
    if D == 1:
        return sum(comb(S, c) for c in range(min(S, p) + 1))
    return sum(comb(S, c) * comb(p, c) * D**c * (D - 1) ** (p - c) for c in range(min(S, p) + 1))


@T1p.check(EXACT, scope="tents, logistic maps, steps, jumps, 24 random nets, t <= 101, k <= 2")
def networks_change(claim: Claim) -> Outcome:
    """Label changes of explicit networks, exact at every point, against the bound."""
    for net, changes in changing():
        if changes > most_changes(claim, net.shape):
            return refuted({"network": net.name, "W": net.W, "L": net.L, "changes": changes})
        # changes alternate in direction: at least (changes - 1)/2 go up
        if changes // 2 > most_upwards(claim, net.shape):
            return refuted({"network": net.name, "W": net.W, "L": net.L, "upwards": changes // 2})
    return established(cases=len(changing()))


@T1p.check(EXACT, scope="two steps, one square, saws of depth 4 and 12, logistic maps of 2 and 5")
def small_families(claim: Claim) -> Outcome:
    """Dichotomies of small families, listed exactly, against the count."""
    for one in families():
        if one.count > most_dichotomies(claim, one.shape, one.M, one.p):
            return refuted({"family": one.name, "M": one.M, "dichotomies": one.count})
    return established(cases=len(families()))


@T1p.check(EXACT, scope="t, k <= 3, W <= 3, L <= 200 in steps: integers")
def rates_of_the_counts(claim: Claim) -> Outcome:
    """Changes upwards are at most 2 * 2^(GP), degrees below lead k^L, and their joint overhead small."""
    cases, e = 0, Fraction(2718281829, 10**9)
    for (t, k), W, L in product(KINDS, (1, 2, 3), (1, 2, 5, 20, 200)):
        P, K, cases = parameters(1, W, L), most_changes(claim, Shape(W, L, t, k)), cases + 1
        if claim["count"] == "patterns":
            K = most_upwards(claim, Shape(W, L, t, k))
        at = {"t": t, "k": k, "W": W, "L": L}
        power = 2 * claim["half"] * P  # (K/2)^2 <= (t k)^power
        if (K / 2) ** (2 * power.denominator) > (t * max(k, 1)) ** power.numerator:
            return refuted({**at, "changes": "more than 2^(1 + GP)"})
        D = degree(claim, k, L + 1)
        if 2 * D - 1 > (claim["lead"] * k**L if k >= 2 else 2 * (L + 1)):
            return refuted({**at, "degree": D})
        overhead, spare = 2 * e * (2 * D - 1) / (P * max(k, 1) ** L), claim["spare"]
        if overhead**spare.denominator > 2**spare.numerator:
            return refuted({**at, "bits left over": float(overhead)})
    return established(cases=cases)


@T1p.check(EXACT, scope="N = 16, 32, 64, six (t, k), P <= N, eight b: full integers")
def implied_by_the_counts(claim: Claim) -> Outcome:
    """Where the formula excludes a class, Z C(K, n) < C(m, n) does, or fewer than n changes."""
    cases = 0
    for N, (t, k), W, L, b in product(
        (16, 32, 64), KINDS, (1, 2, 3, 4), (1, 2, 3, 5, 8), (8, 16, 24, 32, 64, 96, 256, 1024)
    ):
        one = Shape(W, L, t, k)
        if parameters(1, W, L) > N or not formula_excludes(claim, N, b, one):
            continue
        cases += 1
        if not _integers_exclude(N, b, one):
            return refuted({"N": N, "b": b, "W": W, "L": L, "t": t, "k": k})
    return established(cases=cases)


def formula_excludes(claim: Claim, N: int, b: int, one: Shape) -> bool:
    """P(b + GP + 49/20) < n(b - 2 - GP), G rounded up."""
    P, n = parameters(1, one.W, one.L), N // claim["points_per_pair"]
    GP = claim["half"] * Fraction(ceil_log2(one.t * max(one.k, 1), BITS), 1 << BITS) * P
    return P * (b + GP + claim["spare"]) < n * (b - 2 - GP)


@lru_cache(maxsize=1 << 14)
def _integers_exclude(N: int, b: int, one: Shape) -> bool:
    n, m = N // 2, 2 ** (b - 1)
    upwards = int(most_upwards(T1p, one))
    served = most_dichotomies(T1p, one, 2 * m, parameters(1, one.W, one.L))
    return served * comb(upwards, n) < comb(m, n)


@T1p.check(
    EXACT, scope="N - 1 steps or ReLU hinges, N <= 40, b up to 1000; steps evaluated, N <= 5"
)
def interpolating_classes_survive(claim: Claim) -> Outcome:
    """A layer of N - 1 steps fits every labelling, so the formula must not exclude it."""
    cases = 0
    for labels in (y for N in range(2, 6) for y in product((0, 1), repeat=N)):
        if steps(labels).labels(range(len(labels))) != labels:
            raise ArithmeticError(f"steps do not fit {labels}")
    for N, b, (t, k) in product(range(2, 41), (6, 64, 1000), ((2, 0), (2, 1))):
        cases += 1
        # One step fits the constant labelling, which is all that is left without the hypothesis.
        W = N - 1 if claim.assumes("every_labelling") else 1
        if formula_excludes(claim, N, b, Shape(W, 1, t, k)):
            return refuted({"N": N, "b": b, "W": W, "t": t, "k": k})
    return established(cases=cases)


@T1p.check(SYMBOLIC, scope="all c, G > 0", part=True)
def root(claim: Claim) -> Outcome:
    """The root of the quadratic, its limit 1/2 for large c; G = 1 is the quadratic of D3."""
    import sympy

    a, c, G = sympy.symbols("a c G", positive=True)
    share = sympy.Rational(1, claim["points_per_pair"])
    quadratic = G * a**2 + a * (c + G * share) - c * share
    alpha = (-(c + G / 2) + sympy.sqrt((c + G / 2) ** 2 + 2 * G * c)) / (2 * G)
    d3 = a**2 + a * (c + sympy.Rational(1, 2)) - c / 2
    residuals = [
        sympy.simplify(sympy.expand(quadratic.subs(a, alpha))),
        sympy.expand(quadratic.subs(G, 1) - d3),
        sympy.limit(alpha.subs(G, sympy.Rational(1, 2)), c, sympy.oo) - share,
    ]
    wrong = [r for r in residuals if r != 0]
    return refuted({"residual": str(wrong[0])}) if wrong else established(residual=sum(residuals))


@T1p.check(EXACT, scope="t = 2, k = 1 (G = 1/2): five values of c, four digits")
def digits(claim: Claim) -> Outcome:
    """The quadratic changes sign between the tabulated value and the next."""
    G = claim["half"]
    for c, low in claim["alpha"]:
        below, above = (
            G * a * a + a * (c + G / 2) - Fraction(c) / 2
            for a in (Fraction(low, 10**4), Fraction(low + 1, 10**4))
        )
        if not below < 0 < above:
            return refuted({"c": c, "alpha": Fraction(low, 10**4)})
    return established(cases=len(claim["alpha"]))


T1p.falsifier(
    "no factor t^(WL)",
    constants={"patterns": 0},
    by="networks_change",
    because="L tents change 2^L times, W steps W times",
)
T1p.falsifier(
    "no factor k^L",
    constants={"degrees": 0},
    by="networks_change",
    because="one unit and one piece: the iterated logistic map changes 2^L times",
)
T1p.falsifier(
    "1.99 changes for each pattern",
    constants={"changes": Fraction(199, 100)},
    by="networks_change",
    because="t rising pieces change 2t - 1 times",
)
T1p.falsifier(
    "0.98 changes upwards for each pattern",
    constants={"upwards": Fraction(98, 100)},
    by="networks_change",
    because="each of t rising pieces goes up once",
)
T1p.falsifier(
    "the tree count",
    constants={"count": "tree"},
    by="rates_of_the_counts",
    because="true, but its logarithm grows like L^2 log k",
)
T1p.falsifier(
    "one pattern for each unit",
    constants={"polynomials": "one pattern"},
    by="small_families",
    because="a saw of one parameter shatters 13 dyadic points",
)
T1p.falsifier(
    "degree l in layer l",
    constants={"growth": "1"},
    by="small_families",
    because="the iterated logistic map has degree 2^L in its parameter",
)
T1p.falsifier(
    "3.96 k^L for the degree",
    constants={"lead": Fraction(396, 100)},
    by="rates_of_the_counts",
    because="2D - 1 = 4 2^L - 3 for k = 2",
)
T1p.falsifier(
    "2.4 bits to spare",
    constants={"spare": Fraction(12, 5)},
    by="rates_of_the_counts",
    because="deep nets of one unit need log2(2e)",
)
T1p.falsifier(
    "G one percent smaller",
    constants={"half": Fraction(99, 200)},
    by=("rates_of_the_counts", "digits"),
    because="P = 2L + 2 for W = 1",
)
T1p.falsifier(
    "G without the 1/2",
    constants={"half": Fraction(1)},
    by="digits",
    because="true and weaker: that is D3's rate",
)
T1p.falsifier(
    "patterns and degrees for free (G = 0)",
    constants={"half": Fraction(0)},
    by=("implied_by_the_counts", "rates_of_the_counts"),
    because="deep nets pay for their patterns",
)
T1p.falsifier(
    "N pairs",
    constants={"points_per_pair": 1},
    by=("implied_by_the_counts", "root"),
    because="N points make N/2 pairs",
)
T1p.falsifier(
    "one labelling of each set",
    drop="every_labelling",
    by="interpolating_classes_survive",
    because="a constant fits the constant labelling",
)


@T1p.inhabitant
def three_steps(_: Claim) -> dict[str, bool]:
    """Three steps fit all 16 labellings of four points."""
    fits = [steps(y).labels(range(4)) == y for y in product((0, 1), repeat=4)]
    return {"every_labelling": all(fits)}


@T1p.boundary("t = 1: a polynomial network, k^L changes at most 3 k^L")
def one_piece(claim: Claim) -> Outcome:
    """No pattern at all: the count is M polynomials of degree D_(L+1), the changes are roots."""
    for k, L in product((1, 2, 3), (1, 2, 5)):
        many = most_changes(claim, Shape(4, L, 1, k))
        if many != 3 * k**L or most_dichotomies(claim, Shape(4, L, 1, k), 1, 9) < 2:
            return refuted({"k": k, "L": L, "changes": many})
    return established(cases=9)
