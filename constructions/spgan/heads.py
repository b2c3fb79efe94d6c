"""From regular feature maps to scalar fields and invariant features.

`OrientationPool` gives scalar fields: the group still moves their pixels. Put it behind the *last*
group convolution: what was pooled over orientations has lost them (lift again to go on).
`InvariantHead` gives numbers that the group leaves alone. A tied maximum passes its gradient to all
that attain it in equal parts, so gradients of invariant networks are equivariant, too.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor, nn

from constructions.spgan.image_groups import ImageGroup
from constructions.spgan.sizes import check_channels

__all__ = ["InvariantHead", "OrientationPool", "ProjectionHead"]

Mode = Literal["max", "mean"]


class OrientationPool(nn.Module):
    """Maximum or mean over orientations: [N, |G| * fields, H, W] -> [N, fields, H, W], scalar fields.

    Exactly equivariant. Raises ``ValueError`` for another mode or number of channels.
    """

    def __init__(self, group: ImageGroup, fields: int, mode: Mode = "max") -> None:
        super().__init__()
        if mode not in ("max", "mean"):
            raise ValueError(f"mode: must be 'max' or 'mean', got {mode!r}")
        self.group, self.fields, self.mode = group, fields, mode

    def forward(self, x: Tensor) -> Tensor:
        """The strongest (or mean) orientation of every field at every pixel."""
        check_channels(type(self).__name__, x, self.group.order * self.fields)
        split = x.unflatten(1, (self.group.order, self.fields))
        return split.amax(1) if self.mode == "max" else split.mean(1)

    def extra_repr(self) -> str:
        """Group, fields, mode."""
        return f"{self.group.name}, {self.fields}, mode={self.mode!r}"


class InvariantHead(OrientationPool):
    """`OrientationPool`, then the mean over pixels: [N, |G| * fields, H, W] -> [N, fields].

    Exactly invariant: the result does not change when the group acts. Arguments and errors as there.
    """

    def forward(self, x: Tensor) -> Tensor:
        """One number per sample and field."""
        return super().forward(x).mean((2, 3))


class ProjectionHead(nn.Module):
    """The projection discriminator on invariant features h [N, features] and labels y [N] (integers).

        D(h, y) = <h, embed(y)> + linear(h),      shape [N].

    ``linear`` and ``embed`` may be normalised by `spectral.spectral_norm`. Invariant, since h is.
    Source: Miyato and Koyama (2018), the head of the paper's conditional discriminators.
    """

    def __init__(
        self,
        features: int,
        classes: int,
        *,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 1, device=device, dtype=dtype)
        self.embed = nn.Embedding(classes, features, device=device, dtype=dtype)

    def forward(self, h: Tensor, y: Tensor) -> Tensor:
        """Scores [N]."""
        return torch.sum(h * self.embed(y), 1) + self.linear(h).flatten()
