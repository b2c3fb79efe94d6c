"""Two hidden layers of d1 and d2 units: d1 d2 points with any labels, by the referee."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.configurations import CONFIGURATIONS, paired
from constructions.interp.exact_batch import wrong
from constructions.interp.network import Affine, ExactNet, random_net
from constructions.interp.three_layer import Shape, smallest_shape, three_layer_any
from proofs_checks import relu
from proofs_checks.interp.direct import recursive_changes

coordinate = st.fractions(min_value=-50, max_value=50, max_denominator=99)
ONE_CHAIN = 10**6


def misses(net, points, labels):
    read = relu.read(net.to_json())
    return [i for i, x in enumerate(points) if relu.evaluate(read, x)[0] != labels[i]]


@given(
    st.data(),
    st.integers(1, 3),
    st.integers(1, 45),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_any_points_and_labels_in_every_shape_with_P_as_stated(data, d, q, R, rng):
    points = data.draw(st.lists(st.tuples(*[coordinate] * d), min_size=1, max_size=40, unique=True))
    labels = [data.draw(coordinate) for _ in points]
    N, shape = len(points), Shape(q, R)
    net = three_layer_any(points, labels, rng, shape)
    assert misses(net, points, labels) == []
    p = -(-N // q)
    d1, d2 = p + -(-p // R) - 1, q
    assert net.widths == (d1, d2) == shape.widths(N)
    P = d1 * (d + 1) + d2 * (d1 + 1) + d2 + 1
    assert relu.parameters(net.to_json()) == P == shape.parameters(N, d)


@pytest.mark.parametrize("N", [1, 2, 3, 4, 7, 12, 25, 40])
def test_constant_and_alternating_labels(N):
    points = [(Fraction(i * i, 3),) for i in range(N)]
    for labels in ([0] * N, [1] * N, [i % 2 for i in range(N)], [-(i % 3) for i in range(N)]):
        assert misses(three_layer_any(points, labels, Random(0)), points, labels) == []


def test_units_keep_their_signs_at_the_ends_of_blocks():
    """A steep label in the second block would leave unit 0 positive at the start of the third."""
    points = [(Fraction(x),) for x in (1, 3, 4, 104, 106, 107, 108, 109, 110)]
    labels = [50, 1, 1, 10000, 50, 100, 50, 1, 1]
    assert misses(three_layer_any(points, labels, Random(0), Shape(3, 3)), points, labels) == []


@pytest.mark.parametrize("d2", range(1, 11))
def test_d1_times_d2_points_need_no_more_than_d1_and_d2_units(d2):
    rng = Random(d2)
    for d1 in range(1, 60 // d2 + 1):
        N = d1 * d2
        points = [(Fraction(x),) for x in rng.sample(range(10**6), N)]
        labels = [Fraction(rng.randrange(-99, 99), rng.randrange(1, 9)) for _ in range(N)]
        net = three_layer_any(points, labels, rng, Shape(d2, ONE_CHAIN))
        assert net.widths == (d1, d2)
        assert misses(net, points, labels) == []
        assert net.parameters == N + 2 * d1 + 2 * d2 + 1


# Two printed conditions: 4 floor(d1/4) floor(d2/4) >= N, and 4 ceil(d1/2) ceil(d2/2) >= N.


def test_the_condition_with_floors_is_implied_by_d1_d2_at_least_N():
    for d1, d2 in product(range(1, 80), repeat=2):
        assert 4 * (d1 // 4) * (d2 // 4) <= 4 * (d1 // 2) * (d2 // 2) <= d1 * d2


def test_for_even_widths_the_condition_with_ceilings_is_d1_d2_at_least_N_and_true():
    for d1, d2 in product(range(2, 80, 2), repeat=2):
        assert 4 * -(-d1 // 2) * -(-d2 // 2) == d1 * d2


@pytest.mark.parametrize("k", range(1, 30))
def test_with_a_layer_of_one_unit_the_condition_with_ceilings_is_false(k):
    """Its 4 ceil(k/2) points with alternating labels need more changes than (1, k), (k, 1) have."""
    N = 4 * -(-k // 2)
    for widths in ((1, k), (k, 1)):
        most = k if k <= 2 else k + 1
        assert recursive_changes(widths) <= most < N - 1


@pytest.mark.parametrize("widths", [(1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (1, 4), (4, 1)])
def test_no_random_net_with_a_layer_of_one_unit_changes_its_label_more_often(widths):
    rng, k = Random(5), max(widths)
    for _ in range(60):
        pieces = random_net(widths, rng, 9).pieces()
        slopes = [slope for slope in pieces.slopes if slope]
        signs = [slope > 0 for slope in slopes]
        turns = sum(one != two for one, two in pairwise(signs))
        # n label changes need n - 1 turns; k + 1 changes would be k turns, 4 ceil(k/2) - 1 are more
        assert turns <= k


def test_the_condition_with_ceilings_asks_odd_widths_for_all_that_real_labels_allow():
    """P - (d1 + d2) >= N is necessary: for odd widths the ceilings claim exactly that many."""
    for d1, d2 in product(range(1, 30, 2), repeat=2):
        P = 2 * d1 + d2 * (d1 + 1) + d2 + 1
        assert 4 * -(-d1 // 2) * -(-d2 // 2) == (d1 + 1) * (d2 + 1) == P - d1 - d2


# Sizes.


@pytest.mark.parametrize("name", sorted(CONFIGURATIONS))
@pytest.mark.parametrize("d", [1, 2])
def test_64_points_take_97_parameters_on_the_line(name, d):
    chosen = CONFIGURATIONS[name](64, 64, Random(1), d)
    net = three_layer_any(chosen.points, chosen.labels, Random(2))
    assert wrong(net, chosen.points, chosen.labels) == []
    assert net.parameters == {1: 97, 2: 105}[d] < 3 * 64 + d - 1


def test_all_shapes_are_compared_within_the_length_of_weights():
    for N, d, bits in ((1, 1, 1), (40, 1, 20), (100, 7, 64), (64, 1, 64)):
        best = smallest_shape(N, d, bits)
        every = [Shape(q, ONE_CHAIN).parameters(N, d) for q in range(1, N + 1)]
        assert best.parameters(N, d) == min(every)
    assert smallest_shape(256, 1, 64).R > 1 == smallest_shape(256, 1, 65).R


def test_chains_of_one_block_have_short_dyadic_weights():
    chosen = paired(144, 64, Random(3))
    long, short = (
        three_layer_any(chosen.points, chosen.labels, Random(0), Shape(12, R)) for R in (12, 1)
    )
    assert (long.widths, short.widths) == ((12, 12), (23, 12))
    assert short.weight_bits <= 70 < 500 < long.weight_bits < 12 * 12 * 66
    denominators = {Fraction(w).denominator for layer in short.layers for w in layer.entries}
    assert all(q & (q - 1) == 0 for q in denominators)
    assert wrong(short, chosen.points, chosen.labels) == []


def test_points_of_a_thousand_bits_still_beat_the_shallow_net():
    chosen = paired(60, 1024, Random(4))
    net = three_layer_any(chosen.points, chosen.labels, Random(0))
    assert wrong(net, chosen.points, chosen.labels) == []
    assert net.widths == (7, 15)
    assert net.parameters == 150 < 3 * 60 - 2
    assert net.weight_bits <= 1024 + 8


def test_a_changed_weight_is_noticed():
    points, labels = [(Fraction(x),) for x in range(12)], [x % 2 for x in range(12)]
    net = three_layer_any(points, labels, Random(0), Shape(3, 4))
    first, second, output = net.layers
    for i in range(3):
        bias = tuple(c + Fraction(i == j, 2**20) for j, c in enumerate(second.bias))
        changed = ExactNet((first, Affine(second.rows, bias, second.columns), output))
        assert misses(changed, points, labels)
    moved = replace(first, bias=(first.bias[0], first.bias[1] - 20, *first.bias[2:]))
    assert misses(ExactNet((moved, second, output)), points, labels)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: three_layer_any([1, 1], [0, 1], Random(0)), "points: must be distinct"),
        (lambda: three_layer_any([1, 2], [0], Random(0)), r"labels: must be one per point \(2\)"),
        (lambda: three_layer_any([1], [float("nan")], Random(0)), r"labels\[0\]: must be finite"),
        (lambda: Shape(0, 1), "q: must be at least 1, got 0"),
        (lambda: Shape(1, 0), "R: must be at least 1, got 0"),
        (lambda: smallest_shape(0, 1, 1), "N: must be at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
