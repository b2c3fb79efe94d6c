"""Least-cost couplings: against brute force, with solvers that lie, with hostile numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from random import Random

import pytest

from constructions.spgan import coupling
from constructions.spgan.coupling import optimal_coupling


def cost(plan, costs):
    return sum(mass * costs[i][j] for (i, j), mass in plan.items())


def demand_optimal(a, b, costs):
    """Marginals, and a dual of the same value: no other coupling can cost less."""
    plan, psi = optimal_coupling(a, b, costs)
    assert [sum(m for (i, _), m in plan.items() if i == k) for k in range(len(a))] == list(a)
    assert [sum(m for (_, j), m in plan.items() if j == k) for k in range(len(b))] == list(b)
    assert all(mass > 0 for mass in plan.values())
    phi = [min(v + c for v, c in zip(psi, row, strict=True)) for row in costs]
    dual = sum(x * v for x, v in zip(a, phi, strict=True)) - sum(
        x * v for x, v in zip(b, psi, strict=True)
    )
    assert dual == cost(plan, costs)
    return plan


def test_nothing_and_one_pair():
    assert optimal_coupling([], [], []) == ({}, [])
    assert demand_optimal([Fraction(1, 3)], [Fraction(1, 3)], [[7]]) == {(0, 0): Fraction(1, 3)}


@pytest.mark.parametrize("seed", range(6))
def test_equal_masses_are_an_assignment(seed):
    rng = Random(seed)
    costs = [[rng.randint(-9, 9) for _ in range(5)] for _ in range(5)]
    plan = demand_optimal([Fraction(1)] * 5, [Fraction(1)] * 5, costs)
    best = min(sum(costs[i][p[i]] for i in range(5)) for p in permutations(range(5)))
    assert cost(plan, costs) == best


@pytest.mark.parametrize("seed", range(8))
def test_random_masses(seed):
    rng = Random(seed)
    n, m = rng.randint(1, 12), rng.randint(1, 12)
    a, b = ([Fraction(rng.randint(1, 99), rng.randint(1, 99)) for _ in range(k)] for k in (n, m))
    total_a, total_b = sum(a), sum(b)
    costs = [[rng.randint(0, 5) for _ in range(m)] for _ in range(n)]
    demand_optimal([x / total_a for x in a], [x / total_b for x in b], costs)


def test_masses_and_costs_beyond_floats():
    tiny, huge = Fraction(1, 10**40), 10**30
    a, b = [1 - tiny, tiny], [tiny, 1 - tiny]
    plan = demand_optimal(a, b, [[huge + 1, 0], [0, huge]])
    assert cost(plan, [[huge + 1, 0], [0, huge]]) == 0
    demand_optimal(a, b, [[huge, huge + 1], [huge + 3, huge + 3]])


@pytest.mark.parametrize("seed", range(8))
def test_a_solver_that_lies_costs_time_and_nothing_else(seed, monkeypatch):
    rng = Random(seed)

    def lie(a, b, c):
        pairs = [(i, j) for i in range(len(a)) for j in range(len(b)) if rng.random() < 0.4]
        return pairs, [rng.randint(-50, 50) for _ in b]

    monkeypatch.setattr(coupling, "_propose", lie)
    a = [Fraction(k, 21) for k in (1, 2, 3, 4, 5, 6)]
    b = [Fraction(k, 28) for k in (7, 6, 5, 4, 3, 2, 1)]
    demand_optimal(a, b, [[rng.randint(0, 20) for _ in b] for _ in a])


def test_bad_arguments_are_named():
    one = Fraction(1)
    with pytest.raises(ValueError, match="costs: must be 1 x 2"):
        optimal_coupling([one], [one / 2, one / 2], [[1]])
    for a, b in (([one], [2 * one]), ([one, 0 * one], [one / 2, one / 2])):
        with pytest.raises(ValueError, match="a, b"):
            optimal_coupling(a, b, [[1] * len(b)] * len(a))
