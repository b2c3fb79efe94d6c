"""The recovery experiment as text and as a figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from experiments._lab.figure import PREDICTED, styled
from experiments._lab.text import heading, table
from experiments._psbn_figure import nothing, style
from experiments._psbn_text import note

Metrics = dict[str, Any]
NAMES = {"bn": "BN, decay", "psbn": "psBN, decay", "psbn0": "psBN, no decay"}


def report(metrics: Metrics) -> str:
    """Dead before and after, the formula, why."""
    if "missing" in metrics:
        return f"not run: {metrics['missing']}"
    first = metrics["nets"][0]
    title = f"{first['data']}, {6 * first['width']} channels: dead before fine-tuning, and after it"
    return "\n".join(
        (
            heading(1, title).lstrip(),
            _counts(metrics),
            heading(2, "Paths of channels that were dead, against the formula (psbn.T10)"),
            _paths(metrics),
            heading(3, "Why"),
            note(
                "BN: without gradient decay shrinks gamma and beta alike, so r stays. psBN: the shift alpha "
                "does not shrink, so (beta + alpha) / |gamma| rises until the channel reaches its data. "
                "Without decay psBN is BN started at beta + alpha (psbn.T9): no gradient, no decay, no "
                "motion. Channels that came back all the same were not silent: the layers before them "
                "moved, or single batches still reached them."
            ),
        )
    )


def _counts(metrics: Metrics) -> str:
    rows = []
    for net in metrics["nets"]:
        arms = net["arms"]
        rows.append(
            (
                net["replicate"],
                len(net["start"]["dead"]),
                *(f"{arms[name]['after']} ({arms[name]['of_the_first']})" for name in NAMES),
                f"{net['start']['accuracy']:.3f}",
                *(f"{arms[name]['accuracy']:.3f}" for name in NAMES),
            )
        )
    total = [f"{metrics['after'][name]} ({metrics['of_the_first'][name]})" for name in NAMES]
    rows.append(("all", metrics["before"], *total, "", "", "", ""))
    head = (
        "net",
        "before",
        *NAMES.values(),
        "acc. before",
        *("acc. " + name for name in ("BN", "psBN", "psBN0")),
    )
    net, count = metrics["nets"][0], len(metrics["nets"])
    before = [len(one["start"]["dead"]) for one in metrics["nets"]]

    def held(name: str, most: Callable[[int, int], bool], which: str = "after") -> int:
        left = [one["arms"][name][which] for one in metrics["nets"]]
        return sum(most(a, b) for a, b in zip(before, left, strict=True))

    kept = held("bn", lambda old, new: new >= old)
    third = held("psbn", lambda old, new: 3 * new <= old)
    healed = held("psbn", lambda old, new: 3 * new <= old, "of_the_first")
    return "\n".join(
        (
            table(head, rows, ">" * len(head)),
            note(
                "dead: no positive value over the training set, with the statistics of that set. In "
                f"brackets: of those dead before. before: {net['epochs_before']} epochs of BN at rate "
                f"{net['rate_before']:g}; then {net['epochs']} epochs at {net['rate']:g}, decay "
                f"{net['decay']:g} on norm parameters. The number of dead channels did not fall under BN in "
                f"{kept} of {count} nets; under psBN with decay it is a third or less in {third}, and of "
                f"those dead before a third or less are left in {healed}; others died meanwhile. Fewer "
                f"dead under psBN than under BN: sign test over nets p = {metrics['sign_test']:.4f} (at "
                f"best {0.5**count:.4f} with {count} nets; reported, not judged)."
            ),
        )
    )


def _paths(metrics: Metrics) -> str:
    rows = []
    for name, label in NAMES.items():
        channels = [c for net in metrics["nets"] for c in net["arms"][name]["channels"]]
        compared = sum(c["steps_compared"] for c in channels)
        gap = max((c["largest_gap"] for c in channels), default=0.0)
        silent = sum(c["first_gradient"] is None for c in channels)
        rows.append((label, len(channels), silent, compared, f"{gap:.1e}", _error(channels)))
    head = (
        "arm",
        "channels",
        "never a gradient",
        "channel-steps compared",
        "largest gap",
        "first gradient / k*",
    )
    return "\n".join(
        (
            table(head, rows, "<>>>>>"),
            note(
                "compared up to a channel's first non-zero gradient; gap relative to max(1, (|bias| + "
                "alpha) / |gamma|). k*: first step at which the formula passes the channel's own reach "
                "(largest normalised value) as it was at the start; the layers before keep moving, so the "
                "observed step differs. Last column: median, and range."
            ),
        )
    )


def recovered(metrics: Metrics) -> list[tuple[int, int]]:
    """(predicted step, first gradient) of the psBN channels that were silent at first and came back."""
    channels = [c for net in metrics["nets"] for c in net["arms"]["psbn"]["channels"]]
    both = [(c["predicted"], c["first_gradient"]) for c in channels]
    return [(k, seen) for k, seen in both if k and seen and seen > 1]


def _error(channels: list[Metrics]) -> str:
    both = [(c["predicted"], c["first_gradient"]) for c in channels]
    found = sorted(seen / k for k, seen in both if k and seen and seen > 1)
    if not found:
        return "-"
    return f"{found[len(found) // 2]:.2f} [{found[0]:.2f}, {found[-1]:.2f}]"


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Dead channels by step; ratios of one net's dead channels, both norms; predicted and observed steps."""
    from matplotlib.figure import Figure

    if "missing" in metrics:
        return nothing(metrics["missing"])
    with styled():
        figure = Figure(figsize=(9.6, 7.2))
        panels = figure.subplots(2, 2)
        _dead(panels[0][0], metrics)
        chosen = max(metrics["nets"], key=lambda net: len(net["start"]["dead"]))
        _ratios(panels[0][1], chosen, "psbn")
        _ratios(panels[1][0], chosen, "bn")
        # A ratio that is alive may be anything; what is shown is where the dead ones are.
        starts = [c["r0"] for arm in ("psbn", "bn") for c in chosen["arms"][arm]["channels"]]
        for axes in (panels[0][1], panels[1][0]):
            axes.set_ylim(1.15 * min(starts, default=-4) - 2, 4)
        _steps(panels[1][1], metrics)
        figure.suptitle(
            "Dead channels under fine-tuning: decay of norm parameters brings them back under psBN only\n"
            f"{chosen['data']}, nets: {len(metrics['nets'])}, channels: {6 * chosen['width']}, rate "
            f"{chosen['rate']:g}, decay {chosen['decay']:g}; dashed: formula of psbn.T10, without any fit",
            fontsize=10,
        )
    return figure, [
        {"net": net["replicate"], "arm": name, "step": k, "dead": dead}
        for net in metrics["nets"]
        for name, arm in net["arms"].items()
        for k, dead in arm["counts"]
    ]


