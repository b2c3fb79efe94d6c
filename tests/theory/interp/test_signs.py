"""The exact counts of sign vectors, against counts known in closed form and by hand."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from random import Random

import pytest

from theory.interp._signs_systems import (
    curve_count,
    curve_parameters,
    curve_sequences,
    line_vectors,
    owners_count,
    random_system,
    shuffled_roots,
    univariate_vectors,
)


def test_no_polynomial_has_one_empty_sign_vector():
    assert univariate_vectors([]) == {()}


def test_the_zero_polynomial_and_constants_have_one_label():
    assert univariate_vectors([[0], [0, 0], [-3], [0, 5]]) == {(0, 0, 0, 1)}


def test_a_tie_is_seen_between_close_irrational_roots():
    # x^2 - 2 and 10^8 x^2 - 2 * 10^8 + 1: roots 2.5 * 10^-9 apart, four of them.
    close = [[1, 0, -2], [10**8, 0, 1 - 2 * 10**8]]
    assert univariate_vectors(close) == {(1, 1), (0, 1), (0, 0)}


def test_an_even_root_shared_with_an_odd_one():
    # (x^2 - 2)^2 and x^2 - 2 vanish together: (1, 1) outside, (1, 0) between, (0, 0) at the roots.
    assert univariate_vectors([[1, 0, -4, 0, 4], [1, 0, -2]]) == {(1, 1), (1, 0), (0, 0)}


def test_dense_sampling_never_sees_a_vector_that_root_isolation_misses():
    rng = Random(3)
    for _ in range(25):
        system = random_system(rng, 3, 3)
        sampled = {
            tuple(int(sum(c * x**k for k, c in enumerate(reversed(q))) > 0) for q in system)
            for x in (Fraction(i, 16) for i in range(-100, 101))
        }
        assert sampled <= univariate_vectors(system)


@pytest.mark.parametrize("S", range(7))
def test_lines_in_general_position_cut_the_plane_into_known_many_cells(S):
    lines = [(-2 * t, 1, t * t) for t in range(S)]  # tangents of a parabola
    assert len(line_vectors(lines)) == 1 + S + comb(S, 2)


def test_concurrent_and_parallel_lines_have_fewer_cells():
    assert len(line_vectors([(t, 1, 0) for t in range(4)])) == 8  # the common point adds none
    assert len(line_vectors([(1, 1, t) for t in range(4)])) == 5
    # Three lines that sum to 0 are all 0 only at their common point: six cells and that one.
    assert len(line_vectors([(1, 1, 0), (1, -2, 0), (-2, 1, 0)])) == 7


def test_crossings_alternate_between_known_vectors():
    assert owners_count([]) == 1
    assert owners_count([0, 0, 0]) == 2
    assert owners_count([0, 1, 0, 1]) == 4
    assert owners_count([0, 1, 2, 0]) == 5
    owners = shuffled_roots(Random(1), 3, 2)
    assert sorted(owners) == [0, 0, 1, 1, 2, 2]


def test_the_count_by_crossings_is_that_of_the_polynomials():
    owners = shuffled_roots(Random(5), 4, 2)
    system = []
    for i in range(4):
        a, b = (place for place, owner in enumerate(owners) if owner == i)
        system.append([1, -a - b, a * b])
    assert len(univariate_vectors(system)) == owners_count(owners)


@pytest.mark.parametrize(("S", "p"), [(1, 1), (1, 3), (3, 1), (5, 2), (6, 6), (7, 4)])
def test_sequences_on_the_moment_curve_are_counted_and_realised(S, p):
    sequences = curve_sequences(S, p)
    assert len(sequences) == len(set(sequences)) == curve_count(S, p)
    assert curve_count(S, p) == sum(comb(S, c) for c in range(p + 1))
    for sequence in sequences:
        theta = curve_parameters(sequence, p)
        assert len(theta) == p + 1
        assert theta[0] == 1
        values = [sum(c * t ** (p - k) for k, c in enumerate(theta)) for t in range(1, S + 1)]
        assert tuple(int(v > 0) for v in values) == sequence


def test_more_changes_than_the_degree_are_refused():
    with pytest.raises(ValueError, match="sequence: needs 4 roots"):
        curve_parameters((1, 0, 1, 0), 2)
