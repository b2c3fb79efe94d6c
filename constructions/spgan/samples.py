r"""Clouds of points in R^d: W1 through POT's network simplex, the quotient shortcut, unbiased MMD^2.

| symbol | here |
|---|---|
| x, y | samples, [n, d] and [m, d] floats |
| T_s | orthogonal matrices, [order, d, d], of :func:`rotations` or others |
| min_s \|x - T_s y\| | :func:`orbit_distances`, a cost of n m numbers |
| W1(S Q_n, S P_m) | :func:`cloud_quotient_w1`, = :func:`cloud_w1` of :func:`augmented` clouds |

POT is an optional part: ``pip install 'touchstone[transport]'``. Values are floats without a certificate.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

__all__ = [
    "augmented",
    "cloud_quotient_w1",
    "cloud_w1",
    "distances",
    "orbit_distances",
    "rotations",
    "transport_cost",
    "unbiased_mmd",
]

MOST_STEPS = 10_000_000  #: of POT's network simplex


def rotations(order: int, mirror: bool = False) -> Any:
    """C_order as rotations of the plane, [order, 2, 2]; with ``mirror`` D_order, (x, y) -> (-x, y) first.

    ``ValueError`` unless order >= 1.
    """
    import numpy as np

    if order < 1:
        raise ValueError(f"order: must be at least 1, got {order}")
    angles = 2 * np.pi * np.arange(order) / order
    cos, sin = np.cos(angles), np.sin(angles)
    turns = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)
    if order in (1, 2, 4):  # exactly, so that orbits close up
        turns = np.rint(turns)
    if not mirror:
        return turns
    return np.concatenate([turns, turns @ np.diag([-1.0, 1.0])])


def augmented(x: Any, T: Any) -> Any:
    """All T_s x, [order * n, d]: the sample of S Q_n; x [n, d], T [order, d, d]."""
    import numpy as np

    x, T = _cloud("x", x), _matrices(T, np.asarray(x).shape[1])
    return np.einsum("sij,nj->sni", T, x).reshape(-1, x.shape[1])


def distances(x: Any, y: Any) -> Any:
    """|x_i - y_j|, [n, m]."""
    import numpy as np
    from scipy.spatial.distance import cdist

    x, y = _cloud("x", x), _cloud("y", y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"y: must have {x.shape[1]} coordinates, got {y.shape[1]}")
    return np.asarray(cdist(x, y))


def orbit_distances(x: Any, y: Any, T: Any) -> Any:
    """min_s |x_i - T_s y_j|, [n, m]."""
    import numpy as np

    y = _cloud("y", y)
    return np.min([distances(x, y @ t.T) for t in _matrices(T, y.shape[1])], axis=0)


def transport_cost(cost: Any, q: Any = None, p: Any = None) -> float:
    """The least cost of a coupling of q and p (uniform when not given); cost [n, m].

    ``ValueError`` for an empty or infinite cost, ``ImportError`` without POT, ``ArithmeticError`` if its
    simplex does not finish.
    """
    import numpy as np

    cost = np.ascontiguousarray(cost, dtype=float)
    if cost.ndim != 2 or not cost.size or not np.isfinite(cost).all():
        raise ValueError(f"cost: must be a finite matrix, not empty, got shape {cost.shape}")
    masses = [
        np.full(n, 1 / n) if given is None else np.asarray(given, float)
        for n, given in zip(cost.shape, (q, p), strict=True)
    ]
    for name, weights, n in zip("qp", masses, cost.shape, strict=True):
        if weights.shape != (n,) or weights.min() < 0 or abs(weights.sum() - 1) > 1e-9:
            raise ValueError(f"{name}: must be {n} probabilities")
    if find_spec("ot") is None:
        raise ImportError("POT missing: pip install 'touchstone[transport]'")
    import ot

    found: Any = ot.emd2(masses[0], masses[1], cost, numItermax=MOST_STEPS, log=True)
    value, log = found
    if log["warning"]:
        raise ArithmeticError(f"POT: {log['warning']}")
    return float(value)


def cloud_w1(x: Any, y: Any) -> float:
    """W1 between the uniform laws on two clouds, [n, d] and [m, d]."""
    return transport_cost(distances(x, y))


def cloud_quotient_w1(x: Any, y: Any, T: Any) -> float:
    """W1 between the symmetrised clouds, by the orbit cost; T [order, d, d] has to be a group."""
    return transport_cost(orbit_distances(x, y, T))


def unbiased_mmd(x: Any, y: Any, bandwidth: float) -> float:
    """Unbiased estimate of MMD^2 with exp(-|x - y|^2 / (2 bandwidth^2)); may be negative.

    ``ValueError`` unless both clouds have at least two points and the bandwidth is positive.
    """
    import numpy as np

    n, m = len(x), len(y)
    if min(n, m) < 2:
        raise ValueError(f"x, y: must have at least 2 points each, got {n} and {m}")
    if not 0 < bandwidth < np.inf:
        raise ValueError(f"bandwidth: must be positive and finite, got {bandwidth}")

    def similar(u: Any, v: Any) -> Any:
        return np.exp(-(distances(u, v) ** 2) / (2 * bandwidth**2))

    within_x = (similar(x, x).sum() - n) / (n * (n - 1))
    within_y = (similar(y, y).sum() - m) / (m * (m - 1))
    return float(within_x + within_y - 2 * similar(x, y).mean())


def _cloud(name: str, x: Any) -> Any:
    import numpy as np

    x = np.asarray(x, dtype=float)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ValueError(f"{name}: must be finite points [n, d], at least one, got shape {x.shape}")
    return x


def _matrices(T: Any, d: int) -> Any:
    import numpy as np

    T = np.asarray(T, dtype=float)
    if T.ndim != 3 or T.shape[1:] != (d, d) or not len(T):
        raise ValueError(f"T: must be matrices [order, {d}, {d}], got shape {T.shape}")
    if not np.allclose(T @ T.transpose(0, 2, 1), np.eye(d), atol=1e-9):
        raise ValueError("T: must be orthogonal")
    return T
