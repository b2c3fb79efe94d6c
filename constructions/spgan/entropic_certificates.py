r"""Rigorous brackets of entropic transport costs: kind ``spgan.entropic_transport``.

Sinkhorn's potentials, rounded, give the lower bound as they are. The coupling they belong to is rounded to
rationals a little too small, and what is missing is added as a product of the missing marginals.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import Any

from constructions.spgan.sinkhorn import restricted_cost, sinkhorn, soft_min_cost
from constructions.spgan.spaces import Instance
from constructions.spgan.statements import shown, state_action, state_metric
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational

__all__ = ["entropic_certificate", "feasible"]

UNIT = 1 << 52
BITS = 160


def entropic_certificate(
    claim: str,
    instance: Instance,
    e: Fraction | int,
    *,
    symmetrise: Sequence[str] = (),
    invariant: bool = False,
    soft: bool = False,
    bounds: tuple[Fraction, Fraction] | None = None,
) -> dict[str, Any]:
    """The cost of (Q, P), S Q for Q and S P for P where ``symmetrise`` names them, distances as costs.

    ``invariant``: the dual over invariant potentials; ``soft``: the soft-min cost c_Sigma. ``bounds`` are
    stated as they are; without them those that were found.
    """
    import numpy as np

    Q = instance.SQ if "Q" in symmetrise else instance.Q
    P = instance.SP if "P" in symmetrise else instance.P
    c = np.array(instance.metric.distances, float)
    action, epsilon = instance.action, float(e)
    if soft:
        c = soft_min_cost(c, action, epsilon)
    cells = action.orbits if invariant else tuple((x,) for x in range(action.size))
    q, p = ([sum((R[x] for x in cell), Fraction(0)) for cell in cells] for R in (Q, P))
    *_, cost = restricted_cost(Q, P, c, cells, epsilon)
    found = sinkhorn(q, p, cost, epsilon)
    plan = np.array(q, float)[:, None] * np.array(p, float)
    plan = plan * np.exp((found.a[:, None] + found.b - cost) / epsilon)
    evidence = {
        "a": shown([Fraction(round(v * UNIT), UNIT) for v in found.a]),
        "b": shown([Fraction(round(v * UNIT), UNIT) for v in found.b]),
        "plan": [shown(row) for row in feasible(plan, q, p)],
        "bits": BITS,
    }
    statement = {
        "claim": claim,
        "metric": state_metric(instance.metric),
        "structure": state_action(action),
        "Q": shown(instance.Q),
        "P": shown(instance.P),
        "symmetrise": [k for k in ("Q", "P") if k in symmetrise],
        "functions": "invariant" if invariant else "all",
        "epsilon": show_rational(Fraction(e)),
        "cost": "soft-min" if soft else "plain",
    }
    low, high = bounds or _bounds(statement, evidence)
    stated = {**statement, "low": show_rational(low), "high": show_rational(high)}
    return seal("spgan.entropic_transport", stated, evidence)


def feasible(plan: Any, q: Sequence[Fraction], p: Sequence[Fraction]) -> list[list[Fraction]]:
    """An exact coupling of q and p near a float one."""
    rows = [[Fraction(floor(float(x) * UNIT * (1 - 1e-12)), UNIT) for x in row] for row in plan]
    rows = [
        [x if q[i] and p[j] else Fraction(0) for j, x in enumerate(row)]
        for i, row in enumerate(rows)
    ]
    rows = [_within(row, total) for row, total in zip(rows, q, strict=True)]
    columns = [
        _within(column, total) for column, total in zip(zip(*rows, strict=True), p, strict=True)
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    less_q = [total - sum(row) for row, total in zip(rows, q, strict=True)]
    less_p = [total - sum(c) for c, total in zip(zip(*rows, strict=True), p, strict=True)]
    missing = sum(less_q, Fraction(0))
    if missing:
        rows = [
            [x + less_q[i] * less_p[j] / missing for j, x in enumerate(row)]
            for i, row in enumerate(rows)
        ]
    return rows


def _within(line: Sequence[Fraction], total: Fraction) -> list[Fraction]:
    """The line, scaled down if it sums to more than the total."""
    found = sum(line, Fraction(0))
    return list(line) if found <= total else [x * total / found for x in line]


def _bounds(statement: dict[str, Any], evidence: dict[str, Any]) -> tuple[Fraction, Fraction]:
    """What the evidence proves, by the referee's own arithmetic, rounded outwards."""
    from flint import ctx

    from proofs_checks.spgan.entropic_transport import gibbs
    from proofs_checks.spgan.problem import read_problem

    def read(lines: list[str]) -> list[Fraction]:
        return [Fraction(x) for x in lines]

    with ctx.workprec(BITS):
        soft = statement["cost"] == "soft-min"
        found = gibbs(read_problem(statement), Fraction(statement["epsilon"]), soft=soft)
        low = found.below(read(evidence["a"]), read(evidence["b"]))
        high = found.above([read(row) for row in evidence["plan"]])
    return _rounded(low.lower(), -1), _rounded(high.upper(), 1)


def _rounded(value: Any, side: int) -> Fraction:
    top, exponent = value.man_exp()
    exact = int(top) * UNIT * Fraction(2) ** int(exponent)
    return Fraction(side * (1 - floor(-side * exact)), UNIT)
