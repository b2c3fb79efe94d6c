"""The edges at which a class is excluded: a tie excludes nothing, and what interpolates is never lost."""

from __future__ import annotations

import pytest

from constructions.interp.vector_bound import sharpest_minimum
from proofs_checks.interp import sparse, vectors
from proofs_checks.interp.counting import LIMITS, Problem, floor_log2_binomial
from proofs_checks.interp.direct import vector_parameters
from proofs_checks.reading import Malformed, Rejected

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


# -- against full integers ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plainly(naive):
    """The second checker of this kind: full integers, no logarithms."""
    return naive.second("interp.vectors")


@pytest.mark.parametrize(
    ("N", "b", "below"),
    [(2, 1, 14), (3, 2, 14), (5, 4, 16), (9, 8, 18), (16, 4, 18), (16, 9, 19), (17, 64, 19)],
)
def test_classes_are_excluded_exactly_as_by_full_integers(N, b, below, plainly):
    found = set()
    for w in vectors.classes(1, "general", below):
        test = vectors.excluded(Problem(N, b), w, BITS)
        found.add(test)
        assert (test is not None) == plainly.excluded(N, b, w), w
    assert found <= {None, *vectors.TESTS}


SHARP = {  # the classes beside the border, and the test that decides about them
    (64, 64): {(2,) * 5: "crossings", (3, 3): "recursion", (2,) * 6: "direct", (2,) * 7: None,
               (3, 3, 3): "crossings", (4, 4, 4): None},
    (256, 17): {(2,) * 6: "recursion", (2,) * 7: "crossings", (2,) * 8: None,
                (3, 3, 3, 3): "crossings"},
    (1024, 12): {(2,) * 7: "recursion", (2,) * 8: "vc"},
}  # fmt: skip


@pytest.mark.parametrize(("N", "b"), SHARP)
def test_each_test_excludes_what_the_ones_before_it_do_not(N, b, plainly):
    for w, test in SHARP[N, b].items():
        assert vectors.excluded(Problem(N, b), w, BITS) == test, w
        assert plainly.excluded(N, b, w) == (test is not None), w


@pytest.mark.parametrize(("K", "ups"), [(9, 5), (10, 5), (11, 6), (12, 6), (13, 7)])
def test_up_crossings_are_every_second_change_rounded_up(K, ups, monkeypatch):
    """With as many pairs as up-crossings the binomials are not asked for, with one more they are."""
    calls = []
    monkeypatch.setattr(vectors, "recursive_changes", lambda w: K)
    monkeypatch.setattr(vectors, "log2_dichotomies", lambda w, N, bits: N << bits)
    monkeypatch.setattr(vectors, "log2_crossings", lambda *_: calls.append(1) or 1 << 60)
    monkeypatch.setattr(vectors, "log2_direct", lambda *_: 1 << 60)
    monkeypatch.setattr(vectors, "floor_log2_binomial", lambda m, n, bits: 0)

    class Pairs(Problem):
        m = 0

    for m, asked in ((ups, 0), (ups + 1, 1)):
        Pairs.m = m
        assert vectors.excluded(Pairs(10, 64), (3, 3), BITS) is None
        assert len(calls) == asked
    assert vectors.excluded(Problem(2 * ups, 64), (3,) * 9, BITS) in (None, "recursion")
    monkeypatch.setattr(vectors, "recursive_changes", lambda w: 2 * ups + 2)
    assert vectors.excluded(Problem(2 * ups + 2, 64), (3, 3), BITS) is None


def test_too_few_up_crossings_exclude(monkeypatch):
    """n = N/2 up-crossings and N - 1 changes say the same; a recursion that is off shows here."""
    monkeypatch.setattr(vectors, "log2_dichotomies", lambda w, N, bits: N << bits)
    monkeypatch.setattr(vectors, "log2_crossings", lambda *_: 1 << 60)
    monkeypatch.setattr(vectors, "log2_direct", lambda *_: 1 << 60)
    monkeypatch.setattr(vectors, "recursive_changes", lambda w: 9)

    class Pairs(Problem):
        n = 0

    for n, found in ((4, None), (5, None), (6, "crossings"), (7, "crossings")):
        Pairs.n = n
        assert vectors.excluded(Pairs(10, 64), (3, 3), BITS) == found


def test_a_class_that_serves_nothing_is_excluded(monkeypatch):
    monkeypatch.setattr(vectors, "log2_dichotomies", lambda w, N, bits: N << bits)
    monkeypatch.setattr(vectors, "log2_crossings", lambda *_: 1 << 60)
    monkeypatch.setattr(vectors, "recursive_changes", lambda w: 12)
    monkeypatch.setattr(vectors, "log2_direct", lambda *_: None)
    assert vectors.excluded(Problem(10, 64), (3, 3), BITS) == "direct"


# -- the certificate ------------------------------------------------------------------------------

STATEMENT = {"claim": "interp.DIR", "N": 8, "b": 8, "d": 1, "widths": "uniform", "parameters": 5}


def decide(change=None, precision=32):
    return vectors.check({**STATEMENT, **(change or {})}, {"precision": precision})


def refused(change=None, evidence=None):
    with pytest.raises(Rejected) as caught:
        vectors.check({**STATEMENT, **(change or {})}, evidence or {"precision": 32})
    return str(caught.value)


