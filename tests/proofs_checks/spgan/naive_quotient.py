"""Second checker of ``spgan.quotient``: distances between all points of orbits."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from spgan.plain_problem import cost, dot, flow, keys, lipschitz, number, numbers, problem

from proofs_checks.spgan.quotient import CLAIMS


def genuine(statement, evidence):
    if not keys(statement, "claim", "metric", "structure", "Q", "P", "value"):
        return False
    if statement["claim"] not in CLAIMS or not keys(evidence, "potential", "plan"):
        return False
    if not keys(statement["structure"], "generators"):
        return False
    one, w = problem(statement), number(statement["value"])
    generators, n = statement["structure"]["generators"], range(one.n)
    if any(one.d[T[x]][T[y]] != one.d[x][y] for T in generators for x in n for y in n):
        return False
    orbits = sorted({tuple(y for y in n if one.K[x][y]) for x in n})
    D = [[min(one.d[x][y] for x in o for y in p) for p in orbits] for o in orbits]
    masses = [[sum((R[x] for x in o), Fraction(0)) for o in orbits] for R in (one.Q, one.P)]
    u, F = numbers(evidence["potential"], len(orbits)), flow(evidence["plan"], len(orbits))
    columns = [sum(column, Fraction(0)) for column in zip(*F, strict=True)]
    return (
        lipschitz(u, D)
        and dot(u, masses[0]) - dot(u, masses[1]) == w == cost(F, D)
        and [sum(row) for row in F] == masses[0]
        and columns == masses[1]
    )


def originals():
    """Grids under four groups, free and not."""
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.spaces import random_instance
    from constructions.spgan.transport_certificates import quotient_certificate

    rng = Random(3)
    groups = ((cyclic(4), 4), (cyclic(2), 3), (dihedral(4), 3), (dihedral(1), 2), (cyclic(1), 2))
    return [quotient_certificate("spgan.T5", random_instance(G, m, rng)) for G, m in groups]
