r"""Conditional generators and critics of small square images, with or without a group.

| symbol | meaning |
|---|---|
| G | the group: C1 gives an ordinary convolutional network |
| c | condition: latent point and embedded label together; the group leaves it alone |
| w | width: fields of the last block of the generator and of the first of the critic, for C1 |

The layout is that of the released code, at any width: the generator makes a small map of c, convolves,
and goes up by two with batch norm and FiLM; the critic has three convolutions, pooling wherever the size
is even, and a projection head. Fields are divided by sqrt|G|, which keeps the number of parameters
similar. All weights are spectrally normalised (of the expanded filter).

With a Haar layer, the first map is turned by a uniform element: then the generator is equivariant in
(c, s) -> (c, t s), and its law is exactly invariant. Without it the first map is an arbitrary function of
z and the law is not invariant in general, however equivariant the rest: the (w) generator (spgan.T7b).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from constructions.spgan.conv import GroupConv2d, LiftingConv2d
from constructions.spgan.film import FiLM
from constructions.spgan.haar import ImageAction, haar
from constructions.spgan.heads import InvariantHead, OrientationPool, ProjectionHead
from constructions.spgan.image_groups import ImageGroup
from constructions.spgan.norm import GroupBatchNorm2d
from constructions.spgan.pool import AvgPool2d
from constructions.spgan.spectral import spectral_norm
from constructions.spgan.upsample import Upsample2d

__all__ = ["ImageCritic", "ImageGenerator", "Plan", "sizes"]

SLOPE = 0.2
SMALLEST = 4  # the first map of the generator is at least so large


@dataclass(frozen=True)
class Plan:
    """What a network is made for. Raises ``ValueError`` for sizes below 4 or numbers below 1."""

    size: int
    """Pixels of a side."""
    classes: int = 10
    latent: int = 32
    label: int = 16
    """Features of an embedded label."""
    width: int = 16

    def __post_init__(self) -> None:
        if self.size < SMALLEST:
            raise ValueError(f"size: must be at least {SMALLEST}, got {self.size}")
        for name in ("classes", "latent", "label", "width"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1, got {getattr(self, name)}")

    def fields(self, group: ImageGroup, times: int) -> int:
        """``times`` w fields, divided by sqrt|G|; at least one."""
        return max(1, int(times * self.width / sqrt(group.order)))


def sizes(size: int) -> list[int]:
    """Sides of the generator's maps, rising: halved while that is exact and leaves 4. 16 -> 4, 8, 16."""
    found = [size]
    while found[0] % 2 == 0 and found[0] // 2 >= SMALLEST:
        found.insert(0, found[0] // 2)
    return found


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Layers that draw from torch's global stream draw from this seed; the stream stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


class _Block(nn.Module):
    """Twice the size, convolution, norm, modulation, rectifier."""

    def __init__(self, group: ImageGroup, fields: tuple[int, int], features: int) -> None:
        super().__init__()
        self.up = Upsample2d(2)
        self.conv = spectral_norm(GroupConv2d(group, *fields, 3))
        self.norm = GroupBatchNorm2d(group, fields[1], affine=False)
        self.film = FiLM(group, fields[1], features)
        spectral_norm(self.film.linear)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        return self.film(self.norm(self.conv(self.up(x))), c).relu()


class ImageGenerator(nn.Module):
    """Images [N, 1, size, size] in (-1, 1) from z [N, latent], s [N] and labels [N].

    ``turning``: whether the Haar layer is there; without it s has no effect. Initial weights depend on
    ``seed`` alone.
    """

    def __init__(self, plan: Plan, group: ImageGroup, turning: bool, seed: int) -> None:
        super().__init__()
        self.plan, self.action = plan, ImageAction(group) if turning else None
        self.sides = sizes(plan.size)
        ups, features = len(self.sides) - 1, plan.latent + plan.label
        steps = [plan.fields(group, 2**k) for k in range(ups, -1, -1)]
        with _seeded(seed):
            self.embed = nn.Embedding(plan.classes, plan.label)
            self.dense = spectral_norm(nn.Linear(features, plan.width * self.sides[0] ** 2))
            self.first = spectral_norm(LiftingConv2d(group, plan.width, steps[0], 3))
            self.blocks = nn.ModuleList(
                _Block(group, (steps[i], steps[i + 1]), features) for i in range(ups)
            )
            self.last = spectral_norm(GroupConv2d(group, steps[-1], 1, 3))
        self.pool = OrientationPool(group, 1)

    def draw(self, count: int, stream: torch.Generator) -> tuple[Tensor, Tensor]:
        """z [count, latent] normal, s [count] uniform (the identity without a Haar layer)."""
        z = torch.randn(count, self.plan.latent, generator=stream)
        if self.action is None:
            return z, torch.zeros(count, dtype=torch.int64)
        return z, haar(self.action, (count,), stream)

    def forward(self, z: Tensor, s: Tensor, labels: Tensor) -> Tensor:
        """[N, 1, size, size]."""
        c = torch.cat([z, self.embed(labels)], 1)
        x = self.dense(c).unflatten(1, (self.plan.width, self.sides[0], self.sides[0]))
        if self.action is not None:
            x = self.action(x, s)
        x = self.first(x).relu()
        for block in self.blocks:
            x = block(x, c)
        return self.pool(self.last(x)).tanh()

    def sample(self, labels: Tensor, stream: torch.Generator) -> Tensor:
        """One fresh image for each label."""
        z, s = self.draw(len(labels), stream)
        return self(z, s, labels)


class ImageCritic(nn.Module):
    """Scores [N] of images [N, 1, size, size] with labels [N]; exactly invariant under ``group``.

    Pooling stops where the size is odd: floor pooling would break the invariance, as it does in the
    released discriminator at 28 pixels.
    """

    def __init__(self, plan: Plan, group: ImageGroup, seed: int) -> None:
        super().__init__()
        fields = [plan.fields(group, times) for times in (1, 2, 4)]
        side, layers = plan.size, []
        with _seeded(seed):
            for i, count in enumerate(fields):
                kind, inputs = (GroupConv2d, fields[i - 1]) if i else (LiftingConv2d, 1)
                pools = side % 2 == 0
                side = side // 2 if pools else side
                conv = spectral_norm(kind(group, inputs, count, 3))
                layers.append(_Convolved(conv, AvgPool2d(group, 2) if pools else nn.Identity()))
            self.head = InvariantHead(group, fields[-1])
            self.score = ProjectionHead(fields[-1], plan.classes)
            spectral_norm(self.score.linear)
            spectral_norm(self.score.embed)
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        """[N]."""
        return self.score(self.head(self.layers(x)), labels)


class _Convolved(nn.Module):
    """Convolution, leaky rectifier, pooling."""

    def __init__(self, conv: nn.Module, pool: nn.Module) -> None:
        super().__init__()
        self.conv, self.pool = conv, pool

    def forward(self, x: Tensor) -> Tensor:
        return self.pool(leaky_relu(self.conv(x), SLOPE))
