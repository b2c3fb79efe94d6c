"""Certificates are read strictly: everything that is not one is rejected, with a reason."""

from __future__ import annotations

import copy
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_checks.certificate import (
    FORMAT,
    MAX_BYTES,
    Accepted,
    Rejected,
    check,
    digest,
    dumps,
    parse,
    seal,
)

KIND = "interp.exact_network"
STATEMENT = {
    "claim": "interp.U1",
    "points": [["0"], ["1"]],
    "labels": ["1", "5/2"],
    "parameters": 2,
    "depth": 0,
    "width": 0,
}
EVIDENCE = {"network": {"inputs": 1, "layers": [{"rows": [[[0, "3/2"]]], "bias": ["1"]}]}}


@pytest.fixture
def certificate():
    return seal(KIND, STATEMENT, EVIDENCE)


def test_a_sealed_certificate_has_exactly_five_keys_and_is_accepted(certificate):
    assert sorted(certificate) == ["digest", "evidence", "format", "kind", "statement"]
    accepted = check(parse(dumps(certificate)), claim="interp.U1")
    assert isinstance(accepted, Accepted)
    assert (accepted.kind, accepted.claim) == (KIND, "interp.U1")
    assert accepted.digest == certificate["digest"]
    assert "N=2" in accepted.summary


def test_the_digest_is_sha256_of_the_canonical_json():
    canonical = '["touchstone-certificate/1","a.b",{"claim":"a.B","x":[1,"\\u00e9"]},null]'
    expected = hashlib.sha256(canonical.encode()).hexdigest()
    assert digest("a.b", {"x": (1, "é"), "claim": "a.B"}, None) == expected


def test_tuples_are_sealed_as_arrays():
    assert seal("a.b", {"claim": "a.B", "x": (1, (2,))}, ())["statement"]["x"] == [1, [2]]


@pytest.mark.parametrize("value", [1.0, {1: 2}, {"a"}, b"x", 10**600, object()])
def test_only_plain_data_are_sealed(value):
    with pytest.raises(ValueError, match=r"plain data|keys|digits"):
        seal("a.b", {"claim": "a.B"}, [value])


