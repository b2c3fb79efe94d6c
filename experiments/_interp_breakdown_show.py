"""The float breakdown as text and as a figure."""

from __future__ import annotations

from statistics import median
from typing import Any

from experiments._interp_breakdown import MANTISSA, NETS
from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table

Metrics = dict[str, Any]


def report(metrics: Metrics) -> str:
    """Median and range of wrong labels; the last b without any; the rule of thumb."""
    N = metrics["N"]
    body = [
        (
            row["net"],
            row["dtype"],
            row["b"],
            f"{median(row['wrong']):g} / {N}",
            f"{min(row['wrong'])} to {max(row['wrong'])}",
            row["weight_bits"],
            row["verified"],
        )
        for row in sorted(metrics["rows"], key=lambda r: (r["net"], r["dtype"], r["b"]))
    ]
    ends = [
        (rule["net"], rule["dtype"], _last_right(metrics, rule), f"{rule['b']:.1f}")
        for rule in metrics["rules"]
    ]
    head = ("net", "format", "b", "wrong, median", "range", "weight bits", "exact")
    return "\n".join(
        (
            heading(1, f"Nets for N = {N} paired points, rounded: wrong labels").lstrip(),
            table(head, body, "<<>>>>>"),
            heading(2, "Largest b up to which no draw has a wrong label"),
            table(("net", "format", "measured", "rule of thumb"), ends, "<<>>"),
            f"  {metrics['draws']} draws for each b; exact: right at every point in rational arithmetic.",
            "  wrong: off by more than 1/4, infinite or undefined. Floats prove nothing.",
        )
    )


def _last_right(metrics: Metrics, rule: Metrics) -> int | None:
    """The last b before the first wrong label; ``None`` if labels are wrong from the start."""
    last = None
    for row in sorted(_series(metrics, rule["net"], rule["dtype"]), key=lambda r: r["b"]):
        if max(row["wrong"]):
            break
        last = row["b"]
    return last


def _series(metrics: Metrics, net: str, dtype: str) -> list[Metrics]:
    return [row for row in metrics["rows"] if (row["net"], row["dtype"]) == (net, dtype)]


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Median share of wrong labels with the range over the draws; dashed: rule of thumb."""
    import matplotlib
    from matplotlib.figure import Figure

    N = metrics["N"]
    with styled():
        figure = Figure(figsize=(7.2, 3.9))
        panels = figure.subplots(1, len(NETS), sharey=True)
        colours = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        for axes, net in zip(panels, NETS, strict=True):
            axes.axhline(0.5, color="0.6", lw=0.9, ls=":", label="half of the labels")
            for dtype, colour, marker in zip(MANTISSA, colours, "ov", strict=False):
                rows = _series(metrics, net, dtype)
                b = [row["b"] for row in rows]
                shares = [[count / N for count in row["wrong"]] for row in rows]
                low, high = [min(s) for s in shares], [max(s) for s in shares]
                axes.fill_between(b, low, high, color=colour, alpha=0.2, lw=0)
                middle = [median(s) for s in shares]
                axes.plot(b, middle, color=colour, marker=marker, label=f"{dtype}, median")
                rule = next(r for r in metrics["rules"] if (r["net"], r["dtype"]) == (net, dtype))
                label = f"{dtype}, rule of thumb"
                axes.axvline(rule["b"], color=colour, label=label, **PREDICTED)
            axes.set_title(net)
            axes.set_xlabel(r"bits of separation $b=\log_2(1/\delta)$")
        panels[0].set_ylabel(f"share of wrong labels ($N={N}$)")
        panels[0].set_ylim(-0.03, 1.03)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        figure.suptitle(
            "The same nets, exact at every point in rationals, evaluated in floating point\n"
            f"bands: range over {metrics['draws']} paired configurations",
            fontsize=10,
        )
    return figure, [{**row, "wrong": " ".join(map(str, row["wrong"]))} for row in metrics["rows"]]
