"""The monitor's records as a table and a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from constructions.psbn.hazard import Place, collapse_constant
from constructions.psbn.records import STATES, Record

__all__ = ["figure", "held_scale_times", "summary"]

NODES = 33


def held_scale_times(record: Record, c: float) -> list[float | None]:
    """C / kappa by channel: mean steps until r < -c *if the scale of gamma is held*, pure noise (psbn.T7).

    0 for channels already there; None without kappa. r is reflected at max(1, largest r). With gamma
    trained the mean is infinite; read the number as a scale, not as a forecast.
    """
    import numpy as np

    if record.channels.kappa is None:
        return [None] * len(record.states)
    finite = [r for r in record.channels.r if math.isfinite(r)]
    R = max(1.0, *finite, 0.0)
    nodes = np.linspace(-c, R, NODES)
    ends = (Fraction(c).limit_denominator(10**6), Fraction(R).limit_denominator(10**6))
    constants = [0.0]
    for r0 in nodes[1:]:
        start = min(Fraction(float(r0)).limit_denominator(10**6), ends[1])
        constants.append(collapse_constant("held", Place(start, *ends)))
    times: list[float | None] = []
    for r, kappa in zip(record.channels.r, record.channels.kappa, strict=True):
        if r < -c:
            times.append(0.0)
        elif not (math.isfinite(kappa) and kappa > 0):
            times.append(None)
        else:
            times.append(float(np.interp(min(r, R), nodes, constants)) / kappa)
    return times


def summary(records: Sequence[Record], c: float) -> str:
    """One line per norm and source, from its last record; births and recoveries over all; warnings."""
    last: dict[tuple[str, str], Record] = {}
    events: dict[tuple[str, str], list[int]] = {}
    for record in records:
        key = record.norm, record.source
        last[key] = record
        total = events.setdefault(key, [0, 0])
        total[0] += len(record.born)
        total[1] += len(record.recovered)
    head = f"{'norm':24}{'source':26}{'step':>8}{'C':>6}"
    head += "".join(f"{state:>17}" for state in STATES) + f"{'born':>6}{'back':>6}{'C/kappa':>12}"
    lines = [head]
    for key, record in last.items():
        counts = record.counts()
        times = [t for t in held_scale_times(record, c) if t]
        soonest = f"{min(times):12.4g}" if times else f"{'-':>12}"
        line = f"{record.norm:24}{record.source:26}{record.step:8}{len(record.states):6}"
        line += "".join(f"{counts[state]:17}" for state in STATES)
        lines.append(line + f"{events[key][0]:6}{events[key][1]:6}{soonest}")
    warned = {(r.norm, r.source): r for r in records if r.warning is not None}
    lines += [f"warning: {r.norm}, {r.source}, step {r.step}: {r.warning}" for r in warned.values()]
    return "\n".join(lines)


def figure(records: Sequence[Record], c: float) -> Any:
    """Left: channels by state against training passes. Right: r of every channel, -c dashed."""
    from matplotlib.figure import Figure

    looks = [record for record in records if record.source == "batch"]
    steps = sorted({record.step for record in looks})
    drawn = Figure(figsize=(10, 4), layout="constrained")
    left, right = drawn.subplots(1, 2)
    for state in STATES[1:]:
        numbers = [sum(r.counts()[state] for r in looks if r.step == step) for step in steps]
        if any(numbers):
            left.step(steps, numbers, where="post", label=state)
    left.set(xlabel="training passes", ylabel="channels", title="not live")
    if left.get_legend_handles_labels()[0]:
        left.legend()
    for norm in dict.fromkeys(record.norm for record in looks):
        own = [record for record in looks if record.norm == norm]
        r = [[v if math.isfinite(v) else math.nan for v in record.channels.r] for record in own]
        right.plot([record.step for record in own], r, linewidth=0.6, color="0.4", alpha=0.6)
    right.axhline(-c, linestyle="--", color="C3", label=f"-c = {-c:g}")
    right.set(xlabel="training passes", ylabel=r"$r = (\beta + \alpha)/|\gamma|$", title="ratios")
    right.legend()
    return drawn
