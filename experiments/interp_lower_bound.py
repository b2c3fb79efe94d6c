"""How many parameters a ReLU network needs to interpolate N points: certified from both sides.

Lower bounds are integer arithmetic with a certificate that ``python -m proofs_checks`` decides. Upper
bounds are networks that are built and evaluated exactly at all N points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, Any, Literal

from tyro.conf import arg

from experiments import _interp_problem
from experiments._lab.cli import main
from experiments._lab.experiment import Artifact, Experiment, Plot, Refused, Rows, Status
from experiments._lab.later import later

LARGEST = 512  # of the sweep
CONVENTION = "dense count P: every entry of every weight matrix and bias, zeros included"


@dataclass(frozen=True)
class Config:
    """At most one of b, delta and c may be given; without any of them b = N."""

    N: int = 64
    """Number of points, 2 to 4096."""
    b: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: N)")] = None
    """Bits of separation: the points are at least delta = 2^-b apart, b >= log2 N."""
    delta: Annotated[str | None, arg(metavar="NUMBER", help_behavior_hint="")] = None
    """Separation as 2**-64, 2^-64, 1e-9 or p/q, read exactly; b = floor(log2(1/delta))."""
    c: Annotated[str | None, arg(metavar="NUMBER", help_behavior_hint="")] = None
    """Separation as a rate: b = floor(c N)."""
    d: int = 1
    """Dimension: points in [0,1] for d = 1, on a diameter of the unit ball for d > 1."""
    widths: Literal["uniform", "general"] = "uniform"
    """The nets the certified bound speaks of: one width W, or every width vector (N <= 64)."""
    sweep: bool = False
    """Also the table over (N, b) for N from 16 to 512."""

    def __post_init__(self) -> None:
        _ = self.problem
        if self.sweep:
            _interp_problem.demand_sweepable(self.d, LARGEST)
        if self.widths == "general" and self.N > 64:
            # Every vector is gone through: 14 000 at N = b = 64, and more than 10^6 soon after.
            raise ValueError(f"widths: general widths take N <= 64, got N = {self.N}")

    @property
    def problem(self) -> _interp_problem.Problem:
        """The problem meant; ``ValueError`` if there is none (see ``resolve``)."""
        return _interp_problem.resolve(self.N, self.d, self.b, self.delta, self.c)


@dataclass(frozen=True)
class Point:
    """One point of the sweep: N points, b = law(N)."""

    law: str
    N: int
    b: int
    d: int


def tasks(config: Config) -> list[Config | Point]:
    """The problem itself, then the points of the sweep."""
    problem = replace(config, sweep=False)
    if not config.sweep:
        return [problem]
    from experiments._interp_sweep import grid

    return [problem, *(Point(law, N, b, config.d) for law, N, b in grid())]


def run(task: Config | Point, rng: Random) -> dict[str, Any]:
    """Both bounds of the problem with all that goes with them, or of one point of the sweep."""
    if isinstance(task, Point):
        from experiments._interp_sweep import row

        return row(task.law, task.N, task.b, task.d, rng)
    return both_bounds(task, rng)


def collect(_: Config, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The problem, and the sweep if there was one."""
    problem, *rows = results
    return problem | {"sweep": rows} if rows else problem


def both_bounds(config: Config, rng: Random) -> dict[str, Any]:
    """Both bounds, the nets, the gap, the regime, the adversarial draw; plain data."""
    from experiments._interp_bounds import (
        BEST,
        adversarial_draw,
        lower_bounds,
        smallest,
        upper_bounds,
    )

    problem = config.problem
    lower = lower_bounds(problem, config.widths)
    certified = next(row for row in lower if row["claim"] == BEST)
    P = certified["parameters"]
    nets = upper_bounds(problem, rng)
    counted = "uniform_parameters" if config.widths == "uniform" else "parameters"
    compared = smallest(nets, counted)
    return {
        "problem": describe(problem),
        "lower_bound": {"parameters": P, "architecture": certified["architecture"]},
        "lower_bounds": lower,
        "upper_bound": smallest(nets) or {"construction": None, "parameters": None},
        "upper_bounds": nets,
        # Like is compared with like: the lower bound may speak of uniform widths only.
        "gap": compared and {"counted": counted, **compared, "ratio": compared[counted] / P},
        "regime": problem.regime,
        "adversarial_draw": adversarial_draw(problem, P),
    }


def describe(problem: _interp_problem.Problem) -> dict[str, Any]:
    """The problem line: sizes, separation, labels, where the points lie, what is counted."""
    return {
        "N": problem.N,
        "d": problem.d,
        "b": problem.b,
        "delta": problem.delta,
        "given": problem.given,
        "labels": [0, 1],
        "points": "in [0, 1]" if problem.d == 1 else "on a diameter of the unit ball",
        "convention": CONVENTION,
    }


def verdict(metrics: dict[str, Any]) -> tuple[Status, str]:
    """Refuted when a net does not interpolate, or lies in a class that is certified not to do it."""
    wrong = [row for row in metrics["upper_bounds"] if not row["verified"]]
    if wrong:
        where = ", ".join(f"{row['name']} on {row['configuration']}" for row in wrong)
        return "refuted", f"does not interpolate: {where}"
    gap = metrics["gap"]
    pairs = [(metrics["lower_bound"]["parameters"], gap[gap["counted"]])]
    for row in metrics.get("sweep", ()):
        if not row["verified"]:
            return "refuted", f"no net interpolates at N = {row['N']}, b = {row['b']}"
        pairs.append((row["lower"], row["uniform_upper"]))
    crossed = [f"{upper} < {lower}" for lower, upper in pairs if upper < lower]
    if crossed:
        return "refuted", f"a built net undercuts the certified bound: {', '.join(crossed)}"
    return "done", ""


def certificate(config: Config, metrics: dict[str, Any]) -> bytes:
    """The sealed certificate of the lower bound; ``Refused`` if the referee does not accept it."""
    from constructions.interp.vector_bound import sharpest_minimum
    from experiments._interp_bounds import BEST
    from proofs_checks.certificate import Rejected, check, dumps, parse

    status, why = verdict(metrics)
    if status != "done":
        raise Refused(why)
    problem = config.problem
    bound = sharpest_minimum(problem.N, problem.b, problem.d, config.widths)
    text = dumps(bound.certificate())
    try:
        check(parse(text), claim=BEST)
    except Rejected as error:
        raise Refused(f"the referee rejects the certificate: {error}") from error
    return text.encode()


def figure(metrics: dict[str, Any]) -> tuple[Any, Rows]:
    """The scaling law of the sweep; ``Refused`` if a point of it was not verified."""
    from experiments._interp_figure import draw

    status, why = verdict(metrics)
    if status != "done":
        raise Refused(why)
    return draw(metrics["sweep"], metrics["problem"]["d"])


EXPERIMENT = Experiment(
    config=Config,
    tasks=tasks,
    run=run,
    collect=collect,
    render=later("_interp_text", "render"),
    verdict=verdict,
    plot=Plot(
        "Draw the scaling law, P against N (implies --sweep):",
        figure,
        prepare=lambda config: replace(config, sweep=True),
    ),
    artifacts={
        "certificate": Artifact("Write the certificate of the lower bound.", certificate),
    },
)

if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
