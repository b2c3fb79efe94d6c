"""The training illustration as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._interp_trained import KINDS
from experiments._lab.figure import styled
from experiments._lab.text import heading, table

Metrics = dict[str, Any]
WARNING = "ILLUSTRATION ONLY: training failure proves nothing"


def report(metrics: Metrics) -> str:
    """Success rates, with the warning first and last."""
    rows = [
        (
            f"({row['W']}, {row['L']})",
            row["P"],
            "below" if row["below_bound"] else "at or above",
            row["points"],
            f"{row['solved']} / {row['restarts']}",
            f"[{row['low']:.3f}, {row['high']:.3f}]",
        )
        for row in metrics["rows"]
    ]
    head = ("(W, L)", "P", "bound", "points", "fitted", "95 % interval")
    return "\n".join(
        (
            heading(1, WARNING).lstrip(),
            f"  N = {metrics['N']}, pairs at 2^-{metrics['b']}; certified: P >= {metrics['Pmin']} for all"
            " labellings of all such sets.",
            f"  Adam, float64, {metrics['steps']} steps, {metrics['restarts']} restarts, each with its own"
            " points.",
            table(head, rows, "<><<>>"),
            "  fitted: every label right at some step, in floats. interval: Clopper-Pearson, row by row.",
            "  No weights found is not the same as no weights: only the certified bound speaks of those,",
            "  and it speaks of the hardest sets, so a class below it may well fit one that is drawn.",
        )
    )


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Success rate with intervals against P, one curve for each kind of point set."""
    import matplotlib
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(6.4, 4.3))
        axes = figure.add_subplot()
        colours = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        for i, (kind, marker) in enumerate(zip(KINDS, "oDv", strict=True)):
            rows = [row for row in metrics["rows"] if row["points"] == kind]
            places = [place + 0.16 * (i - 1) for place in range(len(rows))]
            rate = [row["rate"] for row in rows]
            reach = (
                [row["rate"] - row["low"] for row in rows],
                [row["high"] - row["rate"] for row in rows],
            )
            style = {"color": colours[i], "marker": marker, "ls": "", "capsize": 2}
            axes.errorbar(places, rate, reach, label=kind, **style)
        _decorate(axes, metrics)
        figure.legend(loc="outside lower center", ncols=4)
    return figure, metrics["rows"]


def _decorate(axes: Any, metrics: Metrics) -> None:
    shapes = list(dict.fromkeys((row["P"], row["W"], row["L"]) for row in metrics["rows"]))
    below = sum(P < metrics["Pmin"] for P, _, _ in shapes)
    label = f"certified bound $P_{{\\min}}={metrics['Pmin']}$"
    axes.axvline(below - 0.5, color="black", lw=1.0, ls=":", label=label)
    axes.set_xticks(range(len(shapes)), [f"{P}\n({W}, {L})" for P, W, L in shapes])
    axes.grid(visible=False, axis="x")
    axes.set_ylim(-0.04, 1.04)
    axes.set_xlabel("parameters $P$ and architecture $(W,L)$")
    axes.set_ylabel("share of restarts that fit all labels")
    axes.set_title(
        f"{WARNING}\n$N={metrics['N']}$, pairs at $2^{{-{metrics['b']}}}$; Adam, float64, "
        f"{metrics['steps']} steps, {metrics['restarts']} restarts, 95% Clopper-Pearson"
    )
