"""(f, Gamma)-divergences: the quoted values, the other side of the duality, limits in L."""

from __future__ import annotations

from fractions import Fraction
from math import exp, inf, log, sqrt
from random import Random

import pytest

from constructions.spgan.actions import trivial_action
from constructions.spgan.affine import affine_divergence, affine_value
from constructions.spgan.divergence import bracket, plain_bracket, plain_divergence
from constructions.spgan.spaces import (
    Instance,
    discrete_metric,
    fixed_instance,
    grid_metric,
    mode_collapse_instance,
    probability,
    random_metric,
    random_probability,
    truncated,
)
from constructions.spgan.transport import wasserstein

ONE, SKEW = fixed_instance(), fixed_instance((1, 3))
L = Fraction(1, 20)
THIRD = Fraction(1, 3)


def raw(f, instance, **how):
    return bracket(f, L, instance.Q, instance.P, instance.metric, **how)


def symmetrised(f, instance):
    return bracket(f, L, instance.SQ, instance.SP, instance.metric)


def other_side(f, L, Q, P, d):
    """min over couplings of D_f(eta || P) + L cost, in floats by another programme."""
    import cvxpy as cp
    import numpy as np

    n = len(Q)
    q, p = np.array(Q, float), np.array(P, float)
    plan = cp.Variable((n, n), nonneg=True)
    eta = cp.sum(plan, axis=0)
    at = np.flatnonzero(p)
    if f == "KL":
        spread = cp.sum(cp.rel_entr(eta[at], p[at]))
    elif f == "TV":
        spread = cp.norm1(eta[at] - p[at]) / 2
    else:
        powers = cp.power(cp.multiply(eta[at], 1 / p[at]), f)
        spread = (p[at] @ powers - 1) / (f * (f - 1))
    rules = [cp.sum(plan, axis=1) == q, eta[np.flatnonzero(p == 0)] == 0]
    cost = cp.sum(cp.multiply(plan, np.array(d, float)))
    problem = cp.Problem(cp.Minimize(spread + float(L) * cost), rules)
    return problem.solve(solver=cp.CLARABEL)


@pytest.mark.parametrize(
    ("f", "found", "low", "high"),
    [
        (2, raw(2, ONE), "0.06434866630", "0.06434866667"),
        (2, symmetrised(2, ONE), "0.014324525", "0.014324535"),
        (2, raw(2, ONE, cells=ONE.action.orbits), "0.014324525", "0.014324535"),
        ("KL", raw("KL", ONE), "0.06440565", "0.06440575"),
        ("KL", symmetrised("KL", ONE), "0.01430835", "0.01430845"),
        (2, symmetrised(2, SKEW), "0.02534175", "0.02534185"),
        (2, raw(2, SKEW, cells=SKEW.action.orbits), "0.01432445", "0.01432455"),
        ("KL", symmetrised("KL", SKEW), "0.0253025", "0.0253035"),
    ],
    ids=str,
)
def test_the_quoted_values(f, found, low, high):
    assert Fraction(low) <= found.low <= found.high <= Fraction(high)
    assert found.high - found.low <= Fraction(1, 10**9)


def test_one_sided_values_of_f_2():
    for Q, P, value in ((ONE.SQ, ONE.P, 0.0485636), (ONE.Q, ONE.SP, 0.0322297)):
        assert float(bracket(2, L, Q, P, ONE.metric).low) == pytest.approx(value, abs=5e-8)


@pytest.mark.parametrize("f", ["KL", "TV", 2, 3, Fraction(3, 2), Fraction(5, 4)])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_other_side_of_the_duality_has_the_same_value(f, seed):
    rng = Random(seed)
    metric = random_metric(6, 4, rng)
    Q, P = (random_probability(6, 3, rng) for _ in "QP")
    for weight in (Fraction(1, 20), Fraction(1, 4)):
        found = bracket(f, weight, Q, P, metric)
        expected = other_side(f if isinstance(f, str) else float(f), weight, Q, P, metric.distances)
        assert 0 <= found.high - found.low < 1e-8
        assert float(found.low) == pytest.approx(expected, abs=2e-7)


@pytest.mark.parametrize("f", ["KL", "TV", 2, Fraction(3, 2)])
def test_the_evidence_is_what_it_says(f):
    found = raw(f, ONE)
    d, n = ONE.metric.distances, range(16)
    g = found.potential
    assert all(g[x] - g[y] <= L * d[x][y] for x in n for y in n)
    assert sum(found.eta) == 1
    moved = [ONE.Q[x] for x in n]
    for x, y, mass in found.flow:
        moved[x] -= mass
        moved[y] += mass
    assert tuple(moved) == found.eta


@pytest.mark.parametrize("f", ["KL", "TV", 2, Fraction(3, 2)])
def test_a_loose_constraint_gives_the_plain_divergence(f):
    """L = 1 does not bind for the symmetrised pair; the plain values are quoted too."""
    found = bracket(f, 1, ONE.SQ, ONE.SP, ONE.metric)
    plain = plain_bracket(f, ONE.SQ, ONE.SP)
    assert float(found.low) == pytest.approx(plain_divergence(f, ONE.SQ, ONE.SP), abs=1e-9)
    assert plain.low <= plain.high <= plain.low + Fraction(1, 10**9)
    quoted = {"KL": 0.083028, 2: 0.0896794}
    if f in quoted:
        assert float(plain.low) == pytest.approx(quoted[f], abs=1e-6)


