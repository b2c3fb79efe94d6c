"""The maps as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table
from experiments._psbn_figure import style
from experiments._psbn_map import DEPTHS, ENDS, FAR, FAR_H, STARTS, THRESHOLDS, H, R
from experiments._psbn_text import note

Metrics = dict[str, Any]


def report(metrics: Metrics) -> str:
    """Both maps as tables, then the tails."""
    worst = max(metrics["cells"], key=lambda cell: abs(cell["mean"] / cell["with_overshoot"] - 1))
    ratio = worst["mean"] / worst["with_overshoot"]
    return "\n".join(
        (
            heading(
                1, f"Step scale held, R = {R:g}: kappa times the mean collapse time, C(r0, c)"
            ).lstrip(),
            _grid(metrics, "constant"),
            note(
                f"Two methods agree to 6 digits. Simulated at h = {H:g}, {metrics['trials']} paths a "
                "start: furthest from the prediction (threshold moved by the overshoot) is "
                f"{ratio:.3f} of it at r0 = {worst['r0']:g}, c = {worst['c']:g}."
            ),
            heading(2, "Gamma trained: kappa0 times the median collapse time, simulated"),
            _grid(metrics, "median_value"),
            heading(3, "Gamma trained: exponent p*/2 of the tail P(T > t) = t^(-p*/2)"),
            _exponents(metrics),
            note(
                "below 1 the mean is infinite in the diffusion limit; only for short ways (-c to R) it is "
                "finite."
            ),
            heading(4, f"The tail simulated: survivors at kappa0 t = {', '.join(map(str, FAR))}"),
            _tails(metrics),
        )
    )


def _grid(metrics: Metrics, what: str) -> str:
    cells = {(cell["r0"], cell["c"]): cell[what] for cell in metrics["cells"]}
    rows = [
        (f"{r0:g}", *(f"{cells[r0, c]:.3f}" if (r0, c) in cells else "" for c in THRESHOLDS))
        for r0 in STARTS
    ]
    return table(("r0", *(f"c = {c:g}" for c in THRESHOLDS)), rows, ">" * (1 + len(THRESHOLDS)))


def _exponents(metrics: Metrics) -> str:
    cells = {(one["R"], one["c"]): one["p"] / 2 for one in metrics["exponents"]}
    rows = [(f"{end:g}", *(f"{cells[end, c]:.3f}" for c in DEPTHS)) for end in ENDS]
    return table(("R", *(f"c={c:g}" for c in DEPTHS)), rows, ">" * (1 + len(DEPTHS)))


def _tails(metrics: Metrics) -> str:
    rows = [
        (
            f"{one['c']:g}",
            " ".join(map(str, one["left"])) + f" of {one['trials']}",
            one["exponent"],
            f"[{one['low']:.3f}, {'-' if one['high'] is None else format(one['high'], '.3f')}]",
            one["predicted"],
        )
        for one in metrics["tails"]
    ]
    head = ("c", "survivors", "last exponent", "99.8 % interval", "p*/2")
    return table(head, rows, "><>>>")


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Means held, medians trained, exponents, tails."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(10.2, 7.6))
        panels = figure.subplots(2, 2)
        places = (THRESHOLDS, STARTS)
        for axes, what, title in (
            (panels[0][0], "constant", r"step scale held: mean $T$ in $1/\kappa$ (finite)"),
            (
                panels[0][1],
                "median_value",
                r"$\gamma$ trained: median $T$ in $1/\kappa_0$ (mean infinite)",
            ),
        ):
            cells = {(cell["c"], cell["r0"]): cell[what] for cell in metrics["cells"]}
            _heat(figure, axes, places, cells, log=True)
            axes.set(xlabel="threshold $c$", ylabel=r"start $r_0$", title=title)
        cells = {(one["c"], one["R"]): one["p"] / 2 for one in metrics["exponents"]}
        _heat(figure, panels[1][0], (DEPTHS, ENDS), cells, log=False)
        panels[1][0].set(xlabel="threshold $c$", ylabel="reflecting end $R$")
        panels[1][0].set_title(r"$\gamma$ trained: tail exponent $p^*/2$ (bold: finite mean)")
        _curves(panels[1][1], metrics)
        figure.suptitle(
            r"Collapse times of $r=\beta/|\gamma|$ under pure noise, $R=1$ unless varied" + "\n"
            f"held means and exponents: computed; medians and tails: {metrics['trials']} and "
            f"{metrics['tails'][0]['trials']} simulated trials, h = {H:g} and {FAR_H:g}; dashed: predicted",
            fontsize=10,
        )
    keys = (
        "r0",
        "c",
        "constant",
        "with_overshoot",
        "mean",
        "error",
        "median_value",
        "median_low",
        "median_high",
    )
    return figure, [{key: cell[key] for key in keys} for cell in metrics["cells"]]


def _heat(
    figure: Any, axes: Any, places: Any, cells: dict[tuple[float, float], float], *, log: bool
) -> None:
    """Cells with their numbers; the colour only repeats them."""
    import numpy as np
    from matplotlib.colors import LogNorm

    across, up = places
    grid = np.array([[cells.get((x, y), np.nan) for x in across] for y in up])
    shown = axes.imshow(
        grid, origin="lower", aspect="auto", cmap="viridis", norm=LogNorm() if log else None
    )
    axes.set_xticks(range(len(across)), [f"{x:g}" for x in across])
    axes.set_yticks(range(len(up)), [f"{y:g}" for y in up])
    axes.grid(visible=False)
    for i, row in enumerate(grid):
        for j, value in enumerate(row):
            if np.isfinite(value):
                dark = shown.norm(value) < 0.6
                weight = "bold" if not log and value > 1 else "normal"
                text = f"{value:.2f}" if value < 10 else f"{value:.1f}"
                how = {"ha": "center", "va": "center", "fontsize": 6.5, "fontweight": weight}
                axes.text(j, i, text, color="white" if dark else "black", **how)
    figure.colorbar(shown, ax=axes, pad=0.01)


def _curves(axes: Any, metrics: Metrics) -> None:
    for i, one in enumerate(metrics["tails"]):
        seen = [(t, s) for t, s in one["curve"] if s > 0]
        interval = (
            f"[{one['low']:.2f}, {'-' if one['high'] is None else format(one['high'], '.2f')}]"
        )
        measured = "-" if one["exponent"] is None else f"{one['exponent']:.2f}"
        label = f"$c={one['c']:g}$: last slope $-${measured} {interval}"
        axes.plot(*zip(*seen, strict=True), label=label, ms=3, lw=0.9, markevery=2, **{**style(i)})
        t = FAR[-2]
        share = one["left"][-2] / one["trials"]
        law = [(x, share * (x / t) ** -one["predicted"]) for x in (t / 10, t * 5)]
        name = f"$t^{{-p^*/2}}$, $p^*/2={one['predicted']:.3f}$"
        axes.plot(*zip(*law, strict=True), color=style(i)["color"], label=name, **PREDICTED)
    axes.set(
        xscale="log", yscale="log", xlabel=r"$\kappa_0 t$", ylabel="P$(T>t)$", ylim=(3e-3, 1.2)
    )
    axes.set_title(r"$\gamma$ trained, $r_0=0$: power-law survival")
    axes.legend(loc="lower left", fontsize=7)
