r"""Numbers of the scaling experiment: collapse times against learning rate and scale, and what is expected.

| symbol | meaning |
|---|---|
| h | step scale eta s / (sqrt n gamma); here s = n = 1, so h = eta / gamma |
| kappa | h^2; a mean time C / kappa has slope -2 in eta and 2 in gamma, a rate the opposite |
| T | steps until r = beta / |gamma| < -c, started at 0 and reflected at R |

Models (all with the exact Gaussian gradient covariance): *frozen* gamma; *held* step scale (gamma and
beta move and are rescaled to the first gamma after each step); *trained* (both move freely: the mean is
infinite in the diffusion limit, so only quantiles are fitted); *pulled* (frozen, with a restoring mean
gradient rho r).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from constructions.psbn.hazard import Place, collapse_constant
from experiments._lab.seeds import numpy_generator
from experiments._psbn_statistics import quantile, relative_error
from theory.psbn._chain import mean_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL = tuple(round(0.05 * 2 ** (i / 2), 6) for i in range(7))  # .05 ... .4
TRAINED = tuple(round(0.025 * 2 ** (i / 2), 6) for i in range(9))  # .025 ... .4
LARGE = (0.8, 1.1314, 1.6, 2.2627, 3.2)
PULLED = (0.25, 0.3, 0.4, 0.5657, 0.8)
TRUNCATED = (10, 30, 100, 300)  # kappa0 times the horizons of the truncated means
ONE_STEP = (0.05, 0.0707, 0.1, 0.1414, 0.2, 0.2828, 0.4)
JUMP = 1.0  # distance of the one-step jump, in units of gamma
PULL = 0.1  # rho
LEVELS = {"frozen": 1.5, "held": 3.0, "trained": 3.0, "pulled": 1.5}  # c
R = 1.0
KEPT = 12  # kappa0 times the horizon of the medians: beyond the upper quartile
ONE_IN_A_MILLION = 1e-6  # each end of the interval of a jump probability


@dataclass(frozen=True)
class Times:
    """Collapse times of a model at one step scale; ``axis`` reaches it: eta (gamma = 1), gamma (eta = .1)."""

    model: str
    axis: str
    h: float
    trials: int
    c: float
    horizon: int = 10**9

    @property
    def eta(self) -> float:
        """Learning rate."""
        return self.h if self.axis == "eta" else 0.1

    @property
    def gamma(self) -> float:
        """Scale."""
        return 1.0 if self.axis == "eta" else 0.1 / self.h


@dataclass(frozen=True)
class Jump:
    """One step at step scale h: does r fall by more than :data:`JUMP`? ``nu``: Student's t, 0: normal."""

    nu: int
    h: float
    draws: int


def simulated(task: Times, rng: Random) -> NDArray[Any]:
    """Collapse times, (trials,); horizon + 1 where there was none."""
    from constructions.psbn import simulate

    channel = simulate.Channel(eta=task.eta, gamma=task.gamma)
    given = (channel, simulate.Walk(task.c, R, task.horizon), task.trials, numpy_generator(rng))
    if task.model == "held":
        return simulate.held_times(*given)
    if task.model == "trained":
        return simulate.trained_times(*given)
    pull = simulate.Optimiser(restore=PULL) if task.model == "pulled" else None
    return simulate.frozen_times(*given, pull)


def times(task: Times, rng: Random) -> dict[str, Any]:
    """Mean and median with their errors, and the mean that the walk's integral equation has."""
    T = simulated(task, rng)
    row = {**asdict(task), "eta": task.eta, "gamma": task.gamma}
    row["left"] = int((T > task.horizon).sum())
    if row["left"] == 0:
        row |= {"mean": float(T.mean()), "error": float(T.std(ddof=1) / len(T) ** 0.5)}
        row["predicted"] = predicted(task)
    if 2 * row["left"] < task.trials:
        middle = quantile(T, 0.5)
        row["median"] = asdict(middle)
        row["median_error"] = relative_error(middle)
    if task.model == "trained":
        row["truncated"] = [_truncated(T, task, t) for t in TRUNCATED]
        if row["truncated"][-1]["mean"] is not None:
            row["growth"] = _growth(T, task)
    return row


def _truncated(T: NDArray[Any], task: Times, t: int) -> dict[str, Any]:
    """kappa0 E min(T, t / kappa0); ``None`` beyond the horizon."""
    steps = t / task.h**2
    if steps > task.horizon + 1:
        return {"t": t, "mean": None, "error": None}
    import numpy as np

    cut = np.minimum(T, steps) * task.h**2
    return {"t": t, "mean": float(cut.mean()), "error": float(cut.std(ddof=1) / len(T) ** 0.5)}


def _growth(T: NDArray[Any], task: Times) -> dict[str, Any]:
    """The exponent of E min(T, t) between the last two horizons t, and its error (delta method)."""
    import numpy as np

    before, after = TRUNCATED[-2:]
    early, late = (np.minimum(T, t / task.h**2) for t in (before, after))
    decades = float(np.log(after / before))
    influence = late / late.mean() - early / early.mean()
    return {
        "exponent": float(np.log(late.mean() / early.mean())) / decades,
        "error": float(influence.std(ddof=1)) / len(T) ** 0.5 / decades,
    }


def predicted(task: Times) -> float | None:
    """Mean time in steps of a walk with steps of this size, no limit taken; trained gamma has none."""
    if task.model == "trained":
        return None
    if task.model == "pulled":
        return exact_mean("frozen", task.c, task.h, PULL)
    return exact_mean(task.model, task.c, task.h)


@lru_cache(maxsize=256)
def exact_mean(model: str, c: float, h: float, restore: float = 0.0) -> float:
    """E[T] in steps, by the integral equation."""
    return mean_steps(model, start(c), h, restore)


def start(c: float) -> Place:
    """From 0 to -c, reflected at R."""
    return Place(Fraction(0), Fraction(c), Fraction(R))


def constant(model: str, c: float) -> float:
    """C(0, c, R) of the diffusion limit."""
    return collapse_constant(model, start(c))


def jumps(task: Jump, rng: Random) -> dict[str, Any]:
    """How often one step of size h xi exceeds the distance; the exact tail; Chebyshev's one-sided bound."""
    from scipy.stats import beta, norm, t

    draw = numpy_generator(rng)
    distance = JUMP / task.h
    count = 0
    for start in range(0, task.draws, 10**6):
        size = min(10**6, task.draws - start)
        xi = draw.standard_t(task.nu, size) if task.nu else draw.standard_normal(size)
        count += int((xi > distance).sum())
    tail = t.sf(distance, task.nu) if task.nu else norm.sf(distance)
    variance = 1.0 if not task.nu else task.nu / (task.nu - 2) if task.nu > 2 else None
    return {
        **asdict(task),
        "count": count,
        "share": count / task.draws,
        "low": float(beta.ppf(ONE_IN_A_MILLION, count, task.draws - count + 1)) if count else 0.0,
        "high": float(beta.ppf(1 - ONE_IN_A_MILLION, count + 1, task.draws - count)),
        "exact": float(tail),
        "bound": variance / (variance + distance**2) if variance else None,
    }
