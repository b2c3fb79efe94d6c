"""The scaling experiment as text and as a figure."""

from __future__ import annotations

from math import log
from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table
from experiments._psbn_figure import bars, log_ticks, style
from experiments._psbn_scaling import JUMP, LARGE, ONE_STEP, PULL, SMALL, TRAINED
from experiments._psbn_scaling_tests import ALPHA, ASKED, BETA
from experiments._psbn_text import note

Metrics = dict[str, Any]
NOISE = {0: "normal", 2: "Student t, 2", 4: "Student t, 4"}


def report(metrics: Metrics) -> str:
    """The tests, then the numbers behind them, then the regimes without a square law."""
    return "\n".join(
        (
            heading(1, "Declared tests of the square law, and of where it must fail").lstrip(),
            _tests(metrics),
            heading(2, "Times against the integral equation of the walk"),
            _times(metrics),
            heading(3, "Trained gamma: no mean, only quantiles"),
            _trained(metrics),
            heading(4, f"One step: probability that r falls by {JUMP:g} at once"),
            _jumps(metrics),
        )
    )


def _tests(metrics: Metrics) -> str:
    rows = [
        (
            t["estimand"],
            f"{t['estimate']:.3f}",
            f"[{t['low']:.3f}, {t['high']:.3f}]",
            f"{t['target']:.3g} +- {t['delta']:.3g}",
            f"{t['exact']:.3f}" if t.get("exact") else "",
            t["decision"] + _remark(t),
        )
        for t in metrics["tests"]
    ]
    head = ("estimand", "estimate", "interval", "target", "exact", "decision")
    least = ", ".join(f"{name} {n}" for name, n in metrics["needed"].items())
    level = f"{1 - 2 * float(ALPHA):.1%}"
    return "\n".join(
        (
            table(head, rows, "<>>>><"),
            note(
                f"shown: the whole {level} interval lies within target +- delta; refuted: outside of it; for "
                "large steps and with a restoring gradient that is expected. exact: by the integral equation "
                "of the walk. (asked): theory has a prediction in the limit only, whatever comes out is a "
                f"result. Each test errs with probability at most {ALPHA}, any of the "
                f"{len(metrics['tests'])} with at most {metrics['family']:.1%} (union). {metrics['trials']} "
                "trials a point; restoring: a tenth; long runs: half."
            ),
            note(
                f"trials that each test needs to be decided with probability 1 - {BETA}: {least}."
            ),
        )
    )


def _remark(test: Metrics) -> str:
    if test["expected"] == ASKED:
        return " (asked)"
    return "" if test["decision"] == test["expected"] else " (!)"


def _times(metrics: Metrics) -> str:
    rows = [
        (
            row["model"],
            row["axis"],
            f"{row['h']:.4g}",
            f"{row['mean']:.1f} +- {row['error']:.1f}",
            f"{row['predicted']:.1f}",
            f"{row['mean'] / row['predicted']:.3f}",
            f"{row['mean'] * row['h'] ** 2:.3f}",
        )
        for row in metrics["rows"]
        if row.get("predicted")
    ]
    head = ("gamma", "varied", "h", "mean T, s.e.", "predicted", "ratio", "T h^2")
    constants = ", ".join(f"{m} {c:.6f}" for m, c in metrics["constants"].items())
    return "\n".join(
        (
            table(head, rows, "<<>>>>>"),
            note(
                f"T h^2 tends to C of the diffusion limit: {constants}. predicted: E[T] at this h by the "
                "integral equation of the walk, no limit taken; without a fit. Overshoot of the steps "
                "lengthens T; with the step scale held, terms of second order in kappa shorten it above h = "
                f".1. pulled: restoring mean gradient {PULL} r; exponential in 1/h, no power."
            ),
        )
    )


