"""The training sweep as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._lab.figure import styled
from experiments._lab.text import heading, table
from experiments._psbn_figure import log_ticks, nothing, style
from experiments._psbn_text import note

Metrics = dict[str, Any]
COLUMNS = 4
NAMES = {
    "bn": "BN",
    "psbn": "psBN",
    "recentred": "BN, decay to alpha",
    "shifted": "BN, start at alpha",
}


def report(metrics: Metrics) -> str:
    """Cells, answers, exact comparisons."""
    if "missing" in metrics:
        return f"not run: {metrics['missing']}"
    size = f"{metrics['epochs']} epochs, {metrics['seeds']} seeds, {6 * metrics['width']} channels"
    title = f"{metrics['data']}: {size}; means over seeds"
    return "\n".join(
        (
            heading(1, title).lstrip(),
            _cells(metrics),
            heading(
                2,
                f"Paired comparisons (sign flips of whole runs, each at level {metrics['level']:g})",
            ),
            _answers(metrics),
            heading(
                3, "psbn.T9 in double precision: largest difference of any parameter from psBN's"
            ),
            _twins(metrics),
        )
    )


def _cells(metrics: Metrics) -> str:
    rows = []
    settings = list(dict.fromkeys(_setting(cell) for cell in metrics["cells"]))
    for setting in settings:
        mine = {cell["kind"]: cell for cell in metrics["cells"] if _setting(cell) == setting}
        dead = [_mean(mine.get(kind), "dead", ".1f") for kind in NAMES]
        right = [_mean(mine.get(kind), "accuracy", ".3f") for kind in ("bn", "psbn")]
        collapsed = [_mean(mine.get(kind), "collapsed", ".1f") for kind in ("bn", "psbn")]
        lost = sum(cell["diverged"] for cell in mine.values())
        optimiser, activation, decay, rate = setting
        rows.append(
            (optimiser, activation, f"{decay:g}", f"{rate:g}", *dead, *collapsed, *right, lost)
        )
    head = (
        "optim.",
        "rect.",
        "decay",
        "rate",
        "BN",
        "psBN",
        "recen.",
        "start",
        "BN r<-3",
        "psBN",
        "acc BN",
        "psBN",
        "div.",
    )
    return "\n".join(
        (
            table(head, rows, "<<>>>>>>>>>>>"),
            note(
                "first four numbers: dead channels (no positive value over the training set, running "
                "statistics); leaky: such a channel is linear, not dead. recen.: BN with decay to alpha; "
                "start: BN started at alpha. acc: on the test part, for comparison within this table only. "
                "div.: runs left out as diverged."
            ),
        )
    )


def _setting(cell: Metrics) -> tuple[Any, ...]:
    return tuple(cell[key] for key in ("optimiser", "activation", "decay", "rate"))


def _mean(cell: Metrics | None, what: str, form: str) -> str:
    return "-" if cell is None or cell[what] is None else format(cell[what], form)


def _answers(metrics: Metrics) -> str:
    rows = [
        (
            one["claim"],
            one["pairs"],
            f"{one['mean']:+.3f}" if "accuracy" in one["claim"] else f"{one['mean']:+.2f}",
            f"{one['p']:.4f}",
            "two" if one["two_sided"] else "one",
            one["decision"],
        )
        for one in metrics["answers"]
    ]
    head = ("comparison", "pairs", "mean difference", "p", "sides", "decision")
    demanded = sum(one["demanded"] for one in metrics["answers"])
    others = len(rows) - demanded
    return "\n".join(
        (
            table(head, rows, "<>>><<"),
            note(
                "difference: of the kind named first from BN, of the higher from the lower rate, of decay "
                "from less. pairs share seed, weights and batches; signs are fair coins if the two are "
                f"exchangeable. p-values are not corrected for the {len(rows)} comparisons: the {demanded} "
                "that decide the verdict err together with probability at most "
                f"{demanded * metrics['level']:.2g}, and of the others {others * metrics['level']:.2g} are "
                "expected to be called different by chance."
            ),
        )
    )


def _twins(metrics: Metrics) -> str:
    rows = [
        (
            one["optimiser"],
            f"{one['decay']:g}",
            one["steps"],
            f"{one['recentred']:.1e}",
            f"{one['shifted']:.1e}",
        )
        for one in metrics["twins"]
    ]
    head = ("optim.", "decay", "steps", "BN, decay to alpha", "BN started at alpha, decay to 0")
    return table(head, rows, "<>>>>")


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Dead channels against the rate for every setting; below: the accuracy of the same runs."""
    from matplotlib.figure import Figure

    if "missing" in metrics:
        return nothing(metrics["missing"])
    settings = sorted(
        {_place(cell) for cell in metrics["cells"]},
        key=lambda one: (one[1] != "relu", one[0] != "sgd", one[2]),
    )
    across = min(COLUMNS, len(settings))
    lines = -(-len(settings) // across)
    top = max(max(cell["dead_all"], default=0) for cell in metrics["cells"])
    with styled():
        figure = Figure(figsize=(max(6.4, 2.3 * across + 0.8), 3.7 * lines + 0.9))
        panels = figure.subplots(2 * lines, across, squeeze=False)
        for i, setting in enumerate(settings):
            line, column = divmod(i, across)
            pair = panels[2 * line][column], panels[2 * line + 1][column]
            _setting_panels(pair, metrics, setting, first=column == 0)
            pair[0].set_ylim(-1, 1.05 * top + 1)
        for axes in panels.flat[2 * len(settings) :] if len(settings) % across else ():
            axes.set_visible(False)
        shown = [axes.get_legend_handles_labels() for axes in panels.flat]
        every = {label: handle for both in shown for handle, label in zip(*both, strict=True)}
        order = [name for name in NAMES.values() if name in every]
        figure.legend([every[name] for name in order], order, loc="outside lower center", ncols=4)
        figure.suptitle(
            f"{metrics['data']}, epochs: {metrics['epochs']}: channels collapse as the learning rate rises\n"
            f"{metrics['seeds']} seeds: every run a small mark, lines through the means; empirical",
            fontsize=10,
        )
    keys = (
        "optimiser",
        "activation",
        "decay",
        "rate",
        "replicate",
        "kind",
        "diverged",
        "dead",
        "collapsed",
        "accuracy",
    )
    return figure, [{key: row[key] for key in keys} for row in metrics["runs"]]


def _place(cell: Metrics) -> tuple[str, str, float]:
    return cell["optimiser"], cell["activation"], cell["decay"]


def _setting_panels(
    pair: Any, metrics: Metrics, setting: tuple[str, str, float], *, first: bool
) -> None:
    """Dead channels and accuracy of one setting, one above the other."""
    mine = [cell for cell in metrics["cells"] if _place(cell) == setting]
    rates = sorted({cell["rate"] for cell in mine})
    for axes, what in zip(pair, ("dead", "accuracy"), strict=True):
        _panel(axes, mine, what)
        log_ticks(axes, "x", rates)
        axes.set_xlim(rates[0] / 1.6, rates[-1] * 1.6)
    optimiser, activation, decay = setting
    pair[0].set_title(f"{optimiser}, {activation}, decay {decay:g}", fontsize=8.5)
    pair[1].set(xlabel="learning rate", ylim=(0, 1.02))
    if first:
        pair[0].set_ylabel(f"never active, of {6 * metrics['width']}")
        pair[1].set_ylabel("test accuracy")


def _panel(axes: Any, cells: list[Metrics], what: str) -> None:
    kinds = [kind for kind in NAMES if any(cell["kind"] == kind for cell in cells)]
    for i, kind in enumerate(NAMES):
        if kind not in kinds:
            continue
        mine = sorted(
            (c for c in cells if c["kind"] == kind and c[what] is not None), key=lambda c: c["rate"]
        )
        shift = 1.13 ** (i - 1.5)
        how = style(i)
        for cell in mine:
            x = [cell["rate"] * shift] * len(cell[f"{what}_all"])
            axes.plot(x, cell[f"{what}_all"], ls="", ms=2.2, alpha=0.5, **how)
        x, y = [cell["rate"] * shift for cell in mine], [cell[what] for cell in mine]
        axes.plot(x, y, label=NAMES[kind], lw=0.9, ms=4.2, mfc="none", **how)
    axes.set_xscale("log")
