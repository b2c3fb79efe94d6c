"""What the scaling experiment tests, and what its simulations say about it.

Every test is declared before a number is seen. A slope is *shown* to be the target within delta if its
interval at level 1 - 2 alpha lies inside; it is *refuted* if the interval lies outside; else the test is
undecided. For the regimes in which the law must fail (saturated, pulled) the second outcome is the
expected one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log
from typing import Any

from constructions.psbn.hazard import tail_exponent
from experiments._psbn_scaling import LARGE, SMALL, TRAINED, R
from experiments._psbn_statistics import fit_law, judged, z_of
from proofs_checks.error_rates import Decision, Declaration

ALPHA = Fraction(1, 1000)
Rows = list[dict[str, Any]]
SHOWN, FALSE, OPEN = "shown", "refuted", "undecided"
WORDS = {Decision.NULL: SHOWN, Decision.ALTERNATIVE: FALSE, Decision.UNDECIDED: OPEN}


MODELS = ("frozen", "held", "trained")
FITTED = {"frozen": SMALL, "held": SMALL, "trained": TRAINED[:-2]}  # medians bend above h = .2
# With the step scale held the drift of second order in kappa shortens the times above h = .1.
LEVEL = {"frozen": SMALL, "held": SMALL[:3]}


@dataclass(frozen=True)
class Series:
    """The points of one model along one axis, and the statistic that is fitted."""

    model: str
    axis: str
    steps: tuple[float, ...]
    statistic: str

    def points(self, rows: Sequence[dict[str, Any]]) -> Rows:
        """Those of the rows that belong to it and have the statistic."""
        mine = [r for r in rows if (r["model"], r["axis"]) == (self.model, self.axis)]
        return [r for r in mine if r["h"] in self.steps and self.statistic in r]


def value(row: dict[str, Any], statistic: str) -> tuple[float, float]:
    """(value, relative error) of a mean or a median, in steps."""
    if statistic == "median":
        return row["median"]["value"], row["median_error"]
    return row["mean"], row["error"] / row["mean"]


def tests(rows: Rows, trials: int) -> Rows:
    """Every test of the experiment on the simulated rows."""
    found = [_slope(rows, trials, model, axis) for model in MODELS for axis in ("eta", "gamma")]
    found += [_level(rows, trials, model) for model in ("frozen", "held")]
    found += [_broken(rows, trials, model) for model in ("frozen", "pulled")]
    found += [_growth(row, trials) for row in rows if _long(row)]
    return found


def _declare(estimand: str, target: str, delta: Fraction, n: int) -> Declaration:
    return Declaration(
        estimand=estimand,
        null=f"within {delta} of {target}",
        alternative=f"at least {delta} away from {target}",
        delta=delta,
        alpha=ALPHA,
        beta=ALPHA,
        n=n,
        stream="psbn_scaling",
    )


def _row(
    declared: Declaration, target: Fraction, fit: tuple[float, float, float], wanted: str
) -> Any:
    estimate, low, high = fit
    return {
        "estimand": declared.estimand,
        **{"target": float(target), "delta": float(declared.delta), "estimate": estimate},
        **{"low": low, "high": high, "decision": WORDS[judged(low, high, declared, target)]},
        **{"expected": wanted, "declaration": declared.as_json()},
    }


def _slope(rows: Rows, trials: int, model: str, axis: str) -> dict[str, Any]:
    """The exponent of the collapse rate (1 / mean, or 1 / median) in eta or gamma."""
    statistic = "median" if model == "trained" else "mean"
    steps = FITTED[model]
    points = Series(model, axis, steps, statistic).points(rows)
    found = [value(row, statistic) for row in points]
    x = [row[axis] for row in points]
    fit = fit_law(x, [1 / v for v, _ in found], [e for _, e in found], ALPHA)
    target = Fraction(2 if axis == "eta" else -2)
    name = f"exponent of 1/{statistic} in {axis}, {model}, h = {points[0]['h']:g} to {points[-1]['h']:g}"
    declared = _declare(name, str(target), Fraction(1, 10), trials)
    shown = _row(declared, target, (fit.slope, fit.low, fit.high), SHOWN)
    return {**shown, "model": model, "axis": axis, "intercept": fit.intercept}


def _level(rows: Rows, trials: int, model: str) -> dict[str, Any]:
    """The mean of measured / predicted time over all small steps, both axes."""
    both = [Series(model, axis, LEVEL[model], "mean") for axis in ("eta", "gamma")]
    points = [point for one in both for point in one.points(rows)]
    ratios = [p["mean"] / p["predicted"] for p in points]
    errors = [p["error"] / p["predicted"] for p in points]
    middle = sum(ratios) / len(ratios)
    reach = z_of(ALPHA) * sum(e**2 for e in errors) ** 0.5 / len(errors)
    ends = f"{points[0]['h']:g} to {points[-1]['h']:g}"
    name = f"mean time / predicted time, {model}, h = {ends}"
    declared = _declare(name, "1", Fraction(1, 50), trials)
    return _row(declared, Fraction(1), (middle, middle - reach, middle + reach), SHOWN)


def _broken(rows: Rows, trials: int, model: str) -> dict[str, Any]:
    """The same exponent where the law must fail: large steps, or a restoring gradient."""
    steps = LARGE if model == "frozen" else tuple(r["h"] for r in rows if r["model"] == "pulled")
    points = Series(model, "eta", steps, "mean").points(rows)
    found = [value(row, "mean") for row in points]
    x = [row["eta"] for row in points]
    fit = fit_law(x, [1 / v for v, _ in found], [e for _, e in found], ALPHA)
    regime = "saturated" if model == "frozen" else "with a restoring gradient"
    name = f"exponent of 1/mean in eta, {regime}, h = {x[0]} to {x[-1]}"
    declared = _declare(name, "2", Fraction(1, 10), trials)
    return _row(declared, Fraction(2), (fit.slope, fit.low, fit.high), FALSE)


def _long(row: dict[str, Any]) -> bool:
    return bool(row.get("truncated")) and row["truncated"][-1]["mean"] is not None


def _growth(row: dict[str, Any], trials: int) -> dict[str, Any]:
    """How E min(T, t) grows between the last two horizons: like t^(1 - p*/2), for ever."""
    before, after = row["truncated"][-2:]
    tripled = log(after["t"] / before["t"])
    exponent = log(after["mean"] / before["mean"]) / tripled
    # The two means are positively correlated, so adding the variances is on the safe side.
    parts = [(one["error"] / one["mean"]) ** 2 for one in (before, after)]
    reach = z_of(ALPHA) * sum(parts) ** 0.5 / tripled
    limit = 1 - tail_exponent(row["c"], R) / 2
    name = f"growth exponent of the truncated mean, trained, c = {row['c']}"
    declared = _declare(name, f"{limit:.3f} = 1 - p*/2", Fraction(1, 5), trials)
    target = Fraction(limit).limit_denominator(10**6)
    return _row(declared, target, (exponent, exponent - reach, exponent + reach), SHOWN)
