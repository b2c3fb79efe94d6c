"""Certificates of the dichotomies of tiny classes: both halves are re-derived, tampering shows."""

from __future__ import annotations

import copy
from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest

from constructions.interp.tiny import enumerate_dichotomies, most_changes
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp import dichotomies

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


# -- edges ----------------------------------------------------------------------------------------

CLAIMS = ["K", "NEST", "SON", "W0", "W1", "W2", "W3"]


def refused(certificate, statement=None, evidence=None):
    """The reason against a certificate with some entries of its two halves replaced."""
    with pytest.raises(Rejected) as caught:
        dichotomies.check(
            {**certificate["statement"], **(statement or {})},
            {**certificate["evidence"], **(evidence or {})},
        )
    return str(caught.value)


def test_the_summary_counts_units_and_labellings(one, two):
    bare = dichotomies.check(one["statement"], one["evidence"])
    assert bare == "1 unit realises exactly 6 of 8 labellings of M=3 points"
    bare = dichotomies.check(two["statement"], two["evidence"])
    assert bare == "2 units realise exactly 14 of 16 labellings of M=4 points"


def test_the_claims_are_those_about_labels(one):
    for name in CLAIMS:
        assert dichotomies.check({**one["statement"], "claim": f"interp.{name}"}, one["evidence"])
    listed = ", ".join(f"interp.{name}" for name in CLAIMS)
    message = refused(one, {"claim": "interp.U1"})
    assert message == f"statement.claim: must be one of {listed}, got 'interp.U1'"


def test_entries_are_refused_by_name(one):
    assert refused(one, {"more": 1}) == "statement: unknown key 'more'"
    assert refused(one, {"units": 0}) == "statement.units: must be at least 1, got 0"
    assert refused(one, {"realisable": {}}).startswith("statement.realisable: must be an array")
    assert refused(one, {"realisable": ["0"]}).startswith("statement.realisable[0]: must be 3")
    assert refused(one, None, {"more": 1}) == "evidence: unknown key 'more'"
    assert refused(one, None, {"networks": []}) == "evidence.networks: must have 6 entries, got 0"
    assert refused(one, None, {"refuted": {}}).startswith("evidence.refuted: must be an array")
    assert refused(one, None, {"refuted": [0]}).startswith("evidence.refuted[0]: must be an object")


@pytest.mark.parametrize("order", [[1, 0, 2, 3, 4, 5], [5, 1, 2, 3, 4, 0], [0, 0, 1, 2, 3, 4, 5]])
def test_labellings_are_listed_once_and_in_order(one, order):
    """Whether what comes first is too large or too small."""
    listed = [one["statement"]["realisable"][i] for i in order]
    networks = [one["evidence"]["networks"][i] for i in order]
    message = refused(one, {"realisable": listed}, {"networks": networks})
    assert message == "statement.realisable: must be sorted and without repetition"


def entry(subset, labels, multipliers):
    return {"subset": subset, "labels": labels, "multipliers": multipliers}


BALANCED = [["2", "3", "1"], ["1", "1", "0"], ["0", "1", "1"]]  # of the points 0, 1, 3


def test_at_most_as_many_refutations_as_labellings_are_read(one):
    more = entry([0, 1, 2], "010", BALANCED)
    for number in (6, 7, 8):
        listed = [*one["evidence"]["refuted"][:2], *[more] * (number - 2)]
        assert dichotomies.check(one["statement"], {**one["evidence"], "refuted": listed})
    message = refused(one, None, {"refuted": [more] * 9})
    assert message == "evidence.refuted: at most 8 labellings of 3 points, got 9"


@pytest.mark.parametrize(
    ("subset", "reason"),
    [
        ([], "must be increasing and not empty"),
        ([0, 0, 1], "must be increasing and not empty"),
        ([1, 0, 2], "must be increasing and not empty"),
        ([0, 2, 1], "must be increasing and not empty"),
        ([2, 1, 0], "must be increasing and not empty"),
        ([-1, 1, 2], "must be at least 0, got -1"),
        ([0, 1, 3], "must be at most 2, got 3"),
        ([0, 1, 2.0], "must be an integer, got 2.0"),
        ([False, 1, 2], "must be an integer, got False"),
        ({}, "must be an array, got dict of 0"),
    ],
)
def test_a_subset_is_a_set_of_places(one, subset, reason):
    listed = [entry(subset, "010", BALANCED)]
    assert refused(one, None, {"refuted": listed}) == f"evidence.refuted[0].subset: {reason}"


def test_the_places_of_four_points_end_at_three(two):
    for place in (4, 5):
        listed = [entry([0, 1, place], "010", BALANCED)]
        reason = f"evidence.refuted[0].subset: must be at most 3, got {place}"
        assert refused(two, None, {"refuted": listed}) == reason


def test_a_refutation_has_labels_for_its_subset_and_holds_for_it(one):
    for labels in ("01", "0100", "0x0", ""):
        listed = [entry([0, 1, 2], labels, BALANCED)]
        message = refused(one, None, {"refuted": listed})
        assert message == "evidence.refuted[0].labels: must be 3 characters 0 or 1"
    listed = [entry([0, 1, 2], "001", BALANCED)]
    assert "blocks nothing" in refused(one, None, {"refuted": listed})
    message = refused(one, None, {"refuted": [{**listed[0], "more": 1}]})
    assert message == "evidence.refuted[0]: unknown key 'more'"


def test_a_refutation_speaks_for_labellings_that_agree_with_it_and_no_others():
    """On the points 0, 1, 3 of four, 0?1?0 on the right places."""
    part = ((0, 1, 3), "010")
    agreeing = {labels for labels in map("".join, product("01", repeat=4))
                if dichotomies._agrees(labels, part)}  # fmt: skip
    assert agreeing == {"0100", "0110"}
    with pytest.raises(ValueError, match=r"shorter|longer"):
        dichotomies._agrees("0100", ((0, 1), "010"))


def test_both_alternating_labellings_need_a_refutation(one):
    first, second = one["evidence"]["refuted"]
    assert {first["labels"], second["labels"]} == {"010", "101"}
    for alone, missing in ((first, second), (second, first)):
        message = refused(one, None, {"refuted": [alone]})
        assert message == f"evidence: {missing['labels']} is neither realised nor refuted"


def test_the_networks_are_those_of_their_labels(one):
    networks = one["evidence"]["networks"]
    message = refused(one, None, {"networks": [networks[1], networks[0], *networks[2:]]})
    assert message == "network for 000: labels point 2 differently"


def test_the_size_is_looked_at_before_anything_is_listed(one):
    many = [str(i) for i in range(13)]
    assert refused(one, {"points": many}) == "points: at most 12, got 13"
    assert refused(one, {"units": 101}) == "units: at most 100, got 101"
