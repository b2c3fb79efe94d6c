r"""f-divergences over the range of a kernel: where idempotent is not enough.

| symbol | here |
|---|---|
| K = [[1, 0, 0], [0, 1, 0], [1/2, 1/2, 0]] | :data:`TRANSIENT`: K^2 = K, and not proper |
| D_f(S^K Q \|\| S^K P) | side "measures" |
| sup over g = S_K h of E_Q g - inf_nu (nu + E_P f*(g - nu)) | side "functions" |

For TRANSIENT, P = (1/5, 1/5, 3/5), Q = (3/5, 1/10, 3/10) and KL the sides are .130812 and .322047.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from constructions.spgan.divergence import BITS, F, entropy, outward, plain_bracket
from constructions.spgan.divergence_proposals import UNIT, eta_of
from constructions.spgan.kernels import Kernel
from constructions.spgan.statements import shown
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational

if TYPE_CHECKING:
    from proofs_checks.spgan.entropies import Entropy

__all__ = ["TRANSIENT", "range_certificate"]

_HALF = Fraction(1, 2)
TRANSIENT = Kernel(
    (
        (Fraction(1), Fraction(0), Fraction(0)),
        (Fraction(0), Fraction(1), Fraction(0)),
        (_HALF, _HALF, Fraction(0)),
    )
)


def range_certificate(
    claim: str,
    f: F,
    kernel: Kernel,
    sides: tuple[Sequence[Fraction], Sequence[Fraction]],
    *,
    side: str,
    bounds: tuple[Fraction, Fraction] | None = None,
) -> dict[str, Any]:
    """Kind ``spgan.range_divergence`` for ``sides`` (Q, P), P positive where functions are what is varied.

    ``bounds`` are stated as they are; without them those that were found.
    """
    Q, P = sides
    one = entropy(f)
    if side == "measures":
        found = plain_bracket(f, kernel.on_measure(Q), kernel.on_measure(P))
        low, high, h, eta = found.low, found.high, found.potential, found.eta
    elif side == "functions":
        h = _proposed(one, kernel, Q, P)
        g = kernel.on_function(h)
        eta = _with_expectations(kernel, eta_of(one, g, P), Q)
        low, high = _bounds(one, (g, Q, P), eta)
    else:
        raise ValueError(f'side: must be "functions" or "measures", got {side!r}')
    low, high = bounds or (low, high)
    statement = {
        "claim": claim,
        "kernel": [shown(row) for row in kernel.rows],
        "Q": shown(Q),
        "P": shown(P),
        "f": one.name if one.alpha is None else {"alpha": show_rational(one.alpha)},
        "side": side,
        "low": show_rational(low),
        "high": show_rational(high),
    }
    evidence = {"potential": shown(h), "eta": shown(eta), "bits": BITS}
    return seal("spgan.range_divergence", statement, evidence)


def _bounds(
    f: Entropy, given: tuple[Sequence[Fraction], ...], eta: Sequence[Fraction]
) -> tuple[Fraction, Fraction]:
    from flint import ctx

    g, Q, P = given
    with ctx.workprec(BITS):
        return outward(f.below(g, Q, P), -1), outward(f.above(eta, P), 1)


def _proposed(
    f: Entropy, kernel: Kernel, Q: Sequence[Fraction], P: Sequence[Fraction]
) -> list[Fraction]:
    """Clarabel's h, rounded; for KL and alpha."""
    import cvxpy as cp
    import numpy as np

    if f.name == "TV" or min(P) <= 0:
        raise ValueError("f, P: must be KL or an alpha, and positive everywhere")
    K, q, p = np.array(kernel.rows, float), np.array(Q, float), np.array(P, float)
    h = cp.Variable(kernel.size)
    g = K @ h
    rules: list[Any] = []
    if f.alpha is None:
        loss = cp.log_sum_exp(g + np.log(p))
        rules.append(h[0] == 0)  # constants do not matter
    else:
        a = float(f.alpha)
        loss = p @ cp.power(cp.pos((a - 1) * g), a / (a - 1)) / a
    cp.Problem(cp.Maximize(q @ g - loss), rules).solve(solver=cp.CLARABEL)
    if h.value is None:
        raise ArithmeticError("Clarabel found no function")
    return [Fraction(round(v * UNIT), UNIT) for v in h.value]


def _with_expectations(
    kernel: Kernel, eta: Sequence[Fraction], Q: Sequence[Fraction]
) -> list[Fraction]:
    """eta, changed in proportion so that S^K eta = S^K Q exactly: eta (1 + S_K y)."""
    n = range(kernel.size)
    rows = kernel.rows
    gram = [[sum((eta[x] * rows[x][i] * rows[x][j] for x in n), Fraction(0)) for j in n] for i in n]
    missing = [a - b for a, b in zip(kernel.on_measure(Q), kernel.on_measure(eta), strict=True)]
    change = kernel.on_function(_solution(gram, missing))
    return [e * (1 + c) for e, c in zip(eta, change, strict=True)]


def _solution(A: list[list[Fraction]], b: list[Fraction]) -> list[Fraction]:
    """One y with A y = b, by elimination; what is free is 0."""
    n = len(A)
    rows = [[*row, value] for row, value in zip(A, b, strict=True)]
    pivots: list[int] = []
    for column in range(n):
        at = next((i for i in range(len(pivots), n) if rows[i][column]), None)
        if at is None:
            continue
        k = len(pivots)
        rows[k], rows[at] = rows[at], rows[k]
        rows[k] = [x / rows[k][column] for x in rows[k]]
        for i in range(n):
            if i != k and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
        pivots.append(column)
    y = [Fraction(0)] * n
    for k, column in enumerate(pivots):
        y[column] = rows[k][n]
    return y
