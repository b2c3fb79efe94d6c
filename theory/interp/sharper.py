r"""W0A, NORM, UP, K2: the counting bound with smaller ingredients.

Symbols: S polynomials of degree <= D in p variables; w widths, u units, P parameters; K the label
changes along a line, Q breakpoints; m pairs of neighbours, n of them chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb
from random import Random

from constructions.interp.tiny_families import small_families
from proofs_checks.interp import direct
from proofs_checks.interp.counting import Problem
from theory import EXACT, LEMMA, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.interp._sharper_shapes import polynomials, shapes
from theory.interp._signs_systems import (
    line_vectors,
    owners_count,
    random_lines,
    random_system,
    shuffled_roots,
    univariate_vectors,
)

W0A = Claim(
    id="interp.W0A",
    kind=THEOREM,
    title="Sign vectors, counted by faces",
    statement=r"S polynomials of degree at most D in p variables have at most "
    r"$Z(S, D, p) = \sum_{c \le \min(S, p)} \binom Sc \binom pc D^c (D-1)^{p-c}$ sign vectors for "
    r"$D \ge 2$, and $\sum_{c \le \min(S, p)} \binom Sc$ for $D = 1$.",
    constants={"from": 0, "degree": 0, "up_to": 0},
    source=Derived("regular values, added hypersurfaces, multihomogeneous Bezout"),
    proof_needs=(),
)


def sign_vectors(claim: Claim, S: int, D: int, p: int) -> int:
    """Z(S, D, p) with the constants of the claim."""
    D, last = D + claim["degree"], min(S, p + claim["up_to"])
    start = last if claim["from"] == "top" else 0
    if D <= 1:
        return sum(comb(S, c) for c in range(start, last + 1))
    return sum(comb(S, c) * comb(p, c) * D**c * (D - 1) ** (p - c) for c in range(start, last + 1))


@W0A.check(EXACT, scope="p = 1: 100 systems; D = 1, p = 2: 48 line arrangements; p <= 3 separated")
def exact_sign_vectors(claim: Claim) -> Outcome:
    """Sign vectors found exactly, at roots, vertices, edges and cells, against Z."""
    cases = 0
    for found, (S, D, p), system in _systems():
        cases += 1
        if found > sign_vectors(claim, S, D, p):
            return refuted({"S": S, "D": D, "p": p, "sign vectors": found, "system": system})
    return established(cases=cases)


def _systems() -> Iterator[tuple[int, tuple[int, int, int], object]]:
    """(sign vectors, (S, D, p), the system)."""
    rng = Random("interp.W0A")
    for S, D, _ in product(range(1, 6), range(1, 6), range(4)):
        system = random_system(rng, S, D)
        yield len(univariate_vectors(system)), (S, D, 1), system
    for S, bound, _ in product(range(2, 10), (3, 60), range(3)):
        lines = random_lines(rng, S, bound)
        yield len(line_vectors(lines)), (S, 1, 2), lines
    for D in (1, 2, 3, 16):
        in_one_variable = owners_count(shuffled_roots(rng, 12, D))
        for p in (1, 2, 3):
            yield in_one_variable**p, (12 * p, D, p), "12 polynomials in each variable"


@W0A.check(EXACT, scope="S <= 200 or S = 2^40, D <= 24, p <= 9")
def below_warren_and_what_the_referee_uses(claim: Claim) -> Outcome:
    """Z is below 2(2eSD/p)^p for S >= p, and the referee's logarithm is Z's, rounded up."""
    cases, e = 0, Fraction(2718281828, 10**9)
    for S in (1, 2, 5, 30, 200, 2**40):
        for D in (2, 3, 24):
            for p in (1, 2, 5, 9):
                Z, cases = sign_vectors(claim, S, D, p), cases + 1
                logarithm = direct.ceil_log2_sign_vectors(S, D, p, 40)
                if S >= p and Z > 2 * (2 * e * S * D / p) ** p:
                    return refuted({"S": S, "D": D, "p": p, "Z": Z})
                if not 0 <= logarithm - direct.ceil_log2(Z, 40) <= 2**22:
                    return refuted({"S": S, "D": D, "p": p, "referee": logarithm})
    return established(cases=cases)


W0A.falsifier(
    "only the largest term",
    constants={"from": "top"},
    because="S lines have cells as well as vertices",
)
W0A.falsifier("degree D - 1", constants={"degree": -1}, because="SD real roots make SD + 1 cells")
W0A.falsifier(
    "faces of p - 1 polynomials",
    constants={"up_to": -1},
    because="p hypersurfaces meet in points",
)


@W0A.boundary("D = 1 in general position: equality")
def equality(claim: Claim) -> Outcome:
    """Seven lines, no three through a point: 1 + 7 + C(7, 2) sign vectors."""
    lines = [(t * t, t, 1) for t in range(1, 8)]
    found, allowed = len(line_vectors(lines)), sign_vectors(claim, 7, 1, 2)
    return established(cases=1) if found == allowed == 29 else refuted({"found": found})


NORM = Claim(
    id="interp.NORM",
    kind=THEOREM,
    title="Dichotomies need P - u - 1 parameters",
    statement=r"On M inputs a full class has at most $2^{u+1} Z(S, L+1, P-u-1)$ dichotomies, $S = "
    r"M(\sum_l w_l 2^{w_1+\dots+w_{l-1}} + 2^u)$, Z as in W0A: a "
    r"dichotomy is kept by small changes of the weights, so all are nonzero; each unit and the output "
    r"are scaled to a first weight $\pm1$.",
    hypotheses={"full": "every parameter of the class is free"},
    constants={"per_unit": 1, "output": 1, "signs": 1},
    source=Derived("genericity, then scaling of every unit and of the output layer"),
    needs=("interp.W0A",),
    proof_needs=("interp.W0A",),
)


def normalised_dichotomies(claim: Claim, w: tuple[int, ...], M: int, P: int) -> int:
    """The bound of the statement."""
    u = sum(w)
    p = max(P - claim["per_unit"] * u - claim["output"], 0)
    return 2 ** (u + claim["signs"]) * _faces(polynomials(w, M), len(w) + 1, p)


def _faces(S: int, D: int, p: int) -> int:
    """Z(S, D, p) of W0A, D >= 2."""
    return sum(comb(S, c) * comb(p, c) * D**c * (D - 1) ** (p - c) for c in range(min(S, p) + 1))


@NORM.check(EXACT, scope="one hidden layer of 1, 2, 3 units on up to 5 points, two units on 600")
def exact_dichotomies(claim: Claim) -> Outcome:
    """Exact numbers of dichotomies of full classes stay below the bound."""
    cases = 0
    for shape in shapes():
        if claim.assumes("full") and not shape.full:
            continue
        cases += 1
        if shape.count > normalised_dichotomies(claim, shape.widths, shape.M, shape.free[-1]):
            return refuted({"shape": shape.name, "M": shape.M, "dichotomies": shape.count})
    return established(cases=cases)


@NORM.check(EXACT, scope="eight width vectors, M = 2^9 .. 2^40")
def the_referee_counts_the_same(claim: Claim) -> Outcome:
    """2^(u+1) Z as one integer against the sum of logarithms that the referee uses."""
    cases = 0
    for w in ((1,), (2,), (3, 2), (2, 2, 2), (1, 4), (5,), (2, 3, 2, 3), (7, 7)):
        for b in (9, 16, 40):
            cases += 1
            problem = Problem(2, b)
            used = direct.log2_crossings(problem, w, 40) - direct.ceil_log2_binomial(
                -(-direct.recursive_changes(w) // 2), 1, 40
            )
            stated = normalised_dichotomies(claim, w, 2**b, direct.vector_parameters(1, w))
            if not -(2**20) <= used - direct.ceil_log2(stated, 40) <= 2**33:
                return refuted({"w": w, "b": b, "referee": used, "stated": stated})
    return established(cases=cases)


NORM.falsifier(
    "P - 3u - 1 parameters",
    constants={"per_unit": 3},
    because="two units cut out quadratically many dichotomies",
)
NORM.falsifier(
    "the output scaled twice",
    constants={"output": 2},
    by="the_referee_counts_the_same",
    because="the output layer has one scale",
)
NORM.falsifier(
    "no sign for the output",
    constants={"signs": 0},
    by="the_referee_counts_the_same",
    because="a negative output weight cannot be scaled to 1",
)
NORM.falsifier(
    "some parameters fixed",
    drop="full",
    by="exact_dichotomies",
    because="a threshold has one parameter, and it is no scale",
)


@NORM.inhabitant
def one_unit(_: Claim) -> dict[str, bool]:
    """Class(1; 1) with its four parameters."""
    return {"full": direct.vector_parameters(1, (1,)) == 4}


UP = Claim(
    id="interp.UP",
    kind=LEMMA,
    title="Served pairs are changes upwards",
    statement=r"Label changes alternate in direction and a served pair is a change 0 to 1, so K may be "
    r"replaced by $\lceil K/2 \rceil$ in the pair lemma: $|F| \binom{\lceil K/2 \rceil}{n} \ge "
    r"\binom mn$.",
    hypotheses={"serves_all_choices": "every n of the m pairs are served by one member"},
    constants={"rounding": "up"},
    source=Derived("changes alternate in direction"),
    needs=("interp.PAIR",),
    proof_needs=("interp.PAIR",),
)


@UP.check(EXACT, scope="thresholds, unions of intervals, sawtooths on 2m <= 14 points, n <= m")
def small_families_serve(claim: Claim) -> Outcome:
    """Every family that serves all choices of n pairs satisfies the sharper inequality."""
    cases = 0
    for m in range(1, 8):
        for family in small_families(2 * m):
            ups = -(-family.K // 2) if claim["rounding"] == "up" else family.K // 2
            for n in range(1, m + 1):
                if claim.assumes("serves_all_choices") and not family.serves_every_choice(n):
                    continue
                cases += 1
                if len(family.dichotomies) * comb(ups, n) < comb(m, n):
                    return refuted({"family": family.name, "m": m, "n": n, "K": family.K})
    return established(cases=cases)


UP.falsifier(
    "floor(K/2)", constants={"rounding": "down"}, because="a threshold has K = 1 and serves a pair"
)
UP.falsifier(
    "some choices",
    drop="serves_all_choices",
    because="a threshold serves single pairs, never two at once",
)


@UP.inhabitant
def thresholds(_: Claim) -> dict[str, bool]:
    """Thresholds serve every single pair of four."""
    return {"serves_all_choices": small_families(8)[0].serves_every_choice(1)}
