"""Gaussian moments against quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from constructions.psbn.moments import (
    Phi,
    evaluate,
    gradient_covariance,
    phi,
    relu_moments,
    truncated_moment,
)

RATIOS = (-4.0, -1.3, 0.0, 0.7, 4.0)


def density(x):
    return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


def integral(f, r):
    """Integral of f against the normal law over x > -r."""
    return quad(lambda x: f(x) * density(x), -r, np.inf, epsabs=1e-13)[0]


@pytest.mark.parametrize("r", RATIOS)
@pytest.mark.parametrize("k", range(5))
def test_truncated_moments_are_integrals(k, r):
    assert truncated_moment(k, r) == pytest.approx(integral(lambda x: x**k, r), abs=1e-11)


@pytest.mark.parametrize("r", RATIOS)
@pytest.mark.parametrize("a", [0.0, 0.1, 1.0])
def test_covariances_are_integrals_of_the_squared_slope(a, r):
    found = gradient_covariance(r, a)

    def both(f):
        below = quad(lambda x: a * a * f(x) * density(x), -np.inf, -r, epsabs=1e-13)[0]
        return below + integral(f, r)

    assert found.beta == pytest.approx(both(lambda x: 1), abs=1e-11)
    assert found.cross == pytest.approx(both(lambda x: x), abs=1e-11)
    assert found.gamma == pytest.approx(both(lambda x: x * x), abs=1e-11)


@pytest.mark.parametrize("r", RATIOS)
@pytest.mark.parametrize("gamma", [0.5, 3.0])
def test_moments_of_the_rectified_output(gamma, r):
    mean, square = relu_moments(r, gamma)
    assert mean == pytest.approx(integral(lambda x: gamma * (x + r), r), abs=1e-11)
    assert square == pytest.approx(integral(lambda x: (gamma * (x + r)) ** 2, r), abs=1e-10)


def test_arrays_and_scalars_give_the_same():
    r = np.array(RATIOS)
    assert np.array_equal(truncated_moment(2, r), [truncated_moment(2, one) for one in RATIOS])
    assert Phi(0.0) == 0.5
    assert phi(0.0) == pytest.approx(0.3989422804014327, abs=1e-16)


def test_the_empty_form_is_zero():
    assert evaluate(((), ()), 1.0) == 0


@pytest.mark.parametrize("k", [-1, 5])
def test_other_moments_are_refused(k):
    with pytest.raises(ValueError, match="k: must be in"):
        truncated_moment(k, 0.0)


@pytest.mark.parametrize("a", [-0.1, 1.1])
def test_slopes_out_of_range_are_refused(a):
    with pytest.raises(ValueError, match="a: must lie"):
        gradient_covariance(0.0, a)


@pytest.mark.parametrize("gamma", [0.0, -1.0])
def test_scales_that_are_not_positive_are_refused(gamma):
    with pytest.raises(ValueError, match="gamma: must be positive"):
        relu_moments(0.0, gamma)
