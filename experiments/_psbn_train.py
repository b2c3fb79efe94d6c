"""Numbers of the training sweep: dead channels and accuracy by learning rate, for the four kinds of norm.

Within a cell all kinds start from the same weights and see the same batches, so that they can be compared
in pairs. *dead*: no positive value over the whole training set, with running statistics (a leaky channel
is then *linear*, not dead); *collapsed*: effective r below -3. A net with a parameter that is no number
counts as diverged and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from random import Random
from typing import Any

import torch

from experiments import _psbn_net as nets
from experiments._psbn_data import Images, load
from experiments._psbn_statistics import flips

LEVEL = Fraction(1, 100)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Cell:
    """One setting, one seed: all kinds of norm side by side."""

    data: str
    optimiser: str
    rate: float
    decay: float
    activation: str
    replicate: int
    width: int
    epochs: int


@dataclass(frozen=True)
class Twin:
    """psbn.T9 on the real net in double precision: psbn against recentred, and against no recentring."""

    data: str
    optimiser: str
    decay: float
    width: int
    steps: int


def kinds_of(decay: float) -> tuple[str, ...]:
    """Without decay *recentred* and *shifted* are one."""
    return nets.KINDS if decay else tuple(k for k in nets.KINDS if k != "recentred")


def cell(task: Cell, rng: Random) -> dict[str, Any]:
    """One row for every kind of norm."""
    seeds = rng.getrandbits(31), rng.getrandbits(31)
    images = load(task.data)
    with nets.one_thread():
        rows = [_trained(task, kind, images, seeds) for kind in kinds_of(task.decay)]
    return {"rows": [{**asdict(task), **row} for row in rows]}


def _trained(task: Cell, kind: str, images: Images, seeds: tuple[int, int]) -> dict[str, Any]:
    net = nets.build(task.width, kind, nets.SLOPES[task.activation], seeds[0])
    made = nets.optimiser(net, nets.Recipe(task.optimiser, task.rate, task.decay), kind)
    for batch in nets.orders(len(images.x), task.epochs, seeds[1]):
        nets.step(net, made, images.x[batch], images.y[batch])
    if not nets.is_finite(net):
        return {
            "kind": kind,
            "diverged": True,
            "dead": None,
            "collapsed": None,
            "accuracy": None,
            "gamma": None,
        }
    gamma = torch.cat([norm.weight.detach().abs() for norm in net.norms])  # type: ignore[union-attr,operator]
    spread = torch.quantile(
        gamma.double(), torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0], dtype=torch.float64)
    )
    return {
        "kind": kind,
        "diverged": False,
        "dead": int((nets.active_shares(net, images.x) == 0).sum()),
        "collapsed": int((nets.ratios(net) < -nets.COLLAPSED).sum()),
        "accuracy": nets.accuracy(net, images.x_test, images.y_test),
        "gamma": spread.tolist(),
    }


def twin(task: Twin, rng: Random) -> dict[str, Any]:
    """The largest difference of any parameter after the steps, biases compared as bias + alpha."""
    seeds = rng.getrandbits(31), rng.getrandbits(31)
    images = load(task.data)
    with nets.one_thread():
        ends = {kind: _end(task, kind, images, seeds) for kind in ("psbn", "recentred", "shifted")}
    gaps = {
        kind: float((ends["psbn"] - ends[kind]).abs().max()) for kind in ("recentred", "shifted")
    }
    return {**asdict(task), **gaps}


def _end(task: Twin, kind: str, images: Images, seeds: tuple[int, int]) -> torch.Tensor:
    """All parameters as one vector, with the effective biases."""
    net = nets.build(task.width, kind, 0.0, seeds[0], torch.float64)
    made = nets.optimiser(net, nets.Recipe(task.optimiser, 0.01, task.decay), kind)
    batches = list(
        nets.orders(len(images.x), 1 + task.steps * nets.BATCH // len(images.x), seeds[1])
    )
    for batch in batches[: task.steps]:
        nets.step(net, made, images.x[batch].double(), images.y[batch])
    shift = nets.ALPHA if kind == "psbn" else 0.0
    biases = {id(norm.bias) for norm in net.norms}
    return torch.cat(
        [
            (p.detach() + shift if id(p) in biases else p.detach()).flatten()
            for p in net.parameters()
        ]
    )


# -- comparisons ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A paired comparison: ``pairs(rows)`` gives differences, positive in the ``claim``'s direction."""

    claim: str
    two_sided: bool
    demanded: bool  # whether the verdict depends on it
    pairs: Callable[[Rows], list[float]]


