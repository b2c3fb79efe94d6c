"""Exact dichotomies of tiny classes: k ReLU units in one hidden layer on M points of the line.

For every labelling either a rational network or rational multipliers that refute it, both found by
an exact integer simplex and packed as certificates (kinds ``interp.dichotomies`` and
``interp.alternation``). The cells of the class and what the multipliers mean are explained in
:mod:`proofs_checks.interp.one_layer`; nothing here is trusted by the checkers.

    labelling y, cell with generators g:  find lambda >= 0 with y_j sum_g lambda_g g(p_j) >= 1,
    dual:  maximise sum z over z >= 0, sum z <= 1, sum_j z_j y_j g(p_j) <= 0 for all g.

The dual starts feasible at z = 0. Its optimum is positive exactly when the cell cannot realise y;
then z refutes it, and else the dual prices of the constraints are lambda.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise, product
from math import gcd, lcm
from typing import Any

from proofs_checks import relu
from proofs_checks.certificate import seal
from proofs_checks.interp.alternation import alternations
from proofs_checks.interp.one_layer import AFFINE, Kind, blocked, cells, demand_size
from proofs_checks.rational import show_rational

Points = tuple[Fraction, ...]


@dataclass(frozen=True)
class Realised:
    """A network (plain data, :mod:`proofs_checks.relu`) with label 1 exactly where it is > 0."""

    network: dict[str, Any]


@dataclass(frozen=True)
class Refuted:
    """Multipliers, one vector per entry, that together block every cell."""

    multipliers: tuple[tuple[Fraction, ...], ...]


def decide(units: int, points: Sequence[Fraction | int], labels: str) -> Realised | Refuted:
    """Find a network of ``units`` hidden units with these labels, or multipliers that exclude it.

    Raises ``ValueError`` for points that are not exact or not increasing, labels that are not a
    string of 0s and 1s of the same length, and problems of more cells than the checker takes.
    """
    p = _demand_problem(units, points)
    if len(labels) != len(p) or set(labels) - {"0", "1"}:
        raise ValueError(f"labels: must be {len(p)} characters 0 or 1, got {labels!r}")
    multipliers: list[tuple[Fraction, ...]] = []
    blocks: list[frozenset[Kind]] = []
    for cell in cells(units, len(p)):
        if any(block.issuperset(cell) for block in blocks):
            continue
        z, prices = solve(_constraints(p, labels, cell))
        if z is None:
            return Realised(_network(p, cell, prices))
        multipliers.append(z)
        blocks.append(blocked(p, labels, z))
    return Refuted(tuple(multipliers))


def enumerate_dichotomies(
    units: int, points: Sequence[Fraction | int], claim: str = "interp.W1"
) -> dict[str, Any]:
    """A certificate of all labellings of ``points`` that ``units`` hidden units realise.

    Raises ``ValueError`` as :func:`decide` does.
    """
    p = _demand_problem(units, points)
    networks: dict[str, Any] = {}
    refuted: list[tuple[tuple[int, ...], str, Refuted]] = []
    for labels in map("".join, product("01", repeat=len(p))):
        if any(_agrees(labels, subset, part) for subset, part, _ in refuted):
            continue
        found = decide(units, p, labels)
        if isinstance(found, Realised):
            networks[labels] = found.network
        else:
            refuted.append(_smallest_part(units, p, labels, found))
    statement = {
        "claim": claim,
        "units": units,
        "points": [show_rational(x) for x in p],
        "realisable": list(networks),
    }
    entries = [_entry(*part) for part in refuted]
    evidence = {"networks": list(networks.values()), "refuted": entries}
    return seal("interp.dichotomies", statement, evidence)


def most_changes(
    units: int, points: Sequence[Fraction | int], claim: str = "interp.K"
) -> dict[str, Any]:
    """A certificate of the most label changes along ``points`` that ``units`` hidden units reach.

    Raises ``ValueError`` as :func:`decide` does.
    """
    p = _demand_problem(units, points)
    # Each round either finds a network with more changes or refutes that there is one.
    changes, network, refuted = 0, _constant_network(units), None
    while refuted is None:
        refuted = []
        for subset, labels in alternations(len(p), changes + 2):
            found = decide(units, [p[i] for i in subset], labels)
            if isinstance(found, Realised):
                network, refuted = found.network, None
                changes = _changes(network, p)
                break
            refuted.append(_entry(subset, labels, found))
    statement = {
        "claim": claim,
        "units": units,
        "points": [show_rational(x) for x in p],
        "changes": changes,
    }
    evidence = {"network": network, "refuted": refuted}
    return seal("interp.alternation", statement, evidence)


def _demand_problem(units: int, points: Sequence[Fraction | int]) -> Points:
    if isinstance(units, bool) or not isinstance(units, int) or units < 1:
        raise ValueError(f"units: must be an integer, at least 1, got {units!r}")
    for i, x in enumerate(points):
        if isinstance(x, bool) or not isinstance(x, (Fraction, int)):
            raise ValueError(f"points[{i}]: must be exact (int or Fraction), got {x!r}")
    for i, (left, right) in enumerate(pairwise(points)):
        if left >= right:
            rule = "equal" if left == right else "out of order"
            raise ValueError(f"points: must be strictly increasing, got {i} and {i + 1} {rule}")
    if not points:
        raise ValueError("points: must hold at least one point, got none")
    demand_size(units, len(points))
    return tuple(Fraction(x) for x in points)


# -- one cell -------------------------------------------------------------------------------------


def _constraints(points: Points, labels: str, cell: tuple[Kind, ...]) -> list[list[int]]:
    """One row (y_j g(p_j))_j per generator: +-1, +-(x - p_1) if affine, two for each hinge."""
    scale = lcm(*(p.denominator for p in points))
    X = [int(p * scale) for p in points]
    signs = [1 if label == "1" else -1 for label in labels]
    generators = [[1] * len(X), [-1] * len(X)]
    if AFFINE in cell:
        generators += [[x - X[0] for x in X], [X[0] - x for x in X]]
    for _, s, j, sign in _hinges(cell):
        generators += [[sign * max(s * (x - X[k]), 0) for x in X] for k in (j, j + 1)]
    return [[y * value for y, value in zip(signs, g, strict=True)] for g in generators]


def solve(rows: list[list[int]]) -> tuple[tuple[Fraction, ...] | None, list[Fraction]]:
    """Multipliers z with rows . z <= 0, or ``None`` and prices with sum prices . rows >= 1.

    Simplex on the condensed tableau T / d with integer T (Edmonds' pivoting: the divisions by the
    previous pivot d are exact) and Bland's rule, so it ends although every vertex is degenerate.
    """
    n = len(rows[0])
    T = [[*row, 0] for row in rows] + [[1] * (n + 1)] + [[-1] * n + [0]]
    columns, basis, d = list(range(n)), list(range(n, n + len(rows) + 1)), 1
    while T[-1][-1] == 0:
        entering = [c for c in range(n) if T[-1][c] < 0]
        if not entering:
            prices = dict(zip(columns, T[-1], strict=False))
            return None, [Fraction(prices.get(n + g, 0), d) for g in range(len(rows))]
        c = min(entering, key=columns.__getitem__)
        leaving = [r for r in range(len(basis)) if T[r][c] > 0]
        r = min(leaving, key=lambda r: (Fraction(T[r][-1], T[r][c]), basis[r]))
        T, d = _pivot(T, r, c, d)
        columns[c], basis[r] = basis[r], columns[c]
    values = {variable: T[r][-1] for r, variable in enumerate(basis)}
    z = [values.get(j, 0) for j in range(n)]
    common = gcd(*z)
    return tuple(Fraction(entry, common) for entry in z), []


def _pivot(T: list[list[int]], r: int, c: int, d: int) -> tuple[list[list[int]], int]:
    pivot, row = T[r][c], T[r]
    changed = [
        [(pivot * value - line[c] * other) // d for value, other in zip(line, row, strict=True)]
        for line in T
    ]
    for line, before in zip(changed, T, strict=True):
        line[c] = -before[c]
    changed[r] = [*row[:c], d, *row[c + 1 :]]
    return changed, pivot


# -- plain data -----------------------------------------------------------------------------------


def _hinges(cell: tuple[Kind, ...]) -> list[Kind]:
    return [kind for kind in cell if kind != AFFINE]


def _network(points: Points, cell: tuple[Kind, ...], prices: list[Fraction]) -> dict[str, Any]:
    """The network with these coefficients of the generators of :func:`_constraints`."""
    scale = lcm(*(p.denominator for p in points))
    up, down, *rest = prices
    hidden: list[tuple[int, Fraction, Fraction]] = []  # orientation s, breakpoint t, weight v
    for position in range(len(cell) - len(_hinges(cell))):
        slope = (rest.pop(0) - rest.pop(0)) * scale if position == 0 else Fraction(0)
        hidden.append((1, points[0], slope))
    for (_, s, j, sign), a, b in zip(_hinges(cell), rest[::2], rest[1::2], strict=True):
        t = (a * points[j] + b * points[j + 1]) / (a + b) if a + b else points[j]
        hidden.append((s, t, sign * (a + b) * scale))
    return _plain(hidden, up - down)


def _plain(hidden: list[tuple[int, Fraction, Fraction]], c: Fraction) -> dict[str, Any]:
    first = {
        "rows": [[[0, show_rational(s)]] for s, _, _ in hidden],
        "bias": [show_rational(-s * t) for s, t, _ in hidden],
    }
    last = {
        "rows": [[[i, show_rational(v)] for i, (_, _, v) in enumerate(hidden)]],
        "bias": [show_rational(c)],
    }
    return {"inputs": 1, "layers": [first, last]}


def _constant_network(units: int) -> dict[str, Any]:
    return _plain([(1, Fraction(0), Fraction(0))] * units, Fraction(0))


def _changes(network: dict[str, Any], points: Points) -> int:
    net = relu.read(network)
    labels = [relu.evaluate(net, (p,))[0] > 0 for p in points]
    return sum(a != b for a, b in pairwise(labels))


def _agrees(labels: str, subset: tuple[int, ...], part: str) -> bool:
    return all(labels[i] == label for i, label in zip(subset, part, strict=True))


def _smallest_part(
    units: int, points: Points, labels: str, whole: Refuted
) -> tuple[tuple[int, ...], str, Refuted]:
    """A refuted restriction to few points: the starts of the first runs, else the whole."""
    starts = [next(run)[0] for _, run in groupby(enumerate(labels), key=lambda pair: pair[1])]
    for size in range(2, len(starts) + 1):
        subset = tuple(starts[:size])
        part = "".join(labels[i] for i in subset)
        found = decide(units, [points[i] for i in subset], part)
        if isinstance(found, Refuted):
            return subset, part, found
    return tuple(range(len(points))), labels, whole


def _entry(subset: tuple[int, ...], labels: str, refuted: Refuted) -> dict[str, Any]:
    multipliers = [[show_rational(entry) for entry in z] for z in refuted.multipliers]
    return {"subset": list(subset), "labels": labels, "multipliers": multipliers}
