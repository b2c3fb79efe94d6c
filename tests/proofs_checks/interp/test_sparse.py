"""The referee of sparse bounds: against full integers, at ties, and entry by entry."""

from __future__ import annotations

from itertools import combinations

import pytest

from constructions.interp.sparse_bound import sparse_minimum
from proofs_checks.interp import sparse
from proofs_checks.interp.counting import LIMITS, Problem
from proofs_checks.reading import Malformed, Rejected

BITS = 40
STATEMENT = {"claim": "interp.DIRS", "N": 8, "b": 8, "d": 1, "nonzeros": 4}


@pytest.fixture(scope="module")
def plainly(naive):
    """The second checker of this kind: full integers, no logarithms."""
    return naive.second("interp.sparse")


def decide(change=None, precision=32):
    return sparse.check({**STATEMENT, **(change or {})}, {"precision": precision})


def refused(change=None, evidence=None):
    with pytest.raises(Rejected) as caught:
        sparse.check({**STATEMENT, **(change or {})}, evidence or {"precision": 32})
    return str(caught.value)


@pytest.mark.parametrize("U", range(6))
def test_the_places_of_a_graph_are_counted_one_by_one(U):
    """Vertices: input, U units in order, output; a bias for every unit and the output."""
    edges = [(i, j) for i, j in combinations(range(U + 2), 2)]
    assert sparse.possible_entries(U) == len(edges) + U + 1


@pytest.mark.parametrize(
    ("N", "b"),
    [(2, 1), (2, 5), (3, 2), (4, 2), (4, 64), (7, 3), (7, 9), (16, 4), (16, 5), (16, 64)],
)
def test_sizes_are_excluded_exactly_as_by_full_integers(N, b, plainly):
    for s in range(1, 14):
        for U in range(s):
            expected = plainly.excluded(N, b, s, U)
            assert sparse.excluded(Problem(N, b), s, U, BITS) == expected, (s, U)


def test_all_sizes_of_a_sum_have_to_be_excluded():
    problem = Problem(16, 64)
    least = sparse_minimum(16, 64).nonzeros
    assert [sparse.all_excluded(problem, s, BITS) for s in range(1, least + 2)] == [
        *[True] * (least - 1), False, False,
    ]  # fmt: skip
    assert any(sparse.excluded(problem, least, U, BITS) for U in range(least))


@pytest.mark.parametrize("U", [5, 6])
def test_the_side_of_the_class_is_rounded_up_and_the_need_down(U, monkeypatch):
    """Each logarithm is asked for in one direction and for its own numbers; a tie excludes nothing."""
    problem, s = Problem(10, 64), 25
    need, served, patterns = 1 << 50, 3 << BITS, 5 << BITS
    graphs = need - served - patterns - (U + 1 << BITS)

    def asked(answers):
        return lambda *arguments: answers[arguments]

    floors = {(problem.m, 5, BITS): need}
    monkeypatch.setattr(sparse, "floor_log2_binomial", asked(floors))
    monkeypatch.setattr(sparse, "ceil_log2_binomial", asked({(2**U, 5, BITS): patterns}))
    monkeypatch.setattr(
        sparse, "ceil_log2_served", asked({((s - U, U + 1, None), 5, problem.m, BITS): served})
    )
    for spare, excluded in ((-1, True), (0, False), (1, False)):
        monkeypatch.setattr(sparse, "ceil_log2", lambda x, bits, spare=spare: graphs + spare)
        assert sparse.excluded(problem, s, U, BITS) == excluded


