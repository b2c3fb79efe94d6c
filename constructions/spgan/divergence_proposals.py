r"""Near-optimal functions g for an (f, Gamma)-divergence: Clarabel's, and the same polished.

| symbol | here |
|---|---|
| q, p | masses of the cells; D [n, n] their distances as integers, L d = unit * D |
| g | [n], L-Lipschitz; (f*)'(g) p is the eta it belongs to |

Polishing keeps the constraints that bind: they tie cells together, g is fixed within a component up to its
height t, and the best t is where the component's mass under eta is its mass under q, an equation in t alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import exp, log
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofs_checks.spgan.entropies import Entropy

__all__ = ["UNIT", "eta_of", "mcshane", "polished", "proposed"]

UNIT = 1 << 48  #: rounded numbers are multiples of 1/UNIT
TIGHT = 1e-6  #: slack, as a share of the largest distance, below which a constraint binds


def proposed(f: Entropy, q: Sequence[Fraction], p: Sequence[Fraction], far: Any) -> list[Fraction]:
    """Clarabel's g, rounded; ``far`` [n, n] are the distances L d in floats."""
    import warnings

    import cvxpy as cp
    import numpy as np

    n = len(q)
    g = cp.Variable(n)
    weights, linear = np.array(p, float), np.array(q, float)
    there = np.flatnonzero(weights)
    if f.alpha is None:
        loss = cp.log_sum_exp(g[there] + np.log(weights[there]))
    else:
        a = float(f.alpha)
        e = a / (a - 1)
        heights = cp.power(cp.pos((a - 1) * g[there]), e) if a != 2 else cp.square(cp.pos(g[there]))
        loss = weights[there] @ heights / a
    i, j = np.nonzero(~np.eye(n, dtype=bool))
    near = [g[i] - g[j] <= far[i, j]] if n > 1 else []
    if f.alpha is None:
        near = [*near, g[0] == 0]
    problem = cp.Problem(cp.Maximize(linear @ g - loss), near)
    tight = {f"tol_{name}": 1e-12 for name in ("gap_abs", "gap_rel", "feas")}
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # "may be inaccurate": it is not trusted anyway
        problem.solve(solver=cp.CLARABEL, **tight)
    if g.value is None:
        raise ArithmeticError(f"Clarabel found no function: {problem.status}")
    return [Fraction(round(v * UNIT), UNIT) for v in np.atleast_1d(g.value)]


def mcshane(g: Sequence[Fraction], D: Any, unit: Fraction) -> list[Fraction]:
    """The largest L-Lipschitz function below g."""
    return [min(v + unit * int(d) for v, d in zip(g, row, strict=True)) for row in D]


def polished(
    f: Entropy, g: Sequence[Fraction], q: Sequence[Fraction], p: Sequence[Fraction], far: Any
) -> list[Fraction]:
    """g with the constraints that bind made exact, and the best height for every component."""
    import numpy as np
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    values = np.array(g, float)
    slack = far - (values[:, None] - values[None, :])
    binding = slack <= TIGHT * float(far.max())
    np.fill_diagonal(binding, val=False)
    either = binding | binding.T
    _, component = connected_components(either, directed=False)
    made = values.copy()
    for label in range(int(component.max()) + 1):
        members: list[int] = np.flatnonzero(component == label).tolist()
        order, before = map(np.asarray, breadth_first_order(either, members[0], directed=False))
        for x in order[1:]:
            y = before[x]
            made[x] = made[y] + far[x, y] if binding[x, y] else made[y] - far[y, x]
        mass = float(sum(q[x] for x in members))
        inside = [(made[x], float(p[x])) for x in members if p[x]]
        shift = _best_shift(f, mass, inside) if mass and inside else 0.0
        for x in members:
            made[x] += shift
    return [Fraction(round(v * UNIT), UNIT) for v in made]


def _best_shift(f: Entropy, mass: float, inside: Sequence[tuple[float, float]]) -> float:
    """The t at which the slopes of f* at v + t, weighted, sum to the mass."""
    if f.alpha is None:
        top = max(v for v, _ in inside)
        return log(mass / sum(w * exp(v - top) for v, w in inside)) - top

    def excess(t: float) -> float:
        return sum(w * _slope(f, v + t) for v, w in inside) - mass

    low, high = -max(v for v, _ in inside), 1.0
    while excess(high) < 0:
        high = 2 * high + 1
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return (low + high) / 2


def eta_of(f: Entropy, g: Sequence[Fraction], p: Sequence[Fraction]) -> list[Fraction]:
    """Probabilities near p times the slope of f* at g, normalised; 0 where p is."""
    top = max(float(v) for v, x in zip(g, p, strict=True) if x)
    values = [float(v) - (top if f.alpha is None else 0) for v in g]
    return _normalised([_slope(f, v) for v in values], p)


def _slope(f: Entropy, y: float) -> float:
    """(f*)' at y, up to a factor for KL."""
    if f.alpha is None:
        return exp(min(y, 0.0))
    a = float(f.alpha)
    return max((a - 1) * y, 0.0) ** (1 / (a - 1))


def _normalised(slopes: Sequence[float], p: Sequence[Fraction]) -> list[Fraction]:
    """Probabilities near slope times p, 0 where p is."""
    top = max((s for s, x in zip(slopes, p, strict=True) if x), default=0.0) or 1.0
    masses = [
        x * Fraction(round(s / top * UNIT)) if x else Fraction(0)
        for s, x in zip(slopes, p, strict=True)
    ]
    total = sum(masses, Fraction(0))
    if not total:
        return list(p)
    return _rounded([m / total for m in masses])


def _rounded(masses: Sequence[Fraction]) -> list[Fraction]:
    """Multiples of 1/UNIT that sum to 1; the largest mass takes what is over."""
    made = [Fraction(int(m * UNIT), UNIT) for m in masses]
    largest = max(range(len(made)), key=made.__getitem__)
    made[largest] += 1 - sum(made)
    return made
