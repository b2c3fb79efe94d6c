"""Pooling that refuses what would break equivariance.

Both kinds act on every channel alone, so they serve images and regular feature maps; exactly
equivariant under the group at every size they accept. A size at which the last rows would be left out
(7 pooled by 2) is refused: with it, equivariance is lost for every later layer.
"""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from constructions.spgan.image_groups import ImageGroup
from constructions.spgan.sizes import check_windows

__all__ = ["AvgPool2d", "MaxPool2d"]


class Pool2d(nn.Module):
    """Windows of ``window`` pixels every ``stride`` pixels (default: the window), no padding.

    [N, C, H, W] -> [N, C, (H - w) / t + 1, ...]. Raises ``ValueError`` in a call where t does not
    divide H - w on an axis that the group reverses.
    """

    def __init__(self, group: ImageGroup, window: int, stride: int | None = None) -> None:
        super().__init__()
        self.group, self.window = group, window
        self.stride = window if stride is None else stride
        for name in ("window", "stride"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name}: must be an integer of at least 1, got {value!r}")

    def check(self, x: Tensor) -> None:
        """Refuse a size that breaks equivariance."""
        check_windows(type(self).__name__, self.group, x, (self.window, self.stride))

    def extra_repr(self) -> str:
        """Group and window."""
        return f"{self.group.name}, window={self.window}, stride={self.stride}"


class AvgPool2d(Pool2d):
    """Mean over each window. Arguments and errors: `Pool2d`."""

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, C, H', W']."""
        self.check(x)
        return F.avg_pool2d(x, self.window, self.stride)


class MaxPool2d(Pool2d):
    """Maximum of each window. Arguments and errors: `Pool2d`."""

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, C, H', W']."""
        self.check(x)
        return F.max_pool2d(x, self.window, self.stride)
