r"""Mean collapse times of the walk with steps of size h: its integral equation, not the diffusion limit.

Symbols: r = beta / |gamma| is reflected at R, collapses below -c; h = eta s / (sqrt(n) |gamma|); f(y | r) the
density of one step under (G), (N); u(r) the mean number of steps from r. Then u = 1 + K u on [-c, R] with
the kernel K(r, y) = f(y | r) + f(2R - y | r) (reflection). Nystroem's method on Gauss-Legendre nodes: the
error falls exponentially once the nodes resolve the shortest steps, those at -c.

Two models: *frozen* gamma, r' = r - h sqrt(Phi) Z; *held* step scale, r' = (r - h G_beta) / |1 - h G_gamma|,
the ratio of two correlated normals, whose density is known in closed form (Hinkley).
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Any

from constructions.psbn.hazard import MODELS, Place
from constructions.psbn.moments import evaluate

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINENESS = 2.5  #: nodes per length of the shortest step
LEAST, MOST = 80, 2000  #: nodes


def mean_steps(model: str, place: Place, h: float, restore: float = 0.0) -> float:
    """E[T] in steps, to about nine digits; ``restore``: a mean gradient of restore * r (frozen only).

    ``ValueError`` for a model that is not there, h <= 0, a restoring gradient in the held model, or
    steps too short for the nodes allowed.
    """
    import numpy as np

    if model not in MODELS:
        raise ValueError(f"model: must be one of {', '.join(MODELS)}, got {model!r}")
    if not h > 0:
        raise ValueError(f"h: must be positive, got {h}")
    if restore and model != "frozen":
        raise ValueError(f"restore: only the frozen model has one, got {restore} for {model!r}")
    r0, c, R = (float(x) for x in (place.r0, place.c, place.R))
    y, weight = _nodes(c, R, h * float(evaluate(MODELS[model][0], -c)) ** 0.5)

    def kernel(r: NDArray[Any]) -> NDArray[Any]:
        """(len(r), nodes)."""
        step = [_density(model, r[:, None], to, h, restore) for to in (y, 2 * R - y)]
        return (step[0] + step[1]) * weight

    u = np.linalg.solve(np.eye(len(y)) - kernel(y), np.ones(len(y)))
    return float(1 + (kernel(np.array([r0])) @ u)[0])


def _nodes(c: float, R: float, shortest: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Gauss-Legendre nodes and weights on [-c, R]."""
    count = max(LEAST, ceil(FINENESS * (R + c) / shortest))
    if count > MOST:
        raise ValueError(f"h: steps of {shortest:.2g} at -c need {count} nodes, at most {MOST}")
    x, weight = _legendre(count)
    return -c + (R + c) * (x + 1) / 2, (R + c) / 2 * weight


@lru_cache(maxsize=64)
def _legendre(count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    from scipy.special import roots_legendre

    return roots_legendre(count)


def _density(
    model: str, r: NDArray[Any], y: NDArray[Any], h: float, restore: float
) -> NDArray[Any]:
    """f(y | r)."""
    import numpy as np
    from scipy.special import ndtr

    if model == "held":
        return _ratio_density(r, y, h)
    deviation = h * np.sqrt(ndtr(r))
    z = (y - r * (1 - h * restore)) / deviation
    return np.exp(-z * z / 2) / (np.sqrt(2 * np.pi) * deviation)


def _ratio_density(r: NDArray[Any], y: NDArray[Any], h: float) -> NDArray[Any]:
    """Density of B / |D| at y for (B, D) = (r - h G_beta, 1 - h G_gamma), normal with mean (r, 1).

    It is the integral of |D| f(y |D|, D) over D; on D = +-t, t > 0, the exponent is a square in t,
    -(A t^2 - 2 M t + C)/2, and with z = M / sqrt(A) the half-line gives
    exp(-C/2) / A + (z/A) sqrt(2 pi) exp((z^2 - C)/2) Phi(z), over 2 pi sqrt(det).
    """
    import numpy as np
    from scipy.special import ndtr

    P, p = ndtr(r), np.exp(-r * r / 2) / np.sqrt(2 * np.pi)
    b, cross, d = h * h * P, h * h * p, h * h * (P - r * p)  # the covariance matrix of (B, D)
    det = b * d - cross**2
    C = (d * r * r - 2 * cross * r + b) / det
    total = np.zeros(np.broadcast_shapes(r.shape, y.shape))
    for sign in (1, -1):
        A = (d * y * y - 2 * cross * sign * y + b) / det
        M = (d * r * y - cross * (y + sign * r) + b * sign) / det
        z = M / np.sqrt(A)
        total += np.exp(-C / 2) / A
        total += z / A * np.sqrt(2 * np.pi) * np.exp((z * z - C) / 2) * ndtr(z)
    return total / (2 * np.pi * np.sqrt(det))
