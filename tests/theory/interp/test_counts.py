"""Counts of the wired families by brute force over parameters, and the bounds by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from proofs_checks.interp.counting import parameters
from theory.interp._counts_bounds import bound, patterns
from theory.interp._counts_families import (
    coefficients,
    full,
    product_net,
    products,
    readout,
    readout_net,
    sawtooths,
    sequences,
)
from theory.interp.counts import W1, W2, W3

E = Fraction(2718281829, 10**9)


def labels(net, inputs):
    return tuple(int(y > 0) for (y,) in net.evaluate(inputs))


def test_one_input_has_two_sequences():
    assert sequences(1, 3) == [(0,), (1,)]
    assert readout(6, 1).dichotomies == products(3, 1).dichotomies == 2


@pytest.mark.parametrize(("M", "U"), [(2, 1), (4, 1), (5, 2), (6, 3)])
def test_product_families_have_the_counted_sequences(M, U):
    listed = sequences(M, U)
    inputs = [tuple(t**k for k in range(1, U + 1)) for t in range(1, M + 1)]
    found = {labels(product_net(coefficients(s, U)), inputs) for s in listed}
    assert found == set(listed)
    assert len(found) == products(U, M).dichotomies


def test_no_integer_parameters_give_more_than_the_counted_sequences():
    inputs = [(t**2, t, 1) for t in range(1, 5)]
    found = {labels(readout_net([1, a, b]), inputs) for a, b in product(range(-12, 13), repeat=2)}
    assert len(found) <= readout(2, 4).dichotomies == 11
    hidden = [(t,) for t in range(1, 5)]
    found = {labels(product_net([a, c]), hidden) for a, c in product(range(-9, 10), repeat=2)}
    assert len(found) == products(1, 4).dichotomies == 8


@pytest.mark.parametrize("family", sawtooths()[:4], ids=lambda family: family.name)
def test_the_sawtooth_shatters_its_points(family):
    assert family.dichotomies == 2**family.M


def test_the_full_class_counts_every_parameter():
    for W, L in product((1, 2, 3), repeat=2):
        assert full(W, L, 4, 0).p == parameters(1, W, L)
        assert len(full(W, L, 4, 0).fan_in) == W * L


def test_the_bounds_of_one_unit_on_four_points_by_hand():
    family = full(1, 1, 4, 8)
    assert bound(W1, family) == 2 * (4 * E) ** 2 * 2 * (4 * E) ** 4
    assert patterns(W2, family) == 4 * (1 + 2)
    assert bound(W2, family) == 2 * (2 * E * 12 * 2 / 4) ** 4
    assert bound(W3, family) == 2 * 2 * (2 * E * 12 * 2 / 3) ** 3


def test_the_patterns_of_two_layers_of_two_units_by_hand():
    assert patterns(W2, full(2, 2, 3, 0)) == 3 * (2 + 2 * 4 + 16)
