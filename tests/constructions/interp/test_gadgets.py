"""The gadgets on integers and rationals, by the referee; reading of keys and classes."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructions.interp.builder import Builder
from constructions.interp.gadgets import (
    dense,
    equal,
    groups_of,
    near,
    read_classes,
    read_keys,
    step,
)
from constructions.interp.network import random_net
from proofs_checks import relu

numbers = st.fractions(min_value=-40, max_value=40, max_denominator=50)


def value(make, x):
    builder = Builder(1)
    net = builder.build(make(builder, builder.inputs[0]))
    return relu.evaluate(net.to_json(), (Fraction(x),))[0]


@given(numbers, numbers, st.sampled_from([1, Fraction(1, 3), Fraction(1, 64)]))
def test_a_step_is_the_indicator_except_inside_its_ramp(r, T, eps):
    def make(builder, x):
        up, down = builder.relu(*step(x, T, eps))
        return up - down

    found = value(make, r)
    if T - eps < r < T:
        assert 0 < found < 1
    else:
        assert found == (r >= T)


@given(st.integers(-5, 5))
def test_equal_and_near_tell_zero_from_other_integers(v):
    def match(builder, x):
        a, b, c = builder.relu(*equal(x))
        return a - 2 * b + c

    def distance(builder, x):
        a, b = builder.relu(*near(x))
        return a + b

    assert value(match, v) == (v == 0)
    assert value(distance, v) == abs(v)


def test_the_dense_count_of_widths_is_that_of_the_referee():
    for widths in ((1,), (3, 2), (5, 1, 4)):
        net = random_net(widths, Random(1), 3, inputs=2)
        assert dense(widths, 2) == relu.parameters(net.to_json())


def test_the_last_group_repeats_its_last_key_with_label_0():
    assert groups_of(2, [9, 1, 5], [1, 1, 1]) == [[(1, 1), (5, 1)], [(9, 1), (9, 0)]]
    assert groups_of(4, [3], [2]) == [[(3, 2), (3, 0), (3, 0), (3, 0)]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: read_keys([]), "keys: must hold at least one key, got none"),
        (lambda: read_keys([1, 2, 1]), "keys: must be distinct, but 0 and 2 are both 1"),
        (lambda: read_keys([-1]), r"keys\[0\]: must be at least 0, got -1"),
        (lambda: read_keys([0.5]), r"keys\[0\]: must be an integer, got 0.5"),
        (lambda: read_classes([0, 2], 2, 1), r"labels\[1\]: must be an integer of 0..1, got 2"),
        (lambda: read_classes([0.5], 1, 3), r"labels\[0\]: must be an integer of 0..7, got 1/2"),
        (lambda: read_classes([0], 2, 1), r"labels: must be one per point \(2\), got 1"),
        (lambda: read_classes([0], 1, 0), "c: must be at least 1, got 0"),
        (lambda: groups_of(0, [1], [1]), "g: must be at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
