"""The finder of lower bounds on nonzero parameters, for any graph (:mod:`proofs_checks.interp.sparse`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from constructions.interp.lower_bound import validate
from proofs_checks.certificate import seal
from proofs_checks.interp.counting import Problem
from proofs_checks.interp.sparse import CLAIM, MOST_NONZEROS, all_excluded

KIND = "interp.sparse"
BITS = (
    32  # digits after the point of every logarithm; a comparison they leave open excludes nothing
)


@dataclass(frozen=True)
class SparseBound:
    """No network with fewer than ``nonzeros`` nonzero parameters does it, whatever its graph."""

    N: int
    b: int
    d: int
    nonzeros: int

    def certificate(self) -> dict[str, Any]:
        """Sealed certificate of kind ``interp.sparse``."""
        return seal(KIND, {"claim": CLAIM, **vars(self)}, {"precision": BITS})


def sparse_minimum(N: int, b: int, d: int = 1) -> SparseBound:
    """Least number s of nonzero parameters that passes, for N points, 2^-b separated, in R^d.

    Raises ``ValueError`` for what :func:`validate` refuses, and for N > 1000 (the search is cubic
    in N and the bound near N/2).
    """
    N, b, d = validate(N, b, d)
    if N > MOST_NONZEROS // 2:
        raise ValueError(f"N: must be at most {MOST_NONZEROS // 2}, got {N}")
    s = 1
    while all_excluded(Problem(N, b), s, BITS):
        s += 1
    return SparseBound(N, b, d, s)
