r"""Groups of quarter turns and mirrors, and how they act on images and on feature maps.

| symbol | meaning |
|---|---|
| r | quarter turn, ``torch.rot90(k=1)`` |
| m | left-right flip; m r = r^-1 m |
| s = (k, i) | the element r^k m^i: flip i times, then turn k times |
| G, \|G\| | a group; its elements are numbered 0 ... \|G\|-1, the identity is 0 |

Everything is a left action, T_st = T_s T_t. An image x [..., H, W] becomes (s.x)(u) = x(s^-1 u); odd
turns swap H and W. A **regular** feature map has the shape [batch, |G| * fields, H, W] with the
orientation before the field, channel = h * fields + c, and becomes

    (s.F)(h, c, u) = F(s^-1 h, c, s^-1 u).

In this order a batch norm shared over orientations is a view of the tensor, in both memory formats.
`fields_of` and `channels_of` convert from and to [batch, fields, |G|, H, W], the order of escnn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor

__all__ = [
    "C1",
    "C2",
    "C4",
    "D1",
    "D2",
    "D4",
    "GROUPS",
    "ImageGroup",
    "Kind",
    "act",
    "channels_of",
    "fields_of",
]

Element = tuple[int, int]  # (quarter turns, flips)
Kind = Literal["scalar", "regular", "invariant"]


@dataclass(frozen=True)
class ImageGroup:
    """A group of quarter turns and mirrors. Use `C1`, `C2`, `C4`, `D1`, `D2`, `D4`.

    Raises ``ValueError`` when the elements do not form a group with the identity first.
    """

    name: str
    elements: tuple[Element, ...]

    def __post_init__(self) -> None:
        closed = {product(s, t) for s in self.elements for t in self.elements}
        if self.elements[:1] != ((0, 0),) or sorted(closed) != sorted(self.elements):
            raise ValueError(
                f"elements: must be a group, the identity (0, 0) first, got {self.elements}"
            )

    @property
    def order(self) -> int:
        """|G|."""
        return len(self.elements)

    @cached_property
    def table(self) -> tuple[tuple[int, ...], ...]:
        """``table[s][t]`` is the number of the element s t."""
        number = {s: n for n, s in enumerate(self.elements)}
        return tuple(tuple(number[product(s, t)] for t in self.elements) for s in self.elements)

    def inverse(self, s: int) -> int:
        """Number of s^-1."""
        return self.table[s].index(0)

    def label(self, s: int) -> str:
        """The element as a word: ``e``, ``r``, ``r2 m``, ..."""
        turns, flips = self.elements[s]
        parts = [f"r{turns}".replace("r1", "r")] * (turns > 0) + ["m"] * flips
        return " ".join(parts) or "e"

    @cached_property
    def reversed_axes(self) -> tuple[bool, bool]:
        """Whether some element reverses the direction of the rows, of the columns."""
        moved = {(k, i) for k, i in self.elements}
        turned = bool(moved & {(1, 0), (3, 0), (2, 0), (1, 1), (3, 1), (2, 1)})
        return turned, turned or (0, 1) in moved

    def act_on_image(self, s: int, x: Tensor) -> Tensor:
        """s.x for ``x`` [..., H, W]: every channel is an image of its own."""
        turns, flips = self.elements[s]
        return torch.rot90(x.flip(-1) if flips else x, turns, (-2, -1))

    def act_on_regular(self, s: int, x: Tensor) -> Tensor:
        """s.F for ``x`` [..., |G| * fields, H, W]: images move and orientations are permuted."""
        back = self.table[self.inverse(s)]  # h -> s^-1 h
        split = x.unflatten(-3, (self.order, -1))
        parts = [self.act_on_image(s, split[..., h, :, :, :]) for h in back]
        return torch.stack(parts, -4).flatten(-4, -3)


def product(s: Element, t: Element) -> Element:
    """r^k m^i r^l m^j = r^(k + (-1)^i l) m^(i+j)."""
    (k, i), (l, j) = s, t
    return (k - l if i else k + l) % 4, (i + j) % 2


C1 = ImageGroup("C1", ((0, 0),))
C2 = ImageGroup("C2", ((0, 0), (2, 0)))
C4 = ImageGroup("C4", tuple((k, 0) for k in range(4)))
D1 = ImageGroup("D1", ((0, 0), (0, 1)))
D2 = ImageGroup("D2", ((0, 0), (2, 0), (0, 1), (2, 1)))
D4 = ImageGroup("D4", tuple((k, i) for i in range(2) for k in range(4)))
GROUPS = {group.name: group for group in (C1, C2, C4, D1, D2, D4)}


def act(group: ImageGroup, s: int, x: Tensor, kind: Kind) -> Tensor:
    """s on a tensor: ``"scalar"`` images, ``"regular"`` feature maps, ``"invariant"`` numbers (unmoved)."""
    if kind == "invariant":
        return x
    if kind not in ("scalar", "regular"):
        raise ValueError(f"kind: must be scalar, regular or invariant, got {kind!r}")
    return group.act_on_image(s, x) if kind == "scalar" else group.act_on_regular(s, x)


def fields_of(group: ImageGroup, x: Tensor) -> Tensor:
    """[N, |G| * fields, H, W] seen as [N, fields, |G|, H, W]; no copy."""
    return x.unflatten(1, (group.order, -1)).transpose(1, 2)


def channels_of(x: Tensor) -> Tensor:
    """[N, fields, |G|, H, W] to [N, |G| * fields, H, W]: the inverse of `fields_of`."""
    return x.transpose(1, 2).flatten(1, 2)
