"""How far apart two samples of an invariant law are once the group is divided out: no training at all.

Two samples of n points, uniform on the disc, are compared by W1 on the quotient by C_m, which is W1 of the
symmetrised samples (spgan.T5); by follow-up work the m-fold symmetry is worth m times the data, so that
the distance falls by about m^(-1/2) in the plane (spgan.F1, F2: bounds up to constants and, in two
dimensions, logarithms). On the line, under reflection, the ratio of the expectations is exactly 1/2, not
2^(-1/2), and the expectation itself is a finite sum of rationals. An action that is not by isometries is
the control: there the quotient shortcut is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later

SLOPES = (-0.60, -0.33)  # -1/2, and what sqrt(log n / n) amounts to at these n
SAVING = (0.7, 1.4)  # a ratio of distances, divided by m^(-1/2)
HALF = 0.5


@dataclass(frozen=True)
class Config:
    """Sizes, groups and draws; about a minute by default."""

    sizes: tuple[int, ...] = (16, 32, 64, 128, 256, 512)
    """Points n of each sample, increasing, 2 to 2000; at least three."""
    groups: tuple[int, ...] = (1, 4, 16)
    """Orders m of the rotation groups, increasing from 1, at most 64."""
    trials: int = 60
    """Pairs of samples for each n, 8 to 2000."""
    line_trials: int = 4000
    """Pairs of samples on the line, 100 to 100000."""

    def __post_init__(self) -> None:
        rising = tuple(sorted(set(self.sizes)))
        if self.sizes != rising or len(rising) < 3 or not 2 <= rising[0] <= rising[-1] <= 2000:
            rule = "must be three or more increasing numbers from 2 to 2000"
            raise ValueError(f"sizes: {rule}, got {self.sizes}")
        groups = tuple(sorted(set(self.groups)))
        if self.groups != groups or len(groups) < 2 or groups[0] != 1 or groups[-1] > 64:
            rule = "must be two or more increasing numbers from 1, at most 64"
            raise ValueError(f"groups: {rule}, got {self.groups}")
        for name, low, high in (("trials", 8, 2000), ("line_trials", 100, 100_000)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be {low} to {high}, got {getattr(self, name)}")


@dataclass(frozen=True)
class Disc:
    """Pairs of samples of n points on the disc, each pair compared under every group."""

    n: int
    groups: tuple[int, ...]
    trials: int


@dataclass(frozen=True)
class Line:
    """Pairs of samples of n points on [-1, 1], with and without the reflection."""

    n: int
    trials: int


@dataclass(frozen=True)
class Shortcut:
    """The quotient cost against W1 of symmetrised samples: rotations, and rotations seen askew."""

    n: int
    trials: int


def tasks(config: Config) -> list[Disc | Line | Shortcut]:
    """Every size on the disc, three on the line, one control."""
    line = sorted({config.sizes[0], config.sizes[len(config.sizes) // 2], config.sizes[-1]})
    return [
        *(Disc(n, config.groups, config.trials) for n in config.sizes),
        *(Line(n, config.line_trials) for n in line),
        Shortcut(24, 8),
    ]


def run(task: Disc | Line | Shortcut, rng: Random) -> dict[str, Any]:
    """Distances of every pair of samples."""
    from experiments import _spgan_samples as numbers

    if isinstance(task, Disc):
        return numbers.disc(task.n, task.groups, task.trials, rng)
    if isinstance(task, Line):
        return numbers.line(task.n, task.trials, rng)
    return numbers.shortcut(task.n, task.trials, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means, slopes and ratios with their bootstrap intervals."""
    from experiments._spgan_samples import summary

    return summary(config.groups, results)


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by a slope or a saving whose interval lies wholly outside its range, or by the line."""
    for one in metrics["slopes"]:
        if one["high"] < SLOPES[0] or one["low"] > SLOPES[1]:
            return "refuted", f"the slope under C{one['m']} is {one['slope']:.3f}, not near -1/2"
    for one in metrics["ratios"]:
        law = one["m"] ** -0.5
        if one["high"] < SAVING[0] * law or one["low"] > SAVING[1] * law:
            return "refuted", f"C{one['m']} saves {one['ratio']:.3f}, far from {law:.3f}"
    for one in metrics["line"]:
        if not one["low"] <= HALF <= one["high"]:
            return "refuted", f"reflection on the line: ratio {one['ratio']:.4f}, not 1/2"
        if abs(one["z"]) > 4.5:
            return "refuted", f"E W1 on the line is {one['z']:.1f} errors off its exact value"
    same, askew = metrics["shortcut"]["rotations"], metrics["shortcut"]["askew"]
    if same > 1e-9:
        return "refuted", f"the quotient differs from the symmetrised samples by {same:.2g}"
    if askew < 0.01:
        return "refuted", f"the control shows nothing: askew gap {askew:.2g}"
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_spgan_samples_show", "report"),
    verdict=verdict,
    plot=Plot("Draw mean distances against n, with slopes:", later("_spgan_samples_show", "draw")),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
