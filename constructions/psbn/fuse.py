"""Folding a post-shifted norm in evaluation mode into the linear map before it.

``torch.nn.utils.fuse_conv_bn_eval`` accepts a post-shifted layer and drops alpha: its result is off by alpha
everywhere.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvTransposeNd
from torch.nn.utils import parametrize

from constructions.psbn import layers
from constructions.psbn.convert import PLAIN, SHIFTED, parametrized_class
from constructions.psbn.layers import PostShifted
from constructions.psbn.trust import as_built

__all__ = ["fuse_conv_psbn_eval"]

Linear = TypeVar("Linear", bound=nn.Module)

ANY = (nn.SyncBatchNorm, layers.PostShiftedSyncBatchNorm)
ONE = (nn.BatchNorm1d, layers.PostShiftedBatchNorm1d, *ANY)
TWO = (nn.BatchNorm2d, layers.PostShiftedBatchNorm2d, *ANY)
THREE = (nn.BatchNorm3d, layers.PostShiftedBatchNorm3d, *ANY)
#: The norms that take what a map puts out.
BEHIND: dict[type, tuple[type, ...]] = {
    nn.Linear: ONE,
    **dict.fromkeys((nn.Conv1d, nn.ConvTranspose1d), ONE),
    **dict.fromkeys((nn.Conv2d, nn.ConvTranspose2d), TWO),
    **dict.fromkeys((nn.Conv3d, nn.ConvTranspose3d), THREE),
}


def fuse_conv_psbn_eval(linear: Linear, norm: _BatchNorm) -> Linear:
    """One layer that computes ``norm(linear(x))``; both must be in evaluation mode.

    linear : ``nn.Conv1d/2d/3d``, ``nn.ConvTranspose1d/2d/3d`` (any groups, stride, padding) or ``nn.Linear``
        with outputs (N, C).
    norm : post-shifted or plain, with running statistics. Neither argument is changed.

    Raises ``TypeError`` for other layers, subclasses included, and norms of another dimension; ``ValueError``
    for training mode, missing statistics, other sizes, and for forward hooks (old weight norm is one) or a
    patched forward, which the fused layer would not run.
    """
    _check(linear, norm)
    fused: Any = copy.deepcopy(linear)
    if parametrize.is_parametrized(fused):
        # a copy shares the class with its original, and removing works on the class
        base = parametrize.type_before_parametrizations(fused)
        fused.__class__ = parametrized_class(type(fused), base)
        for name in [*fused.parametrizations]:
            parametrize.remove_parametrizations(fused, name)
    # the sums are done in double: one rounding, at the end
    var, mean = norm.running_var.double(), norm.running_mean.double()  # type: ignore[union-attr]
    scale = (var + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight.detach().double()
    shift = -mean * scale
    if norm.bias is not None:
        shift = shift + norm.bias.detach().double()
    if isinstance(norm, PostShifted):
        shift = shift + norm.alpha.double()
    old = fused.weight.detach().double()
    if fused.bias is not None:
        shift = shift + fused.bias.detach().double() * scale
    weight = (old * _along_outputs(scale, fused)).to(fused.weight.dtype)
    trainable = fused.weight.requires_grad
    fused.weight = nn.Parameter(weight, trainable)
    fused.bias = nn.Parameter(shift.to(weight.dtype), trainable)
    return fused


def _along_outputs(scale: Any, linear: Any) -> Any:
    """``scale`` (C,) shaped to multiply a weight per output channel."""
    flat = [1] * (linear.weight.dim() - 2)
    if not isinstance(linear, _ConvTransposeNd):
        return scale.reshape(-1, 1, *flat)
    # a transposed weight is (inputs, outputs / groups, ...), the inputs in order of the groups
    inputs, outputs, groups = linear.weight.shape[0], linear.weight.shape[1], linear.groups
    return (
        scale.reshape(groups, outputs)
        .repeat_interleave(inputs // groups, 0)
        .reshape(inputs, outputs, *flat)
    )


def _check(linear: Any, norm: Any) -> None:
    kinds = [parametrize.type_before_parametrizations(layer) for layer in (linear, norm)]
    if kinds[0] not in BEHIND:
        raise TypeError(
            "linear: must be a convolution or nn.Linear of torch's own class, "
            f"got {type(linear).__name__}"
        )
    if kinds[1] not in (*SHIFTED, *PLAIN):
        raise TypeError(f"norm: must be a BatchNorm, plain or shifted, got {type(norm).__name__}")
    if kinds[1] not in BEHIND[kinds[0]]:
        raise TypeError(
            f"norm: {kinds[1].__name__} does not take what {kinds[0].__name__} puts out"
        )
    for name, layer in (("linear", linear), ("norm", norm)):
        if not as_built(layer):
            raise ValueError(
                f"{name}: has hooks or a patched forward, which one layer would not run"
            )
    if linear.training or norm.training:
        raise ValueError("linear, norm: must both be in evaluation mode")
    if norm.running_mean is None or norm.running_var is None:
        raise ValueError("norm: has no running statistics, so it is no fixed map")
    outputs = linear.out_features if isinstance(linear, nn.Linear) else linear.out_channels
    if outputs != norm.num_features:
        raise ValueError(f"norm: must have {outputs} channels, got {norm.num_features}")
