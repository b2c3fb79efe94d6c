r"""W1 between two orbit laws by matchings, and Lipschitz functions by enumeration: the second route to LPs.

Uniform laws on two orbits are uniform on lists of equal length; by Birkhoff's theorem W1 is then the least
mean distance of a matching. A potential that makes every matched pair tight shows that no matching is better:
shortest paths for the constraints g(u) - g(v) <= d(u, v), and = for matched pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import permutations, product
from math import lcm

from constructions.spgan.actions import Action
from constructions.spgan.spaces import FiniteMetric
from theory.spgan._spaces import Numbers


@lru_cache(maxsize=4096)
def orbit_distance(
    action: Action, metric: FiniteMetric, x: int, y: int
) -> tuple[Fraction, tuple[tuple[int, int], ...]]:
    """W1(K_x, K_y) and an optimal matching; orbits of at most 6 points in common multiplicity."""
    first, second = (action.orbits[action.orbit_of[z]] for z in (x, y))
    n = lcm(len(first), len(second))
    if n > 6:
        raise ValueError(f"orbits: must have a common multiple of at most 6, got {n}")
    left, right = list(first) * (n // len(first)), list(second) * (n // len(second))
    d = metric.distances
    best = min(
        permutations(right),
        key=lambda order: sum(d[a][b] for a, b in zip(left, order, strict=True)),
    )
    pairs = tuple(zip(left, best, strict=True))
    return Fraction(sum(d[a][b] for a, b in pairs)) / n, pairs


def potential(metric: FiniteMetric, pairs: Sequence[tuple[int, int]]) -> Numbers | None:
    """A 1-Lipschitz g with g(a) - g(b) = d(a, b) for all pairs; None if the matching is not optimal."""
    size, d = metric.size, metric.distances
    bound = [[Fraction(one) for one in row] for row in d]  # g(u) - g(v) <= bound[u][v]
    for a, b in pairs:
        bound[b][a] = -Fraction(d[a][b])
    g = [Fraction(0)] * size
    for _ in range(size):
        g = [min(g[v] + bound[u][v] for v in range(size)) for u in range(size)]
    tight = all(g[a] - g[b] == d[a][b] for a, b in pairs)
    return tuple(g) if tight and lipschitz_constant(metric, g) <= 1 else None


def lipschitz_constant(metric: FiniteMetric, g: Sequence[Fraction]) -> Fraction:
    """The largest |g(x) - g(y)| / d(x, y); 0 on one point."""
    d, n = metric.distances, metric.size
    slopes = (abs(g[x] - g[y]) / Fraction(d[x][y]) for x in range(n) for y in range(x))
    return max(slopes, default=Fraction(0))


def integer_lipschitz(metric: FiniteMetric) -> Iterator[Numbers]:
    """All integer 1-Lipschitz g with g(0) = 0, for integer distances.

    Vertices of the polytope of Lipschitz functions with g(0) = 0 are among them: its constraint matrix is
    that of a graph, which is totally unimodular.
    """
    d = metric.distances
    ranges = [range(-int(d[0][x]), int(d[0][x]) + 1) for x in range(metric.size)]
    for g in product(*ranges):
        if all(abs(g[x] - g[y]) <= d[x][y] for x in range(len(g)) for y in range(x)):
            yield tuple(map(Fraction, g))
