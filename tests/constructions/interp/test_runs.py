"""The run-coded lookup as a network: right at every point, P an equality, faults noticed."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.run_codes import Shape
from constructions.interp.runs import plan_runs, run_lookup, run_parameters
from proofs_checks import relu

shapes = st.builds(
    Shape, st.integers(1, 300), st.integers(2, 4), st.integers(2, 4), st.integers(1, 3)
)


def outputs(net, values):
    read = relu.read(net.to_json())
    return [relu.evaluate(read, (z,))[0] for z in values]


def uniform(N, seed):
    rng = Random(seed)
    values = sorted({Fraction(rng.randrange(2**60), 2**60) for _ in range(N)})
    return values, [rng.randrange(2) for _ in values]


@given(
    st.sets(st.fractions(0, 1, max_denominator=2**40), min_size=1, max_size=20),
    st.data(),
    shapes,
)
@settings(max_examples=80, deadline=None)
def test_any_shape_gives_the_labels_exactly(values, data, shape):
    N = len(values)
    labels = data.draw(st.lists(st.integers(0, 1), min_size=N, max_size=N))
    plan = plan_runs(values, labels, shape)
    net = run_lookup(plan)
    assert outputs(net, values) == labels
    Gr, e0, e1, g = len(plan.groups), shape.e0, shape.e1, shape.g
    assert net.parameters == 8 * Gr + 12 * g * (e0 + e1) + 21 * g + 14 == plan.parameters
    assert net.widths[:3] == (1, 2 * Gr - 1, 2)
    assert set(net.widths[3:]) <= {3, 4, 5, 6}


@pytest.mark.parametrize("N", [1, 2, 3, 60, 256])
def test_the_chosen_shape_gives_the_labels_exactly(N):
    values, labels = uniform(N, N)
    plan = plan_runs(values, labels)
    assert outputs(run_lookup(plan), values) == labels
    assert plan.parameters == run_parameters(
        len(plan.groups), plan.shape.g, plan.shape.e0, plan.shape.e1
    )


def test_the_chosen_shape_is_at_least_as_good_as_its_start():
    values, labels = uniform(200, 7)
    runs = 1 + sum(a != b for a, b in pairwise(labels))
    start = Shape(2 * runs, 5, 5, 1 + int((runs / 35) ** 0.5))
    assert plan_runs(values, labels).parameters <= plan_runs(values, labels, start).parameters


def flip(plan, group, bit):
    one = plan.groups[group]
    code = Fraction(int(one.code * 2**plan.shape.places) ^ (1 << bit), 2**plan.shape.places)
    changed = replace(one, code=code)
    return replace(plan, groups=(*plan.groups[:group], changed, *plan.groups[group + 1 :]))


def test_a_flipped_bit_of_a_boundary_is_noticed():
    """Bit e1 + 1 from the end of the last digit that is used moves a boundary by one unit."""
    values = [Fraction(2 * i + 1, 40) for i in range(20)]
    labels = [0, 1] * 10
    plan = plan_runs(values, labels, Shape(20, 4, 4, 3))
    full = next(i for i, group in enumerate(plan.groups) if group.pairs == 3)
    places = plan.shape.places
    assert outputs(run_lookup(plan), values) == labels
    for digit in range(1, 6):  # the first digit only counts from the free start of the group
        assert outputs(run_lookup(flip(plan, full, places - 4 * digit - 3)), values) != labels


def test_a_cut_on_the_wrong_side_of_a_point_is_noticed():
    values, labels = uniform(60, 3)
    plan = plan_runs(values, labels)
    (a, q), *rest = plan.cuts
    after = values[plan.groups[1].first]
    late = int(plan.shape.unit * after * 2**q) + 1
    assert late > a
    assert outputs(run_lookup(replace(plan, cuts=((late, q), *rest))), values) != labels


@pytest.mark.parametrize(
    ("values", "labels", "message"),
    [
        ([], [], "values: must hold at least one value, got none"),
        ([0, 0], [0, 1], "values: must be distinct, got 0 twice"),
        ([-1], [0], "values: must be at least 0, got -1"),
        ([0], [2], r"labels\[0\]: must be 0 or 1, got 2"),
        ([0], [0, 1], r"labels: must be one per point \(1\), got 2"),
    ],
)
def test_bad_input_is_refused(values, labels, message):
    with pytest.raises(ValueError, match=message):
        plan_runs(values, labels)
