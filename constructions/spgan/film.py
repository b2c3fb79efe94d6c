"""Feature-wise linear modulation of regular feature maps, shared over orientations.

    FiLM(x, c) = (1 + gamma(c)) x + beta(c),      gamma, beta : one number per sample and field.

The condition c is a vector on which the group acts trivially (latent, label), so the layer is exactly
equivariant in x for every fixed c. With a number per orientation it would not be.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from constructions.spgan.image_groups import ImageGroup
from constructions.spgan.sizes import check_channels

__all__ = ["FiLM"]


class FiLM(nn.Module):
    """[N, |G| * fields, H, W] and a condition [N, features] -> [N, |G| * fields, H, W].

    ``linear`` makes gamma and beta [N, fields] each; it may be normalised by `spectral.spectral_norm`.
    Raises ``ValueError`` for a wrong number of channels or a condition of another shape.
    """

    def __init__(
        self,
        group: ImageGroup,
        fields: int,
        features: int,
        *,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.group, self.fields, self.features = group, fields, features
        self.linear = nn.Linear(features, 2 * fields, device=device, dtype=dtype)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """(1 + gamma) x + beta."""
        check_channels("FiLM", x, self.group.order * self.fields)
        if condition.shape != (len(x), self.features):
            raise ValueError(
                f"condition: must have shape {(len(x), self.features)}, got {tuple(condition.shape)}"
            )
        return modulate(x, self.linear(condition), self.group.order)


def modulate(x: Tensor, numbers: Tensor, orientations: int) -> Tensor:
    """``numbers`` [N, 2 * fields] holds gamma, then beta; every orientation gets the same."""
    gamma, beta = torch.chunk(numbers, 2, 1)
    scale = (1 + gamma).repeat(1, orientations)[:, :, None, None]
    return x * scale + beta.repeat(1, orientations)[:, :, None, None]
