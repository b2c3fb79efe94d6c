"""The noise experiment as text and as a figure."""

from __future__ import annotations

from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table
from experiments._psbn_figure import bars, log_numbers, nothing, style
from experiments._psbn_gradients import BLOCKS, FACTORS, SCALE
from experiments._psbn_text import note

Metrics = dict[str, Any]


def report(metrics: Metrics) -> str:
    """Factors by block, bounds, exponents."""
    if "missing" in metrics:
        return f"not run: {metrics['missing']}"
    return "\n".join(
        (
            heading(
                1, "Variance of a channel's gradient over batches / prediction of (G) and (N)"
            ).lstrip(),
            _factors(metrics),
            heading(2, "What holds exactly"),
            _exact(metrics),
        )
    )


def name_of(kind: tuple[int, float]) -> str:
    """``init`` or ``rate 0.1``."""
    return f"rate {kind[1]:g}" if kind[0] else "init"


def _factors(metrics: Metrics) -> str:
    rows = []
    for one in metrics["table"]:
        spread = [
            f"{one[what][1]:.2f} [{one[what][0]:.2f}, {one[what][2]:.2f}]"
            for what in ("ratio", *FACTORS)
        ]
        kind = name_of((one["epochs"], one["rate"]))
        rows.append(
            (
                kind,
                one["block"],
                one["of"],
                one["channels"],
                *spread,
                f"{one['within_2']:.0%}",
                f"{one['signal'][1]:.2f}",
            )
        )
    head = ("net", "block", "of", "ch.", "V / predicted", *FACTORS, "in x2", "signal")
    left = sum(net["left_out"] for net in metrics["nets"])
    return "\n".join(
        (
            table(head, rows, "<>>>>>>>>>>"),
            note(
                "median [quartiles] over channels. kappa is off by V / predicted = shape x gate x image x "
                "batch, where shape: xhat is not normal (G); gate: the size of g depends on the mask; "
                "image: values of one image are not independent (N); batch: images are not, by shared "
                "statistics. in x2: channels with V within a factor 2. signal: |mean G| / sd over batches, "
                f"0 for pure noise. Channels active on less than .1 %: {left}, left out."
            ),
        )
    )


def _exact(metrics: Metrics) -> str:
    rows = []
    for net in metrics["nets"]:
        kind = name_of((net["epochs"], net["rate"]))
        rows.append(
            (
                kind,
                net["replicate"],
                f"{net['worst_bound']:.3f}",
                *(f"{e:.3f}" for e in net["exponents"]),
            )
        )
    head = ("net", "seed", "largest |G| / bound", *(f"block {b}" for b in range(BLOCKS)))
    return "\n".join(
        (
            table(head, rows, "<>>" + ">" * BLOCKS),
            note(
                "bound: rms(g) / sqrt(1 + r^2) for G_beta with r < 0, else rms(g); every batch, every "
                "channel (psbn.T3). block columns: exponent of s in gamma, by scaling (gamma, beta) by "
                f"{SCALE:g}: -1 where conv and norm follow (T11, so kappa goes like eta^2 / gamma^4 there), "
                "free in the last block, which feeds the linear layer."
            ),
        )
    )


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Measured against predicted for both gradients; the factors by block."""
    from matplotlib.figure import Figure

    if "missing" in metrics:
        return nothing(metrics["missing"])
    kinds = list(dict.fromkeys((net["epochs"], net["rate"]) for net in metrics["nets"]))
    first = metrics["nets"][0]
    with styled():
        figure = Figure(figsize=(3.2 * len(kinds) + 0.6, 7.2))
        panels = figure.subplots(3, len(kinds), squeeze=False, sharex="row", sharey="row")
        limits = [_limits(metrics, of) for of in ("beta", "gamma")]
        for column, kind in enumerate(kinds):
            nets = [net for net in metrics["nets"] if (net["epochs"], net["rate"]) == kind]
            for line, of in enumerate(("beta", "gamma")):
                _scatter(panels[line][column], nets, of, limits[line])
            panels[0][column].set_title(
                "as initialised" if not kind[0] else f"epochs: {kind[0]}, rate: {kind[1]:g}"
            )
            mine = [
                one
                for one in metrics["table"]
                if (one["epochs"], one["rate"]) == kind and one["of"] == "beta"
            ]
            _split(panels[2][column], mine)
        for line, of in enumerate((r"$G_\beta$", r"$G_\gamma$")):
            panels[line][0].set_ylabel(f"measured sd of {of}")
            panels[line][len(kinds) // 2].set_xlabel(f"sd of {of} predicted by (G) and (N)")
        panels[2][0].set_ylabel(r"factor of Var $G_\beta$")
        handles, labels = panels[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=BLOCKS + 2)
        figure.suptitle(
            f"Gradients of {first['batches']} real batches ({first['data']}) against psbn.T3: one mark a "
            f"channel, nets: {len({net['replicate'] for net in metrics['nets']})}; dashed: equal\n"
            "bottom: the hypotheses one by one (median and quartiles over channels)",
            fontsize=10,
        )
    rows = [
        {
            "epochs": net["epochs"],
            "rate": net["rate"],
            "seed": net["replicate"],
            "block": c["block"],
            "of": of,
        }
        | {"r": c["r"], "gamma": c["gamma"], **c[of]}
        for net in metrics["nets"]
        for c in net["channels"]
        for of in ("beta", "gamma")
    ]
    return figure, rows


def _limits(metrics: Metrics, of: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Of predicted and measured, over all channels that can be drawn."""
    both = [
        (c[of]["predicted"], c[of]["measured"]) for net in metrics["nets"] for c in net["channels"]
    ]
    seen = [pair for pair in both if min(pair) > 0]
    sides = [[pair[i] for pair in seen] or [1.0] for i in (0, 1)]
    across, up = ((min(side) / 1.3, max(side) * 1.3) for side in sides)
    return across, up


def _scatter(axes: Any, nets: list[Metrics], of: str, limits: Any) -> None:
    for block in range(BLOCKS):
        found = [
            (c[of]["predicted"], c[of]["measured"])
            for n in nets
            for c in n["channels"]
            if c["block"] == block
        ]
        points = [(x, y) for x, y in found if x > 0 and y > 0]
        how = {**style(block), "ls": "", "ms": 3, "mfc": "none", "mew": 0.7}
        axes.plot(*zip(*points, strict=True) if points else ((), ()), label=f"block {block}", **how)
    axes.set(xscale="log", yscale="log", xlim=limits[0], ylim=limits[1])
    for axis in (axes.xaxis, axes.yaxis):
        log_numbers(axis)
    ends = (min(limits[0][0], limits[1][0]), max(limits[0][1], limits[1][1]))
    axes.plot(ends, ends, color="black", label="equal", **PREDICTED)
    axes.plot(ends, [2**0.5 * x for x in ends], color="0.6", lw=0.7, label="variance off by 2")
    axes.plot(ends, [0.5**0.5 * x for x in ends], color="0.6", lw=0.7)


def _split(axes: Any, table_rows: list[Metrics]) -> None:
    for one in table_rows:
        block = one["block"]
        points = []
        for i, what in enumerate((*FACTORS, "ratio")):
            low, middle, high = one[what]
            points.append((i + 0.17 * (block - 1.5), middle, low, high))
        bars(axes, points, **style(block))
    axes.axhline(1, color="black", **PREDICTED)
    axes.set_xticks(range(len(FACTORS) + 1), [*FACTORS, "all"])
    axes.set_yscale("log", base=2)
    axes.grid(visible=False, axis="x")
