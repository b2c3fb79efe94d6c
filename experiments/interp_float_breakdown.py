"""Where floating point breaks exact nets: wrong labels against the bits b of separation.

Every net is built for a random paired configuration and evaluated exactly first; then the same net is
rounded to float32 and float64. A value that is infinite, undefined or off by more than 1/4 is a wrong
label. Floats prove nothing here, and a net that fails in floats is still correct.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status


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


def run(config: Config, rng: Random) -> dict[str, Any]:
    """Wrong labels for every net, number format and b; plain data."""
    from experiments._interp_breakdown import rows, rules

    least = max(1, (config.N - 1).bit_length())
    bits = range(least, config.most + 1, config.step)
    return {
        "N": config.N,
        "draws": config.draws,
        "rules": rules(config.N),
        "rows": [row for b in bits for row in rows(config.N, b, config.draws, rng)],
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by a net that does not interpolate in exact arithmetic."""
    for row in metrics["rows"]:
        if not row["verified"]:
            return "refuted", f"{row['net']} does not interpolate at b = {row['b']}"
    return "done", ""


def render(metrics: dict[str, Any]) -> str:
    """The text of the report."""
    from experiments._interp_breakdown_show import report

    return report(metrics)


def figure(metrics: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """Share of wrong labels against b, one panel for each net."""
    from experiments._interp_breakdown_show import draw

    return draw(metrics)


EXPERIMENT = Experiment(
    run=run,
    config=Config,
    render=render,
    verdict=verdict,
    plot=Plot("Draw the share of wrong labels against b:", figure),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
