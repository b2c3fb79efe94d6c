r"""Numbers of the recovery experiment: dead channels under three kinds of fine-tuning, step by step.

| symbol | meaning |
|---|---|
| r_k | effective ratio (bias + alpha) / |gamma| after k steps |
| m_k | what k steps of heavy ball with decay and zero gradient multiply a parameter by |
| reach | largest normalised value of a channel over the data: it is active as soon as r > -reach |

Dead: no positive value over the training set, normalised with the statistics of that whole set. (Running
statistics would lag behind the large steps before.)

psbn.T10: while a channel has no gradient, r_k = (beta0 m_k + alpha) / (|gamma0| m_k), with alpha = 0 for
BN, so that BN keeps r and psBN brings it back, if there is decay. Recovery is predicted at the first k
with r_k > -reach.

Arms: *bn* with decay, *psbn* with decay, *psbn0* without. All start from one net, trained with BN at a
high rate, converted so that its function stays; all see the same batches. Decay is that of norm
parameters; the rest has a small one.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

import torch
from torch import Tensor

from constructions.psbn.convert import convert_psbn
from experiments import _psbn_net as nets
from experiments._psbn_data import Images, load

ARMS = ("bn", "psbn", "psbn0")
DECAY_BEFORE, DECAY_REST = 1e-3, 1e-4
LOOKS = 24  # times at which the dead are counted over all data


@dataclass(frozen=True)
class Run:
    """One seed: training before, then the three arms."""

    data: str
    replicate: int
    width: int
    rate_before: float
    epochs_before: int
    rate: float
    epochs: int
    decay: float


def recovery(task: Run, rng: Random) -> dict[str, Any]:
    """Dead channels before, and what becomes of them in each arm."""
    seeds = [rng.getrandbits(31) for _ in range(3)]
    images = load(task.data)
    with nets.one_thread():
        net = nets.build(task.width, "bn", 0.0, seeds[0])
        made = nets.optimiser(net, nets.Recipe("sgd", task.rate_before, DECAY_BEFORE))
        for batch in nets.orders(len(images.x), task.epochs_before, seeds[1]):
            nets.step(net, made, images.x[batch], images.y[batch])
        before = active_shares(net, images.x) == 0
        start = {
            "dead": before.nonzero().flatten().tolist(),
            "accuracy": nets.accuracy(net, images.x_test, images.y_test),
        }
        arms = {name: _arm(task, name, net, images, seeds[2]) for name in ARMS}
    return {**asdict(task), "start": start, "arms": arms}


def _arm(task: Run, name: str, net: nets.Net, images: Images, seed: int) -> dict[str, Any]:
    """Fine-tune a copy; the dead at every look, and the path of each channel that is dead at the start."""
    mine = deepcopy(net)
    if name != "bn":
        convert_psbn(mine, nets.ALPHA)
    moved = _moved(net, mine, images.x)
    chosen = (active_shares(mine, images.x) == 0).nonzero().flatten()
    reach = reaches(mine, images.x)[chosen]
    scale = torch.cat([norm.weight.detach().abs().double() for norm in mine.norms])[chosen]  # type: ignore[union-attr,operator]
    decay = 0.0 if name == "psbn0" else task.decay
    made = nets.optimiser(mine, nets.Recipe("sgd", task.rate, decay, DECAY_REST))
    batches = list(nets.orders(len(images.x), task.epochs, seed))
    every = max(1, len(batches) // LOOKS)
    paths, silent, counts, alive = (
        [nets.ratios(mine)[chosen]],
        [],
        [[0, len(chosen)]],
        torch.full((len(chosen),), -1),
    )
    for k, batch in enumerate(batches, 1):
        nets.step(mine, made, images.x[batch], images.y[batch])
        silent.append(_no_gradient(mine)[chosen])
        paths.append(nets.ratios(mine)[chosen])
        if k % every == 0 or k == len(batches):
            dead = active_shares(mine, images.x) == 0
            counts.append([k, int(dead.sum())])
            alive[(alive < 0) & ~dead[chosen]] = k
    pull = torch.zeros_like(scale) if name == "bn" else nets.ALPHA / scale
    m = multipliers(task.rate, decay, len(batches))
    laws = [_law(float(paths[0][i]), float(pull[i]), m) for i in range(len(chosen))]
    parts = [_parts(float(paths[0][i]), float(pull[i]), m) for i in range(len(chosen))]
    columns = zip(torch.stack(paths).T, torch.stack(silent).T, laws, parts, strict=True)
    tracks = [_Track(*column) for column in columns]
    final = active_shares(mine, images.x) == 0
    return {
        **{"moved": moved, "counts": counts, "after": int(final.sum())},
        "of_the_first": int(final[chosen].sum()),
        "accuracy": nets.accuracy(mine, images.x_test, images.y_test),
        "channels": [one.told(float(reach[i]), int(alive[i])) for i, one in enumerate(tracks)],
    }


@torch.no_grad()
def _moved(first: nets.Net, second: nets.Net, x: Tensor) -> float:
    """The largest difference of the outputs, relative to the largest output."""
    a, b = (net.eval()(x) for net in (first, second))
    for net in (first, second):
        net.train()
    return float((a - b).abs().max() / a.abs().max())


@torch.no_grad()
def active_shares(net: nets.Net, x: Tensor) -> Tensor:
    """(6 W,): the share of positive values of each channel over x, with the statistics of x."""
    return torch.cat([(z > 0).float().mean((0, 2, 3)) for _, z, _ in _whole(net).blocks(x)])


def _whole(net: nets.Net) -> nets.Net:
    """A copy that normalises with the batch, so that the running statistics of ``net`` stay."""
    return deepcopy(net).train()


@torch.no_grad()
def reaches(net: nets.Net, x: Tensor) -> Tensor:
    """(6 W,): the largest of (z - beta) / |gamma| over x, with the statistics of x."""
    found = []
    for norm, z, _ in _whole(net).blocks(x):
        beta = norm.bias + getattr(norm, "alpha", 0.0)  # type: ignore[operator]
        gamma = norm.weight.abs().clamp_min(1e-12)  # type: ignore[union-attr,operator]
        found.append((z.amax((0, 2, 3)) - beta) / gamma)  # type: ignore[operator]
    return torch.cat(found)


def _no_gradient(net: nets.Net) -> Tensor:
    """(6 W,): whether gamma and beta both had gradient exactly 0 in the last step."""
    return torch.cat([(n.weight.grad == 0) & (n.bias.grad == 0) for n in net.norms])  # type: ignore[union-attr,operator]


def multipliers(rate: float, decay: float, steps: int) -> list[float]:
    """m_0 = 1, m_1, ...: heavy ball from an empty buffer, the gradient being decay times the parameter."""
    m, buffer, found = 1.0, 0.0, [1.0]
    for _ in range(steps):
        buffer = nets.MOMENTUM * buffer + decay * m
        m -= rate * buffer
        found.append(m)
    return found


def _law(r0: float, pull: float, m: list[float]) -> list[float]:
    """r_k without gradient; ``pull`` is alpha / |gamma0|, and r0 contains it.

    With strong decay heavy ball overshoots: m_k changes sign, and with it the raw parameters.
    """
    return [((r0 - pull) * factor + pull) / abs(factor) for factor in m]


def _parts(r0: float, pull: float, m: list[float]) -> list[float]:
    """max(1, (|bias| + alpha) / |gamma|) at every step: what the rounding of r is relative to."""
    return [max(1.0, abs(r0 - pull) + pull / abs(factor)) for factor in m]


@dataclass(frozen=True)
class _Track:
    """The ratios of a channel (K + 1,), where it felt no gradient (K,), the formula's ratios, their parts."""

    path: Tensor
    silent: Tensor
    law: list[float]
    parts: list[float]

    def told(self, reach: float, alive: int) -> dict[str, Any]:
        """Measured against the formula up to the first gradient; predicted and observed recovery."""
        felt = (~self.silent).nonzero().flatten()
        first = int(felt[0]) + 1 if len(felt) else None
        last = first - 1 if first else len(self.law) - 1
        path = self.path.tolist()
        gaps = [abs(path[k] - self.law[k]) / self.parts[k] for k in range(last + 1)]
        return {
            **{"r0": path[0], "reach": reach, "steps_compared": last, "largest_gap": max(gaps)},
            **{"first_gradient": first, "alive_seen": alive if alive >= 0 else None},
            "predicted": next((k for k, r in enumerate(self.law) if r > -reach), None),
            "path": [[k, path[k], self.law[k]] for k in range(0, len(path), 8)],
        }
