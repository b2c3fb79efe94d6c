"""Phase diagram of ReLU interpolation: best net over certified lower bound, for (N, b) on a grid.

Below: the certified minimum of dense parameters over nets of uniform width. Above: the smallest of three
constructions, shallow_any (P = 3N - 2), three_layer_any (about N + 4 sqrt N) and fold_lookup (about 6 b + a
constant times sqrt(N log N)), for a random paired configuration. Every cell says whether its net was built
and evaluated exactly at all N points, or whether only its parameter count is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later

LARGEST = 16384


@dataclass(frozen=True)
class Config:
    """The grid, and up to where nets are built."""

    largest: int = LARGEST
    """Largest number of points N, 16 to 16384; the grid starts at N = 16."""
    built_to: int = 1024
    """Nets are built and evaluated exactly up to this N (0 to 4096); above it only counted."""
    fine: bool = False
    """Every power of 2 instead of every power of 4, in N and in b (takes minutes)."""

    def __post_init__(self) -> None:
        if not 16 <= self.largest <= LARGEST:
            raise ValueError(f"largest: must be from 16 to {LARGEST}, got {self.largest}")
        if not 0 <= self.built_to <= 4096:
            raise ValueError(f"built_to: must be from 0 to 4096, got {self.built_to}")


@dataclass(frozen=True)
class Column:
    """All cells of one N."""

    N: int
    b: tuple[int, ...]
    built_to: int


def tasks(config: Config) -> list[Column]:
    """One for every N."""
    from experiments._interp_phase import grid

    columns = grid(config.largest, 1 if config.fine else 2)
    return [Column(N, bits, config.built_to) for N, bits in columns]


def run(task: Column, rng: Random) -> dict[str, Any]:
    """One row for every cell; plain data."""
    from experiments._interp_phase import column

    return {"cells": column(task.N, task.b, task.built_to, rng)}


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The whole grid."""
    return {
        "step": 1 if config.fine else 2,
        "built_to": config.built_to,
        "cells": [row for result in results for row in result["cells"]],
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by a net that does not interpolate, or by one in a class that is certified not to."""
    for row in metrics["cells"]:
        where = f"N = {row['N']}, b = {row['b']}"
        if row["wrong"]:
            return "refuted", f"does not interpolate at {where}: {', '.join(row['wrong'])}"
        if row["uniform_upper"] < row["lower"]:
            return "refuted", f"a net undercuts the certified bound at {where}"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_interp_phase_show", "report"),
    verdict=verdict,
    plot=Plot("Draw the phase diagram:", later("_interp_phase_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
