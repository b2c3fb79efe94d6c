"""The edges of the referee of largest squares: names, sizes, and identities written out by hand."""

from __future__ import annotations

import pytest

from proofs_checks.certificate import Rejected
from proofs_checks.psbn import samuelson
from proofs_checks.psbn.samuelson import check

#: n = 2: d_1^2 + d_2^2 - 2 d_1^2 = (d_1 + d_2) (d_2 - d_1).
TWO = {
    "statement": {"claim": "psbn.T2", "n": 2, "square": "1"},
    "evidence": {"squares": [], "multiplier": ["-1", "1"], "batch": ["3", "-3"]},
}
#: n = 3: 2 |d|^2 - 3 d_1^2 = (d_2 - d_3)^2 + (d_1 + d_2 + d_3) (-d_1 + d_2 + d_3).
THREE = {
    "statement": {"claim": "psbn.T2", "n": 3, "square": "2"},
    "evidence": {
        "squares": [{"weight": "1", "form": ["0", "1", "-1"]}],
        "multiplier": ["-1", "1", "1"],
        "batch": ["2", "-1", "-1"],
    },
}


def decide(good, statement=None, evidence=None):
    return check(
        {**good["statement"], **(statement or {})}, {**good["evidence"], **(evidence or {})}
    )


def refused(good, statement=None, evidence=None):
    with pytest.raises(Rejected) as caught:
        decide(good, statement, evidence)
    return str(caught.value)


def test_a_square_may_be_written_with_another_weight():
    same = [{"weight": "1/36", "form": ["0", "6", "-6"]}]
    assert decide(THREE, evidence={"squares": same}) == decide(THREE)
    mixed = [{"weight": "1", "form": ["0", "2", "1"]}, {"weight": "1", "form": ["0", "1", "-2"]}]
    assert "differ" in refused(THREE, evidence={"squares": mixed})


def test_identities_by_hand_are_accepted():
    assert decide(TWO) == "n=2: the largest square of a normalised value is 1"
    assert decide(THREE) == "n=3: the largest square of a normalised value is 2"
    assert samuelson.CLAIMS == ("psbn.T2",)
    assert samuelson.MOST == 64


def test_entries_are_refused_by_name():
    assert refused(TWO, {"more": 1}) == "statement: unknown key 'more'"
    assert refused(TWO, {"claim": "psbn.T5"}).startswith("statement.claim: must be one of psbn.T2")
    assert refused(TWO, None, {"more": 1}) == "evidence: unknown key 'more'"
    for n, rule in ((1, "at least 2, got 1"), (65, "at most 64, got 65")):
        assert refused(TWO, {"n": n}) == f"statement.n: must be {rule}"
    assert refused(TWO, {"square": 1}) == "statement.square: must be a string, got 1"
    for key in ("multiplier", "batch"):
        assert refused(TWO, None, {key: ["1"]}) == f"evidence.{key}: must have 2 entries, got 1"
    assert refused(TWO, None, {"squares": 1}) == "evidence.squares: must be an array, got 1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"more": 1}, ": unknown key 'more'"),
        ({"weight": 1}, ".weight: must be a string, got 1"),
        ({"weight": "-1/9"}, ".weight: must not be negative, got -1/9"),
        ({"form": ["0", "1"]}, ".form: must have 3 entries, got 2"),
        ({"form": 1}, ".form: must be an array, got 1"),
    ],
)
def test_squares_are_refused_by_their_number(change, reason):
    (square,) = THREE["evidence"]["squares"]
    empty = {"weight": "0", "form": ["5", "0", "7"]}
    assert decide(THREE, None, {"squares": [empty, square]})
    squares = [empty, {**square, **change}]
    assert refused(THREE, None, {"squares": squares}) == f"evidence.squares[1]{reason}"


@pytest.mark.parametrize(
    ("multiplier", "squares", "place"),
    [
        (["0", "1"], [], "d_1 d_1"),
        (["-1", "2"], [], "d_1 d_2"),
        (["-1", "1"], [{"weight": "1", "form": ["0", "1"]}], "d_2 d_2"),
        (["-1", "1"], [{"weight": "2", "form": ["1", "0"]}], "d_1 d_1"),
        (["-2", "1"], [{"weight": "1", "form": ["1", "0"]}], "d_1 d_2"),
    ],
)
def test_forms_that_differ_are_told_where(multiplier, squares, place):
    evidence = {"multiplier": multiplier, "squares": squares}
    reason = f"evidence.squares: the forms differ at {place}"
    assert refused(TWO, None, evidence) == reason


@pytest.mark.parametrize(
    ("batch", "reason"),
    [
        (["2", "-1", "-2"], "deviations must sum to 0"),
        (["2", "-1", "0"], "deviations must sum to 0"),
        (["0", "0", "0"], "must not be constant"),
        (["1", "-1", "0"], "has the square 3/2, not 2"),
        (["0", "1", "-1"], "has the square 0, not 2"),
        (["-1", "2", "-1"], "has the square 1/2, not 2"),
    ],
)
def test_batches_are_refused_for_what_they_are(batch, reason):
    assert refused(THREE, None, {"batch": batch}) == f"evidence.batch: {reason}"
    assert decide(THREE, None, {"batch": ["-4/3", "2/3", "2/3"]})