def test_a_tight_constraint_gives_transport():
    """For small L the divergence is about L W1: eta stays at P."""
    small = Fraction(1, 10**6)
    found = bracket("KL", small, ONE.Q, ONE.P, ONE.metric)
    w = wasserstein(ONE.Q, ONE.P, ONE.metric).value
    assert float(found.low / small) == pytest.approx(float(w), rel=1e-5)


def test_mode_collapse_in_closed_form():
    low, high = (mode_collapse_instance(Fraction(14142135623 + k, 10**10)) for k in (0, 1))
    value = -log((1 + 2 * exp(-2) + exp(-2 * sqrt(2))) / 4)
    assert value == pytest.approx(1.1012836187, abs=1e-10)
    below, above = (bracket("KL", 1, one.Q, one.P, one.metric) for one in (low, high))
    assert float(below.low) - 1e-10 < value < float(above.high) + 1e-10
    assert above.high - below.low < Fraction(1, 10**9)
    turned = mode_collapse_instance(Fraction(7, 5), orbit=True)
    assert (
        bracket("KL", L, turned.Q, turned.P, turned.metric).high <= L * Fraction(17, 10) + L / 10**6
    )
    cells = low.action.orbits
    assert bracket("KL", 1, low.Q, low.P, low.metric, cells=cells).high < Fraction(1, 10**12)


def test_total_variation_is_exact_and_without_distances_half_the_sum():
    rng = Random(2)
    Q, P = (random_probability(5, 3, rng) for _ in "QP")
    P = probability([p + Fraction(1, 9) for p in P])
    found = bracket("TV", 1, Q, P, discrete_metric(5))
    assert found.low == found.high == sum(abs(q - p) for q, p in zip(Q, P, strict=True)) / 2
    capped = truncated(random_metric(5, 3, rng).scaled(Fraction(1, 3)), 1)
    assert bracket("TV", 1, Q, P, capped).low == wasserstein(Q, P, capped).value


def test_points_without_mass_of_p_count():
    """Plain divergences are infinite there, Lipschitz ones pay the way to P."""
    line = grid_metric(2)
    Q, P = probability([1, 0, 0, 0]), probability([0, 1, 0, 0])
    assert plain_divergence(2, Q, P) == inf
    for f in ("KL", "TV", 2, Fraction(3, 2)):
        found = bracket(f, L, Q, P, line)
        assert found.low <= 2 * L <= found.high
        assert found.high - found.low < Fraction(1, 10**9)
    with pytest.raises(ValueError, match="Q: must be 0 where P is 0"):
        plain_bracket(2, Q, P)


def test_one_point_and_equal_probabilities():
    one = Instance(trivial_action(1), grid_metric(1), probability([1]), probability([1]))
    for f in ("KL", "TV", 2):
        for found in (
            bracket(f, 1, one.Q, one.P, one.metric),
            raw(f, Instance(ONE.action, ONE.metric, ONE.P, ONE.P)),
        ):
            assert abs(found.low) + abs(found.high) < Fraction(1, 10**9)


def test_the_clip_matters_for_affine_functions():
    P, Q = (THIRD,) * 3, (Fraction(0), Fraction(0), Fraction(1))
    value, g = affine_divergence((0, 1, 2), Q, P)
    assert value == 1
    assert affine_divergence((0, 1, 2), Q, P, clip=False)[0] == Fraction(3, 4)
    assert affine_value(g, (0, 1, 2), Q, P, clip=False) < 1
    rng = Random(0)
    for _ in range(300):
        a, b = (Fraction(rng.randint(-60, 60), 10) for _ in "ab")
        assert affine_value((a, b), (0, 1, 2), Q, P) <= 1
        assert affine_value((a, b), (0, 1, 2), Q, P, clip=False) <= Fraction(3, 4)


@pytest.mark.parametrize("seed", range(6))
def test_affine_maxima_against_a_fine_grid(seed):
    rng = Random(seed)
    points = (0, 1, 3, 4)
    Q = random_probability(4, 5, rng)
    P = probability([rng.randint(1, 5) for _ in points])
    value, _ = affine_divergence(points, Q, P)
    tried = [
        affine_value((Fraction(a, 8), Fraction(b, 8)), points, Q, P)
        for a in range(-60, 61, 3)
        for b in range(-80, 81, 3)
    ]
    assert max(tried) <= value <= max(tried) + Fraction(1, 2)


def test_bad_arguments_are_named():
    for f in (1, "chi", 65):
        with pytest.raises(ValueError, match="f: must be"):
            raw(f, ONE)
    with pytest.raises(ValueError, match="L: must be positive"):
        bracket(2, 0, ONE.Q, ONE.P, ONE.metric)
    with pytest.raises(ValueError, match="points"):
        affine_divergence((0, 0), (THIRD, THIRD), (THIRD, THIRD))
    for root in (1, 3):
        with pytest.raises(ValueError, match="root"):
            mode_collapse_instance(root)
    with pytest.raises(ValueError, match="most"):
        truncated(ONE.metric, 0)
