"""Which norm layers feed a rectifier, and which convolution or linear map feeds them.

Two ways to the same list: tracing with ``torch.fx``, and watching one run (module hooks for the norms, a
``TorchFunctionMode`` for rectifiers written as functions). The second needs an example but takes any model.

A trace follows the model's own Python code once, in one mode: what the code decides by its training flag is
what it does in that mode; what it decides by anything else outside its input (a counter, a random number)
is taken to stay. Watching shows one run in evaluation mode: that other inputs, and training, go
the same way is an assumption of whoever uses the pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, fx, nn
from torch.fx.proxy import TraceError
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from constructions.psbn.relu_op import Rectified
from constructions.psbn.trust import as_built, evaluating, in_mode, only_looks

__all__ = ["Pair", "Watch", "before_relu", "find_pairs", "observe", "trace", "traced_pairs"]

NATIVE: Any = getattr(torch._C, "_nn")  # noqa: B009 - unknown to type checkers
PLAIN = {F.relu, F.relu_, torch.relu, torch.relu_, F.relu6, Tensor.relu, Tensor.relu_}
LEAKY = {F.leaky_relu, F.leaky_relu_, NATIVE.leaky_relu, NATIVE.leaky_relu_}
LEAKY_DEFAULT = 0.01
#: What a model's own code raises when it is run on stand-ins for tensors.
UNTRACEABLE = (
    TraceError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Pair:
    """A norm whose output goes into one rectifier and nowhere else. Names are module paths.

    linear : the convolution or linear layer whose output goes into the norm, if there is exactly one.
    slope : of the rectifier below 0; 0 for ReLU (and ReLU6).
    rectifiers : paths of those that are layers of their own, if the model was traced.
    """

    norm: str
    linear: str | None
    slope: float
    rectifiers: tuple[str, ...] = field(default=(), compare=False)


def find_pairs(
    model: nn.Module, example: Any = None, mode: Literal["train", "eval"] | None = None
) -> list[Pair]:
    """All pairs, in order of execution: traced, or else seen while the model runs on ``example``.

    ``example`` is one input, or a tuple of them. ``mode`` is the one to trace in; None: as the model is.
    Raises ``ValueError`` if tracing fails and the example is missing, and for another mode.
    """
    if mode not in (None, "train", "eval"):
        raise ValueError(f"mode: must be 'train', 'eval' or None, got {mode!r}")
    with in_mode(model, mode == "train") if mode else nullcontext():
        pairs = traced_pairs(model)
    if pairs is not None:
        return pairs
    if example is None:
        raise ValueError("example: needed, since the model cannot be traced")
    return observe(model, example)


def before_relu(model: nn.Module, example: Any = None) -> Callable[[str, nn.Module], bool]:
    """A ``filter_fn`` for `convert_psbn`: the norms that feed a rectifier."""
    names = {pair.norm for pair in find_pairs(model, example)}
    return lambda path, _: path in names


# -- tracing --------------------------------------------------------------------------------------


class _Tracer(fx.Tracer):
    """Looks into everything but torch's own layers and norms."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, _BatchNorm) or super().is_leaf_module(m, module_qualified_name)


def trace(model: nn.Module) -> fx.Graph:
    """The graph of the model, in the mode it is in, with norms as single nodes. Raises `UNTRACEABLE`."""
    if "forward" in vars(model):
        raise TraceError(
            "model: its forward is patched on the instance, and tracing reads the class"
        )
    return _Tracer().trace(model)


def slope_of(node: fx.Node, modules: dict[str, nn.Module]) -> float | None:
    """The slope of a rectifier; None for other nodes."""
    if node.op == "call_module":
        return module_slope(modules[str(node.target)])
    if node.op == "call_method" and node.target in ("relu", "relu_"):
        return 0.0
    return (
        function_slope(node.target, node.args, node.kwargs) if node.op == "call_function" else None
    )


def module_slope(module: nn.Module) -> float | None:
    """The slope of a rectifying layer; None for others."""
    if type(module) is nn.ReLU or (type(module) is nn.ReLU6 and module.min_val == 0):
        return 0.0
    return float(module.negative_slope) if type(module) is nn.LeakyReLU else None


def function_slope(function: Any, args: Any, kwargs: Any) -> float | None:
    """The slope of a rectifying function called with these arguments; None for others."""
    if function in PLAIN:
        return 0.0
    if function not in LEAKY:
        return None
    given = args[1] if len(args) > 1 else kwargs.get("negative_slope", LEAKY_DEFAULT)
    return float(given)


