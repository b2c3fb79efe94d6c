"""Taking certified channels out of a network, and checking that nothing changes.

A channel whose ReLU is 0 for every input (see `certify`) adds nothing to the map that reads it: its
filter, its entries in the norm and the columns that read it can go. Between the ReLU and the reading map
only what turns 0 into 0 and keeps channels apart may stand: pooling, dropout, flattening, identity. The
result is equal in exact arithmetic, in the certificates' mode and under their hypotheses; in floats up
to the order of summation, which is checked in double on inputs.

What cannot be cut stays, and the result says why: maps whose weight is made by a hook or parametrization
(weight and spectral norm, ``torch.nn.utils.prune``), weights that something else reads, layers that are
not as built (`trust`).
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.utils import parametrize
from torch.utils._pytree import tree_leaves

from constructions.psbn import pairs
from constructions.psbn.certify import Certificate
from constructions.psbn.intervals import MAXIMA, MEANS, PADDED_MEANS, SAME
from constructions.psbn.trust import as_built, in_mode, known_linear, known_norm

__all__ = ["Pruned", "prune_dead"]

TOLERANCE = 1e-9  # of outputs in double, relative to the largest


@dataclass(frozen=True)
class Pruned:
    """The smaller model; what was removed, by norm; what was left in, and why; the largest change seen."""

    model: nn.Module
    removed: dict[str, tuple[int, ...]]
    kept: dict[str, str]
    certificates: tuple[Certificate, ...]
    difference: float

    def __str__(self) -> str:
        lines = [str(one) for one in self.certificates if one.norm in self.removed]
        lines += [f"{norm}: removed {list(gone)}" for norm, gone in self.removed.items()]
        lines += [f"{norm}: left as it is, {why}" for norm, why in self.kept.items()]
        return "\n".join([*lines, f"largest change of an output: {self.difference:.3g}"])


@dataclass(frozen=True)
class Place:
    """A map, its norm and the maps that read the rectified channels; module paths."""

    linear: str
    norm: str
    readers: tuple[str, ...]


def prune_dead(
    model: nn.Module, certificates: Sequence[Certificate], inputs: Sequence[Tensor]
) -> Pruned:
    """A copy of ``model`` without the certified channels, where the network lets them go.

    certificates : of `certify`, all of one mode; the result replaces the model in that mode only.
    inputs : batches (a sequence of them) to compare the outputs on, meeting the certificates' hypotheses
        (size of batch, box).

    At least one channel of every layer stays. A model that is not in the certificates' mode is put into
    it to be traced and compared. Raises ``ValueError`` for certificates of two modes or of channels that are
    not there, no inputs, an output that is not finite; ``RuntimeError`` if an output changes: then a
    certificate does not hold.
    """
    modes = {one.mode for one in certificates}
    if len(modes) > 1:
        raise ValueError("certificates: must be of one mode, got train and eval")
    if isinstance(inputs, Tensor) or not len(inputs):
        raise ValueError("inputs: must be a sequence of batches, not empty and no tensor")
    dead = _dead(model, certificates)
    smaller = _copy(model)
    removed, kept = {}, {}
    for norm, channels in dead.items():
        with in_mode(model, modes == {"train"}):
            place = find_place(model, norm)
        if isinstance(place, str):
            kept[norm] = place
            continue
        gone = sorted(channels)
        if len(gone) == model.get_submodule(norm).num_features:
            gone = gone[1:]
        if gone:
            remove(smaller, place, gone)
            removed[norm] = tuple(gone)
    difference = compare(model, smaller, inputs, training=modes == {"train"})
    return Pruned(smaller, removed, kept, tuple(certificates), difference)


def _dead(model: nn.Module, certificates: Sequence[Certificate]) -> dict[str, set[int]]:
    """norm -> certified channels."""
    dead: dict[str, set[int]] = {}
    modules: dict[str, Any] = dict(model.named_modules())
    for one in certificates:
        size = getattr(modules.get(one.norm), "num_features", 0)
        if not all(0 <= channel < size for channel in one.channels):
            raise ValueError(
                f"certificates: {one.norm} has {size} channels, got {list(one.channels)}"
            )
        dead.setdefault(one.norm, set()).update(one.channels)
    return dead


def _copy(model: nn.Module) -> nn.Module:
    """A copy, also where a hook keeps the weight it has computed (torch copies leaves only)."""
    kept = [value for m in model.modules() for value in vars(m).values()]
    computed = [t for t in kept if isinstance(t, Tensor) and not t.is_leaf]
    return copy.deepcopy(model, {id(t): t.detach().clone() for t in computed})


def find_place(model: nn.Module, norm: str) -> Place | str:
    """Where the channels of ``norm`` begin and end, or why they cannot be removed."""
    graph, modules = pairs.trace(model), dict(model.named_modules())
    uses = Counter(str(node.target) for node in graph.nodes if node.op == "call_module")
    pair = next((p for p in pairs.find_pairs(model) if p.norm == norm), None)
    if pair is None or pair.linear is None or pair.slope:
        return "it is not between one map and one ReLU"
    before: Any = modules[pair.linear]
    if not simple(before):
        return f"{pair.linear} {SIMPLE}"
    if not known_norm(modules[norm]) or parametrize.is_parametrized(modules[norm]):
        return "it is of another class, hooked or parametrized"
    node = next(n for n in graph.nodes if n.op == "call_module" and n.target == norm)
    readers = _readers(node, modules, isinstance(before, nn.Linear))
    if readers is None:
        return "its channels are read by something else than plain maps"
    names = (pair.linear, norm, *readers)
    if any(uses[name] > 1 for name in names):
        return "one of its layers is used twice"
    shared = _shared(model, graph, names)
    return (
        f"{shared} is read by something else too" if shared else Place(*names[:2], tuple(readers))
    )


SIMPLE = "is grouped, transposed, parametrized, hooked or of another class"


def simple(linear: Any) -> bool:
    """Whether every output reads every input, by a plain weight of its own with outputs first."""
    plain = known_linear(linear) and not parametrize.is_parametrized(linear)
    return plain and "weight" in linear._parameters and getattr(linear, "groups", 1) == 1


def _shared(model: nn.Module, graph: fx.Graph, names: Sequence[str]) -> str | None:
    """A parameter of the named layers that another layer holds as well, or the model's own code reads."""
    holders = Counter(id(p) for m in model.modules() for p in m._parameters.values())
    read = {str(node.target) for node in graph.nodes if node.op == "get_attr"}
    for name in names:
        for own, parameter in model.get_submodule(name)._parameters.items():
            path = f"{name}.{own}"
            if parameter is not None and (holders[id(parameter)] > 1 or path in read):
                return path
    return None


