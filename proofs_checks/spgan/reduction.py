r"""Kind ``spgan.reduction``: symmetrising both probabilities is the same as restricting to invariant
functions.

Statement: ``claim``; ``metric``, ``structure``, ``Q``, ``P`` (:mod:`proofs_checks.spgan.problem`); ``value``
w. Accepted is

    W1(S Q, S P) = sup { E_Q u - E_P u : u 1-Lipschitz and invariant } = w.

Evidence: ``potential``, an invariant 1-Lipschitz u with E_Q u - E_P u = w, on Q and P as they are, and
``plan``, a coupling of S Q and S P of cost w. Invariant functions have the same expectations under Q and S Q,
so the second number is at most the first, the potential bounds it from below and the plan the first from
above.
"""

from __future__ import annotations

from typing import Any

from proofs_checks.reading import Rejected, claim_among, mapping, rational, rationals
from proofs_checks.spelling import brief
from proofs_checks.spgan.metric import common, read_flow, read_metric, read_probability
from proofs_checks.spgan.problem import Problem, expectation
from proofs_checks.spgan.structure import read_structure
from proofs_checks.spgan.transport import demand_marginal

CLAIMS = ("spgan.T1", "spgan.T1d", "spgan.T6")


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` naming what fails."""
    mapping(statement, "statement", ("claim", "metric", "structure", "Q", "P", "value"))
    claim_among(statement, CLAIMS)
    metric = read_metric(statement["metric"])
    structure = read_structure(statement["structure"], metric.size)
    Q, P = (read_probability(statement[k], f"statement.{k}", metric.size) for k in ("Q", "P"))
    w = rational(statement["value"], "statement.value")
    parts = mapping(evidence, "evidence", ("potential", "plan"))
    u = rationals(parts["potential"], "evidence.potential", metric.size)
    metric.demand_lipschitz(u, "evidence.potential")
    structure.demand_constant(u, "evidence.potential")
    found = expectation(u, Q) - expectation(u, P)
    if found != w:
        raise Rejected(f"evidence.potential: has the difference {brief(found)}, not {brief(w)}")
    SQ, SP = structure.average(Q), structure.average(P)
    common((*SQ, *SP), "statement.Q, statement.P")
    points = tuple((x,) for x in range(metric.size))
    problem = Problem(metric, structure, SQ, SP, False, points, "")
    plan = read_flow(parts["plan"], "evidence.plan", metric.size)
    problem.demand_balance(plan, SQ, SP)
    demand_marginal(plan, problem)
    if problem.cost(plan) != w:
        raise Rejected(f"evidence.plan: costs {brief(problem.cost(plan))}, not {brief(w)}")
    return f"{metric.size} points, {len(structure.blocks)} blocks: W1(S Q, S P) = {brief(w)}, reduced too"
