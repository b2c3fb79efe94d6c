"""Figures with the data beside them, in one style; slopes with their interval.

Everything heavy (matplotlib, numpy, scipy) is imported when a figure is drawn, never before.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUFFIXES = (".svg", ".pdf", ".png")
STYLE = Path(__file__).with_name("touchstone.mplstyle")
CONFIDENCE = 0.95
PREDICTED = {"linestyle": (0, (5, 3)), "linewidth": 1.0}  # a predicted law is always dashed

# Without these a file would carry the time at which it was drawn.
_NO_DATE = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}


@dataclass(frozen=True)
class Slope:
    """y = 2^intercept x^value by least squares in logarithms; ``low``, ``high``: 95 % interval.

    For computed (not sampled) points the interval says how far they are from one power law, not
    how they would scatter.
    """

    value: float
    low: float
    high: float
    intercept: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def fit_slope(x: Sequence[float], y: Sequence[float]) -> Slope:
    """Log-log slope of positive ``y`` (n) against positive ``x`` (n), n >= 3, with its interval.

    ``ValueError`` for fewer than three points, non-positive numbers, or a single abscissa.
    """
    import numpy as np
    from scipy.special import stdtrit

    if len(x) != len(y) or len(x) < 3:
        raise ValueError(f"x, y: must be at least 3 pairs, got {len(x)} and {len(y)} numbers")
    if min(*x, *y) <= 0:
        raise ValueError(f"x, y: must be positive for a log-log slope, got {min(*x, *y)}")
    u, v = np.log2(np.asarray(x, float)), np.log2(np.asarray(y, float))  # (n,), (n,)
    centred = u - u.mean()
    spread = float(centred @ centred)
    if spread == 0:
        raise ValueError(f"x: must have at least two different values, got only {x[0]}")
    value = float(centred @ v) / spread
    intercept = float(v.mean() - value * u.mean())
    residual = v - intercept - value * u
    freedom = len(x) - 2
    error = float(np.sqrt(residual @ residual / freedom / spread))
    reach = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    return Slope(value, value - reach, value + reach, intercept)


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the house style; nothing outside the block changes."""
    from matplotlib import style

    with style.context(STYLE):
        yield


def figure_bytes(figure: Any, suffix: str) -> bytes:
    """The picture as SVG, PDF or PNG, the same bytes for the same figure."""
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format=suffix.removeprefix("."), metadata=_NO_DATE[suffix])
    return buffer.getvalue()


def csv_bytes(rows: Sequence[dict[str, Any]]) -> bytes:
    """The data behind a figure: one header line, one line a row; all rows have the same keys."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
