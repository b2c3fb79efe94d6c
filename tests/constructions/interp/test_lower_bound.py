"""The finder: known minima, agreement with a search that skips nothing, and refusal of bad input."""

from __future__ import annotations

from math import e, inf, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp import lower_bound
from constructions.interp.lower_bound import (
    TESTS,
    alpha,
    certified_minimum,
    closed_form,
    failure_exponent,
    find_exclusion,
)
from constructions.interp.sparse_bound import sparse_minimum
from constructions.interp.vector_bound import sharpest_minimum
from proofs_checks.interp import counting

# Measured with an unoptimised prototype on full integers.
KNOWN = {
    (16, 9): (19, 2, 3),
    (16, 64): (19, 2, 3),
    (32, 32): (25, 2, 4),
    (64, 13): (25, 2, 4),
    (64, 32): (31, 2, 5),
    (64, 64): (34, 3, 3),
    (64, 128): (43, 2, 7),
    (64, 1024): (46, 3, 4),
    (128, 128): (70, 3, 6),
    (256, 17): (43, 2, 7),
    (256, 64): (85, 2, 14),
    (256, 256): (136, 5, 5),
    (256, 1024): (166, 3, 14),
    (1024, 10): (55, 2, 9),  # 43 when only W1 counts the dichotomies of N points
    (1024, 32): (91, 2, 15),
    (16384, 14): (253, 2, 42),
    (1024, 1024): (550, 3, 46),
}


@pytest.mark.parametrize(("N", "b"), KNOWN)
def test_known_minima_and_their_first_surviving_class(N, b):
    bound = certified_minimum(N, b)
    assert (bound.parameters, bound.W, bound.L) == KNOWN[N, b]


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize(("N", "b"), [(2, 1), (3, 2), (5, 64), (17, 5), (40, 40), (64, 200)])
def test_pruning_never_differs_from_trying_every_class(N, b, d):
    classes = sorted(
        (counting.parameters(d, W, L), W, L) for W in range(1, N + 1) for L in range(1, 3 * N)
    )
    first = next(one for one in classes if find_exclusion(N, b, one[1], one[2]) is None)
    bound = certified_minimum(N, b, d)
    assert (bound.parameters, bound.W, bound.L) == first
    assert bound.considered == sum(one[0] < first[0] for one in classes)
    assert sum(bound.excluded.values()) == bound.considered


def test_with_the_coarse_piece_count_of_width_one_the_survivor_would_be_monotone():
    """K(1, L) = 1 is needed: (W+1)^L lets (1, 16), a net that is monotone, survive at (64, 64)."""
    assert counting.most_changes(1, 16) == 1
    assert 2**16 >= 63
    assert find_exclusion(64, 64, 1, 16).test == "alternation"


def test_without_the_normalised_count_the_bound_is_weaker(monkeypatch):
    monkeypatch.setitem(lower_bound.COUNTS_OF, "pairs", ("W1", "W2"))
    find_exclusion.cache_clear()
    weaker = certified_minimum(64, 64)
    find_exclusion.cache_clear()
    assert (weaker.parameters, weaker.W, weaker.L) == (31, 2, 5)


@settings(max_examples=60)
@given(st.integers(2, 48), st.integers(1, 120), st.integers(0, 40), st.integers(0, 8))
def test_the_bound_grows_with_the_points_and_with_closeness(N, b, more_b, more_N):
    b = max(b, N.bit_length() + 4)
    least = certified_minimum(N, b).parameters
    assert certified_minimum(N, b + more_b).parameters >= least
    assert certified_minimum(N + more_N, b).parameters >= least


@pytest.mark.parametrize("test", TESTS)
def test_one_test_alone_proves_no_more_than_all(test):
    assert certified_minimum(64, 64, tests=(test,)).parameters <= 34


def test_the_bound_stays_below_the_shallow_network():
    for N in (2, 3, 4, 7, 20):
        for b in (N.bit_length(), 64, 1024):
            assert certified_minimum(N, b).parameters <= 3 * N - 2


def test_higher_dimension_pays_for_the_first_layer():
    """In R^d a class of width W has W (d - 1) parameters more; the minimiser may change."""
    assert certified_minimum(64, 64, 10).parameters == 34 + 9 * 3 or (
        certified_minimum(64, 64, 10).parameters < 34 + 9 * 3
    )
    assert certified_minimum(64, 64, 10).parameters > 34


def test_failure_exponents():
    assert failure_exponent(64, 64, 2, 5) == -163  # the quotient is 2^-163.3..: rounded up
    assert failure_exponent(64, 256, 2, 6) == -1100
    assert failure_exponent(256, 256, 3, 8) == -10934
    assert failure_exponent(64, 64, 2, 6) == 0
    assert failure_exponent(64, 64, 1, 3) == -inf


def test_the_closed_form_never_beats_the_integers():
    for N, b in KNOWN:
        assert closed_form(N, b)[0] <= KNOWN[N, b][0]


@pytest.mark.parametrize("N", [16, 17, 24, 40, 64])
def test_the_closed_form_is_the_least_size_that_its_formula_allows(N):
    """Every class up to 3N - 2 parameters, by the formula of the docstring in floats."""
    # At 23, 34, 47 and 78 the -1 decides for one N, at 25, 43 and 61 the 4 of 4e.
    for b in (8, 12, 23, 25, 34, 43, 47, 61, 64, 78, 400, 1000):
        allowed = [
            counting.parameters(1, W, L)
            for W in range(1, N)
            for L in range(1, 3 * N // 2)
            if counting.parameters(1, W, L) <= 3 * N - 2 and _allowed(N, b, W, L)
        ]
        assert closed_form(N, b)[0] == min(allowed)


def _allowed(N, b, W, L):
    P = counting.parameters(1, W, L)
    left = P * (b + W * L + log2(4 * e * (L + 1) / P))
    return left >= N // 2 * (b - 1 - L * log2(W + 1)) - 1


def test_alpha_solves_its_quadratic():
    for c in (1e-9, 0.25, 1.0, 16.0, 1e9):
        a = alpha(c)
        assert a * a + a * (c + 0.5) == pytest.approx(c / 2, rel=1e-12)


def test_alpha_reaches_its_limits_without_overflow():
    assert alpha(1e308) == alpha(float("inf")) == 0.5
    assert alpha(5e-324) == 5e-324
    assert alpha(1 - 1e-16) == pytest.approx(alpha(1.0), rel=1e-15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 5), "N: must be an integer from 2"),
        ((8, 2), r"b: N = 8 points .* at least log2 N = 3"),
        ((8, 0), "b: must be an integer from 1"),
        ((8, 9, 0), "d: must be an integer from 1"),
        ((8.0, 9), "N: must be an integer"),
        ((True, 9), "N: must be an integer"),
        ((8, 9, 1, ("magic",)), "tests: must be chosen from"),
        ((8, 9, 1, ()), "tests: must be chosen from"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        certified_minimum(*arguments)


@pytest.mark.parametrize("c", [0, -1, float("nan")])
def test_alpha_refuses_a_rate_that_is_not_positive(c):
    with pytest.raises(ValueError, match="c: must be positive"):
        alpha(c)


@pytest.mark.parametrize("find", [certified_minimum, sharpest_minimum, sparse_minimum, closed_form])
def test_sizes_of_numpy_are_plain_integers_from_the_start(find):
    assert find(np.int64(16), np.int8(100), np.int32(2)) == find(16, 100, 2)
    assert "int64" not in repr(find(np.int64(16), np.int8(100)))
