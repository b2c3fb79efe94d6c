"""Hash, then look up: any points by the referee; ramps, redraws and broken hashes."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.configurations import paired
from constructions.interp.exact_batch import wrong
from constructions.interp.hash_then_bits import (
    Hash,
    bit_ramp,
    bits_needed,
    draw_hash,
    hash_net,
    hash_parts,
    hash_then_bits,
)
from constructions.interp.keyed_bits import plan_keyed
from proofs_checks import relu

coordinate = st.fractions(min_value=-9, max_value=9, max_denominator=99)


def misses(net, points, labels):
    read = relu.read(net.to_json())
    return [i for i, x in enumerate(points) if relu.evaluate(read, x)[0] != labels[i]]


@given(st.data(), st.integers(1, 3), st.integers(1, 2), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_any_distinct_points_get_their_classes_with_P_as_stated(data, d, c, rng):
    points = data.draw(st.lists(st.tuples(*[coordinate] * d), min_size=1, max_size=40, unique=True))
    labels = [data.draw(st.integers(0, 2**c - 1)) for _ in points]
    parts = hash_parts(points, labels, rng, c)
    net = parts.network
    assert misses(net, points, labels) == []
    assert relu.parameters(net.to_json()) == parts.parameters
    b, table = parts.hashed.b, parts.table
    if b >= 3:
        single = len(table.groups) == 1
        assert net.parameters == 20 * b + 3 * d - 20 + table.parameters + 2 * single


@pytest.mark.parametrize("N", [1, 2, 3, 9, 40])
def test_constant_and_alternating_labels(N):
    points = [(Fraction(i * i, 7),) for i in range(N)]
    for labels in ([0] * N, [1] * N, [i % 2 for i in range(N)]):
        assert misses(hash_then_bits(points, labels, Random(N)), points, labels) == []


def test_one_thousand_pairs_2_to_the_minus_64_apart():
    chosen = paired(1024, 64, Random(1))
    parts = hash_parts(chosen.points, chosen.labels, Random(2))
    assert parts.hashed.b == 64
    assert parts.network.parameters == parts.parameters <= 11000
    assert wrong(parts.network, chosen.points, chosen.labels) == []


@pytest.mark.parametrize(
    ("N", "b", "most"), [(4096, 1024, 60000), (16384, 64, 3 * 16384 - 3), (65536, 64, 109999)]
)
def test_P_of_the_published_sizes_from_random_keys_of_full_hash_length(N, b, most):
    # a hash of b bits has at most bit_length(b (R - 1)) bits, R = N^2
    longest = (b * (N**2 - 1)).bit_length()
    table = plan_keyed([2**longest - 1, *range(N - 1)], [0] * N)
    assert table.b == longest
    assert 20 * b + 3 - 20 + table.parameters <= most


@given(st.sets(st.integers(0, 2**40), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_bits_that_are_read_are_enough_and_fewer_are_not(keys, rng):
    B = max(1, max(keys).bit_length())
    b = bits_needed(sorted(keys), B)
    assert len({key >> (B - b) for key in keys}) == len(keys)
    assert b == 1 or len({key >> (B - b + 1) for key in keys}) < len(keys)
    hashed = draw_hash(list(keys), rng)
    assert len(set(map(hashed, keys))) == len(keys)
    for key in keys:
        top = f"{key:0{B}b}"[:b]
        assert hashed(key) == sum(w for w, bit in zip(hashed.rho, top, strict=True) if bit == "1")


class Zeros(Random):
    """A stream of zeros: no draw of hash weights is ever injective."""

    def randrange(self, *args, **kwargs):
        return 0


def test_the_redraw_loop_ends_for_a_stream_that_is_not_random():
    points, labels = list(range(40)), [i % 2 for i in range(40)]
    parts = hash_parts(points, labels, Zeros())
    assert parts.hashed.draws == 60
    assert misses(parts.network, [(Fraction(x),) for x in points], labels) == []


def test_the_first_draw_is_injective_about_as_often_as_the_union_bound_says():
    keys = [x * x for x in range(64)]
    draws = Counter(draw_hash(keys, Random(seed)).draws for seed in range(300))
    # P(not injective) < 1/2; 300 fair coins show more than 200 heads with probability 2^-28
    assert draws[1] > 100


def test_a_range_of_a_quarter_of_N_squared_need_not_hold_an_injective_draw():
    # N = 2: R = 1 allows only rho = 0, and the two keys collide
    assert Hash(1, (0,), 1)(0) == Hash(1, (0,), 1)(1)


def test_a_ramp_wider_than_the_least_distance_below_a_threshold_is_wrong_at_that_point():
    points = [Fraction(0), Fraction(1, 2) - Fraction(1, 2**30), Fraction(3, 4), Fraction(1)]
    parts = hash_parts(points, [1] * 4, Random(0))
    assert parts.hashed.b < parts.hashed.B  # the remainders are no multiples of the last threshold
    assert parts.eps == bit_ramp(parts.keyed.keys, parts.hashed)
    exact = [(x,) for x in points]
    assert misses(parts.network, exact, [1] * 4) == []
    assert misses(replace(parts, eps=2 * parts.eps).network, exact, [1] * 4) == [1]


@given(st.lists(st.fractions(0, 1), min_size=2, max_size=12, unique=True))
@settings(max_examples=40, deadline=None)
def test_the_bits_are_exact_at_the_ramp_and_with_twice_the_ramp_one_is_wrong(values):
    parts = hash_parts([(x,) for x in values], [0] * len(values), Zeros())
    keyed, hashed = parts.keyed, parts.hashed  # the hash is the number of the bits that are read
    right, wide = (hash_net(keyed, hashed, eps * parts.eps) for eps in (1, 2))
    expected = [key >> (hashed.B - hashed.b) for key in keyed.keys]
    assert [h for (h,) in right.evaluate(values)] == expected
    assert [h for (h,) in wide.evaluate(values)] != expected


def test_a_hash_that_is_not_injective_misses_a_point():
    points, labels = [(Fraction(x),) for x in range(8)], [0, 1] * 4
    parts = hash_parts(points, labels, Random(1))
    collides = Hash(parts.hashed.B, (parts.hashed.rho[0], parts.hashed.rho[1], 0), 1)
    assert collides(0) == collides(1)
    with pytest.raises(ValueError, match="keys: must be distinct, but 0 and 1 are both 0"):
        plan_keyed([collides(key) for key in parts.keyed.keys], labels)
    missed = misses(replace(parts, hashed=collides).network, points, labels)
    assert any(labels[i] == 1 for i in missed)


@pytest.mark.parametrize(
    ("points", "labels", "eps", "message"),
    [
        ([], [], None, "points: must hold at least one point, got none"),
        ([1, 1], [0, 1], None, "points: must be distinct, but 0 and 1 are both 1"),
        ([1, 2], [0, 2], None, r"labels\[1\]: must be an integer of 0..1, got 2"),
        ([1, 2], [0, 1], 0, "eps: must be positive, got 0"),
    ],
)
def test_bad_input_is_refused(points, labels, eps, message):
    with pytest.raises(ValueError, match=message):
        hash_parts(points, labels, Random(0), eps=eps)
