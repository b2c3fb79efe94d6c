"""Problems of the `spgan` certificates, read in the plainest way: for the second checkers.

Groups are listed element by element, averages are matrices K_x(y), a function is invariant if K u = u.
Everything is a Fraction; ``ValueError`` for what is wrong, ``TooLarge`` for more than :data:`MOST` points.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from naive import TooLarge, keys, number, whole

MOST = 64  #: points


@dataclass
class Plain:
    """Distances, the averaging matrix, Q and P as given, and S Q, S P."""

    d: list
    K: list
    Q: list
    P: list
    SQ: list
    SP: list

    @property
    def n(self):
        return len(self.d)


def numbers(texts, size=None):
    """A list of rationals."""
    if type(texts) is not list or (size is not None and len(texts) != size):
        raise ValueError("numbers")
    return [number(text) for text in texts]


def place(value, size):
    """The number of a point."""
    if type(value) is not int or not 0 <= value < size:
        raise ValueError("point")
    return value


def problem(statement):
    """The problem of a statement."""
    d = distances(statement["metric"])
    n = len(d)
    K = averaging(statement["structure"], n)
    Q, P = (numbers(statement[name], n) for name in ("Q", "P"))
    for R in (Q, P):
        if min(R) < 0 or sum(R) != 1:
            raise ValueError("probability")
    return Plain(d, K, Q, P, spread(Q, K), spread(P, K))


def distances(metric):
    """A matrix that is a metric."""
    if keys(metric, "grid", "weights"):
        m = metric["grid"]
        if not whole(m, 1, 45):
            raise ValueError("grid")
        if m * m > MOST:
            raise TooLarge("points")
        a, b = numbers(metric["weights"], 2)
        points = [(2 * i, 2 * j) for i in range(m) for j in range(m)]
        d = [[a * abs(x - u) + b * abs(y - v) for u, v in points] for x, y in points]
    elif keys(metric, "matrix") and 1 <= len(metric["matrix"]) <= 128:
        if len(metric["matrix"]) > MOST:
            raise TooLarge("points")
        d = [numbers(row, len(metric["matrix"])) for row in metric["matrix"]]
    else:
        raise ValueError("metric")
    n = range(len(d))
    good = all(
        (d[x][y] == 0) == (x == y) and d[x][y] >= 0 and d[x][y] == d[y][x] for x in n for y in n
    )
    if not good or any(d[x][z] > d[x][y] + d[y][z] for x in n for y in n for z in n):
        raise ValueError("no metric")
    return d


def averaging(structure, n):
    """The matrix K_x(y) of a group or of a partition."""
    if keys(structure, "generators"):
        elements, n_ = group(structure["generators"], n), range(n)
        if not elements:
            return reached(structure["generators"], n)
        return [[Fraction(sum(T[x] == y for T in elements), len(elements)) for y in n_] for x in n_]
    if not keys(structure, "blocks", "reference"):
        raise ValueError("structure")
    R = numbers(structure["reference"], n)
    named = sorted(place(x, n) for block in structure["blocks"] for x in block)
    if named != list(range(n)) or min(R) < 0:
        raise ValueError("blocks")
    K = [[Fraction(0)] * n for _ in range(n)]
    for block in structure["blocks"]:
        whole = sum(R[z] for z in block)
        if whole == 0:  # an empty one too
            raise ValueError("reference")
        for x in block:
            for y in block:
                K[x][y] = R[y] / whole
    return K


def group(generators, n):
    """All products of the generators; none if they are very many."""
    if type(generators) is not list or len(generators) > 8:
        raise ValueError("generators")
    for T in generators:
        if type(T) is not list or sorted(place(x, n) for x in T) != list(range(n)):
            raise ValueError("permutation")
    elements = {tuple(range(n))}
    while True:
        more = {tuple(T[x] for x in s) for s in elements for T in generators} | elements
        if more == elements:
            return elements
        if len(more) > 200:
            return set()
        elements = more


def reached(generators, n):
    """Uniform laws on what can be reached: of x by Warshall's rule."""
    near = [[x == y or any(T[x] == y for T in generators) for y in range(n)] for x in range(n)]
    for z in range(n):
        for x in range(n):
            near[x] = [near[x][y] or (near[x][z] and near[z][y]) for y in range(n)]
    return [[Fraction(inside, sum(row)) for inside in row] for row in near]


def spread(P, K):
    """P K: from x to y with probability K_x(y)."""
    n = range(len(P))
    return [sum((P[x] * K[x][y] for x in n), Fraction(0)) for y in n]


def mean(K, u):
    """K u."""
    return [sum((k * v for k, v in zip(row, u, strict=True)), Fraction(0)) for row in K]


def dot(u, P):
    """Sum of products."""
    return sum((v * p for v, p in zip(u, P, strict=True)), Fraction(0))


def lipschitz(u, d, L=1):
    """Whether u is L-Lipschitz."""
    n = range(len(d))
    return all(u[x] - u[y] <= L * d[x][y] for x in n for y in n)


def flow(entries, n):
    """The matrix of a flow with positive masses."""
    F = [[Fraction(0)] * n for _ in range(n)]
    if type(entries) is not list or len(entries) > 8 * n:
        raise ValueError("flow")
    for x, y, mass in entries:
        if number(mass) <= 0:
            raise ValueError("mass")
        F[place(x, n)][place(y, n)] += number(mass)
    return F


def cost(F, d):
    """Sum of mass times distance."""
    return sum((dot(row, far) for row, far in zip(F, d, strict=True)), Fraction(0))


def arrives(F, source, target, K=None):
    """Whether the flow takes source to target: what is missing vanishes, after averaging by K."""
    n = range(len(F))
    rest = [source[x] - sum(F[x]) + sum(F[y][x] for y in n) - target[x] for x in n]
    return not any(spread(rest, K) if K else rest)
