"""Entropic transport: three sizes of one problem, limits in e, rounding to exact couplings."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest

from constructions.spgan.actions import trivial_action
from constructions.spgan.entropic_certificates import feasible
from constructions.spgan.groups import cyclic, dihedral
from constructions.spgan.sinkhorn import (
    restricted_cost,
    sinkhorn,
    sinkhorn_divergence,
    soft_min_cost,
)
from constructions.spgan.spaces import fixed_instance, random_instance, random_probability
from constructions.spgan.transport import wasserstein

ONE = fixed_instance()
COST = np.array(ONE.metric.distances, float)


def values(one, e):
    """At full size, with the soft-min cost, on the quotient, and the naive restriction."""
    c = np.array(one.metric.distances, float)
    full = sinkhorn(one.SQ, one.SP, c, e).value
    soft = sinkhorn(one.Q, one.P, soft_min_cost(c, one.action, e), e).value
    quotient, naive = (
        sinkhorn(*restricted_cost(Q, P, c, one.action.orbits, e), e).value
        for Q, P in ((one.SQ, one.SP), (one.Q, one.P))
    )
    return full, soft, quotient, naive


def test_the_quoted_values():
    full, soft, quotient, naive = values(ONE, 1.0)
    assert full == pytest.approx(2.439978322, abs=5e-10)
    assert naive == pytest.approx(2.435683502, abs=5e-10)
    assert full == pytest.approx(soft, abs=1e-12)
    assert full == pytest.approx(quotient, abs=1e-12)
    assert sinkhorn(ONE.SQ, ONE.P, COST, 1.0).value == pytest.approx(2.670049443, abs=5e-10)
    assert sinkhorn(ONE.Q, ONE.SP, COST, 1.0).value == pytest.approx(2.593215129, abs=5e-10)
    half = restricted_cost(ONE.SQ, ONE.P, COST, ONE.action.orbits, 1.0)
    assert sinkhorn(*half, 1.0).value == pytest.approx(full, abs=1e-12)


@pytest.mark.parametrize(("group", "m", "e"), [(cyclic(4), 4, 0.3), (dihedral(4), 3, 0.7)])
def test_the_three_sizes_agree_also_where_the_action_is_not_free(group, m, e):
    full, soft, quotient, naive = values(random_instance(group, m, Random(3)), e)
    assert full == pytest.approx(soft, abs=1e-11)
    assert full == pytest.approx(quotient, abs=1e-11)
    assert abs(naive - full) > 1e-3


def test_the_sum_over_the_group_in_place_of_the_mean_shifts_the_value():
    """By -e log |Sigma|, to 1.053683961 on the fixed instance."""
    c = np.stack([COST[:, list(T)] for T in ONE.action.permutations])
    summed = -np.log(np.exp(-c).sum(0))
    assert sinkhorn(ONE.Q, ONE.P, summed, 1.0).value == pytest.approx(1.053683961, abs=5e-10)


def test_large_and_small_e():
    """Large e: the independent coupling. Small e: transport."""
    rng = Random(0)
    Q, P = (random_probability(16, 9, rng) for _ in "QP")
    mean = np.array(Q, float) @ COST @ np.array(P, float)
    assert sinkhorn(Q, P, COST, 1e6).value == pytest.approx(mean, rel=1e-5)
    w = float(wasserstein(ONE.SQ, ONE.SP, ONE.metric).value)
    small = sinkhorn(ONE.SQ, ONE.SP, COST, 0.02, tolerance=1e-9).value
    assert w - 1e-9 <= small <= w + 0.02 * np.log(16)


def test_the_coupling_of_the_potentials_has_the_marginals():
    found = sinkhorn(ONE.Q, ONE.P, COST, 1.0)
    Q, P = np.array(ONE.Q, float), np.array(ONE.P, float)
    plan = Q[:, None] * P * np.exp(found.a[:, None] + found.b - COST)
    assert abs(plan.sum(1) - Q).max() < 1e-13
    assert abs(plan.sum(0) - P).max() < 1e-13
    divergence = np.where(plan > 0, plan * np.log(np.where(plan > 0, plan, 1)), 0).sum()
    entropies = sum((R[R > 0] * np.log(R[R > 0])).sum() for R in (Q, P))
    value = (plan * COST).sum() + divergence - entropies
    assert value == pytest.approx(found.value, abs=1e-12)


def test_a_sinkhorn_divergence_vanishes_between_equals_only():
    assert sinkhorn_divergence(ONE.Q, ONE.Q, COST, 1.0) == pytest.approx(0, abs=1e-13)
    assert sinkhorn_divergence(ONE.Q, ONE.P, COST, 1.0) > 0.01


def test_one_point_and_trivial_group():
    assert sinkhorn([1.0], [1.0], [[3.0]], 0.5).value == pytest.approx(3)
    c = soft_min_cost(COST, trivial_action(16), 1.0)
    assert abs(c - COST).max() < 1e-12


@pytest.mark.parametrize("seed", range(4))
def test_couplings_are_made_exact(seed):
    rng = np.random.default_rng(seed)
    exact = Random(seed)
    q, p = (random_probability(5, 3, exact) for _ in "qp")
    plan = np.outer(np.array(q, float), np.array(p, float)) * rng.uniform(0.99, 1.01, (5, 5))
    made = feasible(plan, q, p)
    assert [sum(row) for row in made] == list(q)
    assert [sum(column) for column in zip(*made, strict=True)] == list(p)
    assert min(map(min, made)) >= 0
    assert abs(np.array(made, float) - plan).max() < 0.05
    assert all(made[i][j] == 0 for i in range(5) for j in range(5) if not (q[i] and p[j]))
    assert isinstance(made[0][0], Fraction)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (([1.0], [1.0], [[1.0, 2.0]], 1.0), "c: must have shape"),
        (([1.0], [1.0], [[1.0]], 0.0), "e: must be positive"),
        (([0.5], [1.0], [[1.0]], 1.0), "Q, P: must be probabilities"),
        (([2.0, -1.0], [1.0], [[1.0], [1.0]], 1.0), "Q, P: must be probabilities"),
    ],
)
def test_bad_arguments_are_named(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        sinkhorn(*arguments)
