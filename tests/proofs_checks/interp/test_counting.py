"""The counting referee against a naive checker on full integers, and against tampering."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.lower_bound import certified_minimum
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp import counting
from proofs_checks.interp.counting import Problem, sides


@pytest.fixture(scope="module")
def plainly(naive):
    """The second checker of this kind: full integers, no logarithms."""
    return naive.second("interp.counting")


def accepted(statement, evidence):
    try:
        check(seal("interp.counting", statement, evidence))
    except Rejected:
        return False
    return True


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize(("N", "b"), [(2, 1), (3, 2), (16, 9), (64, 64), (64, 1024), (256, 256)])
def test_certificates_of_the_finder_are_accepted_and_genuine(N, b, d, plainly):
    certificate = certified_minimum(N, b, d).certificate()
    assert check(certificate, claim="interp.D1").claim == "interp.D1"
    assert plainly.genuine(certificate["statement"], certificate["evidence"])


@pytest.mark.parametrize(("N", "b"), [(16, 9), (64, 13), (64, 64), (128, 128)])
def test_one_parameter_more_is_rejected(N, b):
    certificate = certified_minimum(N, b).certificate()
    statement = {
        **certificate["statement"],
        "parameters": certificate["statement"]["parameters"] + 1,
    }
    assert not accepted(statement, certificate["evidence"])


@pytest.mark.parametrize("N", [2, 3, 8, 21, 40])
@pytest.mark.parametrize("b", [6, 13, 40, 90])
def test_both_sides_enclose_the_full_integers(N, b, plainly):
    """left >= log2 of the true left side, right <= log2 of the true right side, and narrowly so."""
    from math import comb

    from flint import arb, ctx, fmpq

    ctx.prec = 200

    def log2(x):
        return arb(fmpq(x.numerator, x.denominator)).log() / arb(2).log() * 2**32

    n, m, compared = N // 2, 2 ** (b - 1), 0
    for W in (1, 2, 3, 5):
        for L in (1, 2, 3):
            for count in counting.COUNTS:
                proved = sides(Problem(N, b), W, L, "pairs", count, bits=32)
                K = plainly.changes(W, L)
                if proved is None:
                    assert not n <= K < m
                    continue
                compared += 1
                served = plainly.dichotomies(count, W, L, 2 * m) * comb(K, n)
                # The naive e is closer to e than the referee's, so the referee's left is above.
                assert not log2(served) > proved[0]
                assert log2(served) > proved[0] - 2**31
                assert not log2(comb(m, n)) < proved[1]
                assert log2(comb(m, n)) < proved[1] + 64 * (n + 2)
    assert compared or N // 2 >= 6**3, "only where K < n for every class looked at"


@pytest.mark.parametrize(
    ("m", "n"),
    [
        (0, 0),
        (5, 0),
        (5, 5),
        (7, 3),
        (2**64 - 1, 2),
        (2**64, 300),
        (2**64 + 1, 1000),
        (2**40, 5),
        (2**80, 4),  # one power: m is beyond n^2 2^bits
        (3**90, 20),
    ],
)
@pytest.mark.parametrize("bits", [1, 4, 16, 48])
def test_both_roundings_enclose_a_binomial(m, n, bits):
    """Every branch of both bounds, against the logarithm of the whole integer."""
    from math import comb

    from flint import arb, ctx

    ctx.prec = 8 * m.bit_length() * (n + 1) + 400
    exact = arb(comb(m, n)).log() / arb(2).log() * 2**bits
    low, high = counting.floor_log2_binomial(m, n, bits), counting.ceil_log2_binomial(m, n, bits)
    assert not exact < low
    assert not exact > high
    assert high - low <= 4 * (n + 1)


@pytest.mark.parametrize(("m", "n"), [(5, 0), (5, 5), (40, 3), (1000, 31), (2**20 + 1, 40)])
@pytest.mark.parametrize("bits", [1, 12, 40])
def test_a_binomial_too_long_to_compute_is_enclosed_factor_by_factor(m, n, bits, monkeypatch):
    from math import comb

    from flint import arb, ctx

    monkeypatch.setattr(counting, "EXACT_BINOMIAL", -1)
    ctx.prec = 4000
    exact = arb(comb(m, n)).log() / arb(2).log() * 2**bits
    low = counting.floor_log2_binomial.__wrapped__(m, n, bits)
    high = counting.ceil_log2_binomial.__wrapped__(m, n, bits)
    assert not exact < low
    assert not exact > high
    assert high - low <= 4 * (n + 1)


@pytest.mark.parametrize("bits", range(62, 72))
def test_binomials_whose_factors_lose_nothing_by_rounding(bits):
    """Beside powers of two, and just where one branch takes over from another: no slack hides an
    error there.
    """
    from math import comb

    from flint import arb, ctx

    ctx.prec = 2000
    near = ((2 ** (bits + 2) + 1, 2), (2 ** (bits + 3) + 2, 3), (2 ** (bits + 1) + 2, 2))
    for m, n in (*near, (2 ** (bits + 3), 2)):
        exact = arb(comb(m, n)).log() / arb(2).log() * 2**bits
        assert not exact < counting.floor_log2_binomial(m, n, bits)
        assert not exact > counting.ceil_log2_binomial(m, n, bits)


def test_sides_must_be_strictly_apart_and_within_what_is_proved():
    """The entry's numbers at the very edge: equality of both sides excludes nothing."""
    statement = {
        **{"claim": "interp.D1", "N": 4, "b": 40, "d": 1},
        **{"widths": "uniform", "parameters": 5},
    }
    low, high = sides(Problem(4, 40), 1, 1, "alternation", None, bits=32)
    assert (low, high) == (1, 3)

    def one(left, right, test="alternation"):
        entry = {"W": 1, "L": 1, "test": test, "count": None, "left": left, "right": right}
        return accepted(statement, {"precision": 32, "excluded": [entry]})

    assert one(1, 3)
    assert one(1, 2)
    assert one(2, 3)
    for left, right in ((0, 3), (1, 4), (2, 2), (3, 3), (1, 1), (3, 2), (4, 5)):
        assert not one(left, right)
    # K = 2 changes of two units against n = 2 pairs of four points: a tie, not an exclusion.
    tie = sides(Problem(4, 40), 2, 1, "pairs", None, bits=32)
    assert tie == (2, 2)
    entry = {"W": 2, "L": 1, "test": "pairs", "count": None, "left": 2, "right": 2}
    assert not accepted(statement, {"precision": 32, "excluded": [entry]})


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=5),
    st.integers(1, 4),
    st.integers(1, 60),
)
def test_coverage_is_decided_as_by_listing_every_class(plainly, listed, d, target):
    small = [
        (W, L)
        for W in range(1, target)
        for L in range(1, target)
        if plainly.size(W, L) + W * (d - 1) < target
    ]
    covered = all(any(W <= w and L <= l for w, l in listed) for W, L in small)
    deepest = {}
    for W, L in listed:
        deepest[W] = max(L, deepest.get(W, 0))
    try:
        counting._check_coverage(deepest, d, target)
        said = True
    except Rejected:
        said = False
    assert said == covered


