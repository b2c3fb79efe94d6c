"""The similarity experiment as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table
from experiments._psbn_figure import MARKERS, log_ticks, ramp, style
from experiments._psbn_similarity import GRID, LEVELS, local_slope, predicted
from experiments._psbn_text import note

Metrics = dict[str, Any]


def report(metrics: Metrics) -> str:
    """Paths, curves, and the exponents of a fixed horizon."""
    paths = [
        (
            f"{row['factor']:g}",
            "eta alone" if row["only_eta"] else "eta, gamma, beta",
            "ReLU" if row["slope"] == 0 else f"leaky {row['slope']:g}",
            row["same_bits"],
            f"{row['largest']:.1e}",
        )
        for row in metrics["paths"]
    ]
    curves = [
        (row["model"], row["curves"], row["distance"], row["band"], row["decision"])
        for row in metrics["comparisons"]
    ]
    return "\n".join(
        (
            heading(1, "Paths of real batches, (eta, gamma, beta) multiplied by a factor").lstrip(),
            table(
                ("factor", "multiplied", "rectifier", "same bits", "largest difference"),
                paths,
                "><<<>",
            ),
            note(
                "difference of the ratios, relative to max(|r|, 1). Other factors than powers of two round."
            ),
            heading(
                2, "Survival curves: (eta, gamma) of equal step scale, and the limit of small steps"
            ),
            table(("gamma", "curves", "distance", "band", "decision"), curves, "<<>><"),
            note(
                f"distance: largest on {len(GRID)} points of kappa k; band: simultaneous, each side errs "
                "with probability 1/1000. shown: within .06 (equal step scale) or .04 (limit, threshold "
                "moved by the overshoot)."
            ),
            heading(
                3,
                "Chance to have collapsed after k steps: exponent in eta at fixed k, frozen gamma",
            ),
            _exponents(metrics),
        )
    )


def _exponents(metrics: Metrics) -> str:
    row = next(r for r in metrics["curves"] if r["model"] == "frozen")
    law = predicted("frozen", 0.0)
    cells = []
    for i in range(1, len(GRID) - 1, 6):
        measured = local_slope(row["survival"], i)
        cells.append(
            (
                f"{GRID[i]:.2f}",
                f"{1 - row['survival'][i]:.5f}",
                f"{1 - law[i]:.5f}",
                "-" if measured is None else f"{measured:.2f}",
                f"{local_slope(law, i) or 0:.2f}",
            )
        )
    head = ("kappa k", "measured F", "limit F", "exponent", "limit")
    return "\n".join(
        (
            table(head, cells, ">>>>>"),
            note(
                "not 2 except in passing: it falls from large values to 0. Exponent 2 belongs to the rate."
            ),
        )
    )


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Frozen gamma against k and kappa k; held and trained against kappa k; F; paths."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(10.2, 6.4))
        panels = figure.subplots(2, 3)
        _survival(panels[0][0], metrics, "frozen", scaled=False)
        for axes, model in zip((panels[0][1], panels[0][2], panels[1][0]), LEVELS, strict=True):
            _survival(axes, metrics, model, scaled=True)
        _horizon(panels[1][1], metrics)
        _paths(panels[1][2], metrics)
        handles, labels = panels[0][0].get_legend_handles_labels()
        panels[0][0].legend(
            handles, labels, loc="lower left", title=r"$(\eta,\gamma)$, $h$", fontsize=6.5
        )
        figure.suptitle(
            r"Similarity: the law of $r_k$ depends on $\eta/\gamma$ alone, "
            r"and for small steps on $\kappa k$ alone"
            f"\n{metrics['trials']} trials a curve; dashed: diffusion limit",
            fontsize=10,
        )
    rows = [
        {
            "model": r["model"],
            "eta": r["eta"],
            "gamma": r["gamma"],
            "h": r["h"],
            "kappa_k": t,
            "survival": s,
        }
        for r in metrics["curves"]
        for t, s in zip(GRID, r["survival"], strict=True)
    ]
    return figure, rows


def _survival(axes: Any, metrics: Metrics, model: str, *, scaled: bool) -> None:
    rows = [row for row in metrics["curves"] if row["model"] == model]
    colours = ramp(len(rows) // 2)
    for i, row in enumerate(rows):
        # Equal step scales share a colour; the second is drawn as open marks on top of the first.
        how = {"color": colours[i // 2], "lw": 1.1, "ms": 4}
        how |= {"ls": "", "marker": MARKERS[i // 2], "mfc": "none", "markevery": 4} if i % 2 else {}
        x = GRID if scaled else [t / row["h"] ** 2 for t in GRID]
        label = f"({row['eta']:g}, {row['gamma']:g}), {row['h']:.2g}"
        axes.plot(x, row["survival"], label=label, **how)
    if scaled and model != "trained":
        axes.plot(GRID, predicted(model, 0.0), color="black", **PREDICTED)
    axes.set(xscale="log", ylim=(-0.03, 1.03), ylabel="share not collapsed")
    axes.set_xlabel(r"$\kappa k$" if scaled else "steps $k$")
    words = {
        "frozen": r"$\gamma$ frozen",
        "held": "step scale held",
        "trained": r"$\gamma$ trained",
    }
    axes.set_title(
        f"{words[model]}, $c={LEVELS[model]:g}$" + ("" if scaled else ": before rescaling")
    )


def _horizon(axes: Any, metrics: Metrics) -> None:
    rows = [row for row in metrics["curves"] if row["model"] == "frozen"][::2]
    colours = ramp(len(rows))
    for i, row in enumerate(rows):
        seen = [(t, 1 - s) for t, s in zip(GRID, row["survival"], strict=True) if s < 1]
        how = {"color": colours[i], "marker": MARKERS[i], "ls": "", "ms": 3, "markevery": 2}
        axes.plot(*zip(*seen, strict=True), label=f"$h={row['h']:.2g}$", **how)
    law = predicted("frozen", 0.0)
    shown = [(t, 1 - s) for t, s in zip(GRID, law, strict=True) if 1 - s > 1e-6]
    axes.plot(*zip(*shown, strict=True), color="black", label="$F$, diffusion limit", **PREDICTED)
    ends = (2.0, 20.0)
    axes.plot(
        ends,
        [0.08 * t / ends[0] for t in ends],
        color="0.5",
        lw=1.0,
        label=r"$\propto\kappa k$: exponent 2 in $\eta$",
    )
    axes.set(
        xscale="log",
        yscale="log",
        ylim=(2e-5, 2),
        xlabel=r"$\kappa k$",
        ylabel="share collapsed after $k$ steps",
    )
    axes.set_title(r"fixed horizon: $F(\kappa k)$ is no power")
    axes.legend(loc="lower right")


def _paths(axes: Any, metrics: Metrics) -> None:
    floor = 1e-18
    kinds = [(a, only) for only in (False, True) for a in (0.0, 0.1)]
    for i, (slope, only) in enumerate(kinds):
        rows = [r for r in metrics["paths"] if (r["slope"], r["only_eta"]) == (slope, only)]
        x = [r["factor"] * (1.12 if slope else 0.9) for r in rows]
        y = [max(r["largest"], floor) for r in rows]
        name = ("leaky" if slope else "ReLU") + (r", $\eta$ alone" if only else "")
        axes.plot(x, y, ls="", label=name, **style(i))
    axes.axhspan(floor / 4, floor * 4, color="0.9", zorder=0)
    axes.text(
        30, floor * 8, "same bits (drawn at $10^{-18}$)", fontsize=7, color="0.3", ha="center"
    )
    log_ticks(axes, "x", (0.1, 1, 10, 100, 1000))
    axes.set(
        yscale="log",
        ylim=(floor / 4, 50),
        xlabel="factor $C$",
        ylabel="largest difference of $r_k$",
    )
    axes.set_title(r"one path, $(\eta,\gamma,\beta)$ times $C$")
    axes.legend(loc="center right")
