"""Finite metric spaces and the instances."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.spgan.actions import cyclic_action, grid_action
from constructions.spgan.groups import cyclic, dihedral
from constructions.spgan.spaces import (
    FiniteMetric,
    Instance,
    fixed_instance,
    grid_metric,
    is_invariant,
    probability,
    random_instance,
    random_metric,
    random_probability,
)


@pytest.mark.parametrize("weights", [(1, 1), (1, 3), (Fraction(1, 2), 2)])
@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_grids_are_metric_spaces_also_when_checked(m, weights):
    metric = grid_metric(m, weights)
    assert FiniteMetric(metric.distances).distances == metric.distances
    assert metric.scaled(3).distances == grid_metric(m, (3 * weights[0], 3 * weights[1])).distances


def test_distances_of_the_grid():
    d = grid_metric(4, (1, 3)).distances
    assert (d[0][1], d[0][4], d[0][15]) == (6, 2, 24)


def test_quarter_turns_are_isometries_of_equal_weights_only():
    for group in (cyclic(4), dihedral(4)):
        assert is_invariant(grid_metric(4), grid_action(group, 4))
        assert not is_invariant(grid_metric(4, (1, 3)), grid_action(group, 4))
    assert is_invariant(grid_metric(4, (1, 3)), grid_action(dihedral(2), 4))
    assert not is_invariant(FiniteMetric(((0, 1, 2), (1, 0, 2), (2, 2, 0))), cyclic_action(3))
    with pytest.raises(ValueError, match="action"):
        is_invariant(grid_metric(2), cyclic_action(3))


def test_the_fixed_instance():
    one = fixed_instance()
    assert sum(one.P) == sum(one.Q) == 1
    assert (one.P[0], one.Q[0], one.action.group.name) == (Fraction(8, 75), Fraction(6, 80), "C4")
    # the orbit of (-3, -3): the corners, 0, 3, 12, 15
    assert one.SP[0] == Fraction(8 + 2 + 5 + 7, 300) == one.SP[15]
    assert one.SQ[3] == Fraction(6 + 9 + 7 + 1, 320)


def test_random_instances_follow_their_stream():
    one, same = (random_instance(dihedral(4), 3, Random(4)) for _ in "ab")
    assert one == same
    assert one != random_instance(dihedral(4), 3, Random(5))
    assert sum(random_probability(1, 1, Random(0))) == 1


@pytest.mark.parametrize("size", [1, 2, 7])
def test_random_metrics_are_metrics(size):
    assert random_metric(size, 5, Random(1)).size == size


@pytest.mark.parametrize(
    ("distances", "reason"),
    [
        ((), "square"),
        (((0, 1),), "square"),
        (((1,),), "diagonal"),
        (((0, 0), (0, 0)), "positive"),
        (((0, 1), (2, 0)), "symmetric"),
        (((0, 1, 3), (1, 0, 1), (3, 1, 0)), "triangle"),
    ],
)
def test_what_is_no_metric_is_refused(distances, reason):
    with pytest.raises(ValueError, match=reason):
        FiniteMetric(distances)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="weights"):
        grid_metric(3, (1, 0))
    with pytest.raises(ValueError, match="factor"):
        grid_metric(3).scaled(0)
    with pytest.raises(ValueError, match="masses"):
        probability([0, 0])
    with pytest.raises(ValueError, match="masses"):
        probability([2, -1])
    with pytest.raises(ValueError, match="metric, Q, P: must be on 3"):
        Instance(cyclic_action(3), grid_metric(2), probability([1] * 4), probability([1] * 4))
