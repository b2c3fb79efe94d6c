"""Certificates of the least p > 1: against collocation, and against a case solved by hand."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.psbn.drift import as_statement
from constructions.psbn.hazard import tail_certificate, tail_exponent
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.psbn.gauss import Gauss
from proofs_checks.psbn.linear_ode import steps
from proofs_checks.psbn.tail_exponent import shoot

ENDS = Fraction(1), Fraction(1)


@pytest.mark.parametrize(
    "ends", [("1/2", "1"), ("1", "1"), ("3/2", "1"), ("1", "0"), ("1/2", "3/2")]
)
def test_exponents_agree_with_collocation(ends):
    c, R = map(Fraction, ends)
    value = Fraction(tail_exponent(float(c), float(R)))
    near = Fraction(1, 10**5)
    assert check(tail_certificate("psbn.T7c", (c, R), value, near))
    for wrong in (value + 3 * near, value - 3 * near):
        with pytest.raises(Rejected, match="D"):
            check(tail_certificate("psbn.T7c", (c, R), wrong, near))


def wedge(c, R, low, high):
    """A = 2 Phi (1 + r^2), b = 2 Phi r, V = 2 Phi: the flat plane in the coordinates r = tan(angle).

    With Phi = 1/2 this is (1 + r^2)/2 u'' + (1 - p) r u' + p (p-1)/2 u = 0, of which (1 + r^2)^(p/2)
    cos(p (angle - angle_R)) is the solution with the reflecting end at r = R for R = 0.
    """
    double = lambda *q: as_statement((tuple(2 * x for x in q), ()))  # noqa: E731
    statement = {
        "claim": "psbn.T7c",
        "diffusion": double(1, 0, 1),
        "drift": double(0, 1),
        "potential": double(1),
        "c": str(c),
        "R": str(R),
        "low": str(low),
        "high": str(high),
    }
    return seal("psbn.tail_exponent", statement, {"steps": 40, "order": 14, "bits": 90})


def test_the_planar_wedge_has_the_exponent_of_its_angle():
    """Dirichlet at r = -1 (45 degrees), reflection at r = 0: cos(p pi/4) = 0 at p = 2."""
    near = Fraction(1, 10**6)
    assert check(wedge(1, 0, 2 - near, 2 + near))
    for shift in (-3 * near, 3 * near):
        with pytest.raises(Rejected):
            check(wedge(1, 0, 2 + shift - near, 2 + shift + near))


def test_at_p_equal_to_one_the_solution_is_constant():
    from flint import arb, ctx

    with ctx.workprec(80):
        one = Gauss((Fraction(1),), ())
        way = steps([(one, one), (one, one)], (Fraction(1), Fraction(-1)), 8, 10)
        assert shoot(arb(1), way) == 1


def test_a_later_zero_is_not_the_least():
    """u oscillates in p: the second zero of D, p = 6 for the wedge of 45 degrees, is rejected."""
    near = Fraction(1, 10**4)
    with pytest.raises(Rejected, match="D > 0 is not proved near p = 2"):
        check(wedge(1, 0, 6 - near, 10 + near))


@pytest.mark.parametrize(
    "changes", [{"low": "1"}, {"low": "3/2", "high": "5/4"}, {"R": "-1"}, {"high": "65"}]
)
def test_statements_that_make_no_sense_are_rejected(changes):
    good = tail_certificate("psbn.T7c", ENDS, Fraction("1.34"), Fraction(1, 50))
    assert check(good)
    with pytest.raises(Rejected):
        check(seal(good["kind"], {**good["statement"], **changes}, good["evidence"]))


def test_every_small_change_is_rejected_or_still_true(single_changes):
    value = Fraction(tail_exponent(1.0, 1.0)).limit_denominator(10**6)
    good = tail_certificate("psbn.T7c", ENDS, value, Fraction(1, 50))
    good = seal(good["kind"], good["statement"], {"steps": 16, "order": 8, "bits": 60})
    kept = ("diffusion", "drift", "potential", "c", "R")
    for what, changed in single_changes(good, Random(3), 40):
        try:
            check(changed)
        except Rejected:
            continue
        if all(changed["statement"][key] == good["statement"][key] for key in kept):
            low, high = (Fraction(changed["statement"][key]) for key in ("low", "high"))
            assert low <= value <= high, what
