"""The edges at which a class is excluded: a tie excludes nothing, and what interpolates is never lost."""

from __future__ import annotations

import pytest

from proofs_checks.interp import sparse, vectors
from proofs_checks.interp.counting import Problem, floor_log2_binomial
from proofs_checks.reading import Rejected

BITS = 32


@pytest.mark.parametrize("N", [2, 3, 4, 5, 8, 9, 13])
@pytest.mark.parametrize("b", [4, 9, 40, 400])
def test_hinges_that_interpolate_everything_are_never_excluded(N, b):
    assert vectors.excluded(Problem(N, b), (N - 1,), BITS) is None
    assert not sparse.excluded(Problem(N, b), 3 * N - 2, N - 1, BITS)


def test_an_affine_function_serves_two_points_and_no_more():
    assert not any(sparse.excluded(Problem(2, b), s, 0, BITS) for b in (1, 2, 80) for s in (1, 2))
    assert sparse.excluded(Problem(3, 80), 2, 0, BITS)


def test_as_many_changes_as_needed_are_enough(monkeypatch):
    monkeypatch.setattr(vectors, "log2_dichotomies", lambda w, N, bits: N << bits)
    monkeypatch.setattr(vectors, "log2_direct", lambda problem, w, bits: 1 << 60)
    monkeypatch.setattr(vectors, "log2_crossings", lambda problem, w, bits: 1 << 60)
    for K, found in ((8, "recursion"), (9, None), (10, None)):  # N - 1 = 9, n = 5
        monkeypatch.setattr(vectors, "recursive_changes", lambda w, K=K: K)
        assert vectors.excluded(Problem(10, 64), (3, 3), BITS) == found


@pytest.mark.parametrize("name", ["crossings", "direct"])
def test_a_count_equal_to_the_need_excludes_nothing(name, monkeypatch):
    problem = Problem(10, 64)
    need = floor_log2_binomial(problem.m, problem.n, BITS)
    other = {"crossings": "log2_direct", "direct": "log2_crossings"}[name]
    monkeypatch.setattr(vectors, other, lambda problem, w, bits: 1 << 60)
    monkeypatch.setattr(vectors, "recursive_changes", lambda w: 12)
    for count, found in ((need - 1, name), (need, None), (need + 1, None)):
        monkeypatch.setattr(vectors, f"log2_{name}", lambda problem, w, bits, count=count: count)
        assert vectors.excluded(problem, (3, 3), BITS) == found


def test_fewer_dichotomies_than_labellings_exclude_and_as_many_do_not(monkeypatch):
    monkeypatch.setattr(vectors, "log2_direct", lambda problem, w, bits: 1 << 60)
    monkeypatch.setattr(vectors, "log2_crossings", lambda problem, w, bits: 1 << 60)
    labellings = 10 << BITS
    for count, found in ((labellings - 1, "vc"), (labellings, None)):
        monkeypatch.setattr(vectors, "log2_dichotomies", lambda w, N, bits, count=count: count)
        assert vectors.excluded(Problem(10, 64), (3, 3), BITS) == found


def test_crossings_say_nothing_where_changes_reach_all_pairs(monkeypatch):
    """n <= ceil(K/2) < m is asked for: with ceil(K/2) = m the binomials cancel."""
    problem = Problem(8, 3)  # n = m = 4
    monkeypatch.setattr(vectors, "log2_dichotomies", lambda w, N, bits: N << bits)
    monkeypatch.setattr(vectors, "log2_direct", lambda problem, w, bits: 1 << 60)
    monkeypatch.setattr(vectors, "log2_crossings", lambda problem, w, bits: -1)
    monkeypatch.setattr(vectors, "recursive_changes", lambda w: 8)
    assert vectors.excluded(problem, (3, 3), BITS) is None


def test_a_sparse_tie_excludes_nothing(monkeypatch):
    families = 7 << BITS  # 2^(U+1) for U = 6; everything else is set to 1 here
    for name in ("floor_log2_binomial", "ceil_log2_binomial"):
        monkeypatch.setattr(sparse, name, lambda m, n, bits: 0)
    monkeypatch.setattr(sparse, "ceil_log2", lambda x, bits: 0)
    for left, excluded in ((-1, True), (0, False), (1, False)):
        served = left - families
        monkeypatch.setattr(sparse, "ceil_log2_served", lambda *_, served=served: served)
        assert sparse.excluded(Problem(10, 64), 30, 6, BITS) == excluded


@pytest.mark.parametrize("b", [1, 2, 3])
def test_as_many_points_as_fit_are_a_problem_and_one_more_is_none(b):
    statement = {"claim": "interp.DIR", "b": b, "d": 1, "widths": "uniform", "parameters": 4}
    assert vectors.check({**statement, "N": 2**b}, {"precision": BITS})
    with pytest.raises(Rejected, match=rf"statement\.b: {2**b + 1} points .* do not fit"):
        vectors.check({**statement, "N": 2**b + 1}, {"precision": BITS})