def _readers(node: fx.Node, modules: dict[str, nn.Module], flat: bool) -> list[str] | None:
    """The maps behind a norm and its ReLU; None if something else is there. ``flat``: channels come last."""
    found: list[str] = []
    for user in node.users:
        layer = modules.get(str(user.target)) if user.op == "call_module" else None
        flattens = _flattens(user, layer)
        if layer is not None and not as_built(layer):
            return None
        if layer is not None and simple(layer) and isinstance(layer, nn.Linear) == flat:
            found.append(str(user.target))
        elif (
            flattens
            or _keeps_zero(layer, modules[""].training)
            or pairs.slope_of(user, modules) == 0
        ):
            behind = _readers(user, modules, flat or flattens)
            if behind is None:
                return None
            found += behind
        else:
            return None
    return found


def _keeps_zero(layer: Any, training: bool) -> bool:
    """Pooling, dropout, identity; not a dropout that is on in evaluation, which no comparison can follow."""
    on = isinstance(layer, _DropoutNd) and layer.training and not training
    return type(layer) in (*SAME, *MAXIMA, *MEANS, *PADDED_MEANS) and not on


def _flattens(node: fx.Node, layer: Any) -> bool:
    """From axis 1 on, as a layer or a function."""
    if isinstance(layer, nn.Flatten):
        return (layer.start_dim, layer.end_dim) == (1, -1)
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    called = node.op in ("call_function", "call_method") and name == "flatten"
    return called and node.args[1:] == (1,) and not node.kwargs


def remove(model: nn.Module, place: Place, gone: list[int]) -> None:
    """Take the channels out, in place."""
    norm: Any = model.get_submodule(place.norm)
    C = norm.num_features
    stay = torch.tensor([i for i in range(C) if i not in set(gone)])
    before: Any = model.get_submodule(place.linear)
    for layer, name in ((before, "weight"), (before, "bias"), (norm, "weight"), (norm, "bias")):
        _select(layer, name, stay, 0)
    for name, buffer in list(norm.named_buffers(recurse=False)):
        if buffer.shape == (C,):
            setattr(norm, name, buffer[stay.to(buffer.device)].clone())
    if isinstance(getattr(norm, "initial_alpha", None), tuple):
        norm.initial_alpha = tuple(norm.initial_alpha[i] for i in stay.tolist())
    norm.num_features = len(stay)
    _resize(before, "out", len(stay))
    for path in place.readers:
        reader: Any = model.get_submodule(path)
        # a flattened map brings its positions, channel after channel
        S = reader.weight.shape[1] // C
        columns = (stay[:, None] * S + torch.arange(S)).flatten()
        _select(reader, "weight", columns, 1)
        _resize(reader, "in", len(columns))


def _select(layer: Any, name: str, index: Tensor, axis: int) -> None:
    old = getattr(layer, name, None)
    if old is not None:
        fresh = old.detach().index_select(axis, index.to(old.device)).clone()
        setattr(layer, name, nn.Parameter(fresh, old.requires_grad))


def _resize(layer: Any, end: str, size: int) -> None:
    setattr(layer, f"{end}_features" if isinstance(layer, nn.Linear) else f"{end}_channels", size)


def compare(
    model: nn.Module, smaller: nn.Module, inputs: Sequence[Tensor], *, training: bool
) -> float:
    """The largest difference of their outputs in double; ``RuntimeError`` if too large.

    In training without dropout; what else is random draws the same numbers in both.
    """
    worst = 0.0
    nets = [_copy(m).double() for m in (model, smaller)]
    for net in nets:
        if net.training != training:  # else a layer that differs stays as it is
            net.train(training)
        for layer in net.modules() if training else ():
            if isinstance(layer, _DropoutNd):
                layer.eval()
    for x in inputs:
        results = [_run(net, x) for net in nets]
        for y, z in zip(*results, strict=True):
            if not bool(y.isfinite().all()):
                raise ValueError("inputs: the model's own output is not finite")
            difference = float((y - z).abs().max()) if y.numel() else 0.0
            if not difference <= TOLERANCE * max(1.0, float(y.abs().amax()) if y.numel() else 0.0):
                raise RuntimeError(
                    f"an output changes by {difference:.3g}: the channels are not dead"
                )
            worst = max(worst, difference)
    return worst


def _run(net: nn.Module, x: Tensor) -> list[Tensor]:
    """All tensors of the output, with fixed random numbers; nobody's stream is moved."""
    devices = list(range(torch.cuda.device_count()))
    with torch.no_grad(), torch.random.fork_rng(devices=devices):
        torch.manual_seed(0)
        result = net(x.double() if x.is_floating_point() else x)
    return [leaf.double() for leaf in tree_leaves(result) if isinstance(leaf, Tensor)]
