"""Certificates of the most label changes: Kmax(1,1) = 1, Kmax(2,1) = 2, Kmax(3,1) = 4."""

from __future__ import annotations

import copy
from fractions import Fraction
from math import comb
from random import Random

import pytest

from constructions.interp.tiny import most_changes
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp import alternation, one_layer
from proofs_checks.interp.alternation import CLAIMS, alternations


def test_both_directions_of_every_subset_are_asked_for():
    assert alternations(3, 2) == [
        ((0, 1), "01"), ((0, 1), "10"),
        ((0, 2), "01"), ((0, 2), "10"),
        ((1, 2), "01"), ((1, 2), "10"),
    ]  # fmt: skip
    assert len(alternations(7, 4)) == 2 * comb(7, 4)
    assert alternations(3, 4) == []


@pytest.mark.parametrize(("units", "M", "most"), [(1, 1, 0), (1, 3, 1), (2, 4, 2), (3, 6, 4)])
def test_the_known_maxima_are_certified(units, M, most, naive):
    certificate = most_changes(units, range(M))
    assert certificate["statement"]["changes"] == most
    assert f"at most, and attained, {most} label changes" in check(certificate).summary
    assert units == 3 or naive.genuine(certificate)  # the naive one needs minutes for three units


def test_one_direction_alone_is_not_a_bound():
    certificate = most_changes(2, range(4))
    evidence = certificate["evidence"]
    for part in (evidence["refuted"][:1], evidence["refuted"][1:], evidence["refuted"][:1] * 2):
        with pytest.raises(Rejected, match="refuted"):
            check(
                seal(certificate["kind"], certificate["statement"], {**evidence, "refuted": part})
            )


@pytest.mark.parametrize("changes", [0, 1, 3])
def test_another_number_of_changes_is_rejected(changes):
    certificate = most_changes(2, range(4))
    statement = {**certificate["statement"], "changes": changes}
    with pytest.raises(Rejected):
        check(seal(certificate["kind"], statement, certificate["evidence"]))


def test_a_network_of_another_shape_is_rejected():
    certificate = most_changes(1, range(3))
    other = most_changes(2, range(3))["evidence"]["network"]
    two_inputs = {"inputs": 2, "layers": [{"rows": [[]], "bias": ["0"]}]}
    for network in (other, two_inputs):
        evidence = {**certificate["evidence"], "network": network}
        changed = seal(certificate["kind"], certificate["statement"], evidence)
        with pytest.raises(Rejected, match="network"):
            check(changed)


# -- edges ----------------------------------------------------------------------------------------

UNEVEN = (Fraction(0), Fraction(1, 2**50), Fraction(1, 3), Fraction(1))


@pytest.fixture(scope="module")
def one():
    return most_changes(1, UNEVEN)


@pytest.fixture(scope="module")
def two():
    return most_changes(2, range(4))


def refused(certificate, statement=None, evidence=None):
    """The reason against a certificate with some entries of its two halves replaced."""
    with pytest.raises(Rejected) as caught:
        alternation.check(
            {**certificate["statement"], **(statement or {})},
            {**certificate["evidence"], **(evidence or {})},
        )
    return str(caught.value)


def test_the_summary_says_how_many_units_changes_and_points(one, two):
    bare = alternation.check(one["statement"], one["evidence"])
    assert bare == "1 unit has at most, and attained, 1 label changes at these M=4 points"
    bare = alternation.check(two["statement"], two["evidence"])
    assert bare == "2 units have at most, and attained, 2 label changes at these M=4 points"


def test_the_claims_are_those_about_label_changes(one):
    assert CLAIMS == ("interp.K", "interp.K2")
    for claim in CLAIMS:
        assert alternation.check({**one["statement"], "claim": claim}, one["evidence"])
    assert refused(one, {"claim": "interp.D1"}).startswith(
        "statement.claim: must be one of interp.K,"
    )


def test_entries_of_the_statement_are_refused_by_name(one):
    assert refused(one, {"more": 1}) == "statement: unknown key 'more'"
    assert refused(one, {"units": 0}) == "statement.units: must be at least 1, got 0"
    assert refused(one, {"units": True}).startswith("statement.units: must be an integer")
    assert refused(one, {"units": 101}) == "units: at most 100, got 101"
    assert refused(one, {"changes": -1}) == "statement.changes: must be at least 0, got -1"
    assert refused(one, {"changes": 4}) == "statement.changes: must be at most 3, got 4"
    assert refused(one, {"changes": 3}).startswith("network: labels the points ")
    assert refused(one, {"points": ["1", "0"]}).startswith("statement.points: must be strictly")
    many = [str(i) for i in range(13)]
    assert refused(one, {"points": many}) == "points: at most 12, got 13"


