"""Farkas multipliers and feasible points are checked exactly."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from proofs_checks.farkas import Inequality, check_feasible, check_infeasible
from proofs_checks.reading import Rejected

HALF = Fraction(1, 2)


def test_a_contradiction_between_two_bounds_is_accepted():
    rows = [Inequality((1,), 0), Inequality((-1,), -1)]  # x <= 0 and x >= 1
    check_infeasible(rows, (1, 1))
    check_infeasible(rows, (HALF, HALF))


def test_touching_bounds_contradict_only_if_one_in_use_is_strict():
    loose = [Inequality((1,), 0), Inequality((-1,), 0)]
    check_feasible(loose, (0,))
    with pytest.raises(Rejected, match="no contradiction"):
        check_infeasible(loose, (1, 1))
    strict = [Inequality((1,), 0, strict=True), Inequality((-1,), 0)]
    check_infeasible(strict, (1, 1))
    with pytest.raises(Rejected, match="inequality 0"):
        check_feasible(strict, (0,))
    with pytest.raises(Rejected, match="no contradiction"):
        check_infeasible([*strict, Inequality((0,), 0)], (0, 0, 1))


@pytest.mark.parametrize("gap", [0, Fraction(1, 3), 1, 2])
def test_bounds_that_leave_room_are_no_contradiction(gap):
    """0 <= x <= gap, added up: 0 <= gap, which is true."""
    with pytest.raises(Rejected, match="no contradiction"):
        check_infeasible([Inequality((1,), gap), Inequality((-1,), 0)], (1, 1))


@pytest.mark.parametrize(
    ("multipliers", "reason"),
    [
        ((0, 0), "no contradiction"),
        ((1, 2), "does not cancel"),
        ((-1, -1), r"multipliers\[0\]: must be at least 0"),
        ((1,), "must have 2 entries"),
        ((1.0, 1.0), "must be exact"),
        ((True, True), "must be exact"),
    ],
)
def test_wrong_multipliers_are_rejected(multipliers, reason):
    with pytest.raises(Rejected, match=reason):
        check_infeasible([Inequality((1,), 0), Inequality((-1,), -1)], multipliers)


def test_malformed_systems_are_rejected():
    with pytest.raises(Rejected, match="without inequalities"):
        check_infeasible([], ())
    with pytest.raises(Rejected, match=r"rows\[1\]: must have"):
        check_infeasible([Inequality((1,), 0), Inequality((1, 2), 0)], (1, 1))
    with pytest.raises(Rejected, match="must be exact"):
        check_feasible([Inequality((0.5,), 0)], (1,))
    with pytest.raises(Rejected, match="x: must have 1 entries"):
        check_feasible([Inequality((1,), 0)], (1, 2))


def test_a_system_without_variables_is_decided_by_its_bounds():
    check_infeasible([Inequality((), -1)], (1,))
    check_feasible([Inequality((), 0)], ())


small = st.integers(-3, 3)
rows = st.builds(Inequality, st.tuples(small, small), small, st.booleans())


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=4), st.data())
def test_no_system_has_both_a_point_and_multipliers(system, data):
    x = data.draw(st.tuples(st.fractions(-3, 3), st.fractions(-3, 3)))
    y = data.draw(st.tuples(*[st.integers(0, 3)] * len(system)))
    assume(accepted(check_feasible, system, x))
    assert not accepted(check_infeasible, system, y)


def accepted(checker, system, evidence):
    try:
        checker(system, evidence)
    except Rejected:
        return False
    return True


def test_an_inequality_is_at_most_zero_and_not_strict_unless_it_says_so():
    assert Inequality((1,)) == Inequality((1,), 0, strict=False)
    with pytest.raises(FrozenInstanceError):
        Inequality((1,)).bound = 1


def test_a_strict_inequality_is_not_met_on_its_edge_whatever_the_numbers():
    """Equal numbers that are not the same object: 2 x < 1 at x = 1/2, and in thirds."""
    for a, bound, x in ((2, 1, HALF), (Fraction(2, 3), HALF, Fraction(3, 4)), (1, 10**30, 10**30)):
        check_feasible([Inequality((a,), bound)], (x + 0,))
        with pytest.raises(Rejected, match="x: inequality 0 does not hold"):
            check_feasible([Inequality((a,), bound, strict=True)], (x + 0,))


def test_any_point_meets_a_system_without_inequalities():
    check_feasible([], ())
    check_feasible([], (1, HALF))


def test_what_is_too_short_or_not_exact_is_named():
    system = [Inequality((1,), 0), Inequality((-1,), -1)]
    for multipliers, x, reason in (((1,), (), "must have"), ((1, "1"), ("1",), "must be exact")):
        with pytest.raises(Rejected, match=f"^multipliers: {reason}"):
            check_infeasible(system, multipliers)
        with pytest.raises(Rejected, match=f"^x: {reason}"):
            check_feasible(system, x)


@pytest.mark.parametrize("value", [Fraction(-1), Fraction(1, 3), Fraction(1, 2), Fraction(2)])
def test_a_value_below_above_or_at_the_bound(value):
    """x <= 1/2 and x < 1/2 at x = -1, 1/3, 1/2 and 2."""
    for strict in (False, True):
        system = [Inequality((1,), HALF, strict=strict)]
        if value < HALF or (value == HALF and not strict):
            check_feasible(system, (value,))
        else:
            with pytest.raises(Rejected, match="x: inequality 0 does not hold"):
                check_feasible(system, (value,))


def test_systems_of_hundreds_of_inequalities_and_variables_are_compared_by_value():
    rows = [Inequality((0,) * 300, -1)] * 300
    check_infeasible(rows, (1,) * 300)
    check_feasible([Inequality((0,) * 300, 1)], (0,) * 300)
