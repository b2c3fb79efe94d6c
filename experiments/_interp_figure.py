"""The scaling law as a figure: P against N, certified from below and built from above."""

from __future__ import annotations

from typing import Any

from constructions.interp.shallow import shallow_parameters
from constructions.interp.vector_bound import rate
from experiments._interp_sweep import EXPONENTIAL, FIT_FROM, LAWS, SIZES
from experiments._lab.figure import PREDICTED, Slope, fit_slope, styled

Rows = list[dict[str, Any]]

MARKERS = ("o", "v", "D", "^")  # laws share their first points, so shapes differ and are hollow
MATH = {"2 log2 N": r"2\log_2 N", "64": "64", "N": "N", "4 N": "4N"}


def draw(rows: Rows, d: int) -> tuple[Any, Rows]:
    """P against N, log-log, with fitted slopes and the predicted laws; and the rows behind it."""
    import matplotlib
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(6.4, 5.9))
        axes = figure.add_subplot()
        *colours, black = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        _draw_upper(axes, rows, d, black)
        for law, colour, marker in zip(LAWS, colours, MARKERS, strict=False):
            _draw_lower(axes, [row for row in rows if row["law"] == law], colour, marker)
        _draw_predicted(axes, rows)
        _decorate(axes, d, max(row["uniform_upper"] for row in rows))
        figure.legend(loc="outside lower center", ncols=2)
    return figure, rows


def fitted(rows: Rows, key: str) -> Slope:
    """Log-log slope of column ``key`` in N, over N >= FIT_FROM."""
    points = [row for row in rows if row["N"] >= FIT_FROM]
    return fit_slope([row["N"] for row in points], [row[key] for row in points])


def _draw_upper(axes: Any, rows: Rows, d: int, colour: str) -> None:
    first = [row for row in rows if row["law"] == rows[0]["law"]]
    sizes, slope = [row["N"] for row in first], fitted(first, "upper")
    label = f"upper: net built and verified, slope {slope}"
    axes.plot(sizes, [row["upper"] for row in first], "s", color=colour, label=label)
    law = "3N-2" if d == 1 else f"3N+{d - 1}"
    predicted = [shallow_parameters(N, d) for N in sizes]
    label = f"predicted ${law}$, one hidden layer (interp.U1)"
    axes.plot(sizes, predicted, color=colour, label=label, **PREDICTED)
    if d == 1:
        label = r"predicted $N+4\sqrt{N}+1$, two hidden layers (interp.U2)"
        two_layers = [N + 4 * N**0.5 + 1 for N in sizes]
        axes.plot(sizes, two_layers, color="0.6", label=label, **PREDICTED)
    if d > 1:  # the net above has a narrow first layer, which the lower bounds do not allow
        label = f"upper, uniform width, slope {fitted(first, 'uniform_upper')}"
        uniform = [row["uniform_upper"] for row in first]
        axes.plot(sizes, uniform, "s", color=colour, markerfacecolor="none", label=label)


def _draw_lower(axes: Any, rows: Rows, colour: str, marker: str) -> None:
    law, slope, sizes = rows[0]["law"], fitted(rows, "lower"), [row["N"] for row in rows]
    label = f"lower: certified, $b={MATH[law]}$, slope {slope}"
    hollow = {"marker": marker, "linestyle": "", "markerfacecolor": "none", "label": label}
    axes.plot(sizes, [row["lower"] for row in rows], color=colour, **hollow)
    ends = [FIT_FROM, sizes[-1]]
    axes.plot(ends, [2**slope.intercept * N**slope.value for N in ends], color=colour, lw=1.0)


def _draw_predicted(axes: Any, rows: Rows) -> None:
    """One line for each predicted rate, however many laws share it."""
    sizes = sorted({row["N"] for row in rows})
    for value in sorted({rate(c) for c in EXPONENTIAL.values()}):
        laws = ", ".join(f"$b={MATH[law]}$" for law, c in EXPONENTIAL.items() if rate(c) == value)
        label = rf"predicted ${value:g}\,N$ at {laws}, $N\to\infty$ (interp.D3A)"
        axes.plot(sizes, [value * N for N in sizes], color="0.4", label=label, **PREDICTED)


def _decorate(axes: Any, d: int, largest: int) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xticks(SIZES[::2], [str(N) for N in SIZES[::2]])
    top = largest.bit_length()
    ticks = [2**k for k in range(2, top + 1, 1 + top // 16)]
    axes.set_yticks(ticks, [str(P) for P in ticks])
    axes.minorticks_off()
    axes.set_ylim(4, 2**top)
    axes.set_xlabel("number of points $N$")
    axes.set_ylabel("parameters $P$ (every weight and bias, zeros counted)")
    axes.set_title(
        rf"ReLU interpolation of 0/1 labels at $2^{{-b}}$-separated points, $d={d}$"
        f"\nsolid: fit for $N\\geq{FIT_FROM}$, slope with 95% interval; dashed: predicted law"
    )
