r"""Numbers of the mask simulator: whole batches of inputs and gradients, one step of SGD, antithetic in g.

| symbol | meaning |
|---|---|
| n | values of a batch; x (n) normalised inputs, g (n) upstream gradients, N(0, 1), independent of x |
| w | 1 where x > -r, else 0; G_beta = mean(g w), G_gamma = mean(g w x) |
| u, v | eta G_beta / gamma, eta G_gamma / gamma; r' - r = (r v - u) / (1 - v) for v < 1 |
| kappa | eta^2 / (n gamma^2) |

No diffusion approximation: r' is computed, g and -g on the same x. The terms of first order cancel
exactly in the pair; what is left has mean kappa b(r). Without the pair the mean drowns in noise of size
sqrt(kappa A). *iid*: x as drawn, hypothesis (G). *normalised*: each batch shifted and scaled to mean 0
and variance 1, as BatchNorm does. Then a value has the density (1 - x^2 / (n-1))^((n-4)/2) up to a
constant on |x| < sqrt(n-1), which is off from (G) by O(1/n), and Cantelli's bound holds for every single
batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import asin, cos, pi, sin, sqrt
from random import Random
from typing import TYPE_CHECKING, Any

from constructions.psbn.drift import drift
from constructions.psbn.moments import Phi, truncated_moment
from experiments._lab.seeds import numpy_generator
from experiments._psbn_statistics import Fit, fit_law

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = (64, 256, 1024, 4096)
RATIOS = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
H = 0.01  # sqrt(kappa) of the cells
SLOPE_N, SLOPE_R = 128, -1.0
SLOPE_H = (0.004, 0.008, 0.016, 0.032, 0.064)
CHUNK = 2**20  # values drawn at once
ALPHA = Fraction(1, 1000)


@dataclass(frozen=True)
class Cell:
    """Batches of n values at ratio r, ``values`` in all."""

    n: int
    r: float
    values: int
    normalised: bool


@dataclass(frozen=True)
class Drift:
    """The mean change of r at step scale h, reached by eta (gamma = 1) or by gamma (eta fixed)."""

    axis: str
    h: float
    values: int


@dataclass(frozen=True)
class Batches:
    """What a chunk of batches gives, each (batches,): moments of the mask and both gradients."""

    active: NDArray[Any]
    first: NDArray[Any]  # mean(w x)
    second: NDArray[Any]  # mean(w x^2)
    G_beta: NDArray[Any]
    G_gamma: NDArray[Any]


def batches(task: Cell, rng: Random) -> Iterator[Batches]:
    """Chunks of batches, ``task.values`` values in all (at least two batches)."""
    draw, left = numpy_generator(rng), max(task.values // task.n, 2)
    while left:
        count = min(left, max(CHUNK // task.n, 1))
        left -= count
        x = draw.standard_normal((count, task.n))
        g = draw.standard_normal((count, task.n))
        if task.normalised:
            x -= x.mean(axis=1, keepdims=True)
            x /= x.std(axis=1, keepdims=True)
        w = x > -task.r
        g *= w
        wx = w * x
        second = (wx * x).mean(axis=1)
        yield Batches(w.mean(axis=1), wx.mean(axis=1), second, g.mean(axis=1), (g * x).mean(axis=1))


def cell(task: Cell, rng: Random) -> dict[str, Any]:
    """Every estimate of a cell with its standard error and what is predicted."""
    import numpy as np

    chunks = list(batches(task, rng))
    joined = {
        name: np.concatenate([getattr(c, name) for c in chunks]) for name in asdict(chunks[0])
    }
    beta, gamma = joined["G_beta"], joined["G_gamma"]
    plus, minus = changes(task.r, H * sqrt(task.n), beta, gamma)
    kappa, dead = H**2, joined["active"] == 0
    M = moments(task)
    found = {
        "E w": (joined["active"], M[0]),
        "E w x": (joined["first"], M[1]),
        "E w x^2": (joined["second"], M[2]),
        "n Var G_beta": (task.n * beta**2, M[0]),
        "n Var G_gamma": (task.n * gamma**2, M[2]),
        "n Cov": (task.n * beta * gamma, M[1]),
        "drift b": ((plus + minus) / (2 * kappa), task.r * M[2] - M[1]),
        "variance A": (
            (plus**2 + minus**2) / (2 * kappa),
            task.r**2 * M[2] - 2 * task.r * M[1] + M[0],
        ),
        "dead batch": (dead.astype(float), float(Phi(-task.r)) ** task.n),
    }
    return {
        **{"n": task.n, "r": task.r, "normalised": task.normalised, "batches": len(beta)},
        "rows": [_estimate(name, *one) for name, one in found.items()],
        "plain_error": float(plus.std(ddof=1) / kappa / sqrt(len(plus))),
        "largest_share": float((joined["active"] * (1 + task.r**2)).max()) if task.r < 0 else None,
        "down": int((plus < 0).sum()),
        "moved": int((~dead).sum()),
    }


def moments(task: Cell) -> list[float]:
    """E[x^k w] for k = 0, 1, 2: under (G), or under the exact law of a value of a normalised batch."""
    if not task.normalised:
        return [float(truncated_moment(k, task.r)) for k in range(3)]
    from scipy.integrate import quad

    # x = sqrt(n-1) sin t takes the ends of the density away: the weight is cos(t)^(n-3), and nothing
    # is left of it 12 standard deviations out.
    n, reach = task.n, sqrt(task.n - 1)
    end = min(pi / 2, 12 / sqrt(n - 3))
    start = min(max(asin(min(max(-task.r / reach, -1), 1)), -end), end)

    def integral(low: float, k: int) -> float:
        return quad(lambda t: cos(t) ** (n - 3) * sin(t) ** k, low, end, epsabs=0, epsrel=1e-10)[0]

    whole = integral(-end, 0)
    return [integral(start, k) * reach**k / whole if start < end else 0.0 for k in range(3)]


def changes(r: float, eta: float, beta: NDArray[Any], gamma: NDArray[Any]) -> tuple[Any, Any]:
    """r' - r for g and for -g at gamma = 1, exact also where gamma changes sign."""
    import numpy as np

    u, v = eta * beta, eta * gamma
    exact = []
    for sign in (1, -1):
        small = (r * v * sign - u * sign) / (1 - sign * v)
        exact.append(np.where(sign * v < 1, small, (r - sign * u) / np.abs(1 - sign * v) - r))
    return exact[0], exact[1]


