"""Which sizes keep a moving window equivariant.

A window of w pixels that moves in steps of t over n pixels, padded by p on both sides, stops at the
positions -p, -p + t, ... The set of these windows is its own mirror image exactly when it also ends
flush with the padded image, i.e. when t divides n + 2p - w. Otherwise the last rows are left out, but
the mirror image leaves out the first ones: that is how pooling 7 -> 3 breaks a network (and with it a
released discriminator).
"""

from __future__ import annotations

from torch import Tensor

from constructions.spgan.image_groups import ImageGroup

__all__ = ["check_channels", "check_windows"]


def check_windows(
    what: str, group: ImageGroup, x: Tensor, window: tuple[int, int], padding: int = 0
) -> None:
    """Refuse a size of ``x`` [N, C, H, W] at which windows of (w, step) are not symmetric.

    Only the axes that some element of the group reverses count. Raises ``ValueError`` that names
    size, window and rule.
    """
    w, step = window
    for axis, size, counts in zip("HW", x.shape[-2:], group.reversed_axes, strict=True):
        room = size + 2 * padding - w
        if room < 0:
            raise ValueError(
                f"input: {what} needs {axis} + 2 * {padding} >= {w} (its window), got {axis} = {size}"
            )
        if counts and room % step:
            raise ValueError(
                f"input: {what} with window {w}, step {step}, padding {padding} is {group.name}-equivariant "
                f"only where {step} divides {axis} + 2 * {padding} - {w}, got {axis} = {size}"
            )


def check_channels(what: str, x: Tensor, channels: int) -> None:
    """Refuse anything but [N, channels, H, W]."""
    if x.ndim != 4 or x.shape[1] != channels:
        raise ValueError(f"input: {what} takes [N, {channels}, H, W], got shape {tuple(x.shape)}")
