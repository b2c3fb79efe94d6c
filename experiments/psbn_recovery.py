"""Dead channels brought back, or not: BN, psBN with decay, psBN without decay.

A net is trained with BN at a high learning rate until some channels are dead, converted so that its
function stays, and fine-tuned at a low rate; weight decay acts on norm parameters (and hardly on the
rest). Under BN the ratio of a dead channel never changes; under psBN decay brings it back at a step that
psbn.T10 predicts; without decay psBN is BN started elsewhere (psbn.T9) and nothing moves. Paths are
compared with the formula step by step.

Judged in every net, of the channels dead before: under psBN with decay at most a third are left; under BN,
and under psBN without decay, at most a third come back (they do when the layers before them move). Judged
over all nets: the number of dead channels does not fall under BN, and falls to a third or less under psBN
with decay. Channels that die in the fine-tuning itself are collapse, not failed recovery; the table tells
them apart. Stricter rules were tried first and failed: no net's number falls under BN (with seed 2 one
does, from 8 to 7), every net's number falls to a third under psBN (with seed 0 one has 5 before, none of
them after, 2 new). Of the fresh seeds 3, 4, 5 the present rule passes two; with seed 4 it is refuted by a
net with 2 dead channels, one of which comes back without decay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later

if TYPE_CHECKING:
    from experiments._psbn_recover import Run

SAME_OUTPUT = 1e-5  # of the conversion, relative
SAME_PATH = 2e-5  # single precision over some hundred steps


@dataclass(frozen=True)
class Config:
    """Training before and after; about a minute and a half by default, half of it with --jobs 2."""

    data: Literal["digits", "mnist"] = "digits"
    """digits: scikit-learn's; mnist: the 10000 test images, in the folder that TOUCHSTONE_DATA names."""
    seeds: int = 4
    """Nets, 1 to 100."""
    width: int = 16
    """Channels of the first block, 2 to 128; six times as many in all."""
    rate_before: float = 1.5
    """Learning rate of the training that kills channels."""
    epochs_before: int = 6
    """Its passes over the data, 1 to 200."""
    rate: float = 0.1
    """Learning rate of the fine-tuning."""
    epochs: int = 12
    """Its passes over the data, 1 to 1000."""
    decay: float = 0.01
    """Weight decay of norm parameters in fine-tuning, above 0, at most 1."""
    quick: bool = False
    """One narrow net and little training with more decay, to see that it runs."""

    def __post_init__(self) -> None:
        limits = {
            "seeds": (1, 100),
            "width": (2, 128),
            "epochs_before": (1, 200),
            "epochs": (1, 1000),
        }
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be from {low} to {high}, got {getattr(self, name)}")
        for name in ("rate_before", "rate"):
            if not 0 < getattr(self, name) <= 100:
                raise ValueError(f"{name}: must be from above 0 to 100, got {getattr(self, name)}")
        if not 0 < self.decay <= 1:
            raise ValueError(f"decay: must be from above 0 to 1, got {self.decay}")


def reduced(config: Config) -> Config:
    """What is really run."""
    from dataclasses import replace

    if not config.quick:
        return config
    small = {
        "seeds": 1,
        "width": 6,
        "rate_before": 3.0,
        "epochs_before": 2,
        "epochs": 7,
        "decay": 0.02,
    }
    return replace(config, **small, quick=False)


def tasks(config: Config) -> list[Run]:
    """One for each net; none if the data are not there."""
    from experiments._psbn_data import absent

    if absent(config.data):
        return []
    from experiments._psbn_recover import Run

    c = reduced(config)
    rest = (c.width, c.rate_before, c.epochs_before, c.rate, c.epochs, c.decay)
    return [Run(c.data, replicate, *rest) for replicate in range(c.seeds)]


def run(task: Run, rng: Random) -> dict[str, Any]:
    """The three arms of one net."""
    from experiments._psbn_recover import recovery

    return recovery(task, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The nets, sums over them, and the paired sign test; or what is missing."""
    from experiments._psbn_data import absent

    if not results:
        return {"missing": absent(config.data) or "no tasks"}
    from experiments._psbn_recover import ARMS
    from experiments._psbn_statistics import signs

    after = {arm: [net["arms"][arm]["after"] for net in results] for arm in ARMS}
    gaps = [a - b for a, b in zip(after["bn"], after["psbn"], strict=True)]
    return {
        "nets": list(results),
        "before": sum(len(net["start"]["dead"]) for net in results),
        "after": {arm: sum(counts) for arm, counts in after.items()},
        "of_the_first": {
            arm: sum(net["arms"][arm]["of_the_first"] for net in results) for arm in ARMS
        },
        "sign_test": signs(gaps),
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by one net with a path off the formula, or whose dead come back, or stay, against it."""
    if "missing" in metrics:
        return "undecided", f"not run: {metrics['missing']}"
    wrong = [text for net in metrics["nets"] for text in _off(net)]
    if wrong:
        return "refuted", wrong[0]
    wrong = [text for net in metrics["nets"] for text in _against(net)]
    wrong += _against_in_sum(metrics["nets"])
    if wrong:
        return "refuted", wrong[0]
    empty = [net["replicate"] for net in metrics["nets"] if not net["start"]["dead"]]
    if empty:
        return "undecided", f"net {empty[0]} had no dead channel: train longer or at a higher rate"
    return "done", ""


def _against(net: dict[str, Any]) -> Iterator[str]:
    """What this net says against the statements of the module about every net."""
    before, arms = len(net["start"]["dead"]), net["arms"]
    where = f"net {net['replicate']}, {before} dead before"
    if 3 * arms["psbn"]["of_the_first"] > before:
        left = arms["psbn"]["of_the_first"]
        yield f"psBN brought back too few: {where}, {left} of them after"
    for arm, name in (("bn", "BN"), ("psbn0", "psBN without decay")):
        if 3 * (left := arms[arm]["of_the_first"]) < 2 * before:
            yield f"dead channels came back under {name}: {where}, {left} of them after"


def _against_in_sum(nets: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What all nets together say against the statements about their sum."""
    before = sum(len(net["start"]["dead"]) for net in nets)
    bn, psbn = (sum(net["arms"][arm]["after"] for net in nets) for arm in ("bn", "psbn"))
    if bn < before:
        yield f"dead channels fell under BN: {before} before in all nets, {bn} after"
    if 3 * psbn > before:
        yield f"psBN left too many: {before} dead before in all nets, {psbn} after"


def _off(net: dict[str, Any]) -> Iterator[str]:
    """What is exact in theory and is not so in this net."""
    for name, arm in net["arms"].items():
        where = f"net {net['replicate']}, {name}"
        if arm["moved"] > SAME_OUTPUT:
            yield f"the conversion changed the output by {arm['moved']:.2g}: {where}"
        for channel in arm["channels"]:
            if channel["largest_gap"] > SAME_PATH:
                yield f"a dead channel is off the formula by {channel['largest_gap']:.2g}: {where}"


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_psbn_recover_show", "report"),
    verdict=verdict,
    plot=Plot("Draw dead channels and their ratios by step:", later("_psbn_recover_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
