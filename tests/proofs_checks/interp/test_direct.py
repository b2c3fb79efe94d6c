"""The direct count: rounded arithmetic against full integers, patterns against enumeration."""

from __future__ import annotations

from itertools import combinations, pairwise, product
from math import comb, factorial, prod

import pytest
from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from proofs_checks.interp import direct
from proofs_checks.interp.counting import Problem
from proofs_checks.interp.vectors import classes
from proofs_checks.log2 import ceil_log2, floor_log2

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


def chains(v, least):
    """How many sets of j = 1..v+1 patterns are chains in which every step flips >= least units.

    Along a chain no unit flips twice, and the zero pattern does not occur.
    """
    found = {j: set() for j in range(1, v + 2)}
    for start in range(2**v):
        for steps in product(range(v + 2), repeat=v):
            # Unit i flips at step steps[i], or never where that is past the end.
            flips = [[i for i in range(v) if steps[i] == step] for step in range(v + 1)]
            flips = [units for units in flips if units]
            chain = [start]
            for units in flips:
                chain.append(chain[-1] ^ sum(1 << i for i in units))
            if 0 not in chain and all(len(units) >= least for units in flips):
                found[len(chain)].add(frozenset(chain))
    return [len(found[j]) for j in range(1, v + 2)]


def test_chains_without_the_zero_pattern():
    for v in (1, 2, 3):
        assert chains(v, 1) == direct._middle_layer(v)


@pytest.mark.parametrize("v", [3, 4])
def test_chains_of_the_last_layer_flip_at_least_two_units_at_a_time(v):
    expected = chains(v, 2)
    for n in (None, 1, 2, 9):
        used = direct._last_layer(v, n)
        assert used == expected[: len(used)]
        assert n in (1, 2) or not any(expected[len(used) :])
        assert n is None or len(used) >= min(n, v // 2 + 1)


@given(VECTORS, st.integers(1, 9))
def test_every_layer_has_a_polynomial_for_every_unit_and_earlier_pattern(w, M):
    layers = [*w, 1]  # the output is one unit more
    earlier = [sum(w[:l]) for l in range(len(layers))]
    listed = sum(
        1 for v, u in zip(layers, earlier, strict=True) for _ in range(v) for _ in range(2**u)
    )
    assert direct.pattern_polynomials(w, M) == M * listed


@given(VECTORS, st.integers(1, 40))
def test_dichotomies_are_sign_vectors_times_families(w, b):
    u, p = sum(w), direct.vector_parameters(1, w) - sum(w) - 1
    signs = direct.ceil_log2_sign_vectors(direct.pattern_polynomials(w, 2**b), len(w) + 1, p, 32)
    assert direct.log2_dichotomies(w, 2**b, 32) == (u + 1) * 2**32 + signs


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


# S on both sides of where the last term takes over from the sum: p^2 2^20.
@pytest.mark.parametrize("S", [1, 2, 5, 40, 10**6, 2 * 10**7, 10**9, 2**300])
@pytest.mark.parametrize("p", [1, 2, 4])
@pytest.mark.parametrize("D", [2, 3, 7])
def test_sign_vectors_are_bounded_as_by_the_generating_polynomial(S, p, D):
    """sum_c C(S, c) [t^c] (Dt + D-1)^p, the coefficients by multiplying out."""
    weights = fmpz_poly([D - 1, D]) ** p
    exact = ceil_log2(sum(comb(S, c) * int(weights[c]) for c in range(p + 1)), 32)
    used = direct.ceil_log2_sign_vectors(S, D, p, 32)
    assert -2 <= used - exact < 1 << 14


@pytest.mark.parametrize("w", [(1,), (3,), (2, 1), (1, 4), (3, 2, 2)])
def test_families_are_signs_sorted_within_every_layer_but_the_first(w):
    first = len(set(product((-1, 1), repeat=w[0])))
    later = [len({tuple(sorted(signs)) for signs in product((-1, 1), repeat=v)}) for v in w[1:]]
    assert prod(x**e for x, e in direct.families(w)) == 2 * first * prod(later)


@pytest.mark.parametrize("v", range(7))
@pytest.mark.parametrize("boxes", range(4))
def test_boxes_of_at_least_two_units_are_counted_one_by_one(v, boxes):
    ways = [
        placed
        for placed in product(range(boxes + 1), repeat=v)  # the last box takes any number
        if all(placed.count(box) >= 2 for box in range(boxes))
    ]
    assert direct._onto(v, boxes) == len(ways)


# -- against the second checker -------------------------------------------------------------------


@pytest.fixture(scope="module")
def plainly(naive):
    """The second checker of the certificates: plain lists of integers, no bounds."""
    return naive.second("interp.vectors")


SHAPES = [w for L in range(1, 5) for w in product(range(1, 6), repeat=L) if sum(w) < 13]


def test_sizes_changes_and_families_of_every_small_shape(plainly):
    for w in SHAPES:
        assert direct.recursive_changes(w) == plainly.changes(w), w
        assert prod(x**e for x, e in direct.families(w)) == plainly.families(w), w
        for d in (1, 4):
            assert direct.vector_parameters(d, w) == plainly.size(d, w), w


def test_pattern_sets_of_every_small_shape(plainly):
    for w in SHAPES[::3]:
        for n in (1, 2, 3, 5, 9):
            assert direct.pattern_sets(w, n) == plainly.pattern_sets(w, n), (w, n)


@pytest.mark.parametrize(("N", "b"), [(2, 1), (5, 4), (9, 40), (24, 12)])
def test_logarithms_of_whole_counts_are_above_them_and_near(N, b, plainly):
    problem, bits = Problem(N, b), 40
    for w in SHAPES[::7]:
        n, m = problem.n, problem.m
        exact = plainly.dichotomies(w, 2 * m)
        assert 0 <= direct.log2_dichotomies(w, 2 * m, bits) - floor_log2(exact, bits) < 1 << 22
        sets = plainly.pattern_sets(w, n)
        used = direct.log2_direct(problem, w, bits)
        if not sets:
            assert used is None
            continue
        exact = plainly.families(w) * sets * plainly.served(w, n, m)
        assert 0 <= used - floor_log2(exact, bits) < 1 << 12
        ups = -(-plainly.changes(w) // 2)
        if ups >= n:
            exact = plainly.dichotomies(w, 2 * m) * comb(ups, n)
            assert 0 <= direct.log2_crossings(problem, w, bits) - floor_log2(exact, bits) < 1 << 22
