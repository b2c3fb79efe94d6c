"""Bounds of every norm's output in evaluation mode, over all inputs in a box, whatever their size.

A box is an interval per channel, in double, that holds at every position. Convolutions sum the positive and
the negative part of their filter over the window; zero padding joins 0 to the box. The result of
each linear layer and norm is widened by delta times the sum of the absolute values of its terms, for the
rounding of whatever kernel runs it. A layer that is not known here bounds nothing after it. An input
that goes straight into ``nn.Linear`` is taken to be (N, features).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd

from constructions.psbn import pairs
from constructions.psbn.channels import effective

__all__ = ["upper_bounds"]

SAME = (nn.Identity, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
MAXIMA = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d)
MEANS = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
PADDED_MEANS = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
NO_PADDING = (0, (0,), (0, 0), (0, 0, 0), "valid")


@dataclass(frozen=True)
class Box:
    """low <= value <= high, each (C,) or (1,); ``flat``: the axis of channels is the last one."""

    low: Tensor
    high: Tensor
    flat: bool

    @property
    def size(self) -> Tensor:
        """The largest absolute value."""
        return torch.maximum(self.low.abs(), self.high.abs())

    def widened(self, by: Tensor) -> Box:
        """Both ends moved outwards."""
        return replace(self, low=self.low - by, high=self.high + by)

    def spread(self, C: int) -> Box | None:
        """As C channels: a flattened map brings its positions channel after channel. None if that fails."""
        times, rest = divmod(C, self.low.numel())
        if rest or (times > 1 and self.low.numel() > 1 and not self.flat):
            return None
        low, high = (end.repeat_interleave(times) for end in (self.low, self.high))
        return replace(self, low=low, high=high)


def upper_bounds(model: nn.Module, box: tuple[float, float], delta: float) -> dict[str, Tensor]:
    """norm -> largest output per channel (C,) when every number of the (single) input is in ``box``.

    Norms that contain their rectifier are left out. Raises ``ValueError`` for a box that is not finite
    or empty, and what tracing raises for a model that cannot be traced.
    """
    if not -math.inf < box[0] <= box[1] < math.inf:
        raise ValueError(f"box: must be finite with low <= high, got {box}")
    modules: dict[str, Any] = dict(model.named_modules())
    known: dict[fx.Node, Box | None] = {}
    found: dict[str, Tensor] = {}
    for node in pairs.trace(model).nodes:
        if node.op == "placeholder":
            low, high = (torch.tensor([float(end)], dtype=torch.float64) for end in box)
            known[node] = Box(low, high, flat=True)
            continue
        with torch.no_grad():
            known[node] = _through(node, modules, known, delta)
        _overwrite(node, modules, known)
        layer = modules.get(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, _BatchNorm) and not isinstance(layer, pairs.Rectified):
            result, name = known[node], str(node.target)
            top = torch.full((layer.num_features,), math.inf) if result is None else result.high
            found[name] = torch.maximum(found[name], top) if name in found else top
    return found


def _overwrite(node: fx.Node, modules: dict[str, Any], known: dict[fx.Node, Box | None]) -> None:
    """What works in place changes its input as well, under all its names."""
    name = _name(node)
    inside = name.endswith("_") or name in ("iadd", "setitem") or bool(node.kwargs.get("inplace"))
    if node.op == "call_module":
        inside = getattr(modules[str(node.target)], "inplace", False)
    source: Any = node.args[0] if inside and node.args else None
    while isinstance(source, fx.Node):
        known[source] = known[node]
        alias = modules.get(str(source.target)) if source.op == "call_module" else None
        views = isinstance(alias, (*SAME, nn.Flatten)) or _name(source) in ("flatten", "view")
        source = source.args[0] if views else None


def _name(node: fx.Node) -> str:
    if node.op == "call_module":
        return ""
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")


def _through(
    node: fx.Node, modules: dict[str, Any], known: dict[fx.Node, Box | None], delta: float
) -> Box | None:
    """The box after a node, or None for no bound."""
    boxes = [known.get(a) for a in node.args if isinstance(a, fx.Node)]
    inputs = [box for box in boxes if box is not None]
    if not inputs or len(inputs) < len(boxes) or node.op == "output":
        return None
    box, slope, name = inputs[0], pairs.slope_of(node, modules), _name(node)
    if slope is not None:
        layer = modules.get(str(node.target))
        saturates = node.target is F.relu6 or isinstance(layer, nn.ReLU6)
        return _rectified(box, slope, 6.0 if saturates else math.inf)
    if node.op == "call_module":
        return _layer(modules[str(node.target)], box, delta)
    if name in ("add", "add_", "iadd") and len(inputs) == 2 and not node.kwargs:
        return _sum(box, inputs[1], delta)
    return replace(box, flat=True) if name == "flatten" and node.args[1:] == (1,) else None


def _sum(one: Box, other: Box, delta: float) -> Box | None:
    if one.low.numel() != other.low.numel() or one.flat != other.flat:
        return None
    both = Box(one.low + other.low, one.high + other.high, one.flat)
    return both.widened(delta * (one.size + other.size))


def _rectified(box: Box, slope: float, top: float) -> Box:
    low, high = (F.leaky_relu(end, slope).clamp(max=top) for end in (box.low, box.high))
    return replace(box, low=low, high=high)


def _layer(layer: Any, box: Box, delta: float) -> Box | None:
    if isinstance(layer, _ConvNd | nn.Linear):
        return _linear(layer, box, delta)
    if isinstance(layer, _BatchNorm):
        return _norm(layer, box, delta)
    if isinstance(layer, nn.Flatten):
        return replace(box, flat=True) if (layer.start_dim, layer.end_dim) == (1, -1) else None
    if getattr(layer, "divisor_override", None) is not None:
        return None  # then it is no mean
    if isinstance(layer, PADDED_MEANS):
        return replace(box, low=box.low.clamp(max=0), high=box.high.clamp(min=0))
    return box if isinstance(layer, (*SAME, *MAXIMA, *MEANS)) else None


def _norm(layer: Any, before: Box, delta: float) -> Box | None:
    box = before.spread(layer.num_features)
    if box is None or layer.running_mean is None or layer.running_var is None:
        return None
    gamma, beta = effective(layer)
    mean = layer.running_mean.double()
    scale = gamma * (layer.running_var.double() + layer.eps).rsqrt()
    ends = [(end - mean) * scale + beta for end in (box.low, box.high)]
    after = Box(torch.minimum(*ends), torch.maximum(*ends), box.flat)
    after = after.widened(delta * ((box.size + mean.abs()) * scale.abs() + beta.abs()))
    if isinstance(layer, pairs.Rectified):
        return _rectified(after, layer.negative_slope, math.inf)
    return after


def _linear(layer: Any, before: Box, delta: float) -> Box | None:
    dense = isinstance(layer, nn.Linear)
    if getattr(layer, "transposed", False) or (dense and not before.flat):
        return None
    weight, groups = layer.weight.double(), 1 if dense else layer.groups
    box = before.spread(weight.shape[1] * groups)
    if box is None:
        return None
    if not dense and layer.padding not in NO_PADDING and layer.padding_mode == "zeros":
        box = replace(box, low=box.low.clamp(max=0), high=box.high.clamp(min=0))
    group = torch.arange(weight.shape[0]) // (weight.shape[0] // groups)

    def along(part: Tensor, values: Tensor) -> Tensor:
        window = part if dense else part.flatten(2).sum(2)
        return (window * values.reshape(groups, -1)[group]).sum(1)

    up, down = weight.clamp(min=0), weight.clamp(max=0)
    bias = torch.zeros(1).double() if layer.bias is None else layer.bias.double()
    low = along(up, box.low) + along(down, box.high) + bias
    high = along(up, box.high) + along(down, box.low) + bias
    return Box(low, high, dense).widened(delta * (along(weight.abs(), box.size) + bias.abs()))
