r"""Entropic transport: log-domain Sinkhorn, the soft-min orbit cost, the quotient, Sinkhorn divergences.

| symbol | here |
|---|---|
| W_{c,e}(Q, P) = min_pi <pi, c> + e KL(pi \|\| Q x P) | :func:`sinkhorn` |
| c_Sigma(x, y) = -e log mean_s exp(-c(x, T_s y) / e) | :func:`soft_min_cost`: W_{c,e}(S Q, S P) at (Q, P) |
| dual over invariant a, b, original c | :func:`restricted_cost` on orbits: not the same |
| W(Q, P) - W(Q, Q)/2 - W(P, P)/2 | :func:`sinkhorn_divergence` |

Floats here; brackets with evidence are in :mod:`constructions.spgan.entropic_certificates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from constructions.spgan.actions import Action

__all__ = [
    "Entropic",
    "restricted_cost",
    "sinkhorn",
    "sinkhorn_divergence",
    "soft_min_cost",
]

TOLERANCE, MOST_STEPS = 1e-14, 200_000


@dataclass(frozen=True)
class Entropic:
    """``value``, potentials ``a`` [n] and ``b`` [m] (0 where there is no mass), and the steps taken."""

    value: float
    a: Any
    b: Any
    steps: int


def sinkhorn(Q: Any, P: Any, c: Any, e: float, *, tolerance: float = TOLERANCE) -> Entropic:
    """W_{c,e}(Q, P); Q : (n,), P : (m,) masses, c : (n, m) costs, infinite entries allowed.

    Stops when no potential moves by more than ``tolerance`` times the largest finite cost, or e.
    ``ValueError`` for shapes, masses or e that make no sense, ``ArithmeticError`` if it does not stop.
    """
    import numpy as np

    Q, P, c = (np.asarray(x, dtype=float) for x in (Q, P, c))
    if c.shape != (Q.size, P.size):
        raise ValueError(f"c: must have shape {(Q.size, P.size)}, got {c.shape}")
    if not 0 < e < np.inf:
        raise ValueError(f"e: must be positive and finite, got {e}")
    if min(Q.min(), P.min()) < 0 or abs(Q.sum() - 1) > 1e-9 or abs(P.sum() - 1) > 1e-9:
        raise ValueError("Q, P: must be probabilities")
    rows, columns = np.flatnonzero(Q), np.flatnonzero(P)
    cost, log_q, log_p = c[np.ix_(rows, columns)], np.log(Q[rows]), np.log(P[columns])
    a, b = np.zeros(rows.size), np.zeros(columns.size)
    limit = tolerance * max(e, float(np.max(cost[np.isfinite(cost)], initial=0.0)))
    moved, steps = np.inf, 0
    while moved > limit:
        if steps == MOST_STEPS:
            raise ArithmeticError(f"Sinkhorn: potentials still move by {moved:.3g}")
        new_a = -e * _log_sum(log_p + (b - cost) / e, 1)
        new_b = -e * _log_sum(log_q[:, None] + (new_a[:, None] - cost) / e, 0)
        moved = max(float(abs(new_a - a).max()), float(abs(new_b - b).max()))
        a, b, steps = new_a, new_b, steps + 1
    whole_a, whole_b = np.zeros(Q.size), np.zeros(P.size)
    whole_a[rows], whole_b[columns] = a, b
    return Entropic(float(Q[rows] @ a + P[columns] @ b), whole_a, whole_b, steps)


def _log_sum(x: Any, axis: int) -> Any:
    import numpy as np

    top = x.max(axis, keepdims=True)
    return np.log(np.exp(x - top).sum(axis)) + np.squeeze(top, axis)


def soft_min_cost(c: Any, action: Action, e: float) -> Any:
    """c_Sigma, constant in y on orbits; c : (n, size)."""
    import numpy as np

    moved = np.stack([np.asarray(c, float)[:, list(T)] for T in action.permutations])
    return -e * (_log_sum(-moved / e, 0) - np.log(action.group.order))


def restricted_cost(
    Q: Any, P: Any, c: Any, cells: Sequence[Sequence[int]], e: float
) -> tuple[Any, Any, Any]:
    """(masses of cells under Q, under P, cost between cells) of the dual over functions of the cells.

    The cost is -e log of the mean of exp(-c / e) over a pair of cells under Q x P, infinite without mass.
    At S Q, S P it is the transport between orbits that equals the full one; elsewhere it is not.
    """
    import numpy as np

    Q, P, c = (np.asarray(x, float) for x in (Q, P, c))
    q, p = (np.array([R[list(cell)].sum() for cell in cells]) for R in (Q, P))
    cost = np.full((len(cells), len(cells)), np.inf)
    supports = [[[x for x in cell if R[x] > 0] for cell in cells] for R in (Q, P)]
    for i, one in enumerate(supports[0]):
        for j, two in enumerate(supports[1]):
            if one and two:
                shares = np.log(Q[one] / q[i])[:, None] + np.log(P[two] / p[j])
                cost[i, j] = -e * _log_sum((shares - c[np.ix_(one, two)] / e).ravel(), 0)
    return q, p, cost


def sinkhorn_divergence(Q: Any, P: Any, c: Any, e: float) -> float:
    """W(Q, P) - W(Q, Q)/2 - W(P, P)/2 for a cost on one space, c : (n, n)."""
    cross, own_q, own_p = (sinkhorn(*pair, c, e).value for pair in ((Q, P), (Q, Q), (P, P)))
    return cross - (own_q + own_p) / 2
