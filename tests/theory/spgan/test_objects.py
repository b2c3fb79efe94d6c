"""What the claims compute with, against values worked out by hand and against a second route."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from random import Random

import numpy as np
import pytest

from constructions.spgan.actions import cyclic_action, point_action
from constructions.spgan.kernels import Kernel, identity, partition_kernel
from constructions.spgan.spaces import fixed_instance, probability
from theory._core.registry import discover
from theory.spgan._cases import exchanged, hamming, lipschitz_instances
from theory.spgan.any_kernel import ROWS
from theory.spgan.generators import T7b, commutes, invariant_laws, is_equivariant, law, maps
from theory.spgan.kernel_structure import range_value, with_transient
from theory.spgan.mode_collapse import laws, representatives
from theory.spgan.network_classes import average, kinks, network, turned_lines
from theory.spgan.penalty import ROTATION, SHEARED, Average, Polynomial, moved, objective, penalty
from theory.spgan.released_code import disc, discriminator, distinct, expanded, turn, weights
from theory.spgan.reported import by_order_statistics, difference, expected_w1

HALF = Fraction(1, 2)


def test_equivariant_maps_of_a_transitive_action_are_as_many_as_fixed_points_allow():
    C3, S3 = cyclic_action(3), point_action(3)
    assert sum(is_equivariant(C3, C3, g) for g in maps(C3, C3)) == 3
    assert sum(is_equivariant(S3, S3, g) for g in maps(S3, S3)) == 1
    assert not commutes(C3.permutations, C3.permutations, (0, 2, 1))


def test_laws_of_maps_add_up_the_masses():
    assert law((1, 1, 0), probability([1, 2, 3]), 3) == (HALF, HALF, 0)
    trivial = cyclic_action(1)
    assert invariant_laws(trivial, trivial, (Fraction(1),)) == (1, 0)
    assert T7b["masses"] == (1, 1, 1, 1)


def test_laws_of_a_denominator_are_counted_by_stars_and_bars():
    assert len(list(laws(3, 4))) == 15
    assert len(set(laws(4, 6))) == 84
    action = next(one for _, one in lipschitz_instances("test")).action
    made = representatives(action, (Fraction(1, 16),) * 16)
    assert sorted(made) == [0] * 12 + [Fraction(1, 4)] * 4


def test_the_supremum_over_a_range_is_that_of_a_grid_search():
    K = Kernel(ROWS)
    Q, P = probability([4, 3, 3]), probability([2, 2, 6])
    a, b = np.meshgrid(np.linspace(0, 4, 201), np.linspace(0, 4, 201))
    gains = 0.4 * a + 0.3 * b + 0.15 * (a + b)
    for p, g in ((0.2, a), (0.2, b), (0.6, (a + b) / 2)):
        gains -= p * (g**2 / 2 + 0.5)
    found = range_value(K, Q, P)
    assert found is not None
    assert float(found) == pytest.approx(gains.max(), abs=1e-3)
    assert range_value(K, probability([6, 1, 3]), P) is None  # negative somewhere: the clip acts


def test_ranges_of_projections_give_the_divergence_of_block_masses():
    Q, P = probability([1, 2, 3]), probability([2, 1, 1])
    K = partition_kernel([[0, 1], [2]], [1, 1, 1])
    by_blocks = ((HALF**2 / Fraction(3, 4) + HALF**2 / Fraction(1, 4)) - 1) / 2
    assert range_value(K, Q, P) == by_blocks
    with pytest.raises(ValueError, match="must be positive"):
        range_value(K, Q, probability([1, 0, 1]))


def test_transient_points_keep_a_kernel_idempotent_and_make_it_improper():
    K = with_transient(identity(2), Random(0))
    assert K.size == 3
    assert K.is_idempotent
    assert not K.is_proper


def test_the_fixed_instance_is_the_first_and_exchanging_swaps_the_laws():
    instances = dict(lipschitz_instances("test"))
    assert instances["fixed: C4 on the 4x4 grid"] == fixed_instance()
    swapped = exchanged(fixed_instance())
    assert (swapped.P, swapped.Q) == (fixed_instance().Q, fixed_instance().P)
    skew = dict(lipschitz_instances("test", closed=False))
    assert skew["fixed: C4 on the 4x4 grid"].metric.grid == (4, 1, 3)


def test_hamming_distances_count_places():
    metric = hamming(2, 3)
    assert metric.distances[0] == (0, 1, 1, 2, 1, 2, 2, 3)


def test_gradients_of_averages_agree_with_differences():
    g = Polynomial(((2, 1, Fraction(1)), (0, 1, Fraction(-3)), (3, 0, HALF)))
    for A in (ROTATION, SHEARED):
        assert moved(A, (Fraction(2), Fraction(5)), 4) == (2, 5)
        Sg = Average(g, A)
        x, h = (Fraction(1, 3), Fraction(-2, 5)), Fraction(1, 10**6)
        along = (Sg((x[0] + h, x[1])) - Sg((x[0] - h, x[1]))) / (2 * h)
        assert abs(along - Sg.gradient(x)[0]) < Fraction(1, 10**9)


def test_penalties_are_one_sided_and_squared():
    steep = Polynomial(((1, 0, Fraction(3)),))
    flat = Polynomial(((1, 0, HALF),))
    origin = [(Fraction(0), Fraction(0))]
    assert penalty(steep, origin) == 8
    assert penalty(flat, origin) == 0
    assert objective(origin, origin, origin, steep) == -HALF - 80


def test_kink_lines_are_found_by_values():
    neurons = [(1, (1, 0), 1), (2, (1, 1), -3)]
    assert kinks(network(neurons), neurons) == 2
    assert kinks(average(network(neurons)), neurons) == 8 == len(turned_lines(neurons))
    cancelled = [(1, (1, 0), 0), (-1, (1, 0), 0)]
    assert kinks(network(cancelled), cancelled) == 0


def test_layers_of_the_rebuilt_discriminator_are_equivariant():
    import torch

    lifting, second, _ = weights(Random(7))
    image = torch.arange(25, dtype=torch.float64).reshape(1, 1, 5, 5)
    for w, x in ((lifting, image), (second, torch.rand(1, 8, 5, 5, dtype=torch.float64))):
        full = expanded(w).reshape(8, -1, 3, 3)
        out = torch.nn.functional.conv2d(x, full, padding=1)
        turned = torch.rot90(x, 1, (-2, -1))
        if x.shape[1] == 8:
            turned = turned.reshape(1, 2, 4, 5, 5).roll(1, dims=2).reshape(1, 8, 5, 5)
        expected = torch.rot90(out, 1, (-2, -1)).reshape(1, 2, 4, 5, 5).roll(1, dims=2)
        again = torch.nn.functional.conv2d(turned, full, padding=1).reshape(1, 2, 4, 5, 5)
        assert torch.allclose(again, expected, atol=1e-12)
    score = discriminator(image[0, 0].repeat(2, 2)[:8, :8], weights(Random(7)), floor=True)
    assert score.shape == (2,)


def test_pixels_are_rounded_as_by_floats():
    for x, y in sorted(disc(7)):
        expected = round((x + y) / sqrt(2)), round((y - x) / sqrt(2))
        assert turn((x, y), 1) == expected
        assert turn((x, y), 2) == (y, -x)
    assert len(disc(7)) == 37


def test_expected_numbers_of_different_draws():
    assert distinct(2, 2, replace=True) == Fraction(3, 2)
    assert distinct(5, 3, replace=False) == 3


def test_expected_distances_of_samples_by_two_routes_and_by_simulation():
    assert difference(1) == [0, 2, -2]
    assert [expected_w1(n, (0, 1)) for n in (1, 2)] == [
        Fraction(1, 3),
        by_order_statistics(2, (0, 1)),
    ]
    rng = np.random.default_rng(3)
    x, y = np.sort(rng.random((2, 20000, 3)), axis=-1)
    assert float(expected_w1(3, (0, 1))) == pytest.approx(abs(x - y).mean(), abs=5e-3)


def test_all_certified_numbers_name_their_digest():
    names = [one.name for one in discover().claims["spgan.T5"].checks]
    assert names == ["both_sizes", "larger_grids"]
