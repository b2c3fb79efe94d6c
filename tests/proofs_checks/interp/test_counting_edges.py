"""The edges of the counting referee: its limits, its counts to the last digit, and what it says."""

from __future__ import annotations

import copy
from fractions import Fraction
from itertools import pairwise, product
from math import prod

import pytest

from constructions.interp.lower_bound import certified_minimum
from proofs_checks.certificate import Rejected
from proofs_checks.interp import counting
from proofs_checks.interp.counting import Problem, sides

CERTIFICATE = certified_minimum(64, 64).certificate()


@pytest.fixture(scope="module")
def plainly(naive):
    """The second checker of this kind: full integers, no logarithms."""
    return naive.second("interp.counting")


def product_of(powers):
    """The rational behind a product of powers."""
    return prod((Fraction(base) ** exponent for base, exponent in powers), start=Fraction(1))


def test_counts_are_exactly_those_of_the_second_checker(plainly, monkeypatch):
    monkeypatch.setattr(plainly, "E", Fraction(*counting.E_ABOVE))
    assert list(counting.COUNTS) == ["W1", "W2", "W3"]
    for W, L, M in product(range(1, 5), range(1, 4), (1, 2, 3, 7, 40, 2**9)):
        assert counting.parameters(1, W, L) == plainly.size(W, L)
        for name, count in counting.COUNTS.items():
            assert product_of(count(W, L, M)) == plainly.dichotomies(name, W, L, M), (name, W, L, M)
        patterns = sum(W * 2 ** (W * layer) for layer in range(L)) + 2 ** (W * L)
        assert counting.all_patterns(W, L, M) == M * patterns


def test_few_polynomials_have_all_sign_vectors_and_no_more():
    e, one = counting.E_ABOVE
    assert counting._sign_vectors(3, 2, 4) == [(2, 3)]
    assert counting._sign_vectors(4, 2, 4) == [(2, 1), (2 * e * 8, 4), (one * 4, -4)]
    assert counting._sign_vectors(5, 2, 4) == [(2, 1), (2 * e * 10, 4), (one * 4, -4)]


def test_what_stands_for_e_is_above_it_by_less_than_its_last_digit():
    from flint import arb, ctx, fmpq

    ctx.prec = 100
    above = arb(fmpq(*counting.E_ABOVE)) - arb.const_e()
    assert above > 0
    assert above < arb(fmpq(1, 10**9))


def test_the_limits_are_these():
    assert counting.LIMITS == {
        "N": 1_048_576, "b": 1_048_576, "d": 1_073_741_824, "parameters": 16_777_216, "precision": 256,
    }  # fmt: skip
    assert (counting.MOST_ENTRIES, counting.EXACT_BINOMIAL) == (4096, 1_048_576)
    assert counting.CLAIM == "interp.D1"


@pytest.mark.parametrize("W", range(1, 6))
@pytest.mark.parametrize("L", range(1, 5))
def test_parameters_are_counted_entry_by_entry(W, L):
    for d in (1, 2, 5):
        widths = [d, *[W] * L, 1]
        entries = [(i, j) for a, b in pairwise(widths) for j in range(b) for i in range(a + 1)]
        assert counting.parameters(d, W, L) == len(entries)
    assert counting.most_changes(W, L) == (1 if W == 1 else 2 if (W, L) == (2, 1) else (W + 1) ** L)


def refused(statement=None, evidence=None, entry=None):
    """The reason against the certificate for (64, 64) with some entries replaced."""
    base = copy.deepcopy(CERTIFICATE)
    base["evidence"]["excluded"][1] |= entry or {}
    with pytest.raises(Rejected) as caught:
        counting.check(
            {**base["statement"], **(statement or {})}, {**base["evidence"], **(evidence or {})}
        )
    return str(caught.value)


@pytest.mark.parametrize(("key", "least"), [("N", 2), ("b", 1), ("d", 1), ("parameters", 1)])
def test_entries_of_the_statement_are_refused_by_name(key, least):
    most = counting.LIMITS[key]
    for value, rule in ((least - 1, f"at least {least}"), (most + 1, f"at most {most}")):
        assert refused({key: value}) == f"statement.{key}: must be {rule}, got {value}"
    assert refused({key: True}).startswith(f"statement.{key}: must be an integer")


