r"""Numbers of the map: mean times with the step scale held, medians and tails with gamma trained.

| symbol | meaning |
|---|---|
| r0, c, R | start, threshold -c, reflecting end of r = beta / |gamma| |
| C(r0, c, R) | kappa times the mean collapse time, step scale held |
| p*(c, R) | with gamma trained P(T > t) falls like t^(-p*/2): the mean is infinite where p* <= 2 |

One simulated path serves every threshold: it is followed to the deepest, and the first passage of each is
noted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from math import isqrt, log
from random import Random
from typing import TYPE_CHECKING, Any

from constructions.psbn.hazard import (
    Place,
    collapse_constant,
    collapse_constant_by_collocation,
    discrete_place,
    tail_exponent,
    tail_exponent_by_shooting,
)
from experiments._lab.seeds import numpy_generator
from experiments._psbn_statistics import quantile
from proofs_checks.error_rates import clopper_pearson

if TYPE_CHECKING:
    from numpy.typing import NDArray

THRESHOLDS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
STARTS = (-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0)
R = 1.0
H = 0.05  # step scale of the simulations of the map
FAR_H, FAR = 0.1, (30, 100, 300)  # step scale, and kappa0 times the times, of the tails
TAIL_C = (0.5, 1.5, 3.0)
ENDS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)  # R
DEPTHS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)  # c
ALPHA = Fraction(1, 1000)


@dataclass(frozen=True)
class Start:
    """All thresholds from one r0: the predicted constants and simulations of both models."""

    r0: float
    trials: int


@dataclass(frozen=True)
class Tails:
    """Far survival with gamma trained, from r0 = 0."""

    trials: int


@dataclass(frozen=True)
class Exponents:
    """p*(c, R) for one R and every c."""

    R: float


def start(task: Start, rng: Random) -> dict[str, Any]:
    """One row for every threshold below r0."""
    generator = numpy_generator(rng)
    depths = [c for c in THRESHOLDS if -c < task.r0]
    horizon = int(60 / H**2)
    held = first_passages(("held", task.r0, H), depths, (task.trials, horizon), generator)
    trained = first_passages(("trained", task.r0, H), depths, (task.trials, horizon), generator)
    return {
        "start": task.r0,
        "cells": [_cell(task, c, held[:, j], trained[:, j]) for j, c in enumerate(depths)],
    }


def _cell(task: Start, c: float, held: NDArray[Any], trained: NDArray[Any]) -> dict[str, Any]:
    place = Place(Fraction(task.r0), Fraction(c), Fraction(R))
    mean = float(held.mean()) * H**2
    middle = quantile(trained, 0.5, ALPHA)
    scaled = {f"median_{k}": v * H**2 for k, v in asdict(middle).items()}
    return {
        **{"r0": task.r0, "c": c, "constant": collapse_constant("held", place)},
        "by_collocation": collapse_constant_by_collocation("held", place),
        "with_overshoot": collapse_constant("held", discrete_place("held", place, H)),
        "mean": mean,
        "error": float(held.std(ddof=1)) * H**2 / len(held) ** 0.5,
        "cut": int((held > 60 / H**2).sum()),
        **scaled,
    }


def first_passages(
    path: tuple[str, float, float], depths: list[float], effort: tuple[int, int], rng: Any
) -> NDArray[Any]:
    """(trials, thresholds): the step at which r first lies below each -c; horizon + 1 if it does not.

    ``path``: model, r0, h; ``effort``: trials, horizon.
    """
    import numpy as np

    model, r0, h = path
    trials, horizon = effort
    edges = np.array([-c for c in depths] + [-np.inf])  # falling
    times = np.full((trials, len(depths)), horizon + 1, dtype=np.int64)
    who, level = np.arange(trials), np.zeros(trials, dtype=np.int64)
    beta, gamma = np.full(trials, r0), np.ones(trials)
    for k in range(1, horizon + 1):
        r = _step(model, beta, gamma, h, rng)
        while (passed := r < edges[level]).any():
            times[who[passed], level[passed]] = k
            level[passed] += 1
        done = level == len(depths)
        if done.mean() > 0.1 or done.all():
            left = ~done
            who, level, beta, gamma = who[left], level[left], beta[left], gamma[left]
            if not len(who):
                break
    return times


def _step(model: str, beta: NDArray[Any], gamma: NDArray[Any], h: float, rng: Any) -> NDArray[Any]:
    """One step of both parameters, in place, reflected at R; the ratios after it."""
    import numpy as np

    from constructions.psbn.simulate import gaussian_gradients

    G_beta, G_gamma = gaussian_gradients(beta / np.abs(gamma), rng)
    beta -= h * G_beta
    gamma -= h * np.sign(gamma) * G_gamma
    r = beta / np.abs(gamma)
    over = r > R
    r[over] = 2 * R - r[over]
    beta[over] = r[over] * np.abs(gamma[over])
    if model == "held":
        beta[:], gamma[:] = r, 1.0
    return r


def tails(task: Tails, rng: Random) -> dict[str, Any]:
    """Survivors at far times, and the exponent between the last two with its exact interval."""
    steps = [int(t / FAR_H**2) for t in FAR]
    passages = first_passages(
        ("trained", 0.0, FAR_H), list(TAIL_C), (task.trials, steps[-1]), numpy_generator(rng)
    )
    rows = []
    for j, c in enumerate(TAIL_C):
        left = [int((passages[:, j] > k).sum()) for k in steps]
        # Of the survivors at the first time a share q reaches the second: q = 3^-a.
        low, high = clopper_pearson(left[-1], left[-2], 2 * ALPHA) if left[-2] else (0, 1)
        span = log(FAR[-1] / FAR[-2])
        rows.append(
            {
                **{"c": c, "left": left, "trials": task.trials},
                "exponent": log(left[-2] / left[-1]) / span if left[-1] else None,
                "low": -log(high) / span,
                "high": -log(low) / span if low else None,
                "predicted": tail_exponent(c, R) / 2,
                "curve": _survival(passages[:, j]),
            }
        )
    return {"tails": rows}


def _survival(T: NDArray[Any]) -> list[list[float]]:
    """(kappa0 t, share left) at times spread over the whole range."""
    places = [0.1 * 3000 ** (i / 40) for i in range(41)]
    return [[t, float((T > t / FAR_H**2).mean())] for t in places]


def exponents(task: Exponents, _: Random) -> dict[str, Any]:
    """p*(c, R) by collocation; by shooting at every third depth."""
    rows = []
    for i, c in enumerate(DEPTHS):
        p = tail_exponent(c, task.R)
        again = tail_exponent_by_shooting(c, task.R) if i % 5 == 1 and p < 7 else None
        rows.append({"c": c, "R": task.R, "p": p, "by_shooting": again})
    return {"exponents": rows}


def effort_for(trials: int) -> int:
    """Trials of the tails: their far end is thin."""
    return min(4 * trials, 10 * isqrt(trials) * 100)
