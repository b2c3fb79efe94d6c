"""Exact statements about normalised batches against floats."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.psbn._batches import (
    Statistics,
    active_fraction,
    batch_statistics,
    batches,
    is_active,
    is_constant,
    normalised_squares,
    signed_square,
)


@given(batches(), st.integers(-24, 24))
def test_activity_agrees_with_floats(batch, eighths):
    assume(not is_constant(batch))
    r = Fraction(eighths, 8)
    values = np.array([float(x) for x in batch])
    z = (values - values.mean()) / values.std() + float(r)
    assume(abs(z).min() > 1e-9)
    by = batch_statistics(batch)
    assert is_active(batch, by, signed_square(r)) == (z > 0).tolist()
    assert float(active_fraction(batch, by, signed_square(r))) == pytest.approx((z > 0).mean())


def test_exact_ties_are_inactive():
    batch = [Fraction(-1), Fraction(1)]
    assert is_active(batch, batch_statistics(batch), Fraction(-1)) == [False, False]
    assert is_active(batch, batch_statistics(batch), Fraction(1)) == [False, True]


def test_statistics_of_a_batch():
    batch = [Fraction(x) for x in (0, 0, 0, 0, 5)]
    assert batch_statistics(batch) == Statistics(Fraction(1), Fraction(4))
    assert normalised_squares(batch, batch_statistics(batch))[-1] == 4
    assert batch_statistics([Fraction(2)], Fraction(1)).variance == 1
    with pytest.raises(ValueError, match="must not be constant"):
        batch_statistics([Fraction(2), Fraction(2)])


@given(batches(5))
def test_batches_have_two_to_five_values(batch):
    assert 2 <= len(batch) <= 5
