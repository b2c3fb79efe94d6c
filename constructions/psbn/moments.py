r"""Moments of a rectified standard normal, hypothesis (G): xhat ~ N(0, 1).

Symbols: r = beta / gamma (gamma > 0), the channel is active where xhat > -r; M_k = E[xhat^k 1{xhat > -r}];
w = f'(z) is 1 where active and the slope a elsewhere (a = 0: ReLU); Phi, phi: standard normal.

Closed forms are data: P Phi + Q phi is the pair of the coefficient tuples of P and Q (1, r, r^2, ...).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Form = tuple[tuple[int, ...], tuple[int, ...]]

#: M_0 .. M_4 as (P, Q).
TRUNCATED: tuple[Form, ...] = (
    ((1,), ()),
    ((), (1,)),
    ((1,), (0, -1)),
    ((), (2, 0, 1)),
    ((3,), (0, -3, 0, -1)),
)


def Phi(r: ArrayLike) -> NDArray[Any]:
    """Standard normal distribution function."""
    from scipy.special import ndtr

    return ndtr(r)


def phi(r: ArrayLike) -> NDArray[Any]:
    """Standard normal density."""
    import numpy as np

    r = np.asarray(r, dtype=float)
    return np.exp(-r * r / 2) / np.sqrt(2 * np.pi)


def evaluate(form: Form, r: ArrayLike) -> NDArray[Any]:
    """P(r) Phi(r) + Q(r) phi(r)."""
    import numpy as np
    from numpy.polynomial.polynomial import polyval

    r = np.asarray(r, dtype=float)
    P, Q = (coefficients or (0,) for coefficients in form)
    return polyval(r, P) * Phi(r) + polyval(r, Q) * phi(r)


def truncated_moment(k: int, r: ArrayLike) -> NDArray[Any]:
    """M_k = E[x^k 1{x > -r}] for k = 0 .. 4; ``ValueError`` otherwise."""
    if not 0 <= k < len(TRUNCATED):
        raise ValueError(f"k: must be in 0..{len(TRUNCATED) - 1}, got {k}")
    return evaluate(TRUNCATED[k], r)


@dataclass(frozen=True)
class Covariance:
    """n/s^2 times the covariance of (G_beta, G_gamma) under (G) and pure noise."""

    beta: NDArray[Any]  # E[w^2]
    gamma: NDArray[Any]  # E[w^2 x^2]
    cross: NDArray[Any]  # E[w^2 x]


def gradient_covariance(r: ArrayLike, a: float = 0.0) -> Covariance:
    """E[w^2], E[w^2 x^2] and E[w^2 x]; ``ValueError`` unless 0 <= a <= 1."""
    if not 0 <= a <= 1:
        raise ValueError(f"a: must lie in [0, 1], got {a}")
    full = (1.0, 0.0, 1.0)
    M = [a * a * full[k] + (1 - a * a) * truncated_moment(k, r) for k in range(3)]
    return Covariance(M[0], M[2], M[1])


def relu_moments(r: ArrayLike, gamma: float = 1.0) -> tuple[NDArray[Any], NDArray[Any]]:
    """E relu(z) and E relu(z)^2 for z = gamma (x + r), gamma > 0."""
    if not gamma > 0:
        raise ValueError(f"gamma: must be positive, got {gamma}")
    mean = evaluate(((0, 1), (1,)), r)
    square = evaluate(((1, 0, 1), (0, 1)), r)
    return gamma * mean, gamma**2 * square
