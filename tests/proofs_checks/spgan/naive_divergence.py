"""Second checker of ``spgan.divergence``: both bounds in sixty digits, averages as matrices.

A bound that is met to within 1e-50 passes either way: sixty digits cannot tell, the referee's balls can.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

from naive import altered, keys, number, whole
from spgan.consistent import by_blocks
from spgan.plain_problem import arrives, cost, flow, lipschitz, mean, numbers, problem

from proofs_checks.spgan.divergence import CLAIMS, MOST_BITS

NAMES = (
    "claim",
    "metric",
    "structure",
    "Q",
    "P",
    "symmetrise",
    "functions",
    "f",
    "L",
    "low",
    "high",
)
SIDES = ([], ["Q"], ["P"], ["Q", "P"])

NOTHING = (Fraction(-1, 999), Fraction(1, 999))
#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("from_potential", 'problem.demand_potential(g, "evidence.potential", L)', "pass"),
    ("from_plan", "problem.demand_balance(plan, problem.on_cells(problem.Q), eta)", "pass"),
    ("from_plan", "if L is None and plan", "if False"),
    ("check", "not at_least(found, low)", "False"),
    ("check", "not at_most(found, high)", "False"),
)


def genuine(statement, evidence):
    if not keys(statement, *NAMES) or statement["claim"] not in CLAIMS:
        return False
    if not keys(evidence, "potential", "eta", "plan", "bits"):
        return False
    if statement["symmetrise"] not in SIDES or statement["functions"] not in ("all", "invariant"):
        return False
    one, f = problem(statement), statement["f"]
    low, high = number(statement["low"]), number(statement["high"])
    L = None if statement["L"] is None else number(statement["L"])
    if (L is not None and L <= 0) or not whole(evidence["bits"], 53, MOST_BITS):
        return False
    Q = one.SQ if "Q" in statement["symmetrise"] else one.Q
    P = one.SP if "P" in statement["symmetrise"] else one.P
    K = one.K if statement["functions"] == "invariant" else None
    g, F = numbers(evidence["potential"], one.n), flow(evidence["plan"], one.n)
    if (L is not None and not lipschitz(g, one.d, L)) or (K and mean(K, g) != g):
        return False
    if L is None and any(map(any, F)):
        return False
    cells = sorted({tuple(y for y in range(one.n) if K[x][y]) for x in range(one.n)}) if K else None
    if cells and statement["structure"].keys() == {"blocks", "reference"}:
        cells = [tuple(block) for block in statement["structure"]["blocks"]]
    cells = cells or [(x,) for x in range(one.n)]
    eta, at_cells = numbers(evidence["eta"], len(cells)), [sum(P[x] for x in c) for c in cells]
    masses = [Fraction(0)] * one.n
    for mass, cell in zip(eta, cells, strict=True):
        masses[cell[0]] += mass
    if min(eta) < 0 or sum(eta) != 1 or not arrives(F, Q, masses, K):
        return False
    return meets(f, (g, Q, P), low, 1) and meets(f, (eta, at_cells, L, cost(F, one.d)), high, -1)


def meets(f, given, bound, side):
    """Whether side * (value - bound) >= -1e-50, the value in sixty digits."""
    from mpmath import mp

    with mp.workdps(60):
        value = lower(f, *given) if side > 0 else upper(f, *given)
        return side * (value - real(bound)) >= -(mp.mpf(10) ** -50)


def real(x):
    from mpmath import mpf

    return mpf(x.numerator) / x.denominator


def lower(f, g, Q, P):
    """E_Q g minus what P has against it."""
    from mpmath import mp, mpf

    linear = sum(real(q * v) for q, v in zip(Q, g, strict=True))
    pairs = [(real(p), v) for p, v in zip(P, g, strict=True) if p]
    if f == "KL":
        return linear - mp.log(mp.fsum(p * mp.exp(real(v)) for p, v in pairs))
    if f == "TV":
        if any(v > Fraction(1, 2) for _, v in pairs):
            raise ValueError("potential")
        return linear - sum(p * max(real(v), mpf(-1) / 2) for p, v in pairs)
    a = order(f)
    e = a / (a - 1)
    stars = [p * ((a - 1) * max(real(v), mpf(0))) ** e for p, v in pairs]
    return linear - mp.fsum(stars) / a - 1 / (a * (a - 1))


def upper(f, eta, P, L, far):
    """D_f(eta || P) + L cost."""
    from mpmath import mp

    if any(e and not p for e, p in zip(eta, P, strict=True)):
        raise ValueError("eta")
    pairs = [(real(e), real(p)) for e, p in zip(eta, P, strict=True) if p]
    moved = real(L * far) if L is not None else mp.mpf(0)
    if f == "KL":
        return moved + mp.fsum(e * mp.log(e / p) for e, p in pairs if e)
    if f == "TV":
        return moved + mp.fsum(abs(e - p) for e, p in pairs) / 2
    a = order(f)
    return moved + (mp.fsum(p * (e / p) ** a for e, p in pairs) - 1) / (a * (a - 1))


def order(f):
    a = number(f["alpha"])
    if not keys(f, "alpha") or not 1 < a <= 64:
        raise ValueError("alpha")
    return real(a)


def originals():
    """Two grids and four functions f, over all and invariant functions, with and without L; partitions."""
    from constructions.spgan.divergence_certificates import divergence_certificate
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.spaces import random_instance

    rng = Random(4)
    made = []
    for group, m in ((cyclic(4), 2), (dihedral(4), 3)):
        one = random_instance(group, m, rng)
        for f in ("KL", "TV", 2, Fraction(3, 2)):
            for sides, invariant in (([], False), (["P"], False), ([], True)):
                made.append(
                    divergence_certificate(
                        "spgan.T1", f, Fraction(1, 9), one, symmetrise=sides, invariant=invariant
                    )
                )
            made.append(divergence_certificate("spgan.T1", f, None, one, symmetrise=["Q", "P"]))
    return [*made, by_blocks(made[1]), by_blocks(made[2], even=False)]


def impostors():
    """Bounds beside the value, each with evidence that lacks one thing.

    A potential too steep, or not invariant, or (for TV) too high; eta = P that no plan leads to, or a plan
    to it although all functions are asked; eta = Q where P is 0; L = 0.
    """
    from constructions.spgan.divergence_certificates import divergence_certificate
    from constructions.spgan.groups import cyclic
    from constructions.spgan.spaces import Instance, probability, random_instance
    from constructions.spgan.transport_certificates import transport_certificate

    one, made = random_instance(cyclic(2), 2, Random(1)), []
    some = Instance(one.action, one.metric, one.Q, probability([0, 2, 3, 4]))
    moved = transport_certificate("spgan.T1", some)["evidence"]["plan"]
    still = {"potential": ["0"] * 4, "eta": [str(p) for p in some.P]}
    for f in ("KL", "TV", 2):
        true, reduced = (
            divergence_certificate("spgan.T1", f, Fraction(1, 9), one, invariant=inv)
            for inv in (False, True)
        )
        low, high = (Fraction(true["statement"][name]) for name in ("low", "high"))
        bounds = {"low": str(low), "high": str(high)}
        made += [
            altered(true, {"low": str(low + Fraction(1, 99)), "high": "9"}, {}),
            altered(true, {"high": str(high - Fraction(1, 99)), "low": "-9"}, {}),
            altered(true, {"L": "1/18"}, {}),
            altered(reduced, bounds, {"potential": true["evidence"]["potential"]}),
        ]
        zero = divergence_certificate("spgan.T1", f, Fraction(1, 9), some, bounds=NOTHING)
        height = {2: "1"}.get(f, "0")
        made += [
            altered(zero, {}, {**still, "potential": [height] * 4, "plan": []}),
            altered(zero, {"L": None}, {**still, "potential": [height] * 4, "plan": moved}),
            altered(zero, {"L": "0"}, {**still, "potential": [height] * 4, "plan": moved}),
            altered(zero, {"high": "9"}, {"eta": [str(q) for q in some.Q], "plan": []}),
        ]
    high = [str(9 * int(q > p)) for q, p in zip(one.Q, one.P, strict=True)]
    true = divergence_certificate("spgan.T1", "TV", None, one, bounds=(Fraction(2), Fraction(3)))
    return [*made, altered(true, {}, {"potential": high})]
