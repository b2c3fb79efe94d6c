"""The counts of T1p against numbers worked out by hand, and against a product written out."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from theory.interp import piecewise_polynomial as t1p
from theory.interp._piecewise_polynomial_nets import Shape


@pytest.mark.parametrize(
    ("shape", "M", "p", "expected"),
    [
        # S = M (W (t-1) t^(W(l-1)) summed over l, + t^(WL)), D_1 = 1, D_(l+1) = 1 + k D_l.
        (Shape(1, 1, 2, 1), 1, 1, 1 + 3 * 2),  # S = 1 + 2 = 3, D = 2
        (Shape(1, 1, 2, 1), 2, 1, 1 + 6 * 2),
        (Shape(1, 1, 2, 1), 1, 2, 1 + 3 * 2 * 2 + 3 * 4),  # c = 0, 1, 2
        (Shape(2, 2, 2, 2), 1, 1, 6 + 26 * 7),  # S = 2 + 8 + 16 = 26, D = 7
        (Shape(2, 2, 2, 2), 1, 2, 36 + 26 * 2 * 7 * 6 + 325 * 49),
        (Shape(1, 2, 3, 0), 1, 5, 1 + 17 + 136 + 680 + 2380 + 6188),  # S = 2 + 6 + 9 = 17, D = 1
        (Shape(3, 1, 1, 2), 4, 1, 2 + 4 * 3),  # one piece: S = M = 4, D = 3
    ],
)
def test_the_count_of_dichotomies_by_hand(shape, M, p, expected):
    assert t1p.most_dichotomies(t1p.T1p, shape, M, p) == expected


@pytest.mark.parametrize(("k", "degrees"), [(0, [1, 1, 1]), (1, [2, 3, 4]), (2, [3, 7, 15])])
def test_degrees_of_the_layers_by_hand(k, degrees):
    assert [t1p.degree(t1p.T1p, k, l) for l in (2, 3, 4)] == degrees


def test_label_changes_by_hand():
    assert t1p.most_changes(t1p.T1p, Shape(2, 3, 2, 1)) == 3 * 2**6
    assert t1p.most_changes(t1p.T1p, Shape(1, 2, 3, 2)) == 3 * 3**2 * 2**2
    assert t1p.most_changes(t1p.T1p, Shape(1, 2, 3, 0)) == 3 * 3**2


@pytest.mark.parametrize(("N", "b"), [(8, 5), (8, 9), (16, 8), (16, 12), (16, 40), (32, 64)])
def test_a_class_is_excluded_exactly_when_choices_outnumber_what_is_served(N, b):
    for W, L, t, k in ((1, 1, 2, 1), (1, 2, 2, 1), (1, 3, 2, 0), (2, 1, 2, 2), (1, 2, 3, 1)):
        P = (1 + 1) * W + (L - 1) * W * (W + 1) + W + 1
        n, m = N // 2, 2 ** (b - 1)
        polynomials = 2 * m * (sum(W * (t - 1) * t ** (W * i) for i in range(L)) + t ** (W * L))
        D = 1
        for _ in range(L):
            D = 1 + k * D
        served = sum(
            Fraction(comb(polynomials, c) * comb(P, c) * D**c) * Fraction(D - 1) ** (P - c)
            for c in range(P + 1)
        )
        rises = 2 * t ** (W * L) * max(k, 1) ** L
        excluded = served * comb(rises, n) < comb(m, n)
        assert t1p._integers_exclude(N, b, Shape(W, L, t, k)) is excluded
