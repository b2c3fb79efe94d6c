"""Certificates of the one zero of P Phi + Q phi."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.psbn.drift import DRIFT, root_certificate
from proofs_checks.certificate import Rejected, check, seal

ROOT = Fraction("0.62203597641487266146844")  # to 23 digits, from the literature of this wing


def accepted(form, low, high):
    try:
        check(root_certificate("psbn.T5", form, Fraction(low), Fraction(high)))
    except Rejected:
        return False
    return True


@pytest.mark.parametrize("digits", [1, 5, 12, 20, 22])
def test_the_zero_of_the_drift_is_accepted_and_its_neighbours_are_not(digits):
    e = Fraction(1, 10**digits)
    assert accepted(DRIFT, ROOT - e, ROOT + e)
    assert not accepted(DRIFT, ROOT + e, ROOT + 2 * e)
    assert not accepted(DRIFT, ROOT - 2 * e, ROOT - e)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (((0, 1), (-1,)), "another zero"),
        (((0, -1), (1, 0, 1)), "the other sign"),
        (((1,), ()), "no zero: Phi > 0"),
        (((), (0, 1)), "r phi falls beyond 1, and changes its sign at 0 alone"),
        (((0, 1), (-1, 0, 1)), "negative again far left"),
        (((), ()), "identically 0"),
        (((0, 0, 1), (-1, 0, -1)), "r^2 Phi"),
    ],
)
def test_other_functions_are_rejected_at_this_place(form, why):
    e = Fraction(1, 10**6)
    assert not accepted(form, ROOT - e, ROOT + e), why


def test_a_zero_at_the_origin_of_a_simple_function():
    assert accepted(((0, 1), ()), "-1/1000", "1/1000")


def test_tails_alone_can_spoil_it():
    """r Phi has its zero at 0; with -phi r^4 it is positive nowhere near, with +phi r^2 far left positive."""
    assert not accepted(((0, 1), (0, 0, 10)), "-1/1000", "1/1000")


@pytest.mark.parametrize("beyond", ["1/2", "1", "3/2"])
def test_a_tail_that_begins_too_early_is_rejected(beyond):
    good = root_certificate("psbn.T5", DRIFT, ROOT - 1, ROOT + Fraction(1, 10))
    with pytest.raises(Rejected):
        check(seal(good["kind"], good["statement"], {"beyond": beyond, "bits": 128}))


def test_every_small_change_of_a_certificate_is_rejected_or_still_true(single_changes):
    good = root_certificate("psbn.T5", DRIFT, ROOT - Fraction(1, 9), ROOT + Fraction(1, 9))
    for what, changed in single_changes(good, Random(1), 60):
        try:
            check(changed)
        except Rejected:
            continue
        low, high = (float(Fraction(changed["statement"][key])) for key in ("low", "high"))
        P, Q = (
            [float(Fraction(c)) for c in changed["statement"]["function"][part]]
            for part in ("Phi", "phi")
        )
        grid = [k / 10 for k in range(-80, 81)]
        assert all(value(P, Q, r) < 0 for r in (low, *grid) if r <= low), what
        assert all(value(P, Q, r) > 0 for r in (high, *grid) if r >= high), what


def value(P, Q, r):
    """P Phi + Q phi in floats."""
    from math import erfc, exp

    Phi, phi = erfc(-r / 2**0.5) / 2, exp(-r * r / 2) / 2.5066282746310002
    return (
        sum(c * r**k for k, c in enumerate(P)) * Phi + sum(c * r**k for k, c in enumerate(Q)) * phi
    )
