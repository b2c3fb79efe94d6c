"""Second checker of ``spgan.reduction``: the averages as matrices."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from naive import altered, keys, number
from spgan.consistent import by_blocks, scaled, wrong_couplings
from spgan.plain_problem import cost, dot, flow, lipschitz, mean, numbers, problem

from proofs_checks.spgan.reduction import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "if found != w", "if found > w"),
    ("check", 'structure.demand_constant(u, "evidence.potential")', "pass"),
    ("check", 'metric.demand_lipschitz(u, "evidence.potential")', "pass"),
    ("check", "problem.demand_balance(plan, SQ, SP)", "pass"),
    ("check", "problem.cost(plan) != w", "problem.cost(plan) < w"),
)


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
    """Grids under four groups, and a partition."""
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.spaces import random_instance
    from constructions.spgan.transport_certificates import reduction_certificate

    rng = Random(2)
    groups = ((cyclic(4), 2), (cyclic(2), 3), (dihedral(4), 3), (dihedral(1), 2), (cyclic(1), 2))
    made = [reduction_certificate("spgan.T1", random_instance(G, m, rng)) for G, m in groups]
    return [*made, by_blocks(made[2])]


def impostors():
    """Flaws of couplings; a metric that is not invariant, where the two sides of the statement differ.

    There the full cost with a function that is worth as much and is not invariant, the reduced one with a
    plan between orbits, and both with the evidence that one side has.
    """
    from constructions.spgan.groups import cyclic
    from constructions.spgan.spaces import fixed_instance, random_instance
    from constructions.spgan.transport_certificates import (
        reduction_certificate,
        transport_certificate,
    )

    one, skew = random_instance(cyclic(2), 2, Random(0)), fixed_instance((1, 3))
    made = wrong_couplings(
        reduction_certificate("spgan.T1", one), one.metric.distances, one.SQ, one.SP
    )
    reduced, full = (
        reduction_certificate("spgan.T1", skew, value)
        for value in (Fraction(47, 150), Fraction(47, 75))
    )
    free = transport_certificate("spgan.T1", skew)
    step = Fraction(47, 75) / Fraction(free["statement"]["value"])
    free = scaled(free, "potential", factor=step)["evidence"]["potential"]
    orbits = transport_certificate("spgan.T1", skew, symmetrise=["Q", "P"], invariant=True)
    return [
        *made,
        reduced,
        full,
        altered(full, {}, {"potential": free}),
        altered(reduced, {}, {"plan": orbits["evidence"]["plan"]}),
    ]
