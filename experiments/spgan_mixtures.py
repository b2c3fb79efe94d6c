"""Toy GANs on invariant mixtures: structure in the generator, in the discriminator, in both, in neither.

Four arms learn the same n points of a law that a group leaves alone: C4, D4, C_m, a mirror, C4 laid into
R^12, Student noise without a mean. W1 to fresh points is measured against n. By spgan.T8 an invariant
discriminator with an unstructured generator may collapse to one point of each orbit, and is then as good
as it can be by its own, reduced loss: fresh judges measure that loss, and turning the collapsed samples by
random elements must make them as good as those of a structured generator. The comparison of *both* with
*none* at n = 16 is a paired one-sided sign-flip test at level .01, with an effect ratio of 2 declared
beforehand (spgan.E1); the trivial group in place of the structure is its control.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later
from experiments._spgan_mixtures import COLLAPSED, DECIDED, EFFECT, LEVEL

if TYPE_CHECKING:
    from experiments._spgan_game import Play

LAWS = ("C4", "D4", "D1", "C8", "C16", "C4 R12", "C4 t")
OCCUPANCY = 0.05  # a structured generator's modes have 1/4 each, give or take this
REDUCED = 2.0  # a collapsed generator's reduced loss: at most so many times the structured one's
FULL = 10.0  # its full loss: at least so many times its reduced one


@dataclass(frozen=True)
class Config:
    """Laws, sizes and seeds; about half an hour on one core by default."""

    sizes: tuple[int, ...] = (8, 16, 32, 64, 128, 256, 512)
    """Training points n for the law C4, increasing, 2 to 5000; 16 is where the test is made."""
    other_sizes: tuple[int, ...] = (16, 64, 256)
    """The same for the other laws."""
    laws: tuple[str, ...] = LAWS
    """Any of C4, D4, D1, C8, C16, "C4 R12", "C4 t"; C4 first."""
    seeds: int = 8
    """Trainings of each arm, 2 to 18; the test needs at least 7."""
    steps: int = 1500
    """Steps of each training, 1 to 100000."""
    judge: int = 600
    """Steps of the judges, for C4 at n = 16; 1 to 100000."""

    def __post_init__(self) -> None:
        for name in ("sizes", "other_sizes"):
            sizes = getattr(self, name)
            if not sizes or sizes != tuple(sorted(set(sizes))) or not 2 <= sizes[0] <= 5000:
                raise ValueError(f"{name}: must be increasing numbers from 2 to 5000, got {sizes}")
            if sizes[-1] > 5000:
                raise ValueError(f"{name}: must be increasing numbers from 2 to 5000, got {sizes}")
        if not self.laws or self.laws[0] != "C4" or len(set(self.laws)) < len(self.laws):
            raise ValueError(f"laws: must be different ones, C4 first, got {self.laws}")
        if other := set(self.laws) - set(LAWS):
            raise ValueError(f"laws: must be of {', '.join(LAWS)}, got {sorted(other)}")
        for name, low, high in (("seeds", 2, 18), ("steps", 1, 100_000), ("judge", 1, 100_000)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be {low} to {high}, got {getattr(self, name)}")


def tasks(config: Config) -> list[Play]:
    """C4 at every size, the trivial group as its control, then the other laws; the decisive one first."""
    from experiments._spgan_game import Play

    c = config
    first = sorted(c.sizes, key=lambda n: n != DECIDED)
    found = [Play("C4", "C4", n, c.seeds, c.steps, c.judge * (n == DECIDED)) for n in first]
    if DECIDED in c.sizes:
        found.insert(1, Play("C4", "C1", DECIDED, c.seeds, c.steps))
    for law in c.laws[1:]:
        group = law.split()[0]
        found += [Play(law, group, n, c.seeds, c.steps) for n in c.other_sizes]
        if law.endswith(" t"):
            found += [Play(law, group, n, c.seeds, c.steps, 0, "ipm") for n in c.other_sizes]
    return found


def run(task: Play, rng: Random) -> dict[str, Any]:
    """The four arms on the same points."""
    from experiments._spgan_game import Arm, play

    arms = {
        "none": Arm(),
        "generator": Arm(structured=True),
        "critic": Arm(invariant=True),
        "both": Arm(structured=True, invariant=True),
    }
    if task.structure == "C1":  # the four arms are one and the same; two of them are compared
        arms = {name: arms[name] for name in ("none", "both")}
    return play(task, arms, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The rows, and the test, the collapse and the shifts made of them."""
    from experiments._spgan_mixtures import summary

    return summary(list(results), config.seeds)


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by the test, its control, the collapse, its losses, or a structured generator's modes."""
    if metrics["test"] is None:
        return "undecided", "nothing was trained on C4 with n = 16"
    return next(_against(metrics), None) or _power(metrics)


def _against(metrics: dict[str, Any]) -> Any:
    """("refuted", why) of everything that went against what was declared."""
    test, collapse = metrics["test"], metrics["collapse"]
    uneven = metrics["structured_off"]
    if uneven > OCCUPANCY:
        yield "refuted", f"a structured generator's occupancy is {uneven:.3f} off 1/4"
    if metrics["control"]["p"] <= LEVEL:
        yield "refuted", f"the trivial group gains as well: p = {metrics['control']['p']:.4f}"
    if metrics["seeds"] >= test["needed"]:
        if test["p"] > LEVEL:
            yield "refuted", f"both against none at n = 16: p = {test['p']:.4f} above {LEVEL}"
        if test["ratio"] <= EFFECT:
            yield "refuted", f"both against none at n = 16: ratio {test['ratio']:.2f}, not above 2"
    if collapse["median_w1"] <= COLLAPSED:
        why = f"W1 {collapse['median_w1']:.2f}, not above {COLLAPSED}"
        yield "refuted", f"the invariant critic's free generator did not collapse: {why}"
    reduced, full = collapse["median_reduced"], collapse["median_full"]
    if reduced > REDUCED * collapse["both_reduced"]:
        why = f"{reduced:.3f} against {collapse['both_reduced']:.3f}"
        yield "refuted", f"a collapsed generator's reduced loss is not low: {why}"
    if full < FULL * reduced:
        yield "refuted", f"a collapsed generator's full loss is not high: {full:.3f}"
    if collapse["median_turned"] > COLLAPSED / 2:
        yield "refuted", f"turned, collapsed samples are still bad: {collapse['median_turned']:.2f}"


def _power(metrics: dict[str, Any]) -> tuple[Status, str]:
    needed = metrics["test"]["needed"]
    if metrics["seeds"] < needed:
        return "undecided", f"level {LEVEL} needs {needed} seeds, there are {metrics['seeds']}"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_spgan_mixtures_show", "report"),
    verdict=verdict,
    plot=Plot("Draw samples of the arms and W1 against n:", later("_spgan_mixtures_draw", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
