"""Certificates of Kmax for small widths: both sides are derived, tampering shows."""

from __future__ import annotations

import copy
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from constructions.interp.tiny_two_layer_changes import STORED, attaining, most_changes
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp.two_layer import upper_bound

#: Exact maxima and the methods that prove them.
KNOWN = {
    ((1,), "pieces"): 1, ((2,), "pieces"): 2, ((3,), "pieces"): 4, ((4,), "pieces"): 5,
    ((1, 1), "one unit"): 1, ((1, 2), "one unit"): 2, ((2, 1), "one unit"): 2,
    ((1, 3), "one unit"): 4, ((3, 1), "one unit"): 4, ((4, 1), "one unit"): 5,
    ((2, 2), "pieces"): 6, ((2, 2), "intervals"): 6, ((3, 2), "intervals"): 8,
    ((4, 2), "intervals"): 10, ((2, 3), "pieces"): 8,
}  # fmt: skip
MAXIMA = {widths: changes for (widths, _), changes in KNOWN.items()}


@pytest.fixture(scope="module")
def pieces():
    return most_changes((2, 2), "pieces")


@pytest.fixture(scope="module")
def intervals():
    return most_changes((3, 2), "intervals")


@pytest.mark.parametrize(("widths", "method"), KNOWN)
def test_the_known_maxima_are_certified(widths, method):
    certificate = most_changes(widths, method)
    accepted = check(certificate, claim="interp.KMAX")
    assert certificate["statement"]["changes"] == KNOWN[widths, method]
    assert f"{list(widths)}: {KNOWN[widths, method]} label changes" in accepted.summary


@pytest.mark.parametrize(
    ("widths", "method", "bound"),
    [
        ((2,), "pieces", 3),
        ((3,), "pieces", 4),
        ((2, 2), "intervals", 9),  # three intervals of three changes each
        ((3, 2), "intervals", 12),
        ((2, 1), "one unit", 3),
        ((2, 2), "pieces", 9),  # three zeros for each of two units, 2 + 6 breakpoints
    ],
)
def test_without_refutations_only_the_number_of_pieces_counts(widths, method, bound):
    assert upper_bound(widths, method, lambda rows, new: not any(new)) == bound


@pytest.mark.parametrize("changes", [5, 7])
def test_another_number_of_changes_is_rejected(pieces, changes):
    statement = {**pieces["statement"], "changes": changes}
    with pytest.raises(Rejected, match="bounds the changes by 6"):
        check(seal(pieces["kind"], statement, pieces["evidence"]))


def test_a_bound_that_no_network_attains_is_rejected():
    """(2, 4) is bounded by 11 without any refutation but that of two units; 10 are known."""
    two = most_changes((2,), "pieces")["evidence"]["refuted"]
    net, points = attaining((2, 4))
    evidence = {
        "method": "pieces",
        "refuted": two,
        "points": list(map(str, points)),
        "network": net.to_json(),
    }
    statement = {"claim": "interp.KMAX", "widths": [2, 4], "changes": 11}
    with pytest.raises(Rejected, match="not 11 changes"):
        check(seal("interp.two_layer", statement, evidence))


