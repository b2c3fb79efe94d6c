"""Certificates of all labellings by widths (2, 2): the set is exact, tampering shows."""

from __future__ import annotations

import copy
from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest

from constructions.interp.tiny_two_layer import enumerate_dichotomies
from proofs_checks.certificate import Rejected, check, seal

NEAR = [Fraction(0), Fraction(1, 2**40), Fraction(1, 3), Fraction(1, 2), Fraction(7, 8),
        Fraction(1), Fraction(2), Fraction(1000)]  # fmt: skip


def few_changes(M):
    """Labellings with at most six changes, by counting."""
    every = map("".join, product("01", repeat=M))
    return [y for y in every if sum(a != b for a, b in pairwise(y)) <= 6]


@pytest.fixture(scope="module")
def eight():
    return enumerate_dichotomies(NEAR, "interp.SIX")


@pytest.fixture(scope="module")
def three():
    return enumerate_dichotomies((0, 1, 3), "interp.SIX")


def test_all_but_the_two_alternating_labellings_of_eight_points(eight):
    assert eight["statement"]["realisable"] == few_changes(8)
    assert "exactly 254 of 256 labellings of M=8 points" in check(eight, "interp.SIX").summary
    assert set(map("".join, product("01", repeat=8))) - set(few_changes(8)) == {"01" * 4, "10" * 4}


def test_random_small_networks_realise_nothing_that_was_excluded(eight, naive):
    """Weights in -6..6 and biases in -40..40, points 0..7: alternation never turns up."""
    rng, seen = Random(0), set()
    statement = enumerate_dichotomies(range(8), "interp.SIX")["statement"]
    for _ in range(4000):
        first = [(rng.choice((1, -1)), rng.randint(0, 7)) for _ in range(2)]
        second = [(rng.randint(-6, 6), rng.randint(-6, 6), rng.randint(-40, 40)) for _ in range(2)]
        v, c, labels = (rng.choice((1, -1)), rng.choice((1, -1))), rng.randint(-20, 20), ""
        for x in range(8):
            h = [max(s * (x - t), 0) for s, t in first]
            g = [max(a * h[0] + b * h[1] + d, 0) for a, b, d in second]
            labels += "01"[v[0] * g[0] + v[1] * g[1] + c > 0]
        seen.add(labels)
    assert seen <= set(statement["realisable"])
    assert len(seen) > 40


def test_a_realisable_labelling_that_is_not_listed_is_missed(eight):
    statement, evidence = copy.deepcopy(eight["statement"]), copy.deepcopy(eight["evidence"])
    del statement["realisable"][85], evidence["networks"][85]
    with pytest.raises(Rejected, match="neither realised nor refuted"):
        check(seal(eight["kind"], statement, evidence))


def test_an_unrealisable_labelling_cannot_be_listed(eight):
    statement, evidence = copy.deepcopy(eight["statement"]), copy.deepcopy(eight["evidence"])
    statement["realisable"] = sorted([*statement["realisable"], "01" * 4])
    at = statement["realisable"].index("01" * 4)
    evidence["networks"].insert(at, evidence["networks"][at])
    with pytest.raises(Rejected, match="the one for 01010101"):
        check(seal(eight["kind"], statement, evidence))


def test_without_refutations_the_alternating_labellings_stay_open(eight):
    evidence = {**eight["evidence"], "refuted": []}
    with pytest.raises(Rejected, match="neither realised nor refuted"):
        check(seal(eight["kind"], eight["statement"], evidence))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"widths": [2]}, "2 to 2 numbers"),
        ({"widths": [2, 3]}, "hidden widths"),
        ({"points": ["0", "3", "1"]}, "strictly increasing"),
        ({"points": [str(i) for i in range(13)]}, "at most 12"),
        ({"realisable": []}, "must have 0 entries"),
        ({"claim": "interp.U1"}, "must be one of"),
    ],
)
def test_a_wrong_statement_is_rejected(three, change, reason):
    with pytest.raises(Rejected, match=reason):
        check(seal(three["kind"], {**three["statement"], **change}, three["evidence"]))


def test_every_sampled_change_is_rejected_or_still_a_proof(three, single_changes, naive):
    accepted = rejected = 0
    for where, changed in single_changes(three, Random(4), 300):
        try:
            check(changed)
        except Rejected:
            rejected += 1
            continue
        accepted += 1
        statement, networks = changed["statement"], changed["evidence"]["networks"]
        points = [Fraction(p) for p in statement["points"]]
        assert points == sorted(set(points)), where
        assert statement["realisable"] == few_changes(3), where
        assert statement["widths"] == [2, 2], where
        for labels, network in zip(statement["realisable"], networks, strict=True):
            values = [naive.outputs(network, [p])[0] for p in points]
            assert "".join("01"[value > 0] for value in values) == labels, where
    assert rejected > 120
    assert accepted > 5
