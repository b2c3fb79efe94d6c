"""Figures of the mixtures experiment: samples of each arm, the losses, and W1 against n by law."""

from __future__ import annotations

from math import sqrt
from statistics import stdev
from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._spgan_figure import legend_below, log_ticks, style
from experiments._spgan_mixtures_show import ARMS
from experiments._spgan_statistics import mean

Metrics = dict[str, Any]
COLUMNS = 4


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Top: samples of one seed by arm, n = 16. Below: W1 against n, one panel a law."""
    from matplotlib.figure import Figure

    laws = list(dict.fromkeys(_name(one) for one in metrics["rows"] if not _control(one)))
    shown = next((one for one in metrics["rows"] if one["n"] == 16 and not _control(one)), None)
    above = 1 if shown else 0
    lines = above + -(-len(laws) // COLUMNS)
    with styled():
        figure = Figure(figsize=(10.4, 2.75 * lines + 0.4))
        panels = figure.subplots(lines, COLUMNS, squeeze=False)
        if shown:
            for i, arm in enumerate(ARMS):
                _samples(panels[0][i], shown, arm, i)
        flat = [axes for line in panels[above:] for axes in line]
        for axes, law in zip(flat, laws, strict=False):
            rows = [one for one in metrics["rows"] if _name(one) == law and not _control(one)]
            _curves(axes, law, sorted(rows, key=lambda r: r["n"]))
        for axes in flat[len(laws) :]:
            axes.set_axis_off()
        legend_below(figure, flat[0])
        figure.suptitle(
            "Structure in generator, discriminator, both, neither: mean over seeds and standard error",
            fontsize=10,
        )
    return figure, _rows(metrics)


def _control(row: Metrics) -> bool:
    return row["structure"] == "C1"


def _name(row: Metrics) -> str:
    return row["law"] + (", ipm" if row["objective"] == "ipm" else "")


def _samples(axes: Any, row: Metrics, arm: str, i: int) -> None:
    """Fresh data in gray, samples of the first seed in the arm's colour."""
    for points, how in (
        (row["shown"], {"color": "0.75", "s": 7}),
        (row["arms"][arm]["shown"], {"color": style(i)["color"], "s": 7, "alpha": 0.7}),
    ):
        axes.scatter(*zip(*points, strict=True), lw=0, **how)
    axes.set(xlim=(-5, 5), ylim=(-5, 5), aspect="equal", xticks=(-3, 0, 3), yticks=(-3, 0, 3))
    axes.set_title(f"{ARMS[arm]}: $W_1$ = {row['arms'][arm]['w1'][0]:.2f}")
    if i == 0:
        axes.set_ylabel(f"{row['law']}, n = 16, one seed\n(gray: fresh data)")


def _curves(axes: Any, law: str, rows: list[Metrics]) -> None:
    n = [one["n"] for one in rows]
    for i, (arm, label) in enumerate(ARMS.items()):
        values = [one["arms"][arm]["w1"] for one in rows]
        error = [stdev(v) / sqrt(len(v)) for v in values]
        y = [mean(v) for v in values]
        axes.errorbar(n, y, error, label=label, capsize=2, lw=1.1, ms=3.8, **style(i))
    floor = [mean(one["floor"]) for one in rows]
    axes.plot(n, floor, color="0.4", label="floor: two samples of 1000", **PREDICTED)
    log_ticks(axes, "x", [float(x) for x in n])
    log_ticks(axes, "y", [0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0])
    axes.set_title(rf"{law}   $|\Sigma|$ = {rows[0]['order']}", fontsize=9)
    axes.set_xlabel("training points n")
    axes.set_ylabel(r"$W_1$, capped at 10" if " t" in law else r"$W_1$ to fresh data")


def _rows(metrics: Metrics) -> list[Metrics]:
    return [
        {
            **{key: row[key] for key in ("law", "structure", "objective", "n")},
            **{"arm": arm, "seed": seed, "w1": found["w1"][seed]},
            **{key: found[key][seed] for key in ("w1_turned", "w1_quotient", "off_uniform")},
        }
        for row in metrics["rows"]
        for arm, found in row["arms"].items()
        for seed in range(len(found["w1"]))
    ]
