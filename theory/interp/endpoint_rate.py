r"""C1: at the endpoint of the Sobolev embedding no network beats the classical rate.

| symbol | meaning |
|---|---|
| N, delta | bumps, pairwise at least delta apart |
| P, w | parameters and widths of Class(1; w) |
| n, m, b | n = floor(N/2) pairs out of m = 2^(b-1) neighbours on a grid |
| n' | pairs that are left when e wrong labels spoil theirs |
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import ceil, comb
from random import Random
from typing import Any

from constructions.interp.tiny_families import small_families
from proofs_checks.interp import direct
from proofs_checks.interp.counting import ceil_log2_binomial, floor_log2_binomial
from proofs_checks.log2 import ceil_log2, ceil_log2_product, floor_log2
from theory import (
    EXACT,
    SYMBOLIC,
    THEOREM,
    Claim,
    Outcome,
    Paper,
    established,
    refuted,
)
from theory.interp._endpoint_bumps import wrong_labels

BITS = 40

C1 = Claim(
    id="interp.C1",
    kind=THEOREM,
    title="No superconvergence at the Sobolev endpoint",
    statement=r"Let $1 \le q < p \le \infty$ and $s = d(1/q - 1/p) > 0$. Whatever the width and depth, "
    r"the worst error of networks with P parameters, $\sup_{\|f\|_{W^s_q} \le 1} \inf_g "
    r"\|f - g\|_{L_p}$, is at least $c\,P^{-s/d}$. (Ours: N bumps of width $\delta$, size $a = "
    r"N^{-1/q}\delta^{-d/p}/A$, flat on a ball of volume $\delta^d|B|$, A the norm of one; an error "
    r"below $(\kappa|B|)^{1/p} N^{-s/d}/A$ forces all but $\kappa N$ signs after one translation; with "
    r"$\delta = 2^{-n-3}$, $\kappa = 1/8$ no class with $P \le \tfrac38 N - \log_2 N - 9$ does that, "
    r"and $N = \lceil \tfrac83 P + 8\log_2(P+8) + 40 \rceil$ bumps meet it.)",
    hypotheses={"tolerated": "each choice of n pairs has a member with at most e wrong labels"},
    constants={
        "smoothness": Fraction(1),  # s = smoothness d (1/q - 1/p)
        "rate": Fraction(1),  # error N^(-rate s/d)
        "height": (Fraction(1), Fraction(1)),  # a = N^(-1/q) delta^(-d/p)
        "radius": Fraction(1),  # of the p-th power of the error
        "inner": 0,  # C(m - n' + inner, n - n')
        "spoiled": Fraction(1),  # pairs spoiled by a wrong label
        "gain": Fraction(1),  # served C(n, n') >= gain C(m, n')
        "share": Fraction(3, 8),
        "points": Fraction(8, 3),
        "spare": 9,
    },
    source=Paper("abstract of arXiv:2302.00834 for the rate; range, constants and proof are ours"),
    proof_needs=("interp.DIR", "interp.D3A"),
)


@C1.check(SYMBOLIC, scope="all d, s, q, p, N, delta", part=True)
def scaling(claim: Claim) -> Outcome:
    """Exponents of delta and N in the norm of f and in the error: each must vanish."""
    import sympy

    d, p, q = sympy.symbols("d p q", positive=True)
    s = _exact(claim["smoothness"]) * d * (1 / q - 1 / p)
    # ||D^s f||_q^q = a^q N delta^(d - s q), ||f||_p = a delta^(d/p) N^(1/p), a = N^(-1/q) delta^(-d/p)
    a_N, a_delta = (-_exact(x) * y for x, y in zip(claim["height"], (1 / q, d / p), strict=True))
    residuals = {
        "delta in the norm": q * a_delta + d - s * q,
        "N in the norm": q * a_N + 1,
        "delta in the error": a_delta + d / p,
        "N in the error": a_N + 1 / p + _exact(claim["rate"]) * s / d,
    }
    for name, residual in residuals.items():
        if sympy.simplify(residual) != 0:
            return refuted({name: str(sympy.simplify(residual))})
    return established(residual=sum(map(sympy.simplify, residuals.values())))


@C1.check(EXACT, scope="N <= 24 bumps, N cells of translations, p = 1, 2, 3: extremal and random g")
def one_translation_keeps_the_signs(claim: Claim) -> Outcome:
    """g = 0 on some cells of some bumps: a small error leaves a cell with few wrong signs."""
    cases, rng = 0, Random("interp.C1")
    for N, p, kappa in product((8, 16, 24), (1, 2, 3), (Fraction(1, 8), Fraction(1, 4))):
        most = int(kappa * N)
        spread = [{(i + y) % N for i in range(most)} for y in range(N)]  # kappa N in each cell
        drawn = [[set(rng.sample(range(N), rng.randint(0, most))) for _ in range(N)]
                 for _ in range(20)]  # fmt: skip
        a = Fraction(rng.randint(1, 9), 7)
        for wrong in (spread, *drawn):
            cases += 1
            # p-th powers, in units of the volume of the bumps' cores: every wrong value costs a.
            error = a**p * Fraction(sum(map(len, wrong)), N)
            forced = error < claim["radius"] * kappa * a**p * N
            if forced and all(len(cell) >= kappa * N for cell in wrong):
                return refuted({"N": N, "p": p, "kappa": kappa, "wrong in each cell": most})
    return established(cases=cases)


@C1.check(EXACT, scope="m <= 12, all n' <= n <= m: integers; m <= 7: by listing")
def choices_inside_choices(claim: Claim) -> Outcome:
    """C(m, n) C(n, n') = C(m, n') C(m - n', n - n'): pairs of a choice and a part of it."""
    cases = 0
    for m in range(13):
        for n in range(m + 1):
            for k in range(n + 1):
                cases += 1
                right = comb(m, k) * comb(m - k + claim["inner"], n - k)
                listed = m > 7 or right == sum(
                    1 for chosen in combinations(range(m), n) for _ in combinations(chosen, k)
                )
                if comb(m, n) * comb(n, k) != right or not listed:
                    return refuted({"m": m, "n": n, "n'": k, "right side": right})
    return established(cases=cases)


@C1.check(EXACT, scope="thresholds, unions of intervals, sawtooths on 2m <= 12 points; every n, e")
def tolerant_pair_count(claim: Claim) -> Outcome:
    """A family with at most e wrong labels on each n-choice serves many n'-choices, n' = n - e."""
    cases = 0
    for m in range(1, 7):
        for family in small_families(2 * m):
            wrong = wrong_labels(family)
            for n in range(1, m + 1):
                least = max(
                    min(sum(f[j] for j in J) for f in wrong) for J in combinations(range(m), n)
                )
                e = least if claim.assumes("tolerated") else 0
                left = n - int(claim["spoiled"] * e)
                if left < 1:
                    continue
                cases += 1
                served = sum(family.serves(J) for J in combinations(range(m), left))
                if served * comb(n, left) < claim["gain"] * comb(m, left):
                    return refuted(
                        {"family": family.name, "m": m, "n": n, "e": e, "served": served}
                    )
    return established(cases=cases)


@C1.check(EXACT, scope="N = 64, 128, 448, uniform widths: every class with P up to the formula")
def small_classes_are_excluded(claim: Claim) -> Outcome:
    """Phi Lambda_n' Sigma < C(m, n')/C(n, n') with n' = n - N/8, by rounded logarithms."""
    cases = 0
    for N in (64, 128, 448):
        n, b = N // 2, N // 2 + 3
        left, m = n - N // 8, 2 ** (b - 1)
        needed = floor_log2_binomial(m, left, BITS) - ceil_log2_binomial(n, left, BITS)
        largest = int(
            claim["share"] * N - claim["spare"] - Fraction(floor_log2(N, BITS), 1 << BITS)
        )
        for W, L in product(range(1, largest), range(1, largest)):
            w = (W,) * L
            if direct.vector_parameters(1, w) > largest:
                continue
            cases += 1
            sets = direct.ceil_log2_pattern_sets(w, left, BITS)
            served = sets is not None and (
                ceil_log2_product(direct.families(w), BITS)
                + sets
                + direct.ceil_log2_served_by_one_set(w, left, m, BITS)
            )
            if served is not False and served >= needed:
                return refuted({"N": N, "W": W, "L": L, "P": direct.vector_parameters(1, w)})
    return established(cases=cases)


@C1.check(EXACT, scope="P = 1 .. 2000 and P = 2^12 .. 2^60")
def enough_points(claim: Claim) -> Outcome:
    """N = ceil(8P/3 + 8 log2(P + 8) + 40) satisfies P <= 3N/8 - log2 N - 9; logarithms rounded."""
    sizes = [*range(1, 2001), *(2**j for j in range(12, 61))]
    for P in sizes:
        N = ceil(claim["points"] * P + 8 * Fraction(floor_log2(P + 8, BITS), 1 << BITS) + 40)
        allowed = claim["share"] * N - Fraction(ceil_log2(N, BITS), 1 << BITS) - claim["spare"]
        if P > allowed:
            return refuted({"P": P, "N": N})
    return established(cases=len(sizes))


C1.falsifier(
    "the rate P^(-2s/d)",
    constants={"rate": Fraction(2)},
    by="scaling",
    because="superconvergence would need norms that stay bounded strictly inside the embedding",
)
C1.falsifier(
    "bumps one percent lower in N",
    constants={"height": (Fraction(101, 100), Fraction(1))},
    by="scaling",
    because="then the norm tends to 0 and the error is smaller than stated",
)
C1.falsifier(
    "bumps one percent lower in delta",
    constants={"height": (Fraction(1), Fraction(99, 100))},
    by="scaling",
    because="then the error tends to 0 with delta",
)
C1.falsifier(
    "smoothness one percent above",
    constants={"smoothness": Fraction(101, 100)},
    by="scaling",
    because="the norm of narrow bumps blows up",
)
C1.falsifier(
    "an error one percent larger",
    constants={"radius": Fraction(101, 100)},
    by="one_translation_keeps_the_signs",
    because="kappa N wrong signs in every cell cost exactly the radius",
)
C1.falsifier(
    "C(m - n' + 1, n - n')",
    constants={"inner": 1},
    by="choices_inside_choices",
    because="the part is taken out of the m pairs",
)
C1.falsifier(
    "half a pair for each wrong label",
    constants={"spoiled": Fraction(1, 2)},
    by="tolerant_pair_count",
    because="a threshold serves one of two pairs with one wrong label",
)
C1.falsifier(
    "one percent more served choices",
    constants={"gain": Fraction(101, 100)},
    by="tolerant_pair_count",
    because="with no wrong label all choices are served, and no more exist",
)
C1.falsifier(
    "no tolerance asked for",
    drop="tolerated",
    by="tolerant_pair_count",
    because="a threshold serves no two pairs",
)
C1.falsifier(
    "P <= 23N/50 - log2 N - 9",
    constants={"share": Fraction(23, 50)},
    by="small_classes_are_excluded",
    because="(6, 5) with 187 parameters survives at N = 448",
)
C1.falsifier(
    "one percent fewer points",
    constants={"points": Fraction(264, 100)},
    by="enough_points",
    because="3N/8 must reach P",
)


@C1.inhabitant
def one_threshold(_: Claim) -> dict[str, bool]:
    """Thresholds label any two pairs of four with one wrong label (e = 1)."""
    wrong = wrong_labels(small_families(8)[0])
    return {
        "tolerated": all(min(f[i] + f[j] for f in wrong) <= 1 for i, j in combinations(range(4), 2))
    }


@C1.boundary("p = infinity: no wrong sign, s = d/q")
def uniform_norm(claim: Claim) -> Outcome:
    """1/p = 0: the exponents of delta vanish and the error is N^(-1/q) = N^(-s/d)."""
    for d, q in product(range(1, 6), (1, 2, Fraction(5, 2))):
        s = claim["smoothness"] * d / Fraction(q)
        if d - s * q != 0 or claim["rate"] * s / d != 1 / Fraction(q):
            return refuted({"d": d, "q": q, "s": s})
    return established(cases=15)


def _exact(value: Fraction) -> Any:
    import sympy

    return sympy.Rational(value.numerator, value.denominator)
