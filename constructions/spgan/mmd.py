r"""MMD^2 in Fractions, symmetrised kernels, and exact LDL^T factors that show positive semidefiniteness.

| symbol | here |
|---|---|
| k(x, y) | a symmetric matrix of Fractions, [size][size] |
| MMD_k^2(Q, P) = sum (Q - P)(x) k(x, y) (Q - P)(y) | :func:`mmd_squared` |
| k^Sigma(x, y) = mean_{s,t} k(T_s x, T_t y) | :func:`symmetrised` |
| mean_s k(T_s x, y), enough if k(T_s x, T_s y) = k(x, y) | :func:`one_sided` |
| k = 1 / (1 + a dx^2 + b dy^2) | :func:`rational_kernel`, on the grid |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from constructions.spgan.actions import Action, grid_points
from constructions.spgan.spaces import Number
from constructions.spgan.statements import shown, state_action
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational

__all__ = [
    "Similarity",
    "is_diagonally_invariant",
    "ldl",
    "mmd_certificate",
    "mmd_squared",
    "one_sided",
    "positive_certificate",
    "rational_kernel",
    "symmetrised",
]

Matrix = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class Similarity:
    """A symmetric matrix k; ``grid`` is (m, a, b) if it is 1 / (1 + a dx^2 + b dy^2) on the m x m grid.

    ``ValueError`` unless the matrix is square and symmetric.
    """

    rows: tuple[tuple[Fraction, ...], ...]
    grid: tuple[int, Number, Number] | None = None

    def __post_init__(self) -> None:
        n = range(len(self.rows))
        if not self.rows or any(len(row) != len(n) for row in self.rows):
            raise ValueError("rows: must be a square matrix, not empty")
        if any(self.rows[x][y] != self.rows[y][x] for x in n for y in range(x)):
            raise ValueError("rows: must be symmetric")


def rational_kernel(m: int, weights: tuple[Number, Number] = (1, 1)) -> Similarity:
    """1 / (1 + a dx^2 + b dy^2) on the centred m x m grid with spacing 2; ``ValueError`` unless a, b > 0."""
    a, b = weights
    if min(a, b) <= 0:
        raise ValueError(f"weights: must be positive, got {weights}")
    points = grid_points(m)
    rows = tuple(
        tuple(1 / Fraction(1 + a * (x - u) ** 2 + b * (y - v) ** 2) for u, v in points)
        for x, y in points
    )
    return Similarity(rows, (m, a, b))


def mmd_squared(k: Matrix, Q: Sequence[Fraction], P: Sequence[Fraction]) -> Fraction:
    """MMD_k^2(Q, P); for a k that is not symmetric its symmetric part counts."""
    w = [q - p for q, p in zip(Q, P, strict=True)]
    return sum(
        (x * y * c for x, row in zip(w, k, strict=True) for y, c in zip(w, row, strict=True)),
        Fraction(0),
    )


def one_sided(k: Matrix, action: Action) -> tuple[tuple[Fraction, ...], ...]:
    """mean_s k(T_s x, y)."""
    columns = [action.on_function(list(column)) for column in zip(*k, strict=True)]
    return tuple(zip(*columns, strict=True))


def symmetrised(k: Matrix, action: Action) -> Similarity:
    """k^Sigma, the mean over both arguments."""
    return Similarity(tuple(action.on_function(list(row)) for row in one_sided(k, action)))


def is_diagonally_invariant(k: Matrix, action: Action) -> bool:
    """Whether k(T_s x, T_s y) = k(x, y) for all s."""
    n = range(action.size)
    moved = (action.permutations[s] for s in action.group.generators)
    return all(k[T[x]][T[y]] == k[x][y] for T in moved for x in n for y in n)


def ldl(k: Matrix) -> tuple[list[list[Fraction]], list[Fraction]]:
    """(M, D) with k = M diag(D) M^T, M unit lower triangular, as long as that is possible.

    A pivot that is 0 takes nothing out: for a positive semidefinite k its column is 0 then, and the
    factors are right; for another k the product differs or D has a negative entry.
    """
    n = len(k)
    rest = [list(row) for row in k]
    M = [[Fraction(i == j) for j in range(n)] for i in range(n)]
    D = [Fraction(0)] * n
    for j in range(n):
        D[j] = rest[j][j]
        if not D[j]:
            continue
        for i in range(j + 1, n):
            M[i][j] = rest[i][j] / D[j]
        for i in range(j + 1, n):
            for l in range(j + 1, i + 1):
                rest[i][l] -= M[i][j] * D[j] * M[l][j]
    return M, D


def mmd_certificate(
    claim: str,
    k: Similarity,
    action: Action,
    sides: tuple[Sequence[Fraction], Sequence[Fraction]],
    *,
    average: str = "both",
) -> dict[str, Any]:
    """Kind ``spgan.mmd`` for ``sides`` (Q, P): S Q, S P under k, and Q, P under the average of k."""
    Q, P = sides
    value = mmd_squared(k.rows, action.on_measure(Q), action.on_measure(P))
    statement = {
        **_statement(claim, k, action, average),
        "Q": shown(Q),
        "P": shown(P),
        "value": show_rational(value),
    }
    return seal("spgan.mmd", statement, None)


def positive_certificate(
    claim: str, k: Similarity, action: Action, *, average: str = "both"
) -> dict[str, Any]:
    """Kind ``spgan.positive_semidefinite`` of k, or of its average over one or both arguments."""
    averages = {"none": k.rows, "one": one_sided(k.rows, action)}
    M, D = ldl(averages[average] if average in averages else symmetrised(k.rows, action).rows)
    lower = [shown(row[: i + 1]) for i, row in enumerate(M)]
    return seal(
        "spgan.positive_semidefinite",
        _statement(claim, k, action, average),
        {"lower": lower, "diagonal": shown(D)},
    )


def _statement(claim: str, k: Similarity, action: Action, average: str) -> dict[str, Any]:
    if average not in ("none", "one", "both"):
        raise ValueError(f'average: must be "none", "one" or "both", got {average!r}')
    if k.grid is not None:
        m, *weights = k.grid
        kernel: dict[str, Any] = {"grid": m, "weights": shown(weights)}
    else:
        kernel = {"matrix": [shown(row) for row in k.rows]}
    return {
        "claim": claim,
        "kernel": kernel,
        "structure": state_action(action),
        "average": average,
    }