def traced_pairs(model: nn.Module) -> list[Pair] | None:
    """All pairs, by tracing; None if the model cannot be traced."""
    try:
        graph = trace(model)
    except UNTRACEABLE:
        return None
    modules = dict(model.named_modules())
    found: dict[str, list[Pair | None]] = {}
    for node in graph.nodes:
        norm = modules.get(str(node.target)) if node.op == "call_module" else None
        if isinstance(norm, _BatchNorm):
            found.setdefault(str(node.target), []).append(_pair_at(node, norm, modules))
    return list(_merged(found))


def _pair_at(node: fx.Node, norm: nn.Module, modules: dict[str, nn.Module]) -> Pair | None:
    name, source = str(node.target), next(iter(node.all_input_nodes), None)
    linear = None
    if isinstance(source, fx.Node) and source.op == "call_module" and len(source.users) == 1:
        before = modules[str(source.target)]
        linear = str(source.target) if isinstance(before, _ConvNd | nn.Linear) else None
    if isinstance(norm, Rectified):
        return Pair(name, linear, norm.negative_slope)
    while len(node.users) == 1 and slope_of(node, modules) is None:
        node = next(iter(node.users))
        slope = slope_of(node, modules)
        layer = modules[str(node.target)] if node.op == "call_module" else None
        if slope is not None:
            return Pair(name, linear, slope, () if layer is None else (str(node.target),))
        if type(layer) is not nn.Identity or not as_built(layer):
            return None
    return None


def _merged(found: dict[str, list[Pair | None]]) -> Iterator[Pair]:
    """One pair per norm: every use must be one, and a map before it must be before every use."""
    for uses in found.values():
        pairs = [pair for pair in uses if pair is not None]
        if len(pairs) == len(uses) and len({pair.slope for pair in pairs}) == 1:
            linears = {pair.linear for pair in pairs}
            linear = pairs[0].linear if len(linears) == 1 and len(uses) == 1 else None
            rectifiers = tuple({path: None for pair in pairs for path in pair.rectifiers})
            yield replace(pairs[0], linear=linear, rectifiers=rectifiers)


# -- watching a run -------------------------------------------------------------------------------


class Watch(TorchFunctionMode):
    """Follows the outputs of norms, by identity, into the functions that use them. Use as a context."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.names = {module: name for name, module in model.named_modules()}
        self._made: dict[
            int, tuple[Tensor, str]
        ] = {}  # tensors are kept, so that an id stays theirs
        self._norms: list[tuple[str, str | None, Tensor]] = []
        self._uses: dict[int, list[float | None]] = {}
        self._open: set[int] = set()
        self._handles: list[Any] = []
        self._inside = 0  # a norm's own operations are not uses

    def __enter__(self) -> Any:
        for module in self.names:
            if isinstance(module, _ConvNd | nn.Linear):
                self._handles.append(module.register_forward_hook(self._after_linear))
            elif isinstance(module, _BatchNorm):
                self._handles.append(module.register_forward_pre_hook(self._before_norm))
                self._handles.append(module.register_forward_hook(self._after_norm))
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        for handle in self._handles:
            handle.remove()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        # properties (x.shape, x.dtype) come here too, as __get__, and use no value
        used = [] if self._inside or getattr(func, "__name__", "") == "__get__" else (args, kwargs)
        slope = function_slope(func, args, kwargs)
        for leaf in tree_leaves(used):
            if id(leaf) in self._open:
                self._uses[id(leaf)].append(slope)
        result = func(*args, **kwargs)
        if slope is not None:
            self._open.discard(id(result))  # rectified in place: from here on it is another tensor
        return result

    @only_looks
    def _after_linear(self, module: nn.Module, _: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            self._made[id(output)] = output, self.names[module]

    @only_looks
    def _before_norm(self, *_: Any) -> None:
        self._inside += 1

    @only_looks
    def _after_norm(self, module: nn.Module, args: Any, output: Tensor) -> None:
        self._inside -= 1
        source = self._made.get(id(args[0]), (None, None))[1] if args else None
        self._norms.append((self.names[module], source, output))
        self._uses[id(output)] = []
        if isinstance(module, Rectified):
            self._uses[id(output)].append(module.negative_slope)
        else:
            self._open.add(id(output))

    def pairs(self) -> list[Pair]:
        """What has been seen."""
        found: dict[str, list[Pair | None]] = {}
        for name, linear, output in self._norms:
            uses = self._uses[id(output)]
            slope = uses[0] if len(uses) == 1 else None
            pair = None if slope is None else Pair(name, linear, slope)
            found.setdefault(name, []).append(pair)
        return list(_merged(found))


def observe(model: nn.Module, example: Any) -> list[Pair]:
    """Pairs seen while the model runs once on ``example``, in evaluation mode and without gradients."""
    inputs = example if isinstance(example, tuple) else (example,)
    with evaluating(model), torch.no_grad(), Watch(model) as watch:
        model(*inputs)
    return watch.pairs()
