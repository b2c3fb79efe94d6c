"""Second checker of ``spgan.transport``: matrices of Fractions, and the least cost by a float programme."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from spgan.plain_problem import (
    arrives,
    cost,
    dot,
    flow,
    keys,
    lipschitz,
    mean,
    number,
    numbers,
    problem,
)

from proofs_checks.spgan.transport import CLAIMS

NAMES = ("claim", "metric", "structure", "Q", "P", "symmetrise", "functions", "value")
SIDES = ([], ["Q"], ["P"], ["Q", "P"])


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
    """Small grids and a random metric, all and invariant functions, each side symmetrised or not."""
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
    return [*made, transport_certificate("spgan.T2", other, symmetrise=["P"])]
