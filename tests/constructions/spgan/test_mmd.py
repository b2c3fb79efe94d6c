"""MMD in Fractions: averages of kernels, LDL^T."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest

from constructions.spgan.actions import grid_action, trivial_action
from constructions.spgan.groups import cyclic, dihedral
from constructions.spgan.mmd import (
    Similarity,
    is_diagonally_invariant,
    ldl,
    mmd_squared,
    one_sided,
    positive_certificate,
    rational_kernel,
    symmetrised,
)
from constructions.spgan.spaces import fixed_instance, random_instance

ONE = fixed_instance()


@pytest.mark.parametrize("weights", [(1, 1), (1, 9)])
def test_symmetrising_both_or_averaging_the_kernel_is_one_fraction(weights):
    k = rational_kernel(4, weights)
    both = symmetrised(k.rows, ONE.action)
    assert mmd_squared(k.rows, ONE.SQ, ONE.SP) == mmd_squared(both.rows, ONE.Q, ONE.P)
    T = ONE.action.permutations
    mean = sum(k.rows[s[1]][t[6]] for s in T for t in T) / 16
    assert both.rows[1][6] == mean


def test_one_average_is_enough_for_invariant_kernels_only():
    for weights, enough in (((1, 1), True), ((1, 9), False)):
        k = rational_kernel(4, weights)
        assert is_diagonally_invariant(k.rows, ONE.action) is enough
        single, both = one_sided(k.rows, ONE.action), symmetrised(k.rows, ONE.action).rows
        values = [float(mmd_squared(kernel, ONE.Q, ONE.P)) for kernel in (single, both)]
        assert (values[0] == values[1]) is enough
    assert values == [pytest.approx(0.0104895, abs=5e-8), pytest.approx(0.0098285, abs=5e-8)]


def test_mmd_against_numpy():
    one = random_instance(dihedral(4), 3, Random(1))
    k = rational_kernel(3)
    w = np.array([float(q - p) for q, p in zip(one.Q, one.P, strict=True)])
    expected = w @ np.array(k.rows, float) @ w
    assert float(mmd_squared(k.rows, one.Q, one.P)) == pytest.approx(expected, rel=1e-12)
    assert mmd_squared(k.rows, one.Q, one.Q) == 0


@pytest.mark.parametrize("m", [1, 2, 3])
def test_ldl_factors_and_its_rank_is_the_number_of_orbits(m):
    k = rational_kernel(m)
    for action in (trivial_action(m * m), grid_action(cyclic(4), m), grid_action(dihedral(4), m)):
        matrix = symmetrised(k.rows, action).rows
        M, D = ldl(matrix)
        n = range(m * m)
        assert all(sum(M[i][l] * D[l] * M[j][l] for l in n) == matrix[i][j] for i in n for j in n)
        assert min(D) >= 0
        assert sum(d != 0 for d in D) == len(action.orbits)


def test_ldl_of_an_indefinite_matrix_has_a_negative_entry_or_misses():
    _, D = ldl(((Fraction(1), Fraction(2)), (Fraction(2), Fraction(1))))
    assert min(D) < 0
    M, D = ldl(((Fraction(0), Fraction(1)), (Fraction(1), Fraction(0))))
    assert (M[1][0], D) == (0, [0, 0])


def test_the_kernel_of_the_grid():
    k = rational_kernel(2, (1, 9)).rows
    assert k[0] == (1, Fraction(1, 37), Fraction(1, 5), Fraction(1, 41))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="weights"):
        rational_kernel(2, (0, 1))
    with pytest.raises(ValueError, match="symmetric"):
        Similarity(((Fraction(1), Fraction(0)), (Fraction(1), Fraction(1))))
    with pytest.raises(ValueError, match="square"):
        Similarity(())
    with pytest.raises(ValueError, match="average"):
        positive_certificate("spgan.T3", rational_kernel(4), ONE.action, average="two")