def test_of_the_refutations_some_are_spare_and_each_of_the_rest_is_needed(pieces):
    def accepted(refuted):
        evidence = {**pieces["evidence"], "refuted": refuted}
        try:
            check(seal(pieces["kind"], pieces["statement"], evidence))
        except Rejected:
            return False
        return True

    needed = list(pieces["evidence"]["refuted"])
    for entry in list(needed):
        fewer = [other for other in needed if other is not entry]
        needed = fewer if accepted(fewer) else needed
    assert len(needed) >= 2  # one for two units in a layer, one for two units after two
    for entry in needed:
        assert not accepted([other for other in needed if other is not entry])


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        ("statement", {"widths": []}, "1 to 2 numbers"),
        ("statement", {"widths": [2, 2, 2]}, "1 to 2 numbers"),
        ("statement", {"widths": [2, 0]}, "at least 1"),
        ("statement", {"widths": [2, 7]}, "at most 6"),
        ("statement", {"widths": [3, 2]}, "bounds"),
        ("statement", {"claim": "interp.U1"}, "must be one of"),
        ("evidence", {"method": "one unit"}, "says nothing about"),
        ("evidence", {"method": "luck"}, "must be one of"),
        ("evidence", {"method": ["pieces"]}, "must be one of"),
        ("evidence", {"refuted": []}, "bounds"),
        ("evidence", {"points": ["0", "0"]}, "strictly increasing"),
        ("evidence", {"points": ["0", "1"]}, "not 6 changes"),
        ("evidence", {"network": attaining((2, 3))[0].to_json()}, "hidden widths"),
    ],
)
def test_a_wrong_entry_is_rejected(pieces, part, change, reason):
    changed = copy.deepcopy({"statement": pieces["statement"], "evidence": pieces["evidence"]})
    changed[part].update(change)
    with pytest.raises(Rejected, match=reason):
        check(seal(pieces["kind"], changed["statement"], changed["evidence"]))


@pytest.mark.parametrize("name", ["pieces", "intervals"])
def test_every_sampled_change_is_rejected_or_still_a_proof_of_a_true_statement(
    name, request, single_changes, naive
):
    certificate = request.getfixturevalue(name)
    accepted = rejected = 0
    for where, changed in single_changes(certificate, Random(3), 400):
        try:
            check(changed)
        except Rejected:
            rejected += 1
            continue
        accepted += 1
        statement, evidence = changed["statement"], changed["evidence"]
        assert MAXIMA[tuple(statement["widths"])] == statement["changes"], where
        assert _naive_changes(naive, evidence) == statement["changes"], where
        for entry in evidence["refuted"]:  # each set of multipliers still adds up to nothing
            y = [Fraction(x) for x in entry["multipliers"]]
            columns = zip(*entry["rows"], strict=True)
            assert min(y) >= 0 < sum(y), where
            assert all(sum(a * b for a, b in zip(c, y, strict=True)) == 0 for c in columns), where
    assert rejected > 150
    assert accepted > 5


def test_random_networks_never_change_more_often():
    """A search that knows no cells: small integer weights, labels along a fine grid of inputs."""
    rng, seen = Random(1), {}
    for widths in ((2, 1), (1, 2), (2, 2), (3, 2), (2, 3)):
        for _ in range(80):
            changes = _drawn_changes(widths, rng)
            seen[widths] = max(seen.get(widths, 0), changes)
            assert changes <= MAXIMA[widths]
    assert seen[2, 1] == seen[1, 2] == 2
    assert seen[2, 2] >= 2


def test_all_stored_networks_are_tried():
    assert {w for w, _ in KNOWN if len(w) == 1 or min(w) > 1} | {(2, 4)} == set(STORED)


def _naive_changes(naive, evidence):
    points = [Fraction(p) for p in evidence["points"]]
    assert points == sorted(set(points))
    labels = [naive.outputs(evidence["network"], [p])[0] > 0 for p in points]
    return sum(one != two for one, two in pairwise(labels))


def _drawn_changes(widths, rng):
    # Eighths as integers: biases are multiplied by 8 as well.
    sizes, values = (1, *widths, 1), [list(range(-160, 161))]
    for k, (before, after) in enumerate(pairwise(sizes)):
        rows = [
            ([rng.randint(-4, 4) for _ in range(before)], 8 * rng.randint(-20, 20))
            for _ in range(after)
        ]
        values = [
            [b + sum(w * v[j] for w, v in zip(row, values, strict=True)) for j in range(321)]
            for row, b in rows
        ]
        if k + 2 < len(sizes):
            values = [[max(x, 0) for x in line] for line in values]
    (f,) = values
    ordered = sorted(set(f))
    middle = ordered[len(ordered) // 2]
    return max(
        sum((a > tau) != (b > tau) for a, b in pairwise(f)) for tau in (0, middle, ordered[0])
    )
