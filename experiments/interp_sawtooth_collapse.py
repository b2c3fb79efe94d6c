"""One parameter, L layers: how close two random pairs may lie before they are no longer shattered.

The class is 1[T^L(theta x) >= 1/2], T the tent map, theta in [0, 1]. At the regular points 1, 1/2, 1/4, ...
it realises every labelling, however close they are. Two random pairs at distance h it shatters up to
log2(1/h) of about 2L, and interp.PAIR proves that it shatters hardly any beyond 3L + O(1). Every
dichotomy is enumerated exactly; only the choice of the pairs is random.
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
    """Depths, and how many pair sets are drawn for each depth and distance."""

    depths: tuple[int, ...] = (4, 6, 8, 10)
    """Depths L of the class, distinct, each 2 to 12."""
    trials: int = 100
    """Pair sets drawn for each depth and distance, 1 to 1000."""

    def __post_init__(self) -> None:
        if not self.depths or len(set(self.depths)) < len(self.depths):
            raise ValueError(f"depths: must be distinct and at least one, got {self.depths}")
        for L in self.depths:
            if not 2 <= L <= 12:
                raise ValueError(f"depths: must be from 2 to 12, got {L}")
        if not 1 <= self.trials <= 1000:
            raise ValueError(f"trials: must be from 1 to 1000, got {self.trials}")


@dataclass(frozen=True)
class Distance:
    """Random pairs at distance 2^-beta against the class of depth L."""

    L: int
    beta: int
    trials: int


@dataclass(frozen=True)
class Regular:
    """The class of depth L at the dyadic points."""

    L: int


def tasks(config: Config) -> list[Distance | Regular]:
    """Every distance of every depth, then the regular points of every depth."""
    from experiments._interp_sawtooth import distances

    depths = sorted(config.depths)
    return [
        *(Distance(L, beta, config.trials) for L in depths for beta in distances(L)),
        *(Regular(L) for L in depths),
    ]


def run(task: Distance | Regular, rng: Random) -> dict[str, Any]:
    """The shattered share, its interval, the law and the proved bound; or the regular points."""
    from experiments._interp_sawtooth import regular, transition

    if isinstance(task, Regular):
        return regular(task.L)
    return transition(task.L, task.beta, task.trials, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Rows by depth and distance; for each depth where the bound and the law say what."""
    from experiments._interp_sawtooth import certified, predicted_middle

    return {
        "trials": config.trials,
        "rows": [row for row in results if "shattered" in row],
        "depths": [
            {"L": L, "certified_exponent": certified(L), "predicted_middle": predicted_middle(L)}
            for L in sorted(config.depths)
        ],
        "regular": [row for row in results if "dichotomies" in row],
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by a regular set that is not shattered, or a share far above what is proved."""
    from experiments._interp_sawtooth import REFUTED_BELOW, excess

    for row in metrics["regular"]:
        if row["dichotomies"] != 2 ** row["points"]:
            return "refuted", f"the dyadic points are not shattered at L = {row['L']}"
    for row in metrics["rows"]:
        if excess(row) < REFUTED_BELOW:
            return "refuted", f"more pair sets shattered than proved at L = {row['L']}: {row}"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_interp_sawtooth_show", "report"),
    verdict=verdict,
    plot=Plot(
        "Draw the share of shattered pair sets against the distance:",
        later("_interp_sawtooth_show", "draw"),
    ),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
