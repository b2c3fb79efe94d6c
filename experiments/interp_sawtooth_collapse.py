"""One parameter, L layers: how close two random pairs may lie before they are no longer shattered.

The class is 1[T^L(theta x) >= 1/2], T the tent map, theta in [0, 1]. At the regular points 1, 1/2, 1/4, ...
it realises every labelling, however close they are. Two random pairs at distance h it shatters up to
log2(1/h) of about 2L, and interp.PAIR proves that it shatters hardly any beyond 3L + O(1). Every
dichotomy is enumerated exactly; only the choice of the pairs is random.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status


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


def run(config: Config, rng: Random) -> dict[str, Any]:
    """The shattered share at every distance, its interval, the law, the proved bound; plain data."""
    from experiments._interp_sawtooth import certified, predicted_middle, regular, transition

    depths = sorted(config.depths)
    return {
        "trials": config.trials,
        "rows": [row for L in depths for row in transition(L, config.trials, rng)],
        "depths": [
            {"L": L, "certified_exponent": certified(L), "predicted_middle": predicted_middle(L)}
            for L in depths
        ],
        "regular": [regular(L) for L in depths],
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


def render(metrics: dict[str, Any]) -> str:
    """The text of the report."""
    from experiments._interp_sawtooth_show import report

    return report(metrics)


def figure(metrics: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """Share against log2(1/h)/L, and against log2(1/h) - 2L, where the curves fall together."""
    from experiments._interp_sawtooth_show import draw

    return draw(metrics)


EXPERIMENT = Experiment(
    run=run,
    config=Config,
    render=render,
    verdict=verdict,
    plot=Plot("Draw the share of shattered pair sets against the distance:", figure),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