MALFORMED = {
    "empty": (b"", "not JSON"),
    "not JSON": (b"hello", "not JSON"),
    "not UTF-8": (b"\xff\xfe{}", "not UTF-8"),
    "two values": (b"{} {}", "not JSON"),
    "a duplicate key": (b'{"a": 1, "a": 1}', "'a' occurs twice"),
    "an inner duplicate key": (b'{"a": {"b": 1, "b": 2}}', "'b' occurs twice"),
    "NaN": (b'{"a": NaN}', "NaN"),
    "infinity": (b"-Infinity", "Infinity"),
    "a float": (b'{"a": 1.0}', "not an integer"),
    "an exponent": (b'{"a": 1e5}', "not an integer"),
    "deep arrays": (b"[" * 10**6, "nested deeper"),
    "deep objects": (b'{"a":' * 10**6, "nested deeper"),
    "deep and closed": (b"[" * 500 + b"]" * 500, "must be an object"),
    "a long integer": (b"[" + b"7" * 10**6 + b"]", "more than 600 digits"),
    "a long negative integer": (b"-" + b"7" * 601, "more than 600 digits"),
    "an array": (b"[]", "must be an object"),
    "null": (b"null", "must be an object"),
    "no keys": (b"{}", "is missing"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_text_is_rejected_with_its_reason(name):
    data, reason = MALFORMED[name]
    with pytest.raises(Rejected, match=reason):
        parse(data)


def test_text_beyond_the_size_limit_is_rejected_before_it_is_read():
    with pytest.raises(Rejected, match="longer than"):
        parse(b"1" * (MAX_BYTES + 1))


def test_every_truncation_is_rejected(certificate):
    text = dumps(certificate).rstrip()
    for length in range(len(text)):
        with pytest.raises(Rejected):
            parse(text[:length])


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_random_bytes_are_rejected_and_never_raise_anything_else(data):
    with pytest.raises(Rejected):
        parse(data)


WRONG = {
    "format": ["touchstone-certificate/2", 1, None, True],
    "kind": [
        "os.path", "../x", "interp", "interp.", ".exact_network", "interp.exact_network.check",
        "interp.one_layer", "interp.__init__", "interp.nothing", "farkas.check_infeasible",
        "nowhere.counting", "rational", "certificate.check", "interp/exact_network", "interp.\nx",
        "interp.exact_network\n", "json.tool", "", 3, None, ["interp.exact_network"],
    ],
    "digest": ["", "0" * 64, None, 7],
    "statement": [None, [], {}, {"claim": 1}, {"claim": "interp"}, {"claim": "../x.y"}, "interp.U1"],
    "evidence": [None, [], {}, 3, "x", {"network": None}],
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, vs in WRONG.items() for v in vs])
def test_a_wrong_part_is_rejected(certificate, key, value):
    changed = {**certificate, key: value}
    with pytest.raises(Rejected):
        check(changed)
    with pytest.raises(Rejected):
        check(json.loads(json.dumps(changed)), digest=key == "digest")


def test_a_missing_or_additional_key_is_rejected(certificate):
    for key in certificate:
        with pytest.raises(Rejected, match=f"{key!r} is missing"):
            check({k: v for k, v in certificate.items() if k != key})
    with pytest.raises(Rejected, match="unknown key 'comment'"):
        check({**certificate, "comment": "trust me"})


def test_an_infinitely_nested_object_is_rejected(certificate):
    loop = []
    loop.append(loop)
    with pytest.raises(Rejected, match="nested deeper"):
        check({**certificate, "evidence": loop})


def test_floats_and_other_objects_in_memory_are_rejected(certificate):
    for value in (1.5, float("nan"), {1, 2}, b"x", {2: 3}, 10**700):
        with pytest.raises(Rejected):
            check({**certificate, "evidence": value}, digest=False)


def test_a_certificate_of_another_claim_is_rejected(certificate):
    with pytest.raises(Rejected, match=r"must be 'interp.D1', got 'interp.U1'"):
        check(certificate, claim="interp.D1")
    with pytest.raises(Rejected, match=r"statement.claim: must be one of"):
        check(seal(KIND, {**STATEMENT, "claim": "interp.D1"}, EVIDENCE))


def test_a_change_behind_the_digest_is_rejected_and_the_checker_sees_it_too(certificate):
    changed = copy.deepcopy(certificate)
    changed["statement"]["labels"][1] = "2"
    with pytest.raises(Rejected, match="digest"):
        check(changed)
    with pytest.raises(Rejected, match="stated label at point 1"):
        check(changed, digest=False)


def test_swapping_the_evidence_of_two_certificates_is_rejected(certificate):
    other = seal(KIND, {**STATEMENT, "labels": ["1", "2"]}, EVIDENCE)
    with pytest.raises(Rejected, match="digest"):
        check({**certificate, "statement": other["statement"]})


@pytest.mark.parametrize(
    "error", [KeyError("x"), TypeError("a\nb"), ZeroDivisionError(), OverflowError()]
)
def test_a_checker_that_trips_over_the_data_has_not_accepted_them(certificate, monkeypatch, error):
    def trip(statement, evidence):
        raise error

    monkeypatch.setattr("proofs_checks.interp.exact_network.check", trip)
    with pytest.raises(Rejected, match=f"cannot be read .{type(error).__name__}") as caught:
        check(certificate)
    assert str(caught.value).isprintable()


def test_reasons_are_one_line_without_control_characters(certificate):
    for value in ("a\nb", "\x1b[31m", "\ud800", "x" * 10**5):
        with pytest.raises(Rejected) as caught:
            check({**certificate, "format": value})
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 200
    assert FORMAT in str(caught.value)
