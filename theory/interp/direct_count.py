r"""DIR: the direct count of served configurations.

Symbols: w widths, L hidden layers, u units, P parameters of Class(1; w); N points, 2^-b separated,
n = floor(N/2) pairs out of m = 2^(b-1) neighbours on a grid.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from math import comb, factorial, prod
from types import MappingProxyType

from constructions.interp.sawtooth import dichotomies
from constructions.interp.vector_bound import VectorBound, sharpest_minimum
from proofs_checks.certificate import Rejected, seal
from proofs_checks.certificate import check as referee
from proofs_checks.interp import direct
from proofs_checks.interp.counting import Problem
from theory import CERTIFIED, EXACT, THEOREM, Claim, Derived, Outcome, established, refuted

Widths = tuple[int, ...]

TABLE = {
    ("uniform", 64, 13): 31,
    ("uniform", 64, 64): 43,
    ("uniform", 128, 128): 76,
    ("uniform", 256, 64): 103,
    ("uniform", 256, 256): 145,
    ("uniform", 1024, 64): 181,
    ("uniform", 1024, 1024): 562,
    ("general", 64, 64): 39,
}

DIR = Claim(
    id="interp.DIR",
    kind=THEOREM,
    title="Direct count of served configurations",
    statement=r"If Class(1; w) serves all n-subsets of the m pairs, then $\binom mn \le \Phi \Lambda_n "
    r"\Sigma$: $\Phi = 2^{1 + w_1} \prod_{l \ge 2} (w_l + 1)$ families, $\Lambda_n$ n-sets of patterns "
    r"that carry up-crossings, $\Sigma = \sum_{c \le \min(p, 2n)} e_c \binom pc \min(M, "
    r"D^c(D-1)^{p-c})$, $p = P - u - 1$, $D = L + 1$, $e_c = [y^c]((1 + my)(1 + y))^n$. With K2, UP "
    r"and NORM it gives the least parameter counts of the table.",
    hypotheses={"serves_all_choices": "every n of the m pairs are served by one member"},
    constants={
        "per_unit": 1,
        "output": 1,
        "pattern_sets": 1,
        "families": 1,
        "table": MappingProxyType(TABLE),
    },
    source=Derived("activation patterns are paid once per pair, never once per parameter"),
    needs=("interp.K2", "interp.NORM", "interp.UP"),
    proof_needs=("interp.W0A", "interp.NORM", "interp.K2", "interp.UP", "interp.PAIR"),
)


def served_at_most(claim: Claim, w: Widths, n: int, m: int) -> int:
    """Phi Lambda_n Sigma as one integer, written from the statement."""
    p, D = (
        max(direct.vector_parameters(1, w) - claim["per_unit"] * sum(w) - claim["output"], 0),
        len(w) + 1,
    )
    sets = direct.pattern_sets(w, n) if claim["pattern_sets"] else 1
    families = 2 * 2 ** w[0] * prod(v + 1 for v in w[1:]) if claim["families"] else 1
    return (
        families
        * sets
        * sum(
            _placements(c, n, m) * comb(p, c) * min(_multilinear(w), D**c * (D - 1) ** (p - c))
            for c in range(min(p, 2 * n) + 1)
        )
    )


def _placements(c: int, n: int, m: int) -> int:
    return sum(comb(n, i) * m**i * comb(n, c - i) for i in range(c + 1))


def _multilinear(w: Widths) -> int:
    sizes = [w[0], *(w[i] * w[i - 1] for i in range(1, len(w))), w[-1]]
    return factorial(sum(sizes)) // prod(factorial(size) for size in sizes)


@DIR.check(CERTIFIED, scope="eight (N, b), uniform widths, and all width vectors at (64, 64)")
def table(claim: Claim) -> Outcome:
    """The referee goes through every smaller class; the class found at that size passes."""
    digests = []
    for (widths, N, b), claimed in claim["table"].items():
        bound = _sharpest(N, b, widths)
        found = bound.certificate()
        statement = {**found["statement"], "parameters": claimed}
        try:
            digests.append(referee(seal(found["kind"], statement, found["evidence"])).digest)
        except Rejected as reason:
            return refuted({"N": N, "b": b, "claimed": claimed, "referee": str(reason)})
        if bound.parameters != claimed:
            return refuted({"N": N, "b": b, "claimed": claimed, "least survivor": bound.survivor})
    return established(certificates=digests)


@lru_cache(maxsize=32)
def _sharpest(N: int, b: int, widths: str) -> VectorBound:
    return sharpest_minimum(N, b, widths=widths)


@DIR.check(EXACT, scope="one-parameter sawtooths, L <= 4, m <= 16, n <= 3; all thresholds theta")
def served_by_a_sawtooth(claim: Claim) -> Outcome:
    """Served n-sets, enumerated exactly, against Lambda_n (e_0 + e_1): p = 1, D = 1, one family."""
    cases = 0
    for L, m in ((2, 4), (2, 8), (3, 8), (3, 12), (4, 8), (4, 16)):
        points = [Fraction(i, 2 * m - 1) for i in range(2 * m)]
        # 1{1/2 - T^L > 0} is the complement of the enumerated 1{T^L >= 1/2}.
        members = {tuple(1 - y for y in f) for f in dichotomies(points, L)}
        served = [[j for j in range(m) if f[2 * j : 2 * j + 2] == (0, 1)] for f in members]
        for n in (1, 2, 3):
            cases += 1
            found = len({chosen for pairs in served for chosen in combinations(pairs, n)})
            sets = direct.pattern_sets((2,) * L, n) if claim["pattern_sets"] else 1
            if found > sets * sum(_placements(c, n, m) for c in (0, 1)):
                return refuted({"L": L, "m": m, "n": n, "served": found})
    return established(cases=cases)


@DIR.check(EXACT, scope="Class(1; N-1) and Class(1; 3^(N-1)), N <= 16, b in {6, 64, 300}")
def interpolating_classes_survive(claim: Claim) -> Outcome:
    """Classes that interpolate everything (U1, and width 3 with N - 1 layers) serve everything."""
    cases = 0
    for N in (2, 3, 4, 5, 8, 16):
        for w in ((N - 1,), (3,) * (N - 1)) if claim.assumes("serves_all_choices") else ((1,),):
            for b in (6, 64, 300):
                cases += 1
                m = 2 ** (b - 1)
                if served_at_most(claim, w, N // 2, m) < comb(m, N // 2):
                    return refuted({"N": N, "b": b, "w": w, "excluded": True})
    return established(cases=cases)


@DIR.check(EXACT, scope="nine width vectors, n <= 20, b <= 60: full integers")
def the_referee_counts_the_same(claim: Claim) -> Outcome:
    """The product as one integer against the referee's rounded logarithms, within 2^-20 bits."""
    cases = 0
    for w in ((1,), (4,), (9,), (1, 1), (2, 2), (3, 2), (2, 2, 2, 2), (5, 3, 2), (2, 1, 4)):
        for n, b in ((1, 3), (2, 9), (5, 20), (20, 60)):
            cases += 1
            stated = served_at_most(claim, w, n, 2 ** (b - 1))
            used = direct.log2_direct(Problem(2 * n, b), w, 40)
            gap = None if used is None or not stated else used - direct.ceil_log2(stated, 40)
            if (used is None) != (stated == 0) or (gap is not None and not -(2**10) < gap < 2**20):
                return refuted({"w": w, "n": n, "b": b, "gap in 2^-40 bits": gap})
    return established(cases=cases)