def test_too_few_patterns_or_places_exclude_at_once(monkeypatch):
    """2^U patterns carry at most 2^U up-crossings; a graph of U units has E(U) places and no more."""
    monkeypatch.setattr(sparse, "ceil_log2_served", lambda *_: 1 << 90)
    for N, U, excluded in (
        (14, 3, False),
        (16, 3, False),
        (17, 3, False),
        (18, 3, True),
        (4, 1, False),
        (6, 1, True),
    ):
        assert sparse.excluded(Problem(N, 64), 5, U, BITS) == excluded, N
    for U, places in ((1, 5), (2, 9), (3, 14)):
        for s, excluded in ((places - 1, False), (places, False), (places + 1, True)):
            assert sparse.excluded(Problem(4, 64), s, U, BITS) == excluded


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize(("N", "b"), [(2, 1), (3, 2), (8, 8), (16, 64)])
def test_the_least_size_is_accepted_and_the_next_is_not(N, b, d):
    least = sparse_minimum(N, b, d).nonzeros
    change = {"N": N, "b": b, "d": d, "nonzeros": least}
    expected = f"N={N} b={b} d={d}: at least {least} nonzero parameters (any graph)"
    assert decide(change) == expected
    assert decide({**change, "nonzeros": 1}).endswith("at least 1 nonzero parameters (any graph)")
    message = refused({**change, "nonzeros": least + 1})
    assert message.startswith(f"statement.nonzeros: s = {least} with U = ")
    assert message.endswith(" units passes the test")


def test_every_size_below_is_asked_about(monkeypatch):
    asked = []
    monkeypatch.setattr(
        sparse, "excluded", lambda p, s, U, bits: asked.append((p, s, U, bits)) or True
    )
    assert decide({"nonzeros": 4})
    problem = Problem(8, 8)
    assert asked == [(problem, s, U, 32) for s in (1, 2, 3) for U in range(s)]


def test_the_limits_are_these_and_reached():
    assert (sparse.CLAIM, sparse.MOST_NONZEROS) == ("interp.DIRS", 2000)
    assert decide({"nonzeros": 1, "d": LIMITS["d"], "N": LIMITS["N"], "b": LIMITS["b"]})
    assert decide({"N": 2, "b": 1, "nonzeros": 1}, precision=8)
    assert decide({"N": 2, "b": 1, "nonzeros": 1}, precision=256)
    monotone = refused({"nonzeros": 2000})
    assert monotone.startswith("statement.nonzeros: s = 4 with U = ")
    assert refused({"nonzeros": 2001}) == "statement.nonzeros: must be at most 2000, got 2001"


@pytest.mark.parametrize(("key", "least"), [("N", 2), ("b", 1), ("d", 1), ("nonzeros", 1)])
def test_entries_of_the_statement_are_refused_by_name(key, least):
    assert (
        refused({key: least - 1}) == f"statement.{key}: must be at least {least}, got {least - 1}"
    )
    assert refused({key: True}).startswith(f"statement.{key}: must be an integer, got ")
    most = {**LIMITS, "nonzeros": 2000}[key]
    assert refused({key: most + 1}) == f"statement.{key}: must be at most {most}, got {most + 1}"
    short = {k: v for k, v in STATEMENT.items() if k != key}
    with pytest.raises(Rejected, match=f"^statement: the key '{key}' is missing"):
        sparse.check(short, {"precision": 32})


def test_the_rest_is_refused_by_name():
    with pytest.raises(Malformed, match=r"^statement\.claim: must be one of interp\.DIRS, got"):
        decide({"claim": "interp.DIR"})
    assert refused({"more": 1}) == "statement: unknown key 'more'"
    assert refused(None, {"bits": 32}) == "evidence: the key 'precision' is missing"
    assert refused(None, {"precision": 32, "more": 1}) == "evidence: unknown key 'more'"
    for bits, rule in ((7, "at least 8"), (257, "at most 256")):
        message = refused(None, {"precision": bits})
        assert message == f"evidence.precision: must be {rule}, got {bits}"
    for N, b in ((3, 1), (5, 2), (257, 8)):
        message = refused({"N": N, "b": b, "nonzeros": 1})
        assert message == f"statement.b: {N} points separated by 2^-{b} do not fit"
        assert decide({"N": N - 1, "b": b, "nonzeros": 1})
