r"""Laws on the plane that are invariant under C_n or D_n, and the same in R^d.

| symbol | meaning |
|---|---|
| orbit | the images of one centre under the group: the modes, equally likely |
| sigma | width of the noise around a mode, isotropic, so that the law is exactly invariant |
| df | degrees of freedom of Student's t; ``None``: normal. For df <= 1 the mean is infinite |
| V | (d, 2), orthonormal columns: the plane is laid into R^d by y -> V y |
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from constructions.spgan.haar import LinearAction, embedded, plane

__all__ = ["Mixture", "isometry", "mixture"]

CENTRE = (3.0, 1.0)  # on no mirror of D4: its orbit has 8 points there, and n in C_n


@dataclass(frozen=True, eq=False)
class Mixture:
    """Noise around the modes (m, d). ``action`` is that of the group of the law on R^d."""

    action: LinearAction
    modes: Tensor
    sigma: float
    df: float | None = None
    V: Tensor | None = None

    @property
    def dimension(self) -> int:
        """d."""
        return self.modes.shape[-1]

    def sample(self, shape: tuple[int, ...], stream: torch.Generator) -> Tensor:
        """Independent points (*shape, d) in single precision."""
        which = torch.randint(len(self.modes), shape, generator=stream)
        noise = self.sigma * torch.randn(*shape, 2, generator=stream, dtype=torch.float64)
        if self.df is not None:
            noise = noise / _chi_square(self.df, shape, stream).div(self.df).sqrt().unsqueeze(-1)
        if self.V is not None:
            noise = noise @ self.V.mT
        return (self.modes[which] + noise).float()

    def nearest(self, points: Tensor) -> Tensor:
        """Numbers (...,) of the nearest mode of points (..., d)."""
        return torch.cdist(points.double(), self.modes.expand(*points.shape[:-2], -1, -1)).argmin(
            -1
        )


def _chi_square(df: float, shape: tuple[int, ...], stream: torch.Generator) -> Tensor:
    """Twice a gamma variable with shape df / 2; torch's samplers take no generator, so by NumPy's."""
    import numpy as np

    seed = int(torch.randint(2**62, (), generator=stream))
    drawn = np.random.default_rng(seed).chisquare(df, shape)
    return torch.as_tensor(drawn, dtype=torch.float64)


def isometry(d: int, stream: torch.Generator) -> Tensor:
    """A random V (d, 2) with orthonormal columns. Raises ``ValueError`` for d < 2."""
    if d < 2:
        raise ValueError(f"d: must be at least 2, got {d}")
    V, _ = torch.linalg.qr(torch.randn(d, 2, generator=stream, dtype=torch.float64))
    return V


def mixture(
    group: str, sigma: float = 0.3, df: float | None = None, V: Tensor | None = None
) -> Mixture:
    """The mixture on the orbit of (3, 1) under a group of the plane: ``mixture("C4")``.

    Raises ``ValueError`` for sigma < 0, df <= 0, or what :func:`plane` and :func:`embedded` refuse.
    """
    if not 0 <= sigma < float("inf"):
        raise ValueError(f"sigma: must be at least 0 and finite, got {sigma}")
    if df is not None and not df > 0:
        raise ValueError(f"df: must be above 0, got {df}")
    action = plane(group)
    modes = action.orbit(torch.tensor(CENTRE, dtype=torch.float64))
    if V is None:
        return Mixture(action, modes, sigma, df)
    return Mixture(embedded(action, V), modes @ V.double().mT, sigma, df, V.double())
