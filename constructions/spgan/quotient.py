r"""The quotient X/Sigma as a space: orbit costs, the quotient metric, transport on it.

| symbol | here |
|---|---|
| c_Sigma([x], [y]) | :func:`orbit_costs`: the least, or another mean, of d(x, T_s y) over s |
| d([x], [y]) = min_s d(x, T_s y) | :func:`quotient_metric`, a metric if the T_s are isometries |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import lcm

from constructions.spgan.actions import Action
from constructions.spgan.coupling import optimal_coupling
from constructions.spgan.spaces import FiniteMetric, Instance, Number, is_invariant
from constructions.spgan.transport import Transport, wasserstein

__all__ = [
    "mean",
    "orbit_costs",
    "orbit_transport_cost",
    "quotient_metric",
    "quotient_wasserstein",
]


def mean(values: Iterable[Number]) -> Fraction:
    """The arithmetic mean: what the quotient cost is not."""
    listed = list(values)
    return sum(map(Fraction, listed), Fraction(0)) / len(listed)


def orbit_costs(
    metric: FiniteMetric, action: Action, combine: Callable[[Iterable[Number]], Number] = min
) -> tuple[tuple[Number, ...], ...]:
    """``combine`` over s of d(x, T_s y), x and y the least points of two orbits: [orbits][orbits]."""
    firsts = [orbit[0] for orbit in action.orbits]
    moved = [[T[y] for T in action.permutations] for y in firsts]
    return tuple(
        tuple(combine(metric.distances[x][z] for z in row) for row in moved) for x in firsts
    )


def quotient_metric(metric: FiniteMetric, action: Action) -> FiniteMetric:
    """The space of orbits; ``ValueError`` unless the group acts by isometries."""
    if not is_invariant(metric, action):
        raise ValueError("action: must act by isometries of the metric")
    return FiniteMetric(orbit_costs(metric, action))


def quotient_wasserstein(instance: Instance) -> Transport:
    """W1 on X/Sigma between the pushforwards of Q and P: W1(S Q, S P) at the size of the quotient."""
    Q, P = (instance.action.to_quotient(R) for R in (instance.Q, instance.P))
    return wasserstein(Q, P, quotient_metric(instance.metric, instance.action))


def orbit_transport_cost(
    instance: Instance, combine: Callable[[Iterable[Number]], Number] = min
) -> Fraction:
    """The least cost of a coupling of the pushforwards for :func:`orbit_costs`, whatever they are.

    With ``min`` and isometries it is W1(S Q, S P); with :func:`mean` it is not.
    """
    costs = orbit_costs(instance.metric, instance.action, combine)
    scale = lcm(*(Fraction(c).denominator for row in costs for c in row))
    masses = [instance.action.to_quotient(R) for R in (instance.Q, instance.P)]
    rows, columns = ([i for i, mass in enumerate(R) if mass] for R in masses)
    whole = [[int(costs[i][j] * scale) for j in columns] for i in rows]
    plan, _ = optimal_coupling([masses[0][i] for i in rows], [masses[1][j] for j in columns], whole)
    total = sum((mass * whole[i][j] for (i, j), mass in plan.items()), Fraction(0))
    return total / scale
