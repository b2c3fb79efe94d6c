"""Normalisation of regular feature maps: statistics and parameters of a field are shared by its orientations.

Exactly equivariant under the group, training and evaluation alike: mean and variance are sums over
everything that the group permutes. With one mean per orientation they would not be.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from constructions.spgan.image_groups import ImageGroup, channels_of, fields_of
from constructions.spgan.sizes import check_channels

__all__ = ["FieldNorm2d", "GroupBatchNorm2d"]


class GroupBatchNorm2d(nn.BatchNorm2d):
    """``nn.BatchNorm2d`` with one mean and variance per field, over batch, orientations and pixels.

    [N, |G| * fields, H, W] -> the same. All other arguments, buffers and parameters [fields] as in
    torch; the running variance is the unbiased one of N |G| H W numbers. No copy is made in either
    memory format.
    """

    def __init__(self, group: ImageGroup, fields: int, **kwargs: Any) -> None:
        super().__init__(fields, **kwargs)
        self.group = group

    def forward(self, input: Tensor) -> Tensor:
        """Normalised, shape and memory format of the input."""
        check_channels("GroupBatchNorm2d", input, self.group.order * self.num_features)
        N, C, H, W = input.shape
        if not is_channels_last(input):
            folded = input.reshape(N * self.group.order, self.num_features, H, W)
            return super().forward(folded).reshape(N, C, H, W)
        # orientations go to the columns: [N, H, W, |G| * fields] is [N, H, W * |G|, fields] in memory
        folded = input.permute(0, 2, 3, 1).reshape(N, H, W * self.group.order, self.num_features)
        normed = super().forward(folded.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return normed.reshape(N, H, W, C).permute(0, 3, 1, 2)

    def extra_repr(self) -> str:
        """Group and torch's."""
        return f"{self.group.name}, {super().extra_repr()}"


class FieldNorm2d(nn.Module):
    """Group norm over whole fields: statistics of one sample, over ``parts`` sets of fields.

    parts = fields (default) is instance norm shared over orientations, parts = 1 layer norm. Exactly
    equivariant. Raises ``ValueError`` when parts does not divide fields.
    """

    weight: nn.Parameter | None
    bias: nn.Parameter | None

    def __init__(
        self,
        group: ImageGroup,
        fields: int,
        parts: int | None = None,
        *,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.group, self.fields, self.eps = group, fields, eps
        self.parts = fields if parts is None else parts
        if self.parts < 1 or fields % self.parts:
            raise ValueError(f"parts: must divide the {fields} fields, got {parts}")
        for name in ("weight", "bias"):
            value = torch.empty(fields, device=device, dtype=dtype) if affine else None
            self.register_parameter(name, None if value is None else nn.Parameter(value))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1, bias 0."""
        for p, value in ((self.weight, 1.0), (self.bias, 0.0)):
            if p is not None:
                nn.init.constant_(p, value)

    def forward(self, x: Tensor) -> Tensor:
        """[N, |G| * fields, H, W], normalised."""
        check_channels("FieldNorm2d", x, self.group.order * self.fields)
        by_field = fields_of(self.group, x)
        normed = F.group_norm(by_field, self.parts, self.weight, self.bias, self.eps)
        return channels_of(normed)

    def extra_repr(self) -> str:
        """Group, fields, parts."""
        return f"{self.group.name}, {self.fields}, parts={self.parts}, eps={self.eps}"


def is_channels_last(x: Tensor) -> bool:
    """Whether the channels lie next to each other (and the tensor is not contiguous as well)."""
    return not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last)
