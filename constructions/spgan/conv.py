r"""Convolutions that commute with quarter turns and mirrors, exactly.

| symbol | meaning |
|---|---|
| G, \|G\| | the group: C1, C2, C4, D1, D2 or D4 |
| O, C | output fields; input channels |
| k, t, p | kernel size, stride, padding |

`LiftingConv2d` takes images (the group moves pixels only), `GroupConv2d` takes regular feature maps [N,
|G| * fields, H, W] (channel = orientation * fields + field); both give regular feature maps.
Equivariance is exact: errors are rounding, and none at all where the arithmetic is exact. The bias is
shared over orientations. The whole space of equivariant filters is spanned: O * C * k^2 weights, no
frequencies cut off.

Source: the regular-representation convolution of Cohen and Welling (2016); arXiv 2202.01129 uses it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar, Literal, get_args

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Generator, Tensor, nn

from constructions.spgan.expansion import ExpandedFilter, Sources
from constructions.spgan.filters import expand, filter_index, polar
from constructions.spgan.image_groups import ImageGroup, Kind
from constructions.spgan.sizes import check_channels, check_windows

__all__ = ["GroupConv2d", "LiftingConv2d", "orthogonal_", "take_filter_"]

PaddingMode = Literal["zeros", "circular", "reflect", "replicate"]
PADDING_MODES = get_args(PaddingMode)


class GroupConv2d(ExpandedFilter):
    """Regular feature maps to regular feature maps; exactly equivariant under ``group``.

    [N, |G| * in_fields, H, W] -> [N, |G| * out_fields, H', W'], H' = (H + 2p - k) / t + 1.

    kernel_size : k, one number. An even kernel needs padding in numbers.
    stride, padding : t and p. ``"same"`` is p = (k - 1) / 2, odd k. At each call t must divide
        H + 2p - k on every axis that the group reverses.
    padding_mode : ``"zeros"``, ``"circular"``, ``"reflect"`` or ``"replicate"``.
    generator : source of the initial weights; torch's global one by default.

    ``weight`` [O, C, k, k] is the filter of the identity, ``bias`` [O]; `filter` gives the whole.
    Raises ``ValueError`` for bad arguments, and in a call for a wrong number of channels or such a
    size.
    """

    kind: ClassVar[Kind] = "regular"
    index: Tensor
    bias: nn.Parameter | None
    padding_mode: PaddingMode
    spectral: Any  # None, or a `spectral.PowerIteration`

    def __init__(
        self,
        group: ImageGroup,
        in_fields: int,
        out_fields: int,
        kernel_size: int,
        *,
        stride: int = 1,
        padding: int | Literal["same"] = "same",
        padding_mode: PaddingMode = "zeros",
        bias: bool = True,
        generator: Generator | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        named = {"in_fields": in_fields, "out_fields": out_fields}
        for name, value in (named | {"kernel_size": kernel_size, "stride": stride}).items():
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name}: must be an integer of at least 1, got {value!r}")
        if padding_mode not in PADDING_MODES:
            raise ValueError(f"padding_mode: must be one of {PADDING_MODES}, got {padding_mode!r}")
        self.group, self.in_fields, self.out_fields = group, in_fields, out_fields
        self.kernel_size, self.stride = kernel_size, stride
        self.padding, self.padding_mode = padding_of(padding, kernel_size), padding_mode
        shape = (out_fields, self.in_channels, kernel_size, kernel_size)
        self.weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
        offset = torch.empty(out_fields, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if offset is None else nn.Parameter(offset))
        self.spectral = None
        self.register_buffer("index", self._index(), persistent=False)
        self.reset_parameters(generator)

    @property
    def in_channels(self) -> int:
        """C."""
        return self.in_fields * (self.group.order if self.kind == "regular" else 1)

    @property
    def out_channels(self) -> int:
        """|G| O."""
        return self.out_fields * self.group.order

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """The distribution of ``nn.Conv2d`` for the expanded filter: uniform up to 1 / sqrt(C k^2)."""
        bound = 1 / math.sqrt(self.weight[0].numel())
        for p in self.parameters(recurse=False):
            nn.init.uniform_(p, -bound, bound, generator=generator)
        self.restart(generator)

    def restart(self, generator: Generator | None = None) -> None:
        """Let a spectral normalisation find the norm of the present weights from a new start."""
        if self.spectral is not None:
            self.spectral.restart(self, generator)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, |G| O, H', W']."""
        check_channels(type(self).__name__, x, self.in_channels)
        window = (self.kernel_size, self.stride)
        check_windows(type(self).__name__, self.group, x, window, self.padding)
        self._check_padding(x)
        return self.convolve(x, self.filter(), self.full_bias())

    def convolve(self, x: Tensor, W: Tensor, bias: Tensor | None = None) -> Tensor:
        """The dense convolution with the filter ``W``, padded and strided as this layer does."""
        if self.padding_mode == "zeros" or not self.padding:
            return F.conv2d(x, W, bias, self.stride, self.padding)
        padded = F.pad(x, [self.padding] * 4, mode=self.padding_mode)
        return F.conv2d(padded, W, bias, self.stride)

    def _check_padding(self, x: Tensor) -> None:
        most = min(x.shape[-2:]) - (self.padding_mode == "reflect")
        if self.padding_mode in ("circular", "reflect") and self.padding > most:
            raise ValueError(
                f"input: {self.padding_mode} padding of {self.padding} pixels needs more of them, "
                f"got H, W = {tuple(x.shape[-2:])}"
            )

    def full_bias(self) -> Tensor | None:
        """The bias [|G| O]: the same for every orientation."""
        return None if self.bias is None else self.bias.repeat(self.group.order)

    def raw_filter(self) -> Tensor:
        """The filter [|G| O, C, k, k] before any normalisation, made anew."""
        return expand(self.weight, self.index)

    def _expand(self) -> Tensor:
        W = self.raw_filter()
        return W if self.spectral is None else self.spectral(W, self)

    def _sources(self) -> Sources:
        return (self.weight, *(self.spectral.buffers() if self.spectral is not None else ()))

    def _index(self) -> Tensor:
        index = filter_index(self.group, self.in_channels, self.kernel_size, self.kind)
        return index.to(self.weight.device)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> GroupConv2d:
        super()._apply(fn, recurse)
        self.index = self._index()  # `to_empty` would leave it without values
        return self

    def extra_repr(self) -> str:
        """Group, fields and geometry."""
        return (
            f"{self.group.name}, {self.in_fields}, {self.out_fields}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, padding_mode={self.padding_mode}, "
            f"bias={self.bias is not None}"
        )