def test_every_class_that_is_listed_counts_in_any_order():
    base = CERTIFICATES[1]
    entries = base["evidence"]["excluded"]
    shallow = {**entries[0], "L": 1, "test": "alternation", "count": None, "left": 63, "right": 63}
    K = counting.most_changes(shallow["W"], 1)
    shallow |= {"left": K, "right": K + 1}
    for order in ([*entries, shallow], [shallow, *reversed(entries)]):
        assert accepted(base["statement"], {**base["evidence"], "excluded": order})


def test_the_smallest_class_needs_its_own_exclusion():
    """P(d; 1, 1) = d + 3 is free of charge; one more must exclude that class."""
    for d in (1, 2, 7):
        statement = {"claim": "interp.D1", "N": 9, "b": 40, "d": d, "widths": "uniform"}
        nothing = {"precision": 32, "excluded": []}
        assert accepted({**statement, "parameters": d + 3}, nothing)
        assert not accepted({**statement, "parameters": d + 4}, nothing)


def test_alternation_and_vc_say_what_they_say():
    assert sides(Problem(64, 64), 2, 3, "alternation", None, bits=8) == (27, 63)
    assert sides(Problem(64, 64), 2, 3, "alternation", "W1", bits=8) is None
    assert sides(Problem(64, 64), 2, 3, "pairs", None, bits=8) == (27, 32)
    assert sides(Problem(64, 64), 2, 3, "pairs", "W3", bits=8) is None, "K < n has no logarithm"
    assert sides(Problem(64, 64), 2, 3, "vc", "W1", bits=8)[1] == 64 << 8
    assert sides(Problem(64, 64), 2, 3, "vc", None, bits=8) is None
    assert sides(Problem(64, 64), 2, 3, "magic", "W1", bits=8) is None


