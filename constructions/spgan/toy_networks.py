"""Small generators and critics on points; R independent copies are trained side by side.

| symbol | meaning |
|---|---|
| R | games played side by side: each has its own weights, data and noise, none sees another |
| B | batch |
| z, s | latent point; element of the group |

Weights are stacked, (R, in, out), and one batched product serves all copies: a network this small is
slow because of the number of operations, not their size. Plain sums of losses over R and an element-wise
optimiser keep the copies apart.

With an action a generator is *structured*: its Haar layer turns every output by a fresh uniform element.
With an action a critic is *invariant*: it is the mean of a network over the whole orbit, S_Sigma of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from constructions.spgan.haar import Action, haar

__all__ = ["Critic", "Generator", "StackedLinear", "mlp"]


class StackedLinear(nn.Module):
    """R linear layers: (R, B, inputs) -> (R, B, outputs); starts like torch's ``Linear``."""

    def __init__(self, R: int, inputs: int, outputs: int, stream: torch.Generator) -> None:
        super().__init__()
        reach = 1 / math.sqrt(inputs)
        weight, bias = (
            torch.empty(R, rows, outputs).uniform_(-reach, reach, generator=stream)
            for rows in (inputs, 1)
        )
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)

    def forward(self, x: Tensor) -> Tensor:
        """The r-th layer on the r-th batch."""
        return torch.baddbmm(self.bias, x, self.weight)


class _Leaky(nn.Module):
    """max(x, slope x)."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        return leaky_relu(x, self.slope)


def mlp(R: int, sizes: Sequence[int], slope: float, stream: torch.Generator) -> nn.Sequential:
    """R perceptrons with these layer sizes and leaky rectifiers between; (R, B, sizes[0]) in.

    Raises ``ValueError`` for R < 1 or fewer than two sizes.
    """
    if R < 1:
        raise ValueError(f"R: must be at least 1, got {R}")
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes: must be two or more positive numbers, got {list(sizes)}")
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [StackedLinear(R, inputs, outputs, stream), _Leaky(slope)]
    return nn.Sequential(*layers[:-1])


class Generator(nn.Module):
    """z -> T_s net(z): structured if it has an action, else s is the identity.

    The law of the structured one is exactly invariant, whatever its weights (spgan.T7c).
    """

    def __init__(self, net: nn.Module, latent: int, action: Action | None = None) -> None:
        super().__init__()
        self.net, self.latent, self.action = net, latent, action

    def draw(self, shape: tuple[int, ...], stream: torch.Generator) -> tuple[Tensor, Tensor]:
        """z (*shape, latent) normal and s (*shape) uniform, independent of each other."""
        z = torch.randn(*shape, self.latent, generator=stream)
        if self.action is None:
            return z, torch.zeros(shape, dtype=torch.int64)
        return z, haar(self.action, shape, stream)

    def forward(self, z: Tensor, s: Tensor) -> Tensor:
        """Points (R, B, d) from z (R, B, latent) and s (R, B)."""
        x = self.net(z)
        return x if self.action is None else self.action(x, s)

    def sample(self, shape: tuple[int, ...], stream: torch.Generator) -> Tensor:
        """Fresh points (*shape, d)."""
        return self(*self.draw(shape, stream))


class Critic(nn.Module):
    """Scores (R, B) of points (R, B, d); with an action, the mean over the orbit of each point."""

    def __init__(self, net: nn.Module, action: Action | None = None) -> None:
        super().__init__()
        self.net, self.action = net, action

    def forward(self, x: Tensor) -> Tensor:
        """(R, B)."""
        if self.action is None:
            return self.net(x).squeeze(-1)
        orbit = self.action.orbit(x)  # (k, R, B, d)
        k, R, B, d = orbit.shape
        scores = self.net(orbit.transpose(0, 1).reshape(R, k * B, d))
        return scores.reshape(R, k, B).mean(1)
