r"""D2 and D3: the counting bound as a formula, and its rate at exponentially small separation.

Symbols: N points, 2^-b separated, n = floor(N/2); W width, L hidden layers, P parameters of
Class(1; W, L); c with b = cN; alpha(c) the rate, P >= alpha(c) N (1 - o(1)).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from constructions.interp.lower_bound import certified_minimum
from proofs_checks.interp.counting import E_ABOVE, Problem, most_changes, parameters, sides
from theory import COROLLARY, EXACT, SYMBOLIC, Claim, Derived, established, refuted

D2 = Claim(
    id="interp.D2",
    kind=COROLLARY,
    title="Closed form of the pairs test",
    statement=r"If Class(1; W, L) interpolates every 0/1 labelling of every $2^{-b}$-separated N-set, "
    r"then $P\,(b + WL + \log_2(4e(L+1)/P)) \ge n\,(b - 1 - L\log_2(W+1)) - 1$.",
    constants={"width_times_depth": 1, "pieces": 1, "leading": 4},
    source=Derived("from W2 with M = 2^b and PAIR, using C(m,n)/C(K,n) >= (m/K)^n"),
    needs=("interp.PAIR", "interp.W2"),
    proof_needs=("interp.PAIR", "interp.W2", "interp.K", "interp.W0"),
)


def closed_form_excludes(claim: Claim, N: int, b: int, W: int, L: int) -> bool:
    """Whether P is below the closed form, decided on integers (e rounded up: fewer exclusions)."""
    P, n = parameters(1, W, L), N // 2
    e, one = E_ABOVE
    left = (claim["leading"] * e * (L + 1)) ** P << (b + claim["width_times_depth"] * W * L) * P
    left *= (W + 1) ** (claim["pieces"] * n * L) << 1  # the -1 of the statement
    return left < (P * one) ** P << n * (b - 1)


def small_problems() -> list[tuple[int, int, int, int]]:
    """(N, b, W, L) around the b at which each small class stops surviving."""
    return [
        (N, b, W, L)
        for N in (8, 16, 24, 32, 48, 64)
        for W in (2, 3, 4, 6)
        for L in (1, 2, 3, 4)
        if parameters(1, W, L) <= 3 * N
        for b in range(N.bit_length(), 200, 2)
    ]


@D2.check(EXACT, scope="N <= 64, W <= 6, L <= 4, b < 200, full integers")
def implied_by_the_pairs_test(claim: Claim):
    """Wherever the formula excludes a class, alternation or the integer pairs test does too."""
    cases = 0
    for N, b, W, L in small_problems():
        if not closed_form_excludes(claim, N, b, W, L):
            continue
        cases += 1
        alternation = most_changes(W, L) < N - 1
        pairs = sides(Problem(N, b), W, L, "pairs", "W2", bits=64)
        if not alternation and (pairs is None or pairs[0] >= pairs[1]):
            return refuted(
                {"N": N, "b": b, "W": W, "L": L, "P": parameters(1, W, L), "log2 sides": pairs}
            )
    return established(cases=cases)


D2.falsifier(
    "patterns free: WL dropped",
    constants={"width_times_depth": 0},
    because="the 2^(WL) activation patterns are what a deep net pays for",
)
D2.falsifier(
    "changes free: L log2(W+1) dropped",
    constants={"pieces": 0},
    because="a net with K changes serves C(K, n) configurations at once",
)
D2.falsifier(
    "2e for 4e", constants={"leading": 2}, because="S is up to twice M 2^(WL), and counts once more"
)


@D2.boundary("N = 2, one pair: never excludes the two-point net")
def one_pair(claim: Claim):
    """Class(1; 1, 1) interpolates two points, whatever their distance."""
    for b in range(1, 2000, 7):
        if closed_form_excludes(claim, 2, b, 1, 1):
            return refuted({"N": 2, "b": b, "W": 1, "L": 1})
    return established(cases=len(range(1, 2000, 7)))


D3 = Claim(
    id="interp.D3",
    kind=COROLLARY,
    title="Linear rate at exponentially small separation",
    statement=r"At $b = cN$ every uniform-width class that interpolates everything has "
    r"$P \ge \alpha(c) N (1 - o(1))$, $\alpha$ the positive root of "
    r"$a^2 + a(c + \tfrac12) - \tfrac c2 = 0$. (Weaker than the rate min(1/2, 3c/(4c+1)) of D3A.)",
    constants={
        "budget": Fraction(1),  # WL, L log2(W+1) and L + 1 are at most budget * P
        "linear": Fraction(1, 2),
        "constant": Fraction(1, 2),
        "table": ((Fraction(1, 4), 1404), (Fraction(1, 2), 2071), (1, 2808), (2, 3508), (16, 4714)),
    },
    source=Derived("D2 with WL <= P, L log2(W+1) <= P and L + 1 <= P"),
    needs=("interp.D1",),
    proof_needs=("interp.D2",),
)


@D3.check(EXACT, scope="all classes with W, L <= 60, integers only")
def what_is_replaced_by_parameters(claim: Claim):
    """WL, L log2(W+1) and L + 1 against their share of P, as D2 needs it."""
    p, q = claim["budget"].numerator, claim["budget"].denominator
    for W, L in product(range(1, 61), range(1, 61)):
        P = parameters(1, W, L)
        if max(W * L, L + 1) * q > p * P or (W + 1) ** (q * L) > 2 ** (p * P):
            return refuted({"W": W, "L": L, "P": P})
    return established(cases=3600)


@D3.check(
    SYMBOLIC, scope="all c > 0; only the leading term in N of D2 at WL = L log2(W+1) = P", part=True
)
def leading_term_of_the_closed_form(claim: Claim):
    """D2 at P = aN, b = cN, divided by N^2, tends to the quadratic of the statement."""
    import sympy

    a, c, N = sympy.symbols("a c N", positive=True)
    P, n = a * N, N / 2
    budget, linear, constant = (
        sympy.Rational(claim[key]) for key in ("budget", "linear", "constant")
    )
    spent = budget * P
    gap = P * (c * N + spent + sympy.log(4 * sympy.E * spent / P, 2)) - n * (c * N - 1 - spent) - 1
    leading = sympy.limit(gap / N**2, N, sympy.oo)
    residual = sympy.expand(leading - (a**2 + a * (c + linear) - constant * c))
    return established(residual=residual) if residual == 0 else refuted({"residual": str(residual)})


@D3.check(EXACT, scope="five values of c, four decimals")
def rounded_roots(claim: Claim):
    """The quadratic changes sign within half a unit of the fourth decimal of each tabulated root."""

    def quadratic(a: Fraction, c: Fraction) -> Fraction:
        return a * a + a * (c + claim["linear"]) - claim["constant"] * c

    for c, root in claim["table"]:
        low, high = Fraction(2 * root - 1, 20000), Fraction(2 * root + 1, 20000)
        if not quadratic(low, c) < 0 <= quadratic(high, c):
            return refuted({"c": c, "interval": (low, high)})
    return established(cases=len(claim["table"]))


D3.falsifier(
    "WL, L log2(W+1) and L + 1 below P/2",
    constants={"budget": Fraction(49, 100)},
    by=("what_is_replaced_by_parameters", "leading_term_of_the_closed_form"),
    because="L layers of one unit have P = 2(L + 1)",
)
D3.falsifier(
    "N pairs for N/2: constant term c",
    constants={"constant": Fraction(1)},
    by=("leading_term_of_the_closed_form", "rounded_roots"),
    because="N points make N/2 pairs",
)
D3.falsifier(
    "linear term c + 1",
    constants={"linear": Fraction(1)},
    by=("leading_term_of_the_closed_form", "rounded_roots"),
    because="the changes are paid by n = N/2 pairs, not by N",
)
D3.falsifier(
    "alpha(1) = 0.2809",
    constants={"table": ((1, 2809),)},
    by="rounded_roots",
    because="the root is 0.28078",
)


@D3.boundary("finite N: the certified minimum is above the rate")
def certified_minimum_is_above(claim: Claim):
    """The integers exclude every class below alpha(c) N already at N = 16."""
    cases = 0
    for c, root in claim["table"]:
        for N in (16, 64, 256):
            cases += 1
            bound = certified_minimum(N, int(c * N))
            if bound.parameters * 10000 < (root - 1) * N:
                return refuted({"N": N, "c": c, "certified": bound.parameters})
    return established(cases=cases)
