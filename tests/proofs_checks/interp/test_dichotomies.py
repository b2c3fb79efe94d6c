"""Certificates of the dichotomies of tiny classes: both halves are re-derived, tampering shows."""

from __future__ import annotations

import copy
from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest

from constructions.interp.tiny import enumerate_dichotomies, most_changes
from proofs_checks.certificate import Rejected, check, seal

F = Fraction
IRREGULAR = (F(0), F(1, 2**50), F(1, 3), F(1))


def with_at_most(changes, M):
    """One unit fits the labellings with one change or none, two units those with up to two."""
    every = map("".join, product("01", repeat=M))
    return [y for y in every if sum(a != b for a, b in pairwise(y)) <= changes]


@pytest.fixture(scope="module")
def one():
    return enumerate_dichotomies(1, (0, 1, 3))


@pytest.fixture(scope="module")
def two():
    return enumerate_dichotomies(2, IRREGULAR)


@pytest.fixture(scope="module")
def changes():
    return most_changes(1, IRREGULAR)


def test_the_realisable_labellings_are_those_with_few_changes(one, two):
    assert one["statement"]["realisable"] == with_at_most(1, 3)
    assert two["statement"]["realisable"] == with_at_most(2, 4)
    assert check(two).summary == "2 units realise exactly 14 of 16 labellings of M=4 points"
    assert check(one).summary.startswith("1 unit realises exactly 6 of 8")


def test_the_naive_checker_agrees_on_untouched_certificates(one, two, changes, naive):
    assert naive.genuine(one)
    assert naive.genuine(two)
    assert naive.genuine(changes)


def test_a_realisable_labelling_that_is_not_listed_is_missed(two):
    statement, evidence = copy.deepcopy(two["statement"]), copy.deepcopy(two["evidence"])
    del statement["realisable"][3], evidence["networks"][3]
    with pytest.raises(Rejected, match="neither realised nor refuted"):
        check(seal(two["kind"], statement, evidence))


def test_an_unrealisable_labelling_cannot_be_listed(two):
    statement, evidence = copy.deepcopy(two["statement"]), copy.deepcopy(two["evidence"])
    statement["realisable"] = sorted([*statement["realisable"], "0101"])
    evidence["networks"].insert(statement["realisable"].index("0101"), evidence["networks"][0])
    with pytest.raises(Rejected, match="network for 0101"):
        check(seal(two["kind"], statement, evidence))


def test_a_labelling_cannot_be_listed_twice(two):
    """The number of realisable labellings is read off the list."""
    statement, evidence = copy.deepcopy(two["statement"]), copy.deepcopy(two["evidence"])
    statement["realisable"].insert(3, statement["realisable"][3])
    evidence["networks"].insert(3, evidence["networks"][3])
    with pytest.raises(Rejected, match="without repetition"):
        check(seal(two["kind"], statement, evidence))


def test_as_many_units_as_one_likes_on_one_point_are_refused_at_once():
    """One cell, as long as the number of units: it must not be built."""
    statement = {"claim": "interp.K", "units": 10**9, "points": ["0"], "realisable": []}
    nothing = {"subset": [0], "labels": "0", "multipliers": []}
    with pytest.raises(Rejected, match="units: at most"):
        check(seal("interp.dichotomies", statement, {"networks": [], "refuted": [nothing]}))


def test_a_wider_network_does_not_realise_a_labelling_of_fewer_units(one, two):
    statement, evidence = copy.deepcopy(one["statement"]), copy.deepcopy(one["evidence"])
    network = evidence["networks"][0]
    network["layers"][0]["rows"].append([])
    network["layers"][0]["bias"].append("0")
    with pytest.raises(Rejected, match="1 hidden units"):
        check(seal(one["kind"], statement, evidence))


def test_the_evidence_of_an_easier_problem_is_rejected(one, two):
    with pytest.raises(Rejected):
        check(seal(one["kind"], {**one["statement"], "units": 2}, one["evidence"]))
    with pytest.raises(Rejected):
        check(seal(two["kind"], {**two["statement"], "units": 3}, two["evidence"]))
    with pytest.raises(Rejected):
        check(seal(two["kind"], two["statement"], one["evidence"]))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"units": 0}, "at least 1"),
        ({"units": True}, "must be an integer"),
        ({"points": ["0", "0", "1/3", "1"]}, "strictly increasing"),
        ({"realisable": []}, "must have 0 entries"),
        ({"claim": "interp.U1"}, "must be one of"),
    ],
)
def test_a_wrong_statement_is_rejected(two, change, reason):
    with pytest.raises(Rejected, match=reason):
        check(seal(two["kind"], {**two["statement"], **change}, two["evidence"]))


@pytest.mark.parametrize("name", ["one", "two", "changes"])
def test_every_sampled_change_is_rejected_or_still_a_genuine_proof(
    name, request, single_changes, naive
):
    certificate = request.getfixturevalue(name)
    accepted = rejected = 0
    for where, changed in single_changes(certificate, Random(11), 500):
        try:
            check(changed)
        except Rejected:
            rejected += 1
            continue
        accepted += 1
        assert naive.genuine(changed), where
        statement = changed["statement"]
        if "realisable" in statement:  # for one and two units the truth is known: count changes
            M = len(statement["points"])
            assert statement["realisable"] == with_at_most(statement["units"], M), where
        else:
            assert (statement["units"], statement["changes"]) in {(1, 1), (2, 2)}, where
    assert rejected > 150
    assert accepted > 5  # redundant multipliers and free weights can change


def test_the_order_of_the_refutations_does_not_matter_but_their_content_does(two):
    evidence = copy.deepcopy(two["evidence"])
    evidence["refuted"].reverse()
    assert check(seal(two["kind"], two["statement"], evidence))
    for i in range(len(evidence["refuted"])):
        shorter = {**evidence, "refuted": evidence["refuted"][:i] + evidence["refuted"][i + 1 :]}
        with pytest.raises(Rejected, match="neither realised nor refuted"):
            check(seal(two["kind"], two["statement"], shorter))