def _dead(axes: Any, metrics: Metrics) -> None:
    every = []
    for i, (name, label) in enumerate(NAMES.items()):
        lines = [net["arms"][name]["counts"] for net in metrics["nets"]]
        every += lines
        for line in lines:
            axes.plot(*zip(*line, strict=True), color=style(i)["color"], lw=0.7, alpha=0.45)
        steps = [k for k, _ in lines[0]]
        mean = [sum(line[j][1] for line in lines) / len(lines) for j in range(len(steps))]
        axes.plot(steps, mean, label=label, lw=1.8, markevery=3, **style(i))
    axes.set(
        xlabel="step of fine-tuning", ylabel="dead channels", title="all nets (thin) and their mean"
    )
    axes.set_ylim(bottom=-0.3)
    axes.set_ylim(top=1.3 * max(dead for line in every for _, dead in line) + 1)
    axes.legend(loc="upper left", ncols=2)


def _ratios(axes: Any, net: Metrics, name: str) -> None:
    colour = style(list(NAMES).index(name))["color"]
    for j, channel in enumerate(net["arms"][name]["channels"]):
        steps, path, law = zip(*channel["path"], strict=True)
        axes.plot(
            steps, path, color=colour, lw=1.2, alpha=0.8, label="measured" if j == 0 else None
        )
        shown = [(k, r) for k, r in zip(steps, law, strict=True) if r < 4]
        axes.plot(
            *zip(*shown, strict=True),
            color="black",
            label="formula" if j == 0 else None,
            **PREDICTED,
        )
        if first := channel["first_gradient"]:
            place = min(range(len(steps)), key=lambda i: abs(steps[i] - first))
            mark = {
                "color": colour,
                "marker": "o",
                "ms": 4.5,
                "mfc": "white",
                "ls": "",
                "zorder": 5,
            }
            axes.plot([first], [path[place]], label="first gradient" if j == 0 else None, **mark)
    axes.axhline(0, color="0.7", lw=0.8)
    axes.set(
        xlabel="step of fine-tuning",
        ylabel=r"$r=(\beta+\alpha)/|\gamma|$" if name == "psbn" else r"$r=\beta/|\gamma|$",
    )
    axes.set_title(f"{NAMES[name]}: channels dead at the start, net {net['replicate']}")
    axes.legend(loc="lower right")


def _steps(axes: Any, metrics: Metrics) -> None:
    found = recovered(metrics)
    if found:
        axes.plot(*zip(*found, strict=True), ls="", **{**style(1), "mfc": "none"})
    end = 1.1 * max([max(pair) for pair in found], default=1)
    axes.plot((0, end), (0, end), color="black", label="equal", **PREDICTED)
    axes.set(
        xlabel="$k^*$, from the start alone",
        ylabel="step of the first gradient",
        xlim=(0, end),
        ylim=(0, end),
    )
    axes.set_title(f"psBN, decay: {len(found)} channels that came back")
    axes.legend(loc="upper left")
