"""The phase diagram as text and as a figure."""

from __future__ import annotations

from itertools import pairwise
from math import log2
from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table

Metrics = dict[str, Any]

LETTER = {"shallow_any": "S", "three_layer_any": "T", "fold_lookup": "F"}
LINES = (
    ("N", lambda k: 1.0 * k),
    ("sqrt N", lambda k: k / 2),
    ("log2 N", log2),
)  # log2 b of log2 N
TEX = {"N": "$b=N$", "sqrt N": r"$b=\sqrt{N}$", "log2 N": r"$b=\log_2 N$"}


def report(metrics: Metrics) -> str:
    """One line for every cell."""
    rows = [
        (
            row["N"],
            row["b"],
            row["lower"],
            f"({row['W']}, {row['L']})",
            row["lower_claim"],
            row["upper"],
            row["winner"],
            row["basis"],
            row["shallow"],
            row["three"],
            row["fold"],
            row["ratio"],
        )
        for row in metrics["cells"]
    ]
    head = (
        *("N", "b", "P >=", "survivor", "claim", "P <=", "net", "basis"),
        *("shallow", "three", "fold", "gap"),
    )
    verified = sum(row["verified"] for row in metrics["cells"])
    return "\n".join(
        (
            heading(1, "Phase diagram: certified lower bound, smallest of three nets").lstrip(),
            table(head, rows, ">>>><><<>>>>"),
            f"  {verified} of {len(rows)} cells have a net that was built and evaluated exactly at all N",
            "  points of a random paired configuration (basis: built). The others are counts: equality:",
            "  proved for any points (3N - 2: interp.U1; pq + 2p + 2q + 1: interp.U2); plan: fold and codes",
            "  found and counted; scaled: b + 1 tents, and the codes planned for the same N at b = 64.",
            "  P >= speaks of nets of uniform width, and the nets that win have widths of their own: the gap",
            "  compares two different classes; the column uniform_upper of the data does not.",
            "  fold -: not looked at, because its tents alone exceed the two-layer net.",
        )
    )


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Cells over (log2 N, log2 b); colour and number: upper over lower."""
    import matplotlib
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    cells = metrics["cells"]
    with styled():
        figure = Figure(figsize=(7.0, 6.0))
        axes = figure.add_subplot()
        axes.grid(visible=False)
        ramp = matplotlib.colormaps["cividis"]
        largest = max(row["ratio"] for row in cells)
        norm = LogNorm(1, largest)
        for row, low, high in _extents(metrics):
            _rectangle(axes, row, (low, high), metrics["step"], ramp(norm(row["ratio"])))
        _boundary(axes, metrics)
        _guides(axes, metrics)
        shade = ScalarMappable(norm, ramp)
        bar = figure.colorbar(shade, ax=axes, pad=0.02, aspect=35)
        bar.set_label("parameters: smallest net / certified lower bound (uniform widths)")
        ticks = [t for t in (1, 2, 4, 8, 16, 32) if t <= largest]
        bar.set_ticks(ticks, labels=[str(t) for t in ticks])
        bar.minorticks_off()
        figure.legend(*_key(), loc="outside lower center", ncols=2)
    return figure, [{**row, "wrong": " ".join(row["wrong"])} for row in cells]


def _extents(metrics: Metrics) -> list[tuple[Metrics, float, float]]:
    """(cell, low, high): cells of one N meet half way between their log2 b."""
    found = []
    for N in sorted({row["N"] for row in metrics["cells"]}):
        column = sorted((row for row in metrics["cells"] if row["N"] == N), key=lambda r: r["b"])
        at = [log2(row["b"]) for row in column]
        middle = [(one + two) / 2 for one, two in pairwise(at)]
        half = metrics["step"] / 2
        ends = [at[0] - half / 2, *middle, at[-1] + half]
        found += list(((row, *ends) for row, ends in zip(column, pairwise(ends), strict=True)))
    return found


def _rectangle(
    axes: Any, row: Metrics, span: tuple[float, float], step: int, colour: tuple[float, ...]
) -> None:
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    low, high = span
    x = log2(row["N"])
    box = Rectangle((x - step / 2, low), step, high - low, fc=colour, ec="white", lw=0.8)
    axes.add_patch(box)
    light = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    ink = "black" if light > 0.5 else "white"
    mark = "\u25cf" if row["verified"] else "\u25cb"
    text = f"{row['ratio']:.1f}\n{LETTER[row['winner']]} {mark}"
    size = 8 if step > 1 else 5.5
    # The guides run behind the text: it is outlined in the colour of its cell.
    style = {"color": ink, "fontsize": size, "ha": "center", "va": "center", "zorder": 6}
    outline = [withStroke(linewidth=3, foreground=colour)]
    axes.text(x, (low + high) / 2, text, path_effects=outline, **style)


def _boundary(axes: Any, metrics: Metrics) -> None:
    """The line between the two winners."""
    half = metrics["step"] / 2
    tops = {
        log2(row["N"]): high for row, _, high in _extents(metrics) if row["winner"] == "fold_lookup"
    }
    style = {"color": "#D55E00", "lw": 2.2, "solid_capstyle": "butt", "zorder": 4}
    for x, top in tops.items():
        axes.plot([x - half, x + half], [top, top], **style)
        before = tops.get(x - metrics["step"])
        bottom = next(low for row, low, _ in _extents(metrics) if log2(row["N"]) == x)
        axes.plot([x - half, x - half], [bottom if before is None else before, top], **style)


def _guides(axes: Any, metrics: Metrics) -> None:
    from matplotlib.patheffects import withStroke

    half = metrics["step"] / 2
    first, last = log2(metrics["cells"][0]["N"]) - half, log2(metrics["cells"][-1]["N"]) + half
    xs = [first + i * (last - first) / 60 for i in range(61)]
    outline = [withStroke(linewidth=2.6, foreground="white")]
    for name, law in LINES:
        style = {**PREDICTED, "color": "black", "zorder": 5, "path_effects": outline}
        axes.plot(xs, [law(x) for x in xs], **style)
        axes.annotate(
            TEX[name],
            (last, law(last)),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            annotation_clip=False,
        )
    sizes = sorted({row["N"] for row in metrics["cells"]})
    axes.set_xticks([log2(N) for N in sizes], [str(N) for N in sizes])
    top = max(log2(row["b"]) for row in metrics["cells"])
    ticks = range(2, int(top) + 1, 2)
    axes.set_yticks(list(ticks), [f"$2^{{{k}}}$" for k in ticks])
    axes.set_xlim(first, last + 1.1)
    axes.set_ylim(1.2, top + half + 0.1)
    axes.set_xlabel("number of points $N$")
    axes.set_ylabel(r"bits of separation $b=\log_2(1/\delta)$")
    axes.set_title("ReLU interpolation of 0/1 labels: best net over certified lower bound, $d=1$")


def _key() -> tuple[list[Any], list[str]]:
    from matplotlib.lines import Line2D

    def dot(face: str) -> Any:
        return Line2D([], [], marker="o", ls="", color="black", markerfacecolor=face)

    nothing = Line2D([], [], ls="")
    line = Line2D([], [], color="#D55E00", lw=2.2)
    return [dot("black"), dot("none"), nothing, nothing, line], [
        "net built and evaluated exactly at all $N$ points",
        "parameter count only, net not built",
        r"T: three_layer_any smallest, $P\approx N+4\sqrt{N}$",
        "F: fold_lookup smallest",
        "boundary between the two",
    ]
