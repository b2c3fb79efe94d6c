"""Certificates of exact networks: accepted when every value and every size is as stated."""

from __future__ import annotations

import copy
from fractions import Fraction
from random import Random

import pytest

from proofs_checks.certificate import Rejected, check, seal

KIND = "interp.exact_network"
TENT = {
    "inputs": 1,
    "layers": [
        {"rows": [[[0, "1"]], [[0, "1"]]], "bias": ["0", "-1/2"]},
        {"rows": [[[0, "2"], [1, "-4"]]], "bias": ["0"]},
    ],
}
STATEMENT = {
    "claim": "interp.U1",
    "points": [["0"], ["1/3"], ["1/2"], ["1"]],
    "labels": ["0", "2/3", "1", "0"],
    "parameters": 7,
    "depth": 1,
    "width": 2,
}


def decide(statement, network=TENT):
    return check(seal(KIND, statement, {"network": network}))


def test_the_tent_map_is_accepted_and_its_sizes_are_in_the_summary(naive):
    summary = decide(STATEMENT).summary
    assert "N=4 points in dimension d=1" in summary
    assert "P=7" in summary
    assert "L=1" in summary
    assert "W=2" in summary
    assert naive.genuine(seal(KIND, STATEMENT, {"network": TENT}))


def test_one_point_and_a_constant_is_the_smallest_case():
    network = {"inputs": 2, "layers": [{"rows": [[]], "bias": ["-1/7"]}]}
    smallest = {**STATEMENT, "points": [["0", "0"]], "labels": ["-1/7"]}
    assert decide({**smallest, "parameters": 3, "depth": 0, "width": 0}, network)


def test_points_nearer_than_any_float_are_told_apart():
    tiny = Fraction(1, 2**1000)
    network = {"inputs": 1, "layers": [{"rows": [[[0, str(2**1000)]]], "bias": ["0"]}]}
    statement = {
        **STATEMENT,
        "points": [["0"], [str(tiny)]],
        "parameters": 2,
        "depth": 0,
        "width": 0,
    }
    assert decide({**statement, "labels": ["0", "1"]}, network)
    with pytest.raises(Rejected, match="point 1"):
        decide({**statement, "labels": ["0", "0"]}, network)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"points": [["0"], ["1/3"], ["1/3"], ["1"]]}, "must be distinct"),
        ({"points": []}, "at least one point"),
        ({"points": [["0"], ["1/3"], ["1/2"]]}, "labels: must have 3 entries"),
        ({"points": [["0"], ["1/3"], ["1/2"], ["1", "0"]]}, r"points\[3\]: must have 1 entries"),
        ({"points": [["0", "0"]] , "labels": ["0"]}, "must have 2 inputs"),
        ({"labels": ["0", "2/3", "1", "1/1000"]}, "label at point 3"),
        ({"labels": ["0", "2/3", "1", "0/1"]}, "lowest terms"),
        ({"labels": ["0", "2/3", "1", 0]}, "must be a string"),
        ({"parameters": 6}, "the network has 7, not 6"),
        ({"parameters": 8}, "the network has 7, not 8"),
        ({"depth": 2}, "the network has 1, not 2"),
        ({"width": 1}, "the network has 2, not 1"),
        ({"width": True}, "must be an integer"),
        ({"width": -2}, "at least 0"),
        ({"claim": "interp.D1"}, "must be one of"),
        ({"extra": 1}, "unknown key"),
    ],
)  # fmt: skip
def test_a_wrong_statement_is_rejected(change, reason):
    with pytest.raises(Rejected, match=reason):
        decide({**STATEMENT, **change})


def test_two_outputs_are_rejected():
    network = copy.deepcopy(TENT)
    network["layers"][1] = {"rows": [[], []], "bias": ["0", "0"]}
    with pytest.raises(Rejected, match="1 inputs and 1 output, got 1 and 2"):
        decide({**STATEMENT, "parameters": 10}, network)


def test_the_linear_upper_bound_is_not_certified_by_a_larger_network():
    points, labels = STATEMENT["points"][:2], STATEMENT["labels"][:2]
    two = {**STATEMENT, "points": points, "labels": labels}
    with pytest.raises(Rejected, match=r"allows 6 for N = 2, d = 1"):
        decide(two)
    assert decide({**two, "claim": "interp.LOOKUP"})


