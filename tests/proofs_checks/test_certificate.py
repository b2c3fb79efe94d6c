"""Certificates are read strictly: everything that is not one is rejected, with a reason."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import proofs_checks.certificate as certificate_module
from proofs_checks.certificate import (
    FORMAT,
    MAX_BYTES,
    Accepted,
    Malformed,
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


# -- edges ----------------------------------------------------------------------------------------


def nested(levels):
    """Empty arrays in one another."""
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_the_limits_of_the_format_are_these():
    assert certificate_module.MAX_BYTES == 33_554_432
    assert certificate_module.MAX_DEPTH == 32
    assert certificate_module.MAX_INTEGER_DIGITS == 600
    assert FORMAT == "touchstone-certificate/1"


def test_a_text_of_the_greatest_length_is_read(certificate, monkeypatch):
    text = dumps(certificate)
    assert text.endswith("}\n")
    monkeypatch.setattr(certificate_module, "MAX_BYTES", len(text))
    assert parse(text) == parse(text.encode()) == certificate
    with pytest.raises(Malformed, match=f"^longer than {len(text)} bytes"):
        parse(text + " ")


def test_nesting_is_counted_from_the_certificate_down(certificate):
    """The certificate is the first level, its evidence the second."""
    for levels, deep in ((31, False), (32, True)):
        with pytest.raises(Rejected) as caught:
            check({**certificate, "evidence": nested(levels)}, digest=False)
        assert ("nested deeper than 32" in str(caught.value)) == deep
        text = json.dumps({**certificate, "evidence": nested(levels)})
        assert ("nested deeper than 32" in str(refused(parse, text))) if deep else parse(text)
    assert digest("a.b", {"claim": "a.B"}, nested(31))
    for deeper in (nested(32), json.loads(json.dumps(nested(31)).replace("[]", "[0]"))):
        with pytest.raises(Malformed, match="nested deeper than 32"):
            digest("a.b", {"claim": "a.B"}, deeper)


def refused(call, *arguments):
    with pytest.raises(Malformed) as caught:
        call(*arguments)
    return caught.value


def test_integers_of_six_hundred_digits_are_the_longest(certificate):
    longest = 10**600 - 1
    for value in (longest, -longest):
        made = seal(KIND, {**STATEMENT, "width": value}, EVIDENCE)
        assert parse(dumps(made))["statement"]["width"] == value
    for value in (longest + 1, -longest - 1, 10**700, -(10**601)):
        with pytest.raises(Malformed, match="more than 600 digits: write it as a string"):
            seal(KIND, STATEMENT, value)
        text = json.dumps({**certificate, "evidence": value})
        assert "more than 600 digits" in str(refused(parse, text))
    for digits in ("9" * 602, "-" + "9" * 601, "9" * 5000):
        assert "more than 600 digits" in str(refused(parse, '{"a": ' + digits + "}"))


def test_refusals_say_where_and_why(certificate):
    assert str(refused(parse, b"{\xff}")) == "not UTF-8: byte 1"
    assert str(refused(parse, "{")).startswith("not JSON: Expecting property name")
    assert str(refused(parse, '{"b": 0, "a": 1, "b": 2, "a": 3}')) == "the key 'b' occurs twice"
    assert str(refused(parse, '{"c": 0, "a": 1, "b": 2, "a": 3}')) == "the key 'a' occurs twice"
    number = "1." + "0" * 60
    shown = f"the number {number[:40]!r} is not an integer: write rationals as 'p/q'"
    assert str(refused(parse, number)) == shown
    assert (
        str(refused(check, {**certificate, "kind": "a"})) == "kind: must read wing.module, got 'a'"
    )
    other = {**certificate, "statement": {"claim": "a"}}
    assert str(refused(check, other)) == "statement.claim: must read wing.NAME, got 'a'"
    for key, value in (("kind", 1), ("digest", 1)):
        assert str(refused(check, {**certificate, key: value})) == f"{key}: must be a string, got 1"
    other = {**certificate, "statement": {"claim": 1}}
    assert str(refused(check, other)) == "statement.claim: must be a string, got 1"
    for value in ({}, [], "claim"):
        message = str(refused(check, {**certificate, "statement": value}))
        assert message == "statement: must be an object that names its claim"
    assert str(refused(check, {**certificate, "evidence": {1: 2}})).startswith("keys of an object")
    assert str(refused(check, {**certificate, "evidence": 1.0})).startswith(
        "float is not plain data"
    )
    assert str(refused(check, [])) == "certificate: must be an object, got list of 0"


@pytest.mark.parametrize("kind", ["interp.nothing", "nowhere.counting", "interp.one_layer"])
def test_a_kind_without_a_checker_is_malformed_by_name(kind):
    with pytest.raises(Malformed, match=f"^kind: no checker is named '{kind}'"):
        check(seal(kind, STATEMENT, EVIDENCE))


def test_a_checker_has_to_be_a_function(certificate, monkeypatch):
    monkeypatch.setattr("proofs_checks.interp.exact_network.check", "yes")
    with pytest.raises(Malformed, match="no checker is named"):
        check(certificate)


@pytest.mark.parametrize(
    "error", [ValueError("x"), IndexError(), TypeError(), OverflowError(), RecursionError("deep")]
)
def test_what_a_checker_trips_over_is_rejected_and_kept_as_the_cause(
    certificate, monkeypatch, error
):
    def trip(statement, evidence):
        raise error

    monkeypatch.setattr("proofs_checks.interp.exact_network.check", trip)
    with pytest.raises(Rejected) as caught:
        check(certificate)
    assert type(caught.value) is Rejected
    assert caught.value.__cause__ is error
    name = f"{type(error).__name__}: {str(error)!r}"
    assert str(caught.value) == f"interp.exact_network: cannot be read ({name})"


def test_a_rejection_is_handed_on_as_it_is(certificate, monkeypatch):
    error = Rejected("because")

    def reject(statement, evidence):
        raise error

    monkeypatch.setattr("proofs_checks.interp.exact_network.check", reject)
    with pytest.raises(Rejected) as caught:
        check(certificate)
    assert caught.value is error


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt, AttributeError])
def test_other_exceptions_of_a_checker_are_not_taken_for_a_rejection(
    certificate, monkeypatch, error
):
    def fail(statement, evidence):
        raise error

    monkeypatch.setattr("proofs_checks.interp.exact_network.check", fail)
    with pytest.raises(error):
        check(certificate)


def test_only_what_was_accepted_is_remembered():
    statement = {**STATEMENT, "labels": ["1", "7/2"]}
    wrong = seal(KIND, statement, EVIDENCE)
    network = {"inputs": 1, "layers": [{"rows": [[[0, "5/2"]]], "bias": ["1"]}]}
    right = seal(KIND, statement, {"network": network})
    with pytest.raises(Rejected):
        check(wrong)
    assert not certificate_module.was_accepted(wrong["digest"])
    assert not certificate_module.was_accepted(right["digest"])
    check({**right, "digest": wrong["digest"]}, digest=False)
    assert certificate_module.was_accepted(right["digest"])
    assert not certificate_module.was_accepted(wrong["digest"])


def test_a_digest_that_does_not_fit_is_malformed_unless_it_is_not_looked_at(certificate):
    changed = {**certificate, "digest": "0" * 64}
    message = "digest: does not belong to this statement and evidence"
    assert str(refused(check, changed)) == message
    assert check(changed, digest=False).digest == certificate["digest"]


def test_what_was_accepted_cannot_be_changed(certificate):
    accepted = check(certificate)
    with pytest.raises(FrozenInstanceError):
        accepted.claim = "interp.D1"


def test_booleans_null_and_empty_parts_are_plain():
    for value in (True, False, None, "", [], {}, [[], {}], {"a": None}):
        made = seal("a.b", {"claim": "a.B"}, value)
        assert parse(dumps(made)) == made


def test_a_claim_is_compared_as_a_whole_and_not_by_its_order(certificate):
    for other in ("interp.A", "interp.U0", "interp.U2", "interp.U11", "interp.u1", "psbn.U1"):
        with pytest.raises(Malformed, match=f"must be '{other}', got 'interp.U1'"):
            check(certificate, claim=other)


def test_every_part_of_what_is_sealed_has_to_be_plain():
    for parts in ((1.5, {}, []), ("a.b", 1.5, []), ("a.b", {}, 1.5)):
        for call in (digest, seal):
            with pytest.raises(Malformed, match="float is not plain data"):
                call(*parts)
    for parts in (("a.b", {1, 2}, []), ("a.b", {}, {1, 2})):
        with pytest.raises(Malformed, match="set is not plain data"):
            seal(*parts)
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps({"evidence": float("nan")})
