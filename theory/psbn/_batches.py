r"""Rational batches, and what a normalised, rectified channel does on them, exactly.

xhat_i = d_i / sigma is irrational in general; every comparison is made on squares instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Statistics:
    """Mean and variance (eps included) that a batch is normalised with."""

    mean: Fraction
    variance: Fraction


def batch_statistics(batch: list[Fraction], eps: Fraction = Fraction(0)) -> Statistics:
    """Those of the batch itself; ``ValueError`` when the variance plus eps is 0."""
    n = len(batch)
    mean = sum(batch, Fraction(0)) / n
    variance = sum(((x - mean) ** 2 for x in batch), Fraction(0)) / n + eps
    if variance <= 0:
        raise ValueError("batch: must not be constant when eps is 0")
    return Statistics(mean, variance)


def signed_square(x: Fraction) -> Fraction:
    """x |x|: increasing, so it compares like x."""
    return x * abs(x)


def normalised_squares(batch: list[Fraction], by: Statistics) -> list[Fraction]:
    """xhat |xhat| for each value."""
    return [signed_square(x - by.mean) / by.variance for x in batch]


def is_active(batch: list[Fraction], by: Statistics, r_square: Fraction) -> list[bool]:
    """Where xhat > -r; the ratio is given as r |r|."""
    return [square > -r_square for square in normalised_squares(batch, by)]


def active_fraction(batch: list[Fraction], by: Statistics, r_square: Fraction) -> Fraction:
    """Share of active values."""
    return Fraction(sum(is_active(batch, by, r_square)), len(batch))


def batches(most: int = 8) -> SearchStrategy[list[Fraction]]:
    """Batches of 2 to ``most`` small integers, half of them one or few spikes over a constant."""
    from hypothesis import strategies as st

    numbers = st.integers(-50, 50).map(Fraction)
    anything = st.lists(numbers, min_size=2, max_size=most)
    spikes = st.tuples(numbers, numbers, st.integers(2, most), st.integers(1, most - 1)).map(
        lambda t: [t[0]] * min(t[3], t[2] - 1) + [t[1]] * max(t[2] - t[3], 1)
    )
    return st.one_of(spikes, anything)


def is_constant(batch: list[Any]) -> bool:
    """Whether all values are equal."""
    return len(set(batch)) == 1
