"""Turned digits with little data: six arms of structure, at reduced scale, whatever they say.

Handwritten digits, each turned by a random multiple of 90 degrees, make a law that C4 leaves alone. Six
conditional GANs learn n of them: no structure; structured generator; invariant discriminator; both, but
without the Haar layer (its source is not invariant, spgan.T7b); both for the half group C2; both for C4.
One reader judges all: domain FID by the nuclear norm and its limit in 1/n, KID, W1 between features,
orientations and classes covered. The scale is stated with the results; the paper's own is some ten thousand
times as much work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later

if TYPE_CHECKING:
    from experiments._spgan_digits import Digit

EVEN = (
    0.1  # total variation of the orientations of 1000 samples of an even law; about .02 is expected
)


@dataclass(frozen=True)
class Config:
    """Data and scale; 36 trainings of about a minute each by default."""

    data: Literal["semeion", "mnist", "digits"] = "semeion"
    """semeion: 16 x 16; mnist: 14 x 14 (both in the folder TOUCHSTONE_DATA names); digits: 8 x 8."""
    sizes: tuple[int, ...] = (100, 300)
    """Training images n, increasing, 20 to 1000."""
    seeds: int = 3
    """Trainings of each arm, 2 to 18."""
    steps: int = 600
    """Steps of each training, 1 to 100000."""
    batch: int = 32
    """Images of a step, 2 to 1024."""
    width: int = 8
    """Width of the networks, 1 to 512; the paper's is 128."""
    loss: Literal["alpha", "ra"] = "alpha"
    """alpha: D_2^L with the one-sided penalty; ra: the relativistic average loss with R1."""
    quick: bool = False
    """One size, two seeds and three steps on scikit-learn's digits, to see that it runs."""

    def __post_init__(self) -> None:
        rising = tuple(sorted(set(self.sizes)))
        if not rising or self.sizes != rising or not 20 <= rising[0] <= rising[-1] <= 1000:
            raise ValueError(f"sizes: must be increasing numbers from 20 to 1000, got {self.sizes}")
        limits = {"seeds": (2, 18), "steps": (1, 100_000), "batch": (2, 1024), "width": (1, 512)}
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be {low} to {high}, got {getattr(self, name)}")


def reduced(config: Config) -> Config:
    """What is really run."""
    if not config.quick:
        return config
    small = {"data": "digits", "sizes": (20,), "seeds": 2, "steps": 3, "batch": 8, "width": 2}
    return replace(config, **small, quick=False)


def tasks(config: Config) -> list[Digit]:
    """Replicates first, so that a part of the work is a whole comparison; none if data are missing."""
    from experiments._spgan_data import absent
    from experiments._spgan_digits import ARMS, Digit

    c = reduced(config)
    if absent(c.data):
        return []
    return [
        Digit(c.data, arm, n, replicate, c.steps, c.batch, c.width, c.loss)
        for replicate in range(c.seeds)
        for n in c.sizes
        for arm in ARMS
    ]


def run(task: Digit, rng: Random) -> dict[str, Any]:
    """One training."""
    from experiments._spgan_digits import trained

    return trained(task, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The trainings, or what is missing."""
    from experiments._spgan_data import absent

    if not results:
        return {"missing": absent(reduced(config).data) or "no tasks"}
    return {"runs": list(results)}


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted only by what must hold for any weights: a Haar generator's orientations are even."""
    if "missing" in metrics:
        return "undecided", f"not run: {metrics['missing']}"
    for one in metrics["runs"]:
        if one["arm"] in ("generator", "both") and one["turns_off"] > EVEN:
            where = f"{one['arm']}, n = {one['n']}, replicate {one['replicate']}"
            return "refuted", f"orientations {one['turns_off']:.3f} off uniform: {where}"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_spgan_digits_show", "report"),
    verdict=verdict,
    plot=Plot("Draw sample grids and distances by arm:", later("_spgan_digits_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