def _trained(metrics: Metrics) -> str:
    rows = [
        (
            f"{row['c']:g}",
            row["axis"],
            f"{row['h']:.4g}",
            f"{row['median']['value'] * row['h'] ** 2:.3f}",
            f"[{row['median']['low'] * row['h'] ** 2:.3f}, {row['median']['high'] * row['h'] ** 2:.3f}]",
            f"{row['left'] / row['trials']:.3f}",
            *("-" if t["mean"] is None else f"{t['mean']:.2f}" for t in row["truncated"]),
        )
        for row in metrics["rows"]
        if row["model"] == "trained"
    ]
    horizons = [f"to {t['t']}" for t in metrics["rows"][-1].get("truncated", [])]
    head = ("c", "varied", "h", "median", "95 % interval", "still live", *horizons)
    return "\n".join(
        (
            table(head, rows, "><>>>>" + ">" * len(horizons)),
            note(
                "all times multiplied by kappa0 = h^2. to t: mean of min(T, t), which grows without bound "
                "(P(T > t) falls like t^(-p*/2) with p* < 2), so no mean and no constant hazard exist."
            ),
        )
    )


def _jumps(metrics: Metrics) -> str:
    rows = []
    for nu in NOISE:
        mine = [row for row in metrics["jumps"] if row["nu"] == nu]
        for before, row in zip([None, *mine], mine, strict=False):
            slope = "-"
            if before and before["exact"] > 0:
                slope = f"{log(row['exact'] / before['exact']) / log(row['h'] / before['h']):.2f}"
            bound = "-" if row["bound"] is None else f"{row['bound']:.2e}"
            count = f"{row['count']} / {row['draws']}"
            rows.append((NOISE[nu], f"{row['h']:.4g}", count, f"{row['exact']:.2e}", slope, bound))
    head = ("noise", "h", "jumps", "exact", "local slope", "h^2 bound")
    return "\n".join(
        (
            table(head, rows, "<>>>>>"),
            note(
                "the exponent is that of the noise's tail; h^2 is only Chebyshev's upper bound (finite "
                "variance)."
            ),
        )
    )


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Rates, ratios to the prediction, medians; truncated means, restoring gradient, single jumps."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(10.2, 6.6))
        panels = figure.subplots(2, 3)
        _rates(panels[0][0], metrics)
        _ratios(panels[0][1], metrics)
        _medians(panels[0][2], metrics)
        _truncated(panels[1][0], metrics)
        _pulled(panels[1][1], metrics)
        _single(panels[1][2], metrics)
        figure.suptitle(
            r"Collapse of $r=\beta/|\gamma|$ under pure noise: "
            r"rate $\kappa/C$ with $\kappa=(\eta/\gamma)^2$, and where that ends"
            "\n"
            f"{metrics['trials']} trials a point (long horizons: half, pulled back: a tenth); "
            "bars: 2 standard errors; dashed: predicted",
            fontsize=10,
        )
    kept = (
        "model",
        "axis",
        "h",
        "eta",
        "gamma",
        "c",
        "trials",
        "left",
        "mean",
        "error",
        "predicted",
    )
    return figure, [{key: row.get(key) for key in kept} for row in metrics["rows"]]


def _of(metrics: Metrics, model: str, axis: str, statistic: str = "mean") -> list[Metrics]:
    found = [r for r in metrics["rows"] if (r["model"], r["axis"]) == (model, axis)]
    return [row for row in found if statistic in row]


def _slope_text(metrics: Metrics, model: str, axis: str) -> str:
    (one,) = [t for t in metrics["tests"] if (t.get("model"), t.get("axis")) == (model, axis)]
    return f"{one['estimate']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"


