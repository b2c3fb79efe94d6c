"""The augmentation experiment as text and as a figure."""

from __future__ import annotations

from math import sqrt
from statistics import stdev
from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table
from experiments._spgan_figure import legend_below, log_ticks, note, style
from experiments._spgan_statistics import mean

Metrics = dict[str, Any]
ARMS = {
    "none": "none",
    "data": "data turned",
    "players": "data and samples turned",
    "structure": "architecture",
}

TESTS = {"data": "none / data turned", "structure": "data turned / architecture"}


def report(metrics: Metrics) -> str:
    """Distances before and after turning the samples, and the tests."""
    rows, seeds = metrics["rows"], metrics["seeds"]
    tests = [
        (one["n"], *(f"{one[key]['ratio']:.2f}  (p {one[key]['p']:.4f})" for key in TESTS))
        for one in metrics["tests"]
    ]
    return "\n".join(
        (
            heading(1, f"{rows[0]['law']}: W1 to 1000 fresh points").lstrip(),
            _distances(rows, "w1"),
            heading(2, "The same after turning every sample by its own uniform element"),
            _distances(rows, "w1_turned"),
            note(
                f"mean over {seeds} seeds +- standard error; {rows[0]['steps']} steps. Turning both "
                "players' points leaves the generator free to make any law with the right "
                "symmetrisation, so only the second table is its merit."
            ),
            heading(3, "Ratios of mean W1, and paired one-sided sign flips over seeds"),
            table(("n", *TESTS.values()), tests, ">>>"),
            note("Declared: n = 16, level .01; the other sizes are shown as they are."),
        )
    )


def _distances(rows: list[Metrics], key: str) -> str:
    shown = [
        (
            row["n"],
            *(_told(row["arms"][arm][key]) for arm in ARMS),
            f"{mean(row['floor']):.3f}",
        )
        for row in rows
    ]
    return table(("n", *ARMS.values(), "floor"), shown, ">>>>>>")


def _told(values: list[float]) -> str:
    return f"{mean(values):.3f} +- {stdev(values) / sqrt(len(values)):.3f}"


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """W1 against n as it is and after turning the samples; every seed as a small point."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(9.6, 4.1))
        panels = figure.subplots(1, 2, sharey=True)
        for axes, key, title in (
            (panels[0], "w1", "samples as they are"),
            (panels[1], "w1_turned", "every sample turned by a random element"),
        ):
            _curves(axes, metrics["rows"], key)
            axes.set_title(title)
            axes.set_xlabel("training points n")
        panels[0].set_ylabel(r"$W_1$ to fresh data")
        legend_below(figure, panels[0])
        law, seeds = metrics["rows"][0]["law"], metrics["seeds"]
        figure.suptitle(
            f"Augmentation against structure, {law} mixture: mean over {seeds} seeds, standard "
            "error, seeds as points",
            fontsize=10,
        )
    return figure, [
        {"n": row["n"], "arm": arm, "seed": seed, "w1": w, "w1_turned": found["w1_turned"][seed]}
        for row in metrics["rows"]
        for arm, found in row["arms"].items()
        for seed, w in enumerate(found["w1"])
    ]


def _curves(axes: Any, rows: list[Metrics], key: str) -> None:
    n = [row["n"] for row in rows]
    for i, (arm, label) in enumerate(ARMS.items()):
        values = [row["arms"][arm][key] for row in rows]
        for x, each in zip(n, values, strict=True):
            axes.plot([x] * len(each), each, ls="", ms=2, alpha=0.35, **style(i))
        error = [stdev(v) / sqrt(len(v)) for v in values]
        axes.errorbar(n, [mean(v) for v in values], error, label=label, capsize=2, **style(i))
    floor = [mean(row["floor"]) for row in rows]
    axes.plot(n, floor, color="0.4", label="two samples of 1000", **PREDICTED)
    log_ticks(axes, "x", [float(x) for x in n])
    log_ticks(axes, "y", [0.1, 0.2, 0.5, 1.0, 2.0, 4.0])
