"""Systems of linear inequalities over the rationals: a point shows that one holds, Farkas
multipliers that it does not. Nothing is solved here, only checked.

A system is a sequence of :class:`Inequality`, a . x <= b or a . x < b. Multipliers y >= 0 refute it
when sum y a = 0 and sum y b < 0, or = 0 with a strict inequality among those used: adding the
inequalities up then gives 0 <= (a negative number) or 0 < 0. (Farkas' lemma says such y exist for
every infeasible system; the checks do not need it.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from proofs_checks.reading import Rejected


@dataclass(frozen=True)
class Inequality:
    """``coefficients . x <= bound``, or ``<`` when ``strict``."""

    coefficients: tuple[Fraction | int, ...]
    bound: Fraction | int = 0
    strict: bool = False


def check_infeasible(rows: Sequence[Inequality], multipliers: Sequence[Fraction | int]) -> None:
    """Raise :class:`Rejected` unless ``multipliers`` (one per row) refute the system."""
    _variables(rows)
    _exact("multipliers", multipliers, len(rows))
    for i, y in enumerate(multipliers):
        if y < 0:
            raise Rejected(f"multipliers[{i}]: must be at least 0")
    used = [(y, row) for y, row in zip(multipliers, rows, strict=True) if y]
    columns = zip(*(row.coefficients for _, row in used), strict=True)
    for j, column in enumerate(columns):
        if sum(y * a for (y, _), a in zip(used, column, strict=True)) != 0:
            raise Rejected(f"multipliers: variable {j} does not cancel")
    total = sum(y * row.bound for y, row in used)
    if total > 0 or (total == 0 and not any(row.strict for _, row in used)):
        raise Rejected("multipliers: the sum of the inequalities is no contradiction")


def check_feasible(rows: Sequence[Inequality], x: Sequence[Fraction | int]) -> None:
    """Raise :class:`Rejected` unless ``x`` meets every inequality."""
    _exact("x", x, _variables(rows) if rows else len(x))
    for i, row in enumerate(rows):
        value = sum(a * entry for a, entry in zip(row.coefficients, x, strict=True))
        if value > row.bound or (row.strict and value == row.bound):
            raise Rejected(f"x: inequality {i} does not hold")


def _variables(rows: Sequence[Inequality]) -> int:
    if not rows:
        raise Rejected("rows: a system without inequalities is feasible")
    n = len(rows[0].coefficients)
    for i, row in enumerate(rows):
        _exact(f"rows[{i}]", (*row.coefficients, row.bound), n + 1)
    return n


def _exact(name: str, values: Sequence[Fraction | int], length: int) -> None:
    if len(values) != length:
        raise Rejected(f"{name}: must have {length} entries, got {len(values)}")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (Fraction, int)):
            raise Rejected(f"{name}: must be exact (int or Fraction), got {value!r}")
