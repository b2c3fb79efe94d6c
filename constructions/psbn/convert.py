"""From batch normalisation to post-shifted and back, in a network that may already have been trained.

Layers are changed in place, by their class: the module objects, their parameters, buffers, hooks,
parametrizations and training flags stay, and so does whatever refers to them (optimisers, shared
uses). With ``preserve`` the bias is moved by -alpha (back: +alpha), so the network's function is kept up
to the rounding of one addition. A conversion is checked for the whole network before anything is touched.

``torch.nn.SyncBatchNorm.convert_sync_batchnorm`` and other helpers that rebuild a BatchNorm from its
fields lose alpha without a word; use `convert_sync_psbn` here, or `to_batchnorm` first.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.parameter import is_lazy
from torch.nn.utils import parametrize

from constructions.psbn import layers
from constructions.psbn.layers import Alpha, PostShifted

__all__ = ["convert_psbn", "convert_sync_psbn", "revert_psbn", "to_batchnorm"]

Filter = Callable[[str, nn.Module], bool]
Named = tuple[str, Any]  # (path, layer)

SHIFTED: dict[type, type] = {
    nn.BatchNorm1d: layers.PostShiftedBatchNorm1d,
    nn.BatchNorm2d: layers.PostShiftedBatchNorm2d,
    nn.BatchNorm3d: layers.PostShiftedBatchNorm3d,
    nn.LazyBatchNorm1d: layers.LazyPostShiftedBatchNorm1d,
    nn.LazyBatchNorm2d: layers.LazyPostShiftedBatchNorm2d,
    nn.LazyBatchNorm3d: layers.LazyPostShiftedBatchNorm3d,
    nn.SyncBatchNorm: layers.PostShiftedSyncBatchNorm,
}
PLAIN = {shifted: stock for stock, shifted in SHIFTED.items()}


def convert_psbn(
    module: nn.Module,
    alpha: Alpha = 0.1,
    *,
    preserve: bool = True,
    filter_fn: Filter | None = None,
    subclasses: Literal["error", "keep"] = "error",
) -> nn.Module:
    """Make every BatchNorm below ``module`` (itself included) post-shifted; returns ``module``.

    preserve : subtract alpha from the bias, so that the outputs stay. ``False`` shifts them by alpha.
    filter_fn : ``(path, layer) -> bool``, which layers to convert; see `pairs.before_relu`.
    subclasses : what to do with a layer whose class only derives from BatchNorm, or whose forward is
        patched, and that may compute something else; and with scripted modules, which cannot be
        converted: ``"error"``, or ``"keep"`` it as it is. Post-shifted layers are always kept.

    Raises ``TypeError`` for such a layer, ``ValueError`` where the function cannot be preserved (no
    bias, a bias shared with a layer that is not converted, a lazy layer before its first batch), for an
    alpha that a layer cannot hold and other ``subclasses``, ``RuntimeError`` for a bias that torch does not
    write to (expanded, or made in inference mode). Nothing has been changed then.
    """
    if subclasses not in ("error", "keep"):
        raise ValueError(f"subclasses: must be 'error' or 'keep', got {subclasses!r}")
    chosen, others = [], []
    for path, layer in _norms(module, filter_fn, scripted=subclasses == "keep"):
        wanted = filter_fn is None or filter_fn(path, layer)
        own = "forward" not in vars(layer)
        known = own and parametrize.type_before_parametrizations(layer) in SHIFTED
        if not known and wanted and subclasses == "error" and not isinstance(layer, PostShifted):
            what = "derives from BatchNorm" if own else "has a patched forward"
            raise TypeError(
                f"{path or 'module'}: {type(layer).__name__} {what} and may compute "
                "something else; leave it out (filter_fn) or say subclasses='keep'"
            )
        (chosen if known and wanted else others).append((path, layer))
    constant = layers.plain(alpha)
    for path, layer in chosen:
        _fits(path, layer, constant)
    _change(chosen, others, constant if preserve else None, sign=-1)
    for _, layer in chosen:
        _become(layer, SHIFTED)
        layer.set_alpha(alpha)
    return module


def revert_psbn(
    module: nn.Module, *, preserve: bool = True, filter_fn: Filter | None = None
) -> nn.Module:
    """The inverse of `convert_psbn`: plain BatchNorm layers, with bias + alpha if ``preserve``.

    Raises ``ValueError`` as `convert_psbn` does, ``TypeError`` for a subclass of ours and scripted modules.
    """
    chosen, others = [], []
    for path, layer in _norms(module, filter_fn):
        wanted = isinstance(layer, PostShifted) and (filter_fn is None or filter_fn(path, layer))
        if wanted and parametrize.type_before_parametrizations(layer) not in PLAIN:
            raise TypeError(f"{path or 'module'}: {type(layer).__name__} has no plain counterpart")
        (chosen if wanted else others).append((path, layer))
    _change(chosen, others, "own" if preserve else None, sign=1)
    for _, layer in chosen:
        del layer.alpha, layer.initial_alpha, layer.bn_load
        _become(layer, PLAIN)
    return module


def to_batchnorm(layer: PostShifted) -> _BatchNorm:
    """A plain BatchNorm with the function of ``layer``, which stays as it is. Raises as `revert_psbn`."""
    return revert_psbn(copy.deepcopy(layer))  # type: ignore[return-value]


def convert_sync_psbn(module: nn.Module, process_group: Any | None = None) -> nn.Module:
    """Make every `PostShiftedBatchNorm1d/2d/3d` a `PostShiftedSyncBatchNorm`, in place.

    Returns ``module``. Plain BatchNorm layers are left to ``nn.SyncBatchNorm.convert_sync_batchnorm``:
    call that *before* `convert_psbn`, or this *after* it; never torch's on a post-shifted layer.
    Raises ``TypeError`` for scripted modules.
    """
    kinds = [layers.PostShiftedBatchNorm1d, layers.PostShiftedBatchNorm2d]
    synchronised = dict.fromkeys(
        [*kinds, layers.PostShiftedBatchNorm3d], layers.PostShiftedSyncBatchNorm
    )
    for _, layer in _norms(module):
        if parametrize.type_before_parametrizations(layer) in synchronised:
            _become(layer, synchronised)
            layer.process_group = process_group
    return module


def _norms(
    module: nn.Module, filter_fn: Filter | None = None, *, scripted: bool = False
) -> list[Named]:
    """Every BatchNorm of any kind, once, with the first path to it; ``TypeError`` for a scripted module."""
    named = list(module.named_modules())
    for path, m in named:
        wanted = filter_fn is None or filter_fn(path, m)
        if isinstance(m, torch.jit.ScriptModule) and wanted and not scripted:
            raise TypeError(f"{path or 'module'}: is scripted; convert first, script afterwards")
    return [(path, m) for path, m in named if isinstance(m, _BatchNorm)]


def _fits(path: str, layer: Any, constant: float | tuple[float, ...]) -> None:
    like = next((t for t in (layer.weight, layer.running_mean) if t is not None), None)
    layers.constant(constant, dtype=None if like is None else like.dtype)
    if isinstance(constant, tuple) and layer.num_features not in (0, len(constant)):
        raise ValueError(
            f"alpha: {len(constant)} numbers given, {path or 'module'} has {layer.num_features} channels"
        )


def _change(chosen: Iterable[Named], others: Iterable[Named], alpha: Any, *, sign: int) -> None:
    """Move the biases by sign * alpha (``"own"``: each layer's), every shared bias once; None: not at all."""
    if alpha is None:
        return
    kept = {id(_stored_bias(layer)) for _, layer in others if layer.bias is not None}
    moves: dict[int, tuple[str, Any, Tensor]] = {}
    for path, layer in chosen:
        _movable(path or "module", layer, kept)
        bias = layer.bias
        if isinstance(alpha, str):
            shift = layer.alpha.to(bias.dtype)
        else:
            shift = layers.constant(alpha, bias.device, bias.dtype)
        key = id(_stored_bias(layer))
        if key in moves and not torch.equal(moves[key][2], shift):
            raise ValueError(f"{path}: shares its bias with {moves[key][0]}, but not its alpha")
        moves.setdefault(key, (path, layer, shift))
    before: list[tuple[Any, Tensor]] = []
    try:
        for _, layer, shift in moves.values():
            old = layer.bias.detach().clone()
            _set_bias(layer, old + sign * shift)
            before.append((layer, old))
    except RuntimeError:  # a tensor that torch does not write to: all or nothing
        for layer, old in before:
            _set_bias(layer, old)
        raise


def _set_bias(layer: Any, value: Tensor) -> None:
    with torch.no_grad():
        if parametrize.is_parametrized(layer, "bias"):
            layer.bias = value
        else:
            layer.bias.copy_(value)


def _movable(path: str, layer: Any, kept: set[int]) -> None:
    """Complain where moving the bias cannot keep the function."""
    rule = "cannot be converted without changing its output; leave it out or say preserve=False"
    if layer.bias is None:
        raise ValueError(f"{path}: has no bias, so it {rule}")
    if is_lazy(layer.bias):
        raise ValueError(f"{path}: has not seen its first batch, so it {rule}")
    if id(_stored_bias(layer)) in kept:
        raise ValueError(f"{path}: shares its bias with a layer that stays, so it {rule}")


def _stored_bias(layer: Any) -> Any:
    """The parameter behind the bias."""
    if parametrize.is_parametrized(layer, "bias"):
        return layer.parametrizations.bias
    return layer.bias


def _become(layer: Any, classes: dict[type, type]) -> None:
    """Change the class and nothing else; a parametrized layer has one made for it alone: make its like."""
    own = type(layer)
    if own in classes:
        layer.__class__ = classes[own]
        return
    layer.__class__ = parametrized_class(
        own, classes[parametrize.type_before_parametrizations(layer)]
    )


def parametrized_class(own: type, base: type) -> type:
    """A new class for one parametrized module: what torch has put into ``own``, on another base."""
    generated = {
        name: value
        for name, value in vars(own).items()
        if name not in ("__dict__", "__weakref__", "__module__", "__doc__")
    }
    return type(f"Parametrized{base.__name__}", (base,), generated)
