"""Finite groups: axioms, conventions, subgroups."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from constructions.spgan.groups import (
    FiniteGroup,
    Subgroup,
    cyclic,
    dihedral,
    generated,
    symmetric,
    trivial,
)
from constructions.spgan.groups import product as direct

SMALL = [trivial(), cyclic(2), cyclic(5), dihedral(1), dihedral(2), dihedral(4), symmetric(3)]


@pytest.mark.parametrize("G", [*SMALL, direct(cyclic(2), symmetric(3))], ids=lambda G: G.name)
def test_every_triple_associates_and_every_element_has_an_inverse(G):
    n = range(G.order)
    assert all(
        G.table[G.table[a][b]][c] == G.table[a][G.table[b][c]] for a, b, c in product(n, repeat=3)
    )
    assert all(G.table[s][G.inverse(s)] == 0 == G.table[G.inverse(s)][s] for s in n)


@pytest.mark.parametrize(("n", "order"), [(1, 2), (2, 4), (4, 8), (5, 10)])
def test_dihedral_groups_turn_backwards_behind_a_mirror(n, order):
    G = dihedral(n)
    r, m = G.labels.index("r") if n > 1 else 0, G.labels.index("m")
    assert G.order == order
    assert G.table[m][r] == G.table[G.inverse(r)][m]
    assert G.labels[G.table[r][m]] == ("rm" if n > 1 else "m")


def test_commuting_groups_are_known():
    commuting = {G.name: G.is_abelian for G in SMALL}
    assert [name for name, yes in commuting.items() if not yes] == ["D4", "S3"]


def test_permutations_are_composed_from_the_right():
    G = symmetric(3)
    s, t = G.labels.index("120"), G.labels.index("102")
    # t first: 0 -> 1 -> 2, 1 -> 0 -> 1, 2 -> 2 -> 0
    assert G.labels[G.table[s][t]] == "210"


@pytest.mark.parametrize(
    ("G", "count"),
    [(cyclic(12), 6), (dihedral(4), 10), (symmetric(3), 6), (symmetric(4), 30), (trivial(), 1)],
    ids=lambda x: getattr(x, "name", x),
)
def test_the_number_of_subgroups_is_the_known_one(G, count):
    found = G.subgroups()
    assert len({H.elements for H in found}) == len(found) == count
    assert all(G.order % H.order == 0 for H in found)


def test_subgroups_of_a_small_group_are_all_closed_subsets():
    G = dihedral(3)
    closed = {
        subset
        for mask in range(1, 64, 2)
        if (subset := tuple(s for s in range(6) if mask >> s & 1))
        and {G.table[a][b] for a in subset for b in subset} == set(subset)
    }
    assert {H.elements for H in G.subgroups()} == closed


def test_normal_subgroups_of_s3():
    G = symmetric(3)
    assert [H.order for H in G.subgroups() if H.is_normal] == [1, 3, 6]


def test_a_subgroup_becomes_a_group_with_its_labels():
    H = dihedral(4).subgroup([2, 4])  # r2 and m
    assert (H.elements, H.as_group().labels) == ((0, 2, 4, 6), ("e", "r2", "m", "r2m"))
    assert H.as_group().table == dihedral(2).table
    assert sum(H.uniform()) == 1


def test_conjugation_turns_a_mirror():
    G = dihedral(4)
    r, m = 1, 4
    assert G.labels[G.conjugate(m, r)] == "r2m"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ((), "labels"),
        (((0, 1), (1, 1)), "every row"),
        (((0, 1), (0, 1)), "every column"),
        (((1, 0), (0, 1)), "identity"),
        (
            # a loop of order 5 that is no group: 1 1 = 0 while every group of order 5 is cyclic
            ((0, 1, 2, 3, 4), (1, 0, 3, 4, 2), (2, 4, 0, 1, 3), (3, 2, 4, 0, 1), (4, 3, 1, 2, 0)),
            "associative",
        ),
    ],
)
def test_tables_that_are_no_groups_are_refused(table, reason):
    with pytest.raises(ValueError, match=reason):
        FiniteGroup("X", table, tuple(str(i) for i in range(len(table))))


def test_no_changed_table_passes():
    """Swapping two products of D3 within a row breaks a row, a column or a triple."""
    G = dihedral(3)
    for s in range(6):
        for a, b in permutations(range(6), 2):
            row = list(G.table[s])
            row[a], row[b] = row[b], row[a]
            table = (*G.table[:s], tuple(row), *G.table[s + 1 :])
            with pytest.raises(ValueError, match="table"):
                FiniteGroup("X", table, G.labels)


def test_sizes_and_elements_out_of_range_are_refused():
    for make in (cyclic, dihedral, symmetric):
        with pytest.raises(ValueError, match="n: must be at least 1, got 0"):
            make(0)
    with pytest.raises(ValueError, match="at most 5"):
        symmetric(6)
    with pytest.raises(ValueError, match="element"):
        cyclic(3).inverse(3)
    with pytest.raises(ValueError, match="closed"):
        Subgroup(cyclic(4), (0, 1))
    with pytest.raises(ValueError, match="order at most 48"):
        symmetric(5).subgroups()


def test_permutations_generate_their_group():
    G, elements = generated("X", [(1, 2, 3, 0), (1, 0, 3, 2)])
    assert (G.order, G.is_abelian, elements[0]) == (8, False, (0, 1, 2, 3))
    with pytest.raises(ValueError, match="generators"):
        generated("X", [(0, 0)])