class LiftingConv2d(GroupConv2d):
    """Images to regular feature maps; exactly equivariant under ``group``.

    [N, in_fields, H, W] -> [N, |G| * out_fields, H', W']: orientation g of the output is the
    correlation with the filter moved by g. Arguments and errors as in `GroupConv2d`.
    """

    kind: ClassVar[Kind] = "scalar"


def padding_of(padding: int | str, k: int) -> int:
    """p in pixels."""
    if padding == "same":
        if k % 2 == 0:
            raise ValueError(
                f"kernel_size: padding 'same' must have an odd kernel, got {k}; an even one would be "
                "padded on one side more than on the other, which no mirror or turn respects"
            )
        return (k - 1) // 2
    if not isinstance(padding, int) or padding < 0:
        raise ValueError(f"padding: must be 'same' or an integer of at least 0, got {padding!r}")
    return padding


def orthogonal_(
    layer: GroupConv2d, gain: float = 1.0, generator: Generator | None = None
) -> GroupConv2d:
    """Set the weights so that the *expanded* filter, as a matrix [|G| O, C k^2], is ``gain`` x orthogonal.

    Its rows are orthonormal, or its columns where there are fewer; where equivariance forbids both (1 x
    1 lifting: all orientations see the same pixel) its singular values are ``gain`` or 0. Returns
    ``layer``.
    """
    with torch.no_grad():
        w = torch.empty_like(layer.weight, dtype=torch.float64)
        nn.init.normal_(w, generator=generator)
        matrix = polar(expand(w, layer.index).flatten(1))
        # the rows of the identity come first
        layer.weight.copy_(gain * matrix[: layer.out_fields].view_as(w))
    layer.restart(generator)
    return layer


@torch.no_grad()
def take_filter_(layer: GroupConv2d, W: Tensor, tolerance: float = 1e-5) -> GroupConv2d:
    """Set the weights from a whole equivariant filter ``W`` [|G| O, C, k, k]. Returns ``layer``.

    The filter of an escnn layer (regular fields, C4 or D4, whose elements are numbered as here) is one after
    ``W.view(O, G, C, G, k, k).permute(1, 0, 3, 2, 4, 5).reshape(G * O, G * C, k, k)``.

    Raises ``ValueError`` for another shape, or when some entry differs from the filter expanded from
    the first O rows by more than ``tolerance`` times the largest.
    """
    shape = (layer.out_channels, *layer.weight.shape[1:])
    if W.shape != shape:
        raise ValueError(f"W: must have shape {tuple(shape)}, got {tuple(W.shape)}")
    w = W[: layer.out_fields].contiguous()
    gap = (expand(w, layer.index) - W).abs().amax().item()
    if not gap <= tolerance * W.abs().amax().item():
        raise ValueError(
            f"W: must be {layer.group.name}-equivariant, some entry is off by {gap:.3g}"
        )
    layer.weight.copy_(w)
    layer.restart()
    return layer
