"""The families on pairs: designs, minimal dichotomies, what is served."""

from __future__ import annotations

from itertools import combinations, pairwise, product
from math import comb

import pytest

from theory.interp._pairs_families import (
    FANO,
    PLANES,
    Family,
    at_most,
    completed,
    families,
    served,
    serving,
    steps,
)


def test_the_empty_choice_is_served_by_the_constant():
    assert serving(2, ()) == (0, 0, 0, 0)
    assert served((0, 0, 0, 0)) == ()


@pytest.mark.parametrize("m", range(1, 6))
def test_the_serving_dichotomy_serves_exactly_its_pairs_with_fewest_changes(m):
    for n in range(1, m + 1):
        for chosen in combinations(range(m), n):
            labels = serving(m, chosen)
            assert served(labels) == chosen
            assert sum(a != b for a, b in pairwise(labels)) == 2 * n - 1


def test_no_dichotomy_serves_n_pairs_with_fewer_than_2n_minus_1_changes():
    for labels in product((0, 1), repeat=8):
        n = len(served(labels))
        assert sum(a != b for a, b in pairwise(labels)) >= 2 * n - 1


@pytest.mark.parametrize(("blocks", "m", "n", "size"), [(FANO, 7, 2, 3), (PLANES, 8, 3, 4)])
def test_the_designs_cover_every_choice_exactly_once(blocks, m, n, size):
    assert all(len(set(block)) == size for block in blocks)
    for chosen in combinations(range(m), n):
        assert sum(set(chosen) <= set(block) for block in blocks) == 1


def test_serving_all_choices_is_decided_as_by_definition():
    for family in (at_most(3, 2), at_most(3, 3), steps(3), completed(4, 2, [(0, 1, 2)])):
        for n in range(family.m + 1):
            slow = all(
                any(all(f[2 * j : 2 * j + 2] == (0, 1) for j in chosen) for f in family.members)
                for chosen in combinations(range(family.m), n)
            )
            assert family.serves_all(n) == slow


def test_all_dichotomies_with_at_most_K_changes_are_counted_in_closed_form():
    for m in (1, 2, 3):
        for K in range(2 * m):
            members = 2 * sum(comb(2 * m - 1, c) for c in range(K + 1))
            assert len(at_most(m, K).members) == members
            assert at_most(m, K).changes == K


@pytest.mark.parametrize("blocks", [[], [(0,)], [(0, 1, 2, 3)], [(0, 1, 2), (2, 3, 4)]])
def test_a_completed_family_serves_every_choice(blocks):
    assert completed(5, 2, blocks).serves_all(2)


def test_there_are_families_that_serve_all_but_one_pair():
    assert Family("none", 1, frozenset()).serves_all(0) is False
    almost = [family for family in families() if family.name == "steps but one"]
    assert almost
    assert not any(family.serves_all(1) for family in almost)
