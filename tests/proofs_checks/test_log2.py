"""The logarithms enclose, round in the stated direction, and are narrow."""

from __future__ import annotations

from math import isqrt

import pytest
from flint import arb, ctx
from hypothesis import example, given
from hypothesis import strategies as st

from proofs_checks import log2
from proofs_checks.log2 import (
    ceil_log2,
    ceil_log2_product,
    floor_log2,
    floor_log2_product,
)


def ball_log2(x: int, bits: int) -> arb:
    ctx.prec = 4 * bits + 400
    return arb(x).log() / arb(2).log() * 2**bits


@given(st.integers(1, 1 << 600), st.integers(0, 80))
def test_floor_and_ceiling_enclose_the_ball_of_an_independent_library(x, bits):
    low, high, ball = floor_log2(x, bits), ceil_log2(x, bits), ball_log2(x, bits)
    assert not ball < low
    assert not ball > high
    assert high - low <= 2


@given(st.integers(1, 300), st.integers(-2, 2), st.integers(0, 64))
def test_neighbours_of_powers_of_two_are_rounded_outwards(exponent, shift, bits):
    x = max((1 << exponent) + shift, 1)
    ball = ball_log2(x, bits)
    assert not ball < floor_log2(x, bits)
    assert not ball > ceil_log2(x, bits)


@given(st.integers(0, 2000), st.integers(0, 64))
def test_powers_of_two_are_exact(exponent, bits):
    assert floor_log2(1 << exponent, bits) == exponent << bits == ceil_log2(1 << exponent, bits)


def test_a_tie_closer_than_the_last_digit_is_left_open():
    """3^k against 3^k + 1: the logarithms differ by far less than 2^-32, so neither side may win."""
    x = 3**200
    assert ceil_log2(x, 32) >= floor_log2(x + 1, 32)
    assert ceil_log2(x + 1, 32) >= floor_log2(x, 32)
    assert ceil_log2(x, 400) < floor_log2(x + 1, 400), "enough digits tell them apart"


@example([(3, 1)])
@example([(3, -1)])
@example([(5, 1), (7, -1)])
@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(-20, 20)), max_size=8))
def test_products_round_every_factor_in_the_safe_direction(powers):
    bits = 40
    low, high = floor_log2_product(powers, bits), ceil_log2_product(powers, bits)
    ball = sum((e * ball_log2(x, bits) for x, e in powers), arb(0))
    assert not ball < low
    assert not ball > high


@pytest.mark.parametrize("bits", [1, 2, 5, 8])
@pytest.mark.parametrize("extra", [-3, 0, 1, 7, 60])
def test_numbers_beside_a_digit_are_never_rounded_across_it(bits, extra):
    """x < 2^(k + j 2^-bits) < x + 1 at every j: one step rounded the wrong way crosses the digit."""
    k = bits + 8 + extra
    for j in range(1, 2**bits):
        digit = (k << bits) + j
        x = 1 << digit
        for _ in range(bits):
            x = isqrt(x)  # in the end the integer part of 2^(digit / 2^bits), which is irrational
        assert floor_log2(x, bits) < digit < ceil_log2(x + 1, bits)
        assert floor_log2(x + 1, bits) >= digit - 1
        assert ceil_log2(x, bits) <= digit + 1


def test_a_logarithm_of_zero_is_refused():
    with pytest.raises(ValueError, match="x >= 1, got 0"):
        floor_log2(0, 8)


def test_what_is_forgotten_is_worked_out_again():
    assert floor_log2(3, 8) < ceil_log2(3, 8)
    kept = (log2._floor_digits, log2._ceil_digits)
    assert all(one.cache_info().currsize > 0 for one in kept)
    log2.forget()
    assert all(one.cache_info().currsize == 0 for one in kept)
