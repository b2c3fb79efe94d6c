"""A network without our classes: ``to_plain(net)`` computes the same with ``torch.nn`` alone.

| ours | plain |
|---|---|
| convolutions | ``nn.Conv2d`` with the expanded (and normalised) filter |
| `AvgPool2d`, `MaxPool2d`, `Upsample2d` | ``nn.AvgPool2d``, ``nn.MaxPool2d``, ``nn.Upsample`` |
| `GroupBatchNorm2d` | ``nn.BatchNorm2d`` with repeated running statistics |
| `FieldNorm2d` | ``nn.GroupNorm`` between two ``nn.ChannelShuffle`` |
| `OrientationPool`, `InvariantHead` | ``nn.Unflatten``, ``nn.MaxPool3d`` or ``nn.AvgPool3d``, ... |
| `FiLM`, `ProjectionHead` | a traced ``torch.fx.GraphModule`` of plain layers |

For evaluation: the copy is in evaluation mode; trained on, its orientations would drift apart. It no
longer refuses sizes that break equivariance.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, fx, nn

from constructions.spgan import film, heads, norm, pool, upsample
from constructions.spgan.conv import GroupConv2d, LiftingConv2d

__all__ = ["to_plain"]

PACKAGE = "constructions.spgan"


def to_plain(net: nn.Module) -> nn.Module:
    """A copy of ``net`` in evaluation mode in which none of our layers is left; outputs are equal.

    Modules of your own classes stay, with their parts replaced; a part used twice stays one part.
    Raises ``TypeError`` for a layer that only derives from one of ours, ``ValueError`` for a batch norm
    without running statistics (its evaluation depends on the batch).
    """
    with torch.no_grad():
        return replaced(copy.deepcopy(net).eval(), {}).eval()


def replaced(module: nn.Module, done: dict[int, nn.Module]) -> nn.Module:
    """``module`` itself with its parts replaced, or its plain form."""
    if id(module) not in done:
        for name, part in list(module._modules.items()):  # a part used twice is listed twice
            if part is not None:
                setattr(module, name, replaced(part, done))
        make = PLAIN.get(type(module))
        ours = [c.__qualname__ for c in type(module).__mro__ if c.__module__.startswith(PACKAGE)]
        if make is None and ours and isinstance(module, tuple(PLAIN)):
            raise TypeError(
                f"net: no plain form of {type(module).__qualname__}, derived from {ours}"
            )
        done[id(module)] = module if make is None else make(module)
    return done[id(module)]


def conv(layer: GroupConv2d) -> nn.Module:
    """The dense convolution that the layer carries out."""
    W, bias = layer.filter(), layer.full_bias()
    plain = nn.Conv2d(
        layer.in_channels,
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        bias=bias is not None,
        padding_mode=layer.padding_mode,
        device="meta",
    )
    return adopt(plain, weight=W, bias=bias)


def batch_norm(layer: norm.GroupBatchNorm2d) -> nn.Module:
    """Every orientation gets the numbers of its field."""
    if layer.running_mean is None:
        raise ValueError("net: GroupBatchNorm2d must track running statistics to have a plain form")
    count = layer.group.order
    plain = nn.BatchNorm2d(
        count * layer.num_features,
        layer.eps,
        layer.momentum,
        affine=layer.affine,
        device="meta",
    )
    names = ("weight", "bias", "running_mean", "running_var")
    entries = {name: repeated(getattr(layer, name), count) for name in names}
    return adopt(plain, **entries, num_batches_tracked=layer.num_batches_tracked)


def field_norm(layer: norm.FieldNorm2d) -> nn.Module:
    """Fields first, the norm, orientations first again."""
    count, affine = layer.group.order, layer.weight is not None
    channels = count * layer.fields
    inner = nn.GroupNorm(layer.parts, channels, layer.eps, affine=affine, device="meta")
    if affine:
        entries = {
            name: getattr(layer, name).repeat_interleave(count) for name in ("weight", "bias")
        }
        adopt(inner, **entries)
    return nn.Sequential(nn.ChannelShuffle(count), inner, nn.ChannelShuffle(layer.fields))


def orientation_pool(layer: heads.OrientationPool) -> nn.Sequential:
    """The orientations of a field become the depth of a three-dimensional image and are pooled away."""
    count, fields = layer.group.order, layer.fields
    pooling = nn.MaxPool3d if layer.mode == "max" else nn.AvgPool3d
    split = (nn.ChannelShuffle(count), nn.Unflatten(1, (fields, count)))
    return nn.Sequential(*split, pooling((count, 1, 1)), nn.Flatten(1, 2))


def invariant_head(layer: heads.InvariantHead) -> nn.Sequential:
    """Pooled over orientations, then over pixels."""
    return nn.Sequential(*orientation_pool(layer), nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Modulation(nn.Module):
    """`FiLM` without checks, to be traced."""

    def __init__(self, layer: film.FiLM) -> None:
        super().__init__()
        self.linear, self.orientations = layer.linear, layer.group.order

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """(1 + gamma) x + beta."""
        return film.modulate(x, self.linear(condition), self.orientations)


def repeated(numbers: Tensor | None, count: int) -> Tensor | None:
    """Numbers of the fields for every orientation."""
    return None if numbers is None else numbers.repeat(count)


def adopt(plain: nn.Module, **entries: Tensor | None) -> nn.Module:
    """Give a module made on the meta device its numbers."""
    state = {name: value.detach().clone() for name, value in entries.items() if value is not None}
    plain.load_state_dict(state, assign=True)
    return plain


PLAIN: dict[type, Callable[[Any], nn.Module]] = {
    GroupConv2d: conv,
    LiftingConv2d: conv,
    pool.AvgPool2d: lambda layer: nn.AvgPool2d(layer.window, layer.stride),
    pool.MaxPool2d: lambda layer: nn.MaxPool2d(layer.window, layer.stride),
    upsample.Upsample2d: lambda layer: nn.Upsample(scale_factor=layer.factor, mode=layer.mode),
    norm.GroupBatchNorm2d: batch_norm,
    norm.FieldNorm2d: field_norm,
    heads.OrientationPool: orientation_pool,
    heads.InvariantHead: invariant_head,
    heads.ProjectionHead: fx.symbolic_trace,
    film.FiLM: lambda layer: fx.symbolic_trace(Modulation(layer)),
}
