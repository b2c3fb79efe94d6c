"""Certificates of entropic transport costs: the soft-min identity and what it is confused with."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.spgan.entropic_certificates import entropic_certificate
from constructions.spgan.groups import dihedral
from constructions.spgan.spaces import fixed_instance, random_instance
from proofs_checks.certificate import Rejected, check, dumps, parse, seal

ONE = fixed_instance()
TINY = Fraction(1, 10**12)


def changed(certificate, evidence=None, **statement):
    return seal(
        certificate["kind"],
        {**certificate["statement"], **statement},
        {**certificate["evidence"], **(evidence or {})},
    )


def bounds(certificate):
    return tuple(Fraction(certificate["statement"][key]) for key in ("low", "high"))


@pytest.mark.parametrize(
    ("sides", "how", "value"),
    [
        (["Q", "P"], {}, "2.439978322"),
        ([], {"soft": True}, "2.439978322"),
        (["Q"], {"soft": True}, "2.439978322"),
        (["Q", "P"], {"invariant": True}, "2.439978322"),
        (["Q"], {"invariant": True}, "2.439978322"),
        ([], {"invariant": True}, "2.435683502"),
        (["Q"], {}, "2.670049443"),
        (["P"], {}, "2.593215129"),
    ],
)
def test_the_quoted_values(sides, how, value):
    made = entropic_certificate("spgan.T4", ONE, 1, symmetrise=sides, **how)
    assert check(parse(dumps(made)))
    low, high = bounds(made)
    assert high - low <= TINY
    assert abs(low - Fraction(value)) <= Fraction(1, 10**9)


def test_the_naive_restriction_cannot_claim_the_true_value():
    true = bounds(entropic_certificate("spgan.T4", ONE, 1, symmetrise=["Q", "P"]))
    with pytest.raises(Rejected, match="a: proves"):
        check(entropic_certificate("spgan.T4", ONE, 1, invariant=True, bounds=true))
    with pytest.raises(Rejected, match="plan: proves"):
        check(entropic_certificate("spgan.T4", ONE, 1, symmetrise=["Q"], bounds=true))


@pytest.mark.parametrize("e", [Fraction(1, 4), Fraction(7, 10), 5])
def test_non_free_actions_and_other_e(e):
    one = random_instance(dihedral(4), 3, Random(1))
    made = [
        entropic_certificate("spgan.T4", one, e, symmetrise=sides, **how)
        for sides, how in (
            (["Q", "P"], {}),
            ([], {"soft": True}),
            (["Q", "P"], {"invariant": True}),
        )
    ]
    assert all(check(one) for one in made)
    lows, highs = zip(*map(bounds, made), strict=True)
    assert max(lows) <= min(highs)
    assert max(highs) - min(lows) <= TINY


def test_small_e_does_not_underflow():
    """exp(-c / e) is 1e-5200 for the farthest points."""
    made = entropic_certificate("spgan.T4", ONE, Fraction(1, 50), symmetrise=["Q", "P"])
    assert check(made)
    assert bounds(made)[0] >= Fraction(47, 150)
    assert bounds(made)[1] - bounds(made)[0] <= Fraction(1, 10**9)


def test_bounds_may_be_wider_and_not_narrower():
    made = entropic_certificate("spgan.T4", ONE, 1)
    low, high = bounds(made)
    assert check(changed(made, low=str(low - TINY), high=str(high + TINY)))
    with pytest.raises(Rejected, match="a: proves"):
        check(changed(made, low=str(low + TINY)))
    with pytest.raises(Rejected, match="plan: proves"):
        check(changed(made, high=str(high - TINY)))


def test_other_potentials_and_plans_prove_less():
    made = entropic_certificate("spgan.T4", ONE, 1)
    with pytest.raises(Rejected, match="a: proves"):
        check(changed(made, {"a": ["0"] * 16, "b": ["0"] * 16}))
    independent = [[str(q * p) for p in ONE.P] for q in ONE.Q]
    with pytest.raises(Rejected, match="plan: proves"):
        check(changed(made, {"plan": independent}))
    assert check(changed(made, {"plan": independent}, high="12"))


def test_a_single_change_is_refused_or_still_a_proof(demand_no_forgery):
    assert demand_no_forgery("entropic_transport", Random(4), 30) > 0


BAD = [
    ({"epsilon": "0"}, {}, "epsilon: must be positive"),
    ({"epsilon": "1/100000"}, {}, "at most 65536 epsilon"),
    ({"cost": "min"}, {}, "cost: must be"),
    ({"metric": {"grid": 9, "weights": ["1", "1"]}}, {}, "entries"),
    ({}, {"bits": 52}, "at least 53"),
    ({}, {"a": ["70000", *["0"] * 15]}, "at most 65536 epsilon"),
    ({}, {"plan": [["0"] * 16] * 16}, "wrong marginal"),
    ({}, {"plan": [["0"] * 16] * 15}, "16 entries"),
    ({"claim": "spgan.T1"}, {}, "must be one of"),
]


@pytest.mark.parametrize(("statement", "evidence", "reason"), BAD)
def test_what_is_wrong_is_named(statement, evidence, reason):
    with pytest.raises(Rejected, match=reason):
        check(changed(entropic_certificate("spgan.T4", ONE, 1), evidence, **statement))


def test_negative_masses_are_refused():
    made = entropic_certificate("spgan.T4", ONE, 1)
    plan = [list(row) for row in made["evidence"]["plan"]]
    for i, j, sign in ((0, 0, -1), (0, 1, 1), (1, 0, 1), (1, 1, -1)):
        plan[i][j] = str(Fraction(plan[i][j]) + sign)
    with pytest.raises(Rejected, match="must not be negative"):
        check(changed(made, {"plan": plan}))
