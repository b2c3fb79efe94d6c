"""W1 and its reduction: the quoted fractions, other solvers, spaces without symmetry."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance

from constructions.spgan.actions import Action, cyclic_action, trivial_action
from constructions.spgan.groups import cyclic, dihedral
from constructions.spgan.quotient import (
    mean,
    orbit_costs,
    orbit_transport_cost,
    quotient_metric,
    quotient_wasserstein,
)
from constructions.spgan.spaces import (
    FiniteMetric,
    Instance,
    fixed_instance,
    grid_metric,
    is_invariant,
    random_instance,
    random_metric,
    random_probability,
)
from constructions.spgan.transport import cell_distances, reduced_wasserstein, wasserstein


def by_linear_programme(Q, P, d, orbits=None):
    """The supremum over potentials as a linear programme in floats: no couplings at all."""
    n = len(Q)
    difference = np.array([float(q - p) for q, p in zip(Q, P, strict=True)])
    rows, bounds = [], []
    for x in range(n):
        for y in range(n):
            if x != y:
                row = np.zeros(n)
                row[x], row[y] = 1, -1
                rows.append(row)
                bounds.append(float(d[x][y]))
    equal = [
        np.eye(n)[x] - np.eye(n)[orbit[0]] for orbit in orbits or () for x in orbit[1:]
    ] or None
    right = np.zeros(len(equal)) if equal else None
    found = linprog(
        -difference, A_ub=np.array(rows), b_ub=bounds, A_eq=equal, b_eq=right, bounds=(-99, 99)
    )
    return -found.fun


def test_the_quoted_costs_of_the_fixed_instance():
    one = fixed_instance()
    d = one.metric
    assert wasserstein(one.SP, one.SQ, d).value == Fraction(47, 150)
    assert wasserstein(one.P, one.Q, d).value == Fraction(277, 200)
    assert wasserstein(one.SP, one.Q, d).value == Fraction(17, 24)
    assert wasserstein(one.P, one.SQ, d).value == Fraction(207, 200)
    assert reduced_wasserstein(one.Q, one.P, d, one.action).value == Fraction(47, 150)


def test_the_skew_metric_does_not_reduce():
    one = fixed_instance((1, 3))
    assert wasserstein(one.SQ, one.SP, one.metric).value == Fraction(47, 75)
    assert reduced_wasserstein(one.Q, one.P, one.metric, one.action).value == Fraction(47, 150)


@pytest.mark.parametrize("seed", range(20))
def test_d4_reduces(seed):
    rng = Random(seed)
    one = random_instance(dihedral(4), rng.choice((2, 3, 4)), rng)
    full = wasserstein(one.SQ, one.SP, one.metric)
    assert full.value == reduced_wasserstein(one.Q, one.P, one.metric, one.action).value
    assert full.value == quotient_wasserstein(one).value == orbit_transport_cost(one)
    expected = by_linear_programme(one.SQ, one.SP, one.metric.distances)
    assert float(full.value) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_reduced_values_without_isometry_are_those_of_the_potentials(seed):
    """Random metrics: mass may have to pass through several orbits."""
    rng = Random(seed)
    action = cyclic_action(6)
    if seed % 2:
        action = Action(cyclic(2), (tuple(range(6)), (1, 0, 3, 2, 5, 4)))
    line = [rng.randint(0, 40) for _ in range(6)]
    line = [v + i / Fraction(7) for i, v in enumerate(sorted(line))]
    rng.shuffle(line)
    metric = FiniteMetric(tuple(tuple(abs(a - b) for b in line) for a in line))
    Q, P = (random_probability(6, 9, rng) for _ in "QP")
    found = reduced_wasserstein(Q, P, metric, action)
    expected = by_linear_programme(Q, P, metric.distances, action.orbits)
    assert float(found.value) == pytest.approx(expected, abs=1e-9)
    assert action.is_invariant(found.potential)


def test_a_short_way_through_a_third_orbit_is_used():
    """Orbits on the line at 0, 10 | 1, 21 | 30, 20: from the first to the last by the second."""
    line = (0, 10, 1, 21, 30, 20)
    metric = FiniteMetric(tuple(tuple(abs(a - b) for b in line) for a in line))
    D, scale, path = cell_distances(metric, [(0, 1), (2, 3), (4, 5)])
    assert scale == 1
    assert D.tolist() == [[0, 1, 2], [1, 0, 1], [2, 1, 0]]
    assert path(0, 2) == [(0, 2), (3, 5)]


@pytest.mark.parametrize("seed", range(5))
def test_points_on_a_line_against_scipy(seed):
    rng = Random(seed)
    line = rng.sample(range(100), 8)
    metric = FiniteMetric(tuple(tuple(abs(a - b) for b in line) for a in line))
    Q, P = (random_probability(8, 9, rng) for _ in "QP")
    expected = wasserstein_distance(line, line, list(map(float, Q)), list(map(float, P)))
    assert float(wasserstein(Q, P, metric).value) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("size", [1, 2, 9])
def test_the_flow_couples_and_the_potential_is_lipschitz(size):
    rng = Random(size)
    metric = random_metric(size, 4, rng)
    Q, P = (random_probability(size, 3, rng) for _ in "QP")
    found = wasserstein(Q, P, metric)
    for side, masses in ((0, Q), (1, P)):
        assert all(
            sum(entry[2] for entry in found.flow if entry[side] == x) == masses[x]
            for x in range(size)
        )
    u, n = found.potential, range(size)
    assert all(u[x] - u[y] <= metric.distances[x][y] for x in n for y in n)
    assert sum(v * (q - p) for v, q, p in zip(u, Q, P, strict=True)) == found.value
    assert wasserstein(Q, Q, metric).value == 0


def test_the_mean_over_an_orbit_is_not_the_quotient_cost():
    one = random_instance(dihedral(4), 3, Random(2))
    assert orbit_transport_cost(one, mean) > orbit_transport_cost(one)
    assert orbit_costs(one.metric, one.action, mean)[0][0] > 0


def test_the_quotient_of_the_grid_by_the_mirror_is_half_of_it():
    one = random_instance(dihedral(1), 4, Random(0))
    half = [x for x in range(16) if x < 8]
    d = one.metric.distances
    assert quotient_metric(one.metric, one.action).distances == tuple(
        tuple(d[x][y] for y in half) for x in half
    )


def test_bad_arguments_are_named():
    one = fixed_instance((1, 3))
    assert not is_invariant(one.metric, one.action)
    with pytest.raises(ValueError, match="action: must act by isometries"):
        quotient_metric(one.metric, one.action)
    with pytest.raises(ValueError, match="action: must act on 16"):
        reduced_wasserstein(one.Q, one.P, one.metric, trivial_action(3))
    with pytest.raises(ValueError, match="Q: must be probabilities of 16"):
        wasserstein(one.Q[:3], one.P, one.metric)
    with pytest.raises(ValueError, match="P: must be probabilities"):
        wasserstein(one.Q, [2 * p for p in one.P], one.metric)
    with pytest.raises(ValueError, match="must be on 16"):
        Instance(one.action, grid_metric(3), one.Q, one.P)
