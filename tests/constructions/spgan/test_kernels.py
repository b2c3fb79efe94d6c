"""Kernels as exact matrices: projections, orbits, what is idempotent but improper."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.spgan.actions import cyclic_action, grid_action, point_action, regular, restrict
from constructions.spgan.groups import cyclic, dihedral, symmetric
from constructions.spgan.kernels import Kernel, averaging, identity, partition_kernel

HALF = Fraction(1, 2)
TRANSIENT = Kernel(((1, 0, 0), (0, 1, 0), (HALF, HALF, 0)))  # type: ignore[arg-type]


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5])
def test_orbit_averages_are_proper_projections_of_rank_the_number_of_orbits(m):
    for group in (cyclic(1), cyclic(4), dihedral(4), dihedral(1)):
        action = grid_action(group, m)
        K = averaging(action)
        assert K.is_idempotent
        assert K.is_proper
        assert K.trace == len(action.orbits) == len(K.blocks)
        assert K.blocks == action.orbits
        g = list(range(m * m))
        assert K.on_function(g) == action.on_function(g)
        assert K.on_measure(g) == action.on_measure(g)
        assert K.detailed_balance(action.on_measure(g))


def test_an_average_is_not_self_adjoint_for_a_measure_that_is_not_invariant():
    assert not averaging(cyclic_action(3)).detailed_balance((1, 2, 3))


def test_the_coarser_average_absorbs_the_finer():
    action = grid_action(dihedral(4), 5)
    whole = averaging(action)
    for H in action.group.subgroups():
        part = averaging(restrict(action, H))
        assert whole @ part == whole == part @ whole


def test_two_mirrors_need_not_commute():
    action = grid_action(dihedral(4), 3)
    one, two = (averaging(restrict(action, action.group.subgroup([s]))) for s in (4, 5))
    assert one @ two != two @ one
    assert not (one @ two).is_idempotent


def test_weights_that_are_not_uniform_on_a_subgroup_are_no_projection_on_a_free_orbit():
    G = symmetric(3)
    swaps = [Fraction(label in ("021", "102", "210"), 3) for label in G.labels]
    assert not averaging(regular(G), swaps).is_idempotent
    assert averaging(point_action(3), swaps) == averaging(point_action(3))  # not faithful
    for H in G.subgroups():
        assert averaging(regular(G), H.uniform()).is_idempotent


def test_idempotent_is_not_proper():
    assert TRANSIENT.is_idempotent
    assert not TRANSIENT.is_proper
    assert TRANSIENT.blocks == ((0,), (1,), (2,))


def test_conditional_probability_given_a_partition():
    rng = Random(3)
    R = [rng.randint(1, 9) for _ in range(6)]
    K = partition_kernel([[0, 3], [1], [2, 4, 5]], R)
    assert K.is_idempotent
    assert K.is_proper
    assert K.blocks == ((0, 3), (1,), (2, 4, 5))
    assert K.detailed_balance(R)
    assert K.on_measure(R) == tuple(R)
    g = [rng.randint(-9, 9) for _ in range(6)]
    assert K.on_function(g)[3] == Fraction(R[0] * g[0] + R[3] * g[3], R[0] + R[3])


def test_products_are_matrix_products():
    rng = Random(5)

    def draw():
        rows = [[rng.randint(1, 5) for _ in range(4)] for _ in range(4)]
        return Kernel(tuple(tuple(Fraction(x, sum(row)) for x in row) for row in rows))

    K, L = draw(), draw()
    n = range(4)
    assert (K @ L).rows == tuple(
        tuple(sum(K.rows[x][z] * L.rows[z][y] for z in n) for y in n) for x in n
    )
    assert identity(4) @ K == K
    assert (K @ L).on_function(range(4)) == K.on_function(L.on_function(range(4)))
    assert (K @ L).on_measure(range(4)) == L.on_measure(K.on_measure(range(4)))


@pytest.mark.parametrize(
    "rows", [(), ((1, 0),), ((HALF, HALF), (1, HALF)), ((2, -1), (0, 1)), ((HALF, 0), (0, 1))]
)
def test_rows_that_are_no_probabilities_are_refused(rows):
    with pytest.raises(ValueError, match="rows"):
        Kernel(rows)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="weights: must be probabilities of 3"):
        averaging(cyclic_action(3), [Fraction(1)])
    with pytest.raises(ValueError, match="blocks"):
        partition_kernel([[0], [0, 1]], [1, 1])
    with pytest.raises(ValueError, match="reference"):
        partition_kernel([[0], [1]], [1, 0])
    with pytest.raises(ValueError, match="3 values"):
        TRANSIENT.on_function([1])
