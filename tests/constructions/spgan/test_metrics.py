"""Distances between clouds: by hand, by another solver, by symmetrised clouds; degenerate sizes first."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch

from constructions.spgan import metrics
from constructions.spgan.haar import image, plane


def cloud(n, d=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def test_one_point_against_one_and_against_several():
    assert metrics.w1([[0.0, 0.0]], [[3.0, 4.0]]) == 5.0
    assert metrics.w1([[0.0]], [[1.0], [3.0]]) == pytest.approx(2.0)
    assert metrics.w1(cloud(5), cloud(5)) == 0.0


def test_w1_is_the_best_of_all_matchings():
    x, y = cloud(5, seed=1), cloud(5, seed=2)
    best = min(
        np.mean([np.linalg.norm(x[i] - y[p[i]]) for i in range(5)]) for p in permutations(range(5))
    )
    assert metrics.w1(x, y) == pytest.approx(best, abs=1e-12)


def test_both_solvers_agree_and_so_does_repeating_points():
    x, y = cloud(6, seed=3), cloud(4, seed=4)
    other = metrics.w1(np.repeat(x, 2, 0), np.repeat(y, 3, 0))  # 12 against 12: matched
    assert metrics.w1(x, y) == pytest.approx(other, abs=1e-12)


def test_collapse_to_one_mode_costs_what_the_paper_says():
    points = plane("C4").orbit(torch.tensor([[1.0, 1.0]])).reshape(4, 2)
    assert metrics.w1(points, [[1.0, 1.0]]) == pytest.approx(1 + math.sqrt(2) / 2, abs=1e-12)
    assert metrics.quotient_w1(points, [[1.0, 1.0]], plane("C4")) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "n", "m"), [("C4", 6, 6), ("D4", 5, 3), ("C3", 1, 4), ("D1", 4, 4)]
)
def test_the_quotient_is_w1_of_the_symmetrised_clouds(name, n, m):
    action = plane(name)
    x, y = cloud(n, seed=5), cloud(m, seed=6)
    full = metrics.w1(
        *(action.orbit(torch.as_tensor(one)).reshape(-1, 2).numpy() for one in (x, y))
    )
    assert metrics.quotient_w1(x, y, action) == pytest.approx(full, abs=1e-9)
    assert metrics.w1(x, y) > full - 1e-12


def test_images_keep_their_shape_for_the_action():
    x = torch.rand(3, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    y = torch.rot90(x.flip(-1), 3, (-2, -1))
    assert metrics.quotient_w1(x, y, image("D4")) == pytest.approx(0, abs=1e-7)
    assert metrics.quotient_w1(x, y, image("C4")) > 0.1


def test_a_cap_bounds_the_cost():
    assert metrics.w1([[0.0]], [[1e9]], cap=10.0) == 10.0
    assert metrics.quotient_w1([[0.0, 0.0]], [[0.0, 7.0]], plane("C4"), cap=3.0) == 3.0


def test_mmd_by_hand_and_unbiased():
    x, y = [[0.0], [1.0]], [[0.0], [2.0]]
    k = {d: math.exp(-d * d / 2) for d in (0, 1, 2)}
    cross = (k[0] + k[2] + k[1] + k[1]) / 4
    assert metrics.unbiased_mmd(x, y) == pytest.approx(k[1] + k[2] - 2 * cross, abs=1e-15)
    rng = np.random.default_rng(7)
    values = [metrics.unbiased_mmd(*rng.normal(size=(2, 6, 2))) for _ in range(2000)]
    error = np.std(values) / math.sqrt(2000)
    assert min(values) < 0
    assert abs(np.mean(values)) < 4.5 * error


def test_mmd_with_a_linear_kernel_is_the_unbiased_squared_gap_of_means():
    x, y = cloud(7, seed=8), cloud(5, seed=9)
    gap = x.mean(0) - y.mean(0)
    bias = sum(np.trace(np.cov(one.T)) / len(one) for one in (x, y))
    found = metrics.unbiased_mmd(x, y, lambda a, b: a @ b.T)
    assert found == pytest.approx(gap @ gap - bias, abs=1e-12)


def test_shares_and_their_distance_from_uniform():
    assert metrics.occupancy([0, 0, 2, 3], 4) == [0.5, 0.0, 0.25, 0.25]
    assert metrics.counts_off_uniform([0.5, 0.0, 0.25, 0.25]) == 0.25
    assert metrics.counts_off_uniform([0, 1, 0, 0]) == 0.75
    assert metrics.counts_off_uniform([1.0]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.w1([], [[0.0]]), "x: must be at least 1 finite points"),
        (lambda: metrics.w1([[0.0]], [[math.nan]]), "y: must be at least 1 finite points"),
        (lambda: metrics.unbiased_mmd([[0.0]], [[0.0], [1.0]]), "x: must be at least 2 finite"),
        (lambda: metrics.occupancy([], 3), "labels: must be from 0 to 2"),
        (lambda: metrics.occupancy([3], 3), "labels: must be from 0 to 2"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_without_pot_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ot", None)
    assert metrics.w1([[0.0]], [[1.0]]) == 1.0
    with pytest.raises(ModuleNotFoundError, match=r"touchstone\[transport\]"):
        metrics.w1([[0.0]], [[1.0], [2.0]])
