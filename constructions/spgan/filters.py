"""From the weights of one orientation to the filter of all: one gather.

The weight ``w`` [O, C, k, k] is the filter of the identity; C counts input channels (|G| times the
fields when the input is regular). The filter of orientation g is g acting on it as on a feature map,

    W[g, o](h, c, u) = w[o](g^-1 h, c, g^-1 u),

in the form [|G| * O, C, k, k] that ``conv2d`` takes. The permutation of the C k^2 entries is the same
for every o, so `filter_index` lists it once, |G| C k^2 integers, and `expand` is one ``index_select``
(and its gradient one ``index_add``). The result is laid out in channels-last order, which the
convolutions of CPUs and tensor cores prefer; outputs then have that layout too.
"""

from __future__ import annotations

import torch
from torch import Tensor

from constructions.spgan.image_groups import ImageGroup, Kind, act

__all__ = ["expand", "filter_index", "polar"]


def filter_index(group: ImageGroup, channels: int, k: int, kind: Kind) -> Tensor:
    """int64 [|G| * k * k * channels]: where in w[o] entry (g, u, channel) of the filter comes from."""
    cells = torch.arange(channels * k * k, device="cpu").view(channels, k, k)
    moved = torch.stack([act(group, g, cells, kind) for g in range(group.order)])
    return moved.permute(0, 2, 3, 1).flatten()


def expand(w: Tensor, index: Tensor) -> Tensor:
    """The filter [|G| * O, C, k, k] of all orientations from ``w`` [O, C, k, k]."""
    O, C, k, _ = w.shape
    gathered = w.flatten(1).index_select(1, index).view(O, -1, k, k, C)
    return gathered.transpose(0, 1).reshape(-1, k, k, C).permute(0, 3, 1, 2)


def polar(W: Tensor) -> Tensor:
    """The partial isometry of the polar decomposition of ``W`` [rows, columns], in float64.

    All its singular values are 1 or 0. It is a function of W W^T times W, hence commutes with
    everything that W commutes with: the polar factor of an expanded filter is an expanded filter.
    """
    W = W.double()
    tall = W.shape[0] > W.shape[1]
    values, vectors = torch.linalg.eigh(W.T @ W if tall else W @ W.T)
    kept = values > values.amax() * len(values) * torch.finfo(W.dtype).eps
    roots = torch.where(kept, values.clamp_min(torch.finfo(W.dtype).tiny).rsqrt(), 0.0)
    root = (vectors * roots) @ vectors.T
    return W @ root if tall else root @ W
