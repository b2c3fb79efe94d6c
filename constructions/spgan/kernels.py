r"""Probability kernels on finitely many points as exact matrices: structure given by averaging.

| symbol | here |
|---|---|
| K_x(y) | ``kernel.rows[x][y]`` |
| (S_K g)(x) = sum_y K_x(y) g(y) | :meth:`Kernel.on_function` |
| (S^K P)(y) = sum_x P(x) K_x(y) | :meth:`Kernel.on_measure` |
| A | the sigma-algebra that x -> K_x generates; its blocks are the x with equal rows |
| proper | K_x(A') = 1 if x is in A', else 0, for all A' in A: K_x lives on the block of x |

A proper kernel is idempotent; an idempotent one need not be proper (transient states).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from constructions.spgan.actions import Action

__all__ = ["Kernel", "averaging", "identity", "partition_kernel"]

Numbers = Sequence[Fraction] | Sequence[int]


@dataclass(frozen=True)
class Kernel:
    """A stochastic matrix of Fractions; ``ValueError`` unless rows are probabilities on the same points."""

    rows: tuple[tuple[Fraction, ...], ...]  # [size][size]

    def __post_init__(self) -> None:
        rows = tuple(tuple(Fraction(x) for x in row) for row in self.rows)
        object.__setattr__(self, "rows", rows)
        if not rows or any(len(row) != len(rows) for row in rows):
            raise ValueError("rows: must be a square matrix, not empty")
        for x, row in enumerate(rows):
            if min(row) < 0 or sum(row) != 1:
                raise ValueError(f"rows: row {x} must be a probability")

    @property
    def size(self) -> int:
        """Number of points."""
        return len(self.rows)

    @cached_property
    def _matrix(self) -> Any:
        """As a flint matrix, which multiplies fast."""
        from flint import fmpq, fmpq_mat

        entries = [fmpq(x.numerator, x.denominator) for row in self.rows for x in row]
        return fmpq_mat(self.size, self.size, entries)

    def __matmul__(self, other: Kernel) -> Kernel:
        """First a step of this, then of the other: S_{KL} = S_K S_L on functions."""
        made = (self._matrix * other._matrix).tolist()
        return Kernel(tuple(tuple(Fraction(int(x.p), int(x.q)) for x in row) for row in made))

    def on_function(self, g: Numbers) -> tuple[Fraction, ...]:
        """S_K g; g : (size,)."""
        self._demand_length("g", g)
        return tuple(
            sum((k * v for k, v in zip(row, g, strict=True) if k), Fraction(0)) for row in self.rows
        )

    def on_measure(self, P: Numbers) -> tuple[Fraction, ...]:
        """S^K P; P : (size,)."""
        self._demand_length("P", P)
        made = [Fraction(0)] * self.size
        for p, row in zip(P, self.rows, strict=True):
            for y, k in enumerate(row):
                if p and k:
                    made[y] += p * k
        return tuple(made)

    @property
    def trace(self) -> Fraction:
        """Sum of K_x(x); for a projection its rank, for orbit laws the number of orbits."""
        return sum((row[x] for x, row in enumerate(self.rows)), Fraction(0))

    @property
    def is_idempotent(self) -> bool:
        """Whether S_K S_K = S_K."""
        return self._matrix * self._matrix == self._matrix

    @cached_property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """The atoms of A: points with equal rows, ordered by their least points."""
        found: dict[tuple[Fraction, ...], list[int]] = {}
        for x, row in enumerate(self.rows):
            found.setdefault(row, []).append(x)
        return tuple(tuple(block) for block in found.values())

    @property
    def is_proper(self) -> bool:
        """Whether every K_x lives on the block of x: a proper regular conditional probability given A."""
        return all(sum(self.rows[x][y] for y in block) == 1 for block in self.blocks for x in block)

    def detailed_balance(self, R: Numbers) -> bool:
        """R(x) K_x(y) = R(y) K_y(x): S_K is self-adjoint in L2(R)."""
        self._demand_length("R", R)
        return all(
            R[x] * self.rows[x][y] == R[y] * self.rows[y][x]
            for x in range(self.size)
            for y in range(x)
        )

    def _demand_length(self, name: str, values: Numbers) -> None:
        if len(values) != self.size:
            raise ValueError(f"{name}: must have {self.size} values, got {len(values)}")


def identity(size: int) -> Kernel:
    """K_x = delta_x: no structure at all."""
    return Kernel(tuple(tuple(Fraction(x == y) for y in range(size)) for x in range(size)))


def averaging(action: Action, weights: Sequence[Fraction] | None = None) -> Kernel:
    """K_x = the law of T_s x, s drawn by ``weights`` on the group (uniform when not given).

    ``ValueError`` unless the weights are probabilities of the elements.
    """
    order = action.group.order
    w = [Fraction(1, order)] * order if weights is None else [Fraction(x) for x in weights]
    if len(w) != order or min(w) < 0 or sum(w) != 1:
        raise ValueError(f"weights: must be probabilities of {order} elements")
    rows = [[Fraction(0)] * action.size for _ in range(action.size)]
    for weight, moved in zip(w, action.permutations, strict=True):
        for x, y in enumerate(moved):
            rows[x][y] += weight
    return Kernel(tuple(map(tuple, rows)))


def partition_kernel(blocks: Sequence[Sequence[int]], reference: Numbers) -> Kernel:
    """K_x(y) = R(y) / R(block of x) on the block of x: conditional probability given a partition.

    ``ValueError`` unless the blocks partition the points and the reference R is positive on each block.
    """
    size = len(reference)
    if sorted(x for block in blocks for x in block) != list(range(size)):
        raise ValueError(f"blocks: must hold each of {size} points once")
    rows = [[Fraction(0)] * size for _ in range(size)]
    for block in blocks:
        total = sum((Fraction(reference[y]) for y in block), Fraction(0))
        if total <= 0 or min(reference[y] for y in block) < 0:
            raise ValueError(
                f"reference: must be positive on the block {list(block)}, not negative"
            )
        for x in block:
            for y in block:
                rows[x][y] = Fraction(reference[y]) / total
    return Kernel(tuple(map(tuple, rows)))
