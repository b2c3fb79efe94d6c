r"""The Haar layer: x -> T_s x with s uniform on the group, redrawn at every pass.

| symbol | meaning |
|---|---|
| Sigma | the group; its order is k |
| T_s | the action, from the left: T_{st} = T_s T_t |
| s = i n + j | element r^j m^i of D_n: reflect if i = 1, then turn j times; C_n has i = 0 only |

With (z, s) from P_Z x mu, g'(z, s) = T_s g(z) is equivariant for t.(z, s) = (z, ts), and its law is the
symmetrised law of g(z); every invariant law arises so (spgan.T7). Invariance of a critic is the mean over
the whole orbit; a mean over some random elements would not be.

Actions here: C_n and D_n on the plane, r a turn by 2 pi / n and m the mirror x -> -x; the same embedded
in R^d by an isometry V, T_s = V R_s V' + (I - V V'); and the groups of `image_groups` on images
(..., H, W). All are isometries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from constructions.spgan.image_groups import GROUPS, ImageGroup

__all__ = ["Action", "ImageAction", "LinearAction", "embedded", "haar", "image", "plane"]


class Action(Protocol):
    """A finite group that acts on points; elements are the numbers 0 (the identity) to order - 1."""

    @property
    def order(self) -> int:
        """How many elements, k."""
        ...

    def __call__(self, x: Tensor, s: Tensor) -> Tensor:
        """T_s x: points (..., B, *event), elements (..., B)."""
        ...

    def orbit(self, x: Tensor) -> Tensor:
        """(k, *x.shape): T_s x for every s."""
        ...


def _parsed(name: str) -> tuple[int, int]:
    """(n, mirrors): C4 -> (4, 1), D4 -> (4, 2)."""
    found = re.fullmatch(r"([CD])([1-9]\d{0,2})", name)
    if not found:
        raise ValueError(f"name: must be C or D and a number from 1 to 999, got {name!r}")
    return int(found[2]), 2 if found[1] == "D" else 1


@dataclass(frozen=True, eq=False)
class LinearAction:
    """Orthogonal matrices (k, d, d), the identity first."""

    name: str
    matrices: Tensor

    @property
    def order(self) -> int:
        """k."""
        return len(self.matrices)

    def __call__(self, x: Tensor, s: Tensor) -> Tensor:
        """(..., B, d): the matrix of s times x, in the precision of x."""
        return (self.matrices.to(x)[s] @ x.unsqueeze(-1)).squeeze(-1)

    def orbit(self, x: Tensor) -> Tensor:
        """(k, ..., B, d)."""
        return torch.stack([x @ one.mT for one in self.matrices.to(x)])


def plane(name: str) -> LinearAction:
    """C_n or D_n, e.g. ``"C16"``, ``"D4"``, on R^2, in double precision.

    Quarter turns have exact entries. Raises ``ValueError`` for other names.
    """
    n, mirrors = _parsed(name)
    quarters = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]
    turn = 2 * torch.pi / n
    found = []
    for i in range(mirrors):
        mirror = torch.diag(torch.tensor([1.0 - 2 * i, 1.0], dtype=torch.float64))
        for j in range(n):
            angle = torch.tensor(j * turn, dtype=torch.float64)
            c, s = quarters[4 * j // n] if 4 * j % n == 0 else (angle.cos(), angle.sin())
            found.append(torch.tensor([[c, -s], [s, c]], dtype=torch.float64) @ mirror)
    return LinearAction(name, torch.stack(found))


def embedded(action: LinearAction, V: Tensor) -> LinearAction:
    """T_s = V R_s V' + (I - V V') on R^d, for V (d, 2) with orthonormal columns.

    Raises ``ValueError`` for another V.
    """
    V = V.double()
    low = action.matrices.shape[-1]
    if V.shape[1:] != (low,) or not torch.allclose(V.mT @ V, torch.eye(low).double(), atol=1e-6):
        raise ValueError(f"V: must have {low} orthonormal columns, got shape {tuple(V.shape)}")
    rest = torch.eye(len(V), dtype=torch.float64) - V @ V.mT
    return LinearAction(action.name, V @ action.matrices @ V.mT + rest)


@dataclass(frozen=True)
class ImageAction:
    """A group of quarter turns and mirrors on images (..., H, W): pixels move, nothing is rounded."""

    group: ImageGroup

    @property
    def order(self) -> int:
        """k."""
        return self.group.order

    def __call__(self, x: Tensor, s: Tensor) -> Tensor:
        """(..., B, C, H, W): T_s x for elements s (..., B)."""
        out = torch.empty_like(x)
        for one in range(self.order):
            chosen = s == one
            out[chosen] = self.group.act_on_image(one, x[chosen])
        return out

    def orbit(self, x: Tensor) -> Tensor:
        """(k, ..., H, W)."""
        return torch.stack([self.group.act_on_image(s, x) for s in range(self.order)])


def image(name: str) -> ImageAction:
    """C1, C2, C4, D1, D2 or D4 on images; ``ValueError`` for other names: no other turn is exact."""
    if name not in GROUPS:
        raise ValueError(f"name: must be one of {', '.join(GROUPS)} on images, got {name!r}")
    return ImageAction(GROUPS[name])


def haar(action: Action, shape: tuple[int, ...], stream: torch.Generator) -> Tensor:
    """Independent uniform elements of the group; with one element nothing is drawn from the stream."""
    if action.order == 1:
        return torch.zeros(shape, dtype=torch.int64)
    return torch.randint(action.order, shape, generator=stream)