def test_entries_of_the_evidence_are_refused_by_name():
    at = "evidence.excluded[1]"
    assert refused(None, {"more": 1}) == "evidence: unknown key 'more'"
    for bits, rule in ((0, "at least 1, got 0"), (257, "at most 256, got 257")):
        assert refused(None, {"precision": bits}) == f"evidence.precision: must be {rule}"
    assert refused(None, {"excluded": {}}).startswith("evidence.excluded: must be an array")
    assert refused(None, None, {"more": 1}) == f"{at}: unknown key 'more'"
    for key in ("W", "L"):
        for value, rule in ((0, "at least 1, got 0"), (1 << 25, "at most 16777216, got 33554432")):
            assert refused(None, None, {key: value}) == f"{at}.{key}: must be {rule}"
    for key in ("left", "right"):
        assert refused(None, None, {key: -1}) == f"{at}.{key}: must be at least 0, got -1"
    assert refused(None, None, {"test": 1}) == f"{at}.test: must be a string, got 1"
    assert refused(None, None, {"count": 1}) == f"{at}.count: must be a string, got 1"
    message = refused(None, None, {"test": "x", "count": None})
    assert message == f"{at}: test 'x' with count None says nothing here"
    assert refused({"more": 1}).startswith("statement: ")
    assert refused({"widths": 1}) == "statement.widths: must be a string, got 1"
    assert refused({"widths": "x"}) == "statement.widths: must be 'uniform', got 'x'"
    assert refused({"b": 5}) == "statement.b: 64 points separated by 2^-5 do not fit"


def test_a_class_at_the_limit_of_parameters_is_looked_at():
    """P(1; 1, L) = 2 L + 2 and P(1; W, 1) = 3 W + 1."""
    at, most = "evidence.excluded[1]", counting.LIMITS["parameters"]
    deepest, widest = (most - 2) // 2, (most - 1) // 3
    entry = {"test": "alternation", "count": None, "left": 1, "right": 63, "W": 1, "L": deepest}
    assert "is not covered" in refused({"parameters": 1 << 20}, None, entry)
    beyond = f"{at}: a class beyond 16777216 parameters"
    assert refused(None, None, {**entry, "L": deepest + 1}) == beyond
    wide = {**entry, "W": widest, "L": 1}
    rule = f"needs {widest + 1} <= left < right <= 63"
    assert (
        refused(None, None, wide) == f"{at}: W={widest} L=1 is not excluded by alternation: {rule}"
    )
    assert refused(None, None, {**wide, "W": widest + 1}) == beyond


def test_as_many_classes_as_stated_are_read_and_the_summary_counts_them(monkeypatch):
    base = CERTIFICATE
    entries = base["evidence"]["excluded"]
    monkeypatch.setattr(counting, "MOST_ENTRIES", len(entries) + 1)
    more = {**base["evidence"], "excluded": [*entries, entries[0]]}
    assert counting.check(base["statement"], more) == (
        f"N=64 b=64 d=1: at least {base['statement']['parameters']} parameters "
        f"(uniform widths, {len(entries) + 1} classes excluded)"
    )
    more["excluded"].append(entries[0])
    number = len(entries) + 2
    message = f"evidence.excluded: more than {number - 1} classes, got {number}"
    assert refused(None, {"excluded": more["excluded"]}) == message


def test_what_is_not_covered_is_named():
    for d, target, named in ((1, 5, "W=1 L=1"), (3, 7, "W=1 L=1"), (1, 8, "W=2 L=1")):
        statement = {"N": 4, "b": 40, "d": d, "parameters": target}
        message = refused(statement, {"excluded": []})
        rule = f"evidence.excluded: {named} has fewer than {target} parameters and is not covered"
        assert message == rule


