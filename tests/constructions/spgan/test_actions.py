"""Actions: left, on measures and functions, orbits, the grid."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest

from constructions.spgan.actions import (
    Action,
    cyclic_action,
    from_right,
    grid_action,
    grid_points,
    point_action,
    regular,
    restrict,
    trivial_action,
    tuple_action,
)
from constructions.spgan.groups import cyclic, dihedral, symmetric

ACTIONS = {
    "C4 on 4x4": grid_action(cyclic(4), 4),
    "D4 on 5x5": grid_action(dihedral(4), 5),
    "D2 on 4x4": grid_action(dihedral(2), 4),
    "D1 on 3x3": grid_action(dihedral(1), 3),
    "one point": trivial_action(1),
    "trivial": trivial_action(3),
    "C6": cyclic_action(6),
    "S3 on points": point_action(3),
    "S3 on words": tuple_action(2, 3),
    "D3 on itself": regular(dihedral(3)),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_products_act_from_the_left(name):
    action = ACTIONS[name]
    G, T = action.group, action.permutations
    for s in range(G.order):
        for t in range(G.order):
            assert all(T[G.table[s][t]][x] == T[s][T[t][x]] for x in range(action.size))


@pytest.mark.parametrize("name", ACTIONS)
def test_averages_are_means_over_the_group(name):
    action, rng = ACTIONS[name], Random(1)
    g, P = ([rng.randint(0, 9) for _ in range(action.size)] for _ in "gP")
    order, points = action.group.order, range(action.size)
    mean = [sum(Fraction(g[T[x]]) for T in action.permutations) / order for x in points]
    law = [
        sum(Fraction(P[x], order) for T in action.permutations for x in points if T[x] == y)
        for y in points
    ]
    assert list(action.on_function(g)) == mean
    assert list(action.on_measure(P)) == law
    assert np.allclose(action.on_array(np.array([g, P], float))[0], [float(v) for v in mean])
    pushed = [action.push(s, P) for s in range(order)]
    assert [sum(column) / order for column in zip(*pushed, strict=True)] == law


@pytest.mark.parametrize("name", ACTIONS)
def test_burnside_counts_the_orbits(name):
    action = ACTIONS[name]
    fixed = sum(len(action.fixed_points(s)) for s in range(action.group.order))
    assert fixed == action.group.order * len(action.orbits)
    for x in range(action.size):
        orbit = action.orbits[action.orbit_of[x]]
        assert x in orbit
        assert len(orbit) * action.stabiliser(x).order == action.group.order


def test_which_actions_are_free_or_transitive():
    assert [n for n, a in ACTIONS.items() if a.is_free] == [
        "C4 on 4x4", "D2 on 4x4", "one point", "trivial", "C6", "D3 on itself",
    ]  # fmt: skip
    assert [n for n, a in ACTIONS.items() if a.is_transitive] == [
        "one point", "C6", "S3 on points", "D3 on itself",
    ]  # fmt: skip


def test_the_quarter_turn_of_the_grid():
    points, turn = grid_points(4), grid_action(cyclic(4), 4).permutations[1]
    assert points[:5] == [(-3, -3), (-3, -1), (-3, 1), (-3, 3), (-1, -3)]
    assert all(points[turn[i]] == (-y, x) for i, (x, y) in enumerate(points))
    mirror = grid_action(dihedral(4), 4).permutations[4]
    assert all(points[mirror[i]] == (-x, y) for i, (x, y) in enumerate(points))


def test_places_are_moved_not_symbols():
    """S_3 element 0 -> 1 -> 2 -> 0 puts the first letter in the second place."""
    action = tuple_action(2, 3)
    s = action.group.labels.index("120")
    assert action.permutations[s][0b100] == 0b010
    assert action.permutations[s][0b110] == 0b011


def test_a_right_action_is_turned_round():
    G = symmetric(3)
    right = [tuple(int(c) for c in G.labels[G.inverse(s)]) for s in range(6)]  # x . s = s^{-1}(x)
    assert from_right(G, right) == point_action(3)
    with pytest.raises(ValueError, match="T_st"):
        Action(G, tuple(right))


def test_subgroups_act_on_the_same_points():
    action = grid_action(dihedral(4), 3)
    half = restrict(action, action.group.subgroup([2]))
    assert half.permutations == grid_action(cyclic(2), 3).permutations
    with pytest.raises(ValueError, match="subgroup"):
        restrict(action, cyclic(4).subgroup([2]))


def test_quotient_and_back():
    action = grid_action(cyclic(4), 3)
    assert action.to_quotient([1] * 9) == (4, 4, 1)
    u = action.from_quotient((Fraction(1), Fraction(2), Fraction(3)))
    assert action.is_invariant(u)
    assert not action.is_invariant(range(9))
    assert u[4] == 3


@pytest.mark.parametrize(
    ("group", "permutations", "reason"),
    [
        (cyclic(2), ((0, 1),), "must be 2"),
        (cyclic(1), ((),), "at least one point"),
        (cyclic(2), ((0, 1), (0, 0)), "permute"),
        (cyclic(2), ((1, 0), (0, 1)), "identity"),
        (cyclic(2), ((0, 1, 2), (1, 2, 0)), "T_st"),
    ],
)
def test_what_is_no_action_is_refused(group, permutations, reason):
    with pytest.raises(ValueError, match=reason):
        Action(group, permutations)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="group: must be one of"):
        grid_action(cyclic(3), 4)
    with pytest.raises(ValueError, match="m: must be at least 1"):
        grid_points(0)
    with pytest.raises(ValueError, match="symbols"):
        tuple_action(0, 2)
    action = cyclic_action(3)
    for call in (action.on_measure, action.on_function, action.to_quotient, action.is_invariant):
        with pytest.raises(ValueError, match="3 values, got 2"):
            call([1, 2])
    with pytest.raises(ValueError, match="3 points"):
        action.on_array(np.zeros(2))
