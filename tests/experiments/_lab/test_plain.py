"""What is plain data and what is not."""

import json
import math
from collections import OrderedDict
from fractions import Fraction

import numpy as np
import pytest

from experiments._lab.plain import NotFinite, NotPlain, canonical, compact


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -(10**4000), 1.5, -0.0, 5e-324, "", "\ud800é\0", [], {}, [[], {"a": [None]}]],
)
def test_plain_data_come_back_as_they_were(value):
    for dump in (compact, canonical):
        back = json.loads(dump(value, "x"))
        assert back == value
        assert repr(back) == repr(value)


def test_tuples_come_back_as_lists_and_numbers_of_numpy_that_are_floats_as_floats():
    assert compact((1, (2,)), "x") == b"[1,[2]]"
    assert compact([np.float64(0.1)], "x") == b"[0.1]"


def test_canonical_text_does_not_depend_on_the_order_of_keys_and_compact_text_keeps_it():
    one, other = {"b": 1, "a": {"d": 2, "c": 3}}, {"a": {"c": 3, "d": 2}, "b": 1}
    assert canonical(one, "x") == canonical(other, "x")
    assert compact(one, "x") == b'{"b":1,"a":{"d":2,"c":3}}'
    assert compact(OrderedDict(b=1, a=2), "x") == b'{"b":1,"a":2}'


def test_one_and_one_point_zero_and_true_are_three_different_things():
    assert len({canonical(value, "x") for value in (1, 1.0, True, "1")}) == 4


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, np.float64("nan")])
def test_a_float_that_is_no_number_is_named_with_its_place(bad):
    with pytest.raises(NotFinite, match=r"metrics\.rows\[2\]\.x: must be finite, got (nan|-?inf)"):
        compact({"rows": [1, 2, {"x": bad}]}, "metrics")


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ({1: 2}, "x: keys must be text, got int"),
        ({None: 2}, "x: keys must be text, got NoneType"),
        ({"a": {1, 2}}, r"x\.a: must be plain data .* got set"),
        ([Fraction(1, 2)], r"x\[0\]: must be plain data .* got fractions.Fraction"),
        (np.int64(1), "got numpy.int64"),
        (np.zeros(2), "got numpy.ndarray"),
        (b"", "got bytes"),
        (1j, "got complex"),
    ],
)
def test_what_json_refuses_or_changes_is_named(bad, what):
    with pytest.raises(NotPlain, match=what) as caught:
        compact(bad, "x")
    assert not isinstance(caught.value, NotFinite)


def test_an_integer_too_long_to_be_printed_is_refused_in_every_place():
    for bad in (10**5000, [10**5000], {10**5000: 1}):
        with pytest.raises(NotPlain, match="x"):
            compact(bad, "x")


def test_data_that_contain_themselves_end():
    loop = []
    loop.append(loop)
    with pytest.raises(NotPlain, match="at most 100 deep"):
        compact(loop, "x")
