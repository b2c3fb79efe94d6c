r"""What the players of a GAN optimise: D_alpha^L, the relativistic average loss, the plain IPM.

| symbol | meaning |
|---|---|
| g | critic (discriminator); scores of a batch are a tensor (..., B) |
| f_alpha(x) | (x^alpha - 1) / (alpha (alpha - 1)), alpha > 1 |
| f_alpha*(y) | sup over x >= 0 of x y - f_alpha(x) |
| Q, P | data, generated samples |

The value of the game is E_Q g - E_P f_alpha*(g): data get the linear term, samples get f*. ``reverse``
exchanges the two. The critic maximises it (less the gradient penalty), the generator minimises it. No
shift nu is optimised, since the class of critics contains the constants. The supremum in f* is over
x >= 0, so that y is clipped at 0; without the clip it is a different divergence for classes that are not
closed under truncation.

Means go over the last axis only; leading axes (games played side by side) stay.
Source: the released code of the paper, re-derived.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

__all__ = ["Alpha", "Objective", "Relativistic", "Wasserstein", "conjugate", "lipschitz_alpha"]

INSIDE = 1e-6  # what the released code adds inside its logarithms


class Objective(Protocol):
    """Two losses, both to be minimised, of the scores (..., B) of data and of generated samples."""

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """The critic's loss (...,), without penalty."""
        ...

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The generator's loss (...,)."""
        ...


def conjugate(y: Tensor, alpha: float = 2.0) -> Tensor:
    """f_alpha*(y) = (alpha - 1)^q y_+^q / alpha + 1 / (alpha (alpha - 1)), q = alpha / (alpha - 1).

    Any shape. Raises ``ValueError`` unless alpha > 1.
    """
    if not 1 < alpha < float("inf"):
        raise ValueError(f"alpha: must be above 1 and finite, got {alpha}")
    q = alpha / (alpha - 1)
    return (alpha - 1) ** q * y.clamp_min(0) ** q / alpha + 1 / (alpha * (alpha - 1))


def lipschitz_alpha(
    real: Tensor, fake: Tensor, alpha: float = 2.0, reverse: bool = False
) -> Tensor:
    """E_Q g - E_P f_alpha*(g), shape (...,), from scores (..., B) of data and of samples.

    A lower bound of D_alpha^L(Q||P) for a critic with Lipschitz constant L, but for the sampling error;
    ``reverse``: of D_alpha^L(P||Q).
    """
    linear, other = (fake, real) if reverse else (real, fake)
    return linear.mean(-1) - conjugate(other, alpha).mean(-1)


@dataclass(frozen=True)
class Alpha:
    """D_alpha^L; ``reverse`` gives the linear term to the samples. ``ValueError`` unless alpha > 1."""

    alpha: float = 2.0
    reverse: bool = False

    def __post_init__(self) -> None:
        conjugate(torch.zeros(()), self.alpha)

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Minus the value of the game."""
        return -self.generator(real, fake)

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The value of the game."""
        return lipschitz_alpha(real, fake, self.alpha, self.reverse)


@dataclass(frozen=True)
class Wasserstein:
    """The IPM of the critics: E_Q g - E_P g."""

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Minus the value of the game."""
        return -self.generator(real, fake)

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The value of the game."""
        return real.mean(-1) - fake.mean(-1)


@dataclass(frozen=True)
class Relativistic:
    """RA-GAN: each score less the mean of the other side's, in cross entropies.

    With d_r = g(x_r) - mean g(x_f), d_f = g(x_f) - mean g(x_r), s the logistic function and e = 1e-6,
    the critic's loss is -mean log(s(d_r) + e) - mean log(1 - s(d_f) + e); the generator's has r and f
    exchanged. Scores of one batch depend on each other: data and samples must come together.
    """

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """The critic's cross entropies."""
        above = torch.sigmoid(real - fake.mean(-1, keepdim=True))
        below = torch.sigmoid(fake - real.mean(-1, keepdim=True))
        return -(above + INSIDE).log().mean(-1) - (1 - below + INSIDE).log().mean(-1)

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The same with the sides exchanged."""
        return self.critic(fake, real)
