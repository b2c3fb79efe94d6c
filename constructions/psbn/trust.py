"""When a layer computes what its class says; a model put into a mode and back.

A proof reads a layer's parameters and trusts its forward pass. It must not where the class is a foreign one
with a forward pass of its own, where a hook may change what goes in or comes out, or where ``forward`` has
been patched on the instance. A hook that only looks may be marked so (`only_looks`), as the monitor's are.
Taken for granted: nobody patches torch's classes and functions themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from torch import nn
from torch.nn.modules import module as torch_module
from torch.nn.utils.parametrize import type_before_parametrizations

from constructions.psbn.convert import PLAIN, SHIFTED
from constructions.psbn.relu_op import (
    PostShiftedBatchNormReLU1d,
    PostShiftedBatchNormReLU2d,
    PostShiftedBatchNormReLU3d,
)

__all__ = [
    "LINEAR",
    "as_built",
    "evaluating",
    "foreign",
    "in_mode",
    "known_linear",
    "known_norm",
    "only_looks",
]

LINEAR = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
NORMS = (
    *SHIFTED,
    *PLAIN,
    PostShiftedBatchNormReLU1d,
    PostShiftedBatchNormReLU2d,
    PostShiftedBatchNormReLU3d,
)
Hook = TypeVar("Hook", bound=Callable[..., Any])


def only_looks(hook: Hook) -> Hook:
    """Mark a forward (pre-)hook that changes neither values nor layers; usable as a decorator."""
    hook.only_looks = True  # type: ignore[attr-defined]
    return hook


def foreign(hooks: Iterable[Any]) -> bool:
    """Whether one of the hooks may change something."""
    return any(not getattr(hook, "only_looks", False) for hook in hooks)


def as_built(layer: nn.Module) -> bool:
    """Whether a layer runs the forward pass of its class and nothing around it."""
    around = (
        torch_module._global_forward_pre_hooks,
        torch_module._global_forward_hooks,
        layer._forward_pre_hooks,
        layer._forward_hooks,
    )
    return "forward" not in vars(layer) and not any(foreign(hooks.values()) for hooks in around)


def known_norm(layer: nn.Module) -> bool:
    """Whether a layer is a norm of torch or of ours (no subclass), as it was built."""
    return type_before_parametrizations(layer) in NORMS and as_built(layer)


def known_linear(layer: nn.Module) -> bool:
    """Whether a layer is ``nn.Linear`` or ``nn.Conv1d/2d/3d`` (no subclass), as it was built."""
    return type_before_parametrizations(layer) in LINEAR and as_built(layer)


@contextmanager
def in_mode(model: nn.Module, training: bool) -> Iterator[None]:
    """In training or evaluation inside; every module's own mode afterwards.

    A model that is in that mode is left as it is, with the layers that differ from it (frozen norms, dropout
    kept on); any other is switched by its own ``train()``.
    """
    if model.training == training:
        yield
        return
    with _kept_modes(model):
        model.train(training)
        yield


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Every module in evaluation mode inside; its own mode afterwards."""
    with _kept_modes(model):
        model.eval()
        yield


@contextmanager
def _kept_modes(model: nn.Module) -> Iterator[None]:
    modes = {module: module.training for module in model.modules()}
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
