"""Numbers in summaries and reasons: every rational that a certificate may hold can be spelled."""

from __future__ import annotations

from fractions import Fraction

import pytest

from constructions.psbn.drift import DRIFT, root_certificate
from constructions.psbn.hazard import MODELS, Place, collapse_constant, time_certificate
from constructions.psbn.samuelson import samuelson_certificate
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.spelling import SHORT, brief, rounded

HUGE = Fraction(10**5000)
ENDS = Fraction(-1, 3), Fraction(2, 3)


@pytest.mark.parametrize(
    ("x", "spec", "text"),
    [
        (0, ".12g", "0"),
        (Fraction(1, 3), ".12g", "0.333333333333"),
        (Fraction(-1, 3), ".3g", "-0.333"),
        (Fraction(1, 50_000), ".1e", "2.0e-05"),
        (HUGE / 3, ".3g", "3.33e+4999"),
        (-HUGE / 3, ".1e", "-3.3e+4999"),
        (1 / HUGE, ".3g", "0"),  # as a float is
        ((HUGE + 1) / HUGE, ".12g", "1"),
        (10**400_000 + Fraction(1, 7), ".2g", "1e+400000"),
        (Fraction(7**600, 3**200), ".15g", "4.31095078266425e+411"),
    ],
)
def test_a_rational_is_rounded_as_a_float_is_or_further_out(x, spec, text):
    assert rounded(x, spec) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (7, "7"),
        (Fraction(-7, 2), "-7/2"),
        (SHORT - 1, "9" * 20),
        (SHORT, "about 1e+20"),
        (-SHORT, "about -1e+20"),
        (Fraction(1, SHORT - 1), "1/" + "9" * 20),
        (Fraction(3, SHORT + 1), "about 3e-20"),
        (HUGE, "about 1e+5000"),
    ],
)
def test_a_rational_is_shown_exactly_only_if_that_is_short(x, text):
    assert brief(x) == text


def changed(certificate, statement=(), evidence=()):
    parts = (
        {**certificate["statement"], **dict(statement)},
        {**certificate["evidence"], **dict(evidence)},
    )
    return seal(certificate["kind"], *parts)


@pytest.fixture(scope="module")
def mean_time():
    place = Place(Fraction(0), Fraction(1, 2), Fraction(1, 2))
    value = Fraction(collapse_constant("frozen", place)).limit_denominator(10**9)
    return time_certificate("psbn.T7", MODELS["frozen"], place, value, Fraction(1, 100))


def test_a_true_bound_beyond_all_floats_is_accepted(mean_time):
    """Every mean time is below 10^400: that no float says so is no reason against it."""
    summary = check(changed(mean_time, {"high": str(10**400)})).summary
    assert summary.endswith("e+400]")
    assert summary.startswith("c=1/2 r0=0 R=1/2: mean time / kappa in [1.41")


def test_a_place_that_is_too_long_to_spell_is_accepted(mean_time):
    text = "4" + "9" * 4499 + "/1" + "0" * 4500  # 1/2 - 10^-4500
    summary = check(changed(mean_time, {"c": text})).summary
    assert summary.startswith("c=about 0.5 r0=0")


def test_reasons_hold_numbers_of_any_length():
    five = samuelson_certificate("psbn.T2", 5, Fraction(4))
    squares = [{**five["evidence"]["squares"][0], "weight": "-" + "9" * 5000}]
    with pytest.raises(Rejected, match=r"weight: must not be negative, got about -1e\+5000"):
        check(changed(five, evidence={"squares": squares}))
    batch = ["9" * 3000, "-" + "9" * 3000, "0", "0", "0"]
    with pytest.raises(Rejected, match="has the square 5/2, not 4"):
        check(changed(five, evidence={"batch": batch}))


def test_ends_beyond_all_floats_are_named():
    wide = changed(root_certificate("psbn.T5", DRIFT, *ENDS), evidence={"beyond": str(10**400)})
    with pytest.raises(Rejected, match=r"not proved near r = -?[0-9.]+e\+[0-9]+"):
        check(wide)


def test_bounds_beyond_all_floats_are_bounds_of_divergences_and_of_transport():
    from random import Random

    from constructions.spgan.divergence_certificates import divergence_certificate
    from constructions.spgan.entropic_certificates import entropic_certificate
    from constructions.spgan.groups import cyclic
    from constructions.spgan.spaces import random_instance

    one = random_instance(cyclic(2), 2, Random(1))
    for made in (
        divergence_certificate("spgan.T1", 2, Fraction(1, 9), one),
        entropic_certificate("spgan.T4", one, Fraction(1)),
    ):
        statement = {**made["statement"], "high": "1" + "0" * 400}
        accepted = check(seal(made["kind"], statement, made["evidence"]))
        assert accepted.summary.endswith("1e+400]")
        with pytest.raises(Rejected, match=r"proves .* not -1e"):
            check(seal(made["kind"], {**statement, "high": "-1" + "0" * 400}, made["evidence"]))
