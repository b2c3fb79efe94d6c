"""Clouds: the quotient shortcut, other routes to W1, unbiased MMD."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.stats import wasserstein_distance

from constructions.spgan.samples import (
    augmented,
    cloud_quotient_w1,
    cloud_w1,
    distances,
    orbit_distances,
    rotations,
    transport_cost,
    unbiased_mmd,
)


def clouds(seed, n=30, m=20, d=2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d)) + 0.5


@pytest.mark.parametrize("T", [rotations(1), rotations(4), rotations(5), rotations(4, mirror=True)])
def test_the_quotient_shortcut_equals_the_augmented_clouds(T):
    x, y = clouds(len(T))
    full = cloud_w1(augmented(x, T), augmented(y, T))
    assert cloud_quotient_w1(x, y, T) == pytest.approx(full, abs=1e-12)


def test_equal_numbers_are_an_assignment():
    x, y = clouds(0, 25, 25, 3)
    c = distances(x, y)
    assert cloud_w1(x, y) == pytest.approx(c[linear_sum_assignment(c)].mean(), abs=1e-12)
    assert cloud_w1(x, x) == pytest.approx(0, abs=1e-12)


def test_the_line_against_scipy():
    x, y = clouds(1, 31, 17, 1)
    assert cloud_w1(x, y) == pytest.approx(wasserstein_distance(x[:, 0], y[:, 0]), abs=1e-12)


def test_groups_of_the_plane():
    turns = rotations(4)
    assert (turns[1] == [[0, -1], [1, 0]]).all()  # (x, y) -> (-y, x)
    dihedral = rotations(4, mirror=True)
    products = {tuple(np.rint(s @ t).ravel()) for s in dihedral for t in dihedral}
    assert products == {tuple(t.ravel()) for t in dihedral}
    assert len(products) == 8
    assert rotations(3).shape == (3, 2, 2)


def test_orbit_distances_by_hand():
    x, y = np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]])
    assert orbit_distances(x, y, rotations(4)) == pytest.approx(1)
    assert orbit_distances(x, y, rotations(2)) == pytest.approx(np.sqrt(5))


def test_weights():
    cost = np.array([[0.0, 2.0], [2.0, 0.0]])
    assert transport_cost(cost, [1.0, 0.0], [0.25, 0.75]) == pytest.approx(1.5)
    for q in ([0.5, 0.4], [1.5, -0.5], [1.0]):
        with pytest.raises(ValueError, match="q: must be 2 probabilities"):
            transport_cost(cost, q)


def test_unbiased_mmd_is_the_double_sum_and_has_mean_zero():
    x, y = clouds(2, 6, 5)

    def k(u, v):
        return np.exp(-((u - v) ** 2).sum() / 8)

    expected = (
        np.mean([k(u, v) for i, u in enumerate(x) for j, v in enumerate(x) if i != j])
        + np.mean([k(u, v) for i, u in enumerate(y) for j, v in enumerate(y) if i != j])
        - 2 * np.mean([k(u, v) for u in x for v in y])
    )
    assert unbiased_mmd(x, y, 2.0) == pytest.approx(expected, abs=1e-13)
    rng = np.random.default_rng(3)
    drawn = [unbiased_mmd(*rng.normal(size=(2, 8, 2)), 1.0) for _ in range(300)]
    assert min(drawn) < 0
    assert abs(np.mean(drawn)) < 4 * np.std(drawn) / np.sqrt(300)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: cloud_w1(np.zeros((0, 2)), np.zeros((1, 2))), "x: must be finite"),
        (lambda: cloud_w1(np.zeros(3), np.zeros((1, 2))), "x: must be finite"),
        (lambda: cloud_w1(np.zeros((1, 2)), np.full((1, 2), np.nan)), "y: must be finite"),
        (lambda: cloud_w1(np.zeros((1, 2)), np.zeros((1, 3))), "y: must have 2"),
        (lambda: augmented(np.zeros((1, 3)), rotations(4)), "T: must be matrices"),
        (lambda: augmented(np.zeros((1, 2)), 2 * rotations(4)), "T: must be orthogonal"),
        (lambda: rotations(0), "order"),
        (lambda: transport_cost(np.full((1, 1), np.inf)), "cost: must be a finite"),
        (lambda: unbiased_mmd(np.zeros((1, 2)), np.zeros((2, 2)), 1.0), "at least 2 points"),
        (lambda: unbiased_mmd(np.zeros((2, 2)), np.zeros((2, 2)), 0.0), "bandwidth"),
    ],
)
def test_bad_arguments_are_named(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()


def test_without_pot_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("constructions.spgan.samples.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"touchstone\[transport\]"):
        cloud_w1(np.zeros((1, 2)), np.zeros((1, 2)))
