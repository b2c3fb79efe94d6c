"""Balls of P Phi + Q phi hold the values, derivatives and Taylor coefficients that mpmath finds."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
from flint import arb, ctx

from proofs_checks.psbn.gauss import Gauss, ball, between, distribution, read_gauss
from proofs_checks.reading import Rejected

FORM = Gauss((Fraction(1, 3), Fraction(-2)), (Fraction(5), Fraction(0), Fraction(1, 7)))


def by_mpmath(r):
    """FORM at r, at the precision in force."""
    r = mp.mpf(r)
    return (mp.mpf(1) / 3 - 2 * r) * mp.ncdf(r) + (5 + r * r / 7) * mp.npdf(r)


@pytest.mark.parametrize("r", [-12, -3, -0.5, 0, 0.5, 4])
def test_values_agree_with_mpmath(r):
    with ctx.workprec(120), mp.workdps(40):
        assert abs(FORM.at(arb(r)) - arb(mp.nstr(by_mpmath(r), 35))) < arb(10) ** -30


@pytest.mark.parametrize("ends", [(-1, 1), (-4, -3), (0, 0.25), (-0.001, 0)])
def test_a_wide_ball_holds_every_value_inside(ends):
    with ctx.workprec(80):
        low, high = map(arb, ends)
        over = FORM.at(between(low, high))
        for k in range(11):
            r = ends[0] + (ends[1] - ends[0]) * k / 10
            assert over.contains(FORM.at(arb(r)).mid())


@pytest.mark.parametrize("r", [-2, 0, 1.5])
def test_the_derivative_is_that_of_a_difference_quotient(r):
    with mp.workdps(40):
        quotient = mp.diff(by_mpmath, r)
    with ctx.workprec(120):
        assert abs(FORM.derivative().at(arb(r)) - arb(mp.nstr(quotient, 30))) < arb(10) ** -18


@pytest.mark.parametrize("r", [-2, 0, 1.5])
def test_taylor_coefficients_agree_with_mpmath(r):
    with mp.workdps(60):
        stated = mp.taylor(by_mpmath, r, 5)
    cap = ctx.cap
    with ctx.workprec(120):
        ctx.cap = 6
        found = FORM.series(arb(r), 6).coeffs()
        ctx.cap = cap
    assert all(
        abs(a - arb(mp.nstr(b, 30))) < arb(10) ** -15 for a, b in zip(found, stated, strict=True)
    )


def test_phi_far_out_neither_vanishes_nor_exceeds_one():
    with ctx.workprec(60):
        assert distribution(arb(-40)) > 0
        assert not distribution(arb(40)) > 1
        assert distribution(between(arb(-1000), arb(1000))).contains(arb(0.5))


def test_the_zero_function_is_zero():
    nothing = Gauss((), ())
    assert nothing.at(arb(3)) == 0
    assert nothing.derivative().at(arb(3)) == 0


def test_balls_of_rationals_hold_them():
    with ctx.workprec(30):
        assert 3 * ball(Fraction(1, 3)) - 1 == 0 or (3 * ball(Fraction(1, 3))).contains(1)


@pytest.mark.parametrize(
    "value",
    [
        {"Phi": ["1"]},
        {"Phi": ["1"], "phi": [], "more": []},
        {"Phi": ["1/2", "2/4"], "phi": []},
        {"Phi": [1], "phi": []},
        {"Phi": ["1"] * 13, "phi": []},
        [],
    ],
)
def test_malformed_functions_are_rejected(value):
    with pytest.raises(Rejected):
        read_gauss(value, "f")
