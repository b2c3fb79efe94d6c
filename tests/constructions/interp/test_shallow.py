"""Construction (a): exact at every point by two evaluators, P an equality."""

from fractions import Fraction
from math import inf, nan
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.configurations import CONFIGURATIONS, equispaced, paired
from constructions.interp.shallow import shallow_any, shallow_parameters
from proofs_checks import relu

coordinates = st.one_of(
    st.fractions(-5, 5, max_denominator=20),
    st.integers(-(10**40), 10**40).map(Fraction),
    st.integers(1, 300).map(lambda k: Fraction(1, 2**k)),
)


@st.composite
def problems(draw):
    d = draw(st.integers(1, 4))
    points = draw(st.lists(st.tuples(*[coordinates] * d), min_size=1, max_size=12, unique=True))
    N = len(points)
    labels = draw(
        st.one_of(
            st.just([0] * N),
            st.just([1] * N),
            st.just([i % 2 for i in range(N)]),
            st.lists(st.integers(0, 1), min_size=N, max_size=N),
            st.lists(st.fractions(max_denominator=1000), min_size=N, max_size=N),
        )
    )
    return points, labels


def evaluated_by_the_referee(net, points):
    data = relu.read(net.to_json())
    return [relu.evaluate(data, x)[0] for x in points]


@given(problems(), st.integers(0, 99))
@settings(max_examples=120, deadline=None)
def test_shallow_any_is_exact_with_3N_plus_d_minus_1_parameters(problem, seed):
    points, labels = problem
    N, d = len(points), len(points[0])
    net = shallow_any(points, labels, Random(seed))
    assert evaluated_by_the_referee(net, points) == labels
    assert net.interpolates(points, labels)
    dense = relu.parameters(net.to_json())
    if N == 1:
        assert dense == d + 3
    else:
        assert dense == (3 * N - 2 if d == 1 else 3 * N + d - 1)
    assert dense == shallow_parameters(N, d)


def test_the_projection_unit_can_be_asked_for_on_the_line():
    points, labels = [3, 1, 2], [Fraction(1, 3), -4, 0]
    net = shallow_any(points, labels, Random(0), projection=True)
    assert evaluated_by_the_referee(net, [(x,) for x in points]) == labels
    assert net.parameters == 3 * 3 + 1 - 1 == shallow_parameters(3, 1, projection=True)
    assert net.widths == (1, 2)
    with pytest.raises(ValueError, match="projection: must not be False for d = 2"):
        shallow_any([(0, 1), (1, 0)], [0, 1], Random(0), projection=False)


def test_two_points_2_to_the_minus_1000_apart_are_told_apart():
    for d in (1, 3):
        rest = (0,) * (d - 1)
        points = [(Fraction(1, 3), *rest), (Fraction(1, 3) + Fraction(1, 2**1000), *rest)]
        labels = [Fraction(22, 7), Fraction(-1, 2**50)]
        net = shallow_any(points, labels, Random(1))
        assert [net(x)[0] for x in points] == labels
        assert net.parameters == (4 if d == 1 else 3 * 2 + d - 1)


def test_collinear_points_of_space_keep_distinct_keys():
    points = [(i, 2 * i, -3 * i) for i in range(30)] + [(0, i, 0) for i in range(1, 30)]
    labels = [i % 2 for i in range(len(points))]
    net = shallow_any(points, labels, Random(4))
    assert [net(x)[0] for x in points] == labels


def test_zero_one_labels_cost_two_bits_beyond_the_grid():
    for maker in CONFIGURATIONS.values():
        c = maker(64, 64, Random(3))
        net = shallow_any(c.points, c.labels, Random(0))
        assert net.interpolates(c.points, c.labels)
        assert (net.parameters, net.depth) == (190, 1)
        assert net.weight_bits <= 64 + 2


@pytest.mark.parametrize("b", [64, 1024])
def test_a_thousand_points_are_verified_exactly(b):
    c = paired(1024, b, Random(b))
    net = shallow_any(c.points, c.labels, Random(0))
    assert net.parameters == 3070
    assert [y for (y,) in net.evaluate(c.points)] == list(c.labels)


def test_a_corrupted_hinge_is_noticed():
    c = equispaced(9, 9, Random(0))
    labels = list(c.labels)
    net = shallow_any(c.points, labels, Random(0))
    labels[4] = 1 - labels[4]
    assert not net.interpolates(c.points, labels)


