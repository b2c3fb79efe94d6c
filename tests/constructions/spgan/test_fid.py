"""The Fréchet distance against the matrix square root, known Gaussians, and few samples."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from constructions.spgan.fid import extrapolated, fid, kid


def normal(n, d=3, seed=0, shift=0.0, scale=1.0):
    return shift + scale * np.random.default_rng(seed).normal(size=(n, d))


def by_square_root(a, b):
    """The textbook formula, for full rank."""
    s, t = np.cov(a.T), np.cov(b.T)
    gap = a.mean(0) - b.mean(0)
    return gap @ gap + np.trace(s + t - 2 * sqrtm(s @ t).real)


def test_two_rows_are_enough_and_equal_samples_have_none():
    a = np.array([[0.0, 0.0], [2.0, 0.0]])
    assert fid(a, a) == pytest.approx(0, abs=1e-14)
    assert fid(a, a + np.array([0.0, 3.0])) == pytest.approx(9)
    # Variances 2 and 8 along one axis: (sqrt 8 - sqrt 2)^2 and the means 1 and 2.
    assert fid(a, 2 * a) == pytest.approx(2 + 1)


@pytest.mark.parametrize(("n", "m"), [(40, 40), (30, 50)])
def test_it_is_the_formula_with_a_matrix_square_root(n, m):
    a, b = normal(n, seed=1), normal(m, seed=2, shift=0.5, scale=2.0) @ normal(3, seed=3)
    assert fid(a, b) == pytest.approx(by_square_root(a, b), rel=1e-11)


def test_fewer_samples_than_features_still_give_a_real_value():
    # 6 rows in 40 dimensions: the eigenvalues of the singular product, tiny negative ones cut off.
    a, b = normal(6, 40, seed=4), normal(6, 40, seed=5)
    value = fid(a, b)
    s, t = np.cov(a.T), np.cov(b.T)
    eigen = np.linalg.eigvals(s @ t)
    cross = np.sqrt(np.clip(eigen.real, 0, None)).sum()
    gap = a.mean(0) - b.mean(0)
    assert value == pytest.approx(gap @ gap + np.trace(s + t) - 2 * cross, rel=1e-6)
    assert value > 0


def test_extrapolation_takes_most_of_the_bias_away():
    whole, rng = [], np.random.default_rng(6)
    for seed in range(12):
        a, b = normal(80, 8, seed=10 + seed), normal(80, 8, seed=50 + seed)
        whole.append((fid(a, b), extrapolated(a, b, rng)))
    plain, less = np.mean(whole, 0)
    assert plain > 0.3
    assert abs(less) < plain / 3


def test_kid_is_zero_in_the_mean_and_sees_a_shift():
    values = [kid(normal(20, seed=s), normal(20, seed=s + 500)) for s in range(300)]
    assert abs(np.mean(values)) < 4.5 * np.std(values) / 300**0.5
    assert kid(normal(100, seed=1), normal(100, seed=2, shift=1.0)) > 1


def test_kid_of_two_against_two_by_hand():
    # k = (xy + 1)^3 in one dimension: k(0, 1) = 1, k(2, 3) = 343, cross: 1, 1, 27, 64.
    assert kid([[0.0], [1.0]], [[2.0], [3.0]]) == pytest.approx(1 + 343 - 2 * (1 + 1 + 27 + 64) / 4)


@pytest.mark.parametrize("function", [fid, kid])
def test_bad_features_are_refused(function):
    with pytest.raises(ValueError, match="a: must be at least 2 finite rows"):
        function([[0.0]], normal(3))
    with pytest.raises(ValueError, match="b: must be at least 2 finite rows"):
        function(normal(3), np.full((3, 3), np.inf))


def test_features_must_match_and_extrapolation_needs_rows():
    with pytest.raises(ValueError, match="the same features, got 3 and 2"):
        fid(normal(4), normal(4, 2))
    with pytest.raises(ValueError, match="at least 16 rows each, got 15"):
        extrapolated(normal(15), normal(20), np.random.default_rng(0))
