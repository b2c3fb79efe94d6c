r"""How far samples are from data: exact W1, W1 on the quotient, unbiased MMD^2, occupancy, coverage.

| symbol | meaning |
|---|---|
| x (n, d), y (m, d) | two clouds of equally heavy points |
| W1 | least mean distance of a coupling: a linear programme, solved exactly up to rounding |
| quotient W1 | the same with min over s of \|x - T_s y\| |
| cap | distances are replaced by min(\|x - y\|, cap), again a metric: for laws without a mean |

For an isometric action of a group of order k the quotient W1 is W1 between the symmetrised clouds
(spgan.T5), with 1 / k^2 of the variables.

Clouds of equal size may be matched by the assignment solver of SciPy, and are up to 512 points; POT, which
others need (``pip install 'touchstone[transport]'``), is faster beyond. NumPy arrays or tensors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from constructions.spgan.haar import Action

__all__ = [
    "counts_off_uniform",
    "distances",
    "mean_least_cost",
    "occupancy",
    "quotient_distances",
    "quotient_w1",
    "unbiased_mmd",
    "w1",
]

Array = Any  # NumPy array or tensor
EXTRA = "touchstone[transport]"
MATCHED = 512


def _cloud(name: str, points: Array, least: int = 1) -> NDArray[Any]:
    """(n, features) in double precision; ``ValueError`` for fewer than ``least`` or not finite."""
    import numpy as np

    array = np.asarray(points, dtype=np.float64)
    if array.ndim < 2 or len(array) < least or not np.isfinite(array).all():
        rule = f"must be at least {least} finite points (n, d)"
        raise ValueError(f"{name}: {rule}, got shape {array.shape}")
    return array.reshape(len(array), -1)


def distances(x: Array, y: Array, cap: float = math.inf) -> NDArray[Any]:
    """(n, m): min(|x_i - y_j|, cap). Raises ``ValueError`` for clouds that are empty or not finite."""
    from scipy.spatial.distance import cdist

    return cdist(_cloud("x", x), _cloud("y", y)).clip(max=cap)


def quotient_distances(x: Array, y: Array, action: Action, cap: float = math.inf) -> NDArray[Any]:
    """(n, m): the least over s of min(|x_i - T_s y_j|, cap)."""
    import torch

    orbit = action.orbit(torch.as_tensor(_unflat("y", y)))
    best = distances(x, orbit[0].numpy(), cap)
    for image in orbit[1:]:
        best = best.clip(max=distances(x, image.numpy(), cap))
    return best


def _unflat(name: str, points: Array) -> NDArray[Any]:
    """As it came, in double precision: images keep their shape for the action."""
    import numpy as np

    _cloud(name, points)
    return np.asarray(points, dtype=np.float64)


def mean_least_cost(cost: NDArray[Any]) -> float:
    """The least mean cost of coupling n with m equally heavy points; ``cost`` (n, m).

    Raises ``ModuleNotFoundError`` naming the extra if n != m and POT is missing.
    """
    n, m = cost.shape
    if n == m <= MATCHED:
        return _matched(cost)
    try:
        import ot
    except ModuleNotFoundError as error:
        if n == m:
            return _matched(cost)
        raise ModuleNotFoundError(f"POT missing: pip install '{EXTRA}'", name="ot") from error
    value: Any = ot.emd2([], [], cost, numItermax=10_000_000)
    return float(value)


def _matched(cost: NDArray[Any]) -> float:
    from scipy.optimize import linear_sum_assignment

    return float(cost[linear_sum_assignment(cost)].mean())


def w1(x: Array, y: Array, cap: float = math.inf) -> float:
    """W1 between the clouds x (n, d) and y (m, d)."""
    return mean_least_cost(distances(x, y, cap))


def quotient_w1(x: Array, y: Array, action: Action, cap: float = math.inf) -> float:
    """W1 between the orbits of the points; the action must be by isometries."""
    return mean_least_cost(quotient_distances(x, y, action, cap))


def _gaussian(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """exp(-|x - y|^2 / 2)."""
    import numpy as np
    from scipy.spatial.distance import cdist

    return np.exp(-cdist(x, y, "sqeuclidean") / 2)


def unbiased_mmd(
    x: Array,
    y: Array,
    kernel: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]] = _gaussian,
) -> float:
    """The U-statistic of MMD^2: means of k over pairs of *different* points; may be negative.

    ``kernel(x, y)`` gives (n, m); the default is Gaussian of width 1. Raises ``ValueError`` for fewer
    than two points on a side.
    """
    a, b = _cloud("x", x, 2), _cloud("y", y, 2)
    inside = 0.0
    for one in (a, b):
        k, n = kernel(one, one), len(one)
        inside += float(k.sum() - k.trace()) / (n * (n - 1))
    return inside - 2 * float(kernel(a, b).mean())


def occupancy(labels: Array, count: int) -> list[float]:
    """Shares of the labels 0 to count - 1. Raises ``ValueError`` for none, or a label outside."""
    import numpy as np

    found = np.asarray(labels).ravel()
    if not len(found) or found.min() < 0 or found.max() >= count:
        raise ValueError(f"labels: must be from 0 to {count - 1} and at least one, got {found[:5]}")
    return [float(share) for share in np.bincount(found, minlength=count) / len(found)]


def counts_off_uniform(shares: Sequence[float]) -> float:
    """Total variation between shares and the uniform law: 0 if all are equal, 1 - 1/m if one has all."""
    return sum(abs(share - 1 / len(shares)) for share in shares) / 2
