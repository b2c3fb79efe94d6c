"""Second checker of ``spgan.reduction``: the averages as matrices."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from spgan.plain_problem import cost, dot, flow, keys, lipschitz, mean, number, numbers, problem

from proofs_checks.spgan.reduction import CLAIMS


def genuine(statement, evidence):
    if not keys(statement, "claim", "metric", "structure", "Q", "P", "value"):
        return False
    if statement["claim"] not in CLAIMS or not keys(evidence, "potential", "plan"):
        return False
    one, w = problem(statement), number(statement["value"])
    u, F = numbers(evidence["potential"], one.n), flow(evidence["plan"], one.n)
    columns = [sum(column, Fraction(0)) for column in zip(*F, strict=True)]
    return (
        lipschitz(u, one.d)
        and mean(one.K, u) == u
        and dot(u, one.Q) - dot(u, one.P) == w == cost(F, one.d)
        and [sum(row) for row in F] == one.SQ
        and columns == one.SP
    )


def originals():
    """Grids under four groups."""
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.spaces import random_instance
    from constructions.spgan.transport_certificates import reduction_certificate

    rng = Random(2)
    groups = ((cyclic(4), 2), (cyclic(2), 3), (dihedral(4), 3), (dihedral(1), 2), (cyclic(1), 2))
    return [reduction_certificate("spgan.T1", random_instance(G, m, rng)) for G, m in groups]
