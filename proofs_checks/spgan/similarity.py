r"""Similarity kernels k(x, y) in a statement, and their averages over a structure, exactly.

``{"grid": m, "weights": [a, b]}`` is k = 1 / (1 + a dx^2 + b dy^2) on the centred m x m grid with spacing 2;
``{"matrix": [[...], ...]}`` is any symmetric matrix. ``average``: "none"; "one", the mean of k(T_s x, y) over
s; "both", the mean of k(T_s x, T_t y) over s and t (for a partition, conditional means).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat

from proofs_checks.reading import Rejected, integer, mapping, rationals, sequence, shown
from proofs_checks.spgan.metric import common
from proofs_checks.spgan.structure import Structure

MOST_POINTS, MOST_SIDE = 64, 8


def read_similarity(value: Any, name: str = "statement.kernel") -> list[list[Fraction]]:
    """The matrix of k; :class:`Rejected` unless it is symmetric."""
    if isinstance(value, dict) and "grid" in value:
        parts = mapping(value, name, ("grid", "weights"))
        m = integer(parts["grid"], f"{name}.grid", 1, MOST_SIDE)
        a, b = rationals(parts["weights"], f"{name}.weights", 2)
        if min(a, b) <= 0:
            raise Rejected(f"{name}.weights: must be positive, got {a} and {b}")
        points = [(2 * i, 2 * j) for i in range(m) for j in range(m)]
        return [
            [1 / (1 + a * (x - u) ** 2 + b * (y - v) ** 2) for u, v in points] for x, y in points
        ]
    rows = sequence(mapping(value, name, ("matrix",))["matrix"], f"{name}.matrix")
    n = len(rows)
    if not 1 <= n <= MOST_POINTS:
        raise Rejected(f"{name}.matrix: must have 1 to {MOST_POINTS} rows, got {n}")
    k = [list(rationals(row, f"{name}.matrix[{x}]", n)) for x, row in enumerate(rows)]
    common([entry for row in k for entry in row], f"{name}.matrix")
    if any(k[x][y] != k[y][x] for x in range(n) for y in range(x)):
        raise Rejected(f"{name}.matrix: must be symmetric")
    return k


def averaged(
    k: Sequence[Sequence[Fraction]], structure: Structure, average: Any
) -> list[list[Fraction]]:
    """k, its mean over the first argument, or over both."""
    if average not in ("none", "one", "both"):
        raise Rejected(f'statement.average: must be "none", "one" or "both", got {shown(average)}')
    made = [list(row) for row in k]
    for _ in range(("none", "one", "both").index(average)):
        columns = [_conditional(column, structure) for column in zip(*made, strict=True)]
        made = columns  # transposed: the second round averages the other argument
    return [list(row) for row in zip(*made, strict=True)] if average == "one" else made


def _conditional(g: Sequence[Fraction], structure: Structure) -> list[Fraction]:
    """S g: on every block the mean of g weighted by the reference."""
    made = list(g)
    for block in structure.blocks:
        weights = [structure.reference[x] for x in block]
        total = sum((w * g[x] for w, x in zip(weights, block, strict=True)), Fraction(0))
        for x in block:
            made[x] = total / sum(weights)
    return made


def matrix(rows: Sequence[Sequence[Fraction]]) -> fmpq_mat:
    """The same matrix in flint, which multiplies fast."""
    entries = [fmpq(x.numerator, x.denominator) for row in rows for x in row]
    return fmpq_mat(len(rows), len(rows[0]), entries)


def quadratic(k: Sequence[Sequence[Fraction]], w: Sequence[Fraction]) -> Fraction:
    """sum w(x) k(x, y) w(y)."""
    inner = (
        x * sum((c * y for c, y in zip(row, w, strict=True)), Fraction(0))
        for x, row in zip(w, k, strict=True)
    )
    return sum(inner, Fraction(0))
