"""Collapse rate of a channel against learning rate and scale: where the square law holds, and where not.

With frozen gamma, or with the step scale held, the mean collapse time is C / kappa, kappa = eta^2 s^2 /
(n gamma^2): the rate has exponent 2 in eta and -2 in gamma, tested by equivalence for step scales .05 to
.4, and every mean is compared with the integral equation of the walk, at any step scale. With gamma really
trained the mean is infinite in the diffusion limit: medians are fitted instead, over the same range, and the
truncated mean is shown to grow. From step scale .8 on the law saturates; a restoring gradient makes the rate
exponential in 1 / eta; the probability of a single jump has the exponent of the noise's tail. All under
pure noise independent of gamma.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later
from experiments._psbn_scaling import (
    KEPT,
    LARGE,
    LEVELS,
    ONE_STEP,
    PULLED,
    SMALL,
    TRAINED,
    TRUNCATED,
    Jump,
    Times,
    jumps,
    times,
)

QUICK = 300  # trials


@dataclass(frozen=True)
class Config:
    """How much is simulated; about a minute of one core by default."""

    trials: int | None = None
    """Collapse times at each point, 200 to 1000000; without it as many as the tests need, about 10000."""
    draws: int = 2_000_000
    """Single steps for each noise and step scale, 1000 to 10^9."""
    quick: bool = False
    """At most 300 trials, 20000 draws and no small steps, to see that it runs; some tests stay undecided."""

    def __post_init__(self) -> None:
        limits = {"trials": (200, 10**6), "draws": (1000, 10**9)}
        for name, (low, high) in limits.items():
            if getattr(self, name) is not None and not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be from {low} to {high}, got {getattr(self, name)}")


def effort(config: Config) -> tuple[int, int]:
    """Trials and draws."""
    if config.quick:
        return min(config.trials or QUICK, QUICK), min(config.draws, 20_000)
    if config.trials is None:
        from experiments._psbn_scaling_tests import design

        return max(design().values()), config.draws
    return config.trials, config.draws


def tasks(config: Config) -> list[Times | Jump]:
    """The points of the four models, two long runs with trained gamma, and the single steps."""
    from experiments._psbn_scaling_tests import SHARE

    trials, draws = effort(config)
    least, long_h = (0.2, 0.4) if config.quick else (0.0, 0.1)
    found: list[Times] = []
    for model in ("frozen", "held", "trained"):
        for axis in ("eta", "gamma"):
            for h in TRAINED if model == "trained" else SMALL:
                horizon = int(KEPT / h**2) if model == "trained" else 10**9
                found.append(Times(model, axis, h, trials, LEVELS[model], horizon))
    found += [Times("frozen", "eta", h, trials, LEVELS["frozen"]) for h in LARGE]
    few = max(100, trials // SHARE["pulled"])  # these times are long
    pulled = PULLED[2:] if config.quick else PULLED
    found += [Times("pulled", "eta", h, few, LEVELS["pulled"]) for h in pulled]
    far = int(TRUNCATED[-1] / long_h**2)
    found += [Times("trained", "long", long_h, trials // SHARE["long"], c, far) for c in (1.5, 3.0)]
    found = [task for task in found if task.h >= least]
    return [*found, *(Jump(nu, h, draws) for nu in (0, 2, 4) for h in ONE_STEP)]


def run(task: Times | Jump, rng: Random) -> dict[str, Any]:
    """Collapse times of a point, or the counted jumps of single steps."""
    return jumps(task, rng) if isinstance(task, Jump) else times(task, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The rows, and every declared test on them."""
    from experiments._psbn_scaling import constant
    from experiments._psbn_scaling_tests import design, family, tests

    trials, draws = effort(config)
    rows = [row for row in results if "model" in row]
    found = tests(rows, trials)
    return {
        "trials": trials,
        "draws": draws,
        "constants": {m: constant(m, LEVELS[m]) for m in ("frozen", "held")},
        "rows": rows,
        "jumps": [row for row in results if "nu" in row],
        "tests": found,
        "needed": design(),
        "family": float(family(found)),
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by a law that fails where it must hold, or that holds where it must fail."""
    judged = [t for t in metrics["tests"] if t["expected"] != "asked"]
    wrong = [t for t in judged if t["decision"] not in (t["expected"], "undecided")]
    for row in metrics["jumps"]:
        if not row["low"] <= row["exact"] <= row["high"]:
            return "refuted", f"single jumps do not have the exact probability: {row}"
    if wrong:
        return "refuted", f"{wrong[0]['estimand']}: {wrong[0]['estimate']:.3f}"
    still = [t["estimand"] for t in judged if t["decision"] == "undecided"]
    if still:
        return "undecided", f"{len(still)} tests need more trials, first: {still[0]}"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_psbn_scaling_show", "report"),
    verdict=verdict,
    plot=Plot(
        "Draw rates, medians, truncated means and single jumps:",
        later("_psbn_scaling_show", "draw"),
    ),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