def test_entries_of_the_evidence_are_refused_by_name(one):
    refuted = one["evidence"]["refuted"]
    assert refused(one, None, {"more": 1}) == "evidence: unknown key 'more'"
    assert (
        refused(one, None, {"refuted": {}}) == "evidence.refuted: must be an array, got dict of 0"
    )
    short = refused(one, None, {"refuted": refuted[1:]})
    assert short == f"evidence.refuted: must have {len(refuted)} entries, got {len(refuted) - 1}"
    extra = refused(one, None, {"refuted": [{**refuted[0], "more": 1}, *refuted[1:]]})
    assert extra == "evidence.refuted[0]: unknown key 'more'"


@pytest.mark.parametrize("place", [0, 1, 5, 7])
def test_every_refutation_is_of_its_own_subset_and_labels(one, place):
    """Later and earlier ones alike: not what is larger or smaller is wrong, but what is another."""
    refuted = one["evidence"]["refuted"]
    wanted = refuted[place]
    changes = [
        {"labels": other} for other in ("010", "101", "000", "111") if other != wanted["labels"]
    ]
    changes += [{"subset": s} for s in ([0, 1, 2], [1, 2, 3], [0, 2, 3]) if s != wanted["subset"]]
    changes += [{"subset": s} for s in ([], [9], wanted["subset"][:2], [*wanted["subset"], 3])]
    for change in changes:
        listed = copy.deepcopy(refuted)
        listed[place] |= change
        message = refused(one, None, {"refuted": listed})
        labels, subset = wanted["labels"], tuple(wanted["subset"])
        assert message == f"evidence.refuted[{place}]: must refute {labels} on the points {subset}"


def test_the_multipliers_of_every_refutation_are_looked_at(one, two):
    for certificate in (one, two):
        for place in range(len(certificate["evidence"]["refuted"])):
            listed = copy.deepcopy(certificate["evidence"]["refuted"])
            listed[place]["multipliers"] = []
            assert "leave the cell" in refused(certificate, None, {"refuted": listed})


def test_the_network_has_to_have_the_shape_of_the_class(one):
    rule = "network: must have 1 input and 1 output"
    first, last = one["evidence"]["network"]["layers"]
    for inputs, layers, message in (
        (2, [first, last], rule),
        (1, [first, {"rows": last["rows"] * 2, "bias": last["bias"] * 2}], rule),
        (1, [first, first, last], "hidden units"),
        (1, [{"rows": first["rows"] * 2, "bias": first["bias"] * 2}, last], "hidden units"),
    ):
        network = {"inputs": inputs, "layers": layers}
        assert message in refused(one, None, {"network": network})


def test_the_changes_of_the_network_are_counted_exactly(two):
    """A network with one change bounds nothing from below by two, and none with two by one."""
    ramp = {"rows": [[[0, "1"]], [[0, "1"]]], "bias": ["-1/2", "0"]}
    once = {"inputs": 1, "layers": [ramp, {"rows": [[[0, "1"]]], "bias": ["0"]}]}
    message = "network: labels the points 0111, which is not 2 changes"
    assert refused(two, None, {"network": once}) == message
    assert "which is not 1 changes" in refused(two, {"changes": 1})
    assert "which is not 3 changes" in refused(two, {"changes": 3})


def test_no_refutations_are_needed_where_every_point_can_differ():
    few = most_changes(2, range(3))
    assert few["evidence"]["refuted"] == []
    assert few["statement"]["changes"] == 2
    assert alternations(3, 4) == []
    assert refused(few, None, {"refuted": [{}]}).startswith("evidence.refuted: must have 0 entries")


def test_the_size_is_looked_at_before_anything_is_listed(one, monkeypatch):
    monkeypatch.setattr(one_layer, "MAX_CELLS", 12)
    assert refused(one) == "units: 13 cells, more than 12"


def test_every_sampled_change_is_rejected_or_still_a_genuine_proof(one, two, single_changes, naive):
    for certificate in (one, two):
        accepted = 0
        for where, changed in single_changes(certificate, Random(5), 150):
            try:
                check(changed)
            except Rejected:
                continue
            accepted += 1
            assert naive.genuine(changed), where
        assert accepted < 60
