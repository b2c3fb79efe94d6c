"""Spectral normalisation of the expanded filter, not of the stored weight.

The weight of one orientation is a block of rows of the expanded filter W. Its norm is smaller than that
of W by a factor between 1 and sqrt(|G|), so dividing by it bounds nothing. Two norms can be divided by:

``"filter"``
    sigma is the norm of W as a matrix [|G| O, C k^2], what is usually called spectral norm of a
    convolution. Afterwards that matrix has norm 1, and the layer with zero padding is ceil(k /
    t)-Lipschitz: it is the matrix times the map from an image to its patches, and a pixel lies in at
    most ceil(k / t)^2 patches.
``"operator"``
    sigma is the norm of x -> conv(x, W) itself on a grid of given size, zero padding. Afterwards the
    layer is 1-Lipschitz on grids up to that size.

Both norms are estimated by power iteration, hence from below; one step per training pass, as in torch.
The start is random: power iteration commutes with the group, so from a symmetric start (all ones) it
would see only the invariant part of W.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Generator, Tensor, nn
from torch.nn.utils import parametrizations

from constructions.spgan.conv import GroupConv2d
from constructions.spgan.sizes import check_windows

__all__ = ["FilterNorm", "OperatorNorm", "PowerIteration", "spectral_norm"]

FIRST_STEPS = 30


class PowerIteration(nn.Module):
    """Divides a filter by its norm; keeps unit vectors u (output side) and v (input side).

    A subclass says what the linear map and its adjoint are.
    """

    u: Tensor
    v: Tensor

    def __init__(self, u: Tensor, v: Tensor, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.register_buffer("u", u)
        self.register_buffer("v", v)

    def image(self, W: Tensor, v: Tensor, layer: GroupConv2d) -> Tensor:
        """W v."""
        raise NotImplementedError

    def adjoint(self, W: Tensor, u: Tensor, layer: GroupConv2d) -> Tensor:
        """W^T u."""
        raise NotImplementedError

    @torch.no_grad()
    def restart(self, layer: GroupConv2d, generator: Generator | None = None) -> None:
        """A new random v, and `FIRST_STEPS` steps."""
        nn.init.normal_(self.v, generator=generator)
        self.iterate(layer.raw_filter(), layer, FIRST_STEPS)

    @torch.no_grad()
    def iterate(self, W: Tensor, layer: GroupConv2d, steps: int) -> None:
        """Power iteration; moves u and v."""
        u, v = self.u, self.v
        for _ in range(steps):
            u = unit(self.image(W, v, layer))
            v = unit(self.adjoint(W, u, layer))
        self.u.copy_(u)
        self.v.copy_(v)

    def sigma(self, W: Tensor, layer: GroupConv2d) -> Tensor:
        """<u, W v>: the norm once the iteration has converged, else less. Differentiable in W."""
        # copies: a later pass moves u and v before this one's gradient is taken
        return torch.sum(self.u.clone() * self.image(W, self.v.clone(), layer))

    def forward(self, W: Tensor, layer: GroupConv2d) -> Tensor:
        """W / sigma; in training after some steps of the iteration."""
        # bfloat16 would be too coarse for a norm; there is no autocast on the meta device
        device = "cpu" if W.is_meta else W.device.type
        with torch.autocast(device, enabled=False):
            if self.training:
                self.iterate(W.detach(), layer, self.steps)
            return W / self.sigma(W, layer).clamp_min(torch.finfo(W.dtype).tiny)


class FilterNorm(PowerIteration):
    """The norm of W as a matrix [|G| O, C k^2]."""

    def image(self, W: Tensor, v: Tensor, layer: GroupConv2d) -> Tensor:  # noqa: ARG002 - for the other norm
        """Matrix times vector."""
        return rows(W) @ v

    def adjoint(self, W: Tensor, u: Tensor, layer: GroupConv2d) -> Tensor:  # noqa: ARG002 - as above
        """Transposed matrix times vector."""
        return u @ rows(W)


class OperatorNorm(PowerIteration):
    """The norm of the convolution itself on images of the size of v [1, C, H, W]."""

    def image(self, W: Tensor, v: Tensor, layer: GroupConv2d) -> Tensor:
        """The convolution without bias."""
        return layer.convolve(v, W)

    def adjoint(self, W: Tensor, u: Tensor, layer: GroupConv2d) -> Tensor:
        """The transposed convolution; `check_windows` made the sizes fit."""
        return F.conv_transpose2d(u, W, None, layer.stride, layer.padding)


def rows(W: Tensor) -> Tensor:
    """W as a matrix, in the order in which it lies in memory: no copy."""
    return W.permute(0, 2, 3, 1).flatten(1)


def unit(x: Tensor) -> Tensor:
    """x / norm(x); 0 stays 0."""
    return x / x.norm().clamp_min(torch.finfo(x.dtype).tiny)


def spectral_norm(
    module: nn.Module,
    of: Literal["filter", "operator"] = "filter",
    *,
    size: tuple[int, int] | None = None,
    steps: int = 1,
    generator: Generator | None = None,
) -> Any:
    """Normalise a layer in place and return it; see the module for which norm is bounded by what.

    module : one of ours; any other (``nn.Linear``, ``nn.Embedding``, ``nn.Conv2d``) goes to
        ``torch.nn.utils.parametrizations.spectral_norm``.
    size : (H, W) for ``of="operator"``, zero padding only.
    steps : power iterations per training pass. generator : source of the start vector.

    Raises ``ValueError`` for a second normalisation, an unknown ``of``, a missing size or other
    padding.
    """
    if not isinstance(module, GroupConv2d):
        return parametrizations.spectral_norm(module, n_power_iterations=steps)
    if module.spectral is not None:
        raise ValueError("module: must not be normalised already")
    if of not in ("filter", "operator"):
        raise ValueError(f"of: must be 'filter' or 'operator', got {of!r}")
    W = module.raw_filter().detach()
    if of == "filter":
        u, v = W.new_empty(len(W)), W.new_empty(W[0].numel())
        norm: PowerIteration = FilterNorm(u, v, steps)
    else:
        v = W.new_empty((1, module.in_channels, *operator_size(module, size)))
        norm = OperatorNorm(torch.empty_like(module.convolve(v, W)), v, steps)
    norm.restart(module, generator)
    module.spectral = norm.train(module.training)
    return module


def operator_size(layer: GroupConv2d, size: tuple[int, int] | None) -> tuple[int, int]:
    """The size given, checked."""
    if size is None or layer.padding_mode != "zeros":
        raise ValueError(
            f"size: of='operator' must have a size (H, W) and zero padding, got {size} and "
            f"{layer.padding_mode!r}"
        )
    probe = layer.weight.new_empty((1, 1, *size), device="meta")
    everywhere = type(layer.group)("C2", ((0, 0), (2, 0)))  # the adjoint needs both axes to fit
    window = (layer.kernel_size, layer.stride)
    check_windows("the operator norm", everywhere, probe, window, layer.padding)
    return size
