"""The edges of the referee of mean times, on diffusions whose mean times are known by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from proofs_checks.certificate import Rejected
from proofs_checks.psbn import collapse_time
from proofs_checks.psbn.collapse_time import check, effort

TWICE = {"Phi": ["2"], "phi": []}  # A = 2 Phi, which is 2 up to 10^-15 right of 8
NOTHING = {"Phi": [], "phi": []}
#: u'' = -1 from 8 to 9 with u(8) = 0, u'(9) = 0: u(9) = 1/2 and u(17/2) = 3/8.
STATEMENT = {
    "claim": "psbn.T7",
    "diffusion": TWICE,
    "drift": NOTHING,
    "c": "-8",
    "r0": "9",
    "R": "9",
    "low": "4999999999/10000000000",
    "high": "5000000001/10000000000",
}
EVIDENCE = {"steps": 2, "order": 8, "bits": 80}


def refused(statement=None, evidence=None):
    with pytest.raises(Rejected) as caught:
        check({**STATEMENT, **(statement or {})}, {**EVIDENCE, **(evidence or {})})
    return str(caught.value)


def around(value):
    """Ends 10^-10 below and above."""
    near = Fraction(1, 10**10)
    return {"low": str(Fraction(value) - near), "high": str(Fraction(value) + near)}


@pytest.mark.parametrize("claim", ["psbn.T7", "psbn.T7b"])
def test_these_claims_and_no_others_are_about_mean_times(claim):
    said = "c=-8 r0=9 R=9: mean time / kappa in [0.4999999999, 0.5000000001]"
    assert check({**STATEMENT, "claim": claim}, EVIDENCE) == said
    assert collapse_time.CLAIMS == ("psbn.T7", "psbn.T7b")


def test_the_limits_are_these():
    limits = (collapse_time.MOST_STEPS, collapse_time.MOST_ORDER, collapse_time.MOST_BITS)
    assert (*limits, collapse_time.LONGEST) == (2000, 60, 1000, 50)


def test_a_start_between_the_ends_has_the_time_of_the_parabola():
    """u = x (2 - x) / 2 with x = r - 8."""
    for r0, value in (("17/2", "3/8"), ("33/4", "7/32")):
        for order in (8, 9):
            assert check({**STATEMENT, "r0": r0, **around(value)}, {**EVIDENCE, "order": order})
        for wrong in (Fraction(value) + Fraction(1, 10**9), Fraction(value) - Fraction(1, 10**9)):
            assert "the mean time is" in refused({"r0": r0, **around(wrong)})


def test_a_constant_drift_to_the_left_shortens_the_way():
    """u'' - u' = -1, u(8) = 0, u'(9) = 0: u(9) = 1 - 1/e, as u' = 1 - exp(r - 9)."""
    from math import e

    left, more = {"Phi": ["-1"], "phi": []}, {"steps": 4, "order": 20, "bits": 80}
    value = Fraction(1 / e).limit_denominator(10**14)
    assert check({**STATEMENT, "drift": left, **around(value)}, more)
    right = {"Phi": ["1"], "phi": []}  # u' = exp(9 - r) - 1
    value = Fraction(e - 2).limit_denominator(10**14)
    assert check({**STATEMENT, "drift": right, **around(value)}, more)


def test_both_ends_of_the_interval_have_to_be_proved():
    """The time is 1/2 and less than 10^-14 more, as A is less than 2."""
    assert check({**STATEMENT, "low": "1/2", "high": "1"}, EVIDENCE)
    for low, high in (("0", "1/2"), ("5000000001/10000000000", "1"), ("1", "0")):
        reason = refused({"low": low, "high": high})
        assert reason.startswith("statement.low: the mean time is [0.5000")
        assert reason.endswith(", not proved within")


def test_entries_are_refused_by_name():
    assert refused({"more": 1}) == "statement: unknown key 'more'"
    assert refused(None, {"more": 1}) == "evidence: unknown key 'more'"
    for key in ("diffusion", "drift"):
        assert refused({key: 1}) == f"statement.{key}: must be an object, got 1"
    for key in ("c", "r0", "R", "low", "high"):
        assert refused({key: 1}) == f"statement.{key}: must be a string, got 1"
    for key, least, most in (("steps", 1, 2000), ("order", 2, 60), ("bits", 53, 1000)):
        name = f"evidence.{key}: must be at"
        assert refused(None, {key: least - 1}) == f"{name} least {least}, got {least - 1}"
        assert refused(None, {key: most + 1}) == f"{name} most {most}, got {most + 1}"
    assert effort({"steps": 1, "order": 2, "bits": 53}) == (1, 2, 53)
    assert effort({"steps": 2000, "order": 60, "bits": 1000}) == (2000, 60, 1000)


@pytest.mark.parametrize(
    ("c", "r0", "R", "good"),
    [
        ("-8", "8", "9", False), ("-8", "7", "9", False), ("-8", "10", "9", False),
        ("-8", "9", "9", True), ("50", "0", "50", True), ("-49", "50", "50", True),
        ("-49", "50", "101/2", False), ("101/2", "0", "1", False), ("0", "1", "51", False),
        ("51", "-51/2", "-1", False), ("50", "-99/2", "-49", True), ("51", "0", "51", False),
    ],
)  # fmt: skip
def test_a_place_lies_between_its_ends_and_these_not_far_out(c, r0, R, good):
    reason = refused({"c": c, "r0": r0, "R": R}, {"steps": 0})
    place = "statement.r0: must satisfy -c < r0 <= R, all at most 50"
    assert reason == ("evidence.steps: must be at least 1, got 0" if good else place)


def test_a_diffusion_is_positive_where_the_way_begins():
    reason = "statement.diffusion: must be positive at R"
    place = {"c": "1", "r0": "0", "R": "0"}
    for diffusion in ({"Phi": ["0", "1"], "phi": []}, {"Phi": ["-1"], "phi": []}, NOTHING):
        assert refused({**place, "diffusion": diffusion}) == reason
