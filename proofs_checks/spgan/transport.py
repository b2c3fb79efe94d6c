r"""Kind ``spgan.transport``: the largest difference of expectations over 1-Lipschitz functions, exactly.

Statement: ``claim``; the problem (:mod:`proofs_checks.spgan.problem`); ``value`` w. Accepted is

    sup { E_Q u - E_P u : u 1-Lipschitz for the metric, and invariant if ``functions`` says so } = w,

with S Q for Q and S P for P where ``symmetrise`` says so. Evidence: ``potential``, such a u with difference
w, and ``plan``, entries [x, y, mass] of cost sum mass d(x, y) = w. Over all functions it is a coupling of Q
and P, so that w = W1(Q, P) also as the least cost. Over the invariant ones it takes the masses of the blocks
under Q to those under P, in one step or several; u(x) - u(y) <= d(x, y) along each step is the other bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from proofs_checks.reading import Rejected, claim_among, mapping, rational, rationals
from proofs_checks.spelling import brief
from proofs_checks.spgan.metric import read_flow
from proofs_checks.spgan.problem import KEYS, Problem, expectation, read_problem

CLAIMS = tuple(
    f"spgan.{name}"
    for name in ("T1", "T1a", "T1b", "T1c", "T1d", "T1e", "T1g", "T2", "T5", "T6", "T8")
)


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` naming what fails."""
    mapping(statement, "statement", ("claim", *KEYS, "value"))
    claim_among(statement, CLAIMS)
    problem = read_problem(statement)
    w = rational(statement["value"], "statement.value")
    parts = mapping(evidence, "evidence", ("potential", "plan"))
    u = rationals(parts["potential"], "evidence.potential", problem.metric.size)
    problem.demand_potential(u, "evidence.potential")
    found = expectation(u, problem.Q) - expectation(u, problem.P)
    if found != w:
        raise Rejected(f"evidence.potential: has the difference {brief(found)}, not {brief(w)}")
    plan = read_flow(parts["plan"], "evidence.plan", problem.metric.size)
    problem.demand_balance(plan, *map(problem.on_cells, (problem.Q, problem.P)))
    if not problem.invariant:
        demand_marginal(plan, problem)
    if problem.cost(plan) != w:
        raise Rejected(f"evidence.plan: costs {brief(problem.cost(plan))}, not {brief(w)}")
    return f"{problem.described}: transport cost {brief(w)}"


def demand_marginal(plan: Sequence[tuple[int, int, Fraction]], problem: Problem) -> None:
    """:class:`Rejected` unless the first marginal is Q; in a balanced plan the second one is P then."""
    first = [Fraction(0)] * problem.metric.size
    for x, _, mass in plan:
        first[x] += mass
    for x, (found, wanted) in enumerate(zip(first, problem.Q, strict=True)):
        if found != wanted:
            raise Rejected(f"evidence.plan: takes {brief(found)} from the point {x}, not {wanted}")
