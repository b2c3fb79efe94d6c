"""Nets written as arithmetic compute that arithmetic, and only ReLU costs a layer."""

from fractions import Fraction

import pytest

from constructions.interp.builder import Builder


def test_linear_combinations_cost_no_layer():
    builder = Builder(2)
    x, y = builder.inputs
    net = builder.build(3 * x - (y + 1) * Fraction(1, 2) + 5 - x)
    assert net.depth == 0
    assert net((4, 10)) == (2 * 4 - Fraction(11, 2) + 5,)


def test_the_step_at_an_integer_is_two_units():
    builder = Builder(1)
    (h,) = builder.inputs
    up, down = builder.relu(h - 2, h - 3)
    net = builder.build(up - down, 7 - up)
    assert [net(t)[0] for t in range(-2, 7)] == [0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert net(4) == (1, 5)
    assert net.widths == (2,)


def test_values_are_carried_through_layers_by_units():
    builder = Builder(1)
    (x,) = builder.inputs
    x_kept, distance = builder.relu(x, 5 - x)
    (both,) = builder.relu(x_kept + 2 * distance)
    net = builder.build(both + builder.constant(1))
    assert [net(t)[0] for t in (0, 2, 5, 9)] == [11, 9, 6, 10]


def test_stale_and_mixed_units_are_refused():
    builder = Builder(1)
    (x,) = builder.inputs
    (y,) = builder.relu(x)
    with pytest.raises(ValueError, match="layers 0 and 1 do not combine"):
        x + y
    with pytest.raises(ValueError, match="carry them through relu"):
        builder.build(x)
    with pytest.raises(TypeError):
        y * y
    with pytest.raises(TypeError):
        y + 0.5
