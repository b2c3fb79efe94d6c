"""The Sobolev endpoint: bumps whose W^{1,1} norm does not see how close they are.

f is a sum of N hats of height 1/(2N) and signs of choice at 2^-b-separated points. Its integral of |f'|
is 1 for every b, while its W^{1,2} norm grows like 2^(b/2) / sqrt(N). An error below 1/(2N) in the sup norm
forces all signs, so the certified number of parameters is needed: the error over the unit ball of
W^{1,1} is at least c/P for nets of P parameters, whatever their depth (interp.D7).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status


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


def run(config: Config, rng: Random) -> dict[str, Any]:
    """Exact norms against b; error bounds against certified P; plain data."""
    from experiments._interp_bumps import errors, norms

    least = max(1, (config.N - 1).bit_length())
    bits = range(least, config.most + 1, 4)
    return {
        "N": config.N,
        "norms": [norms(config.N, b, rng) for b in bits],
        "errors": errors(config.largest),
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted if an exact norm is not what interp.D7 says it is."""
    for row in metrics["norms"]:
        if row["variation"] != "1" or not row["signs_right"]:
            return "refuted", f"the bumps at b = {row['b']} are not as claimed"
    return "done", ""


def render(metrics: dict[str, Any]) -> str:
    """The text of the report."""
    from experiments._interp_bumps_show import report

    return report(metrics)


def figure(metrics: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """Left: norms against b; right: error against P."""
    from experiments._interp_bumps_show import draw

    return draw(metrics)


EXPERIMENT = Experiment(
    run=run,
    config=Config,
    render=render,
    verdict=verdict,
    plot=Plot("Draw the norms and the error bound:", figure),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