@pytest.mark.parametrize(
    ("points", "labels", "message"),
    [
        ([], [], "points: must hold at least one point"),
        ([1, 2, 1], [0, 1, 0], "points: must be distinct, but 0 and 2 are both 1"),
        ([0.5, Fraction(1, 2)], [0, 1], "points: must be distinct"),
        ([(1, 2), (3,)], [0, 1], r"points\[1\]: must have 2 coordinates, got 1"),
        ([0, nan], [0, 1], r"points\[1\]\[0\]: must be finite, got nan"),
        ([0, inf], [0, 1], r"points\[1\]\[0\]: must be finite, got inf"),
        ([0, "1"], [0, 1], r"points\[1\]: must be a sequence of 1 numbers"),
        ([0, True], [0, 1], "must be an int, Fraction or finite float, got True"),
        ([()], [0], r"points\[0\]: must have at least one coordinate"),
        ("12", [0, 1], "points: must be a sequence of points"),
        ([0, 1], [0], r"labels: must be one per point \(2\), got 1"),
        ([0, 1], [0, nan], r"labels\[1\]: must be finite"),
        ([0, 1], [0, "a"], r"labels\[1\]: must be an int"),
        ([0, 1], [0, "a" * 10**5], r"labels\[1\]: must be an int.*, got 'a{59}\.\.\.$"),
        (
            [10**5000, 10**5000],
            [0, 1],
            "points: must be distinct, but 0 and 1 are both a number of",
        ),
        (np.array([0.0, nan]), [0, 1], r"points\[1\]\[0\]: must be finite, got nan"),
        (np.zeros((2, 2, 2)), [0, 1], r"points\[0\]\[0\]: must be an int"),
        (torch.zeros(2, 1), [0, 1], "points: must be distinct, but 0 and 1 are both"),
    ],
)
def test_bad_input_names_argument_value_and_rule(points, labels, message):
    with pytest.raises(ValueError, match=message):
        shallow_any(points, labels, Random(0))


ARRAYS = {
    "float64": lambda x: np.array(x, np.float64),
    "float32": lambda x: np.array(x, np.float32),
    "int8": lambda x: np.array(x, np.int8),
    "every second row": lambda x: np.repeat(np.array(x), 2, axis=0)[::2],
    "Fortran order": lambda x: np.asfortranarray(np.array(x)),
    "a tensor": lambda x: torch.tensor(x),
    "half precision": lambda x: torch.tensor(x, dtype=torch.bfloat16),
    "a tensor with a gradient": lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True),
}


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("points", [[0, 3, 1, 7], [[0, 3], [0, 1], [5, 3], [5, 4]]])
def test_arrays_and_tensors_are_read_exactly(kind, points):
    labels = [1, 0, 0, 1]
    made = ARRAYS[kind]
    net = shallow_any(made(points), made(labels), Random(0))
    assert net == shallow_any(points, labels, Random(0))
    assert net.evaluate(made(points)) == [(y,) for y in labels]
    assert net(made(points[2])) == (0,)


@pytest.mark.parametrize("made", [np.array, torch.tensor])
def test_lists_of_arrays_without_dimensions_are_read_exactly(made):
    points, labels = [0.25, 0.1, 7.0], [1, 0, 2]
    net = shallow_any(list(map(made, points)), list(map(made, labels)), Random(0))
    exact = [x.item() for x in map(made, points)]  # torch rounds 0.1 to float32
    assert net.interpolates(exact, labels)
    assert net.parameters == 7
    plane = [(made(1.0), made(0.5)), (made(2.0), made(0.5))]
    assert shallow_any(plane, [0, 1], Random(0)).interpolates(plane, [0, 1])
    with pytest.raises(ValueError, match=r"points: must be distinct, but 0 and 1 are both 3"):
        shallow_any([made(3), made(3)], [0, 1], Random(0))


def test_wide_floats_are_not_rounded_to_doubles():
    one = np.longdouble(1)
    close = [one, one + np.finfo(np.longdouble).eps]
    assert shallow_any(close, [0, 1], Random(0)).interpolates(close, [0, 1])


@pytest.mark.parametrize("rng", [None, 0, np.random.default_rng(0)])
def test_a_stream_of_another_library_is_refused_where_one_is_needed(rng):
    assert shallow_any([1, 2], [0, 1], rng).parameters == 4
    with pytest.raises(ValueError, match=r"rng: must be a random\.Random, got"):
        shallow_any([(1, 2), (1, 3)], [0, 1], rng)
