r"""Kind ``spgan.divergence``: an (f, Gamma)-divergence lies in [low, high].

Statement: ``claim``; the problem (:mod:`proofs_checks.spgan.problem`); ``f``
(:mod:`proofs_checks.spgan.entropies`); ``L``, a positive rational, or null for all functions; ``low``,
``high``. With

    D = sup { E_Q g - inf_nu (nu + E_P f*(g - nu)) : g L-Lipschitz, and invariant if ``functions`` says so }

accepted is low <= D <= high (S Q for Q, S P for P where ``symmetrise`` says so; Q takes the linear term).
Evidence: ``potential``, one such g; ``eta``, probabilities of the cells (points, or blocks), and ``plan``, a
flow that takes the cells' masses under Q to eta; ``bits``, the precision. For every such g

    E_Q g - E_P f*(g) = (E_Q g - E_eta g) + (E_eta g - E_P f*(g)) <= L cost(plan) + D_f(eta || P).

Without L the plan must be empty: eta is Q.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import ctx

from proofs_checks.reading import Rejected, claim_among, integer, mapping, rational, rationals
from proofs_checks.spelling import brief, rounded
from proofs_checks.spgan.entropies import Entropy, Value, at_least, at_most, ball, read_entropy
from proofs_checks.spgan.metric import common, read_flow, read_probability
from proofs_checks.spgan.problem import KEYS, Problem, read_problem

CLAIMS = tuple(
    f"spgan.{name}"
    for name in ("T1", "T1a", "T1b", "T1c", "T1d", "T1e", "T1f", "T1g", "T2", "T6", "T8")
)
MOST_BITS = 2000


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` with what is proved instead."""
    mapping(statement, "statement", ("claim", *KEYS, "f", "L", "low", "high"))
    claim_among(statement, CLAIMS)
    problem, f = read_problem(statement), read_entropy(statement["f"])
    L = None if statement["L"] is None else rational(statement["L"], "statement.L")
    if L is not None and L <= 0:
        raise Rejected(f"statement.L: must be positive, got {brief(L)}")
    low, high = (rational(statement[k], f"statement.{k}") for k in ("low", "high"))
    parts = mapping(evidence, "evidence", ("potential", "eta", "plan", "bits"))
    bits = integer(parts["bits"], "evidence.bits", 53, MOST_BITS)
    with ctx.workprec(bits):
        found = from_potential(problem, f, L, parts["potential"])
        if not at_least(found, low):
            raise Rejected(
                f"evidence.potential: proves {_spelled(found)}, not {rounded(low, '.17g')}"
            )
        found = from_plan(problem, f, L, parts)
        if not at_most(found, high):
            raise Rejected(f"evidence.plan: proves {_spelled(found)}, not {rounded(high, '.17g')}")
    name = f.name if f.alpha is None else f"f_{f.alpha}"
    return (
        f"{problem.described}: {name}, L={L}, in [{rounded(low, '.15g')}, {rounded(high, '.15g')}]"
    )


def from_potential(problem: Problem, f: Entropy, L: Fraction | None, potential: Any) -> Value:
    """The lower bound that a potential proves, after it was found to be one of the functions."""
    g = rationals(potential, "evidence.potential", problem.metric.size)
    common(g, "evidence.potential")
    if L is not None:
        problem.demand_potential(g, "evidence.potential", L)
    elif problem.invariant:
        problem.structure.demand_constant(g, "evidence.potential")
    return f.below(g, problem.Q, problem.P)


def from_plan(problem: Problem, f: Entropy, L: Fraction | None, parts: dict[str, Any]) -> Value:
    """The upper bound of eta and the plan, after the plan was found to lead from Q to eta."""
    eta = read_probability(parts["eta"], "evidence.eta", len(problem.cells))
    plan = read_flow(parts["plan"], "evidence.plan", problem.metric.size)
    if L is None and plan:
        raise Rejected("evidence.plan: must be empty when statement.L is null")
    problem.demand_balance(plan, problem.on_cells(problem.Q), eta)
    moved = L * problem.cost(plan) if L is not None else Fraction(0)
    spread = f.above(eta, problem.on_cells(problem.P))
    return moved + spread if isinstance(spread, Fraction) else ball(moved) + spread


def _spelled(value: Value) -> str:
    return rounded(value, ".17g") if isinstance(value, Fraction) else value.str(17)
