r"""What the scaling experiment tests, with how many trials, and what its simulations say about it.

Every range, target and delta stands here, and the number of trials follows from them before a number is
seen. A slope is *shown* to be the target within delta if its interval at level 1 - 2 alpha lies inside; it
is *refuted* if the interval lies outside; else the test is undecided.

The range of the square law is h = .05 to .4, whole, for every model and both axes. For means the integral
equation of the walk says beforehand how far the exponent is from 2 there (.03 frozen, .07 held), and n is
such that an interval fits between that and delta. Nothing says how far medians with trained gamma are off
at these h: that test is *asked*, and no outcome of it is against the theory. Where the law must fail
(saturated, restoring gradient) a refuted exponent is the expected outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log
from typing import Any

from constructions.psbn.hazard import tail_exponent
from experiments._psbn_scaling import LARGE, LEVELS, PULLED, SMALL, TRUNCATED, R, exact_mean
from experiments._psbn_statistics import fit_law, judged, z_of
from proofs_checks.error_rates import Decision, Declaration

ALPHA = BETA = Fraction(1, 1000)
SLOPE, LEVEL, GROWTH = Fraction(1, 10), Fraction(3, 100), Fraction(1, 5)  # delta of each kind
PULLED_LEVEL = Fraction(1, 10)  # these times are long: fewer trials
SHARE = {"pulled": 10, "long": 2}  # of the trials, one in so many
SPREAD = 1.0  # sd / mean of a time is below that of an exponential law
GROWTH_SPREAD, GROWTH_OFF = (
    1.4,
    0.07,
)  # of a growth exponent: spread, distance at these horizons (pilot)

Rows = list[dict[str, Any]]
SHOWN, FALSE, OPEN, ASKED = "shown", "refuted", "undecided", "asked"
WORDS = {Decision.NULL: SHOWN, Decision.ALTERNATIVE: FALSE, Decision.UNDECIDED: OPEN}
MODELS = ("frozen", "held", "trained")


@dataclass(frozen=True)
class Series:
    """The points of one model along one axis, and the statistic that is fitted."""

    model: str
    axis: str
    steps: tuple[float, ...]
    statistic: str = "mean"

    def points(self, rows: Sequence[dict[str, Any]]) -> Rows:
        """Those of the rows that belong to it and have the statistic."""
        mine = [r for r in rows if (r["model"], r["axis"]) == (self.model, self.axis)]
        return [r for r in mine if r["h"] in self.steps and self.statistic in r]


# -- how many trials --------------------------------------------------------------------------------


def exact_exponent(model: str, steps: Sequence[float]) -> float:
    """Log-log slope of 1 / E[T] in h by the integral equation, least squares."""
    times = [exact_mean(model, LEVELS[model], h) for h in steps]
    return fit_law(steps, [1 / T for T in times], [1.0] * len(steps), ALPHA).slope


def needed(spread: float, distance: float, delta: Fraction) -> int:
    """Least n with (z_alpha + z_beta) spread / sqrt(n) at most delta - distance; beta is split in two."""
    return ceil(((z_of(ALPHA) + z_of(BETA / 2)) * spread / (float(delta) - distance)) ** 2)


def design() -> dict[str, int]:
    """Trials at each point that every test needs, so that it is decided with probability 1 - beta."""
    x = [log(h) for h in SMALL]
    lever = sum((one - sum(x) / len(x)) ** 2 for one in x) ** 0.5
    found = {
        f"slope, {model}": needed(SPREAD / lever, abs(exact_exponent(model, SMALL) - 2), SLOPE)
        for model in ("frozen", "held")
    }
    found["level, both axes"] = needed(SPREAD / (2 * len(SMALL)) ** 0.5, 0.0, LEVEL)
    found["level, saturated"] = needed(SPREAD / len(LARGE) ** 0.5, 0.0, LEVEL)
    pulled = needed(SPREAD / len(PULLED) ** 0.5, 0.0, PULLED_LEVEL)
    found["level, pulled"] = SHARE["pulled"] * pulled
    found["growth"] = SHARE["long"] * needed(GROWTH_SPREAD, GROWTH_OFF, GROWTH)
    return found


# -- the tests ----------------------------------------------------------------------------------------


def tests(rows: Rows, trials: int) -> Rows:
    """Every test of the experiment on the simulated rows."""
    found = [_slope(rows, trials, model, axis) for model in MODELS for axis in ("eta", "gamma")]
    found += [_level(rows, trials, name) for name in ("frozen", "held", "saturated", "pulled")]
    found += [_broken(rows, trials, model) for model in ("frozen", "pulled")]
    found += [_growth(row) for row in rows if "growth" in row]
    return found


def family(found: Rows) -> Fraction:
    """A bound on the probability that any of them is decided wrongly (union)."""
    return ALPHA * len(found)


def value(row: dict[str, Any], statistic: str) -> tuple[float, float]:
    """(value, relative error) of a mean or a median, in steps."""
    if statistic == "median":
        return row["median"]["value"], row["median_error"]
    return row["mean"], row["error"] / row["mean"]


def _declare(estimand: str, target: str, delta: Fraction, n: int) -> Declaration:
    return Declaration(
        estimand=estimand,
        null=f"within {delta} of {target}",
        alternative=f"at least {delta} away from {target}",
        delta=delta,
        alpha=ALPHA,
        beta=BETA,
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
    points = Series(model, axis, SMALL, statistic).points(rows)
    found = [value(row, statistic) for row in points]
    x = [row[axis] for row in points]
    fit = fit_law(x, [1 / v for v, _ in found], [e for _, e in found], ALPHA)
    sign = 1 if axis == "eta" else -1
    ends = f"{points[0]['h']:g} to {points[-1]['h']:g}"
    name = f"exponent of 1/{statistic} in {axis}, {model}, h = {ends}"
    declared = _declare(name, str(2 * sign), SLOPE, trials)
    wanted = ASKED if model == "trained" else SHOWN
    shown = _row(declared, Fraction(2 * sign), (fit.slope, fit.low, fit.high), wanted)
    exact = None
    if model != "trained":
        exact = sign * exact_exponent(model, [row["h"] for row in points])
    return {**shown, "model": model, "axis": axis, "exact": exact}


def _level(rows: Rows, trials: int, name: str) -> dict[str, Any]:
    """The mean of measured time / time of the integral equation, over all points of a regime."""
    model = "frozen" if name == "saturated" else name
    steps = {"saturated": LARGE, "pulled": PULLED}.get(name, SMALL)
    points = [p for axis in ("eta", "gamma") for p in Series(model, axis, steps).points(rows)]
    ratios = [p["mean"] / p["predicted"] for p in points]
    errors = [p["error"] / p["predicted"] for p in points]
    middle = sum(ratios) / len(ratios)
    reach = z_of(ALPHA) * sum(e**2 for e in errors) ** 0.5 / len(errors)
    h = sorted(p["h"] for p in points)
    estimand = f"mean time / integral equation, {name}, h = {h[0]:g} to {h[-1]:g}"
    delta = PULLED_LEVEL if name == "pulled" else LEVEL
    declared = _declare(estimand, "1", delta, points[0].get("trials", trials))
    return _row(declared, Fraction(1), (middle, middle - reach, middle + reach), SHOWN)


def _broken(rows: Rows, trials: int, model: str) -> dict[str, Any]:
    """The same exponent where the law must fail: large steps, or a restoring gradient."""
    points = Series(model, "eta", LARGE if model == "frozen" else PULLED).points(rows)
    found = [value(row, "mean") for row in points]
    x = [row["eta"] for row in points]
    fit = fit_law(x, [1 / v for v, _ in found], [e for _, e in found], ALPHA)
    regime = "saturated" if model == "frozen" else "with a restoring gradient"
    name = f"exponent of 1/mean in eta, {regime}, h = {x[0]} to {x[-1]}"
    declared = _declare(name, "2", SLOPE, points[0].get("trials", trials))
    return _row(declared, Fraction(2), (fit.slope, fit.low, fit.high), FALSE)


def _growth(row: dict[str, Any]) -> dict[str, Any]:
    """How E min(T, t) grows between the last two horizons: like t^(1 - p*/2), for ever."""
    exponent, error = row["growth"]["exponent"], row["growth"]["error"]
    reach = z_of(ALPHA) * error
    limit = 1 - tail_exponent(row["c"], R) / 2
    ends = " to ".join(str(t) for t in TRUNCATED[-2:])
    name = f"exponent of E min(T, t) in t, trained, c = {row['c']:g}, t = {ends} / kappa0"
    declared = _declare(name, f"{limit:.3f} = 1 - p*/2", GROWTH, row["trials"])
    target = Fraction(limit).limit_denominator(10**6)
    shown = _row(declared, target, (exponent, exponent - reach, exponent + reach), SHOWN)
    return {**shown, "c": row["c"]}
