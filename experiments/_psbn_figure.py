"""What the figures of this wing share: colours with markers, error bars, slopes beside their lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# Okabe and Ito; each colour always comes with its own marker, so that the order reads without hue.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "v", "D", "^", "s", "P", "X")


def style(i: int) -> dict[str, Any]:
    """Colour and marker of the i-th curve."""
    return {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}


def ramp(count: int) -> list[Any]:
    """``count`` colours from dark to light: an ordered quantity reads without hue."""
    import matplotlib

    map_ = matplotlib.colormaps["viridis"]
    return [map_(0.88 * i / max(count - 1, 1)) for i in range(count)]


def bars(axes: Any, points: Sequence[tuple[float, float, float, float]], **how: Any) -> None:
    """(x, y, low, high) with error bars; without a line between them unless ``ls`` asks for one."""
    x, y, low, high = zip(*points, strict=True) if points else ((), (), (), ())
    below = [max(b - a, 0) for a, b in zip(low, y, strict=True)]
    above = [max(b - a, 0) for a, b in zip(y, high, strict=True)]
    how = {"ls": "", "ms": 3.8, "lw": 0.9, "elinewidth": 0.9, "capsize": 1.5, **how}
    axes.errorbar(x, y, (below, above), **how)


def outside(axes: Any, columns: int = 1, **how: Any) -> None:
    """The legend below the axes, where it covers nothing."""
    how = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.22), "ncols": columns, **how}
    axes.legend(**how)


def log_ticks(axes: Any, which: str, places: Sequence[float]) -> None:
    """A logarithmic axis with these ticks and plain numbers, and no others."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(FixedLocator(list(places)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def log_numbers(axis: Any) -> None:
    """Plain numbers at 1, 2 and 5 of every decade of a logarithmic axis: no labels run into another."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def nothing(reason: str) -> tuple[Any, list[dict[str, Any]]]:
    """A figure that says why there is none."""
    from matplotlib.figure import Figure

    from experiments._lab.figure import styled

    with styled():
        figure = Figure(figsize=(6.4, 1.2))
        figure.text(0.5, 0.5, f"not run: {reason}", ha="center", va="center", fontsize=8, wrap=True)
    return figure, [{"missing": reason}]
