"""The edges of the direct count: what is rounded up, by how much, and where a bound replaces a sum."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from math import comb

import pytest
from flint import arb, ctx, fmpq

from proofs_checks.interp import direct
from proofs_checks.log2 import ceil_log2


def value(up):
    """The rational behind (m, e)."""
    return up[0] * Fraction(2) ** up[1]


def log2(x):
    return arb(fmpq(x.numerator, x.denominator)).log() / arb(2).log()


@pytest.mark.parametrize("v", range(1, 6))
def test_pattern_sets_of_one_layer_are_those_of_steps_that_are_not_neighbours(v):
    for n in range(2 * v + 3):
        sets = [s for s in combinations(range(v + 1), n) if all(b - a > 1 for a, b in pairwise(s))]
        assert direct.pattern_sets((v,), n) == len(sets), n


# -- numbers rounded up ---------------------------------------------------------------------------


def test_sixty_four_digits_are_kept_and_the_rest_is_rounded_up():
    assert direct._up(2**64 - 1, 5) == (2**64 - 1, 5)
    assert direct._up(2**64 + 1, 5) == (2**63 + 1, 6)
    assert direct._up(2**64, 5) == (2**63, 6)
    assert direct._up(2**70 - 1, -3) == (2**64, 3)
    assert direct._up(0, 7) == (0, 7)


def test_a_sum_with_nothing_is_the_other_number():
    for exponent in (-300, 0, 300):
        for nothing in ((0, exponent), direct.ZERO):
            assert direct._plus((5, 0), nothing) == (5, 0)
            assert direct._plus(nothing, (5, 0)) == (5, 0)
        assert direct._plus((0, exponent), direct.ZERO)[0] == 0


@pytest.mark.parametrize("low", [-300, -43, 0, 5])
@pytest.mark.parametrize("a", [1, 7, 2**64 - 1])
@pytest.mark.parametrize("c", [1, 3, 2**63 + 1])
def test_a_sum_is_rounded_up_once_and_far_apart_to_a_unit_of_the_larger(low, a, c):
    for apart in (0, 1, 63, 255, 256):
        small, large = (a, low), (c, low + apart)
        for found in (direct._plus(small, large), direct._plus(large, small)):
            assert found == direct._up(a + (c << apart), low)
            assert 0 <= value(found) / (value(small) + value(large)) - 1 < Fraction(1, 2**62)
    for apart in (257, 300, 1000):
        small, large = (a, low), (c, low + apart)
        assert direct._plus(small, large) == direct._plus(large, small) == (c + 1, low + apart)


def test_powers_and_products_of_short_numbers_are_exact():
    for x in (1, 2, 3, 10):
        for exponent in (0, 1, 2, 5, 16):
            assert value(direct._power(x, exponent)) == x**exponent
    assert value(direct._times((3, -2), (5, 7))) == 15 * 2**5
    for x, exponent in ((3, 100), (10, 77)):
        assert (
            0 <= value(direct._power(x, exponent)) / Fraction(x**exponent) - 1 < Fraction(1, 2**57)
        )


@pytest.mark.parametrize("m", [1, 2, 5, 16])
@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_placements_are_the_coefficients_of_the_generating_function(n, m):
    """[y^c] (1 + m y)^n (1 + y)^n, exactly while they are short."""
    exact = [
        sum(comb(n, i) * m**i * comb(n, c - i) for i in range(c + 1)) for c in range(2 * n + 1)
    ]
    for most in range(n + 1):
        assert [value(e) for e in direct._placements(most, n, m)] == exact[: most + 1]


@pytest.mark.parametrize(
    ("p", "D", "M"), [(1, 2, None), (3, 2, 6), (5, 3, None), (5, 3, 40), (9, 2, 10**9), (4, 5, 1)]
)
@pytest.mark.parametrize(("n", "m"), [(1, 4), (2, 3), (3, 8), (6, 2)])
def test_served_configurations_are_summed_up_to_the_parameters_and_the_points(p, D, M, n, m):
    e = [sum(comb(n, i) * m**i * comb(n, c - i) for i in range(c + 1)) for c in range(2 * n + 1)]
    exact = sum(
        e[c] * comb(p, c) * min(M or D**c * (D - 1) ** (p - c), D**c * (D - 1) ** (p - c))
        for c in range(min(p, 2 * n) + 1)
    )
    assert direct.ceil_log2_served((p, D, M), n, m, 40) == ceil_log2(exact, 40)


# -- where a bound replaces a sum -----------------------------------------------------------------


def last_term(S, D, p):
    """log2 of C(S, p) D^p (S - p + 1) / (S - p + 1 - p^2): the last term and a geometric series."""
    return log2(comb(S, p) * D**p) + log2(Fraction(S - p + 1, S - p + 1 - p * p))


def whole_sum(S, D, p):
    return sum(comb(S, c) * comb(p, c) * D**c * (D - 1) ** (p - c) for c in range(min(S, p) + 1))


@pytest.mark.parametrize("D", [2, 5])
@pytest.mark.parametrize("p", [1, 2, 3, 5])
def test_sign_vectors_are_summed_until_a_term_is_a_millionth_of_the_next(p, D):
    """S - p + 1 - p^2 = 2^20 p^2 is the first S with the series instead."""
    ctx.prec = 400
    first = (p * p << 20) + p * p + p - 1
    for S in (first - 1, first - 2):
        assert direct.ceil_log2_sign_vectors(S, D, p, 64) == ceil_log2(whole_sum(S, D, p), 64)
    for S in (first, first + 1, 10**9, 10**9 + 1):
        used = direct.ceil_log2_sign_vectors(S, D, p, 64)
        assert 0 <= used - last_term(S, D, p) * 2**64 < 3 * p + 5
        assert used > ceil_log2(whole_sum(S, D, p), 64) + 1000


@pytest.mark.parametrize("S", range(6))
def test_few_polynomials_have_few_terms(S):
    for p in (1, 3, 6):
        assert direct.ceil_log2_sign_vectors(S, 3, p, 40) == ceil_log2(whole_sum(S, 3, p), 40)


W, N = (2, 3), 2


def test_pattern_sets_are_counted_as_long_as_they_are_few(monkeypatch):
    """n u = 10 for widths (2, 3) and n = 2; one hidden layer has a closed form."""
    exact = ceil_log2(direct.pattern_sets(W, N), 32)
    monkeypatch.setattr(direct, "EXACT_UP_TO", 10)
    assert direct.ceil_log2_pattern_sets(W, N, 32) == exact
    monkeypatch.setattr(direct, "EXACT_UP_TO", 9)
    assert direct.ceil_log2_pattern_sets(W, N, 32) > exact
    monkeypatch.setattr(direct, "EXACT_UP_TO", 0)
    assert direct.ceil_log2_pattern_sets((4,), 2, 32) == ceil_log2(6, 32)
    assert direct.ceil_log2_pattern_sets((2,), 3, 32) is None


@pytest.mark.parametrize("w", [(2, 3), (3, 2, 2), (1, 1), (2, 6), (4, 4)])
@pytest.mark.parametrize("n", [1, 3, 8])
def test_the_bound_is_the_least_at_eighth_powers_of_two(w, n, monkeypatch):
    """At one end where n is no degree of G, or its lowest or highest."""
    monkeypatch.setattr(direct, "EXACT_UP_TO", 0)
    found = direct.ceil_log2_pattern_sets(w, n, 32)
    assert isinstance(found, int)
    tried = range(-8 * n, 8 * (sum(w) + 2) + 1)  # r from 2^n down to 2^-(u + 2)
    assert found == min(direct._log2_at(w, j, 32) - (-n * j << 32) // 8 for j in tried)


@pytest.mark.parametrize("j", [-17, -8, -3, 0, 1, 8, 13])
@pytest.mark.parametrize("w", [(2, 3), (1, 1), (3, 2, 2)])
def test_the_generating_function_is_put_together_from_the_layers(w, j):
    """G(2^(-j/8)), in real numbers."""
    ctx.prec = 200
    r = arb(2) ** (-arb(j) / 8)
    for coefficients in direct._layers(w, None):
        r = sum((c * r ** (k + 1) for k, c in enumerate(coefficients)), arb(0))
    exact = r.log() / arb(2).log() * 2**40
    assert -1e-9 < direct._log2_at(w, j, 40) - exact < 4


def test_eighth_roots_are_rounded_up_by_less_than_two_units():
    ctx.prec = 200
    assert len(direct._EIGHTH_ROOTS) == 8
    assert direct._EIGHTH_ROOTS[0] == 2**64
    for i, root in enumerate(direct._EIGHTH_ROOTS[1:], start=1):
        assert 0 < root - arb(2) ** (64 + arb(i) / 8) < 2
