r"""W0: how many sign vectors polynomials can have (Warren; Anthony and Bartlett, Theorem 8.3).

Symbols: S polynomials of degree at most D in p variables; a sign vector is (1{q_i(theta) > 0})_i, so
a polynomial that is exactly 0 counts as 0. The bound is lead (inner e S D^degree / p)^(exponent p).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import factorial, lcm, prod
from random import Random

from proofs_checks.interp.counting import all_patterns, parameters, patterns_count
from theory import EXACT, LEMMA, Claim, KnownTheorem, Outcome, established, refuted
from theory.interp._signs_systems import (
    curve_count,
    curve_parameters,
    curve_sequences,
    evaluate,
    label,
    line_vectors,
    owners_count,
    random_lines,
    random_system,
    shuffled_roots,
    univariate_vectors,
)

W0 = Claim(
    id="interp.W0",
    kind=LEMMA,
    title="Sign vectors of polynomials",
    statement=r"Real polynomials $q_1, \dots, q_S$ of degree at most $D$ in $p \le S$ variables have at "
    r"most $2(2eSD/p)^p$ sign vectors $(1\{q_i(\theta) > 0\})_i$. (For $S < p$ use $2^S$.)",
    hypotheses={
        "enough_polynomials": r"$S \ge p$, else the bound is $2^S$",
        "degree": r"every $q_i$ has degree at most $D$",
    },
    constants={
        "lead": Fraction(2),
        "inner": Fraction(2),
        "e": Fraction(2718281829, 10**9),  # rounded up
        "degree_power": Fraction(1),
        "exponent": Fraction(1),
        "over_factorial": 0,  # 1: divided by p!
    },
    source=KnownTheorem(
        "Warren 1968; Anthony and Bartlett, Neural Network Learning, Theorem 8.3; recalled, not read"
    ),
)


def exceeds(claim: Claim, count: int, S: int, D: int, p: int) -> bool:
    """Whether ``count`` sign vectors are more than the claim allows; integers only."""
    if S < p and claim.assumes("enough_polynomials"):
        return count > 2**S
    power = claim["exponent"] * p
    q = lcm(power.denominator, (power * claim["degree_power"]).denominator)
    base = claim["inner"] * claim["e"] * Fraction(S, p)
    bound = claim["lead"] ** q * base ** int(power * q)
    bound *= D ** int(power * claim["degree_power"] * q)
    return count**q * factorial(p) ** (q * claim["over_factorial"]) > bound


def witness(count: int, S: int, D: int, p: int, system: object) -> Outcome:
    """The refutation: so many sign vectors occur."""
    return refuted({"S": S, "D": D, "p": p, "sign vectors": count, "system": system})


@W0.check(
    EXACT, scope="p = 1, S <= 5, D <= 4: 120 random integer systems with ties, 15 with SD roots"
)
def one_variable(claim: Claim) -> Outcome:
    """Isolate all real roots exactly; count the vectors at the roots and between them."""
    rng, cases = Random("interp.W0 one variable"), 0
    systems = [
        (random_system(rng, S, D), S, D) for S in range(1, 6) for D in range(1, 5) for _ in range(6)
    ]
    for S in range(1, 6):  # consecutive integers as roots, dealt round after round
        for D in (1, 2, 3):
            systems.append(([_product(range(i, S * D, S)) for i in range(S)], S, D))
    for system, S, D in systems:
        cases += 1
        count = len(univariate_vectors(system))
        if exceeds(claim, count, S, D, 1):
            return witness(count, S, D, 1, system)
    return established(cases=cases)


def _product(roots: range) -> list[int]:
    coefficients = [1]
    for root in roots:
        coefficients = [
            a - root * b for a, b in zip([*coefficients, 0], [0, *coefficients], strict=True)
        ]
    return coefficients


@W0.check(EXACT, scope="S = 24 p, p <= 16, D <= 2048: separated variables, all roots real")
def many_real_roots(claim: Claim) -> Outcome:
    """Each variable carries 24 polynomials with D real roots; the vectors form a product."""
    rng, cases = Random("interp.W0 many real roots"), 0
    for actual in (1, 2, 4, 16, 64, 256, 2048):
        per_variable = owners_count(shuffled_roots(rng, 24, actual))
        for D in {1, actual}:
            if D < actual and claim.assumes("degree"):
                continue
            for p in (1, 2, 4, 8, 16):
                cases += 1
                if exceeds(claim, per_variable**p, 24 * p, D, p):
                    system = f"24 polynomials with {actual} roots in each of {p} variables"
                    return witness(per_variable**p, 24 * p, D, p, system)
    return established(cases=cases)


@W0.check(EXACT, scope="p = 2, D = 1, S <= 8: 49 random arrangements of lines with all their faces")
def line_arrangements(claim: Claim) -> Outcome:
    """Evaluate the lines at a point of every vertex, edge and cell, in rational arithmetic."""
    rng, cases = Random("interp.W0 lines"), 0
    for S in range(2, 9):
        for bound in (1, 3, 60):
            for _ in range(3 if bound == 60 else 2):
                cases += 1
                lines = random_lines(rng, S, bound)
                count = len(line_vectors(lines))
                if exceeds(claim, count, S, 1, 2):
                    return witness(count, S, 1, 2, lines)
    return established(cases=cases)


@W0.check(
    EXACT,
    scope="D = 1, hyperplanes on the moment curve: p <= 2000, S <= 2 10^6; vectors listed for S <= 8",
)
def moment_curve(claim: Claim) -> Outcome:
    """Label sequences of monic polynomials: listed with parameters when few, else counted."""
    for S, p in ((1, 1), (4, 2), (5, 5), (7, 3), (8, 4)):
        sequences = curve_sequences(S, p)
        wrong = [s for s in sequences if not _realised(s, p)]
        if wrong or len(set(sequences)) != curve_count(S, p):
            return refuted({"S": S, "p": p, "sequence without parameters": wrong})
    cases = 0
    for S, p in _curve_sizes():
        cases += 1
        count = curve_count(S, p)
        if exceeds(claim, count, S, 1, p):
            system = "t^p + theta_1 t^(p-1) + ... at t = 1, ..., S"
            shown = count if count < 10**30 else f"about 2^{count.bit_length() - 1}"
            return refuted({"S": S, "p": p, "D": 1, "sign vectors": shown, "system": system})
    return established(cases=cases)


def _curve_sizes() -> Iterator[tuple[int, int]]:
    for p in (1, 2, 3, 5, 6, 8, 12, 20, 40, 100, 200):
        for S in (1, p, 2 * p, 4 * p, 20 * p, 250 * p):
            yield S, p
    yield 2_000_000, 2000  # so near the limit that the constant e shows to two digits


def _realised(sequence: tuple[int, ...], p: int) -> bool:
    theta = curve_parameters(sequence, p)
    values = [evaluate(theta, Fraction(t)) for t in range(1, len(sequence) + 1)]
    return len(theta) == p + 1 and tuple(map(label, values)) == sequence


@W0.check(EXACT, scope="S, D, p of W2 for W, L <= 3, M <= 9: the referee's powers, as rationals")
def referee_formula(claim: Claim) -> Outcome:
    """The count that excludes classes is this bound, neither less nor more."""
    cases = 0
    for W in (1, 2, 3):
        for L in (1, 2, 3):
            for M in (1, 2, 9):
                S, p = all_patterns(W, L, M), parameters(1, W, L)
                powers = patterns_count(W, L, M)
                referee = prod((Fraction(x) ** e for x, e in powers), start=Fraction(1))
                cases += 1
                below = exceeds(claim, int(referee), S, L + 1, p)
                if below or not exceeds(claim, int(referee) + 1, S, L + 1, p):
                    return refuted({"W": W, "L": L, "M": M, "referee": powers})
    return established(cases=cases)


W0.falsifier(
    "(SD/p)^p / p!",
    constants={"lead": Fraction(1), "inner": Fraction(1), "e": Fraction(1), "over_factorial": 1},
    by=("one_variable", "line_arrangements", "moment_curve"),
    because="S polynomials with SD real roots have SD + 1 sign vectors",
)
W0.falsifier(
    "1 for 2e: 2(SD/p)^p",
    constants={"inner": Fraction(1), "e": Fraction(1)},
    by=("line_arrangements", "moment_curve"),
    because="S lines in general position have 1 + S + C(S, 2) cells",
)
W0.falsifier(
    "e dropped: 2(2SD/p)^p",
    constants={"e": Fraction(1)},
    by=("moment_curve", "referee_formula"),
    because="sum C(S, c), c <= p, grows like (eS/p)^p",
)
W0.falsifier(
    "27/10 for 2e, just below e",
    constants={"inner": Fraction(1), "e": Fraction(27, 10)},
    by=("moment_curve", "referee_formula"),
    because="e itself is reached in the limit already at D = 1",
)
W0.falsifier(
    "exponent 9p/10",
    constants={"exponent": Fraction(9, 10)},
    by="moment_curve",
    because="S hyperplanes in general position have C(S, p) vertices",
)
W0.falsifier(
    "D^(3/4) for D",
    constants={"degree_power": Fraction(3, 4)},
    by="many_real_roots",
    because="D real roots each, so SD + 1 sign vectors",
)
W0.falsifier(
    "fewer polynomials than variables",
    drop="enough_polynomials",
    by="moment_curve",
    because="one polynomial has two signs, in however many variables",
)
W0.falsifier(
    "any degree, counted as 1",
    drop="degree",
    by="many_real_roots",
    because="the number of roots is the degree, not the number of polynomials",
)
W0.falsifier(
    "e rounded down",
    constants={"e": Fraction(2718281828, 10**9)},
    by="referee_formula",
    because="e = 2.7182818284...: the referee has to round up",
)


@W0.inhabitant
def two_quadratics(claim: Claim) -> dict[str, bool]:
    """x^2 - 2 and x^2 - 2x: S = 2, D = 2, p = 1."""
    del claim
    system, D, p = ((1, 0, -2), (1, -2, 0)), 2, 1
    return {"enough_polynomials": len(system) >= p, "degree": all(len(q) <= D + 1 for q in system)}


@W0.boundary("S = 0: one empty sign vector")
def no_polynomial(claim: Claim) -> Outcome:
    """The empty system has exactly one sign vector, and 2^0 = 1 allows no second."""
    count = len(univariate_vectors([]))
    if count != 1 or exceeds(claim, 1, 0, 1, 1) or not exceeds(claim, 2, 0, 1, 1):
        return refuted({"sign vectors": count})
    return established(cases=1)


@W0.boundary("S < p: 2^S is attained")
def few_polynomials(claim: Claim) -> Outcome:
    """Two of three coordinates: four sign vectors, and a fifth would be too many."""
    allowed = not exceeds(claim, 4, 2, 1, 3) and exceeds(claim, 5, 2, 1, 3)
    return established(cases=2) if allowed else refuted({"S": 2, "p": 3})


@W0.boundary("ties: exactly 0 has label 0")
def ties(claim: Claim) -> Outcome:
    """0 has one label, a double root shows both, q and -q are 0 together, so do coinciding lines."""
    expected = {
        ((0,),): {(0,)},
        ((1, -2, 1),): {(1,), (0,)},
        ((-1, 2, -1),): {(0,)},
        ((1, 0), (-1, 0)): {(1, 0), (0, 1), (0, 0)},
        ((1, 0, -2), (1, 0, -2, 0)): {(1, 1), (0, 0), (0, 1), (1, 0)},
    }
    for system, vectors in expected.items():
        found = univariate_vectors(system)
        if found != vectors or exceeds(claim, len(found), len(system), 4, 1):
            return refuted({"system": system, "sign vectors": sorted(found)})
    coinciding = line_vectors([(1, 1, 0), (-2, -2, 0)])
    if coinciding != {(1, 0), (0, 1), (0, 0)}:
        return refuted({"coinciding lines": sorted(coinciding)})
    return established(cases=len(expected) + 1)
