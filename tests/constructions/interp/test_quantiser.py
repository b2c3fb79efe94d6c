"""The top-bit quantiser: floor(2^k z) at every value, by the referee."""

from fractions import Fraction
from math import floor
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.quantiser import quantiser, quantiser_parameters, ramp_width
from proofs_checks import relu

unit = st.fractions(min_value=0, max_value=1, max_denominator=10**9)
COUNTED = {1: 7, 2: 22, 3: 41, 4: 61, 5: 81, 12: 221}  # by hand: 20 k - 19 from k = 3 on


@given(st.lists(unit, min_size=1, max_size=12), st.sampled_from(sorted(COUNTED)))
@settings(max_examples=80, deadline=None)
def test_the_quantiser_is_the_floor_at_its_values(values, k):
    read = relu.read(quantiser(values, k).to_json())
    expected = [min(floor(2**k * z), 2**k - 1) for z in values]
    assert [relu.evaluate(read, (z,))[0] for z in values] == expected
    assert read.parameters == COUNTED[k] == quantiser_parameters(k)
    assert max(read.widths) <= 4


def test_values_two_to_the_minus_k_apart_keep_different_integers():
    rng = Random(2)
    values = [Fraction(i * 3 + 1, 64 * 3) + Fraction(rng.randrange(9), 10**6) for i in range(64)]
    net = quantiser(values, 6)
    assert [y for (y,) in net.evaluate(values)] == list(range(64))


def test_a_ramp_wider_than_the_least_distance_below_a_threshold_is_wrong_at_that_point():
    near = Fraction(1, 2) - Fraction(1, 2**20)
    values = [Fraction(1, 5), near, Fraction(4, 5)]
    eps = ramp_width(values, 4)
    assert eps == Fraction(16, 2**20)  # in units of 2^-4
    good, bad = quantiser(values, 4), quantiser(values, 4, 2 * eps)
    assert [y for (y,) in good.evaluate(values)] == [3, 7, 12]
    outputs = [y for (y,) in bad.evaluate(values)]
    assert [outputs[0], outputs[2]] == [3, 12]
    assert outputs[1] != 7


@pytest.mark.parametrize(
    ("values", "k", "eps", "message"),
    [
        ([2], 3, None, r"values\[0\]: must be in \[0, 1\], got 2"),
        ([0], 0, None, "k: must be at least 1, got 0"),
        ([0], 0, 1, "k: must be at least 1, got 0"),
        ([0], 3, 0, "eps: must be positive, got 0"),
    ],
)
def test_bad_input_is_refused(values, k, eps, message):
    with pytest.raises(ValueError, match=message):
        quantiser(values, k, eps)
