"""Projections to the line: integer keys, all distinct, and a loop that ends."""

from fractions import Fraction
from random import Random

from constructions.interp.projection import _powers, project


def test_the_line_is_projected_by_scaling_alone():
    keyed = project([(Fraction(1, 2),), (Fraction(-1, 3),)], Random(0))
    assert (keyed.vector, keyed.scale, keyed.shift, keyed.keys) == ((1,), 6, 2, (5, 0))
    assert project([(Fraction(7),)], Random(0)).keys == (0,)


def test_projection_keys_are_distinct_and_their_bits_reported():
    rng = Random(2)
    points = [(Fraction(i % 7, 3), Fraction(i // 7, 5)) for i in range(49)]
    keyed = project(points, rng)
    assert keyed.vector[0] == 1
    assert len(set(keyed.keys)) == 49
    assert min(keyed.keys) == 0
    assert keyed.bits == max(keyed.keys).bit_length()
    for x, key in zip(points, keyed.keys, strict=True):
        image = sum(v * c for v, c in zip(keyed.vector, x, strict=True))
        assert keyed.scale * image + keyed.shift == key


class Stubborn(Random):
    """A generator whose draws always collide."""

    def randrange(self, *args):
        return 0


def test_the_redraw_loop_ends_even_when_every_draw_collides():
    points = [(Fraction(0), Fraction(i, 7), Fraction(-j)) for i in range(5) for j in range(5)]
    keyed = project(points, Stubborn())
    assert keyed.vector == _powers(points, 3)
    assert len(set(keyed.keys)) == 25


def test_powers_separate_a_full_box():
    box = [(Fraction(i, 2), Fraction(j, 2)) for i in range(-5, 6) for j in range(-5, 6)]
    v = _powers(box, 2)
    assert len({v[0] * x + v[1] * y for x, y in box}) == 121
