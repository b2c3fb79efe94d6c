"""The digits experiment as text and as pictures."""

from __future__ import annotations

from statistics import median
from typing import Any

from experiments._lab.figure import styled
from experiments._lab.text import heading, table
from experiments._spgan_figure import note, style
from experiments._spgan_statistics import mean

Metrics = dict[str, Any]
ARMS = {
    "none": "none",
    "generator": "structured G",
    "critic": "invariant D",
    "incomplete": "both, no Haar layer",
    "half": "both, C2 only",
    "both": "both, C4",
}
COLUMNS = {
    "fid": "FID",
    "fid_limit": "FID, n to inf",
    "kid": "KID",
    "w1": "W1",
    "fid_turned": "FID, turned",
    "turns_off": "turns off",
    "classes_off": "classes off",
    "obeyed": "obeyed",
}


def report(metrics: Metrics) -> str:
    """Means over replicates by n and arm; the reader; the scale."""
    if "missing" in metrics:
        return f"not run: {metrics['missing']}"
    runs = metrics["runs"]
    first, reader = runs[0], runs[0]["reader"]
    sizes = sorted({one["n"] for one in runs})
    count = len({one["replicate"] for one in runs})
    title = f"{first['data']}, turned by multiples of 90 degrees: mean over {count} trainings"
    return "\n".join(
        (
            heading(1, title).lstrip(),
            table(("n", "arm", *COLUMNS.values()), _rows(runs, sizes), "><" + ">" * len(COLUMNS)),
            note(
                f"Scale: width {first['width']} (the paper's networks: 128), {first['steps']} steps of "
                f"{first['batch']} (20460 of 64), loss {first['loss']}. FID, KID, W1: in 32 features of "
                "a reader of classes and orientations. turned: every sample by its own uniform element. "
                "off: total variation to uniform of the orientations and classes that the reader sees. "
                "obeyed: share of samples whose class is the one asked for."
            ),
            heading(2, "The reader on held-out images"),
            note(
                f"classes {reader['class_accuracy']:.3f}, orientations {reader['turn_accuracy']:.3f} "
                f"right; orientations {reader['turns_off']:.3f} and classes {reader['classes_off']:.3f} "
                f"off uniform; W1 between two halves {reader['w1']:.3f}."
            ),
        )
    )


def _rows(runs: list[Metrics], sizes: list[int]) -> list[tuple[Any, ...]]:
    rows = []
    for n in sizes:
        for arm, label in ARMS.items():
            own = [one for one in runs if (one["n"], one["arm"]) == (n, arm)]
            rows.append((n, label, *(f"{mean([o[key] for o in own]):.3f}" for key in COLUMNS)))
    return rows


def draw(metrics: Metrics) -> tuple[Any, list[Metrics]]:
    """Left: samples of the first replicate at the largest n. Right: distances of every training."""
    from matplotlib.figure import Figure

    if "missing" in metrics:
        with styled():
            figure = Figure(figsize=(6.4, 1.2))
            figure.text(0.5, 0.5, f"not run: {metrics['missing']}", ha="center", wrap=True)
        return figure, [{"missing": metrics["missing"]}]
    runs = metrics["runs"]
    n = max(one["n"] for one in runs)
    shown = {o["arm"]: o["shown"] for o in runs if o["n"] == n and o["replicate"] == 0}
    real = next(o["real"] for o in runs if o["n"] == n and o["replicate"] == 0)
    with styled():
        figure = Figure(figsize=(12.6, 6.6))
        halves: Any = figure.subfigures(1, 2, width_ratios=(1.15, 1))
        left, right = halves
        panels = [axes for line in left.subplots(4, 2) for axes in line]
        for axes, (arm, label) in zip(
            panels, {"real": f"data, n = {n}", **ARMS}.items(), strict=False
        ):
            _grid(axes, real if arm == "real" else shown[arm], label)
        for axes in panels[1 + len(ARMS) :]:
            axes.set_axis_off()
        _distances(right.subplots(2, 2), runs)
        first = runs[0]
        figure.suptitle(
            f"{first['data']}, turned: samples of one training at n = {n}, and all trainings "
            f"(width {first['width']}, {first['steps']} steps of {first['batch']}: reduced scale)",
            fontsize=10,
        )
    keys = ("data", "arm", "n", "replicate", *COLUMNS, "w1_turned")
    return figure, [{key: one[key] for key in keys} for one in runs]


def _grid(axes: Any, images: list[Any], label: str) -> None:
    """Images in rows of ten, classes 0 to 9."""
    rows = [images[i : i + 10] for i in range(0, len(images), 10)]
    side = len(images[0])
    lines = [
        [pixel for image in row for pixel in (*image[y], 0)] for row in rows for y in range(side)
    ]
    axes.imshow(lines, cmap="gray", vmin=0, vmax=15, interpolation="nearest")
    axes.set_title(label, fontsize=8.5)
    axes.set_axis_off()


def _distances(panels: Any, runs: list[Metrics]) -> None:
    """One panel a measure: every training a point, the median a bar, arms from top to bottom."""
    sizes = sorted({one["n"] for one in runs})
    flat = [axes for line in panels for axes in line]
    names = ("FID", "W1 in features", "orientations off uniform", "classes obeyed")
    for axes, key, name in zip(flat, ("fid", "w1", "turns_off", "obeyed"), names, strict=True):
        for i, n in enumerate(sizes):
            for j, arm in enumerate(ARMS):
                values = [one[key] for one in runs if (one["n"], one["arm"]) == (n, arm)]
                y = j + 0.3 * (i - (len(sizes) - 1) / 2)
                how = {"ls": "", "ms": 4, **style(i + 1)}
                axes.plot(values, [y] * len(values), alpha=0.6, **how)
                axes.plot([median(values)] * 2, [y - 0.12, y + 0.12], color=how["color"], lw=2)
        if key in ("turns_off", "obeyed"):
            right = {"turns_off": 0.0, "obeyed": runs[0]["reader"]["class_accuracy"]}[key]
            axes.axvline(right, color="0.4", ls=":", lw=1)
        first = key in ("fid", "turns_off")  # the left column has the names of the arms
        axes.set_yticks(range(len(ARMS)), list(ARMS.values()) if first else [], fontsize=7.5)
        axes.set_ylim(len(ARMS) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.set_xlabel(name)
    for i, n in enumerate(sizes):
        flat[0].plot([], [], ls="", label=f"n = {n}", **style(i + 1))
    flat[0].legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(sizes))
