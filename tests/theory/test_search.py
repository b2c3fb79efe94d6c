"""The property search counts honestly, shrinks, and lets errors through."""

import pytest
from hypothesis import strategies as st

from theory import Verdict
from theory._core.search import search


def test_a_true_statement_is_established_with_both_counts():
    outcome = search(st.integers(), lambda n: None, meets=lambda n: n % 2 == 0, examples=100)
    assert outcome.verdict is Verdict.ESTABLISHED
    assert outcome.payload["examples"] + outcome.payload["rejected"] == 100
    assert 20 < outcome.payload["examples"] < 80


def test_a_false_statement_is_refuted_by_its_least_counterexample():
    outcome = search(st.integers(0, 10**9), lambda n: f"n = {n}" if n >= 1000 else None)
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.payload["witness"] == "n = 1000"


def test_the_witness_meets_the_hypotheses():
    outcome = search(
        st.integers(0, 10**6), lambda n: n if n >= 1000 else None, meets=lambda n: n % 7 == 0
    )
    assert outcome.payload["witness"] >= 1000
    assert outcome.payload["witness"] % 7 == 0


def test_two_searches_see_the_same_examples():
    seen = [], []
    for examples in seen:
        search(st.integers(), examples.append, examples=50)
    assert seen[0] == seen[1]
    assert len(seen[0]) == 50


def test_an_exception_of_the_predicate_is_not_a_verdict():
    def broken(n):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        search(st.integers(), broken)


def test_an_empty_strategy_is_undecided():
    outcome = search(st.integers().filter(lambda n: False), lambda n: None)
    assert outcome.verdict is Verdict.UNDECIDED


def test_zero_examples_are_refused():
    with pytest.raises(ValueError, match="examples: must be at least 1, got 0"):
        search(st.integers(), lambda n: None, examples=0)
