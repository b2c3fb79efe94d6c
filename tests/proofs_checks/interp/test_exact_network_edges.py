"""The edges of the referee of exact networks: which claims, which sizes, and what it says."""

from __future__ import annotations

import pytest

from proofs_checks.certificate import Rejected
from proofs_checks.interp import exact_network
from proofs_checks.interp.exact_network import check

CLAIMS = ("interp.D4", "interp.D4A", "interp.FOLD", "interp.LOOKUP", "interp.U1", "interp.U2")


def affine(inputs, outputs=1):
    """Every output is the sum of the inputs."""
    row = [[j, "1"] for j in range(inputs)]
    return {"inputs": inputs, "layers": [{"rows": [row] * outputs, "bias": ["0"] * outputs}]}


def stated(points, labels, **changed):
    sizes = {"parameters": len(points[0]) + 1, "depth": 0, "width": 0}
    return {"claim": "interp.FOLD", "points": points, "labels": labels, **sizes, **changed}


ONE = stated([["0"], ["5"]], ["0", "5"])


def refused(statement, evidence):
    with pytest.raises(Rejected) as caught:
        check(statement, evidence)
    return str(caught.value)


@pytest.mark.parametrize("claim", CLAIMS)
def test_these_claims_and_no_others_are_about_networks_on_given_points(claim):
    assert check({**ONE, "claim": claim}, {"network": affine(1)}).startswith("N=2 points")
    assert exact_network.CLAIMS == CLAIMS


def test_entries_are_refused_by_name():
    good = {"network": affine(1)}
    assert refused({**ONE, "more": 1}, good) == "statement: unknown key 'more'"
    assert refused(ONE, {}) == "evidence: the key 'network' is missing"
    for points, reason in (
        (0, "statement.points: must be an array, got 0"),
        ([], "statement.points: must hold at least one point"),
        ([0], "statement.points[0]: must be an array, got 0"),
        ([["0"], ["0", "1"]], "statement.points[1]: must have 1 entries, got 2"),
        ([["0"], ["1"], ["0"]], "statement.points: must be distinct"),
    ):
        assert refused({**ONE, "points": points}, good) == reason
    assert refused({**ONE, "labels": ["0"]}, good) == "statement.labels: must have 2 entries, got 1"
    for name in ("parameters", "depth", "width"):
        wrong = f"statement.{name}: must be at least 0, got -1"
        assert refused({**ONE, name: -1}, good) == wrong
        actual = ONE[name]
        wrong = f"statement.{name}: the network has {actual}, not {actual + 1}"
        assert refused({**ONE, name: actual + 1}, good) == wrong
    wrong = "network: does not take the stated label at point 1"
    assert refused({**ONE, "labels": ["0", "4"]}, good) == wrong


@pytest.mark.parametrize(
    ("inputs", "outputs"), [(1, 1), (3, 1), (2, 2), (2, 3)], ids=["fewer", "more", "two", "three"]
)
def test_a_network_has_the_dimension_of_the_points_and_one_output(inputs, outputs):
    plane = stated([["0", "1"], ["2", "3"]], ["1", "5"])
    assert check(plane, {"network": affine(2)})
    reason = f"network: must have 2 inputs and 1 output, got {inputs} and {outputs}"
    assert refused(plane, {"network": affine(inputs, outputs)}) == reason


def test_dimensions_and_numbers_of_points_beyond_a_byte_are_compared_by_value():
    d, N = 300, 300
    assert check(stated([["1"] * d], ["300"]), {"network": affine(d)})
    points = [[str(i)] for i in range(N)]
    assert check(stated(points, [str(i) for i in range(N)]), {"network": affine(1)})


@pytest.mark.parametrize("d", [1, 2, 3, 6])
@pytest.mark.parametrize("N", [1, 2, 5, 8])
def test_a_claim_about_any_points_allows_three_parameters_a_point_and_more_per_dimension(N, d):
    assert exact_network._most("interp.U1", N, d) == 3 * N + (d - 1)
    for claim in ("interp.D4", "interp.V1", "interp.U3"):
        assert exact_network._most(claim, N, d) is None


def test_on_the_line_the_least_rectangle_counts():
    for N in range(1, 60):
        shapes = [(p, q) for p in range(1, N + 1) for q in range(1, N + 1) if p * q >= N]
        least = min(p * q + 2 * p + 2 * q + 1 for p, q in shapes)
        assert exact_network._most("interp.U2", N, 1) == least
    for d in (2, 3):
        with pytest.raises(Rejected, match=f"interp.U2 speaks of d = 1, got d = {d}"):
            exact_network._most("interp.U2", 4, d)


def test_a_network_at_the_bound_of_its_claim_is_taken_and_one_parameter_more_is_not():
    """U1 allows 3 N + d - 1; a line has d + 1, and a hidden unit more costs d + 2."""
    hidden = {
        "inputs": 1,
        "layers": [
            {"rows": [[[0, "1"]], [[0, "-1"]]], "bias": ["0", "0"]},
            {"rows": [[[0, "1"], [1, "-1"]]], "bias": ["0"]},
        ],
    }
    size = {"parameters": 7, "depth": 1, "width": 2, "claim": "interp.U1"}
    for N in (1, 2, 3):
        statement = stated([[str(i)] for i in range(N)], [str(i) for i in range(N)], **size)
        if 3 * N < 7:
            reason = f"statement.parameters: interp.U1 allows {3 * N} for N = {N}, d = 1"
            assert refused(statement, {"network": hidden}) == reason
        else:
            assert check(statement, {"network": hidden}) == (
                f"N={N} points in dimension d=1 fitted exactly by P=7 parameters "
                "(depth L=1, width W=2)"
            )
    line = stated([["1"], ["2"]], ["1", "2"], claim="interp.U1")
    plane = stated([["1", "2"]], ["3"], claim="interp.U1")
    assert check(line, {"network": affine(1)})
    assert check(plane, {"network": affine(2)}), "3 = 3 N + d - 1 - 1"
