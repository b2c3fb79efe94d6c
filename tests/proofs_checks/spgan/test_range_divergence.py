"""Certificates of divergences over the range of a kernel: idempotent is not enough, proper is."""

from __future__ import annotations

from fractions import Fraction
from math import log, sqrt
from random import Random

import pytest

from constructions.spgan.actions import grid_action
from constructions.spgan.groups import dihedral
from constructions.spgan.kernel_range import TRANSIENT, range_certificate
from constructions.spgan.kernels import averaging, identity, partition_kernel
from constructions.spgan.spaces import probability
from proofs_checks.certificate import Rejected, check, seal

P, Q = probability([2, 2, 6]), probability([6, 1, 3])
SIDES = Q, P


def bounds(certificate):
    return tuple(Fraction(certificate["statement"][key]) for key in ("low", "high"))


def changed(certificate, evidence=None, **statement):
    return seal(
        certificate["kind"],
        {**certificate["statement"], **statement},
        {**certificate["evidence"], **(evidence or {})},
    )


def test_an_idempotent_kernel_with_transient_states_keeps_the_sides_apart():
    """.130812 = .75 ln 1.5 + .25 ln .5, and (3/2) ln s - ln(s^2/5 + 3 s/5 + 1/5) at s = (3 + sqrt 21)/2."""
    measures, functions = (
        range_certificate("spgan.T6", "KL", TRANSIENT, SIDES, side=side)
        for side in ("measures", "functions")
    )
    s = (3 + sqrt(21)) / 2
    right = 1.5 * log(s) - log(s * s / 5 + 3 * s / 5 + 1 / 5)
    for made, value in ((measures, 0.75 * log(1.5) + 0.25 * log(0.5)), (functions, right)):
        assert check(made)
        low, high = bounds(made)
        assert high - low < Fraction(1, 10**9)
        assert float(low) == pytest.approx(value, abs=1e-9)
    assert bounds(measures)[1] < Fraction(1309, 10**4) < Fraction(322, 1000) < bounds(functions)[0]
    for side, other in (("functions", measures), ("measures", functions)):
        with pytest.raises(Rejected, match="does not prove"):
            check(
                range_certificate(
                    "spgan.T6", "KL", TRANSIENT, SIDES, side=side, bounds=bounds(other)
                )
            )


@pytest.mark.parametrize("f", ["KL", 2, Fraction(3, 2)])
@pytest.mark.parametrize(
    "kernel",
    [
        identity(9),
        averaging(grid_action(dihedral(4), 3)),
        partition_kernel([(0, 1, 5), (2, 3), (4, 6, 7, 8)], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_proper_kernels_reduce(f, kernel):
    rng = Random(2)
    sides = tuple(probability([rng.randint(1, 9) for _ in range(9)]) for _ in "QP")
    made = [
        range_certificate("spgan.T6", f, kernel, sides, side=s) for s in ("measures", "functions")
    ]
    assert all(check(one) for one in made)
    assert abs(bounds(made[0])[0] - bounds(made[1])[1]) < Fraction(1, 10**7)


def test_a_single_change_is_refused_or_still_a_proof(demand_no_forgery):
    assert demand_no_forgery("range_divergence", Random(5), 60) > 0


BAD = [
    ({"kernel": []}, {}, "1 to 64 rows"),
    ({"kernel": [["1"], ["1"], ["1"]]}, {}, "3 entries"),
    ({"kernel": [["1", "0", "0"], ["0", "1", "0"], ["1", "1", "0"]]}, {}, "sum to 1"),
    ({"side": "both"}, {}, "side: must be"),
    ({"claim": "spgan.T4"}, {}, "must be one of"),
    ({}, {"eta": ["1/5", "1/5", "3/5"]}, "other expectations than Q"),
    ({"side": "measures"}, {}, "must be the measure"),
    ({}, {"bits": 1}, "at least 53"),
    ({}, {"potential": ["0", "0", "0"]}, "potential: does not prove"),
    ({"high": "1/10"}, {}, "eta: does not prove"),
]


@pytest.mark.parametrize(("statement", "evidence", "reason"), BAD)
def test_what_is_wrong_is_named(statement, evidence, reason):
    made = range_certificate("spgan.T6", "KL", TRANSIENT, SIDES, side="functions")
    with pytest.raises(Rejected, match=reason):
        check(changed(made, evidence, **statement))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="side: must be"):
        range_certificate("spgan.T6", "KL", TRANSIENT, SIDES, side="both")
    with pytest.raises(ValueError, match="f, P"):
        range_certificate("spgan.T6", "TV", TRANSIENT, SIDES, side="functions")