def _rates(axes: Any, metrics: Metrics) -> None:
    for i, (model, axis) in enumerate((m, a) for m in ("frozen", "held") for a in ("eta", "gamma")):
        rows = _of(metrics, model, axis)
        points = [(r["h"], 1 / r["mean"], *_two(r)) for r in rows]
        symbol = r"\eta" if axis == "eta" else r"\gamma"
        label = f"{model}, ${symbol}$ varied: {_slope_text(metrics, model, axis)}"
        bars(axes, points, label=label, markerfacecolor="none", **style(i))
    ends = [SMALL[0] / 1.2, LARGE[-1] * 1.2]
    for model, constant in metrics["constants"].items():
        label = r"$\kappa/C$, slope 2" if model == "frozen" else None
        axes.plot(ends, [h**2 / constant for h in ends], color="black", label=label, **PREDICTED)
    axes.axvspan(LARGE[0], ends[1], color="0.93", zorder=0)
    axes.text(1.7, 3e-4, "saturated", ha="center", fontsize=8, color="0.3")
    log_ticks(axes, "x", (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2))
    axes.set(yscale="log", xlim=ends, ylim=(1e-4, 60))
    axes.set(xlabel=r"step scale $h=\eta/\gamma$", ylabel="collapses per step, 1 / mean $T$")
    axes.set_title("mean exists: slope 2 up to $h=0.4$")
    axes.legend(
        loc="upper left",
        fontsize=6.5,
        title="slope of the rate, 99.8% interval",
        title_fontsize=6.5,
    )


def _two(row: Metrics) -> tuple[float, float]:
    return tuple(1 / (row["mean"] + sign * 2 * row["error"]) for sign in (1, -1))  # type: ignore[return-value]


def _ratios(axes: Any, metrics: Metrics) -> None:
    for i, model in enumerate(("frozen", "held")):
        constant = metrics["constants"][model]
        by_axis = [_of(metrics, model, axis) for axis in ("eta", "gamma")]
        rows = [row for one in by_axis for row in one]
        points = [
            (r["h"], r["mean"] * r["h"] ** 2 / constant, 2 * r["error"] * r["h"] ** 2 / constant)
            for r in rows
        ]
        c = rows[0]["c"]
        how = {"label": f"{model}, $c={c:g}$", "markerfacecolor": "none", **style(2 * i)}
        bars(axes, [(x, y, y - e, y + e) for x, y, e in points], **how)
        law = [(r["h"], r["predicted"] * r["h"] ** 2 / constant) for r in by_axis[0]]
        label = "integral equation" if i == 0 else None
        axes.plot(*zip(*law, strict=True), color=how["color"], label=label, **PREDICTED)
    axes.axvspan(LARGE[0], LARGE[-1] * 1.2, color="0.93", zorder=0)
    axes.axhline(1, color="0.5", lw=0.8)
    log_ticks(axes, "x", (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2))
    axes.set(ylim=(0.7, 2.6), xlim=(SMALL[0] / 1.2, LARGE[-1] * 1.2))
    axes.set(xlabel="step scale $h$", ylabel=r"mean $T\,h^2/C$")
    axes.set_title("distance from the diffusion limit")
    axes.legend(loc="upper left")


def _medians(axes: Any, metrics: Metrics) -> None:
    for i, axis in enumerate(("eta", "gamma")):
        rows = _of(metrics, "trained", axis, "median")
        points = [(r["h"], *(r["median"][k] for k in ("value", "low", "high"))) for r in rows]
        symbol = r"\eta" if axis == "eta" else r"\gamma"
        label = f"${symbol}$ varied: rate slope {_slope_text(metrics, 'trained', axis)}"
        bars(axes, points, label=label, markerfacecolor="none", **style(i))
    rows = _of(metrics, "trained", "eta", "median")
    anchor = rows[0]["median"]["value"] * rows[0]["h"] ** 2
    ends = [TRAINED[0] / 1.2, TRAINED[-1] * 1.2]
    law = [anchor / h**2 for h in ends]
    axes.plot(ends, law, color="black", label="slope $-2$ through the first point", **PREDICTED)
    axes.axvspan(ends[0], SMALL[0] / 1.1, color="0.93", zorder=0)
    place = ((ends[0] * SMALL[0] / 1.1) ** 0.5, 0.97)
    how = {"ha": "center", "va": "top", "fontsize": 8, "color": "0.3"}
    axes.text(*place, "not fitted", transform=axes.get_xaxis_transform(), **how)
    log_ticks(axes, "x", (0.025, 0.05, 0.1, 0.2, 0.4))
    axes.set(
        yscale="log", xlim=ends, xlabel="step scale $h$ at the start", ylabel="median $T$ (steps)"
    )
    axes.set_title(r"$\gamma$ trained, $c=3$: medians, no mean")
    axes.legend(loc="lower left", fontsize=6.5)


