"""The mask simulator as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table
from experiments._psbn_figure import MARKERS, bars, log_ticks, ramp, style
from experiments._psbn_masks import ALPHA, SIZES, SLOPE_H, SLOPE_N, SLOPE_R, H
from experiments._psbn_text import note

Metrics = dict[str, Any]
NAMES = (
    "E w",
    "E w x",
    "E w x^2",
    "n Var G_beta",
    "n Var G_gamma",
    "n Cov",
    "drift b",
    "variance A",
)


def report(metrics: Metrics) -> str:
    """Worst deviations, drift by cell, dead batches, slopes."""
    return "\n".join(
        (
            heading(1, "Largest deviation from the prediction, in standard errors").lstrip(),
            _worst(metrics),
            heading(2, "Drift of r per step, in units of kappa, by antithetic pairs"),
            _drift(metrics),
            heading(3, "Dead batches, and the direction of a step"),
            _dead(metrics),
            heading(
                4,
                f"Exponent of the drift, r = {SLOPE_R:g}, n = {SLOPE_N}, "
                f"sqrt(kappa) = {SLOPE_H[0]} to {SLOPE_H[-1]}",
            ),
            _slopes(metrics),
        )
    )


def rows_of(metrics: Metrics, name: str, *, normalised: bool) -> list[tuple[Metrics, Metrics]]:
    """(cell, estimate) for every cell of one kind."""
    return [
        (one, row)
        for one in metrics["cells"]
        if one["normalised"] == normalised
        for row in one["rows"]
        if row["name"] == name
    ]


def _z(row: Metrics) -> float:
    return (row["value"] - row["expected"]) / row["error"] if row["error"] else 0.0


def _worst(metrics: Metrics) -> str:
    rows = []
    for name in NAMES:
        cells = [
            max(abs(_z(row)) for _, row in rows_of(metrics, name, normalised=k))
            for k in (False, True)
        ]
        shift = max(
            (abs(row["expected"] - other["expected"]) * one["n"])
            for (one, row), (_, other) in zip(
                rows_of(metrics, name, normalised=True),
                rows_of(metrics, name, normalised=False),
                strict=True,
            )
        )
        rows.append((name, *(f"{cell:.1f}" for cell in cells), f"{shift:.2f} / n"))
    head = ("estimate", "iid", "normalised", "law moves by at most")
    return "\n".join(
        (
            table(head, rows, "<>>>"),
            note(
                f"over {len(metrics['cells']) // 2} pairs (n, r) each, {metrics['values']} values a cell. "
                "Normalised batches are compared with the exact law of a normalised value, which is off "
                "from N(0, 1) by the last column."
            ),
        )
    )


def _drift(metrics: Metrics) -> str:
    found = rows_of(metrics, "drift b", normalised=False)
    rows = []
    for r in sorted({one["r"] for one, _ in found}):
        mine = [(one, row) for one, row in found if one["r"] == r]
        cells = [f"{row['value']:.4f} ({row['error']:.4f})" for _, row in mine]
        plain = max(one["plain_error"] for one, _ in mine)
        rows.append((f"{r:g}", f"{mine[0][1]['expected']:.4f}", *cells, f"{plain:.2f}"))
    head = ("r", "b(r)", *(f"n = {n}" for n in SIZES), "without pairs +-")
    return "\n".join(
        (
            table(head, rows, ">" * len(head)),
            note(
                "in brackets: standard error. Last column: the largest standard error without antithetic "
                "pairs."
            ),
        )
    )


def _dead(metrics: Metrics) -> str:
    rows = []
    for one, row in rows_of(metrics, "dead batch", normalised=False):
        if 1e-4 < row["expected"]:
            again = next(
                other["value"]
                for cell, other in rows_of(metrics, "dead batch", normalised=True)
                if (cell["n"], cell["r"]) == (one["n"], one["r"])
            )
            down = one["down"] / one["batches"]
            rows.append(
                (
                    one["n"],
                    f"{one['r']:g}",
                    f"{row['value']:.4f}",
                    f"{row['expected']:.4f}",
                    f"{again:.4f}",
                    f"{down:.4f}",
                    f"{(1 - row['expected']) / 2:.4f}",
                )
            )
    head = ("n", "r", "dead, iid", "Phi(-r)^n", "dead, normalised", "P(down)", "(1 - dead) / 2")
    shares = [
        one["largest_share"]
        for one in metrics["cells"]
        if one["normalised"] and one["largest_share"]
    ]
    return "\n".join(
        (
            table(head, rows, ">>>>>>>"),
            note(
                "one step goes down with probability 1/2 unless the batch is dead: that is no power of eta. "
                "Cantelli: largest (active share) (1 + r^2) of any normalised batch with r < 0: "
                f"{max(shares):.3f} <= 1."
            ),
        )
    )


def _slopes(metrics: Metrics) -> str:
    words = {"null": "shown", "alternative": "refuted", "undecided": "undecided"}
    rows = [
        (
            t["axis"],
            f"{t['slope']:.4f}",
            f"[{t['low']:.4f}, {t['high']:.4f}]",
            f"{t['target']} +- .1",
            words[t["decision"]],
        )
        for t in metrics["slopes"]
    ]
    level = f"{1 - 2 * float(ALPHA):.1%} interval"
    return table(("varied", "exponent", level, "target", "decision"), rows, "<>>><")


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Drift and variance against r; dead batches; exponent of the drift."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(9.4, 6.8))
        panels = figure.subplots(2, 2)
        _against_r(panels[0][0], metrics, "drift b", r"drift $E[r'-r]/\kappa$")
        _against_r(panels[0][1], metrics, "variance A", r"variance of $r'-r$ over $\kappa$")
        panels[0][0].axhline(0, color="0.6", lw=0.8)
        panels[0][0].legend(loc="upper left")
        _dead_panel(panels[1][0], metrics)
        _slope_panel(panels[1][1], metrics)
        figure.suptitle(
            "One SGD step on whole batches, antithetic in the upstream gradients (no diffusion limit)\n"
            f"{metrics['values']} values a point, bars: 3 standard errors; dashed: predicted (psbn.T3, T5)",
            fontsize=10,
        )
    kept = ("n", "r", "normalised", "batches")
    data = [
        {**{key: one[key] for key in kept}, **row}
        for one in metrics["cells"]
        for row in one["rows"]
    ]
    return figure, data


def _against_r(axes: Any, metrics: Metrics, name: str, label: str) -> None:
    import numpy as np

    from constructions.psbn.drift import diffusion, drift

    r = np.linspace(-3.4, 1.9, 200)
    law = drift(r) if name == "drift b" else diffusion(r)
    axes.plot(r, law, color="black", label="$b(r)$" if name == "drift b" else "$A(r)$", **PREDICTED)
    colours = ramp(len(SIZES))
    for i, n in enumerate(SIZES):
        found = [
            (one["r"], row)
            for one, row in rows_of(metrics, name, normalised=False)
            if one["n"] == n
        ]
        shift = 0.06 * (i - 1.5)
        points = [
            (x + shift, y["value"], y["value"] - 3 * y["error"], y["value"] + 3 * y["error"])
            for x, y in found
        ]
        bars(axes, points, color=colours[i], marker=MARKERS[i], label=f"$n={n}$")
    axes.set(xlabel=r"ratio $r$ (points of one $r$ are set apart)", title=label)


def _dead_panel(axes: Any, metrics: Metrics) -> None:
    import numpy as np

    from constructions.psbn.moments import Phi

    r = np.linspace(-3.4, 0.2, 200)
    colours = ramp(len(SIZES))
    for i, n in enumerate(SIZES):
        how = {"color": colours[i]}
        axes.plot(r, Phi(-r) ** n, **how, **PREDICTED)
        for normalised in (False, True):
            found = rows_of(metrics, "dead batch", normalised=normalised)
            points = [
                (one["r"], row["value"]) for one, row in found if one["n"] == n and one["r"] <= 0
            ]
            face = "none" if normalised else colours[i]
            label = f"$n={n}$" if not normalised else None
            axes.plot(
                *zip(*points, strict=True), ls="", marker=MARKERS[i], mfc=face, label=label, **how
            )
    axes.set(xlabel="ratio $r$", title=r"share of dead batches; dashed $\Phi(-r)^n$")
    axes.legend(loc="upper right", title="filled: iid, open: normalised", title_fontsize=7.5)


def _slope_panel(axes: Any, metrics: Metrics) -> None:
    for i, test in enumerate(metrics["slopes"]):
        rows = [row for row in metrics["changes"] if row["axis"] == test["axis"]]
        points = [
            (r["h"], r["mean"], max(r["mean"] - 3 * r["error"], 1e-7), r["mean"] + 3 * r["error"])
            for r in rows
        ]
        symbol = r"\eta" if test["axis"] == "eta" else r"\gamma"
        label = (
            f"${symbol}$ varied: slope {test['slope']:.3f} [{test['low']:.3f}, {test['high']:.3f}]"
        )
        bars(axes, points, label=label, markerfacecolor="none", **style(i))
    first = metrics["changes"][0]
    scale = first["expected"] / first["h"] ** 2
    ends = (SLOPE_H[0] / 1.3, SLOPE_H[-1] * 1.3)
    axes.plot(
        ends, [scale * h**2 for h in ends], color="black", label=r"$\kappa\,|b(r)|$", **PREDICTED
    )
    log_ticks(axes, "x", SLOPE_H)
    axes.set(yscale="log", xlabel=r"$\sqrt{\kappa}=\eta/(\sqrt{n}\,\gamma)$", ylabel=r"$-E[r'-r]$")
    axes.set_title(f"drift at $r={SLOPE_R:g}$, $n={SLOPE_N}$ (cells: $\\sqrt{{\\kappa}}={H:g}$)")
    axes.legend(loc="upper left")
