"""Dead channels against the learning rate, for BN, psBN, BN with decay toward alpha, and BN started at alpha.

A small convolutional net is trained on real digits over learning rates, optimisers, weight decays and
rectifiers; all four norms of a cell share weights and batches. Differences are tested by sign flips of
the paired runs at a stated level. Empirical: it says what happens here, at this size. No result of the
paper is quoted, none could be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later

if TYPE_CHECKING:
    from experiments._psbn_train import Cell, Twin

EPOCHS = {"digits": 6, "mnist": 2}
SAME, OTHER = 1e-10, 1e-7  # differences of double-precision runs: rounding, and more than that


@dataclass(frozen=True)
class Config:
    """What is trained; by default 630 short runs, about four minutes with --jobs 2."""

    data: Literal["digits", "mnist"] = "digits"
    """digits: scikit-learn's; mnist: the 10000 test images, in the folder that TOUCHSTONE_DATA names."""
    rates_sgd: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0)
    """Learning rates of SGD with momentum 0.9; may be empty."""
    rates_adam: tuple[float, ...] = (0.001, 0.01, 0.1)
    """Learning rates of Adam; may be empty."""
    decays: tuple[float, ...] = (0.0, 0.001)
    """Weight decays (L2 in the gradient, on all parameters), each from 0 to 1."""
    activations: tuple[Literal["relu", "leaky"], ...] = ("relu", "leaky")
    """Rectifiers; leaky has slope 0.1."""
    seeds: int = 5
    """Replicates of every cell, 1 to 100."""
    width: int = 16
    """Channels of the first block, 2 to 128; six times as many in all."""
    epochs: int | None = None
    """Passes over the data, 1 to 200; without it 6 (digits) or 2 (mnist)."""
    quick: bool = False
    """Two rates of SGD, ReLU, eight seeds, width 4, one epoch, to see that it runs."""

    def __post_init__(self) -> None:
        limits = {"seeds": (1, 100), "width": (2, 128), "epochs": (1, 200)}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise ValueError(f"{name}: must be from {low} to {high}, got {value}")
        for name in ("rates_sgd", "rates_adam", "decays", "activations"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ValueError(f"{name}: must be distinct, got {values}")
        for name in ("rates_sgd", "rates_adam"):
            if any(not 0 < rate <= 100 for rate in getattr(self, name)):
                raise ValueError(f"{name}: must be from above 0 to 100, got {getattr(self, name)}")
        if any(not 0 <= decay <= 1 for decay in self.decays) or not self.decays:
            raise ValueError(f"decays: must be at least one, each from 0 to 1, got {self.decays}")
        if not self.rates_sgd + self.rates_adam or not self.activations:
            raise ValueError("rates_sgd, rates_adam, activations: must leave something to train")


def reduced(config: Config) -> Config:
    """What is really run."""
    from dataclasses import replace

    epochs = config.epochs or EPOCHS[config.data]
    if not config.quick:
        return replace(config, epochs=epochs)
    small = {
        "rates_sgd": (0.1, 8.0),
        "rates_adam": (),
        "activations": ("relu",),
        "decays": (0.001,),
    }
    return replace(config, **small, seeds=8, width=4, epochs=1, quick=False)


def tasks(config: Config) -> list[Cell | Twin]:
    """Every cell, and the exact comparisons; none if the data are not there."""
    from experiments._psbn_data import absent

    if absent(config.data):
        return []
    from experiments._psbn_train import Cell, Twin

    chosen = reduced(config)
    rates = [("sgd", rate) for rate in chosen.rates_sgd] + [
        ("adam", rate) for rate in chosen.rates_adam
    ]
    found: list[Cell | Twin] = [
        Twin(chosen.data, name, decay, min(chosen.width, 6), 5 if config.quick else 40)
        for name in ("sgd", "adam", "adamw")
        for decay in (0.0, 0.01)
    ]
    size = (chosen.width, chosen.epochs or 1)
    found += [
        Cell(chosen.data, name, rate, decay, activation, replicate, *size)
        for replicate in range(chosen.seeds)
        for activation in chosen.activations
        for decay in chosen.decays
        for name, rate in rates
    ]
    return found


def run(task: Cell | Twin, rng: Random) -> dict[str, Any]:
    """The four norms of a cell, or an exact comparison."""
    from experiments._psbn_train import Cell, cell, twin

    return cell(task, rng) if isinstance(task, Cell) else twin(task, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Runs, means over seeds, answers to the questions; or what is missing."""
    from experiments._psbn_data import absent

    if not results:
        return {"missing": absent(config.data) or "no tasks"}
    from experiments._psbn_train import LEVEL, answers, summary

    rows = [row for result in results for row in result.get("rows", ())]
    chosen = reduced(config)
    return {
        **{
            "data": chosen.data,
            "width": chosen.width,
            "epochs": chosen.epochs,
            "seeds": chosen.seeds,
        },
        "level": float(LEVEL),
        "runs": rows,
        "cells": summary(rows),
        "answers": answers(rows),
        "twins": [result for result in results if "shifted" in result],
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted if psBN and recentred BN part, or if collapse falls with the learning rate."""
    if "missing" in metrics:
        return "undecided", f"not run: {metrics['missing']}"
    for one in metrics["twins"]:
        where = f"{one['optimiser']}, decay {one['decay']:g}"
        if one["recentred"] > SAME:
            return (
                "refuted",
                f"psBN and BN with decay to alpha differ by {one['recentred']:.2g}: {where}",
            )
        if one["decay"] and one["shifted"] < OTHER:
            return "refuted", f"the centre of the decay makes no difference: {where}"
    for decision in ("refuted", "undecided"):
        for one in metrics["answers"]:
            if one["demanded"] and one["decision"] == decision:
                return decision, f"{one['claim']}: p = {one['p']:.3g}, {one['pairs']} pairs"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_psbn_train_show", "report"),
    verdict=verdict,
    plot=Plot(
        "Draw dead channels and accuracy against the rate:", later("_psbn_train_show", "draw")
    ),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
