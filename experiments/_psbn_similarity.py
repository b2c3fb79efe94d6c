r"""Numbers of the similarity experiment: survival curves on kappa k, and whole paths under rescaling.

psbn.T6: if the upstream gradients do not depend on (gamma, beta), multiplying (eta, gamma, beta) by one
factor leaves every ratio r_k as it is: the same law for every (eta, gamma, beta) with the same eta /
gamma and beta / gamma. So a survival curve depends on eta / gamma alone, and as that falls, on kappa k
alone.

| symbol | meaning |
|---|---|
| kappa | (eta / gamma)^2, s = n = 1 |
| S(t) | P(kappa T > t); F(t) = 1 - S(t) is the chance to have collapsed after k = t / kappa steps |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import log, sqrt
from random import Random
from typing import TYPE_CHECKING, Any

from constructions.psbn.hazard import Place, discrete_place
from constructions.psbn.one_step import path
from experiments._lab.seeds import numpy_generator
from experiments._psbn_diffusion import Strip, survival

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS = {"frozen": 1.5, "held": 3.0, "trained": 3.0}  # c
R = 1.0
SPAN = (0.2, 60.0)  # of kappa k
GRID = tuple(SPAN[0] * (SPAN[1] / SPAN[0]) ** (i / 59) for i in range(60))
# (eta, gamma): three step scales, each reached twice.
SETTINGS = ((0.05, 1.0), (0.2, 4.0), (0.1, 1.0), (0.05, 0.5), (0.4, 1.0), (0.1, 0.25))
SMALL = 0.15  # step scales below it are compared with the limit
FACTORS = (0.25, 2.0, 4.0, 1024.0, 3.0, 0.1)
ALPHA = Fraction(1, 1000)
NEAR_LIMIT, NEAR_PAIR = 0.04, 0.06  # distances that are noticed


@dataclass(frozen=True)
class Curve:
    """Collapse times of one model with one learning rate and scale."""

    model: str
    eta: float
    gamma: float
    trials: int


@dataclass(frozen=True)
class Rescaled:
    """One path of ratios, and the same with (eta, gamma, beta) multiplied; ``only_eta``: eta alone."""

    factor: float
    slope: float
    steps: int
    n: int
    only_eta: bool = False


def curve(task: Curve, rng: Random) -> dict[str, Any]:
    """S on the grid of kappa k."""
    import numpy as np

    from constructions.psbn import simulate

    channel = simulate.Channel(eta=task.eta, gamma=task.gamma)
    horizon = int(GRID[-1] / channel.kappa) + 1
    walk = simulate.Walk(LEVELS[task.model], R, horizon)
    simulated = getattr(simulate, f"{task.model}_times")
    T = simulated(channel, walk, task.trials, numpy_generator(rng))
    left = [float((T > np.floor(t / channel.kappa)).mean()) for t in GRID]
    return {**asdict(task), "h": channel.h, "survival": left}


def predicted(model: str, h: float, grid: Sequence[float] = GRID) -> list[float]:
    """S of the diffusion limit, with -c moved by the overshoot of steps of size h (h = 0: not moved)."""
    place = Place(Fraction(0), Fraction(LEVELS[model]), Fraction(R))
    return survival(model, Strip(float(discrete_place(model, place, h).c), R), grid)


def rescaled(task: Rescaled, rng: Random) -> dict[str, Any]:
    """Both paths on the same batches; the largest relative difference of their ratios."""
    draw = numpy_generator(rng)
    x, g = draw.standard_normal((2, task.steps, task.n)).tolist()
    eta, gamma, beta, C = 0.3, 1.0, 0.25, task.factor
    first = path(eta, (gamma, beta), zip(x, g, strict=True), task.slope)
    state = (gamma, beta) if task.only_eta else (C * gamma, C * beta)
    second = path(C * eta, state, zip(x, g, strict=True), task.slope)
    gaps = [abs(a - b) / max(abs(a), 1.0) for a, b in zip(first, second, strict=False)]
    return {**asdict(task), "same_bits": first == second, "largest": max(gaps)}


def band(trials: int) -> float:
    """Half-width of a simultaneous band around an empirical curve (Dvoretzky, Kiefer, Wolfowitz, Massart)."""
    return sqrt(log(2 / float(ALPHA)) / (2 * trials))


def distance(first: Sequence[float], second: Sequence[float]) -> float:
    """The largest difference of two curves on the grid."""
    return max(abs(a - b) for a, b in zip(first, second, strict=True))


def comparisons(rows: Sequence[dict[str, Any]], trials: int) -> list[dict[str, Any]]:
    """Curves of equal step scale with each other; those of small step scale with the limit."""
    found = []
    for model in LEVELS:
        mine = [row for row in rows if row["model"] == model]
        for first, second in zip(mine[::2], mine[1::2], strict=True):
            gap = distance(first["survival"], second["survival"])
            name = f"h = {first['h']:.3g}: {_setting(first)} and {_setting(second)}"
            found.append(_judged((model, name), gap, 2 * band(trials), NEAR_PAIR))
        for row in mine if model != "trained" else ():
            if row["h"] < SMALL:
                gap = distance(row["survival"], predicted(model, row["h"]))
                name = f"h = {row['h']:.3g}: {_setting(row)} and the diffusion limit"
                found.append(_judged((model, name), gap, band(trials), NEAR_LIMIT))
    return found


def _setting(row: dict[str, Any]) -> str:
    return f"({row['eta']:g}, {row['gamma']:g})"


def _judged(what: tuple[str, str], gap: float, reach: float, near: float) -> dict[str, Any]:
    """Shown: the curves are within ``near`` of each other; refuted: they are not the same."""
    refuted = gap > (reach if near == NEAR_PAIR else near + reach)
    decision = "refuted" if refuted else "shown" if gap + reach < near else "undecided"
    model, name = what
    return {
        "model": model,
        "curves": name,
        "distance": gap,
        "band": reach,
        "near": near,
        "decision": decision,
    }


def local_slope(row: NDArray[Any] | Sequence[float], i: int) -> float | None:
    """Exponent of F in eta at grid point i: twice that in kappa k; ``None`` where F is 0."""
    before, after = 1 - row[i - 1], 1 - row[i + 1]
    if before <= 0:
        return None
    return 2 * log(after / before) / log(GRID[i + 1] / GRID[i - 1])
