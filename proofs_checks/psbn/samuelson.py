r"""Kind ``psbn.samuelson``: the largest normalised value of a batch of n numbers has square k, exactly.

Statement: ``claim``; ``n``; ``square`` k. With d_i the deviations from the mean of a batch that is not
constant and xhat_i = d_i / sqrt(sum_j d_j^2 / n), accepted is: xhat_i^2 <= k for all i and all batches, and
some batch attains it. By symmetry i = 1. Evidence: ``squares``, entries {"weight", "form"} with weights
w >= 0 and linear forms a, and ``multiplier``, a linear form l, with the identity of quadratic forms in d

    k sum_i d_i^2 - n d_1^2 = sum_j w_j (a_j . d)^2 + (d_1 + ... + d_n) (l . d),

whose last term vanishes, as deviations sum to 0; and ``batch``, deviations that make the left side 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from proofs_checks.reading import (
    Rejected,
    claim_among,
    integer,
    mapping,
    rational,
    rationals,
    sequence,
)
from proofs_checks.spelling import brief

CLAIMS = ("psbn.T2",)
MOST = 64  #: largest n


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` naming what fails."""
    mapping(statement, "statement", ("claim", "n", "square"))
    claim_among(statement, CLAIMS)
    n = integer(statement["n"], "statement.n", 2, MOST)
    k = rational(statement["square"], "statement.square")
    parts = mapping(evidence, "evidence", ("squares", "multiplier", "batch"))
    multiplier = rationals(parts["multiplier"], "evidence.multiplier", n)
    right = [[(x + y) / 2 for y in multiplier] for x in multiplier]
    for number, entry in enumerate(sequence(parts["squares"], "evidence.squares")):
        _add_square(right, entry, f"evidence.squares[{number}]")
    for i in range(n):
        for j in range(n):
            left = (k if i == j else 0) - (n if i == j == 0 else 0)
            if right[i][j] != left:
                raise Rejected(f"evidence.squares: the forms differ at d_{i + 1} d_{j + 1}")
    _demand_attained(n, k, rationals(parts["batch"], "evidence.batch", n))
    return f"n={n}: the largest square of a normalised value is {brief(k)}"


def _add_square(matrix: list[list[Fraction]], entry: Any, name: str) -> None:
    parts = mapping(entry, name, ("weight", "form"))
    weight = rational(parts["weight"], f"{name}.weight")
    if weight < 0:
        raise Rejected(f"{name}.weight: must not be negative, got {brief(weight)}")
    form = rationals(parts["form"], f"{name}.form", len(matrix))
    nonzero = [(i, x) for i, x in enumerate(form) if x]
    for i, x in nonzero:
        for j, y in nonzero:
            matrix[i][j] += weight * x * y


def _demand_attained(n: int, k: Fraction, d: tuple[Fraction, ...]) -> None:
    if sum(d) != 0:
        raise Rejected("evidence.batch: deviations must sum to 0")
    total = sum(x * x for x in d)
    if total == 0:
        raise Rejected("evidence.batch: must not be constant")
    if n * d[0] ** 2 != k * total:
        square = brief(n * d[0] ** 2 / total)
        raise Rejected(f"evidence.batch: has the square {square}, not {brief(k)}")
