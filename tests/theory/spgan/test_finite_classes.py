"""The exact infimum over nu against a grid search, and divergences against closed forms."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log
from random import Random

import pytest

from constructions.spgan.spaces import probability, random_probability
from theory.spgan._finite_classes import (
    ball,
    divergence,
    gain_f2,
    gain_ipm,
    gain_kl,
    lambda_f2,
    plain_f2,
)


def objective(nu, P, g):
    return nu + sum(p * (max(v - nu, 0) ** 2 / 2 + 0.5) for p, v in zip(P, g, strict=True))


@pytest.mark.parametrize("seed", range(30))
def test_the_infimum_over_nu_is_below_a_fine_grid_and_attained_near_it(seed):
    rng = Random(seed)
    size = rng.randint(1, 6)
    P = random_probability(size, 3, rng)
    g = tuple(Fraction(rng.randint(-6, 6), 2) for _ in range(size))
    grid = [
        objective(k / 200, [float(p) for p in P], [float(v) for v in g]) for k in range(-2000, 1000)
    ]
    found = float(lambda_f2(P, g))
    assert found <= min(grid) + 1e-12
    assert found >= min(grid) - 1e-3


def test_constants_shift_lambda_and_values_off_the_support_do_not_matter():
    P, g = probability([1, 2, 0]), (Fraction(1), Fraction(3), Fraction(99))
    shifted = tuple(v + 5 for v in g)
    assert lambda_f2(P, shifted) == lambda_f2(P, g) + 5
    assert lambda_f2(P, (*g[:2], Fraction(-7))) == lambda_f2(P, g)


def test_on_one_point_lambda_is_the_value():
    assert lambda_f2((Fraction(1),), (Fraction(-4),)) == -4


def test_the_density_ratio_attains_the_plain_divergence():
    Q, P = probability([1, 2, 3]), probability([2, 2, 2])
    ratio = tuple(q / p for q, p in zip(Q, P, strict=True))
    assert gain_f2(Q, P, ratio) == plain_f2(Q, P) == Fraction(1, 12)
    worse = [tuple(v + d for v, d in zip(ratio, (0, Fraction(1, 9), 0), strict=True))]
    assert divergence(gain_f2, Q, P, worse) < Fraction(1, 12)


def test_plain_f2_is_infinite_only_where_p_has_no_mass():
    assert plain_f2(probability([1, 1]), probability([1, 0])) is None
    assert plain_f2(probability([1, 0]), probability([1, 1])) == Fraction(1, 2)


def test_balls_contain_the_float_values():
    Q, P, g = probability([1, 3]), probability([1, 1]), (Fraction(1), Fraction(-2))
    expected = 0.25 * 1 - 0.75 * 2 - log((exp(1) + exp(-2)) / 2)
    assert abs(float(gain_kl(Q, P, g).mid()) - expected) < 1e-12
    assert gain_ipm(Q, P, g) == Fraction(-3, 4)
    assert ball(Fraction(1, 3)).contains(ball(1) / 3)