def matched(
    rows: Rows, varied: str, values: tuple[Any, Any], what: str, **fixed: Any
) -> list[float]:
    """what(second) - what(first) over all runs that differ only in ``varied``; diverged runs are left out."""
    keys = ("optimiser", "rate", "decay", "activation", "replicate", "kind")
    own = [key for key in keys if key != varied]
    found: dict[Any, dict[str, Any]] = {}
    for row in rows:
        if all(
            row[key] in value if isinstance(value, tuple) else row[key] == value
            for key, value in fixed.items()
        ):
            found.setdefault(tuple(row[key] for key in own), {})[row[varied]] = row[what]
    pairs = [(one.get(values[0]), one.get(values[1])) for one in found.values()]
    return [float(b - a) for a, b in pairs if a is not None and b is not None]


def questions(rows: Rows) -> list[Question]:
    """What is asked of the sweep; a question without pairs is not asked."""
    asked = []
    for name in dict.fromkeys(row["optimiser"] for row in rows):
        rates = sorted({row["rate"] for row in rows if row["optimiser"] == name})
        ends = (rates[0], rates[-1])
        how = {"optimiser": name, "activation": "relu", "kind": "bn"}
        label = f"{name}, ReLU, BN: more dead channels at rate {ends[1]:g} than at {ends[0]:g}"
        asked.append(
            Question(
                label, False, True, lambda r, e=ends, h=how: matched(r, "rate", e, "dead", **h)
            )
        )
        high = tuple(rates[len(rates) // 2 :])
        where = f"{name}, ReLU, rates {', '.join(f'{x:g}' for x in high)}"
        how = {"optimiser": name, "activation": "relu", "rate": high}
        asked += _versus(rows, where, how)
    return [one for one in asked if one.pairs(rows)]


def _versus(rows: Rows, where: str, how: dict[str, Any]) -> list[Question]:
    """BN against the other kinds, and decay against none, at the higher rates."""
    asked = []
    for decay in sorted({row["decay"] for row in rows}):
        place = f"{where}, decay {decay:g}"
        for kind in ("psbn", "recentred", "shifted"):
            ends = ("bn", kind)
            for what in ("dead", "accuracy") if kind == "psbn" else ("dead",):
                label = f"{place}: {what} of {kind} against BN"
                asked.append(
                    Question(
                        label,
                        True,
                        False,
                        lambda r, e=ends, w=what, d=decay: matched(r, "kind", e, w, decay=d, **how),
                    )
                )
    decays = sorted({row["decay"] for row in rows})
    if len(decays) == 1:
        return asked
    ends = (decays[0], decays[-1])
    label = f"{where}, BN: dead with decay {ends[1]:g} against {ends[0]:g}"
    asked.append(
        Question(label, True, False, lambda r: matched(r, "decay", ends, "dead", kind="bn", **how))
    )
    return asked


def answers(rows: Rows) -> Rows:
    """Every question with its mean difference, p-value and decision at :data:`LEVEL`."""
    found = []
    for one in questions(rows):
        gaps = one.pairs(rows)
        up, down = flips(gaps), flips([-gap for gap in gaps])
        p = min(1.0, 2 * min(up, down)) if one.two_sided else up
        found.append(
            {
                **{"claim": one.claim, "pairs": len(gaps), "mean": sum(gaps) / len(gaps)},
                **{"p": p, "two_sided": one.two_sided, "demanded": one.demanded},
                "decision": _decision(p, down, one.two_sided, sum(gaps)),
            }
        )
    return found


def _decision(p: float, down: float, two_sided: bool, total: float) -> str:
    if two_sided:
        return "no difference seen" if p > LEVEL else "more" if total > 0 else "fewer"
    return "shown" if p <= LEVEL else "refuted" if down <= LEVEL else "undecided"


def summary(rows: Rows) -> Rows:
    """Means over the seeds for every setting and kind."""
    keys = ("optimiser", "activation", "decay", "rate", "kind")
    groups: dict[Any, Rows] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return [{**dict(zip(keys, key, strict=True)), **_means(mine)} for key, mine in groups.items()]


def _means(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    good = [row for row in rows if not row["diverged"]]
    found: dict[str, Any] = {"runs": len(rows), "diverged": len(rows) - len(good)}
    for what in ("dead", "collapsed", "accuracy"):
        values = [row[what] for row in good]
        found[what] = sum(values) / len(values) if values else None
        found[f"{what}_all"] = values
    found["gamma_median"] = sum(row["gamma"][2] for row in good) / len(good) if good else None
    return found
