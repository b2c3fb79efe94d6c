"""The edges of the referee of labellings by two small layers, on one point and (1, 1) units."""

from __future__ import annotations

import copy
from itertools import product

import pytest

from proofs_checks.certificate import Rejected
from proofs_checks.interp import two_layer_dichotomies
from proofs_checks.interp.two_layer_dichotomies import check

CLAIMS = (
    *("interp.K", "interp.K2", "interp.KMAX", "interp.NORM", "interp.SIX"),
    *("interp.W1", "interp.W2", "interp.W3"),
)


def network(weight, bias):
    """1{f > 0} = 1{relu(relu(weight x)) + bias > 0}."""
    layers = [([[0, weight]], "0"), ([[0, "1"]], "0"), ([[0, "1"]], bias)]
    return {"inputs": 1, "layers": [{"rows": [row], "bias": [b]} for row, b in layers]}


def falling(at):
    """1{x < at}: 1 - relu(relu(x - at + 1)) is above 0 left of at."""
    layers = [([[0, "1"]], str(1 - at)), ([[0, "1"]], "0"), ([[0, "-1"]], "1")]
    return {"inputs": 1, "layers": [{"rows": [row], "bias": [b]} for row, b in layers]}


CERTIFICATE = {
    "statement": {
        "claim": "interp.SIX",
        "widths": [1, 1],
        "points": ["0", "1"],
        "realisable": ["00", "01", "10", "11"],
    },
    "evidence": {
        "networks": [network("0", "0"), network("1", "0"), falling(1), network("0", "1")],
        "method": "one unit",
        "refuted": [],
    },
}
SUMMARY = "widths [1, 1] realise exactly 4 of 4 labellings of M=2 points"


def decide(statement=None, evidence=None):
    changed = copy.deepcopy(CERTIFICATE)
    return check(changed["statement"] | (statement or {}), changed["evidence"] | (evidence or {}))


def refused(statement=None, evidence=None):
    with pytest.raises(Rejected) as caught:
        decide(statement, evidence)
    return str(caught.value)


@pytest.mark.parametrize("claim", CLAIMS)
def test_these_claims_and_no_others_are_about_labellings_by_two_layers(claim):
    assert decide({"claim": claim}) == SUMMARY
    assert two_layer_dichotomies.CLAIMS == CLAIMS


def test_entries_are_refused_by_name():
    assert refused({"more": 1}) == "statement: unknown key 'more'"
    assert refused(None, {"more": 1}) == "evidence: unknown key 'more'"
    name = "statement.realisable"
    assert refused({"realisable": 1}) == f"{name}: must be an array, got 1"
    assert refused({"realisable": ["00", 1]}).startswith(f"{name}[1]: must be")
    assert refused(None, {"networks": 1}) == "evidence.networks: must be an array, got 1"
    assert refused(None, {"networks": []}) == "evidence.networks: must have 4 entries, got 0"


@pytest.mark.parametrize(
    "listed",
    [
        ["00", "01", "11", "10"],  # above its order
        ["01", "00", "10", "11"],
        ["00", "00", "01", "10", "11"],  # below, as it repeats
        ["00", "01", "10", "11", "11"],
    ],
)
def test_labellings_are_sorted_and_occur_once(listed):
    by_labels = dict(
        zip(
            CERTIFICATE["statement"]["realisable"],
            CERTIFICATE["evidence"]["networks"],
            strict=True,
        )
    )
    networks = [by_labels[labels] for labels in listed]
    reason = refused({"realisable": listed}, {"networks": networks})
    assert reason == "statement.realisable: must be sorted and without repetition"


@pytest.mark.parametrize("labels", ["00", "01", "10", "11"])
def test_each_network_has_to_show_its_own_labelling(labels):
    at = CERTIFICATE["statement"]["realisable"].index(labels)
    networks = list(CERTIFICATE["evidence"]["networks"])
    for other in (0, 1, 2, 3):
        changed = [*networks[:at], networks[other], *networks[at + 1 :]]
        if other == at:
            assert decide(None, {"networks": changed}) == SUMMARY
        else:
            reason = f"evidence.networks: the one for {labels} labels the points differently"
            assert refused(None, {"networks": changed}) == reason


@pytest.mark.parametrize("M", [12, 13])
def test_twelve_points_are_the_most(M):
    points = [str(i) for i in range(M)]
    every = ["".join(one) for one in product("01", repeat=M)] if M == 12 else []
    few = [y for y in every if y in ("0" * M, "1" * M) or y.lstrip("0") == "1" * y.count("1")]
    falls = [y for y in every if y.rstrip("0") == "1" * y.count("1") and y not in few]
    listed = sorted([*few, *falls])
    networks = []
    for y in listed:
        ones = y.count("1")
        if ones in (0, M):
            networks.append(network("0", str(ones)))
        elif y[0] == "1":
            networks.append(falling(ones))
        else:
            step = network("1", "0")
            step["layers"][0]["bias"] = [str(-(M - ones - 1))]
            networks.append(step)
    changed = {"points": points, "realisable": listed}
    if M == 12:
        assert decide(changed, {"networks": networks}).endswith(
            "24 of 4096 labellings of M=12 points"
        )
    else:
        assert refused(changed) == "statement.points: at most 12, got 13"
