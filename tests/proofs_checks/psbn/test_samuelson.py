"""Certificates of the largest normalised value of a batch."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.psbn.samuelson import samuelson_certificate
from proofs_checks.certificate import Rejected, check, seal


def made(n, square=None):
    return samuelson_certificate("psbn.T2", n, Fraction(n - 1 if square is None else square))


@pytest.mark.parametrize("n", [2, 3, 5, 12, 40, 64])
def test_the_square_is_n_minus_one(n):
    assert f"n={n}" in check(made(n)).summary


@pytest.mark.parametrize("n", [2, 3, 12])
@pytest.mark.parametrize("change", [-1, Fraction(-1, 100), Fraction(1, 100), 1])
def test_no_other_square_is_accepted(n, change):
    with pytest.raises(Rejected):
        check(made(n, n - 1 + change))


def test_a_negative_weight_is_named():
    with pytest.raises(Rejected, match="weight: must not be negative"):
        check(made(4, 2))


def test_a_bound_that_is_not_attained_is_named():
    with pytest.raises(Rejected, match="has the square 3, not 4"):
        check(made(4, 4))


@pytest.mark.parametrize(
    "batch", [["0", "0", "0"], ["2", "-1", "0"], ["1", "-1", "0"], ["2", "-1"]]
)
def test_batches_that_do_not_attain_it_are_rejected(batch):
    good = made(3)
    evidence = {**good["evidence"], "batch": batch}
    with pytest.raises(Rejected):
        check(seal(good["kind"], good["statement"], evidence))


def test_another_sum_of_squares_is_as_good():
    """n = 2: d_1^2 + d_2^2 - 2 d_1^2 = (d_1 + d_2)(d_2 - d_1), no squares at all."""
    good = made(2)
    assert good["evidence"]["squares"] == []
    more = [{"weight": "1/3", "form": ["1", "1"]}]
    evidence = {**good["evidence"], "squares": more, "multiplier": ["-4/3", "2/3"]}
    assert check(seal(good["kind"], good["statement"], evidence))


def test_every_small_change_is_rejected_or_changes_nothing(single_changes):
    good = made(4)
    for what, changed in single_changes(good, Random(4), 300):
        try:
            check(changed)
        except Rejected:
            continue
        assert changed["statement"] == good["statement"], (
            what
        )  # evidence may vary, the claim may not


@pytest.mark.parametrize("n", [1, 65, "4", True])
def test_sizes_out_of_range_are_rejected(n):
    good = made(4)
    with pytest.raises(Rejected):
        check(seal(good["kind"], {**good["statement"], "n": n}, good["evidence"]))
