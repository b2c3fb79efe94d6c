r"""W1 on finite metric spaces, exactly, and the same supremum over invariant functions only.

| symbol | here |
|---|---|
| W1(Q, P) = sup { E_Q u - E_P u : u 1-Lipschitz } | :func:`wasserstein` |
| W^{Gamma_inv}(Q, P), u invariant too | :func:`reduced_wasserstein` |
| cells | points, or orbits (blocks): what the functions can tell apart |

The value comes with a flow of that cost and a potential of that difference, both Fractions. Between cells a
flow may need several steps, because the least distance between two orbits need not satisfy the triangle
inequality (it does if the group acts by isometries).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from constructions.spgan.actions import Action
from constructions.spgan.coupling import optimal_coupling
from constructions.spgan.spaces import FiniteMetric

__all__ = [
    "Flow",
    "Transport",
    "cell_distances",
    "integer_distances",
    "reduced_wasserstein",
    "transport_on_cells",
    "wasserstein",
]

Flow = tuple[tuple[int, int, Fraction], ...]  # (x, y, mass)
Cells = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Transport:
    """``value``, a ``flow`` of that cost, and a 1-Lipschitz ``potential`` of that difference."""

    value: Fraction
    flow: Flow
    potential: tuple[Fraction, ...]  # [size]


def wasserstein(Q: Sequence[Fraction], P: Sequence[Fraction], metric: FiniteMetric) -> Transport:
    """W1(Q, P); the flow is a coupling of Q and P. ``ValueError`` unless these are probabilities."""
    found = transport_on_cells(Q, P, metric, [(x,) for x in range(metric.size)])
    stay = [(x, x, min(q, p)) for x, (q, p) in enumerate(zip(Q, P, strict=True)) if q and p]
    return Transport(found.value, tuple(sorted((*found.flow, *stay))), found.potential)


def reduced_wasserstein(
    Q: Sequence[Fraction], P: Sequence[Fraction], metric: FiniteMetric, action: Action
) -> Transport:
    """The supremum over 1-Lipschitz functions that the action leaves as they are."""
    if action.size != metric.size:
        raise ValueError(f"action: must act on {metric.size} points, got {action.size}")
    return transport_on_cells(Q, P, metric, action.orbits)


def transport_on_cells(
    Q: Sequence[Fraction], P: Sequence[Fraction], metric: FiniteMetric, cells: Cells
) -> Transport:
    """The supremum over 1-Lipschitz functions that are constant on cells, a partition of the points.

    The flow takes the masses of the cells from Q to P, in steps between points; mass that need not move
    is not in it. The potential is made 1-Lipschitz in any case: largest below what the dual allows.
    """
    _demand_probability("Q", Q, metric.size)
    _demand_probability("P", P, metric.size)
    surplus = [sum((Q[x] - P[x] for x in cell), Fraction(0)) for cell in cells]
    sources = [i for i, s in enumerate(surplus) if s > 0]
    targets = [j for j, s in enumerate(surplus) if s < 0]
    D, scale, path = cell_distances(metric, cells)
    costs = [[int(D[i, j]) for j in targets] for i in sources]
    plan, psi = optimal_coupling(
        [surplus[i] for i in sources], [-surplus[j] for j in targets], costs
    )
    heights = [
        min((v + int(D[i, j]) for v, j in zip(psi, targets, strict=True)), default=0)
        for i in range(len(cells))
    ]
    potential = [Fraction(0)] * metric.size
    for height, cell in zip(heights, cells, strict=True):
        for x in cell:
            potential[x] = Fraction(height, scale)
    steps: dict[tuple[int, int], Fraction] = {}
    for (i, j), mass in plan.items():
        for step in path(sources[i], targets[j]):
            steps[step] = steps.get(step, Fraction(0)) + mass
    value = sum(
        (s * Fraction(h, scale) for s, h in zip(surplus, heights, strict=True)), Fraction(0)
    )
    flow = tuple((x, y, mass) for (x, y), mass in sorted(steps.items()))
    if value != sum((mass * metric.distances[x][y] for x, y, mass in flow), Fraction(0)):
        raise ArithmeticError("flow and potential disagree")
    return Transport(value, flow, tuple(potential))


def integer_distances(metric: FiniteMetric) -> tuple[Any, int]:
    """(array of integers, scale) with d = array / scale."""
    import numpy as np

    scale = lcm(*(Fraction(d).denominator for d in {d for row in metric.distances for d in row}))
    rows = [[int(d * scale) for d in row] for row in metric.distances]
    small = max(map(max, rows)) * 4 * (len(rows) + 1) < 1 << 62
    return np.array(rows, dtype=np.int64 if small else object), scale


def cell_distances(metric: FiniteMetric, cells: Cells) -> tuple[Any, int, Any]:
    """(distances of cells as integers, scale, path): the largest metric below the distances of points.

    ``path(i, j)`` lists steps (x, y) between points that lead from cell i to cell j at that cost; a cell
    is crossed for nothing.
    """
    import numpy as np

    d, scale = integer_distances(metric)
    if all(len(cell) == 1 for cell in cells):
        places = [cell[0] for cell in cells]
        return d[np.ix_(places, places)], scale, lambda i, j: [(places[i], places[j])]
    n = len(cells)
    order = np.concatenate([np.asarray(cell) for cell in cells])
    starts = np.concatenate([[0], np.cumsum([len(cell) for cell in cells])[:-1]])
    direct = np.minimum.reduceat(np.minimum.reduceat(d[np.ix_(order, order)], starts, 0), starts, 1)
    D, following = direct.copy(), np.tile(np.arange(n), (n, 1))
    for k in range(n):  # Floyd and Warshall
        through = D[:, k, None] + D[k]
        shorter = through < D
        D = np.where(shorter, through, D)
        following = np.where(shorter, following[:, k, None], following)

    def path(i: int, j: int) -> list[tuple[int, int]]:
        steps = []
        while i != j:
            k = int(following[i, j])
            x, y = next((x, y) for x in cells[i] for y in cells[k] if d[x, y] == direct[i, k])
            steps.append((x, y))
            i = k
        return steps

    return D, scale, path


def _demand_probability(name: str, P: Sequence[Fraction], size: int) -> None:
    if len(P) != size or min(P) < 0 or sum(P) != 1:
        raise ValueError(f"{name}: must be probabilities of {size} points that sum to 1")
