"""What the drawing of a hash promises: the range, the length of the sums, the number of draws."""

from math import log2
from random import Random

import pytest

from constructions.interp.hash_then_bits import DRAWS_PER_RANGE, RANGES, draw_hash


class Spy(Random):
    """Notes the ranges that are asked for; the first ``zeros`` numbers drawn are 0."""

    def __init__(self, seed, zeros=0):
        super().__init__(seed)
        self.ranges, self.zeros = [], zeros

    def randrange(self, start, *_):
        self.ranges.append(start)
        return 0 if len(self.ranges) <= self.zeros else super().randrange(start)


@pytest.mark.parametrize("N", range(1, 41))
def test_the_range_is_a_power_of_two_from_N_squared_to_less_than_twice_that(N):
    spy = Spy(N)
    draw_hash(Random(N).sample(range(2**30), N), spy)
    assert set(spy.ranges) == {spy.ranges[0]}
    R = spy.ranges[0]
    assert N * N <= R < 2 * N * N
    assert R & (R - 1) == 0
    assert R > N * (N - 1) / 2


def test_the_range_doubles_after_twenty_draws_that_fail():
    keys = [0, 1, 2, 3, 4, 5, 6, 7]
    spy = Spy(1, zeros=3 * 45)
    found = draw_hash(keys, spy)
    per_draw = [spy.ranges[i] for i in range(0, len(spy.ranges), found.b)]
    assert per_draw == [64] * 20 + [128] * 20 + [256] * (len(per_draw) - 40)
    assert 45 < found.draws <= DRAWS_PER_RANGE * RANGES
    assert len(set(map(found, keys))) == 8


@pytest.mark.parametrize("N", [2, 9, 64, 200])
def test_sums_have_at_most_2_log_N_and_log_b_and_two_bits(N):
    for seed in range(5):
        keys = Random(seed).sample(range(2**50), N)
        found = draw_hash(keys, Random(seed))
        assert max(map(found, keys)).bit_length() <= 2 * log2(N) + log2(found.b) + 2


def test_what_is_below_the_bits_that_are_read_does_not_count():
    keys = Random(3).sample(range(2**60), 50)
    found = draw_hash(keys, Random(3))
    low = 1 << (found.B - found.b)
    assert all(found(key) == found(key ^ key % low) for key in keys)
