"""One channel of a norm in numbers: gamma, the effective bias beta, their ratio r; the map's filters."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from constructions.psbn.layers import PostShifted
from constructions.psbn.trust import evaluating

__all__ = ["effective", "ratio", "weight"]


def effective(norm: Any) -> tuple[Tensor, Tensor]:
    """(gamma, beta) as the layer uses them: beta = bias + alpha, rounded as it rounds; double, (C,).

    What a layer lacks is 1 and 0. Raises ``ValueError`` for a lazy layer before its first batch.
    """
    C = norm.num_features
    if not C:
        raise ValueError("norm: has not seen its first batch")
    tensors = (norm.weight, norm.bias, norm.running_mean)
    like = next((t for t in tensors if t is not None), torch.empty(0))
    with torch.no_grad():
        beta = torch.zeros(C, dtype=like.dtype, device=like.device)
        if norm.bias is not None:
            beta = norm.bias
        if isinstance(norm, PostShifted):
            beta = beta + norm.alpha.to(beta)
        gamma = torch.ones_like(beta) if norm.weight is None else norm.weight
        return gamma.detach().double(), beta.detach().double()


def ratio(norm: Any) -> Tensor:
    """r = beta / |gamma|, shape (C,); for gamma = 0, -inf where beta <= 0 and +inf elsewhere."""
    gamma, beta = effective(norm)
    flat = torch.full_like(beta, -math.inf).masked_fill(beta > 0, math.inf)
    return torch.where(gamma == 0, flat, beta / gamma.abs())


def weight(linear: Any) -> Tensor:
    """The weight of a map as it uses it, detached. Reading moves nothing: a spectral norm would iterate."""
    with evaluating(linear), torch.no_grad():
        return linear.weight.detach()
