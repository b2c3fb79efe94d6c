r"""D3A: the rate of the direct count.

Symbols: N points, 2^-b separated, n = floor(N/2), beta = b - 1; W width, L hidden layers, u = WL
units, P parameters of Class(1; W, L); c with b = cN.
"""

from __future__ import annotations

from fractions import Fraction
from math import log2

from constructions.interp.vector_bound import exclusion
from proofs_checks.interp.counting import parameters
from theory import COROLLARY, EXACT, SYMBOLIC, Claim, Derived, Outcome, established, refuted

D3A = Claim(
    id="interp.D3A",
    kind=COROLLARY,
    title="Rate of the direct count",
    statement=r"With $\varepsilon = (n(3 + \log_2(L+1)) + 1)/\beta$ every uniform-width class ($W \ge 2$) "
    r"that interpolates everything has $P \ge n - \varepsilon$ if $\beta \ge n + 1$ and $P \ge "
    r"3\beta(n - \varepsilon)/(n + 1 + 2\beta)$ if not. At $b = cN$: $\alpha(c) = \min(1/2, "
    r"3c/(4c + 1))$.",
    constants={
        "slope": 3,
        "points": 2,
        "table": (
            (Fraction(1, 20), Fraction(1, 8)),
            (Fraction(1, 10), Fraction(3, 14)),
            (Fraction(1, 4), Fraction(3, 8)),
            (Fraction(1, 2), Fraction(1, 2)),
        ),
    },
    source=Derived("DIR with Lambda_n <= C(2^u, n) and e_c <= C(2n, c) m^c"),
    needs=("interp.DIR",),
    proof_needs=("interp.DIR",),
)


@D3A.check(
    EXACT, scope="N = 16 .. 256, b = N/4 .. 2N: every uniform class below the bound is excluded"
)
def implied_by_the_tests(claim: Claim) -> Outcome:
    """Each class with P below the formula fails one of the integer tests."""
    cases = 0
    for N in (16, 32, 64, 128, 256):
        for b in sorted({max(N // 4, N.bit_length()), N // 2 + 2, N, 2 * N}):
            for W in range(2, N):
                L = 1
                while parameters(1, W, L) < _formula(claim, N, b, L):
                    cases += 1
                    if exclusion(N, b, (W,) * L) is None:
                        return refuted({"N": N, "b": b, "W": W, "L": L, "P": parameters(1, W, L)})
                    L += 1
    return established(cases=cases)


def _formula(claim: Claim, N: int, b: int, L: int) -> float:
    n, beta, slope = N // claim["points"], b - 1, claim["slope"]
    least = n - (n * (3 + log2(L + 1)) + 1) / beta
    rate = least if beta >= n + 1 else slope * beta * least / (n + 1 + (slope - 1) * beta)
    return rate + 1e-9  # floats: rounded up, so that no class below the bound is left out


@D3A.check(SYMBOLIC, scope="all W, L", part=True)
def parameters_against_units(claim: Claim) -> Outcome:
    """P - 3u - 1 = (W - 2)(u - W) for uniform widths: P >= 3u + 1 from W = 2 on."""
    import sympy

    W, L = sympy.symbols("W L")
    P, u = 2 * W + (L - 1) * W * (W + 1) + W + 1, W * L
    residual = sympy.expand(P - claim["slope"] * u - 1 - (W - 2) * (u - W))
    return established(residual=residual) if residual == 0 else refuted({"residual": str(residual)})


@D3A.check(EXACT, scope="four values of c")
def rates(claim: Claim) -> Outcome:
    """min(1/2, s c/((2s-2) c + 1)), s = 3, at the tabulated c."""
    s = claim["slope"]
    for c, rate in claim["table"]:
        if min(Fraction(1, 2), s * c / ((2 * s - 2) * c + 1)) != rate:
            return refuted({"c": c, "rate": rate})
    return established(cases=len(claim["table"]))


D3A.falsifier(
    "P >= 4u",
    constants={"slope": 4},
    by=("parameters_against_units", "rates"),
    because="width 2 has P = 3u + 1",
)
D3A.falsifier(
    "N pairs", constants={"points": 1}, by="implied_by_the_tests", because="N points make N/2 pairs"
)


@D3A.boundary("beta = n + 1: the rate 1/2 begins")
def both_branches_meet(claim: Claim) -> Outcome:
    """At beta = n + 1 the second branch is at most the first, and near it for large n."""
    for N in (64, 256, 1024):
        n = N // 2
        first, second = _formula(claim, N, n + 2, 3), _formula(claim, N, n + 1, 3)
        if not 0.9 * first < second <= first:
            return refuted({"N": N, "first": first, "second": second})
    return established(cases=3)
