r"""(f, Gamma)-divergences of finite spaces in brackets: Clarabel proposes, rationals and balls decide.

| symbol | here |
|---|---|
| D_f^{L Lip}(Q \|\| P) = sup_g { E_Q g - inf_nu (nu + E_P f*(g - nu)) } | :func:`bracket`; Q first |
| = min_eta { D_f(eta \|\| P) + L W1(Q, eta) } | ``eta``, ``flow``: the upper bound |
| f | "KL", "TV", or a rational alpha > 1 for f_alpha(x) = (x^alpha - 1) / (alpha (alpha - 1)) |

A solver's g is rounded and made exactly L-Lipschitz (McShane: the largest such function below it); eta is P
times the slope of f* at g, rounded and normalised, and W1(Q, eta) is solved exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, inf, log
from typing import TYPE_CHECKING, Any

from constructions.spgan.divergence_proposals import UNIT, eta_of, mcshane, polished, proposed
from constructions.spgan.spaces import FiniteMetric
from constructions.spgan.total_variation import lipschitz_total_variation
from constructions.spgan.transport import (
    Cells,
    Flow,
    Transport,
    cell_distances,
    transport_on_cells,
    wasserstein,
)

if TYPE_CHECKING:
    from proofs_checks.spgan.entropies import Entropy, Value

__all__ = ["Bracket", "F", "bracket", "entropy", "plain_bracket", "plain_divergence"]

F = str | int | Fraction
BITS = 128
FAR_BELOW = -64  #: stands for log 0 in potentials of plain divergences


@dataclass(frozen=True)
class Bracket:
    """``low`` <= D <= ``high``: the first from ``potential``, the second from ``eta`` and ``flow``."""

    low: Fraction
    high: Fraction
    potential: tuple[Fraction, ...]  # [size]
    eta: tuple[Fraction, ...]  # [cells]
    flow: Flow


def entropy(f: F) -> Entropy:
    """The referee's f; ``ValueError`` for what is none."""
    from proofs_checks.spgan.entropies import Entropy

    if f in ("KL", "TV"):
        return Entropy(str(f))
    if isinstance(f, str) or not 1 < f <= 64:
        raise ValueError(f'f: must be "KL", "TV" or an alpha above 1, at most 64, got {f!r}')
    return Entropy("alpha", Fraction(f))


def bracket(
    f: F,
    L: Fraction | int,
    Q: Sequence[Fraction],
    P: Sequence[Fraction],
    metric: FiniteMetric,
    *,
    cells: Cells | None = None,
) -> Bracket:
    """Bounds of D_f^{L Lip}(Q || P), over functions that are constant on ``cells`` if they are given.

    ``ValueError`` unless L > 0 and f is known. "TV" comes out exactly.
    """
    one, L = entropy(f), Fraction(L)
    if L <= 0:
        raise ValueError(f"L: must be positive, got {L}")
    parts = [(x,) for x in range(metric.size)] if cells is None else [tuple(c) for c in cells]
    q, p = ([sum((R[x] for x in cell), Fraction(0)) for cell in parts] for R in (Q, P))
    D, scale, _ = cell_distances(metric, parts)
    tries = [
        (*_bounds(one, (g, q, p, eta)), g, eta, _moved(q, eta, parts, metric))
        for g, eta in _candidates(one, q, p, D, L / scale)
    ]
    low, _, g, *_ = max(tries, key=lambda found: found[0])
    _, spread, _, eta, moved = min(tries, key=lambda found: found[1] + L * found[4].value)
    potential = [Fraction(0)] * metric.size
    for value, cell in zip(g, parts, strict=True):
        for x in cell:
            potential[x] = value
    return Bracket(low, spread + L * moved.value, tuple(potential), tuple(eta), moved.flow)


