"""Bounds of every norm's output in evaluation mode, over all inputs in a box, whatever their size.

A box is an interval per channel, in double, that holds at every position. Convolutions sum the positive and
the negative part of their filter over the window; zero padding joins 0 to the box. The result of
each linear layer and norm is widened by delta times the sum of the absolute values of its terms, for the
rounding of whatever kernel runs it. A layer that is not known here bounds nothing after it; nor does one
that is not as built (`trust`: a subclass, hooks, a patched forward), nor a norm or dropout left in training
mode. The box is that of the model's first input. One that goes straight into ``nn.Linear`` is taken to be
(N, features).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.utils.parametrize import is_parametrized, type_before_parametrizations

from constructions.psbn import pairs
from constructions.psbn.channels import effective
from constructions.psbn.trust import LINEAR, as_built, foreign, in_mode, known_norm

__all__ = ["upper_bounds"]

SAME = (nn.Identity, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
MAXIMA = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d)
MEANS = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
PADDED_MEANS = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
FRESH = ("add", "cat", "relu", "leaky_relu", "relu6")  # functions whose result is a new tensor
NO_PADDING = (0, (0,), (0, 0), (0, 0, 0), "valid")


#: The nodes whose tensors a node's may share memory with.
Memory = dict[fx.Node, frozenset[fx.Node]]


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
    """norm -> largest output per channel (C,), in evaluation, when every number of the input is in ``box``.

    Norms that contain their rectifier are left out; infinite where nothing is known. The model is traced in
    evaluation mode. Raises ``ValueError`` for a box that is not finite or empty, and for a model that
    cannot be traced.
    """
    if not -math.inf < box[0] <= box[1] < math.inf:
        raise ValueError(f"box: must be finite with low <= high, got {box}")
    with in_mode(model, False):
        try:
            graph = pairs.trace(model)
        except pairs.UNTRACEABLE as error:
            raise ValueError(f"model: cannot be traced ({error}), as a box needs") from error
        return _bounds(model, graph, box, delta)


def _bounds(
    model: nn.Module, graph: fx.Graph, box: tuple[float, float], delta: float
) -> dict[str, Tensor]:
    modules: dict[str, Any] = dict(model.named_modules())
    low, high = (torch.tensor([float(end)], dtype=torch.float64) for end in box)
    # only the first input is in the box, and only if no hook of the model changes it on its way in
    inputs = [node for node in graph.nodes if node.op == "placeholder"][:1]
    known: dict[fx.Node, Box | None] = {}
    if not foreign(model._forward_pre_hooks.values()):
        known = dict.fromkeys(inputs, Box(low, high, flat=True))
    memory: Memory = {node: frozenset({node}) for node in graph.nodes if node.op == "placeholder"}
    found: dict[str, Tensor] = {}
    for node in graph.nodes:
        if node.op == "placeholder":
            continue
        with torch.no_grad():
            known[node] = _through(node, modules, known, delta)
        _overwrite(node, modules, known, memory)
        layer = modules.get(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, _BatchNorm) and not isinstance(layer, pairs.Rectified):
            result, name = known[node], str(node.target)
            top = torch.full((layer.num_features,), math.inf) if result is None else result.high
            found[name] = torch.maximum(found[name], top) if name in found else top
    return found


def _overwrite(
    node: fx.Node, modules: dict[str, Any], known: dict[fx.Node, Box | None], memory: Memory
) -> None:
    """What works in place changes its input as well; of what else may share its memory nothing is known."""
    inputs = node.all_input_nodes
    shared = [memory[one] for one in inputs] if _shares(node, modules) else []
    memory[node] = frozenset({node}).union(*shared)
    source = node.kwargs.get("out", inputs[0] if inputs else None)
    if isinstance(source, fx.Node) and (_in_place(node, modules) or _operator(node)):
        for other in known:
            if other is not node and memory[other] & memory[source]:
                known[other] = None
        if _in_place(node, modules):
            known[source] = known[node]


def _in_place(node: fx.Node, modules: dict[str, Any]) -> bool:
    if node.op == "call_module":
        return bool(getattr(modules[str(node.target)], "inplace", False))
    named = _name(node).endswith("_") or "out" in node.kwargs
    return named or bool(node.kwargs.get("inplace"))  # a name in the trace, however it was given


def _operator(node: fx.Node) -> bool:
    """Whether it is Python's ``+`` or one of its like: a trace writes ``+=`` the same."""
    name, home = _name(node), getattr(node.target, "__module__", "")
    return node.op == "call_function" and home == "_operator" and name != "getitem"


def _shares(node: fx.Node, modules: dict[str, Any]) -> bool:
    """Whether the result may be a view of an input."""
    if _in_place(node, modules) or _operator(node):
        return True
    if node.op == "call_module":
        return isinstance(modules[str(node.target)], (*SAME, nn.Flatten))
    return _name(node) not in FRESH


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
    if node.op == "call_module" and not as_built(modules[str(node.target)]):
        return None
    box, slope, name = inputs[0], pairs.slope_of(node, modules), _name(node)
    if slope is not None:
        layer = modules.get(str(node.target))
        if slope < 0:  # then it is not monotone
            return None
        top = 6.0 if node.target is F.relu6 else math.inf
        return _rectified(box, slope, layer.max_val if isinstance(layer, nn.ReLU6) else top)
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
    kind = type_before_parametrizations(layer)
    moves = isinstance(layer, _BatchNorm | _DropoutNd) or is_parametrized(layer)
    if moves and any(part.training for part in layer.modules()):
        return None  # left in training: random, or by statistics of the batch
    if kind in LINEAR:
        return _linear(layer, box, delta)
    if known_norm(layer):
        return _norm(layer, box, delta)
    if kind is nn.Flatten:
        return replace(box, flat=True) if (layer.start_dim, layer.end_dim) == (1, -1) else None
    if getattr(layer, "divisor_override", None) is not None:
        return None  # then it is no mean
    if kind in PADDED_MEANS:
        return replace(box, low=box.low.clamp(max=0), high=box.high.clamp(min=0))
    return box if kind in (*SAME, *MAXIMA, *MEANS) else None


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
    if dense and not before.flat:
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