@pytest.mark.parametrize("widths", ["uniform", "general"])
@pytest.mark.parametrize(("N", "b", "d"), [(2, 1, 1), (3, 2, 2), (8, 8, 1), (16, 16, 1)])
def test_the_least_size_is_accepted_and_the_next_is_not(N, b, d, widths):
    bound = sharpest_minimum(N, b, d, widths)
    change = {"N": N, "b": b, "d": d, "widths": widths, "parameters": bound.parameters}
    classes = sum(vector_parameters(d, w) < bound.parameters for w in every_class(d, widths))
    assert decide(change) == (
        f"N={N} b={b} d={d}: at least {bound.parameters} parameters "
        f"({widths} widths, {classes} classes)"
    )
    message = refused({**change, "parameters": bound.parameters + 1})
    assert message.startswith("statement.parameters: widths list of ")
    assert message.endswith(" pass every test")


def every_class(d, widths):
    """All width vectors of at most 9 layers of at most 9 units that can matter here."""
    pending = [()]
    while pending:
        w = pending.pop()
        for v in range(1, 10):
            longer = (*w, v)
            if vector_parameters(d, longer) < 24 and (widths == "general" or {*longer} == {v}):
                pending.append(longer)
                yield longer


def test_the_listing_ends_where_wider_layers_cost_too_much(plainly, monkeypatch):
    """General widths are listed without looking at every width up to the bound."""
    calls = []
    monkeypatch.setattr(
        vectors, "vector_parameters", lambda d, w: calls.append(w) or vector_parameters(d, w)
    )
    listed = list(vectors.classes(1, "general", 30))
    assert sorted(listed) == sorted(plainly.classes(1, "general", 30))
    assert len(calls) < 3 * len(listed)


def test_the_limits_are_these_and_reached(monkeypatch):
    assert (vectors.CLAIM, vectors.MOST_PARAMETERS, vectors.MOST_CLASSES) == (
        "interp.DIR", 65_536, 200_000,
    )  # fmt: skip
    assert vectors.TESTS == ("recursion", "vc", "crossings", "direct")
    largest = {key: LIMITS[key] for key in ("N", "b", "d")}
    assert decide({**largest, "parameters": 1}).endswith("(uniform widths, 0 classes)")
    monkeypatch.setattr(vectors, "classes", lambda d, widths, below: iter(()))
    assert decide({"parameters": 65_536})
    message = refused({"parameters": 65_537})
    assert message == "statement.parameters: at most 65536, got 65537"
    assert "65536, got 16777216" in refused({"parameters": LIMITS["parameters"]})
    for bits in (8, 256):
        assert decide(precision=bits)


def test_no_more_classes_are_gone_through_than_stated(monkeypatch):
    monkeypatch.setattr(vectors, "excluded", lambda problem, w, bits: "vc")
    monkeypatch.setattr(vectors, "MOST_CLASSES", 7)
    for number, enough in ((6, True), (7, True), (8, False), (9, False)):
        found = [(1,)] * number
        monkeypatch.setattr(vectors, "classes", lambda d, widths, below, found=found: iter(found))
        if enough:
            assert decide().endswith(f"({STATEMENT['widths']} widths, {number} classes)")
        else:
            assert refused() == "statement: more than 7 classes to go through"


@pytest.mark.parametrize(("key", "least"), [("N", 2), ("b", 1), ("d", 1), ("parameters", 1)])
def test_entries_of_the_statement_are_refused_by_name(key, least):
    assert (
        refused({key: least - 1}) == f"statement.{key}: must be at least {least}, got {least - 1}"
    )
    assert refused({key: True}).startswith(f"statement.{key}: must be an integer, got ")
    most = LIMITS[key]
    assert refused({key: most + 1}) == f"statement.{key}: must be at most {most}, got {most + 1}"
    short = {k: v for k, v in STATEMENT.items() if k != key}
    with pytest.raises(Rejected, match=f"^statement: the key '{key}' is missing"):
        vectors.check(short, {"precision": 32})


def test_the_rest_is_refused_by_name():
    with pytest.raises(Malformed, match=r"^statement\.claim: must be one of interp\.DIR, got"):
        decide({"claim": "interp.D1"})
    assert refused({"widths": None}) == "statement.widths: must be a string, got None"
    for widths in ("", "any", "Uniform", "v", "generals", "a"):
        message = refused({"widths": widths})
        assert message == f"statement.widths: must be uniform or general, got {widths!r}"
    assert refused({"more": 1}) == "statement: unknown key 'more'"
    assert refused(None, {"bits": 32}) == "evidence: the key 'precision' is missing"
    for bits, rule in ((7, "at least 8"), (257, "at most 256")):
        message = refused(None, {"precision": bits})
        assert message == f"evidence.precision: must be {rule}, got {bits}"
    assert refused(None, {"precision": "32"}).startswith("evidence.precision: must be an integer")
    assert refused({"N": 300, "b": 8}).startswith(
        "statement.b: 300 points separated by 2^-8 do not"
    )


def test_the_kind_of_widths_is_told_by_its_letters():
    spelled = "".join(["uni", "form"])  # another object
    assert set(vectors.classes(1, spelled, 12)) == set(vectors.classes(1, "uniform", 12))
    assert set(vectors.classes(1, spelled, 16)) < set(vectors.classes(1, "general", 16))
