"""The largest normalised value of a batch."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from constructions.psbn.samuelson import extremal_deviations, largest_square


def test_no_small_batch_goes_beyond_and_a_spike_attains_it():
    for n in (2, 3, 4):
        squares = [
            largest_square([Fraction(x) for x in batch])
            for batch in product(range(4), repeat=n)
            if len(set(batch)) > 1
        ]
        assert max(squares) == n - 1


def test_the_extremal_batch_attains_it():
    for n in (2, 7, 30):
        assert largest_square(extremal_deviations(n)) == n - 1


def test_eps_makes_it_smaller_and_constant_batches_possible():
    assert largest_square([Fraction(0), Fraction(2)], Fraction(3)) == Fraction(1, 4)
    assert largest_square([Fraction(5)], Fraction(1)) == 0
    with pytest.raises(ValueError, match="must not be constant"):
        largest_square([Fraction(5), Fraction(5)])


def test_impossible_sizes_are_refused():
    with pytest.raises(ValueError, match="must not be empty"):
        largest_square([])
    with pytest.raises(ValueError, match="n: must be at least 2"):
        extremal_deviations(1)