@pytest.mark.parametrize(
    ("problem", "W", "L", "known"),
    [
        (Problem(2, 6), 2, 6, True),  # 3^6, one bit for each layer: 6 is not beyond b
        (Problem(2, 6), 2, 7, False),
        (Problem(2, 6), 3, 3, True),  # 4^3, two bits for each layer
        (Problem(2, 6), 3, 4, False),
        (Problem(200, 3), 2, 8, True),  # 200 has eight bits
        (Problem(200, 3), 2, 9, False),
        (Problem(2, 1), 1, 99, True),  # one change, however deep
    ],
)
def test_powers_beyond_all_that_matters_are_not_computed(problem, W, L, known):
    assert (sides(problem, W, L, "alternation", None, bits=8) is not None) == known
    assert sides(problem, W, L, "vc", "W1", bits=8) is not None


@pytest.mark.parametrize(("N", "b", "W", "L", "known"), [
    (64, 6, 1, 9, False), (2, 6, 1, 9, True), (2, 1, 1, 9, False), (2, 2, 1, 9, True),
    (4, 4, 2, 1, True), (6, 4, 2, 1, False), (4, 2, 2, 1, False), (18, 5, 2, 2, True), (20, 5, 2, 2, False),
    (2, 4, 2, 2, False), (2, 5, 2, 2, True),
])  # fmt: skip
def test_pairs_are_counted_from_n_changes_up_to_m(N, b, W, L, known):
    """n <= K < m with n = N/2, m = 2^(b-1) and K = 1, 2 and 9."""
    for count in counting.COUNTS:
        assert (sides(Problem(N, b), W, L, "pairs", count, bits=8) is not None) == known
    assert sides(Problem(N, b), W, L, "pairs", "W4", bits=8) is None
    assert sides(Problem(N, b), W, L, "alternation", "W1", bits=8) is None


@pytest.fixture
def asked(monkeypatch):
    """What the bounds of binomials compute: "comb" in full, or "factorial" and a logarithm or many."""
    calls = []
    names = ("comb", "factorial", "floor_log2", "ceil_log2")
    for name in names:
        really = getattr(counting, name)

        def recorded(*arguments, name=name, really=really):
            calls.append(name)
            return really(*arguments)

        monkeypatch.setattr(counting, name, recorded)
    return calls


def test_tests_are_told_by_their_names_letter_by_letter():
    problem = Problem(4, 4)
    for test, count in (("vc", "W1"), ("pairs", "W3"), ("pairs", None), ("alternation", None)):
        assert sides(problem, 2, 1, test, count, bits=8) is not None
        spelled = "".join(list(test))  # another object
        expected = sides(problem, 2, 1, test, count, bits=8)
        assert sides(problem, 2, 1, spelled, count, bits=8) == expected
        for other in ("", test[:-1], test + "s", "zz", "a"):
            assert sides(problem, 2, 1, other, count, bits=8) is None


ONE_POWER, WHOLE, FACTORS = ["factorial", 1], ["comb", 1], ["factorial", 3]


@pytest.mark.parametrize(
    ("m", "limit", "way"),
    [
        (9 << 4, 1 << 20, WHOLE),  # n^2 2^bits: one power needs more
        ((9 << 4) + 1, 1 << 20, ONE_POWER),
        ((9 << 4) + 1, 0, ONE_POWER),
        (31, 15, WHOLE),  # n times five bits
        (31, 14, FACTORS),
        (32, 17, FACTORS),
        (32, 18, WHOLE),
    ],
)
def test_each_way_to_a_binomial_of_three_has_its_range(m, limit, way, asked, monkeypatch):
    monkeypatch.setattr(counting, "EXACT_BINOMIAL", limit)
    for bound, log in (("floor_log2_binomial", "floor_log2"), ("ceil_log2_binomial", "ceil_log2")):
        asked.clear()
        getattr(counting, bound).__wrapped__(m, 3, 4)
        other = {"floor_log2": "ceil_log2", "ceil_log2": "floor_log2"}[log]
        assert asked.count(way[0]) == 1
        assert asked.count(log) == way[1]
        assert asked.count(other) == (way[0] == "factorial")
        assert len(set(asked) & {"comb", "factorial"}) == 1
