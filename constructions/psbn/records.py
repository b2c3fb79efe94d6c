"""What the collapse monitor writes down: one record per norm and look, and the states of its channels.

| state | meaning (psbn.D1) |
|---|---|
| live | none of the others |
| linearised | leaky rectifier only: abs(r) > c, the channel passes (nearly) everything by one slope |
| ratio-collapsed | r < -c |
| batch-dead | no active value in the batch that was looked at |
| data-dead | at most tau of the values active over a whole data set |
| certified | dead for every input that the named rule covers, and not seen active |

A channel gets the last that applies; `Record.flags` keeps them apart. Two more flags, no states, come
with a warning: *contradicted*, proved to be dead and seen active, and *not a number*, NaN put out.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

__all__ = ["STATES", "Channels", "Record", "changes", "classify", "warning"]

STATES = ("live", "linearised", "ratio-collapsed", "batch-dead", "data-dead", "certified")
Source = Literal["batch", "data, batch statistics", "data, running statistics"]
Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Channels:
    """Measurements by channel, each of length C; None what was not seen.

    active : fraction of values above 0, top : the largest value (of the rectified one if norm and
    rectifier are one layer); gradients of the loss; kappa : see `monitor`.
    """

    r: Numbers
    gamma: Numbers  # |gamma|
    beta: Numbers  # bias + alpha
    filter_norm: Numbers | None = None
    active: Numbers | None = None
    top: Numbers | None = None
    gamma_gradient: Numbers | None = None
    beta_gradient: Numbers | None = None
    kappa: Numbers | None = None


@dataclass(frozen=True)
class Record:
    """One norm at one look. ``n``: values per channel seen; ``step``: training passes so far.

    born, recovered : channels that stopped and started being live since the last look of the same source.
    """

    step: int
    norm: str
    source: Source
    n: int
    slope: float
    channels: Channels
    states: tuple[str, ...]
    flags: dict[str, tuple[int, ...]]
    born: tuple[int, ...] = ()
    recovered: tuple[int, ...] = ()
    warning: str | None = None

    def counts(self) -> Counter[str]:
        """How many channels are in each state."""
        return Counter(self.states)

    def line(self) -> str:
        """Strict JSON, six digits; what is infinite or not a number becomes null."""
        return json.dumps(_plain({**vars(self), "channels": vars(self.channels)}), allow_nan=False)


def classify(
    channels: Channels, slope: float, *, c: float, proved: set[int], tau: float | None = None
) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    """States and flags. ``tau`` is the level of *data-dead*; None: the values are those of one batch.

    proved : channels with a certificate.
    """
    C = range(len(channels.r))
    active, top = channels.active or (0.0,) * len(C), channels.top or (0.0,) * len(C)
    no_number = {i for i in C if math.isnan(top[i])}
    low = {i for i in C if channels.r[i] < -c}
    flags: dict[str, set[int]] = {"ratio-collapsed": low}
    if slope:
        flags = {"linearised": low | {i for i in C if channels.r[i] > c}}
    else:
        if channels.active is not None:
            name, level = ("batch-dead", 0.0) if tau is None else ("data-dead", tau)
            flags[name] = {i for i in C if active[i] <= level} - no_number
        contradicted = {i for i in proved if active[i] > 0}
        flags["certified"] = proved - contradicted - no_number
        flags |= {"contradicted": contradicted} if contradicted else {}
    flags |= {"not a number": no_number} if no_number else {}
    states = tuple(next((s for s in reversed(STATES) if i in flags.get(s, ())), "live") for i in C)
    return states, {name: tuple(sorted(members)) for name, members in flags.items()}


def warning(flags: dict[str, tuple[int, ...]], proofs: Sequence[str]) -> str | None:
    """What a reader of the record must know about it, the certificates included; None: nothing."""
    said = []
    if flags.get("contradicted"):
        listed = "; ".join(proofs)
        said.append(f"channels {list(flags['contradicted'])} are active against a proof: {listed}")
    if flags.get("not a number"):
        said.append(f"channels {list(flags['not a number'])} put out NaN")
    return "; ".join(said) or None


def changes(record: Record, before: Record | None) -> Record:
    """The record with births and recoveries since ``before``."""
    if before is None:
        return record
    pairs = list(zip(before.states, record.states, strict=True))
    born = tuple(i for i, (old, new) in enumerate(pairs) if old == "live" != new)
    recovered = tuple(i for i, (old, new) in enumerate(pairs) if old != "live" == new)
    return replace(record, born=born, recovered=recovered)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return {key: _plain(one) for key, one in value.items()} if isinstance(value, dict) else value
