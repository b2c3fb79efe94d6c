"""Codes of runs: decoded here digit by digit, without any network, they give the labels back."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.run_codes import MARGIN_BITS, Shape, groups, line

W = Fraction(1, 2**MARGIN_BITS)
shapes = st.builds(
    Shape, st.integers(1, 300), st.integers(2, 4), st.integers(2, 4), st.integers(1, 4)
)


def boundaries(group, shape):
    """t_0 <= t_1 <= ... of a group, from the distance of 2^e r to the even integers."""
    t, r, found = group.start, group.code, [group.start]
    for e in (shape.e0, shape.e1) * shape.g:
        v = 2**e * r
        r = min(v % 2, 2 - v % 2)
        t += (v - r) / 2
        found.append(t)
    assert r == 0
    return found


def decoded(y, group, shape):
    """Parity of the boundaries below y; y is not within w above any of them."""
    t = boundaries(group, shape)
    assert all(y <= s or y >= s + W for s in t[1:])
    return sum(y > s for s in t[1:]) % 2 if y > t[0] else 0


def check(values, labels, shape):
    found = list(groups(line(values, labels, shape)))[::-1]
    covered = [i for group in found for i in range(group.first, group.last + 1)]
    assert covered == list(range(len(values)))
    for group in found:
        assert 0 <= group.code <= 1
        assert group.pairs <= shape.g
        for i in range(group.first, group.last + 1):
            assert decoded(shape.unit * values[i], group, shape) == labels[i]
    return found


@given(
    st.sets(st.fractions(0, 1, max_denominator=2**40), min_size=1, max_size=25),
    st.data(),
    shapes,
)
@settings(max_examples=120, deadline=None)
def test_every_label_is_the_parity_of_the_boundaries_below(values, data, shape):
    labels = data.draw(st.lists(st.integers(0, 1), min_size=len(values), max_size=len(values)))
    check(sorted(values), labels, shape)


@pytest.mark.parametrize("label", [0, 1])
def test_a_run_longer_than_any_digit_is_cut_into_groups(label):
    values = [Fraction(i, 100) for i in range(101)]
    found = check(values, [label] * 101, Shape(100, 2, 2, 2))
    assert len(found) == 1 if label == 0 else len(found) > 5


def test_gaps_below_every_resolution_are_left_to_the_cuts():
    values = sorted(Fraction(i, 20) + j * Fraction(1, 2**300) for i in range(20) for j in (0, 1))
    check(values, [0, 1] * 20, Shape(20, 3, 3, 4))


def test_long_runs_spend_digits_instead_of_cuts():
    rng = Random(1)
    values = sorted({Fraction(rng.randrange(2**40), 2**40) for _ in range(400)})
    labels = [i // 20 % 2 for i in range(len(values))]
    found = check(values, labels, Shape(400, 4, 4, 8))
    assert len(found) < 20  # fewer than there are runs, each about 20 units long, digits span 8


@pytest.mark.parametrize(("sizes", "name"), [((0, 2, 2, 1), "unit"), ((1, 2, 1, 1), "e1")])
def test_a_shape_without_room_is_refused(sizes, name):
    with pytest.raises(ValueError, match=f"{name}: must be at least"):
        Shape(*sizes)


def test_a_long_run_without_a_free_place_is_cut_instead():
    """Points closer than w everywhere: no empty run of the other label fits between them."""
    places = [0, *range(5, 1596), 2400]
    values = [Fraction(j, 2400) for j in places]
    labels = [1, *[0] * (len(places) - 2), 1]
    found = check(values, labels, Shape(4, 2, 2, 4))
    assert len(found) == 2