def test_every_single_change_is_rejected_or_still_a_genuine_proof(single_changes, naive):
    certificate = seal(KIND, STATEMENT, {"network": TENT})
    outcomes = {True: 0, False: 0}
    for where, changed in single_changes(certificate):
        try:
            check(changed)
        except Rejected:
            outcomes[False] += 1
        else:
            outcomes[True] += 1
            assert naive.genuine(changed), where
        with pytest.raises(Rejected, match=r"digest|statement"):
            check({**changed, "digest": certificate["digest"]})
    assert outcomes[False] > 250
    assert outcomes[True] > 0  # for example another claim's name that these nets also serve


def test_a_sample_of_changes_is_reproducible(single_changes):
    certificate = seal(KIND, STATEMENT, {"network": TENT})
    first, again = ([w for w, _ in single_changes(certificate, Random(3), 20)] for _ in range(2))
    assert first == again
    assert len(first) == 20


def test_the_claim_of_3N_parameters_is_borne_by_nets_of_that_size_and_no_larger():
    chain = {"inputs": 1, "layers": [{"rows": [[[0, "1"]]], "bias": ["0"]}] * 3}
    two = {"claim": "interp.U1", "points": [["0"], ["1"]], "labels": ["0", "1"]}
    assert decide({**two, "parameters": 6, "depth": 2, "width": 1}, chain)  # 3N + d - 1 = 6
    wide = {
        "inputs": 1,
        "layers": [
            {"rows": [[[0, "1"]], []], "bias": ["0", "0"]},
            {"rows": [[[0, "1"]]], "bias": ["0"]},
        ],
    }
    larger = {**two, "parameters": 7, "depth": 1, "width": 2}
    with pytest.raises(Rejected, match=r"interp\.U1 allows 6 for N = 2, d = 1"):
        decide(larger, wide)
    assert decide({**larger, "claim": "interp.LOOKUP"}, wide)


def padded(widths):
    """The identity of [0, oo) through hidden layers of these widths."""
    layers = [{"rows": [[[0, "1"]], *[[]] * (w - 1)], "bias": ["0"] * w} for w in (*widths, 1)]
    return {"inputs": 1, "layers": layers}


@pytest.mark.parametrize(
    ("N", "widths", "parameters"),
    [(4, (2, 2), 13), (6, (2, 3), 17), (7, (2, 4), 21), (1, (1, 1), 6)],
)
def test_two_layers_within_their_own_bound_are_accepted_for_it(N, widths, parameters):
    # p = q = 2: 2 * 2 + 4 + 4 + 1; p = 2, q = 3: 6 + 4 + 6 + 1; p = 2, q = 4: 8 + 4 + 8 + 1.
    statement = {
        "claim": "interp.U2",
        "points": [[str(i)] for i in range(N)],
        "labels": [str(i) for i in range(N)],
        "parameters": parameters,
        "depth": 2,
        "width": max(widths),
    }
    assert decide(statement, padded(widths))


def test_two_layers_beyond_their_own_bound_or_off_the_line_are_rejected_for_it():
    points = [[str(i)] for i in range(4)]
    statement = {
        **STATEMENT,
        "claim": "interp.U2",
        "points": points,
        "labels": ["0", "1", "2", "3"],
    }
    size = {"parameters": 17, "depth": 2, "width": 3}
    with pytest.raises(Rejected, match=r"interp\.U2 allows 13 for N = 4"):
        decide({**statement, **size}, padded((2, 3)))
    assert decide({**statement, **size, "claim": "interp.LOOKUP"}, padded((2, 3)))
    plane = {"inputs": 2, "layers": [{"rows": [[[0, "1"]]], "bias": ["0"]}]}
    flat = {"points": [["0", "0"]], "labels": ["0"], "parameters": 3, "depth": 0, "width": 0}
    with pytest.raises(Rejected, match="speaks of d = 1, got d = 2"):
        decide({**statement, **flat}, plane)


@pytest.mark.parametrize("claim", ["interp.K", "interp.V1", "interp.P1", "interp.D1"])
def test_a_claim_that_does_not_assert_networks_is_refused(claim):
    with pytest.raises(Rejected, match="claim"):
        decide({**STATEMENT, "claim": claim})
