"""The adversarial draw as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._interp_draw import BOUNDED, IMPOSSIBLE
from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table

Metrics = dict[str, Any]
MARKERS = ("o", "v", "D", "^", "s", "P", "X", "<", ">")


def report(metrics: Metrics) -> str:
    """For every problem and width: the deepest class that is bounded."""
    rows = []
    for problem in metrics["problems"]:
        for W in sorted({row["W"] for row in problem["rows"]}):
            mine = [row for row in problem["rows"] if row["W"] == W]
            bounded = [row for row in mine if row["kind"] == BOUNDED]
            never = [row["L"] for row in mine if row["kind"] == IMPOSSIBLE]
            ends = [bounded[0], bounded[-1]] if bounded else [None, None]
            rows.append(
                (
                    problem["N"],
                    problem["b"],
                    problem["Pmin"],
                    W,
                    max(never, default=None),
                    *(cell for end in ends for cell in _cells(end)),
                )
            )
    head = (
        "N",
        "b",
        "Pmin",
        "W",
        "never, L <=",
        "first",
        "P",
        "served <=",
        "last",
        "P",
        "served <=",
    )
    digests = [
        f"    N = {p['N']}, b = {p['b']}: sha256 {p['draw_sha256']}" for p in metrics["problems"]
    ]
    return "\n".join(
        (
            heading(
                1, "A random paired configuration, and the classes that cannot fit it"
            ).lstrip(),
            table(head, rows, ">>>>>>>>>>>"),
            "  served <= 2^x: certified probability, over the draw, that some weights of Class(1; W, L) fit",
            "  the (0,1)-labelled pairs; exact integers. never: too few rises, no draw at all is fitted.",
            "  first, last: least and largest depth L that the counts bound. Pmin: certified for all labels.",
            "  The draws of this seed (increasing points p/q joined by ';'):",
            *digests,
        )
    )


def _cells(row: Metrics | None) -> tuple[object, object, object]:
    return (row["L"], row["P"], f"2^{row['log2_probability']}") if row else (None, None, None)


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """-x on a logarithmic axis against P: one panel for each problem size, one curve for each W."""
    import matplotlib
    from matplotlib.figure import Figure

    problems = metrics["problems"]
    sizes = sorted({p["N"] for p in problems})
    ratios = sorted({p["b"] // p["N"] for p in problems})
    with styled():
        figure = Figure(figsize=(2.5 * len(sizes) + 0.6, 2.3 * len(ratios) + 0.8))
        panels = figure.subplots(len(ratios), len(sizes), squeeze=False, sharey="row")
        colours = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        for problem in problems:
            axes = panels[ratios.index(problem["b"] // problem["N"])][sizes.index(problem["N"])]
            _panel(axes, problem, colours)
        for axes in panels[-1]:
            axes.set_xlabel("parameters $P$")
        for line in panels:
            line[0].set_ylabel(r"$-\log_2$ Pr(some weights fit)")
        handles, labels = panels[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
        figure.suptitle(
            "Random paired configuration: certified bound on the probability that a class fits it\n"
            "hollow at the top: no draw can be fitted; beyond the last point the counts say nothing",
            fontsize=10,
        )
    rows = [
        {"N": p["N"], "b": p["b"], "Pmin": p["Pmin"], **row} for p in problems for row in p["rows"]
    ]
    return figure, rows


def _panel(axes: Any, problem: Metrics, colours: list[str]) -> None:
    widths = sorted({row["W"] for row in problem["rows"]})
    bounded = [-r["log2_probability"] for r in problem["rows"] if r["kind"] == BOUNDED]
    top = 4 * max(bounded, default=1)
    for i, W in enumerate(widths):
        mine = [row for row in problem["rows"] if row["W"] == W]
        style = {"color": colours[i % len(colours)], "marker": MARKERS[i % len(MARKERS)], "ms": 3.2}
        some = [row for row in mine if row["kind"] == BOUNDED]
        y = [-row["log2_probability"] for row in some]
        axes.plot([row["P"] for row in some], y, lw=0.9, label=f"$W={W}$", **style)
        law = [(row["P"], -row["closed_form"]) for row in some if row["closed_form"] < -1]
        label = "closed form (interp.DIR)" if i == 0 else None
        axes.plot(
            *zip(*law, strict=True) if law else ((), ()),
            color=style["color"],
            label=label,
            **PREDICTED,
        )
        never = [row["P"] for row in mine if row["kind"] == IMPOSSIBLE]
        axes.plot(never, [top] * len(never), ls="", markerfacecolor="none", **style)
    axes.axvline(problem["Pmin"], color="0.35", lw=1.0, ls=":", label=r"certified $P_{\min}$")
    axes.set_yscale("log", base=10)
    axes.set_ylim(1, 3 * top)
    axes.set_title(f"$N={problem['N']}$, $b={problem['b']}$")
