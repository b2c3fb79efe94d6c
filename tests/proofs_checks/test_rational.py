"""One number, one spelling."""

from __future__ import annotations

import sys
from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_checks import rational
from proofs_checks.rational import (
    MAX_DIGITS,
    MAX_FRACTION_DIGITS,
    parse_rational,
    show_rational,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("3", 3), ("-3", -3), ("1/2", Fraction(1, 2)), ("-7/3", Fraction(-7, 3))],
)
def test_a_canonical_spelling_is_read_and_shown(text, value):
    assert parse_rational(text) == value
    assert show_rational(value) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "/", "+1", " 1", "1 ", "01", "-0", "00", "1/1", "0/1", "0/2", "2/4", "1/-2", "-1/-2",
        "1/0", "1/02", "1.0", "1e3", "1_0", "0x1", "nan", "inf", "-1/", "1/2/3", "1\n", "١", "½",
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused(text):
    with pytest.raises(ValueError, match="rational"):
        parse_rational(text)


@pytest.mark.parametrize("value", [1, None, True, 1.5, b"1", Fraction(1, 2), ["1"]])
def test_only_strings_are_parsed(value):
    with pytest.raises(ValueError, match="must be a string"):
        parse_rational(value)


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_only_exact_numbers_are_shown(value):
    with pytest.raises(ValueError, match="int or a Fraction"):
        show_rational(value)


@settings(deadline=None)
@given(st.fractions())
def test_reading_undoes_showing(value):
    assert parse_rational(show_rational(value)) == value
    assert Fraction(show_rational(value)) == value


@pytest.mark.parametrize("digits", [599, 600, 601, 4300, 4301, 20_000])
def test_long_numbers_are_read_without_touching_the_interpreters_limit(digits):
    before = sys.get_int_max_str_digits()
    value = Fraction(-(10**digits - 1), 10**digits - 3)
    assert parse_rational(show_rational(value)) == value
    assert parse_rational("1" + "0" * (digits - 1)) == 10 ** (digits - 1)
    assert sys.get_int_max_str_digits() == before


def test_the_limit_on_digits_is_exact_and_stated():
    longest = "1" * MAX_DIGITS
    assert show_rational(parse_rational(longest)) == longest
    for text in (longest + "1", "1" * (3 * MAX_DIGITS)):
        with pytest.raises(ValueError, match=f"more than {MAX_DIGITS} digits"):
            parse_rational(text)
    with pytest.raises(ValueError, match=f"more than {MAX_DIGITS} digits"):
        show_rational(10**MAX_DIGITS)


def test_fractions_have_a_limit_of_their_own_because_they_are_reduced():
    longest = 10**MAX_FRACTION_DIGITS - 1
    for value in (Fraction(longest, 2), Fraction(-2, longest), Fraction(longest, longest - 1)):
        assert parse_rational(show_rational(value)) == value
    beyond = "1" + "0" * MAX_FRACTION_DIGITS
    for text in (f"{beyond}/3", f"-3/{beyond}", "1/" + "1" * (MAX_DIGITS + 1)):
        with pytest.raises(ValueError, match=f"more than {MAX_FRACTION_DIGITS} digits in p or q"):
            parse_rational(text)
    with pytest.raises(ValueError, match=f"more than {MAX_FRACTION_DIGITS} digits in p or q"):
        show_rational(Fraction(3, 10**MAX_FRACTION_DIGITS))


def test_the_limits_are_those_of_the_format():
    assert (MAX_DIGITS, MAX_FRACTION_DIGITS) == (1_000_000, 20_000)


def test_a_text_beyond_any_rational_is_refused_unread(monkeypatch):
    """At most 11 digits on both sides, a sign and a stroke: 24 characters."""
    monkeypatch.setattr(rational, "MAX_DIGITS", 11)
    for text, reason in (("x" * 24, "must be spelled"), ("x" * 25, "more than 11 digits")):
        with pytest.raises(ValueError, match=reason):
            parse_rational(text)


@pytest.mark.parametrize("text", ["x" * 50, "2/4" + "0" * 47])
def test_a_refusal_shows_the_first_forty_characters(text):
    with pytest.raises(ValueError, match="must be") as caught:
        parse_rational(text)
    assert str(caught.value).endswith(f", got {text[:40]!r}")


@pytest.fixture
def flint(monkeypatch):
    """Every number that flint is asked to read or spell, in place of flint."""
    asked = []
    fake = SimpleNamespace(fmpz=lambda number: asked.append(number) or number)
    monkeypatch.setitem(sys.modules, "flint", fake)
    return asked


def test_short_numbers_need_no_flint(flint):
    """Up to 600 digits are read, up to 1799 bits (542 digits) spelled by the interpreter alone."""
    assert parse_rational("7" * 600) == int("7" * 600)
    assert show_rational((1 << 1799) - 1) == str((1 << 1799) - 1)
    assert flint == []
    assert parse_rational("7" * 601) == int("7" * 601)
    assert show_rational(1 << 1799) == str(1 << 1799)
    assert flint == ["7" * 601, 1 << 1799]


def test_what_is_certainly_too_long_is_not_spelled(flint, monkeypatch):
    """Four bits a digit; 2000 bits may be 600 digits, 2001 bits are more than 500 in any case."""
    monkeypatch.setattr(rational, "MAX_DIGITS", 500)
    for bits, spelled in ((2000, True), (2001, False), (4000, False), (1 << 14, False)):
        with pytest.raises(ValueError, match="more than 500 digits"):
            show_rational((1 << bits) - 1)
        assert flint == ([(1 << bits) - 1] if spelled else [])
        flint.clear()
