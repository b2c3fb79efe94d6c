"""The sawtooth experiment as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._interp_sawtooth import predicted
from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table

Metrics = dict[str, Any]
MARKERS = ("o", "v", "D", "^", "s", "P", "X", "<", ">", "p", "h")  # one for each depth
LEFT, RIGHT = -8, 3  # of log2(1/h) - 2L on the right


def report(metrics: Metrics) -> str:
    """Regular points, then the transition for every depth."""
    regular = [
        (row["L"], row["points"], row["dichotomies"], row["dichotomies"] == 2 ** row["points"])
        for row in metrics["regular"]
    ]
    rows = [
        (
            row["L"],
            row["log2_inverse_h"],
            f"{row['shattered']} / {row['trials']}",
            f"[{row['low']:.3f}, {row['high']:.3f}]",
            row["predicted"],
            row["proved_at_most"],
        )
        for row in metrics["rows"]
    ]
    middle = [
        (
            row["L"],
            f"{row['predicted_middle']:.1f} = {row['predicted_middle'] / row['L']:.2f} L",
            f"{row['certified_exponent']} = {row['certified_exponent'] / row['L']:.2f} L",
        )
        for row in metrics["depths"]
    ]
    return "\n".join(
        (
            heading(
                1, "Regular points 1, 1/2, 1/4, ...: one parameter fits every labelling"
            ).lstrip(),
            table(("L", "points", "labellings", "all"), regular, ">>>>"),
            heading(2, "Two random pairs at distance h in [1/2, 1): shattered or not"),
            table(
                ("L", "log2 1/h", "shattered", "95 % interval", "law", "proved <="), rows, ">>>>>>"
            ),
            "  interval: Clopper-Pearson, for each row by itself; law: heuristic (1 - exp(-lam))^4 with",
            "  lam = 3/16 2^(2L) h; proved: |F| C(K,2) / C(m,2) of interp.PAIR.",
            _judged(metrics),
            heading(3, "Where the transition lies, in log2 1/h"),
            table(("L", "law = 1/2 at", "proved < 1 from"), middle, ">>>"),
            "  every dichotomy is enumerated in exact arithmetic; the choice of the pairs is random.",
        )
    )


def _judged(metrics: Metrics) -> str:
    """How the heuristic law fares; the proved bound is judged by the verdict."""
    rows = metrics["rows"]
    missed = [row for row in rows if not row["low"] <= row["predicted"] <= row["high"]]
    places = sorted({row["log2_inverse_h"] - 2 * row["L"] for row in missed})
    where = f", at log2(1/h) - 2L = {', '.join(map(str, places))}" if places else ""
    return (
        f"  the law lies outside {len(missed)} of {len(rows)} intervals{where}: it is no theorem."
    )


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Left: share against log2(1/h)/L; right: against log2(1/h) - 2L, with the law."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(7.2, 3.9))
        scaled, shifted = figure.subplots(1, 2, sharey=True)
        for L, colour, marker in zip(_depths(metrics), _colours(metrics), MARKERS, strict=False):
            rows = [row for row in metrics["rows"] if row["L"] == L]
            style = {"color": colour, "marker": marker, "label": f"$L={L}$"}
            _curve(scaled, rows, lambda beta, L=L: beta / L, style)
            near = [row for row in rows if row["log2_inverse_h"] - 2 * L <= RIGHT]
            _curve(shifted, near, lambda beta, L=L: beta - 2 * L, style)
        _lines(scaled, shifted)
        shifted.add_artist(shifted.legend(*_law_alone(shifted), loc="upper right"))
        shifted.legend(*scaled.get_legend_handles_labels(), loc="lower left")
        figure.suptitle(
            r"One-parameter class $1[T^L(\theta x)\geq 1/2]$ on two random pairs at distance $h$"
            f"\n{metrics['trials']} draws per point, exact enumeration, 95% Clopper-Pearson intervals",
            fontsize=10,
        )
    return figure, metrics["rows"]


def _depths(metrics: Metrics) -> list[int]:
    return [row["L"] for row in metrics["depths"]]


def _colours(metrics: Metrics) -> list[Any]:
    """Depth as lightness, so that the order reads without hue."""
    import matplotlib

    count = len(metrics["depths"])
    ramp = matplotlib.colormaps["viridis"]
    return [ramp(0.85 * i / max(count - 1, 1)) for i in range(count)]


def _curve(axes: Any, rows: list[Metrics], place: Any, style: dict[str, Any]) -> None:
    x = [place(row["log2_inverse_h"]) for row in rows]
    y = [row["share"] for row in rows]
    below = [row["share"] - row["low"] for row in rows]
    above = [row["high"] - row["share"] for row in rows]
    axes.errorbar(x, y, (below, above), lw=0.9, elinewidth=0.8, capsize=1.5, ms=3.5, **style)


def _law_alone(axes: Any) -> tuple[list[Any], list[str]]:
    both = zip(*axes.get_legend_handles_labels(), strict=True)
    law = [(handle, label) for handle, label in both if "heuristic" in label]
    return [handle for handle, _ in law], [label for _, label in law]


def _lines(scaled: Any, shifted: Any) -> None:
    label = "heuristic law, no theorem\n" r"$(1-e^{-\lambda})^4$, $\lambda=\frac{3}{16}\,4^{L}h$"
    xs = [LEFT + i / 8 for i in range(8 * (RIGHT - LEFT) + 1)]
    shifted.plot(xs, [predicted(0, x) for x in xs], color="black", label=label, **PREDICTED)
    beside = {"xytext": (-3, 0), "textcoords": "offset points", "ha": "right", "va": "top"}
    for x, text, style in (
        (2, "$2L$", {"color": "0.35", "ls": ":", "lw": 1.0}),
        (3, "proved $<1$\nfrom $3L+O(1)$ on\n(interp.PAIR)", {"color": "#D55E00", "lw": 1.3}),
    ):
        scaled.axvline(x, zorder=1, **style)
        scaled.annotate(text, (x, 1.07), color=style["color"], fontsize=7.5, **beside)
    scaled.set_xlabel(r"$\log_2(1/h)\,/\,L$")
    shifted.set_xlabel(r"$\log_2(1/h)-2L$")
    scaled.set_ylabel("share of draws that are shattered")
    scaled.set_ylim(-0.04, 1.1)