def _candidates(
    f: Entropy, q: Sequence[Fraction], p: Sequence[Fraction], D: Any, unit: Fraction
) -> list[tuple[list[Fraction], list[Fraction]]]:
    """Pairs (g, eta) on the cells, g exactly L-Lipschitz."""
    if f.name == "TV":
        return [lipschitz_total_variation(q, p, D, unit)]
    far = D.astype(float) * float(unit)
    starts = [proposed(f, q, p, far), _steepest(f, q, p, D, unit)]
    better = [polished(f, g, q, p, far) for g in starts]
    tries = [mcshane(g, D, unit) for g in (*starts, *better)]
    return [(g, eta_of(f, g, p)) for g in tries]


def _steepest(
    f: Entropy, q: Sequence[Fraction], p: Sequence[Fraction], D: Any, unit: Fraction
) -> list[Fraction]:
    """The potential of W1(q, p), times L, at the height where f* has slope 1: best for small L."""
    cells = FiniteMetric(tuple(tuple(int(d) for d in row) for row in D))
    height = Fraction(0) if f.alpha is None else 1 / (f.alpha - 1)
    return [unit * v + height for v in wasserstein(q, p, cells).potential]


def _moved(
    q: Sequence[Fraction], eta: Sequence[Fraction], cells: Cells, metric: FiniteMetric
) -> Transport:
    """W1 of masses of cells: which point of a cell holds them is the same to functions of the cells."""
    whole = []
    for masses in (q, eta):
        made = [Fraction(0)] * metric.size
        for mass, cell in zip(masses, cells, strict=True):
            made[cell[0]] = mass
        whole.append(made)
    return transport_on_cells(whole[0], whole[1], metric, cells)


def plain_divergence(f: F, Q: Sequence[Fraction], P: Sequence[Fraction]) -> float:
    """D_f(Q || P) in floats, infinite unless Q = 0 wherever P = 0."""
    one = entropy(f)
    if any(q and not p for q, p in zip(Q, P, strict=True)):
        return inf
    return float(one.above(Q, P))


def plain_bracket(f: F, Q: Sequence[Fraction], P: Sequence[Fraction]) -> Bracket:
    """The same as bounds with evidence, for L = None; ``ValueError`` if it is infinite."""
    one = entropy(f)
    if any(q and not p for q, p in zip(Q, P, strict=True)):
        raise ValueError("Q: must be 0 where P is 0, the divergence is infinite")
    g = [_derivative(one, q / p) if p else Fraction(FAR_BELOW) for q, p in zip(Q, P, strict=True)]
    low, high = _bounds(one, (g, Q, P, Q))
    return Bracket(low, high, tuple(g), tuple(Q), ())


def _derivative(f: Entropy, x: Fraction) -> Fraction:
    """A rational near f'(x) plus a constant: the best potential where Q / P = x."""
    if f.name == "TV":
        return Fraction(1 if x > 1 else -1, 2)
    if f.alpha is None:
        return Fraction(round(log(x) * UNIT), UNIT) if x else Fraction(FAR_BELOW)
    if f.alpha == 2:
        return x
    a = float(f.alpha)
    return Fraction(round(float(x) ** (a - 1) / (a - 1) * UNIT), UNIT)


def _bounds(f: Entropy, given: Sequence[Sequence[Fraction]]) -> tuple[Fraction, Fraction]:
    """Rationals just outside of both balls, which the referee's precision reaches."""
    from flint import ctx

    g, q, p, eta = given
    with ctx.workprec(BITS):
        return outward(f.below(g, q, p), -1), outward(f.above(eta, p), 1)


def outward(value: Value, side: int) -> Fraction:
    """The value, or a multiple of 1/UNIT beyond the ball on that side, with room for a sum's rounding."""
    if isinstance(value, Fraction):
        return value
    top, exponent = (value.upper() if side > 0 else value.lower()).man_exp()
    exact = int(top) * UNIT * Fraction(2) ** int(exponent)
    return Fraction(side * (1 - floor(-side * exact)), UNIT)
