"""Matchings, potentials and enumerations against each other."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from random import Random

import pytest

from constructions.spgan.actions import cyclic_action, grid_action, trivial_action
from constructions.spgan.groups import cyclic
from constructions.spgan.spaces import FiniteMetric, grid_metric, random_metric
from theory.spgan._lipschitz import (
    integer_lipschitz,
    lipschitz_constant,
    orbit_distance,
    potential,
)
from theory.spgan._spaces import small


def test_under_the_trivial_group_the_distance_is_that_of_the_points():
    metric = random_metric(4, 3, Random(1))
    action = trivial_action(4)
    for x in range(4):
        for y in range(4):
            assert orbit_distance(action, metric, x, y) == (metric.distances[x][y], ((x, y),))


def test_orbits_of_different_sizes_split_their_mass():
    action = small()["C2: a swap and a fixed point"]
    metric = FiniteMetric(((0, 2, 5), (2, 0, 4), (5, 4, 0)))
    assert orbit_distance(action, metric, 0, 2)[0] == Fraction(9, 2)
    assert orbit_distance(action, metric, 0, 1)[0] == 0


def test_too_large_orbits_are_refused():
    with pytest.raises(ValueError, match="common multiple of at most 6, got 7"):
        orbit_distance(cyclic_action(7), random_metric(7, 2, Random(0)), 0, 1)


@pytest.mark.parametrize("weights", [(1, 1), (1, 3)])
def test_potentials_are_lipschitz_and_have_the_value_of_the_matching(weights):
    action, metric = grid_action(cyclic(4), 4), grid_metric(4, weights)
    for x, y in ((0, 1), (0, 5), (1, 2)):
        value, pairs = orbit_distance(action, metric, x, y)
        g = potential(metric, pairs)
        assert g is not None
        assert lipschitz_constant(metric, g) == 1
        assert sum(g[a] - g[b] for a, b in pairs) / len(pairs) == value


def test_a_matching_that_is_not_optimal_has_no_potential():
    metric = FiniteMetric(((0, 1, 3, 3), (1, 0, 3, 3), (3, 3, 0, 1), (3, 3, 1, 0)))
    assert potential(metric, [(0, 2), (1, 3)]) is not None
    assert potential(metric, [(0, 2), (2, 0)]) is None


def test_enumerated_functions_are_all_of_the_lipschitz_ones():
    metric = FiniteMetric(((0, 1, 2), (1, 0, 2), (2, 2, 0)))
    found = set(integer_lipschitz(metric))
    assert all(lipschitz_constant(metric, g) <= 1 and g[0] == 0 for g in found)
    by_hand = sum(abs(b) <= 2 and abs(a - b) <= 2 for a in (-1, 0, 1) for b in range(-9, 10))
    assert len(found) == by_hand == 13


def test_the_largest_mean_over_lipschitz_functions_is_a_matching():
    metric, rng = random_metric(4, 2, Random(3)), Random(4)
    a, b = rng.sample(range(4), 2), [0, 3]
    best = min(
        sum(metric.distances[x][y] for x, y in zip(a, p, strict=True)) for p in permutations(b)
    )
    assert best == max(
        sum(g[x] for x in a) - sum(g[y] for y in b) for g in integer_lipschitz(metric)
    )
