"""Soft Lipschitz constraints: the one-sided penalty on interpolates, and R1.

A critic maps points (..., B, *event) to scores (..., B), each score a function of its own point. The
one-sided penalty uses the *squared* norm less one, |grad g|^2 - 1, not |grad g| - 1. On batches that are
not invariant under the group its measure is not invariant either, so the reduction of the discriminator
holds for the penalised game only approximately.
Source: the released code of the paper.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["one_sided", "r1", "squared_slopes"]

Critic = Callable[[Tensor], Tensor]


def squared_slopes(critic: Critic, points: Tensor) -> Tensor:
    """|grad g|^2 at each point, shape (..., B); differentiable in the parameters of the critic."""
    points = points.detach().requires_grad_()
    with torch.enable_grad():
        scores = critic(points)
        (slopes,) = torch.autograd.grad(scores.sum(), points, create_graph=True)
    return slopes.square().flatten(scores.dim()).sum(-1)


def one_sided(critic: Critic, real: Tensor, fake: Tensor, u: Tensor) -> Tensor:
    """Mean of max(0, |grad g|^2 - 1) over the last axis of u, at u real + (1 - u) fake; shape (...,).

    ``real``, ``fake``: (..., B, *event); ``u``: (..., B) uniform in [0, 1], drawn by the caller.
    Raises ``ValueError`` if the shapes do not fit.
    """
    if real.shape != fake.shape or real.shape[: u.dim()] != u.shape:
        shapes = [tuple(one.shape) for one in (real, fake, u)]
        raise ValueError(
            f"real, fake, u: must be (..., B, *event) twice and (..., B), got {shapes}"
        )
    weight = u.reshape(u.shape + (1,) * (real.dim() - u.dim()))
    between = weight * real + (1 - weight) * fake
    return (squared_slopes(critic, between) - 1).clamp_min(0).mean(-1)


def r1(critic: Critic, real: Tensor) -> Tensor:
    """Mean of |grad g|^2 over the data, shape (...,). The released code weighs it with 0.1 / 2."""
    return squared_slopes(critic, real).mean(-1)
