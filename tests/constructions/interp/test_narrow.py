"""Construction (b): width 3, depth N - 1, exact at every point, P an equality."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.configurations import CONFIGURATIONS
from constructions.interp.narrow import narrow_any, narrow_parameters
from proofs_checks import relu

rationals = st.one_of(
    st.fractions(max_denominator=50),
    st.integers(1, 200).map(lambda k: Fraction(1, 2**k)),
    st.integers(-(10**30), 10**30).map(Fraction),
)


@given(st.data(), st.integers(1, 3), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_narrow_any_is_exact_with_width_3_and_depth_N_minus_1(data, d, seed):
    row = st.tuples(*[rationals] * d)
    points = data.draw(st.lists(row, min_size=1, max_size=10, unique=True))
    N = len(points)
    labels = data.draw(st.lists(rationals, min_size=N, max_size=N))
    net = narrow_any(points, labels, Random(seed))
    read = relu.read(net.to_json())
    assert [relu.evaluate(read, x)[0] for x in points] == labels
    assert net.interpolates(points, labels)
    assert net.widths == (3,) * (N - 1)
    expected = 3 * (d + 1) + 12 * (N - 2) + 4 if N > 1 else d + 1
    assert read.parameters == expected == narrow_parameters(N, d)


@pytest.mark.parametrize("name", sorted(CONFIGURATIONS))
def test_every_configuration_is_met(name):
    c = CONFIGURATIONS[name](65, 70, Random(1), 2)
    net = narrow_any(c.points, c.labels, Random(1))
    assert net.evaluate(c.points) == [(y,) for y in c.labels]


def test_bad_input_is_refused_as_by_shallow_any():
    with pytest.raises(ValueError, match="points: must be distinct, but 0 and 1 are both 2"):
        narrow_any([2, 2], [0, 1], Random(0))
    with pytest.raises(ValueError, match=r"labels: must be one per point \(2\), got 3"):
        narrow_any([2, 3], [0, 1, 1], Random(0))
