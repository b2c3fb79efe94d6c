"""The sample-complexity experiment as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table
from experiments._spgan_figure import log_ticks, note, style

Metrics = dict[str, Any]


def report(metrics: Metrics) -> str:
    """Means, slopes, ratios, the line, the control."""
    trials = metrics["trials"]
    return "\n".join(
        (
            heading(1, "Uniform disc: mean W1 of two samples of n points on the quotient by C_m"),
            _means(metrics),
            note(f"{trials} pairs of samples for each n, the same for all groups; 95 % bootstrap."),
            heading(2, "Slopes in log n, and ratios to the trivial group at the largest n"),
            _laws(metrics),
            note(
                "The truth in the plane is n^(-1/2) times a root of log n, so a slope somewhat above "
                "-1/2 is right; m^(-1/2) is the law of a bound, not an equality."
            ),
            heading(3, "The line under reflection: ratio exactly 1/2, mean known exactly"),
            _line(metrics),
            heading(4, "Quotient cost against W1 of the symmetrised samples (spgan.T5)"),
            note(
                f"largest gap, n = {metrics['shortcut']['n']}: rotations "
                f"{metrics['shortcut']['rotations']:.1e}; rotations seen askew (no isometries, the "
                f"control) {metrics['shortcut']['askew']:.3f}."
            ),
        )
    ).lstrip()


def _means(metrics: Metrics) -> str:
    groups = [one["m"] for one in metrics["slopes"]]
    sizes = sorted({row["n"] for row in metrics["rows"]})
    at = {(row["m"], row["n"]): row for row in metrics["rows"]}
    rows = [
        (n, *("{mean:.4f} [{low:.4f}, {high:.4f}]".format(**at[m, n]) for m in groups))
        for n in sizes
    ]
    return table(("n", *(f"C{m}" for m in groups)), rows, ">" * (1 + len(groups)))


def _laws(metrics: Metrics) -> str:
    ratios = {one["m"]: one for one in metrics["ratios"]}
    rows = []
    for one in metrics["slopes"]:
        m, r = one["m"], ratios.get(one["m"])
        shown = "{ratio:.3f} [{low:.3f}, {high:.3f}]".format(**r) if r else "-"
        slope = "{slope:.3f} [{low:.3f}, {high:.3f}]".format(**one)
        rows.append((f"C{m}", slope, shown, f"{m**-0.5:.3f}"))
    return table(("group", "slope", "ratio to C1", "m^(-1/2)"), rows, "<>>>")


def _line(metrics: Metrics) -> str:
    rows = [
        (
            one["n"],
            f"{one['mean']:.5f}",
            f"{one['exact']:.5f}",
            f"{one['z']:+.1f}",
            f"{one['ratio']:.4f} [{one['low']:.4f}, {one['high']:.4f}]",
        )
        for one in metrics["line"]
    ]
    head = ("n", "mean W1", "exact", "errors off", "ratio, 99.9 % interval")
    return table(head, rows, ">>>>>")


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Means against n with fitted slopes and a line of slope -1/2; ratios against m^(-1/2)."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(9.2, 4.2))
        left, right = figure.subplots(1, 2, width_ratios=(1.45, 1))
        _curves(left, metrics)
        _ratios(right, metrics)
        figure.suptitle(
            "An m-fold symmetry against m times the data: distances of samples, nothing trained",
            fontsize=10,
        )
    return figure, metrics["rows"]


def _curves(axes: Any, metrics: Metrics) -> None:
    sizes = sorted({row["n"] for row in metrics["rows"]})
    for i, one in enumerate(metrics["slopes"]):
        rows = [row for row in metrics["rows"] if row["m"] == one["m"]]
        below = [row["mean"] - row["low"] for row in rows]
        above = [row["high"] - row["mean"] for row in rows]
        label = "$C_{{{m}}}$: slope {slope:.3f} [{low:.3f}, {high:.3f}]".format(**one)
        y = [row["mean"] for row in rows]
        axes.errorbar(sizes, y, (below, above), label=label, capsize=2, **style(i))
    top = max(row["mean"] for row in metrics["rows"]) * 1.25
    law = [top * (n / sizes[0]) ** -0.5 for n in sizes]
    axes.plot(sizes, law, color="0.3", label=r"slope $-1/2$", **PREDICTED)
    log_ticks(axes, "x", [float(n) for n in sizes])
    log_ticks(axes, "y", [0.02, 0.05, 0.1, 0.2, 0.5])
    axes.set(xlabel="points $n$ of each sample", ylabel=r"mean $W_1$ on the quotient")
    axes.set_title("uniform disc, 95 % bootstrap")
    axes.legend(loc="lower left")


def _ratios(axes: Any, metrics: Metrics) -> None:
    m = [one["m"] for one in metrics["ratios"]]
    y = [one["ratio"] for one in metrics["ratios"]]
    below = [one["ratio"] - one["low"] for one in metrics["ratios"]]
    above = [one["high"] - one["ratio"] for one in metrics["ratios"]]
    n = metrics["ratios"][0]["n"]
    axes.errorbar(m, y, (below, above), ls="", capsize=2, label=f"disc, $n={n}$", **style(1))
    last = metrics["line"][-1]
    reach = [[last["ratio"] - last["low"]], [last["high"] - last["ratio"]]]
    label = f"line and reflection, $n={last['n']}$ (99.9 %)"
    axes.errorbar([2], [last["ratio"]], reach, ls="", capsize=2, label=label, **style(2))
    grid = [1.0, *map(float, m), 2.0 * m[-1]]
    axes.plot(grid, [x**-0.5 for x in grid], color="0.3", label=r"$m^{-1/2}$ (plane)", **PREDICTED)
    axes.plot(grid, [1 / x for x in grid], color="0.6", ls=":", label=r"$m^{-1}$ (line)")
    log_ticks(axes, "x", [1.0, 2.0, *map(float, m)])
    log_ticks(axes, "y", [0.05, 0.1, 0.25, 0.5, 1.0])
    axes.set(xlabel="order $m$ of the group", ylabel="mean distance, divided by that for $m=1$")
    axes.set_title("saving at the largest $n$")
    axes.legend(loc="lower left")
