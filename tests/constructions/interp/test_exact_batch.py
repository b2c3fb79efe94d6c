"""Batch evaluation against the two other evaluators, on nets of every kind."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp import exact_batch
from constructions.interp.configurations import CONFIGURATIONS
from constructions.interp.fold_lookup import fold_lookup
from constructions.interp.network import Affine, ExactNet, random_net
from constructions.interp.shallow import shallow_any
from proofs_checks import relu

rationals = st.fractions(-5, 5, max_denominator=30)


@given(st.lists(st.integers(1, 4), max_size=4), st.integers(1, 3), st.data(), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_random_nets_agree_with_the_referee_and_with_the_net_itself(widths, d, data, seed):
    rng = Random(seed)
    layers = []
    for before, units in zip([d, *widths], [*widths, 2], strict=True):
        rows = tuple(
            tuple((j, Fraction(rng.randint(-3, 3), rng.randint(1, 4))) for j in range(before))
            for _ in range(units)
        )
        layers.append(Affine(rows, tuple(Fraction(rng.randint(-3, 3), 5) for _ in rows), before))
    net = ExactNet(tuple(layers))
    points = data.draw(st.lists(st.tuples(*[rationals] * d), min_size=1, max_size=8))
    read = relu.read(net.to_json())
    expected = [relu.evaluate(read, x) for x in points]
    assert exact_batch.evaluate(net, points) == expected == net.evaluate(points)


def test_more_points_than_a_chunk_keep_their_order_through_layers_of_width_1():
    net = random_net((1, 5, 1, 3), Random(3), 5)
    points = [Fraction(Random(i).randrange(-50, 50), 7) for i in range(3 * exact_batch.CHUNK + 1)]
    assert exact_batch.evaluate(net, points) == net.evaluate(points)


@pytest.mark.parametrize("code", ["runs", "keys", "narrow"])
def test_a_deep_net_agrees_at_all_points_and_between_them(code):
    c = CONFIGURATIONS["paired"](60, 40, Random(1))
    net = fold_lookup(c.points, c.labels, Random(1), code)
    points = [*c.points, *[(Fraction(i, 97),) for i in range(98)]]
    assert exact_batch.evaluate(net, points) == net.evaluate(points)
    assert exact_batch.wrong(net, c.points, c.labels) == []


def test_wrong_names_the_points_whose_label_is_not_met():
    points, labels = [0, 1, 2, Fraction(5, 2)], [1, 0, 0, 1]
    net = shallow_any(points, labels, Random(0))
    assert exact_batch.wrong(net, points, [1, 1, 0, 0]) == [1, 3]


def test_a_net_without_hidden_layers_and_no_points_at_all():
    net = ExactNet((Affine(((),), (Fraction(1, 3),), 2),))
    assert exact_batch.evaluate(net, [(1, 2)]) == [(Fraction(1, 3),)]
    assert exact_batch.evaluate(net, []) == []


def test_bad_points_are_refused():
    with pytest.raises(ValueError, match=r"points\[1\]: must have 1 coordinates, got 2"):
        exact_batch.evaluate(random_net((2,), Random(0), 3), [0, (1, 2)])
