"""Second checker of ``spgan.quotient``: distances between all points of orbits."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from naive import altered, keys, number
from spgan.consistent import wrong_couplings
from spgan.plain_problem import cost, dot, flow, lipschitz, numbers, problem

from proofs_checks.spgan.quotient import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "any(below) or any(above)", "any(below)"),
    ("check", "demand_isometries(metric, structure)", "pass"),
    (
        "check",
        'Metric(n, metric.scale, distances).demand_lipschitz(u, "evidence.potential")',
        "pass",
    ),
    ("check", "cost != w", "cost < w"),
    ("orbit_distances", "min(row[y]", "max(row[y]"),
)


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


def impostors():
    """Flaws of couplings; generators that are no isometries; distances that are not the least ones.

    On 3 x 3 with |x| + 3 |y| a corner lies 2 from an orbit of C4 that it lies 4 from on the average.
    With |x| + |y| it lies 2 from it, and 6 from the farthest point.
    """
    from constructions.spgan.groups import cyclic
    from constructions.spgan.quotient import quotient_metric
    from constructions.spgan.spaces import random_instance
    from constructions.spgan.transport_certificates import quotient_certificate

    made = []
    for group, m in ((cyclic(2), 2), (cyclic(4), 3)):
        one = random_instance(group, m, Random(m))
        true = quotient_certificate("spgan.T5", one)
        sides = (one.action.to_quotient(R) for R in (one.Q, one.P))
        made += wrong_couplings(true, quotient_metric(one.metric, one.action).distances, *sides)
    Q, P = ([str(int(x == at)) for x in range(9)] for at in (0, 1))
    near = altered(true, {"Q": Q, "P": P}, {"plan": [[0, 1, "1"]]})
    halved = [[0, 0, "1/2"], [0, 1, "1/2"]]  # half of the mass does not arrive
    return [
        *made,
        altered(
            near,
            {"metric": {"grid": 3, "weights": ["1", "3"]}, "value": "2"},
            {"potential": ["2", "0", "0"]},
        ),
        altered(near, {"value": "6"}, {"potential": ["6", "0", "2"]}),
        altered(near, {"value": "1"}, {"potential": ["1", "0", "0"], "plan": halved}),
    ]
