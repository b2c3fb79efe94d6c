"""FOLD: every pair of points more than eta apart, checked against all pairs and the referee."""

from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp import fold as module
from constructions.interp.configurations import CONFIGURATIONS
from constructions.interp.fold import Fold, fold, fold_parameters, tri
from proofs_checks import relu


class ConstantDraws(Random):
    """A stream that is not random: every draw is the least possible one."""

    def randint(self, a, b):
        return a

    def randrange(self, start, stop=None, step=1):
        return 0 if stop is None else start


def check(f: Fold, points):
    """Images by the referee, all pairs (not neighbours only), size by counting."""
    rows = [x if isinstance(x, tuple) else (x,) for x in points]
    read = relu.read(f.network.to_json())
    images = [relu.evaluate(read, x)[0] for x in rows]
    assert tuple(images) == f.values
    assert all(0 <= z <= 1 for z in images)
    assert all(abs(one - two) > f.eta for one, two in combinations(images, 2))
    d = len(rows[0])
    assert read.parameters == 2 * (d + 1) + 6 * (f.J - 1) + 3 == fold_parameters(d, f.J)
    assert f.network.widths == (2,) * f.J


@pytest.mark.parametrize("name", sorted(CONFIGURATIONS))
@pytest.mark.parametrize(("N", "d"), [(1, 1), (2, 1), (3, 2), (40, 1), (33, 3)])
def test_all_pairs_of_images_differ_by_more_than_eta(name, N, d):
    c = CONFIGURATIONS[name](N, 50, Random(N), d)
    points = [tuple(x) for x in c.points]
    f = fold(points, Random(1))
    assert f.eta == Fraction(2, 5 * N * N) / 2 ** ((f.draws - 1) // 20)
    check(f, points)


@given(st.sets(st.integers(0, 2**70), min_size=1, max_size=12), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_any_integers_are_folded_apart(numbers, seed):
    points = [Fraction(n) for n in sorted(numbers)]
    check(fold(points, Random(seed)), points)


def test_paired_points_take_one_layer_per_bit_and_one_more():
    c = CONFIGURATIONS["paired"](64, 200, Random(3))
    f = fold(c.points, Random(0), Fraction(1, 2**200))
    assert f.J <= 201
    check(f, c.points)


def test_a_hidden_tent_layer_has_five_nonzeros_and_six_parameters():
    net = fold([0, Fraction(1, 3), 1], Random(0), Fraction(1, 2**30)).network
    assert {(layer.parameters, layer.nonzeros) for layer in net.layers[1:-1]} == {(6, 5)}
    assert net.layers[0].parameters == 4


def test_a_separation_that_is_too_large_costs_draws_and_no_exactness():
    c = CONFIGURATIONS["paired"](20, 60, Random(3))
    f = fold(c.points, Random(0), Fraction(1, 4))
    assert f.draws == 160
    check(f, c.points)


def test_a_stream_that_never_varies_ends_with_the_projection_that_folds_nothing():
    points = [(Fraction(0), Fraction(1)), (Fraction(0), Fraction(2)), (Fraction(3), Fraction(1))]
    f = fold(points, ConstantDraws())
    assert (f.J, f.draws) == (1, 160)
    check(f, points)


def test_least_difference_agrees_with_all_pairs():
    rng = Random(5)
    for d in (1, 2, 3):
        points = list({tuple(Fraction(rng.randrange(30), 7) for _ in range(d)) for _ in range(25)})
        slow = min(
            max(abs(a - b) for a, b in zip(x, y, strict=True)) for x, y in combinations(points, 2)
        )
        assert module.least_difference(points) == slow


@pytest.mark.parametrize(
    ("v", "distance"),
    [(0, 0), (1, 1), (2, 0), (Fraction(5, 2), Fraction(1, 2)), (Fraction(-1, 3), Fraction(1, 3))],
)
def test_tri_is_the_distance_from_the_even_integers(v, distance):
    assert tri(Fraction(v)) == distance


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="separation: must be positive, got 0"):
        fold([0, 1], Random(0), 0)
    with pytest.raises(ValueError, match="points: must be distinct"):
        fold([1, 1], Random(0))
