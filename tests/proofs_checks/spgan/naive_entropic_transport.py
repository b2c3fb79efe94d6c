"""Second checker of ``spgan.entropic_transport``: dual value and cost of the plan in sixty digits.

Between blocks the cost is worked out from the mean factor of the pairs of points; a bound that is met to
within 1e-45 passes either way.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

from naive import altered, keys, number, whole
from spgan.consistent import by_blocks, scaled
from spgan.plain_problem import numbers, problem

from proofs_checks.spgan.entropic_transport import CLAIMS, MOST_BITS

NAMES = (
    "claim", "metric", "structure", "Q", "P", "symmetrise", "functions", "epsilon", "cost", "low", "high",
)  # fmt: skip
SIDES = ([], ["Q"], ["P"], ["Q", "P"])

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("read_coupling", "!= mass", "> mass"),
    ("read_coupling", "(list(zip(*rows, strict=True)), found.p)", "(rows, found.q)"),
    ("check", ">= ball(low)", ">= ball(low - 1)"),
    ("check", "<= ball(high)", "<= ball(high + 1)"),
    ("gibbs", "if soft else factors", "if False else factors"),
)


def genuine(statement, evidence):
    if not keys(statement, *NAMES) or statement["claim"] not in CLAIMS:
        return False
    if not keys(evidence, "a", "b", "plan", "bits") or not whole(evidence["bits"], 53, MOST_BITS):
        return False
    if statement["symmetrise"] not in SIDES or statement["cost"] not in ("plain", "soft-min"):
        return False
    one, e = problem(statement), number(statement["epsilon"])
    low, high = number(statement["low"]), number(statement["high"])
    Q = one.SQ if "Q" in statement["symmetrise"] else one.Q
    P = one.SP if "P" in statement["symmetrise"] else one.P
    cells = cells_of(statement, one)
    if e <= 0 or cells is None:
        return False
    q, p = ([sum(R[x] for x in cell) for cell in cells] for R in (Q, P))
    a, b = (numbers(evidence[name], len(cells)) for name in ("a", "b"))
    plan = [numbers(row, len(cells)) for row in evidence["plan"]]
    columns = [sum(column) for column in zip(*plan, strict=True)]
    if min(map(min, plan)) < 0 or [sum(row) for row in plan] != q or columns != p:
        return False
    return within(one, (Q, P, cells, statement["cost"], e), (a, b, plan), (low, high))


def cells_of(statement, one):
    if statement["functions"] == "all":
        return [(x,) for x in range(one.n)]
    if statement["functions"] != "invariant":
        return None
    if "blocks" in statement["structure"]:
        return [tuple(block) for block in statement["structure"]["blocks"]]
    return sorted({tuple(y for y in range(one.n) if one.K[x][y]) for x in range(one.n)})


def within(one, given, evidence, bounds):
    """Whether the dual value is at least low, and the cost of the plan at most high."""
    from mpmath import mp, mpf

    Q, P, cells, kind, e = given
    a, b, plan = evidence
    with mp.workdps(60):

        def real(x):
            return mpf(x.numerator) / x.denominator

        n = range(one.n)
        G = [[mp.exp(-real(one.d[x][y] / e)) for y in n] for x in n]
        if kind == "soft-min":
            G = [
                [mp.fsum(real(one.K[y][z]) * G[x][z] for z in n if one.K[y][z]) for y in n]
                for x in n
            ]
        dual = real(
            sum(
                (x * v for x, v in zip([*Q, *P], along(cells, a) + along(cells, b), strict=True)),
                Fraction(0),
            )
        )
        total, cost = mpf(0), mpf(0)
        for i, rows in enumerate(cells):
            for j, columns in enumerate(cells):
                weight = mp.fsum(real(Q[x] * P[y]) * G[x][y] for x in rows for y in columns)
                if weight:
                    total += mp.exp(real((a[i] + b[j]) / e)) * weight
                if plan[i][j]:
                    cost += real(plan[i][j]) * mp.log(real(plan[i][j]) / weight)
        room = mpf(10) ** -45
        dual += real(e) * (1 - total)
        return dual - real(bounds[0]) >= -room and real(e) * cost - real(bounds[1]) <= room


def along(cells, values):
    """The function on points with these values on cells."""
    made = [Fraction(0)] * sum(map(len, cells))
    for cell, value in zip(cells, values, strict=True):
        for x in cell:
            made[x] = value
    return made


def originals():
    """Two small grids, each with both costs, over all and over invariant functions; partitions."""
    from constructions.spgan.entropic_certificates import entropic_certificate
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.spaces import random_instance

    rng = Random(7)
    made = []
    for group, m in ((cyclic(4), 2), (dihedral(4), 3)):
        one = random_instance(group, m, rng)
        for sides, how in (
            ([], {}),
            ([], {"soft": True}),
            (["Q", "P"], {"invariant": True}),
            (["P"], {"invariant": True, "soft": True}),
        ):
            e = Fraction(rng.randint(1, 9), 5)
            made.append(entropic_certificate("spgan.T4", one, e, symmetrise=sides, **how))
    return [*made, by_blocks(made[1]), by_blocks(made[6])]


def impostors():
    """Bounds of neighbouring problems, and plans that lack a marginal and cost too little.

    Half of the plan; the best plan for its first marginal, whatever the second one is.
    """
    from constructions.spgan.entropic_certificates import entropic_certificate
    from constructions.spgan.groups import cyclic
    from constructions.spgan.spaces import random_instance

    made = []
    for m in (2, 3):
        one = random_instance(cyclic(4), m, Random(m))
        plain, soft = (
            entropic_certificate("spgan.T4", one, 2, soft=soft) for soft in (False, True)
        )
        both = entropic_certificate("spgan.T4", one, 2, symmetrise=["Q", "P"])
        low, high, true = (
            Fraction(c["statement"][k]) for c, k in ((plain, "low"), (plain, "high"), (both, "low"))
        )
        beside = ((low + Fraction(1, 9), high + 9), (low - 9, high - Fraction(1, 9)))
        made += [entropic_certificate("spgan.T4", one, 2, bounds=bounds) for bounds in beside]
        made += [
            altered(plain, {"cost": "soft-min"}, {}),
            altered(soft, {"cost": "plain"}, {}),
            altered(scaled(plain, "plan", factor=Fraction(1, 2)), {"high": str(low)}, {}),
            altered(plain, {"high": str(low)}, {"plan": first_marginal(one, 2)}),
            entropic_certificate("spgan.T4", one, 2, symmetrise=["Q"], bounds=(true - 1, true)),
        ]
        if m == 2:  # free: what invariant potentials find is less
            bounds = (true, true + 1)
            made.append(entropic_certificate("spgan.T4", one, 2, invariant=True, bounds=bounds))
    return made


def first_marginal(one, e):
    """The coupling of Q with anything that costs least: rows of Gibbs weights."""
    from math import exp

    rows = []
    for q, far in zip(one.Q, one.metric.distances, strict=True):
        weights = [p * Fraction(exp(-d / e)) for p, d in zip(one.P, far, strict=True)]
        rows.append([str(q * w / sum(weights)) for w in weights])
    return rows
