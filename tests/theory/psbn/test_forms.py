"""The exact algebra of P Phi + Q phi + R against floats."""

from __future__ import annotations

from fractions import Fraction
from math import erfc, exp, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.psbn._forms import Form, derivative, mirrored, plus, polynomial, product

numbers = st.fractions(-5, 5, max_denominator=6)
polynomials = st.lists(numbers, max_size=4)
forms = st.tuples(polynomials, polynomials, polynomials).map(Form.of)


def at(p, r):
    return sum(float(c) * r**k for k, c in enumerate(p))


def value(form, r):
    Phi, phi = erfc(-r / sqrt(2)) / 2, exp(-r * r / 2) / sqrt(2 * pi)
    return at(form.P, r) * Phi + at(form.Q, r) * phi + at(form.R, r)


def close(a, b):
    return a == pytest.approx(b, abs=1e-9, rel=1e-9)


@given(forms, forms, polynomials, st.floats(-3, 3))
def test_sums_products_and_mirrors_are_those_of_the_values(f, g, p, r):
    assert close(value(f + g, r), value(f, r) + value(g, r))
    assert close(value(f - g, r), value(f, r) - value(g, r))
    assert close(value(f.times(p), r), value(f, r) * at(p, r))
    assert close(value(f.mirrored(), r), value(f, -r))


@given(forms, st.floats(-3, 3))
def test_derivatives_are_those_of_the_values(f, r):
    h = 1e-4
    by_values = (
        8 * (value(f, r + h) - value(f, r - h)) - value(f, r + 2 * h) + value(f, r - 2 * h)
    ) / (12 * h)
    assert value(f.derivative(), r) == pytest.approx(by_values, abs=1e-6, rel=1e-6)


@given(forms)
def test_a_form_minus_itself_has_no_coefficients(f):
    assert (f - f).coefficients == 0
    assert f - f == Form()
    assert f.mirrored().mirrored() == f


def test_what_is_not_zero_has_coefficients():
    assert Form.of(((), (0, Fraction(1, 10**30)))).coefficients == 1
    assert str(Form()) == "0"
    assert str(Form.of(((0, 1), (2,)))) == "(1 r^1) Phi + (2 r^0) phi"


def test_polynomials_lose_their_trailing_zeros():
    assert polynomial((1, 0, 0)) == (1,)
    assert plus(polynomial((0, 1)), polynomial((0, -1))) == ()
    assert product(polynomial((1, 1)), polynomial((1, -1))) == (1, 0, -1)
    assert derivative(polynomial((7,))) == ()
    assert mirrored(polynomial((1, 1, 1))) == (1, -1, 1)