def _estimate(name: str, sample: NDArray[Any], expected: float) -> dict[str, Any]:
    mean, error = float(sample.mean()), float(sample.std(ddof=1) / sqrt(len(sample)))
    return {"name": name, "value": mean, "error": error, "expected": expected}


def mean_change(task: Drift, rng: Random) -> dict[str, Any]:
    """-E[r' - r] from antithetic pairs, with its error and kappa |b|."""
    gamma = 1.0 if task.axis == "eta" else 0.05 / task.h
    eta = (task.h if task.axis == "eta" else 0.05) * sqrt(SLOPE_N)
    total = square = count = 0.0
    for part in batches(Cell(SLOPE_N, SLOPE_R, task.values, normalised=False), rng):
        plus, minus = changes(SLOPE_R, eta / gamma, part.G_beta, part.G_gamma)
        half = -(plus + minus) / 2
        total, square, count = total + half.sum(), square + (half**2).sum(), count + len(half)
    mean = total / count
    return {
        **{"axis": task.axis, "h": task.h, "eta": eta, "gamma": gamma, "mean": float(mean)},
        "error": float(sqrt((square / count - mean**2) / (count - 1))),
        "expected": task.h**2 * -float(drift(SLOPE_R)),
    }


def slope(rows: list[dict[str, Any]], axis: str) -> Fit:
    """The exponent of the mean change in eta or gamma."""
    mine = [row for row in rows if row["axis"] == axis]
    errors = [row["error"] / row["mean"] for row in mine]
    return fit_law([row[axis] for row in mine], [row["mean"] for row in mine], errors, ALPHA)
