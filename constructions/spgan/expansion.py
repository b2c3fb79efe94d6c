"""When an expanded filter may be used again: in evaluation, and within one step on request.

A filter kept for evaluation belongs to the values it was made from. On a CPU these are compared number
by number at every call (a few microseconds), so nothing can make it stale, not even writing through
``weight.data``. On an accelerator a comparison would wait for the device; there the tensors and their
version counters are compared, which every in-place operation raises except those through ``.data``;
after such a write, call ``net.train(False)``, which drops what is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch._C._functorch import is_functorch_wrapped_tensor

__all__ = ["ExpandedFilter", "shared_filters"]

Sources = tuple[Tensor, ...]


@dataclass(frozen=True)
class Kept:
    """A filter, the tensors it was made from, their values (CPU) or versions, and the mode it was made in."""

    filter: Tensor
    sources: Sources
    values: tuple[Tensor | int, ...]
    inference: bool

    @classmethod
    def of(cls, filter: Tensor, sources: Sources) -> Kept:
        """Remember ``filter`` with what `still_holds` needs."""
        values = tuple(
            s.detach().clone() if s.device.type == "cpu" else s._version for s in sources
        )
        return cls(filter, sources, values, torch.is_inference_mode_enabled())

    def still_holds(self, sources: Sources) -> bool:
        """Whether the filter would come out the same from these tensors."""
        return self.inference == torch.is_inference_mode_enabled() and all(
            same(new, old, value)
            for new, old, value in zip(sources, self.sources, self.values, strict=True)
        )


def same(new: Tensor, old: Tensor, value: Tensor | int) -> bool:
    """Whether ``new`` still has the remembered value."""
    if isinstance(value, int):
        return new is old and new._version == value
    return new.device == value.device and new.dtype == value.dtype and torch.equal(new, value)


class ExpandedFilter(nn.Module):
    """Base of the layers with an expanded filter: says when to make it anew.

    A subclass has `_expand` (make it) and `_sources` (all tensors it depends on).
    """

    _kept: Kept | None = None
    _shared: dict[bool, Tensor] | None = None  # by whether gradients are wanted

    def _expand(self) -> Tensor:
        raise NotImplementedError

    def _sources(self) -> Sources:
        raise NotImplementedError

    def filter(self) -> Tensor:
        """The filter [|G| * O, C, k, k] that is convolved with: made now, or kept."""
        if torch.compiler.is_compiling():
            return self._expand()
        if self._shared is not None:
            graph = torch.is_grad_enabled()
            if graph not in self._shared:
                self._shared[graph] = self._expand()
            return self._shared[graph]
        sources = self._sources()
        if self.training or not all(keepable(s) for s in sources):
            self._kept = None
            return self._expand()
        if self._kept is None or not self._kept.still_holds(sources):
            self._kept = Kept.of(self._expand(), sources)
        return self._kept.filter

    def train(self, mode: bool = True) -> ExpandedFilter:
        """As in torch; a kept filter is dropped."""
        self._kept = None
        return super().train(mode)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> ExpandedFilter:
        self._kept = None
        return super()._apply(fn, recurse)

    def __getstate__(self) -> dict[str, object]:
        """Copies and saved modules do not carry the kept filter."""
        return {k: v for k, v in self.__dict__.items() if k not in ("_kept", "_shared")}


def keepable(source: Tensor) -> bool:
    """Whether a filter made from this tensor needs no graph and can be compared later."""
    if torch.is_grad_enabled() and source.requires_grad:
        return False
    if is_functorch_wrapped_tensor(source):  # it must not outlive its transform
        return False
    return type(source) in (nn.Parameter, Tensor) and not source.is_meta


@contextmanager
def shared_filters(net: nn.Module) -> Iterator[nn.Module]:
    """Inside, every layer of ``net`` expands its filter once (one power iteration too) and uses it again.

    For a step in which a discriminator sees real and fake images in two passes. The passes share the
    graph of the expansion: add the losses and call ``backward`` once. Do not change weights, device or
    dtype inside.
    """
    layers = [m for m in net.modules() if isinstance(m, ExpandedFilter)]
    before = [layer._shared for layer in layers]
    for layer in layers:
        layer._shared = {} if layer._shared is None else layer._shared
    try:
        yield net
    finally:
        for layer, shared in zip(layers, before, strict=True):
            layer._shared = shared
