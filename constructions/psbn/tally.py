"""Counting per channel while tensors pass by, and the small conversions the monitor needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import Optimizer

__all__ = ["Average", "Count", "kept_statistics", "learning_rate", "numbers"]


class Count:
    """Values above 0 and the largest value, per channel, over any number of tensors (N, C, *)."""

    def __init__(self) -> None:
        self.n = 0  # values per channel, in all
        self.largest = 0  # and in one tensor
        self._active: Tensor | None = None
        self._top: Tensor | None = None

    def add(self, z: Tensor) -> None:
        """Count one tensor; nothing is waited for."""
        z = z.detach()
        n = z.numel() // z.shape[1]
        if not n:
            return
        axes = [0, *range(2, z.dim())]
        # a comparison into floats is summed several times faster than one into booleans
        above = torch.empty_like(z, dtype=torch.float32)
        active = torch.gt(z, 0, out=above).sum(axes).double()
        top = z.flatten(2).amax(2).amax(0) if z.dim() > 2 else z.amax(0)
        self.n, self.largest = self.n + n, max(self.largest, n)
        self._active = active if self._active is None else self._active + active
        self._top = top if self._top is None else torch.maximum(self._top, top)

    def result(self) -> tuple[Tensor | None, Tensor | None]:
        """(active fraction, largest value), each (C,); None if there was nothing."""
        return None if self._active is None else self._active / self.n, self._top


class Average:
    """The mean of the tensors added so far."""

    def __init__(self) -> None:
        self._sum: Tensor | float = 0.0
        self._number = 0

    def add(self, value: Tensor) -> Tensor:
        """Add one; returns the mean."""
        self._sum = self._sum + value
        self._number += 1
        return self._sum / self._number


def numbers(values: Tensor) -> tuple[float, ...]:
    """A vector as Python floats."""
    return tuple(values.detach().double().tolist())


def learning_rate(optimizer: Optimizer | None, parameter: Any) -> float | None:
    """eta / (1 - mu) of the parameter's group; None where that does not scale a gradient (Adam, ...)."""
    for group in () if optimizer is None else optimizer.param_groups:
        if any(parameter is p for p in group["params"]):
            plain = isinstance(optimizer, torch.optim.SGD)
            return float(group["lr"]) / (1 - group.get("momentum", 0.0)) if plain else None
    return None


@contextmanager
def kept_statistics(model: nn.Module) -> Iterator[None]:
    """Running statistics are afterwards what they were before."""
    norms = [m for m in model.modules() if isinstance(m, _BatchNorm)]
    before = [{name: b.clone() for name, b in norm.named_buffers(recurse=False)} for norm in norms]
    try:
        yield
    finally:
        with torch.no_grad():
            for norm, saved in zip(norms, before, strict=True):
                for name, value in saved.items():
                    buffer = norm.get_buffer(name)
                    if not torch.equal(buffer, value):  # a graph may hold on to it as it is
                        buffer.copy_(value)
