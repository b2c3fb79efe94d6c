"""All collapse curves are one: survival against kappa k, and paths that rescaling leaves as they are.

psbn.T6: with noise independent of (gamma, beta), multiplying (eta, gamma, beta) by one factor changes no
ratio. Paths of real batches are compared bit by bit for powers of two, and survival curves of settings
with equal eta / gamma within a simultaneous band. On kappa k curves of different small step scales fall
together on the diffusion limit. The chance to have collapsed after k steps is a function F(kappa k), no
power of eta.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later
from experiments._psbn_similarity import (
    FACTORS,
    LEVELS,
    SETTINGS,
    Curve,
    Rescaled,
    curve,
    rescaled,
)

ROUNDING = 1e-9  # paths that differ by rounding alone stay closer than this


@dataclass(frozen=True)
class Config:
    """How much is simulated; about a minute of one core by default."""

    trials: int = 20_000
    """Collapse times of every curve, 100 to 1000000."""
    steps: int = 400
    """Steps of the paths that are compared, 1 to 5000."""
    n: int = 32
    """Values in a batch of these paths, 2 to 1024."""

    def __post_init__(self) -> None:
        limits = {"trials": (100, 10**6), "steps": (1, 5000), "n": (2, 1024)}
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be from {low} to {high}, got {getattr(self, name)}")


def tasks(config: Config) -> list[Curve | Rescaled]:
    """Every model with every setting; every factor, with ReLU and leaky ReLU; eta alone for contrast."""
    found: list[Curve | Rescaled] = [
        Curve(model, eta, gamma, config.trials) for model in LEVELS for eta, gamma in SETTINGS
    ]
    size = (config.steps, config.n)
    found += [Rescaled(C, a, *size) for a in (0.0, 0.1) for C in FACTORS]
    return [*found, *(Rescaled(2.0, a, *size, only_eta=True) for a in (0.0, 0.1))]


def run(task: Curve | Rescaled, rng: Random) -> dict[str, Any]:
    """A survival curve, or the difference of two paths."""
    return curve(task, rng) if isinstance(task, Curve) else rescaled(task, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Curves, comparisons, paths."""
    from experiments._psbn_similarity import comparisons

    rows = [row for row in results if "survival" in row]
    return {
        "trials": config.trials,
        "curves": rows,
        "comparisons": comparisons(rows, config.trials),
        "paths": [row for row in results if "factor" in row],
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by a path or a curve that rescaling changes."""
    for row in metrics["paths"]:
        exact = row["factor"] in (0.25, 2.0, 4.0, 1024.0)
        if row["only_eta"]:
            if row["largest"] < ROUNDING:
                return "refuted", "scaling eta alone left the path as it was"
        elif (exact and not row["same_bits"]) or row["largest"] > ROUNDING:
            return "refuted", f"scaling by {row['factor']:g} changed the path: {row['largest']:.2g}"
    for decision in ("refuted", "undecided"):
        for row in metrics["comparisons"]:
            if row["decision"] == decision:
                gap = f"{row['distance']:.3f} apart, band {row['band']:.3f}"
                return decision, f"{row['model']}, {row['curves']}: {gap}"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_psbn_similarity_show", "report"),
    verdict=verdict,
    plot=Plot(
        "Draw the curves before and after rescaling:", later("_psbn_similarity_show", "draw")
    ),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
