r"""The diffusion limit of the ratio r, solved on Chebyshev points: survival curves.

Generator / kappa: L = (A/2) d^2 + b d on (-c, R), absorbing at -c, reflecting at R; r = beta / |gamma|.
Frozen gamma: A = Phi, b = 0; held step scale: A and b of psbn.T5. With S the survival probabilities at
the points, S' = L S in units of 1 / kappa.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from constructions.psbn.drift import DIFFUSION, DRIFT, FROZEN_DIFFUSION, NO_DRIFT
from constructions.psbn.moments import evaluate

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMS = {"frozen": (FROZEN_DIFFUSION, NO_DRIFT), "held": (DIFFUSION, DRIFT)}
ORDER = 60


@dataclass(frozen=True)
class Strip:
    """Where r lives: collapse at -c, reflection at R, start at r0."""

    c: float
    R: float
    r0: float = 0.0


@dataclass(frozen=True)
class Limit:
    """The generator at the inner points, and the row that reads a solution off at r0."""

    L: NDArray[Any]
    at_start: NDArray[Any]


def limit(model: str, strip: Strip) -> Limit:
    """The generator of a model."""
    import numpy as np

    A, b = FORMS[model]
    r, D = _chebyshev(-strip.c, strip.R)
    full = (evaluate(A, r) / 2)[:, None] * (D @ D) + evaluate(b, r)[:, None] * D
    # u(-c) = 0 drops the last point; u'(R) = 0 gives the first value from the inner ones.
    inner = slice(1, -1)
    first = -D[0, inner] / D[0, 0]
    L = full[inner, inner] + np.outer(full[inner, 0], first)
    row = _interpolation(r, strip.r0)
    return Limit(L, row[inner] + row[0] * first)


def survival(model: str, strip: Strip, scaled_times: Sequence[float]) -> list[float]:
    """P(kappa T > t) in the limit of small steps, for each t."""
    import numpy as np

    found = limit(model, strip)
    values, vectors = np.linalg.eig(found.L)
    weights = (found.at_start @ vectors) * np.linalg.solve(vectors, np.ones(len(values)))
    t = np.asarray(scaled_times, dtype=float)
    # At t = 0 the sum is 1 up to the rounding of many large terms; nothing starts collapsed.
    exact = (weights * np.exp(np.outer(np.maximum(t, 1e-3), values))).sum(axis=1).real
    return [float(x) for x in np.clip(np.where(t <= 0, 1.0, exact), 0, 1)]


def _chebyshev(low: float, high: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Points from ``high`` down to ``low``, and the matrix that differentiates there."""
    import numpy as np

    x = np.cos(np.pi * np.arange(ORDER + 1) / ORDER)
    c = np.array([2.0, *[1.0] * (ORDER - 1), 2.0]) * (-1.0) ** np.arange(ORDER + 1)
    D = np.outer(c, 1 / c) / (x[:, None] - x[None, :] + np.eye(ORDER + 1))
    D -= np.diag(D.sum(axis=1))
    return low + (high - low) * (x + 1) / 2, D * 2 / (high - low)


def _interpolation(r: NDArray[Any], place: float) -> NDArray[Any]:
    """The row that takes values at the points ``r`` to the value at ``place``."""
    import numpy as np

    weights = (-1.0) ** np.arange(len(r))
    weights[[0, -1]] /= 2
    distance = place - r
    if np.any(distance == 0):
        return (distance == 0).astype(float)
    row = weights / distance
    return row / row.sum()