DIR.falsifier(
    "Pmin(64, 64) = 44",
    constants={"table": MappingProxyType({("uniform", 64, 64): 44})},
    by="table",
    because="(2, ..., 2) with 43 parameters passes every test",
)
DIR.falsifier(
    "40 for all width vectors at (64, 64)",
    constants={"table": MappingProxyType({("general", 64, 64): 40})},
    by="table",
    because="16 vectors of 39 parameters pass every test",
)
DIR.falsifier(
    "one n-set of patterns",
    constants={"pattern_sets": 0},
    by=("served_by_a_sawtooth", "the_referee_counts_the_same"),
    because="different parameters use different patterns",
)
DIR.falsifier(
    "P - 3u - 1 parameters",
    constants={"per_unit": 3},
    by=("interpolating_classes_survive", "the_referee_counts_the_same"),
    because="a hinge keeps two of its three parameters",
)
DIR.falsifier(
    "the output scaled twice",
    constants={"output": 2},
    by="the_referee_counts_the_same",
    because="the output layer has one scale",
)
DIR.falsifier(
    "one family of signs",
    constants={"families": 0},
    by="the_referee_counts_the_same",
    because="scaling keeps signs",
)
DIR.falsifier(
    "some choices",
    drop="serves_all_choices",
    by="interpolating_classes_survive",
    because="a threshold serves single pairs only",
)


@DIR.inhabitant
def two_points(_: Claim) -> dict[str, bool]:
    """A threshold serves each single pair of eight (n = 1)."""
    ups = [tuple(int(i > 2 * j) for i in range(16)) for j in range(8)]
    return {"serves_all_choices": all(f[2 * j : 2 * j + 2] == (0, 1) for j, f in enumerate(ups))}


@DIR.boundary("Lambda_n = 0 where n up-crossings are impossible")
def no_patterns(claim: Claim) -> Outcome:
    """One hidden layer of v units crosses upwards at most ceil(K/2) times."""
    wrong = [v for v in range(1, 12) if (served_at_most(claim, (v,), v // 2 + 2, 64) != 0)]
    return refuted({"v": wrong}) if wrong else established(cases=11)
