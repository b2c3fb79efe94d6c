"""The Sobolev endpoint: bumps whose W^{1,1} norm does not see how close they are.

f is a sum of N hats of height 1/(2N) and signs of choice at 2^-b-separated points. Its integral of |f'|
is 1 for every b, while its W^{1,2} norm grows like 2^(b/2) / sqrt(N). An error below 1/(2N) in the sup norm
forces all signs, so the certified number of parameters is needed: the error over the unit ball of
W^{1,1} is at least c/P for nets of P parameters, whatever their depth (interp.D7).
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
    """The bumps whose norms are computed, and the sizes at which the error is bounded."""

    N: int = 16
    """Number of bumps for the norms, 2 to 64."""
    most: int = 96
    """Norms for b from log2 N up to this, at most 512."""
    largest: int = 1024
    """Errors for N = 16, 32, ... up to this, 256 to 1024, at b = N."""

    def __post_init__(self) -> None:
        least = max(1, (self.N - 1).bit_length())
        for name, low, high in (("N", 2, 64), ("most", least, 512), ("largest", 256, 1024)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be from {low} to {high}, got {getattr(self, name)}")


@dataclass(frozen=True)
class Norms:
    """The norms of N bumps at 2^-b-separated points."""

    N: int
    b: int


@dataclass(frozen=True)
class Forced:
    """The error of nets below the certified number of parameters, for N points at b = N."""

    N: int


def tasks(config: Config) -> list[Norms | Forced]:
    """Norms for every fourth b, errors for N = 16, 32, ..."""
    least = max(1, (config.N - 1).bit_length())
    sizes = [1 << k for k in range(4, config.largest.bit_length())]
    return [
        *(Norms(config.N, b) for b in range(least, config.most + 1, 4)),
        *(Forced(N) for N in sizes),
    ]


def run(task: Norms | Forced, rng: Random) -> dict[str, Any]:
    """Exact norms, or the forced error; plain data."""
    from experiments._interp_bumps import forced, norms

    return norms(task.N, task.b, rng) if isinstance(task, Norms) else forced(task.N)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Norms against b; errors against certified P."""
    return {
        "N": config.N,
        "norms": [row for row in results if "variation" in row],
        "errors": [row for row in results if "error" in row],
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted if an exact norm is not what interp.D7 says it is."""
    for row in metrics["norms"]:
        if row["variation"] != "1" or not row["signs_right"]:
            return "refuted", f"the bumps at b = {row['b']} are not as claimed"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_interp_bumps_show", "report"),
    verdict=verdict,
    plot=Plot("Draw the norms and the error bound:", later("_interp_bumps_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
