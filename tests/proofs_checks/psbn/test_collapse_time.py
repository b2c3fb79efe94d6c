"""Certificates of mean collapse times against quadrature of the double integral."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.psbn.drift import DIFFUSION, DRIFT
from constructions.psbn.hazard import MODELS, Place, time_certificate
from proofs_checks.certificate import Rejected, check, seal


def place(r0, c, R):
    return Place(Fraction(r0), Fraction(c), Fraction(R))


def frozen_by_scipy(r0, c, R):
    """2 int int dz / Phi(z) dy."""
    from scipy.integrate import dblquad
    from scipy.special import ndtr

    return 2 * dblquad(lambda z, _: 1 / ndtr(z), -c, r0, lambda y: y, R, epsabs=1e-12)[0]


def held_by_scipy(r0, c, R):
    """The scale-function integral, with quadrature three deep."""
    from math import exp

    from scipy.integrate import quad
    from scipy.special import ndtr

    def phi(r):
        return exp(-r * r / 2) / 2.5066282746310002

    def A(r):
        return (1 + r * r) * ndtr(r) - (2 * r + r**3) * phi(r)

    def scale(r):
        return exp(-quad(lambda x: 2 * (x * ndtr(x) - (1 + x * x) * phi(x)) / A(x), 0, r)[0])

    def inner(y):
        return quad(lambda z: 1 / (A(z) * scale(z)), y, R, epsabs=1e-10)[0]

    return 2 * quad(lambda y: scale(y) * inner(y), -c, r0, epsabs=1e-9)[0]


@pytest.mark.parametrize("where", [(0, 1.5, 1), (0.5, 1, 1), (-0.5, 1, 2), (1, 0.25, 1)])
def test_frozen_constants_agree_with_double_quadrature(where):
    value, at = Fraction(frozen_by_scipy(*where)), place(*map(Fraction, where))
    near = Fraction(1, 10**8)
    assert check(time_certificate("psbn.T7", MODELS["frozen"], at, value, near))
    for wrong in (value + 3 * near, value - 3 * near):
        with pytest.raises(Rejected, match="mean time"):
            check(time_certificate("psbn.T7", MODELS["frozen"], at, wrong, near))


@pytest.mark.parametrize("where", [(0, 1, 1), (0.25, 0.5, 0.5)])
def test_held_constants_agree_with_threefold_quadrature(where):
    value, at = Fraction(held_by_scipy(*where)), place(*map(Fraction, where))
    assert check(time_certificate("psbn.T7b", MODELS["held"], at, value, Fraction(1, 10**6)))


def test_a_constant_diffusion_has_a_closed_form():
    """A = 2 Phi(r) cannot be constant; far right it is nearly 2, and the strip [8, 9] takes (9-8)^2 / 2."""
    at = place(9, -8, 9)
    forms = (((2,), ()), ((), ()))
    assert check(time_certificate("psbn.T7", forms, at, Fraction(1, 2), Fraction(1, 10**10)))


def test_too_little_effort_is_rejected_and_not_rounded():
    good = time_certificate(
        "psbn.T7", MODELS["frozen"], place(0, 3, 1), Fraction("206.66"), Fraction(1, 100)
    )
    assert check(good)
    for effort in ({"steps": 2, "order": 4, "bits": 53}, {"steps": 1, "order": 60, "bits": 200}):
        with pytest.raises(Rejected):
            check(seal(good["kind"], good["statement"], effort))


@pytest.mark.parametrize(
    "forms", [(((-1,), ()), ((), ())), (((0, 1), ()), ((), ())), (((), ()), ((), ()))]
)
def test_a_diffusion_that_is_not_positive_is_rejected(forms):
    with pytest.raises(Rejected):
        check(time_certificate("psbn.T7", forms, place(0, 1, 1), Fraction(1), Fraction(1000)))


@pytest.mark.parametrize(
    "changes",
    [{"r0": "2"}, {"r0": "-1"}, {"R": "60"}, {"c": "-1"}, {"low": "4"}, {"claim": "psbn.T5"}],
)
def test_statements_that_make_no_sense_are_rejected(changes):
    good = time_certificate(
        "psbn.T7b", (DIFFUSION, DRIFT), place(0, 1, 1), Fraction(2), Fraction(3)
    )
    assert check(good)
    with pytest.raises(Rejected):
        check(seal(good["kind"], {**good["statement"], **changes}, good["evidence"]))


def test_every_small_change_is_rejected_or_still_true(single_changes):
    value = Fraction(frozen_by_scipy(0, 1, 1)).limit_denominator(10**6)
    good = time_certificate("psbn.T7", MODELS["frozen"], place(0, 1, 1), value, Fraction(1, 100))
    good = seal(good["kind"], good["statement"], {"steps": 8, "order": 12, "bits": 80})
    for what, changed in single_changes(good, Random(2), 40):
        statement = changed["statement"]
        try:
            check(changed)
        except Rejected:
            continue
        if all(statement[key] == good["statement"][key] for key in ("diffusion", "drift")):
            where = (float(Fraction(statement[key])) for key in ("r0", "c", "R"))
            found = frozen_by_scipy(*where)
            assert Fraction(statement["low"]) <= found + 1e-9, what
            assert found - 1e-9 <= Fraction(statement["high"]), what