def _truncated(axes: Any, metrics: Metrics) -> None:
    for i, row in enumerate(_of(metrics, "trained", "long", "truncated")):
        points = [
            (t["t"], t["mean"], *(t["mean"] + s * 2 * t["error"] for s in (-1, 1)))
            for t in row["truncated"]
        ]
        (test,) = [t for t in metrics["tests"] if t.get("c") == row["c"]]
        label = f"$c={row['c']:g}$: last slope {test['estimate']:.2f} [{test['low']:.2f}, {test['high']:.2f}]"
        bars(axes, points, label=label, **style(i))
        t, mean = points[-1][:2]
        law = [mean * (x / t) ** test["target"] for x in (30, 1000)]
        name = f"$t^{{1-p^*/2}}$, slope {test['target']:.2f}"
        axes.plot((30, 1000), law, color=style(i)["color"], label=name, **PREDICTED)
    axes.axhline(metrics["constants"]["held"], color="0.5", lw=0.8)
    place = (1000, metrics["constants"]["held"] * 0.97)
    how = {"fontsize": 7, "color": "0.3", "ha": "right", "va": "top"}
    axes.text(*place, "held: finite mean, $c=3$", **how)
    log_ticks(axes, "y", (2, 3, 5, 10, 20, 40))
    axes.set(
        xscale="log",
        ylim=(1.5, 60),
        xlabel=r"horizon $t$, in $1/\kappa_0$",
        ylabel=r"$\kappa_0$ E min$(T, t/\kappa_0)$",
    )
    axes.set_title(r"$\gamma$ trained: the mean grows with the horizon")
    axes.legend(loc="lower right", fontsize=7)


def _pulled(axes: Any, metrics: Metrics) -> None:
    rows = _of(metrics, "pulled", "eta")
    points = [
        (1 / r["h"], r["mean"], r["mean"] - 2 * r["error"], r["mean"] + 2 * r["error"])
        for r in rows
    ]
    bars(axes, points, label=f"restoring gradient {PULL} r", **style(1))
    law = [(1 / r["h"], r["predicted"]) for r in rows]
    axes.plot(
        *zip(*law, strict=True),
        color=style(1)["color"],
        label="integral equation",
        **PREDICTED,
    )
    free = [(1 / r["h"], metrics["constants"]["frozen"] / r["h"] ** 2) for r in rows]
    axes.plot(*zip(*free, strict=True), color="black", label=r"pure noise: $C/\kappa$", **PREDICTED)
    axes.set(yscale="log", xlabel="$1/h$", ylabel="mean $T$ (steps)")
    axes.set_title(r"pulled back: exponential in $1/\eta$ (Kramers)")
    axes.legend(loc="upper left")


def _single(axes: Any, metrics: Metrics) -> None:
    for i, nu in enumerate(NOISE):
        rows = [row for row in metrics["jumps"] if row["nu"] == nu]
        seen = [(r["h"], r["share"], max(r["low"], 1e-9), r["high"]) for r in rows if r["count"]]
        bars(axes, seen, label=NOISE[nu], **style(i))
        exact = [(r["h"], r["exact"]) for r in rows if r["exact"] > 1e-12]
        axes.plot(*zip(*exact, strict=True), color=style(i)["color"], **PREDICTED)
    bound = [(r["h"], r["bound"]) for r in metrics["jumps"] if r["nu"] == 0]
    axes.plot(*zip(*bound, strict=True), color="0.5", lw=1.0, label=r"$h^2$ bound (variance 1)")
    log_ticks(axes, "x", ONE_STEP[::2])
    axes.set(yscale="log", ylim=(1e-7, 20))
    axes.set(xlabel="step scale $h$", ylabel=f"P(one step jumps by {JUMP:g})")
    axes.set_title("one step: exponent of the noise's tail")
    axes.legend(loc="upper left", ncols=2)
