"""What figures and reports of this wing share: colours with markers, legends outside, prose."""

from __future__ import annotations

from textwrap import fill
from typing import Any

# Okabe and Ito; each colour always comes with its own marker, so that the order reads without hue.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("s", "o", "^", "D", "v", "P", "X")
WIDTH = 98


def style(i: int) -> dict[str, Any]:
    """Colour and marker of the i-th curve."""
    return {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}


def log_ticks(axes: Any, which: str, places: list[float]) -> None:
    """A logarithmic axis with these ticks and plain numbers, and no others."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(FixedLocator(places))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def legend_below(figure: Any, axes: Any) -> None:
    """The legend of these axes under the whole figure: what has error bars first."""
    from matplotlib.container import ErrorbarContainer

    pairs = list(zip(*axes.get_legend_handles_labels(), strict=True))
    pairs.sort(key=lambda pair: not isinstance(pair[0], ErrorbarContainer))
    handles, labels = zip(*pairs, strict=True)
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))


def note(text: str) -> str:
    """A paragraph, indented like a table and wrapped."""
    return fill(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
