"""How far a network is from equivariant: every element of the group, one number each.

    error(s) = max |net(s.x) - s.net(x)| / max |net(x)|

In float64 an exactly equivariant network shows rounding (below 1e-13), with integer weights and inputs
0. The network is copied for every pass, so running statistics and power iterations neither change nor
interfere. Dropout and other fresh randomness show as errors, the identity's included.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from constructions.spgan.image_groups import ImageGroup, Kind, act

__all__ = ["Measured", "equivariance_error", "integer_weights_", "random_input"]


@dataclass(frozen=True)
class Measured:
    """Relative error of every element, by its label (``e``, ``r``, ``r2 m``, ...)."""

    errors: dict[str, float]

    @property
    def worst(self) -> float:
        """The largest; infinite when some output was not finite or had another shape."""
        return max(self.errors.values())


def equivariance_error(
    net: nn.Module,
    group: ImageGroup,
    x: Tensor,
    *,
    kinds: tuple[Kind, Kind] = ("scalar", "regular"),
    arguments: tuple[Any, ...] = (),
) -> Measured:
    """Compare net(s.x) with s.net(x) for every s of the group, in the mode the network is in.

    x : [N, C, H, W], of the network's dtype; see `random_input`.
    kinds : how the group acts on input and output.
    arguments : further arguments of the network, on which the group acts trivially.
    """
    y = output(net, x, arguments)
    errors = {}
    for s in range(group.order):
        moved = output(net, act(group, s, x, kinds[0]), arguments)
        errors[group.label(s)] = relative(moved, act(group, s, y, kinds[1]))
    return Measured(errors)


def random_input(
    shape: tuple[int, ...],
    generator: Generator,
    *,
    integers: bool = False,
    dtype: torch.dtype = torch.float64,
) -> Tensor:
    """Standard normal numbers, or integers from -4 to 4, on the generator's device."""
    where: dict[str, Any] = {"generator": generator, "device": generator.device, "dtype": dtype}
    return torch.randint(-4, 5, shape, **where) if integers else torch.randn(shape, **where)


@torch.no_grad()
def integer_weights_(net: nn.Module, generator: Generator, limit: int = 3) -> nn.Module:
    """Fill every parameter with integers from -limit to limit: float64 sums are then exact."""
    for p in net.parameters():
        p.copy_(torch.randint(-limit, limit + 1, p.shape, generator=generator, device=p.device))
    return net


@torch.no_grad()
def output(net: nn.Module, x: Tensor, arguments: tuple[Any, ...]) -> Tensor:
    """The output of a copy of the network."""
    return copy.deepcopy(net)(x, *arguments)


def relative(found: Tensor, expected: Tensor) -> float:
    """max |found - expected| / max |expected|, or the numerator where nothing but zeros is expected."""
    if found.shape != expected.shape:
        return float("inf")
    if not found.numel():
        return 0.0
    error, scale = (found - expected).abs().amax().item(), expected.abs().amax().item()
    if not (error < float("inf") and scale < float("inf")):  # NaN and infinity
        return float("inf")
    return error / scale if scale else error
