"""Second checker of ``spgan.transport``: matrices of Fractions, and the least cost by a float programme."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from naive import altered, keys, number
from spgan.consistent import by_blocks, wrong_couplings
from spgan.plain_problem import arrives, cost, dot, flow, lipschitz, mean, numbers, problem

from proofs_checks.spgan.transport import CLAIMS

NAMES = ("claim", "metric", "structure", "Q", "P", "symmetrise", "functions", "value")
SIDES = ([], ["Q"], ["P"], ["Q", "P"])

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", 'problem.demand_potential(u, "evidence.potential")', "pass"),
    ("demand_marginal", "found != wanted", "False"),
    (
        "check",
        "problem.demand_balance(plan, *map(problem.on_cells, (problem.Q, problem.P)))",
        "pass",
    ),
    ("check", "problem.cost(plan) != w", "problem.cost(plan) < w"),
    ("spgan.metric:read_flow", "amount <= 0", "amount == 0"),
)


def genuine(statement, evidence):
    if not keys(statement, *NAMES) or statement["claim"] not in CLAIMS:
        return False
    if not keys(evidence, "potential", "plan") or statement["symmetrise"] not in SIDES:
        return False
    one, w = problem(statement), number(statement["value"])
    Q = one.SQ if "Q" in statement["symmetrise"] else one.Q
    P = one.SP if "P" in statement["symmetrise"] else one.P
    u, F = numbers(evidence["potential"], one.n), flow(evidence["plan"], one.n)
    if not lipschitz(u, one.d) or dot(u, Q) - dot(u, P) != w or cost(F, one.d) != w:
        return False
    if statement["functions"] == "invariant":
        return mean(one.K, u) == u and arrives(F, Q, P, one.K)
    columns = [sum(column, Fraction(0)) for column in zip(*F, strict=True)]
    return statement["functions"] == "all" and [sum(row) for row in F] == Q and columns == P


def originals():
    """Small grids, a random metric, partitions; all and invariant functions, sides symmetrised or not."""
    from constructions.spgan.actions import cyclic_action
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.spaces import (
        Instance,
        random_instance,
        random_metric,
        random_probability,
    )
    from constructions.spgan.transport_certificates import transport_certificate

    rng = Random(1)
    made = []
    for group, m in ((cyclic(4), 2), (cyclic(2), 3), (dihedral(4), 3)):
        one = random_instance(group, m, rng)
        made += [
            transport_certificate("spgan.T1b", one, symmetrise=sides, invariant=inv)
            for sides in SIDES
            for inv in (False, True)
        ]
    Q, P = (random_probability(4, 9, rng) for _ in "QP")
    other = Instance(cyclic_action(4), random_metric(4, 5, rng), Q, P)
    made.append(transport_certificate("spgan.T2", other, symmetrise=["P"]))
    return [*made, by_blocks(made[2]), by_blocks(made[1], even=False)]


def impostors():
    """Flaws of couplings; functions and plans of the problem with, or without, invariance; no metric.

    On a path of three points the far ones are moved apart: the plan does not use that, and no function
    has to respect the triangle.
    """
    from constructions.spgan.groups import cyclic
    from constructions.spgan.spaces import random_instance
    from constructions.spgan.transport_certificates import transport_certificate

    made = []
    for seed, (group, m) in enumerate(((cyclic(2), 2), (cyclic(1), 2))):
        one = random_instance(group, m, Random(seed))
        true = transport_certificate("spgan.T1b", one)
        made += wrong_couplings(true, one.metric.distances, one.Q, one.P)
        far = [list(map(str, row)) for row in one.metric.distances]
        far[0][3] = far[3][0] = "9"
        if [0, 3] not in [step[:2] for step in true["evidence"]["plan"]]:
            made.append(altered(true, {"metric": {"matrix": far}}, {}))
    for m in (2, 3):
        one = random_instance(cyclic(2), m, Random(m + 4))
        true, reduced = (
            transport_certificate("spgan.T1b", one, invariant=inv) for inv in (False, True)
        )
        still = [step for step in true["evidence"]["plan"] if step[0] != step[1]]
        made += [
            altered(true, {"functions": "invariant"}, {}),
            altered(reduced, {"functions": "all"}, {}),
            altered(true, {}, {"plan": still}),
        ]
    return made
