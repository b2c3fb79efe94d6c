r"""The Lipschitz-regularised total variation, exactly, as a transport problem.

| symbol | here |
|---|---|
| f(x) = \|x - 1\| / 2, D = min_eta { TV(eta, P) + L W1(Q, eta) }, eta = 0 where P = 0 | |
| c(x, y) = min(L d(x, y), L d(x, supp P) + 1) | the cost of turning mass at x into mass of P at y |

Mass moves to its place, or to the nearest point of P and is exchanged there for 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from constructions.spgan.coupling import optimal_coupling

__all__ = ["lipschitz_total_variation"]


def lipschitz_total_variation(
    Q: Sequence[Fraction], P: Sequence[Fraction], D: Any, unit: Fraction
) -> tuple[list[Fraction], list[Fraction]]:
    """(g, eta), both optimal, for distances L d = ``unit`` * D with integers D [n, n].

    g is at most 1/2 where P > 0, and E_Q g - E_P max(g, -1/2) is the value.
    """
    n = range(len(Q))
    goals, starts = [y for y in n if P[y]], [x for x in n if Q[x]]
    whole = unit.denominator  # costs in units of 1/whole are integers
    near = [min(goals, key=lambda y, x=x: D[x, y]) for x in n]

    def length(x: int, y: int) -> int:
        return unit.numerator * int(D[x, y])

    costs = [[min(length(x, y), length(x, near[x]) + whole) for y in goals] for x in starts]
    plan, psi = optimal_coupling([Q[x] for x in starts], [P[y] for y in goals], costs)
    eta = [Fraction(0)] * len(Q)
    for (i, j), mass in plan.items():
        x, y = starts[i], goals[j]
        eta[y if costs[i][j] == length(x, y) else near[x]] += mass
    lowest = min(psi)  # shifted to -1/2
    g = [
        Fraction(
            min(
                *(v - lowest + length(x, y) for v, y in zip(psi, goals, strict=True)),
                whole + length(x, near[x]),
            ),
            whole,
        )
        - Fraction(1, 2)
        for x in n
    ]
    return g, eta
