"""The actions that the checks run through, and the definitions they use."""

from __future__ import annotations

from fractions import Fraction

from theory.spgan._spaces import (
    cyclic_points,
    every,
    expectation,
    fixed_by_all,
    groups,
    invariant_by_definition,
)


def test_free_and_other_actions_and_all_degenerate_ones_are_among_them():
    actions = every()
    assert len(actions) == 15
    assert sum(not one.is_free for one in actions.values()) == 8
    assert {one.size for one in actions.values()} >= {1, 2, 25}
    assert any(one.group.order == 1 for one in actions.values())
    assert sum(not one.group.is_abelian for one in actions.values()) == 6


def test_groups_are_those_named():
    assert sorted(one.order for one in groups()) == sorted([*range(1, 13), 6, 8, 10, 12, 4, 8, 12])


def test_cyclic_points_have_a_free_and_another_orbit():
    for n, sizes in ((1, [1, 1]), (2, [2, 1]), (4, [4, 2]), (5, [5, 1]), (6, [6, 3])):
        assert [len(orbit) for orbit in cyclic_points(n).orbits] == sizes


def test_invariance_of_functions_and_of_laws():
    action = every()["C2: a swap and a fixed point"]
    even, uneven = (tuple(map(Fraction, v)) for v in ((1, 1, 5), (1, 5, 1)))
    assert fixed_by_all(action, even)
    assert invariant_by_definition(action, even)
    assert not fixed_by_all(action, uneven)
    assert not invariant_by_definition(action, uneven)
    assert expectation((Fraction(1, 2), Fraction(0), Fraction(1, 2)), even) == 3