# -- tampering ------------------------------------------------------------------------------------

CERTIFICATES = [certified_minimum(*one).certificate() for one in ((16, 9), (64, 64), (40, 200, 2))]
NUMBERS = ("W", "L", "left", "right")


@st.composite
def tampered(draw):
    """(statement, evidence) with one to three changes anywhere."""
    original = copy.deepcopy(draw(st.sampled_from(CERTIFICATES)))
    statement, evidence = original["statement"], original["evidence"]
    for _ in range(draw(st.integers(1, 3))):
        entries = evidence["excluded"]
        entry = entries[draw(st.integers(0, len(entries) - 1))] if entries else {}
        shift = draw(st.sampled_from([-(10**9), -5, -1, 1, 2, 7, 10**9]))
        match draw(
            st.sampled_from(["statement", "entry", "test", "count", "drop", "copy", "swap", "bits"])
        ):
            case "statement":
                statement[draw(st.sampled_from(["N", "b", "d", "parameters"]))] += shift % 97 + 1
            case "entry" if entry:
                entry[draw(st.sampled_from(NUMBERS))] += shift
            case "test" if entry:
                entry["test"] = draw(st.sampled_from(["alternation", "vc", "pairs"]))
            case "count" if entry:
                entry["count"] = draw(st.sampled_from([None, "W1", "W2", "W3"]))
            case "drop" if entries:
                entries.remove(entry)
            case "copy" if entry:
                entries.append({**entry, "L": entry["L"] + draw(st.integers(0, 2))})
            case "swap" if entry:
                entry["left"], entry["right"] = entry["right"], entry["left"]
            case "bits":
                evidence["precision"] = draw(st.sampled_from([1, 2, 31, 33]))
            case _:
                pass
    return statement, evidence


@settings(max_examples=600, deadline=None)
@given(tampered())
def test_what_is_accepted_after_tampering_is_still_a_genuine_proof(plainly, pair):
    statement, evidence = pair
    if accepted(statement, evidence):
        assert plainly.genuine(statement, evidence)


def test_single_changes_that_must_be_caught():
    base = CERTIFICATES[1]
    statement, evidence = base["statement"], base["evidence"]
    for place in range(len(evidence["excluded"])):
        fewer = {
            **evidence,
            "excluded": [e for i, e in enumerate(evidence["excluded"]) if i != place],
        }
        assert not accepted(statement, fewer), "every listed class is needed"
    for key in ("N", "parameters"):
        change = -1 if key == "N" else 1
        assert not accepted({**statement, key: statement[key] + change * 30}, evidence)
    # Less separation makes the problem easier, so the exclusions by pairs no longer hold.
    assert not accepted({**statement, "b": 40}, evidence)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"N": 1}, "statement.N"),
        ({"N": True}, "statement.N"),
        ({"b": 5}, "do not fit"),
        ({"d": 0}, "statement.d"),
        ({"parameters": 1 << 60}, "statement.parameters"),
        ({"widths": "general"}, "statement.widths"),
        ({"claim": "interp.T1"}, "statement.claim"),
        ({"more": 1}, "unknown key"),
    ],
)
def test_statements_outside_the_rules_are_rejected_by_name(change, message):
    base = CERTIFICATES[1]
    with pytest.raises(Rejected, match=message):
        check(seal("interp.counting", {**base["statement"], **change}, base["evidence"]))


def test_rounding_is_outward_for_adversarially_close_sides():
    """With one digit after the point nothing narrow may be excluded: precision only ever weakens."""
    for N, b in ((32, 32), (64, 64), (64, 128)):
        for W in range(1, 8):
            for L in range(1, 8):
                coarse = sides(Problem(N, b), W, L, "pairs", "W3", bits=1)
                fine = sides(Problem(N, b), W, L, "pairs", "W3", bits=256)
                if coarse is not None and coarse[0] < coarse[1]:
                    assert fine[0] < fine[1]
                if coarse is not None:
                    assert coarse[0] << 255 >= fine[0]
                    assert coarse[1] << 255 <= fine[1]
