"""The integer evaluator keeps its common denominators short."""

from fractions import Fraction
from random import Random

from constructions.interp._evaluate import CHUNK, SPARE_BITS, _chunks, cleared, evaluate
from constructions.interp.network import Affine


def test_points_with_unlike_denominators_do_not_share_one():
    rng = Random(0)
    points = [(Fraction(1, rng.randrange(2**299, 2**300)),) for _ in range(20)]
    chunks = list(_chunks(points))
    assert [x for chunk, _ in chunks for x in chunk] == points
    assert all(scale.bit_length() <= 2 * (300 + SPARE_BITS) for _, scale in chunks)


def test_points_of_one_grid_share_a_denominator_in_chunks():
    points = [(Fraction(i, 2**64 - 1),) for i in range(CHUNK + 1)]
    assert [len(chunk) for chunk, _ in _chunks(points)] == [CHUNK, 1]
    assert list(_chunks([])) == []


def test_clearing_denominators_scales_a_layer():
    layer = cleared(Affine.dense([[Fraction(1, 6), 0]], [Fraction(3, 4)]))
    assert (layer.rows, layer.bias, layer.scale) == ((((0, 2),),), (9,), 12)
    assert evaluate([layer], []) == []
    assert evaluate([layer], [(Fraction(1), Fraction(9))]) == [(Fraction(11, 12),)]
