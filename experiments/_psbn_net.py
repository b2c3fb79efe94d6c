"""The small convolutional net of the training experiments, its four kinds of norm, and what is counted in it.

Four blocks convolution 3x3 (the third with stride 2), norm, rectifier; mean over the image; a linear
layer. Kinds:

| kind | layer | bias at the start | decay pulls the bias to |
|---|---|---|---|
| bn | BatchNorm | 0 | 0 |
| psbn | post-shifted by alpha | 0 (effectively alpha) | 0 (effectively alpha) |
| recentred | BatchNorm | alpha | alpha |
| shifted | BatchNorm | alpha | 0 |

By psbn.T9 *recentred* is *psbn* in other words, and without decay so is *shifted*.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from constructions.psbn.channels import ratio
from constructions.psbn.layers import PostShiftedBatchNorm2d
from constructions.psbn.optimise import decay_center

ALPHA = 0.1
KINDS = ("bn", "psbn", "recentred", "shifted")
SLOPES = {"relu": 0.0, "leaky": 0.1}
OPTIMISERS = ("sgd", "adam", "adamw")
MOMENTUM = 0.9
BATCH = 64
COLLAPSED = 3.0  # ratio-collapsed: r < -3


class Net(nn.Module):
    """Four convolutional blocks of W, W, 2W, 2W channels, 6 W in all; (N, 1, H, W) -> (N, 10)."""

    def __init__(self, width: int, kind: str, slope: float) -> None:
        super().__init__()
        channels = (1, width, width, 2 * width, 2 * width)
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1, stride=2 if i == 2 else 1, bias=False)
            for i, (a, b) in enumerate(itertools.pairwise(channels))
        )
        self.norms = nn.ModuleList(_norm(kind, c) for c in channels[1:])
        self.last = nn.Linear(channels[-1], 10)
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        """Logits."""
        *_, (_, _, last) = self.blocks(x)
        return self.head(last)

    def blocks(self, x: Tensor) -> Iterator[tuple[nn.Module, Tensor, Tensor]]:
        """For every block: the norm, what it puts out, and that rectified."""
        for conv, norm in zip(self.convs, self.norms, strict=True):
            z = norm(conv(x))
            x = F.leaky_relu(z, self.slope) if self.slope else F.relu(z)
            yield norm, z, x

    def head(self, x: Tensor) -> Tensor:
        """Logits from the output of the last block."""
        return self.last(x.mean((2, 3)))


def _norm(kind: str, channels: int) -> nn.Module:
    if kind == "psbn":
        return PostShiftedBatchNorm2d(channels, alpha=ALPHA)
    layer = nn.BatchNorm2d(channels)
    if kind != "bn":
        nn.init.constant_(layer.bias, ALPHA)
    return layer


@contextmanager
def one_thread() -> Iterator[None]:
    """These tensors are too small to share, and sums of floats depend on the number of threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def build(
    width: int, kind: str, slope: float, seed: int, dtype: torch.dtype = torch.float32
) -> Net:
    """The same first weights for every kind; alpha is rounded to ``dtype`` in every kind alike."""
    before = torch.get_default_dtype()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_default_dtype(dtype)
        try:
            return Net(width, kind, slope)
        finally:
            torch.set_default_dtype(before)


@dataclass(frozen=True)
class Recipe:
    """An optimiser: its name, learning rate, decay of norm parameters and of all others."""

    name: str
    rate: float
    decay: float
    decay_rest: float | None = None  # None: the same


def optimiser(net: nn.Module, recipe: Recipe, kind: str = "bn") -> torch.optim.Optimizer:
    """Two groups: parameters of norms, and the rest; with decay to alpha if the kind is *recentred*."""
    norms = [m for m in net.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    own = [p for m in norms for p in m.parameters()]
    rest = [p for p in net.parameters() if all(p is not q for q in own)]
    outer = recipe.decay if recipe.decay_rest is None else recipe.decay_rest
    groups = [
        {"params": own, "weight_decay": recipe.decay},
        {"params": rest, "weight_decay": outer},
    ]
    if recipe.name == "sgd":
        made: torch.optim.Optimizer = torch.optim.SGD(groups, lr=recipe.rate, momentum=MOMENTUM)
    elif recipe.name == "adam":
        made = torch.optim.Adam(groups, lr=recipe.rate)
    else:
        made = torch.optim.AdamW(groups, lr=recipe.rate)
    if kind == "recentred" and recipe.decay:
        decay_center(made, {norm.bias: ALPHA for norm in norms})
    return made


def orders(n: int, epochs: int, seed: int) -> Iterator[Tensor]:
    """Indices of every batch of every epoch; the last, smaller batch of an epoch is left out."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(n, generator=generator)
        yield from (order[i : i + BATCH] for i in range(0, n - BATCH + 1, BATCH))


def step(net: Net, made: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    """One step on a batch."""
    loss = F.cross_entropy(net(x), y)
    made.zero_grad()
    loss.backward()
    made.step()


@torch.no_grad()
def accuracy(net: Net, x: Tensor, y: Tensor) -> float:
    """Share of right labels in evaluation mode."""
    net.eval()
    right = float((net(x).argmax(1) == y).float().mean())
    net.train()
    return right


@torch.no_grad()
def active_shares(net: Net, x: Tensor) -> Tensor:
    """(6 W,): the share of positive values of each channel over all of x, with running statistics."""
    net.eval()
    shares = [(z > 0).float().mean((0, 2, 3)) for _, z, _ in net.blocks(x)]
    net.train()
    return torch.cat(shares)


def ratios(net: Net) -> Tensor:
    """(6 W,): effective r = (bias + alpha) / |gamma|, double."""
    return torch.cat([ratio(norm) for norm in net.norms])


def is_finite(net: nn.Module) -> bool:
    """Whether every parameter and running statistic is a number."""
    tensors: list[Any] = [*net.parameters(), *net.buffers()]
    return all(bool(torch.isfinite(t).all()) for t in tensors)
