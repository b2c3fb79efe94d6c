"""The two sides of the interpolation problem, against the published table and each other."""

import math
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from constructions.interp.configurations import CONFIGURATIONS, Configuration
from constructions.interp.network import Affine, ExactNet
from constructions.interp.vector_bound import failure_exponent
from experiments import _interp_bounds as bounds
from experiments._interp_problem import resolve


def problem(N, b, d=1):
    return resolve(N, d, b, None, None)


def certified(N, b, d=1):
    (row,) = (r for r in bounds.lower_bounds(problem(N, b, d)) if r["claim"] == "interp.D1")
    return row


#: From a search with full integers and no pruning: N, b, least P that survives, first survivor.
TABLE = [
    *((16, 9, 19, [2, 3]), (16, 64, 19, [2, 3]), (32, 32, 25, [2, 4]), (64, 13, 25, [2, 4])),
    *((64, 32, 31, [2, 5]), (64, 64, 34, [3, 3]), (64, 128, 43, [2, 7]), (64, 256, 43, [2, 7])),
    *((64, 1024, 46, [3, 4]), (128, 128, 70, [3, 6]), (256, 17, 43, [2, 7])),
    *((256, 64, 85, [2, 14]), (256, 256, 136, [5, 5]), (256, 1024, 166, [3, 14])),
    (1024, 1024, 550, [3, 46]),
]


@pytest.mark.parametrize(("N", "b", "P", "survivor"), TABLE)
def test_the_certified_minimum_is_that_of_the_unpruned_full_integer_search(N, b, P, survivor):
    row = certified(N, b)
    assert (row["parameters"], row["architecture"]) == (P, survivor)


def test_every_class_below_the_bound_is_excluded_by_exactly_one_test():
    row = certified(256, 256)
    small = sum(
        W * 2 + (L - 1) * W * (W + 1) + W + 1 < 136 for W in range(1, 136) for L in range(1, 136)
    )
    assert row["considered"] == sum(row["excluded"].values()) == small


@pytest.mark.parametrize(("N", "b"), [(2, 1), (3, 2), (16, 9), (64, 64), (256, 1024)])
def test_no_single_test_and_no_closed_form_beats_all_tests_together(N, b):
    rows = bounds.lower_bounds(problem(N, b))
    (best,) = (row["parameters"] for row in rows if row["claim"] == bounds.BEST)
    assert all(row["parameters"] <= best for row in rows if row["arithmetic"] == bounds.INTEGERS)


def test_the_asymptotic_line_is_the_root_of_its_quadratic_and_is_not_called_exact():
    row, sharper = bounds.lower_bounds(problem(64, 32))[-2:]
    a, c = row["parameters"] / 64, 0.5
    assert a * a + a * (c + 0.5) - c / 2 == pytest.approx(0, abs=1e-12)
    assert (row["claim"], sharper["claim"]) == ("interp.D3", "interp.D3A")
    assert sharper["parameters"] == 32
    assert row["arithmetic"] == sharper["arithmetic"] == "asymptotic"


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize(("N", "b"), [(2, 1), (3, 2), (7, 9), (16, 16)])
def test_every_net_built_interpolates_and_its_class_is_not_excluded(N, b, d):
    rows = bounds.upper_bounds(problem(N, b, d), Random(1))
    assert len(rows) == len(CONFIGURATIONS) * (len(bounds.constructions()) + 1)
    assert all(row["verified"] and row["points"] == N for row in rows)
    least = certified(N, b, d)["parameters"]
    # A labelling that came out constant is easy; (0, 1) on every pair is not.
    assert all(r["uniform_parameters"] >= least for r in rows if r["configuration"] == "paired")


def test_the_five_configurations_and_both_constructions_are_found():
    assert {"paired", "equispaced", "uniform_random", "dyadic", "clustered"} <= set(CONFIGURATIONS)
    assert {"shallow_any", "narrow_any"} <= set(bounds.constructions())


def test_the_shallow_net_has_three_parameters_a_point():
    for d, expected in ((1, 3 * 64 - 2), (3, 3 * 64 + 3 - 1)):
        rows = bounds.upper_bounds(problem(64, 64, d), Random(0))
        assert {r["parameters"] for r in rows if r["name"] == "shallow_any"} == {expected}


