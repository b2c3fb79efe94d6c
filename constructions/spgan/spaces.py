r"""Finite metric spaces with exact distances, and the instances that claims are checked on.

| symbol | here |
|---|---|
| d(x, y) | ``metric.distances[x][y]``, integers or Fractions |
| \|x\| + \|y\|, \|x\| + 3 \|y\| | ``grid_metric(m)``, ``grid_metric(m, (1, 3))``: not invariant under C4 |
| P, Q | probabilities as Fractions |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from constructions.spgan.actions import Action, grid_action, grid_points
from constructions.spgan.groups import FiniteGroup, cyclic

__all__ = [
    "FiniteMetric",
    "Instance",
    "discrete_metric",
    "fixed_instance",
    "grid_metric",
    "is_invariant",
    "mode_collapse_instance",
    "probability",
    "random_instance",
    "random_metric",
    "random_probability",
    "truncated",
]

Number = Fraction | int
FIXED_P = (8, 6, 5, 2, 3, 0, 0, 0, 1, 8, 6, 9, 5, 6, 9, 7)  #: out of 75
FIXED_Q = (6, 5, 5, 9, 2, 8, 6, 0, 3, 8, 5, 0, 7, 7, 8, 1)  #: out of 80


@dataclass(frozen=True)
class FiniteMetric:
    """A metric by its matrix of distances.

    ``grid`` is (m, wx, wy) if it is w_x |x - x'| + w_y |y - y'| on the m x m grid, where the axioms hold by
    construction; otherwise they are checked, ``ValueError`` naming what fails.
    """

    distances: tuple[tuple[Number, ...], ...]  # [size][size]
    grid: tuple[int, Number, Number] | None = None

    def __post_init__(self) -> None:
        n = len(self.distances)
        if not n or any(len(row) != n for row in self.distances):
            raise ValueError("distances: must be a square matrix, not empty")
        if self.grid is None:
            _demand_metric(self.distances)

    @property
    def size(self) -> int:
        """Number of points."""
        return len(self.distances)

    def scaled(self, factor: Number) -> FiniteMetric:
        """factor * d; ``ValueError`` unless the factor is positive."""
        if factor <= 0:
            raise ValueError(f"factor: must be positive, got {factor}")
        rows = tuple(tuple(factor * d for d in row) for row in self.distances)
        m_w = self.grid
        return FiniteMetric(rows, (m_w[0], factor * m_w[1], factor * m_w[2]) if m_w else None)


def _demand_metric(d: Sequence[Sequence[Number]]) -> None:
    n = range(len(d))
    for x in n:
        for y in n:
            if (d[x][y] != 0) if x == y else (d[x][y] <= 0 or d[x][y] != d[y][x]):
                raise ValueError(
                    f"distances: must be 0 on the diagonal, else positive and symmetric, "
                    f"got {d[x][y]} at ({x}, {y})"
                )
    for z in n:
        toward = d[z]
        for x in n:
            first, row = d[x][z], d[x]
            for y in n:
                if row[y] > first + toward[y]:
                    raise ValueError(f"distances: the triangle ({x}, {z}, {y}) fails")


def is_invariant(metric: FiniteMetric, action: Action) -> bool:
    """Whether every T_s is an isometry; ``ValueError`` for another number of points."""
    if metric.size != action.size:
        raise ValueError(f"action: must act on {metric.size} points, got {action.size}")
    d, n = metric.distances, range(metric.size)
    return all(
        d[T[x]][T[y]] == d[x][y]
        for T in (action.permutations[s] for s in action.group.generators)
        for x in n
        for y in range(x)
    )


def grid_metric(m: int, weights: tuple[Number, Number] = (1, 1)) -> FiniteMetric:
    """w_x |x - x'| + w_y |y - y'| on the centred m x m grid with spacing 2.

    ``ValueError`` unless m >= 1 and both weights are positive.
    """
    wx, wy = weights
    if min(wx, wy) <= 0:
        raise ValueError(f"weights: must be positive, got {weights}")
    points = grid_points(m)
    rows = tuple(tuple(wx * abs(x - u) + wy * abs(y - v) for u, v in points) for x, y in points)
    return FiniteMetric(rows, (m, wx, wy))


def random_metric(size: int, most: int, rng: Random) -> FiniteMetric:
    """Integer distances in most .. 2 most: every such symmetric matrix is a metric."""
    d = [[0] * size for _ in range(size)]
    for x in range(size):
        for y in range(x):
            d[x][y] = d[y][x] = rng.randint(most, 2 * most)
    return FiniteMetric(tuple(map(tuple, d)))


# -- probabilities and instances ----------------------------------------------------------------------


def probability(masses: Sequence[Number]) -> tuple[Fraction, ...]:
    """The masses, divided by their sum; ``ValueError`` unless none is negative and the sum is positive."""
    total = sum((Fraction(x) for x in masses), Fraction(0))
    if total <= 0 or min(masses) < 0:
        raise ValueError(f"masses: must not be negative, with a positive sum, got sum {total}")
    return tuple(Fraction(x) / total for x in masses)


def random_probability(size: int, most: int, rng: Random) -> tuple[Fraction, ...]:
    """Integer masses in 0 .. most, not all 0, divided by their sum."""
    while True:
        masses = [rng.randint(0, most) for _ in range(size)]
        if any(masses):
            return probability(masses)


@dataclass(frozen=True)
class Instance:
    """A group acting on a metric space, and two probabilities: Q takes the linear term, P takes f*."""

    action: Action
    metric: FiniteMetric
    Q: tuple[Fraction, ...]
    P: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        n = self.action.size
        if not self.metric.size == len(self.Q) == len(self.P) == n:
            raise ValueError(f"metric, Q, P: must be on {n} points")

    @property
    def SQ(self) -> tuple[Fraction, ...]:
        """S Q."""
        return self.action.on_measure(self.Q)

    @property
    def SP(self) -> tuple[Fraction, ...]:
        """S P."""
        return self.action.on_measure(self.P)


def fixed_instance(weights: tuple[Number, Number] = (1, 1)) -> Instance:
    """C4 on the 4 x 4 grid with the two probabilities that constants are quoted for."""
    metric = grid_metric(4, weights)
    return Instance(grid_action(cyclic(4), 4), metric, probability(FIXED_Q), probability(FIXED_P))


def random_instance(
    group: FiniteGroup, m: int, rng: Random, weights: tuple[Number, Number] = (1, 1)
) -> Instance:
    """A grid group on the m x m grid; masses are integers in 0 .. 9, divided by their sum."""
    Q, P = (random_probability(m * m, 9, rng) for _ in "QP")
    return Instance(grid_action(group, m), grid_metric(m, weights), Q, P)


def mode_collapse_instance(root: Number, orbit: bool = False) -> Instance:
    """C4 on the four corners (1, 1), (-1, 1), (-1, -1), (1, -1), sides 2 and diagonals 2 ``root``.

    Q is concentrated on (1, 1), or uniform with ``orbit``; P the other way round. The divergences grow with
    the metric: rationals below and above the square root of 2 enclose the Euclidean ones.
    """
    if not 1 < root <= 2:
        raise ValueError(f"root: must be above 1, at most 2, got {root}")
    far = (0, 2, 2 * root, 2)
    metric = FiniteMetric(tuple(tuple(far[(y - x) % 4] for y in range(4)) for x in range(4)))
    C4 = cyclic(4)
    turns = Action(C4, C4.table)
    one, uniform = probability([1, 0, 0, 0]), probability([1] * 4)
    return Instance(turns, metric, uniform, one) if orbit else Instance(turns, metric, one, uniform)


def discrete_metric(size: int) -> FiniteMetric:
    """d = 1 between different points: Lipschitz functions are those of oscillation at most L.

    Up to constants, which divergences do not see, that is the ball of radius L/2 in the supremum norm.
    """
    return FiniteMetric(tuple(tuple(int(x != y) for y in range(size)) for x in range(size)))


def truncated(metric: FiniteMetric, most: Number) -> FiniteMetric:
    """min(d, most): Lipschitz functions that are bounded as well. ``ValueError`` unless most > 0."""
    if most <= 0:
        raise ValueError(f"most: must be positive, got {most}")
    return FiniteMetric(tuple(tuple(min(d, most) for d in row) for row in metric.distances))
