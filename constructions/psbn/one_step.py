r"""What one step of SGD does to the ratio r = beta / |gamma|, in the arithmetic it is handed.

Symbols: eta learning rate; G_gamma, G_beta gradients; u = eta G_beta / |gamma|, v = eta G_gamma / gamma.
Everything here is plain arithmetic: Fractions stay exact, floats keep their rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Number = Any  # Fraction or float, the same one throughout a call
State = tuple[Number, Number]  # gamma, beta


def ratio(gamma: Number, beta: Number) -> Number:
    """r = beta / |gamma|; ``ValueError`` for gamma = 0, where it has no value."""
    if gamma == 0:
        raise ValueError("gamma: must not be 0, the ratio has no value there")
    return beta / abs(gamma)


def step(state: State, gradient: State, eta: Number) -> State:
    """(gamma, beta) - eta (G_gamma, G_beta)."""
    (gamma, beta), (G_gamma, G_beta) = state, gradient
    return gamma - eta * G_gamma, beta - eta * G_beta


def relative(state: State, gradient: State, eta: Number) -> State:
    """(u, v): u = eta G_beta / |gamma| and v = eta G_gamma / gamma; ``ValueError`` for gamma = 0."""
    gamma, (G_gamma, G_beta) = state[0], gradient
    if gamma == 0:
        raise ValueError("gamma: must not be 0, u and v have no value there")
    return eta * G_beta / abs(gamma), eta * G_gamma / gamma


def ratio_change(r: Number, u: Number, v: Number) -> Number:
    """r' - r = (r v - u) / (1 - v) for v < 1, and (r - u) / |1 - v| - r in general.

    ``ValueError`` for v = 1: then gamma' = 0.
    """
    if v == 1:
        raise ValueError("v: must not be 1, gamma is 0 after the step")
    if v < 1:
        return (r * v - u) / (1 - v)
    return (r - u) / (v - 1) - r


def active(x: Sequence[Number], state: State) -> list[bool]:
    """Where gamma x + beta > 0."""
    gamma, beta = state
    return [gamma * one + beta > 0 for one in x]


def gradients(x: Sequence[Number], g: Sequence[Number], state: State, a: Number) -> State:
    """(G_gamma, G_beta) = (mean(g w x), mean(g w)), w = 1 where active and a elsewhere."""
    n = len(x)
    felt = [gi if on else gi * a for gi, on in zip(g, active(x, state), strict=True)]
    G_gamma = sum(fi * xi for fi, xi in zip(felt, x, strict=True)) / n
    return G_gamma, sum(felt) / n


Batches = Iterable[
    tuple[Sequence[Number], Sequence[Number]]
]  # normalised inputs, upstream gradients
Upstream = Callable[[Number, State], Number]


def path(
    eta: Number, state: State, batches: Batches, a: Number, *, upstream: Upstream | None = None
) -> list[Number]:
    """The ratios r_0, r_1, ... of SGD on one channel, a step for each batch.

    ``upstream(g, (gamma, beta))`` lets the noise depend on the parameters (default: it does not).
    The path ends early where gamma becomes 0.
    """
    ratios = [ratio(*state)]
    for x, g in batches:
        felt = [upstream(one, state) for one in g] if upstream else g
        state = step(state, gradients(x, felt, state, a), eta)
        if state[0] == 0:
            break
        ratios.append(ratio(*state))
    return ratios
