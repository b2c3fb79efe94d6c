"""The counting referee against a naive checker on full integers, and against tampering."""

from __future__ import annotations

import copy
import importlib.util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.lower_bound import certified_minimum
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp import counting
from proofs_checks.interp.counting import Problem, sides


def _beside(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


naive = _beside("naive_counting")


def accepted(statement, evidence):
    try:
        check(seal("interp.counting", statement, evidence))
    except Rejected:
        return False
    return True


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize(("N", "b"), [(2, 1), (3, 2), (16, 9), (64, 64), (64, 1024), (256, 256)])
def test_certificates_of_the_finder_are_accepted_and_genuine(N, b, d):
    certificate = certified_minimum(N, b, d).certificate()
    assert check(certificate, claim="interp.D1").claim == "interp.D1"
    assert naive.is_genuine(certificate["statement"], certificate["evidence"])


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
def test_both_sides_enclose_the_full_integers(N, b):
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
                K = naive.changes(W, L)
                if proved is None:
                    assert not n <= K < m
                    continue
                compared += 1
                served = naive.dichotomies(count, W, L, 2 * m) * comb(K, n)
                # The naive e is closer to e than the referee's, so the referee's left is above.
                assert not log2(served) > proved[0]
                assert log2(served) > proved[0] - 2**31
                assert not log2(comb(m, n)) < proved[1]
                assert log2(comb(m, n)) < proved[1] + 64 * (n + 2)
    assert compared or N // 2 >= 6**3, "only where K < n for every class looked at"


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
def test_what_is_accepted_after_tampering_is_still_a_genuine_proof(pair):
    statement, evidence = pair
    if accepted(statement, evidence):
        assert naive.is_genuine(statement, evidence)


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
