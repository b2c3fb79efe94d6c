"""Drift and diffusion of the ratio against quadrature of E[(rx-1) x 1] and E[(rx-1)^2 1]."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad

from constructions.psbn.drift import (
    DRIFT,
    DRIFT_SLOPE,
    GAMMA_VARIANCE,
    as_statement,
    diffusion,
    drift,
    root,
    root_certificate,
)
from constructions.psbn.moments import evaluate

RATIOS = (-3.0, -1.0, 0.0, 0.6, 2.0)


def mean(f, r, a=0.0):
    """E[w^2 f(x)] with slope a off the active part."""

    def density(x):
        return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

    on = quad(lambda x: f(x) * density(x), -r, np.inf, epsabs=1e-13)[0]
    return on + a * a * quad(lambda x: f(x) * density(x), -np.inf, -r, epsabs=1e-13)[0]


@pytest.mark.parametrize("a", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("r", RATIOS)
def test_drift_and_diffusion_are_moments_of_one_step(r, a):
    assert drift(r, a) == pytest.approx(mean(lambda x: (r * x - 1) * x, r, a), abs=1e-11)
    assert diffusion(r, a) == pytest.approx(mean(lambda x: (r * x - 1) ** 2, r, a), abs=1e-11)


@pytest.mark.parametrize("r", RATIOS)
def test_the_variance_of_the_gradient_in_gamma(r):
    assert evaluate(GAMMA_VARIANCE, r) == pytest.approx(mean(lambda x: x * x, r), abs=1e-11)


@pytest.mark.parametrize("r", RATIOS)
def test_the_slope_of_the_drift(r):
    step = 1e-6
    quotient = (drift(r + step) - drift(r - step)) / (2 * step)
    assert evaluate(DRIFT_SLOPE, r) == pytest.approx(quotient, abs=1e-8)


def test_the_listed_values():
    assert drift(-1.0) == pytest.approx(-0.642596702969744, abs=1e-15)
    assert root() == pytest.approx(0.62203597641487266, abs=1e-15)
    assert abs(drift(root())) < 1e-15


def test_the_drift_has_one_sign_on_each_side_of_its_zero():
    r = np.linspace(-10, 10, 4001)
    assert np.array_equal(drift(r) < 0, r < root())


def test_the_spelling_in_certificates():
    assert as_statement(((Fraction(1, 2), 0), (-1,))) == {"Phi": ["1/2", "0"], "phi": ["-1"]}
    made = root_certificate("psbn.T5", DRIFT, Fraction(1, 2), Fraction(2, 3))
    assert made["kind"] == "psbn.sign_change"
    assert made["statement"]["low"] == "1/2"
    assert made["statement"]["function"] == {"Phi": ["0", "1"], "phi": ["-1", "0", "-1"]}
