"""Is the noise of a real net what the theory assumes? Gradient variances per channel against psbn.T3.

Nets on real digits, as initialised and after training at a low and a high rate, are held fixed; over many
batches the variance of every channel's gradients is compared with what Gaussian inputs (G) and pure
independent noise (N) predict. The ratio, by which kappa is off too, is split into four factors that say
which hypothesis fails, and where. Exact by contrast: the bounds of T3 for every batch, and s proportional
to 1 / gamma where another norm follows (T11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from experiments._lab.cli import main
from experiments._lab.experiment import Experiment, Plot, Status
from experiments._lab.later import later

if TYPE_CHECKING:
    from experiments._psbn_gradients import Measure

ROUNDING = 1e-9
NEAR = 0.05  # of the exponent -1: eps is not 0


@dataclass(frozen=True)
class Config:
    """What is measured; about a minute by default."""

    data: Literal["digits", "mnist"] = "digits"
    """digits: scikit-learn's; mnist: the 10000 test images, in the folder that TOUCHSTONE_DATA names."""
    seeds: int = 3
    """Nets of every kind, 1 to 100."""
    width: int = 16
    """Channels of the first block, 2 to 128; six times as many in all."""
    rates: tuple[float, ...] = (0.1, 1.0)
    """Learning rates at which nets are trained; an untrained net is always measured as well."""
    epochs: int = 6
    """Epochs of that training, 1 to 200."""
    batches: int = 200
    """Batches over which variances are taken, 10 to 100000."""

    def __post_init__(self) -> None:
        limits = {
            "seeds": (1, 100),
            "width": (2, 128),
            "epochs": (1, 200),
            "batches": (10, 100_000),
        }
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: must be from {low} to {high}, got {getattr(self, name)}")
        if len(set(self.rates)) < len(self.rates) or any(
            not 0 < rate <= 100 for rate in self.rates
        ):
            raise ValueError(f"rates: must be distinct, from above 0 to 100, got {self.rates}")


def tasks(config: Config) -> list[Measure]:
    """Every net of every kind; none if the data are not there."""
    from experiments._psbn_data import absent

    if absent(config.data):
        return []
    from experiments._psbn_gradients import Measure

    kinds = [(0, 0.1), *((config.epochs, rate) for rate in config.rates)]
    return [
        Measure(config.data, replicate, config.width, *kind, config.batches)
        for kind in kinds
        for replicate in range(config.seeds)
    ]


def run(task: Measure, rng: Random) -> dict[str, Any]:
    """The channels of one net."""
    from experiments._psbn_gradients import measure

    return measure(task, rng)


def collect(config: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The nets, and for every kind, block and parameter the factors; or what is missing."""
    from experiments._psbn_data import absent

    if not results:
        return {"missing": absent(config.data) or "no tasks"}
    from experiments._psbn_gradients import BLOCKS, FACTORS

    kinds = list(dict.fromkeys((net["epochs"], net["rate"]) for net in results))
    table = []
    for kind in kinds:
        nets = [net for net in results if (net["epochs"], net["rate"]) == kind]
        for block in range(BLOCKS):
            rows = [c for net in nets for c in net["channels"] if c["block"] == block]
            for name in ("beta", "gamma") if rows else ():
                mine = [row[name] for row in rows]
                spread = {
                    what: _quartiles([one[what] for one in mine])
                    for what in (*FACTORS, "ratio", "signal")
                }
                within = sum(0.5 <= one["ratio"] <= 2 for one in mine) / len(mine)
                where = {"epochs": kind[0], "rate": kind[1], "block": block, "of": name}
                table.append({**where, "channels": len(mine), "within_2": within, **spread})
    return {"nets": list(results), "table": table}


def _quartiles(values: list[float]) -> list[float]:
    """Lower quartile, median, upper quartile."""
    ordered = sorted(values)
    return [ordered[round(p * (len(ordered) - 1))] for p in (0.25, 0.5, 0.75)]


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted by a broken bound or a wrong exponent; that (G) and (N) are off is reported, not judged."""
    if "missing" in metrics:
        return "undecided", f"not run: {metrics['missing']}"
    for net in metrics["nets"]:
        where = f"net {net['replicate']}, {net['epochs']} epochs at {net['rate']:g}"
        if net["worst_bound"] > 1 + ROUNDING:
            return (
                "refuted",
                f"a gradient is {net['worst_bound']:.3f} of its bound (psbn.T3): {where}",
            )
        for block, exponent in enumerate(net["exponents"][:-1]):
            if abs(exponent + 1) > NEAR:
                return (
                    "refuted",
                    f"s goes like gamma^{exponent:.3f} before another norm, block {block}: {where}",
                )
    return "done", ""


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_psbn_gradients_show", "report"),
    verdict=verdict,
    plot=Plot(
        "Draw measured against predicted, and the factors:", later("_psbn_gradients_show", "draw")
    ),
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
