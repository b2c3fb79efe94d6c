"""Untrusted data are read through few functions; each refuses by name, with value and rule."""

from __future__ import annotations

from fractions import Fraction

import pytest

from proofs_checks import reading
from proofs_checks.reading import Malformed, Rejected


def refused(call, *arguments):
    with pytest.raises(Rejected) as caught:
        call(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "dict of 0"),
        ({"a": [1]}, "dict of 1"),
        ([1, 2], "list of 2"),
        ((1, 2, 3), "tuple of 3"),
        ((1 << 300) - 1, ascii((1 << 300) - 1)[:57] + "..."),
        (1 << 300, "an integer of 301 bits"),
        (-(1 << 300), "an integer of 301 bits"),
        (True, "True"),
        (None, "None"),
        ("é\n", "'\\xe9\\n'"),
        ("x" * 58, repr("x" * 58)),  # 60 characters with the quotes
        ("x" * 59, "'" + "x" * 56 + "..."),
        (10**59, "1" + "0" * 59),
        (10**60, "1" + "0" * 56 + "..."),
    ],
)
def test_values_are_shown_short_and_in_one_line(value, text):
    assert reading.shown(value) == text
    assert len(text) <= 60


def test_an_object_has_exactly_the_keys_that_were_asked_for():
    assert reading.mapping({"b": 1, "a": 2}, "it", ("a", "b")) == {"a": 2, "b": 1}
    assert reading.mapping({}, "it", ()) == {}
    assert refused(reading.mapping, [], "it", ()) == "it: must be an object, got list of 0"
    assert refused(reading.mapping, {"a": 1}, "it", "cab") == "it: the key 'b' is missing"
    assert refused(reading.mapping, {"z": 1, "y": 2}, "it", ()) == "it: unknown key 'y'"
    assert refused(reading.mapping, {"y": 2}, "it", "a") == "it: the key 'a' is missing"


def test_an_array_has_the_length_that_was_asked_for():
    assert reading.sequence([3], "it") == [3]
    assert reading.sequence([], "it", 0) == []
    assert reading.sequence([1, 2], "it", 2) == [1, 2]
    assert refused(reading.sequence, (1,), "it") == "it: must be an array, got tuple of 1"
    assert refused(reading.sequence, [1], "it", 0) == "it: must have 0 entries, got 1"
    assert refused(reading.sequence, [], "it", 1) == "it: must have 1 entries, got 0"
    assert refused(reading.sequence, [1, 2], "it", 1) == "it: must have 1 entries, got 2"


@pytest.mark.parametrize("value", [3, 4, 5])
def test_an_integer_lies_within_its_ends(value):
    assert reading.integer(value, "it", 3, 5) == value
    assert reading.integer(value, "it", 3) == value


class Whole(int):
    """An integer that is not quite one."""


def test_other_integers_are_refused_by_name():
    assert refused(reading.integer, 2, "it", 3, 5) == "it: must be at least 3, got 2"
    assert refused(reading.integer, 6, "it", 3, 5) == "it: must be at most 5, got 6"
    assert refused(reading.integer, 1 << 400, "it", 0, 5).endswith("got an integer of 401 bits")
    for value in (True, False, 4.0, "4", None, [4], Fraction(4), Whole(4)):
        assert refused(reading.integer, value, "it", 0, 9).startswith(
            "it: must be an integer, got "
        )


def test_texts_and_rationals_are_refused_by_name():
    assert reading.text("", "it") == ""
    assert refused(reading.text, None, "it") == "it: must be a string, got None"
    assert reading.rational("-1/2", "it") == Fraction(-1, 2)
    assert refused(reading.rational, 1, "it") == "it: must be a string, got 1"
    assert refused(reading.rational, "2/4", "it").startswith(
        "it: rational: must be in lowest terms"
    )
    assert reading.rationals(["1", "1/2"], "it", 2) == (1, Fraction(1, 2))
    assert reading.rationals([], "it") == ()
    assert refused(reading.rationals, ["1", 2], "it") == "it[1]: must be a string, got 2"
    assert refused(reading.rationals, ["1"], "it", 2) == "it: must have 2 entries, got 1"


def test_a_claim_is_one_of_those_that_the_kind_can_bear():
    assert reading.claim_among({"claim": "a.B"}, ("a.C", "a.B")) == "a.B"
    message = refused(reading.claim_among, {"claim": "a.D"}, ("a.C", "a.B"))
    assert message == "statement.claim: must be one of a.B, a.C, got 'a.D'"
    assert refused(reading.claim_among, {}, ()) == "statement.claim: must be a string, got None"
    with pytest.raises(Malformed):
        reading.claim_among({"claim": "a.D"}, ("a.B",))
