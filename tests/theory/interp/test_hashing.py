"""Hash sums by digits, and the keys and draws that the claim enumerates."""

from __future__ import annotations

from constructions.interp.hash_then_bits import Hash
from theory.interp.hashing import HASH, _injective, _small_sets, by_digits


def test_the_sum_over_digits_is_that_of_the_definition():
    # top three of five bits of 0b10110 are 1, 0, 1
    assert by_digits(Hash(5, (100, 10, 1), 1), 0b10110) == 101
    assert by_digits(Hash(5, (100, 10, 1), 1), 0b00011) == 0


def test_two_keys_that_differ_in_one_bit_meet_where_its_weight_is_zero():
    for rho in ((0, 3), (1, 3), (2, 0)):
        assert _injective(rho, (0, 2)) == (rho[0] != 0)
        assert _injective(rho, (2, 3)) == (rho[1] != 0)


def test_sums_may_meet_without_a_zero():
    assert not _injective((2, 2), (1, 2))
    assert not _injective((1, 1, 2), (0b110, 0b001))


def test_all_sets_of_two_to_four_keys_are_listed():
    sets = {(keys, b) for keys, b, _R in _small_sets(HASH)}
    assert len(sets) == (6 + 4 + 1) + (28 + 56 + 70)
