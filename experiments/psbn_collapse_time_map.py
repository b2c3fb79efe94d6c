"""How long a channel lives, by where it starts and where it counts as collapsed.

With the step scale held: the mean time over (r0, c), computed by two methods and simulated. With gamma
trained: the median over (r0, c), simulated, and the tail exponent p*/2 over (c, R), computed by two
methods and simulated at three depths; where it is below 1 the mean time is infinite in the diffusion
limit. All times are in units of 1 / kappa0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later
from experiments._psbn_map import (
    ENDS,
    STARTS,
    Exponents,
    Start,
    Tails,
    effort_for,
    exponents,
    start,
    tails,
)

FAR_OFF, SURE = 0.05, 5  # a simulated mean further off than 5 % and 5 standard errors refutes
TAIL_NEAR = 0.12  # finite times and steps: how far a measured exponent may be off


@dataclass(frozen=True)
class Config:
    """How much is simulated; about two minutes of one core by default."""

    trials: int = 4000
    """Paths from every start, 200 to 100000."""

    def __post_init__(self) -> None:
        if not 200 <= self.trials <= 100_000:
            raise ValueError(f"trials: must be from 200 to 100000, got {self.trials}")


def tasks(config: Config) -> list[Start | Tails | Exponents]:
    """The tails (the longest), every start, every R."""
    found: list[Start | Tails | Exponents] = [Tails(effort_for(config.trials))]
    found += [Start(r0, config.trials) for r0 in STARTS]
    return [*found, *(Exponents(R) for R in ENDS)]


def run(task: Start | Tails | Exponents, rng: Random) -> dict[str, Any]:
    """The cells of one row of a map, or the tails."""
    if isinstance(task, Start):
        return start(task, rng)
    return tails(task, rng) if isinstance(task, Tails) else exponents(task, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The cells of both maps, and the tails."""
    return {
        "trials": config.trials,
        "cells": [cell for row in results for cell in row.get("cells", ())],
        "exponents": [cell for row in results for cell in row.get("exponents", ())],
        "tails": [one for row in results for one in row.get("tails", ())],
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by two methods that disagree, or a simulation that is far from what is computed."""
    for cell in metrics["cells"]:
        where = f"r0 = {cell['r0']:g}, c = {cell['c']:g}"
        if abs(cell["constant"] / cell["by_collocation"] - 1) > 1e-6:
            return "refuted", f"the two methods disagree at {where}"
        off = abs(cell["mean"] - cell["with_overshoot"])
        if off > FAR_OFF * cell["with_overshoot"] + SURE * cell["error"]:
            return "refuted", f"the simulated mean is far from the predicted one at {where}"
    for one in metrics["exponents"]:
        if one["by_shooting"] is not None and abs(one["p"] - one["by_shooting"]) > 1e-5:
            return "refuted", f"the two methods disagree at c = {one['c']:g}, R = {one['R']:g}"
    for one in metrics["tails"]:
        high = one["high"] if one["high"] is not None else float("inf")
        if not one["low"] - TAIL_NEAR <= one["predicted"] <= high + TAIL_NEAR:
            return "refuted", f"the tail at c = {one['c']:g} has not the exponent p*/2"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_psbn_map_show", "report"),
    verdict=verdict,
    plot=Plot("Draw the maps and the tails:", later("_psbn_map_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
