"""The edges of the enclosures: each coefficient and each place of the equation counts by its sign."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest
from flint import arb, ctx

from proofs_checks.psbn import linear_ode
from proofs_checks.psbn.gauss import Gauss
from proofs_checks.psbn.linear_ode import (
    _box,
    _quotient,
    _taylor,
    _value,
    _wider,
    advance,
    combination,
    steps,
)
from proofs_checks.reading import Rejected

ONE = Gauss((Fraction(2),), ())  # 2 Phi: 1 at 0
TINY = 1e-20


def constant(*values, order=6):
    return [[arb(v), *[arb(0)] * (order - 1)] for v in values]


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(100):
        yield


def test_steps_are_equal_and_go_from_end_to_end():
    quotients = [(None, ONE), (ONE, ONE)]
    for ends in ((Fraction(0), Fraction(1)), (Fraction(1), Fraction(-1))):
        way = steps(quotients, ends, 4, 3)
        width = (ends[1] - ends[0]) / 4
        assert len(way) == 4
        for k, step in enumerate(way):
            assert step.h == float(width)
            t = ends[0] + k * width
            first, second = step.at
            assert (len(first), len(second)) == (3, 3)
            assert abs(first[0] * ONE.at(arb(float(t))) - 1) < TINY
            assert abs(second[0] - 1) < TINY
            over = step.over[0][0]
            for place in (t, t + width / 2, t + width):
                assert over.overlaps(1 / ONE.at(arb(float(place))))
            assert over.rad() < 3 * abs(float(width))
            with pytest.raises(FrozenInstanceError):
                step.h = arb(0)


def test_a_quotient_is_the_series_of_its_parts():
    """r Phi / (2 Phi) = r / 2 and 1 / (2 Phi) at 0: 1 - 2 phi(0) t + 4 phi(0)^2 t^2."""
    cap = ctx.cap
    half = _quotient((Gauss((Fraction(0), Fraction(1)), ()), ONE), arb(3), 4)
    for found, expected in zip(half, (1.5, 0.5, 0, 0), strict=True):
        assert abs(found - expected) < TINY
    unit = 1 / (2 * arb.pi()).sqrt()
    inverse = _quotient((None, ONE), arb(0), 3)
    for found, expected in zip(inverse, (1, -2 * unit, 4 * unit**2), strict=True):
        assert abs(found - expected) < TINY
    nothing = _quotient((Gauss((), ()), ONE), arb(0), 5)
    assert nothing == [0] * 5
    assert ctx.cap == cap


def test_denominators_of_either_sign_are_taken_and_those_without_are_named():
    minus = Gauss((Fraction(-2),), ())
    assert abs(_quotient((None, minus), arb(0), 1)[0] + 1) < TINY
    line = Gauss((Fraction(0), Fraction(1)), ())
    with pytest.raises(Rejected, match=r"^denominator: may vanish near r = 0$"):
        _quotient((None, line), arb(0), 2)
    with pytest.raises(Rejected, match=r"^denominator: may vanish near r = 0.5$"):
        _quotient((None, line), arb(0.5, 0.6), 2)


def test_a_combination_has_all_coefficients():
    parts = [(arb(2), [arb(1), arb(0), arb(3)]), (arb(-1), [arb(4), arb(5), arb(6)])]
    assert combination(parts) == [-2, -5, 0]
    assert combination(parts[:1]) == [2, 0, 6]


def test_a_polynomial_has_its_value():
    assert _value([arb(1), arb(2), arb(3)], arb(2)) == 17
    assert _value([arb(7)], arb(2)) == 7
    assert _value([], arb(2)) == 0


def test_taylor_coefficients_come_from_the_equation():
    """u'' = F - B u' - V u with F = 7 + 8 t, B = 2 + 3 t, V = 5 - t, u = 1, u' = 4 at 0.

    u'' = 7 - 8 - 5 = -6 and u''' = 8 - (2 u'' + 3 u') - (5 u' - u) = 8 - (-12 + 12) - (20 - 1) = -11.
    """
    series = [[arb(x), arb(y), arb(0)] for x, y in ((7, 8), (2, 3), (5, -1))]
    u, v = _taylor((arb(1), arb(4)), series, 4)
    assert u == [1, 4, -3, arb(-11) / 6] or all(
        abs(a - b) < TINY for a, b in zip(u, (1, 4, -3, arb(-11) / 6), strict=True)
    )
    assert all(abs(a - b) < TINY for a, b in zip(v[:3], (4, -6, arb(-11) / 2), strict=True))
    assert (len(u), len(v)) == (4, 4)


@pytest.mark.parametrize("h", [0.25, -0.25])
@pytest.mark.parametrize(
    ("F", "B", "V", "solution"),
    [
        (1, 0, 0, lambda t: (1 + 2 * t + t * t / 2, 2 + t)),
        (0, 1, 0, lambda t: (3 - 2 * (-t).exp(), 2 * (-t).exp())),
        (0, -1, 0, lambda t: (2 * t.exp() - 1, 2 * t.exp())),
        (0, 0, -1, lambda t: (t.cosh() + 2 * t.sinh(), t.sinh() + 2 * t.cosh())),
        (0, 0, 1, lambda t: (t.cos() + 2 * t.sin(), -t.sin() + 2 * t.cos())),
    ],
)
def test_one_step_encloses_the_solution_and_the_box_all_of_it(F, B, V, solution, h):
    """From (1, 2) at 0."""
    y, series = (arb(1), arb(2)), constant(F, B, V, order=10)
    found = advance(y, arb(h), series, series)
    assert all(ball.contains(x.mid()) for ball, x in zip(found, solution(arb(h)), strict=True))
    assert max(found[0].rad(), found[1].rad()) < 1e-10
    box = _box(y, arb(h), series)
    for k in range(9):
        there = solution(arb(h) * k / 8)
        assert all(ball.contains(x.mid()) for ball, x in zip(box, there, strict=True))
    assert max(box[0].rad(), box[1].rad()) < 2


@pytest.mark.parametrize("order", [2, 3, 9])
def test_the_order_of_a_step_may_be_odd(order):
    """u'' = u from (1, 2): cosh + 2 sinh."""
    series, h = constant(0, 0, -1, order=order), arb(1) / 16
    u, v = advance((arb(1), arb(2)), h, series, series)
    assert u.contains((h.cosh() + 2 * h.sinh()).mid())
    assert v.contains((h.sinh() + 2 * h.cosh()).mid())


def test_a_remainder_is_taken_over_the_whole_step():
    """u'' = F with F = t known only as [0, 1] over the step: u(1) in [0, 1/2] around the Taylor part."""
    at = [[arb(0), arb(0)], *constant(0, 0, order=2)]
    over = [[arb(0.5, 0.5), arb(0.5, 0.5)], *constant(0, 0, order=2)]
    u, v = advance((arb(0), arb(0)), arb(1), at, over)
    assert u.overlaps(arb(0))
    assert u.overlaps(arb(0.49))
    assert v.overlaps(arb(0.49))
    assert u.rad() < 0.6


def test_boxes_are_tried_as_often_as_stated(monkeypatch):
    assert linear_ode.WIDENINGS == 40
    reason = r"^evidence.steps: too few to enclose the solution$"
    wide = constant(0, 0, -1)
    with pytest.raises(Rejected, match=reason):
        _box((arb(1), arb(1)), arb(3), wide)
    # At rest the first image is the box itself.
    monkeypatch.setattr(linear_ode, "WIDENINGS", 1)
    assert _box((arb(1), arb(0)), arb(1), constant(0, 0, 0)) == (arb(1), arb(0))
    with pytest.raises(Rejected, match=reason):
        _box((arb(1), arb(1)), arb(0.25), constant(0, 0, 0))
    monkeypatch.setattr(linear_ode, "WIDENINGS", 2)
    u, v = _box((arb(1), arb(1)), arb(0.25), constant(0, 0, 0))
    assert u.contains(arb(1.25))
    assert v.contains(1)
    assert u.rad() < 0.2
    monkeypatch.setattr(linear_ode, "WIDENINGS", 0)
    with pytest.raises(Rejected, match=reason):
        _box((arb(1), arb(0)), arb(1), constant(0, 0, 0))


def test_a_box_grows_by_a_sixteenth_and_is_never_a_point():
    for value in (arb(16), arb(-16), arb(8, 8)):
        wide = _wider(value)
        assert wide.contains(value + 1)
        assert wide.contains(value - 1)
        assert abs(wide.rad() - value.rad() - 1) < 1e-6
    tiny = _wider(arb(0))
    assert tiny.contains(arb(2) ** -61)
    assert tiny.contains(-(arb(2) ** -61))
    assert abs(tiny.rad() * 2**60 - 1) < 1e-6
