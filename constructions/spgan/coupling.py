r"""Least-cost couplings of two finite measures, exactly: HiGHS proposes, rationals decide.

| symbol | here |
|---|---|
| a, b | masses of the two sides, Fractions with the same sum |
| c_ij | ``costs``, integers |
| phi_i - psi_j <= c_ij | the dual, equality where the coupling is positive |

A vertex is a forest of pairs: its masses follow exactly from a and b, leaf by leaf. What the solver's
rounding leaves over is shipped anyhow. Shortest paths then give phi and psi, or a cycle along which the
coupling gets cheaper, and it is sent round until there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

__all__ = ["Coupling", "optimal_coupling"]

Coupling = dict[tuple[int, int], Fraction]
SMALLEST = 1e-7  #: share of a mean mass below which the solver's number counts as 0


def optimal_coupling(
    a: Sequence[Fraction], b: Sequence[Fraction], costs: Sequence[Sequence[int]]
) -> tuple[Coupling, list[int]]:
    """The coupling of least cost and psi_j; ``ValueError`` for sizes or sums that differ.

    phi_i = min_j (psi_j + c_ij), and the cost is sum_i a_i phi_i - sum_j b_j psi_j.
    """
    if len(costs) != len(a) or any(len(row) != len(b) for row in costs):
        raise ValueError(f"costs: must be {len(a)} x {len(b)}")
    if min(a, default=1) <= 0 or min(b, default=1) <= 0 or sum(a) != sum(b):
        raise ValueError("a, b: must be positive masses with the same sum")
    if not a:
        return {}, []
    c = _array(costs)
    pairs, duals = _propose(a, b, c)
    plan = _ship_rest(_peel(a, b, pairs), a, b)
    while True:
        psi, cycle = _duals(c, plan, duals)
        if not cycle:
            return plan, psi
        _send_round(plan, cycle)
        duals = None


def _array(costs: Sequence[Sequence[int]]) -> Any:
    """Integers of numpy where sums along a path fit, of Python where they do not."""
    import numpy as np

    largest = max(abs(c) for row in costs for c in row)
    small = largest * 4 * (len(costs) + len(costs[0]) + 1) < 1 << 62
    return np.array(costs, dtype=np.int64 if small else object)


def _propose(
    a: Sequence[Fraction], b: Sequence[Fraction], c: Any
) -> tuple[list[tuple[int, int]], Any]:
    """Pairs that are positive in the solver's vertex, and its duals of the columns, rounded."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    n, m = c.shape
    scale = n / sum(a)
    every = np.arange(n * m)
    rows = np.concatenate([every // m, n + every % m])
    one_each = csr_array((np.ones(2 * n * m), (rows, np.concatenate([every, every]))))
    masses = np.array([float(x * scale) for x in (*a, *b)])
    unit = max(1.0, float(abs(c).max()))
    found = linprog(c.astype(float).ravel() / unit, A_eq=one_each, b_eq=masses, method="highs-ds")
    if found.x is None:
        raise ArithmeticError(f"HiGHS found no coupling: {found.message}")
    positive = np.flatnonzero(found.x > SMALLEST)
    psi = -found.eqlin.marginals[n:] * unit
    return [divmod(int(k), m) for k in positive], [round(float(v)) for v in psi]


def _peel(
    a: Sequence[Fraction], b: Sequence[Fraction], pairs: Sequence[tuple[int, int]]
) -> Coupling:
    """Masses of a forest, leaf by leaf; pairs on a cycle, and what would be negative, get nothing."""
    left = {("a", i): x for i, x in enumerate(a)} | {("b", j): x for j, x in enumerate(b)}
    edges: dict[tuple[str, int], set[tuple[str, int]]] = {node: set() for node in left}
    for i, j in pairs:
        edges["a", i].add(("b", j))
        edges["b", j].add(("a", i))
    plan: Coupling = {}
    leaves = [node for node, near in edges.items() if len(near) == 1]
    while leaves:
        leaf = leaves.pop()
        if len(edges[leaf]) != 1:
            continue
        (other,) = edges[leaf]
        mass = min(left[leaf], left[other])
        if mass:
            one, two = sorted((leaf, other))
            plan[one[1], two[1]] = mass
        left[leaf] -= mass
        left[other] -= mass
        edges[leaf].clear()
        edges[other].discard(leaf)
        if len(edges[other]) == 1:
            leaves.append(other)
    return plan


def _ship_rest(plan: Coupling, a: Sequence[Fraction], b: Sequence[Fraction]) -> Coupling:
    """The plan, completed: rests are matched in the order of their numbers."""
    rest_a, rest_b = list(a), list(b)
    for (i, j), mass in plan.items():
        rest_a[i] -= mass
        rest_b[j] -= mass
    i = j = 0
    while i < len(a) and j < len(b):
        mass = min(rest_a[i], rest_b[j])
        if mass:
            plan[i, j] = plan.get((i, j), Fraction(0)) + mass
        rest_a[i] -= mass
        rest_b[j] -= mass
        if rest_a[i]:
            j += 1
        else:
            i += 1
    return plan


def _duals(c: Any, plan: Coupling, start: Any) -> tuple[list[int], list[tuple[int, int]]]:
    """psi and no cycle, or a cycle of pairs (i, j): to give mass up and to take it in turn.

    Bellman-Ford: phi_i <= psi_j + c_ij along every pair, psi_j <= phi_i - c_ij along those of the plan.
    """
    import numpy as np

    n, m = c.shape
    support = sorted(plan)
    rows, columns = (np.array([pair[k] for pair in support]) for k in (0, 1))
    psi = np.array(start if start is not None else [0] * m, dtype=c.dtype)
    from_row, from_column = np.full(m, -1), (psi + c).argmin(1)
    phi, every, last = (psi + c)[np.arange(n), from_column], np.arange(n), 0
    for _ in range(n + m + 1):
        bound = phi[rows] - c[rows, columns]
        lower = bound < psi[columns]
        if not lower.any():
            return [int(x) for x in psi], []
        for i, j, value in zip(rows[lower], columns[lower], bound[lower], strict=True):
            if value < psi[j]:
                psi[j], from_row[j], last = value, i, int(j)
        reach = psi + c
        best = reach.argmin(1)
        # A tie must not change a parent: a circle of ties is no cycle that gains anything.
        sunk = reach[every, best] < phi
        from_column[sunk] = best[sunk]
        phi = reach[every, best]
    return [], _cycle(last, from_row, from_column, n + m)


def _cycle(j: int, from_row: Any, from_column: Any, steps: int) -> list[tuple[int, int]]:
    """The pairs along the parents of column j, once it is certain to be on a cycle."""
    for _ in range(steps):
        j = int(from_column[from_row[j]])
    start, pairs = j, []
    while not pairs or j != start:
        i = int(from_row[j])
        pairs.append((i, j))
        j = int(from_column[i])
        pairs.append((i, j))
    return pairs


def _send_round(plan: Coupling, cycle: list[tuple[int, int]]) -> None:
    """Move as much as there is along a cycle: given up at even places, taken at odd ones."""
    mass = min(plan[pair] for pair in cycle[::2])
    for place, pair in enumerate(cycle):
        plan[pair] = plan.get(pair, Fraction(0)) + (mass if place % 2 else -mass)
        if not plan[pair]:
            del plan[pair]
