"""The direct count: rounded arithmetic against full integers, patterns against enumeration."""

from __future__ import annotations

from itertools import combinations, pairwise, product
from math import comb, factorial, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs_checks.interp import direct
from proofs_checks.interp.vectors import classes
from proofs_checks.log2 import ceil_log2

VECTORS = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def served_exactly(w, n, m):
    p, D = direct.vector_parameters(1, w) - sum(w) - 1, len(w) + 1
    sizes = [w[0], *(a * b for a, b in pairwise(w)), w[-1]]
    M = factorial(p) // prod(factorial(size) for size in sizes)
    assert sum(sizes) == p
    return sum(
        sum(comb(n, i) * m**i * comb(n, c - i) for i in range(c + 1))
        * comb(p, c)
        * min(M, D**c * (D - 1) ** (p - c))
        for c in range(min(p, 2 * n) + 1)
    )


@given(VECTORS, st.integers(1, 12), st.integers(1, 60))
def test_served_configurations_are_rounded_up_and_narrowly(w, n, b):
    exact = ceil_log2(served_exactly(w, n, 2**b), 40)
    used = direct.ceil_log2_served_by_one_set(w, n, 2**b, 40)
    assert -2 <= used - exact < 2**10


@given(VECTORS, st.integers(1, 30))
def test_the_generating_function_is_above_its_coefficient(w, n):
    exact = direct.pattern_sets(w, n)
    if len(w) == 1 or not exact:
        return
    limit, direct.EXACT_UP_TO = direct.EXACT_UP_TO, 0
    try:
        used = direct.ceil_log2_pattern_sets(w, n, 32)
    finally:
        direct.EXACT_UP_TO = limit
    assert used >= ceil_log2(exact, 32) - 2
    assert used - ceil_log2(exact, 32) < 12 << 32


def test_one_layer_sets_of_intervals():
    """v thresholds make v + 1 intervals; up-crossings need n of them, no two neighbouring."""
    for v in range(1, 8):
        for n in range(1, v + 2):
            chosen = [
                c for c in combinations(range(v + 1), n) if all(b - a > 1 for a, b in pairwise(c))
            ]
            assert direct.pattern_sets((v,), n) == len(chosen)


def test_chains_without_the_zero_pattern():
    """Ordered chains of subsets up to a common reflection, none of them empty, as sets."""
    for v in (1, 2, 3):
        found = {j: set() for j in range(1, v + 2)}
        for start in range(2**v):
            for steps in product(range(v + 2), repeat=v):
                # Unit i flips at step steps[i], or never where that is past the end.
                pattern, chain = start, [start]
                for step in range(v + 1):
                    flipped = sum(1 << i for i in range(v) if steps[i] == step)
                    if flipped:
                        pattern ^= flipped
                        chain.append(pattern)
                if 0 not in chain:
                    found[len(chain)].add(frozenset(chain))
        assert [len(found[j]) for j in range(1, v + 2)] == direct._middle_layer(v)


def test_recursive_changes_of_width_two():
    assert [direct.recursive_changes((2,) * L) for L in range(1, 9)] == [
        *(2, 6, 14, 38, 94, 246, 622, 1606)
    ]


@given(VECTORS, VECTORS)
def test_a_layer_of_one_unit_multiplies(w, v):
    joined = direct.recursive_changes((*w, 1, *v))
    assert joined == direct.recursive_changes(w) * direct.recursive_changes(v)


@pytest.mark.parametrize("d", [1, 3])
def test_every_small_vector_is_listed_once(d):
    # 2L + 2 < 16 and 3W + 1 < 16 leave at most six layers of at most four units.
    listed = list(classes(d, "general", 16))
    expected = {
        w
        for L in range(1, 7)
        for w in product(range(1, 5), repeat=L)
        if direct.vector_parameters(1, w) + w[0] * (d - 1) < 16
    }
    assert len(listed) == len(set(listed))
    assert set(listed) == expected
    assert set(classes(d, "uniform", 16)) == {w for w in listed if len(set(w)) == 1}


@given(st.integers(0, 2**200), st.integers(0, 2**200), st.integers(0, 50))
def test_rounded_numbers_never_shrink(x, y, shift):
    def value(number):
        return number[0] << (number[1] + 600) if number[1] + 600 >= 0 else None

    a, b = direct._up(x, -shift), direct._up(y, shift)
    assert value(a) >= x << (600 - shift)
    assert value(direct._times(a, b)) >= (x * y) << 600 or not (x and y)
    assert value(direct._plus(a, b)) >= (x << (600 - shift)) + (y << (600 + shift))
    assert all(number[0].bit_length() <= 65 for number in (a, b, direct._plus(a, b)))