def wrong_at_one_point(points, labels, rng):
    """The constant 0: right everywhere but at the one point labelled 1."""
    return ExactNet((Affine(((),), (0,), 1), Affine(((),), (0,), 1)))


def test_a_net_that_is_wrong_at_a_single_point_is_not_verified_and_is_no_upper_bound():
    points = tuple((Fraction(i, 9),) for i in range(10))
    labels = (0,) * 9 + (1,)
    one_wrong = Configuration("mine", points, labels, Fraction(1, 9))
    row = bounds.evaluated("zero", wrong_at_one_point, one_wrong, Random(0))
    assert row["verified"] is False
    assert (row["float32_wrong"], row["float64_wrong"]) == (1, 1)
    all_zero = replace(one_wrong, labels=(0,) * 10)
    right = bounds.evaluated("zero", wrong_at_one_point, all_zero, Random(0))
    assert right["verified"] is True
    assert bounds.smallest([row, right]) is None


def test_point_sets_closer_than_asked_for_do_not_raise_the_bound():
    rows = bounds.upper_bounds(problem(256, 40), Random(0))
    closer = {row["configuration"] for row in rows if not row["in_problem"]}
    folded = [row for row in rows if row["name"] == "fold_lookup"]
    assert closer == {"dyadic"}
    assert max(row["parameters"] for row in folded) > 3 * 256
    best = bounds.smallest(rows)
    assert best["parameters"] == min(
        321, max(row["parameters"] for row in folded if row["in_problem"])
    )


def test_the_smallest_construction_is_judged_by_its_largest_net():
    rows = [
        {"name": "a", "parameters": 5, "verified": True},
        {"name": "a", "parameters": 50, "verified": True},
        {"name": "b", "parameters": 20, "verified": True},
        {"name": "c", "parameters": 1, "verified": False},
    ]
    assert bounds.smallest(rows) == {"construction": "b", "parameters": 20}


def test_pairs_closer_than_floats_can_tell_are_exact_in_rationals_and_wrong_in_floats():
    rows = bounds.upper_bounds(problem(64, 64), Random(0))
    (paired,) = (r for r in rows if (r["name"], r["configuration"]) == ("shallow_any", "paired"))
    assert paired["verified"]
    assert paired["float64_wrong"] >= 16  # at best one of the two points of each pair is right
    assert paired["float32_wrong"] >= 16
    (regular,) = (
        r for r in rows if (r["name"], r["configuration"]) == ("shallow_any", "equispaced")
    )
    assert regular["float64_wrong"] == 0


def test_the_named_architecture_of_the_draw_is_the_largest_with_something_to_say():
    rows = bounds.adversarial_draw(problem(64, 64), 43)
    assert [(row["W"], row["L"], row["parameters"]) for row in rows] == [(2, 7, 43), (2, 6, 37)]
    # Measured on full integers with two independent prototypes.
    assert [row["log2_probability"] for row in rows] == [0, -114]


@pytest.mark.parametrize(
    ("N", "b", "w", "exponent"),
    [(64, 64, (2,) * 5, -434), (64, 256, (2,) * 6, -1650), (256, 256, (3,) * 8, -12087)],
)
def test_failure_exponents_are_those_of_the_prototypes_rounded_up(N, b, w, exponent):
    assert failure_exponent(N, b, w) in (exponent, exponent - 1)
    assert failure_exponent(N, b, (1,)) == -math.inf


def test_the_classes_of_the_draw_are_counted_in_the_dimension_of_the_points():
    assert all(
        row["parameters"] <= 120 for row in bounds.adversarial_draw(problem(64, 64, 20), 120)
    )
    (last,) = bounds.adversarial_draw(problem(64, 64, 20), 120)[1:]
    assert (
        last["parameters"]
        == last["W"] * 21 + (last["L"] - 1) * last["W"] * (last["W"] + 1) + last["W"] + 1
    )


@pytest.mark.parametrize(("value", "log"), [(Fraction(1, 2**5000), -5000), (Fraction(8), 3)])
def test_logarithms_for_display_survive_beyond_the_range_of_floats(value, log):
    assert bounds.log2(value) == log
