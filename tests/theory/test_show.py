"""Witnesses print the same in every run, and never too long."""

import json
from dataclasses import dataclass
from fractions import Fraction

import pytest

from theory._core.show import LONGEST, plain, show


@dataclass(frozen=True)
class Point:
    x: Fraction
    name: str


class Broken:
    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(-3, 4), "-3/4"),
        (Fraction(2), "2/1"),
        ((Fraction(1, 2),), "(1/2,)"),
        ((), "()"),
        ([], "[]"),
        ({"a": [Fraction(1, 3), True]}, "{'a': [1/3, True]}"),
        ({3, 1, 2}, "{1, 2, 3}"),
        (frozenset("ba"), "{'a', 'b'}"),
        (Point(Fraction(1, 2), "p"), "Point(x=1/2, name='p')"),
        (1 << 10_000, "<integer of 10001 bits>"),
        (Fraction(1, 3**20_000), "1/<integer of 31700 bits>"),
        (Broken(), "<Broken: not printable>"),
        ([Broken()], "[<Broken: not printable>]"),
        (list(range(60)), str(list(range(50)))[:-1] + ", ... 10 more]"),
    ],
)
def test_values_read_plainly(value, text):
    assert show(value) == text


def test_addresses_are_left_out():
    assert show(object()) == "<object object>"


def test_what_is_long_or_deep_is_cut():
    assert len(show("x" * 10**6)) == LONGEST
    nested = []
    nested.append(nested)
    assert show(nested) == "[[[[[[...]]]]]]"


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), [10**5000], {1: Fraction(1, 2)}, [Broken()], {"k": {1, 2}}, Point],
)
def test_plain_data_is_always_strict_json(value):
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == plain(value)


def test_plain_data_keeps_what_json_can_say():
    given = {"a": [1, 2.5, None, True, "text"]}
    assert plain(given) == given
