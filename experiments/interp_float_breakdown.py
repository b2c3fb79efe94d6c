"""Where floating point breaks exact nets: wrong labels against the bits b of separation.

Every net is built for a random paired configuration and evaluated exactly first; then the same net is
rounded to float32 and float64. A value that is infinite, undefined or off by more than 1/4 is a wrong
label. Floats prove nothing here, and a net that fails in floats is still correct.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later


@dataclass(frozen=True)
class Config:
    """One problem size, and how far the separation goes."""

    N: int = 64
    """Number of points, 8 to 256."""
    most: int = 72
    """Largest b, from log2 N to 512."""
    step: int = 3
    """From one b to the next, 1 to 64."""
    draws: int = 5
    """Configurations drawn for each b, 1 to 50."""

    def __post_init__(self) -> None:
        least = max(1, (self.N - 1).bit_length())
        limits = {"N": (8, 256), "most": (least, 512), "step": (1, 64), "draws": (1, 50)}
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be from {low} to {high}, got {getattr(self, name)}")


@dataclass(frozen=True)
class Separation:
    """Configurations of one separation."""

    N: int
    b: int
    draws: int


def tasks(config: Config) -> list[Separation]:
    """One for every b."""
    least = max(1, (config.N - 1).bit_length())
    bits = range(least, config.most + 1, config.step)
    return [Separation(config.N, b, config.draws) for b in bits]


def run(task: Separation, rng: Random) -> dict[str, Any]:
    """Wrong labels for every net and number format; plain data."""
    from experiments._interp_breakdown import rows

    return {"rows": rows(task.N, task.b, task.draws, rng)}


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All rows, and where the rule of thumb expects the break."""
    from experiments._interp_breakdown import rules

    return {
        "N": config.N,
        "draws": config.draws,
        "rules": rules(config.N),
        "rows": [row for result in results for row in result["rows"]],
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by a net that does not interpolate in exact arithmetic."""
    for row in metrics["rows"]:
        if not row["verified"]:
            return "refuted", f"{row['net']} does not interpolate at b = {row['b']}"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_interp_breakdown_show", "report"),
    verdict=verdict,
    plot=Plot("Draw the share of wrong labels against b:", later("_interp_breakdown_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
