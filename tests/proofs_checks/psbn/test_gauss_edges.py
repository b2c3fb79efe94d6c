"""The edges of P Phi + Q phi: polynomials of unequal length, every Taylor coefficient, what is refused."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest
from flint import arb, ctx

from proofs_checks.psbn import gauss
from proofs_checks.psbn.gauss import Gauss, ball, between, density, density_coefficients, read_gauss
from proofs_checks.reading import Rejected

F = Fraction
ONES = ["1"] * 12


def test_functions_are_read_as_they_are_written():
    assert read_gauss({"Phi": ["1/2", "-3"], "phi": []}, "f") == Gauss((F(1, 2), F(-3)), ())
    assert read_gauss({"Phi": [], "phi": ["0", "7"]}, "f") == Gauss((), (F(0), F(7)))
    assert read_gauss({"Phi": ONES, "phi": ONES}, "f") == Gauss((F(1),) * 12, (F(1),) * 12)
    assert gauss.MOST_COEFFICIENTS == 12
    with pytest.raises(FrozenInstanceError):
        Gauss((), ()).P = (F(1),)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "f: must be an object, got list of 0"),
        ({"Phi": []}, "f: the key 'phi' is missing"),
        ({"Phi": [], "phi": [], "x": 1}, "f: unknown key 'x'"),
        ({"Phi": 1, "phi": []}, "f.Phi: must be an array, got 1"),
        ({"Phi": [], "phi": ["1", 1]}, "f.phi[1]: must be a string, got 1"),
        ({"Phi": [*ONES, "0"], "phi": []}, "f: a polynomial has more than 12 coefficients"),
        ({"Phi": [], "phi": [*ONES, "0"]}, "f: a polynomial has more than 12 coefficients"),
    ],
)
def test_functions_are_refused_by_name(value, reason):
    with pytest.raises(Rejected) as caught:
        read_gauss(value, "f")
    assert str(caught.value) == reason


def test_derivatives_by_hand():
    """(P Phi + Q phi)' = P' Phi + (P + Q' - r Q) phi, trailing zeros included."""
    assert Gauss((F(3),), ()).derivative() == Gauss((), (F(3),))
    assert Gauss((), (F(1),)).derivative() == Gauss((), (F(0), F(-1)))
    assert Gauss((F(1), F(2), F(5)), (F(7), F(0), F(4))).derivative() == Gauss(
        (F(2), F(10)), (F(1), F(2) + F(8) - F(7), F(5), F(-4))
    )
    assert Gauss((F(0), F(0), F(0), F(2)), ()).derivative() == Gauss(
        (F(0), F(0), F(6)), (F(0), F(0), F(0), F(2))
    )


def test_balls_are_as_narrow_as_the_precision_allows():
    with ctx.workprec(60):
        assert ball(F(3, 4)) == arb(0.75)
        assert ball(7) == 7
        third = ball(F(1, 3))
        assert 0 < third.rad() < arb(2) ** -60
        assert (3 * third - 1).contains(0)


def test_a_ball_between_holds_both_ends_and_little_more():
    with ctx.workprec(60):
        for low, high in ((1, 3), (3, 1), (-2, 5), (0, 0)):
            found = between(arb(low), arb(high))
            assert found.contains(low)
            assert found.contains(high)
            assert found.rad() < abs(high - low) / 2 + 1e-8


def test_density_and_its_coefficients_at_zero_and_at_one():
    """phi(0) = 1/sqrt(2 pi); at 0 the series is that of exp(-t^2/2), at 1 phi (1, -1, 0, 1/3, ..)."""
    with ctx.workprec(100):
        at_zero = 1 / (2 * arb.pi()).sqrt()
        assert abs(density(arb(0)) - at_zero) < 1e-25
        assert abs(density(arb(2)) - at_zero * arb(-2).exp()) < 1e-25
        found = [c / at_zero for c in density_coefficients(arb(0), 7)]
        for c, expected in zip(found, (1, 0, F(-1, 2), 0, F(1, 8), 0, F(-1, 48)), strict=True):
            assert abs(c - ball(F(expected))) < 1e-25
        found = [c / density(arb(1)) for c in density_coefficients(arb(1), 5)]
        for c, expected in zip(found, (1, -1, 0, F(1, 3), F(-1, 12)), strict=True):
            assert abs(c - ball(F(expected))) < 1e-24
        assert [len(density_coefficients(arb(1), k)) for k in (1, 2, 3)] == [1, 2, 3]


@pytest.mark.parametrize("order", [1, 2, 3, 8])
def test_a_series_has_as_many_coefficients_as_asked_for(order):
    """(2 + r^2) Phi at 0 to order 8: Phi = 1/2 + phi(0) (t - t^3/6 + t^5/40 - t^7/336)."""
    cap = ctx.cap
    with ctx.workprec(100):
        try:
            ctx.cap = order
            found = Gauss((F(2), F(0), F(1)), ()).series(arb(0), order).coeffs()
        finally:
            ctx.cap = cap
        unit = density(arb(0))
        Phi = [F(1, 2), 1, 0, F(-1, 6), 0, F(1, 40), 0, F(-1, 336)]
        scaled = [ball(F(c)) * (unit if k else 1) for k, c in enumerate(Phi)]
        expected = [2 * scaled[k] + (scaled[k - 2] if k >= 2 else 0) for k in range(order)]
        assert len(found) == order
        assert all(abs(a - b) < 1e-25 for a, b in zip(found, expected, strict=True))
