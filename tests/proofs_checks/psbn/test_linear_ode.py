"""The enclosures of linear equations hold the solutions known in closed form, and are narrow."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx

from proofs_checks.psbn.gauss import Gauss
from proofs_checks.psbn.linear_ode import _box, advance, combination, steps
from proofs_checks.reading import Rejected

ORDER = 20


def constant(value):
    return [arb(value), *[arb(0)] * (ORDER - 1)]


def run(y, h, number, *coefficients):
    series = [constant(c) for c in coefficients]
    for _ in range(number):
        y = advance(y, h, series, series)
    return y


def test_the_cosine():
    with ctx.workprec(120):
        u, v = run((arb(1), arb(0)), arb(1) / 8, 16, 0, 0, 1)
        assert u.contains(arb(2).cos().mid())
        assert v.contains((-arb(2).sin()).mid())
        assert u.rad() < 1e-20


def test_steps_to_the_left_undo_steps_to_the_right():
    with ctx.workprec(120):
        there = run((arb(1), arb(2)), arb(1) / 8, 8, 3, 1, -2)
        back = run(there, -arb(1) / 8, 8, 3, 1, -2)
        assert back[0].contains(1)
        assert back[1].contains(2)
        assert back[0].rad() < 1e-15


def test_a_forced_line():
    """u'' = 1 from (0, 0): u = t^2 / 2."""
    with ctx.workprec(80):
        u, v = run((arb(0), arb(0)), arb(1) / 4, 4, 1, 0, 0)
        assert u.contains(arb(0.5))
        assert v.contains(1)


def test_nothing_moves_where_nothing_acts():
    with ctx.workprec(80):
        assert run((arb(1), arb(0)), arb(1), 3, 0, 0, 0) == (arb(1), arb(0))


def test_the_logistic_like_decay_with_series_coefficients():
    """u'' = -B u' with B = phi/Phi: u' = c / Phi, here through the quotient series."""
    number, ends = 16, (Fraction(0), Fraction(1))
    phi, Phi = Gauss((), (Fraction(1),)), Gauss((Fraction(1),), ())
    with ctx.workprec(120):
        y = (arb(0), arb(1))
        for step in steps([(phi, Phi)], ends, number, ORDER):
            zero = [arb(0)] * ORDER
            at, over = ((zero, quotient[0], zero) for quotient in (step.at, step.over))
            y = advance(y, step.h, at, over)
        expected = Phi.at(arb(0)) / Phi.at(arb(1))
        assert y[1].overlaps(expected)
        assert y[1].rad() < 1e-15


def test_too_wide_a_step_is_rejected_and_not_guessed():
    with ctx.workprec(80), pytest.raises(Rejected, match="steps"):
        run((arb(1), arb(1)), arb(50), 1, 0, 0, -1)


def test_a_denominator_with_a_zero_is_rejected():
    line = Gauss((Fraction(0), Fraction(1)), ())  # r Phi, zero at 0
    with ctx.workprec(80), pytest.raises(Rejected, match="may vanish"):
        steps([(None, line)], (Fraction(-1), Fraction(1)), 3, 8)


def test_a_zero_strictly_inside_a_step_is_rejected_as_well():
    line = Gauss((Fraction(-1, 2), Fraction(1)), ())  # zero at 1/2
    with ctx.workprec(80), pytest.raises(Rejected, match="may vanish"):
        steps([(None, line)], (Fraction(0), Fraction(1)), 1, 6)


def test_combinations_are_linear():
    with ctx.workprec(60):
        assert combination([(arb(2), [arb(1), arb(3)]), (arb(-1), [arb(5), arb(1)])]) == [-3, 5]


def test_the_box_holds_the_whole_step_and_not_its_end_alone():
    """u'' = -2 from (0, 1): u = t - t^2 rises to 1/4 and is back at 0 after the step of width 1."""
    with ctx.workprec(60):
        u, v = _box((arb(0), arb(1)), arb(1), [constant(c) for c in (-2, 0, 0)])
    assert all(u.contains(arb(value)) for value in (0, 0.25))
    assert all(v.contains(value) for value in (-1, 0, 1))
