r"""Kind ``spgan.quotient``: transport between symmetrised probabilities is transport between orbits.

Statement: ``claim``; ``metric``, ``structure`` (generators), ``Q``, ``P``; ``value`` w. Accepted is: every
generator is an isometry, and

    W1(S Q, S P) on X = W1(pushforwards of Q, P) on X/Sigma with d([x], [y]) = min_s d(x, T_s y) = w.

Evidence, on the orbits in the order of their least points: ``potential``, numbers u_i with u_i - u_j <= d(i,
j), and ``plan``, entries [i, j, mass] of a coupling of the pushforwards, both worth w. By isometry the plan
lifts to X at the same cost (move each pair by a uniform s) and u is invariant and 1-Lipschitz there, so the
two transport costs are squeezed to w together.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from proofs_checks.reading import Rejected, claim_among, mapping, rational, rationals
from proofs_checks.spelling import brief
from proofs_checks.spgan.metric import Metric, read_flow, read_metric, read_probability
from proofs_checks.spgan.problem import expectation
from proofs_checks.spgan.structure import Structure, read_structure

CLAIMS = ("spgan.T5", "spgan.T1")


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` naming what fails."""
    mapping(statement, "statement", ("claim", "metric", "structure", "Q", "P", "value"))
    claim_among(statement, CLAIMS)
    metric = read_metric(statement["metric"])
    mapping(statement["structure"], "statement.structure", ("generators",))
    structure = read_structure(statement["structure"], metric.size)
    demand_isometries(metric, structure)
    Q, P = (read_probability(statement[k], f"statement.{k}", metric.size) for k in ("Q", "P"))
    w = rational(statement["value"], "statement.value")
    parts = mapping(evidence, "evidence", ("potential", "plan"))
    below, above = ([sum((R[x] for x in o), Fraction(0)) for o in structure.blocks] for R in (Q, P))
    distances = orbit_distances(metric, structure)
    n = len(distances)
    u = rationals(parts["potential"], "evidence.potential", n)
    Metric(n, metric.scale, distances).demand_lipschitz(u, "evidence.potential")
    found = expectation(u, below) - expectation(u, above)
    if found != w:
        raise Rejected(f"evidence.potential: has the difference {brief(found)}, not {brief(w)}")
    cost = Fraction(0)
    for i, j, mass in read_flow(parts["plan"], "evidence.plan", n):
        below[i] -= mass
        above[j] -= mass
        cost += mass * Fraction(distances[i][j], metric.scale)
    if any(below) or any(above):
        raise Rejected("evidence.plan: is no coupling of the masses of the orbits")
    if cost != w:
        raise Rejected(f"evidence.plan: costs {brief(cost)}, not {brief(w)}")
    return f"{metric.size} points, {n} orbits of isometries: transport cost {brief(w)}"


def demand_isometries(metric: Metric, structure: Structure) -> None:
    """:class:`Rejected` unless every generator keeps every distance."""
    for i, moved in enumerate(structure.generators):
        for x in range(metric.size):
            image = metric.row(moved[x])
            if [image[y] for y in moved] != list(metric.row(x)):
                raise Rejected(
                    f"statement.structure: generator {i} is no isometry at the point {x}"
                )


def orbit_distances(metric: Metric, structure: Structure) -> tuple[tuple[int, ...], ...]:
    """min_s d(x, T_s y) for the least points x of the orbits, in units of 1/scale."""
    found = []
    for block in structure.blocks:
        row = metric.row(block[0])
        found.append(tuple(min(row[y] for y in orbit) for orbit in structure.blocks))
    return tuple(found)
