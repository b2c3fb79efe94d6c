"""One step of SGD on whole batches, without any diffusion approximation: moments, gradients, drift.

Batches of n = 64 to 4096 values are drawn with their upstream gradients, g and -g on the same inputs.
Moments of the mask (psbn.T1), the gradient covariance and the chance of a dead batch (T3), drift and
variance of the ratio (T5) are compared with what is predicted; the drift's exponent in eta and gamma is
tested by equivalence. The same with batches that are normalised as BatchNorm does, where the Gaussian
hypothesis is off by O(1/n).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later
from experiments._psbn_masks import RATIOS, SIZES, SLOPE_H, Cell, Drift, cell, mean_change

SURE = 6.0  # standard errors: 600 estimates of a true claim exceed it with probability 1e-6
SEEN = 1000  # batches from which an estimate is near enough to normal to be judged by it
RARE = 1e-9  # how improbable a number of dead batches or downward moves must be to refute
DELTA = Fraction(1, 10)
COUNTED = "dead batch"


@dataclass(frozen=True)
class Config:
    """How much is drawn; about a minute of one core by default."""

    values: int = 6_000_000
    """Values drawn for each n and r, 100000 to 10^9."""

    def __post_init__(self) -> None:
        if not 10**5 <= self.values <= 10**9:
            raise ValueError(f"values: must be from 100000 to 1000000000, got {self.values}")


def tasks(config: Config) -> list[Cell | Drift]:
    """Every n with every r, iid and normalised; the drift at every step scale."""
    found: list[Cell | Drift] = [
        Cell(n, r, config.values, normalised)
        for normalised in (False, True)
        for n in SIZES
        for r in RATIOS
    ]
    return [*found, *(Drift(axis, h, config.values) for axis in ("eta", "gamma") for h in SLOPE_H)]


def run(task: Cell | Drift, rng: Random) -> dict[str, Any]:
    """The estimates of a cell, or a mean change."""
    return cell(task, rng) if isinstance(task, Cell) else mean_change(task, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Cells, changes, and the two slopes with their tests."""
    from experiments._psbn_masks import ALPHA, slope
    from experiments._psbn_statistics import judged
    from proofs_checks.error_rates import Declaration

    changes = [row for row in results if "axis" in row]
    tests = []
    for axis, target in (("eta", 2), ("gamma", -2)):
        declared = Declaration(
            estimand=f"exponent of the drift of r in {axis}",
            null=f"within {DELTA} of {target}",
            alternative=f"at least {DELTA} away from it",
            **{"delta": DELTA, "alpha": ALPHA, "beta": ALPHA, "n": config.values},
            stream="psbn_mask_simulator",
        )
        fit = slope(changes, axis)
        decision = judged(fit.low, fit.high, declared, Fraction(target)).value
        ends = {"slope": fit.slope, "low": fit.low, "high": fit.high, "intercept": fit.intercept}
        tests.append(
            {
                "axis": axis,
                "target": target,
                **ends,
                "decision": decision,
                "declaration": declared.as_json(),
            }
        )
    cells = [row for row in results if "rows" in row]
    return {"values": config.values, "cells": cells, "changes": changes, "slopes": tests}


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by an estimate far from its prediction, a bound that is broken, or a wrong exponent."""
    for one in metrics["cells"]:
        where = f"n = {one['n']}, r = {one['r']:g}"
        if wrong := _wrong(one):
            return "refuted", f"{wrong} at {where}"
        if one["normalised"] and (one["largest_share"] or 0) > 1 + 1e-9:
            return "refuted", f"a batch has more active values than Cantelli allows at {where}"
    for test in metrics["slopes"]:
        if test["decision"] == "alternative":
            return "refuted", f"exponent of the drift in {test['axis']}: {test['slope']:.3f}"
    for test in metrics["slopes"]:
        if test["decision"] == "undecided":
            return "undecided", f"exponent of the drift in {test['axis']}: more values are needed"
    return "done", ""


def _wrong(one: dict[str, Any]) -> str | None:
    """The first estimate of a cell that is far off; dead batches are judged if values are independent."""
    from scipy.stats import binom

    for row in one["rows"]:
        if row["name"] == COUNTED and one["normalised"]:
            continue
        if row["name"] == COUNTED:
            count, n, p = round(row["value"] * one["batches"]), one["batches"], row["expected"]
            if min(binom.cdf(count, n, p), binom.sf(count - 1, n, p)) < RARE:
                return f"{count} of {n} batches are dead, expected {p:.3g}"
        elif one["batches"] >= SEEN and abs(row["value"] - row["expected"]) > SURE * row["error"]:
            return f"{row['name']} is {row['value']:.4g}, expected {row['expected']:.4g}"
    if (
        min(binom.cdf(one["down"], one["moved"], 0.5), binom.sf(one["down"] - 1, one["moved"], 0.5))
        < RARE
    ):
        return f"r moves down in {one['down']} of {one['moved']} steps, expected one half"
    return None


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_psbn_masks_show", "report"),
    verdict=verdict,
    plot=Plot("Draw drift, variance, dead batches and slopes:", later("_psbn_masks_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
