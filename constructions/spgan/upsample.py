"""Upsampling by whole factors: exactly equivariant under quarter turns and mirrors, at every size.

It acts on every channel alone, so it serves images and regular feature maps. ``"nearest"`` copies
numbers (no rounding at all); ``"bilinear"`` is the one with half-pixel centres. Aligned corners or a
fractional factor would depend on the side from which pixels are counted.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

__all__ = ["Upsample2d"]


class Upsample2d(nn.Module):
    """[N, C, H, W] -> [N, C, factor H, factor W].

    Raises ``ValueError`` for a factor that is no integer of at least 1 or another mode.
    """

    def __init__(self, factor: int, mode: Literal["nearest", "bilinear"] = "nearest") -> None:
        super().__init__()
        if not isinstance(factor, int) or factor < 1:
            raise ValueError(f"factor: must be an integer of at least 1, got {factor!r}")
        if mode not in ("nearest", "bilinear"):
            raise ValueError(f"mode: must be 'nearest' or 'bilinear', got {mode!r}")
        self.factor, self.mode = factor, mode

    def forward(self, x: Tensor) -> Tensor:
        """Each pixel becomes ``factor`` x ``factor`` pixels."""
        return F.interpolate(x, scale_factor=float(self.factor), mode=self.mode)

    def extra_repr(self) -> str:
        """Factor and mode."""
        return f"{self.factor}, mode={self.mode!r}"
