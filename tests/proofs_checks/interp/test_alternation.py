"""Certificates of the most label changes: Kmax(1,1) = 1, Kmax(2,1) = 2, Kmax(3,1) = 4."""

from __future__ import annotations

from math import comb

import pytest

from constructions.interp.tiny import most_changes
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp.alternation import alternations


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
