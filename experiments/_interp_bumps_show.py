"""The Sobolev endpoint as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._lab.figure import PREDICTED, Slope, fit_slope, styled
from experiments._lab.text import heading, table

Metrics = dict[str, Any]
FIT_FROM = 64


def report(metrics: Metrics) -> str:
    """Norms against b, errors against P."""
    norms = [
        (r["b"], r["variation"], f"{r['mass']:.3g}", f"{r['w12_seminorm']:.6g}", r["signs_right"])
        for r in metrics["norms"]
    ]
    errors = [
        (r["N"], r["b"], r["P"], f"{r['error']:.3e}", r["P_times_error"]) for r in metrics["errors"]
    ]
    slope = _slope(metrics["errors"])
    return "\n".join(
        (
            heading(1, f"{metrics['N']} bumps of height 1/(2N) at paired points").lstrip(),
            table(("b", "int |f'|", "int |f|", "|f'|_2", "signs"), norms, ">>>>>"),
            "  exact rationals: int |f'| = 1 whatever the separation, while |f'|_2 = 2^(b/2)/sqrt(N).",
            heading(2, "What the bumps force: error of all nets of uniform width, at b = N"),
            table(("N", "b", "P", "error >=", "P * error"), errors, ">>>>>"),
            "  every net with at most P dense parameters is off by at least that much, in the sup norm, on",
            "  some f of the unit ball of W^{1,1} (certified P of interp.DIR; interp.D7).",
            f"  slope of the bound in P, N >= {FIT_FROM}: {slope}; classical rate: -1.",
        )
    )


def _slope(rows: list[Metrics]) -> Slope:
    """Log-log slope of the error in P; for fewer points alternation decides, not the separation."""
    used = [row for row in rows if row["N"] >= FIT_FROM]
    return fit_slope([row["P"] for row in used], [row["error"] for row in used])


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Left: norms; right: the error bound with the classical upper rate."""
    import matplotlib
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(7.2, 3.7))
        left, right = figure.subplots(1, 2)
        colours = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        _norms(left, metrics, colours)
        _errors(right, metrics["errors"], colours)
        figure.suptitle(
            "Sobolev endpoint $s=d=q=1$, $p=\\infty$: the norm does not see the separation, nets do",
            fontsize=10,
        )
    norms = [{"panel": "norms", **_blank(metrics), **row} for row in metrics["norms"]]
    errors = [{"panel": "errors", **_blank(metrics), **row} for row in metrics["errors"]]
    return figure, norms + errors


def _blank(metrics: Metrics) -> Metrics:
    return dict.fromkeys((*metrics["norms"][0], *metrics["errors"][0]))


def _norms(axes: Any, metrics: Metrics, colours: list[str]) -> None:
    rows, N = metrics["norms"], metrics["N"]
    b = [row["b"] for row in rows]
    seminorm, full = [row["w12_seminorm"] for row in rows], [row["w11"] for row in rows]
    axes.plot(b, seminorm, "v", color=colours[1], label=r"$\|f'\|_{L_2}$, exact")
    law = [row["predicted_w12"] for row in rows]
    axes.plot(b, law, color=colours[1], label=r"predicted $2^{b/2}/\sqrt{N}$", **PREDICTED)
    label = r"$\|f\|_{W^{1,1}}$, exact"
    axes.plot(b, full, "o", color=colours[0], label=label)
    label = r"predicted $1+\delta/4$"
    axes.plot(b, [1 + 2.0**-k / 4 for k in b], color=colours[0], label=label, **PREDICTED)
    axes.set_yscale("log", base=2)
    axes.set_xlabel(r"bits of separation $b=\log_2(1/\delta)$")
    axes.set_ylabel("norm")
    axes.set_title(f"{N} bumps of height $1/(2N)$")
    axes.legend(loc="upper left")


def _errors(axes: Any, rows: list[Metrics], colours: list[str]) -> None:
    P, error = [row["P"] for row in rows], [row["error"] for row in rows]
    label = f"certified, slope {_slope(rows)} ($N\\geq {FIT_FROM}$)"
    axes.plot(P, error, "o", color=colours[0], label=label)
    ends = [P[0], P[-1]]
    label = r"predicted $\frac{1}{4P}$, $P\to\infty$ (interp.D7)"
    axes.plot(ends, [0.25 / p for p in ends], color=colours[0], label=label, **PREDICTED)
    label = r"attained: equal variation, $\frac{3}{P-1}$"
    axes.plot(P, [3 / (p - 1) for p in P], color="black", label=label, **PREDICTED)
    label = "$P^{-2}$: inside the embedding"
    square = [error[0] * (P[0] / p) ** 2 for p in ends]
    axes.plot(ends, square, color="0.55", ls=":", lw=1.2, label=label)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xlabel("parameters $P$ (dense, uniform width)")
    axes.set_ylabel("worst-case error in $L_\\infty$")
    axes.set_ylim(min(square) / 64, 1)
    axes.set_title("unit ball of $W^{1,1}(0,1)$, $b=N$")
    axes.legend(loc="lower left")
