"""Collapse constants and tail exponents: two methods, closed forms, and simulation of a toy."""

from __future__ import annotations

from fractions import Fraction
from math import pi, sqrt

import numpy as np
import pytest

from constructions.psbn import hazard
from constructions.psbn.hazard import (
    OVERSHOOT,
    Place,
    collapse_constant,
    collapse_constant_by_collocation,
    discrete_place,
    tail_certificate,
    tail_exponent,
    tail_exponent_by_shooting,
    time_certificate,
)
from proofs_checks.certificate import check


def place(r0, c, R):
    return Place(Fraction(r0), Fraction(c), Fraction(R))


PLACES = [
    place("0", "3/2", "1"),
    place("1/2", "2", "1"),
    place("-1", "3", "0"),
    place("0", "1/4", "0"),
]


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("model", ["frozen", "held"])
def test_quadrature_and_collocation_agree(model, where):
    first = collapse_constant(model, where)
    assert first == pytest.approx(collapse_constant_by_collocation(model, where), rel=1e-9)


@pytest.mark.parametrize(
    ("model", "c", "value"),
    [
        ("frozen", "3/2", 12.98275577019045),
        ("frozen", "2", 28.37147501157094),
        ("frozen", "3", 206.6589373023332),
        ("held", "3/2", 3.1289362550),
        ("held", "3", 7.2797490575),
    ],
)
def test_the_listed_constants(model, c, value):
    assert collapse_constant(model, place(0, c, 1)) == pytest.approx(value, rel=2e-11)


def test_a_narrow_strip_behaves_like_brownian_motion():
    """From the reflecting end to distance c of a strip where Phi is 1/2: the mean time is 2 c^2."""
    assert collapse_constant("frozen", place(0, "1/1000", 0)) == pytest.approx(2e-6, rel=2e-3)


def test_starting_on_the_threshold_takes_no_time_in_the_limit():
    assert collapse_constant("held", place("-999/1000", 1, 1)) < 5e-3


@pytest.mark.parametrize("c", [0.25, 1.0, 3.0])
@pytest.mark.parametrize("R", [0.5, 1.0])
def test_collocation_and_shooting_agree_on_the_exponent(c, R):
    assert tail_exponent(c, R) == pytest.approx(tail_exponent_by_shooting(c, R), abs=1e-7)


@pytest.mark.parametrize(
    ("c", "value"),
    [(0.25, 1.72384), (0.5, 1.53556), (1, 1.34376), (1.5, 1.25003), (2, 1.19548), (3, 1.13538)],
)
def test_the_listed_exponents(c, value):
    assert tail_exponent(c, 1.0) == pytest.approx(value, abs=6e-6)


@pytest.mark.parametrize("ends", [(1.0, 1.0), (0.5, 2.0), (2.0, 0.0), (3.0, 0.5)])
def test_a_flat_plane_has_the_exponent_of_its_wedge(monkeypatch, ends):
    """Phi = 1, phi = 0: A = 1 + r^2, b = r, V = 1, and u = (1 + r^2)^(p/2) cos(p angle - d), r = tan(angle).

    u'(R) = 0 gives d = (p - 1) arctan R, and u(-c) = 0 the exponent.
    """
    c, R = ends
    flat = {
        hazard.DIFFUSION: lambda r: 1 + r * r,
        hazard.DRIFT: lambda r: r,
        hazard.GAMMA_VARIANCE: np.ones_like,
    }
    monkeypatch.setattr(hazard, "evaluate", lambda form, r: flat[form](np.asarray(r, dtype=float)))
    stated = (pi / 2 + np.arctan(R)) / (np.arctan(c) + np.arctan(R))
    assert tail_exponent(c, R) == pytest.approx(stated, abs=1e-9)
    assert tail_exponent_by_shooting(c, R) == pytest.approx(stated, abs=1e-7)


def test_the_overshoot_is_that_of_a_simulated_walk():
    """Mean overshoot of a Gaussian walk over a far level, in step sizes: Siegmund's 0.5826."""
    rng = np.random.default_rng(5)
    state, done, beyond = np.full(15_000, -12.0), np.zeros(15_000, bool), np.zeros(15_000)
    for _ in range(2500):
        state[~done] += rng.standard_normal((~done).sum())
        new = ~done & (state > 0)
        beyond[new], done = state[new], done | new
    spread = beyond[done].std() / sqrt(done.sum())
    assert abs(beyond[done].mean() - OVERSHOOT) < 4.5 * spread + 0.002


def test_the_threshold_moves_with_the_step():
    where = place(0, "3/2", 1)
    assert float(discrete_place("frozen", where, 0.1).c) == pytest.approx(
        1.5 + 0.05826 * 0.2585, abs=1e-4
    )
    assert discrete_place("frozen", where, 0.0) == where
    assert discrete_place("held", where, 0.1).c > discrete_place("frozen", where, 0.1).c


@pytest.mark.parametrize(("r0", "c", "R"), [(2, 1, 1), (-1, 1, 1), (-2, 1, 1)])
def test_places_out_of_order_are_refused(r0, c, R):
    with pytest.raises(ValueError, match="r0: must satisfy"):
        place(r0, c, R)


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match="model: must be one of frozen, held"):
        collapse_constant("melted", place(0, 1, 1))


def test_certificates_say_what_they_were_asked_to():
    where = place(0, 1, 1)
    value = Fraction(collapse_constant("held", where)).limit_denominator(10**8)
    made = time_certificate("psbn.T7b", hazard.MODELS["held"], where, value, Fraction(1, 10**6))
    assert check(made, claim="psbn.T7b").summary.startswith("c=1 r0=0 R=1")
    exponent = Fraction(tail_exponent(1.0, 1.0)).limit_denominator(10**8)
    made = tail_certificate("psbn.T7c", (Fraction(1), Fraction(1)), exponent, Fraction(1, 10**5))
    assert check(made, claim="psbn.T7c").summary.startswith("c=1 R=1")
