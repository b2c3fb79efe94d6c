"""Certificates of (f, Gamma)-divergences: brackets, the reduction, what is refused."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.spgan.divergence_certificates import divergence_certificate
from constructions.spgan.groups import dihedral
from constructions.spgan.spaces import Instance, fixed_instance, random_instance
from proofs_checks.certificate import Rejected, check, dumps, parse, seal
from proofs_checks.spgan.entropies import Entropy

ONE, SKEW = fixed_instance(), fixed_instance((1, 3))
L = Fraction(1, 20)
BILLIONTH = Fraction(1, 10**9)


def bounds(certificate):
    return tuple(Fraction(certificate["statement"][key]) for key in ("low", "high"))


def changed(certificate, evidence=None, **statement):
    return seal(
        certificate["kind"],
        {**certificate["statement"], **statement},
        {**certificate["evidence"], **(evidence or {})},
    )


@pytest.mark.parametrize("f", ["KL", "TV", 2, Fraction(3, 2), 3])
def test_brackets_of_both_sides_of_the_reduction_overlap(f):
    both = divergence_certificate("spgan.T1", f, L, ONE, symmetrise=["Q", "P"])
    reduced = divergence_certificate("spgan.T1", f, L, ONE, invariant=True)
    for one in (both, reduced):
        assert check(parse(dumps(one)))
        assert bounds(one)[1] - bounds(one)[0] <= BILLIONTH
    assert abs(bounds(both)[0] - bounds(reduced)[0]) <= BILLIONTH


@pytest.mark.parametrize("f", ["KL", "TV", 2])
def test_the_skew_metric_keeps_the_brackets_apart(f):
    both = divergence_certificate("spgan.T1", f, L, SKEW, symmetrise=["Q", "P"])
    reduced = divergence_certificate("spgan.T1", f, L, SKEW, invariant=True)
    assert check(both)
    assert check(reduced)
    assert bounds(both)[0] > bounds(reduced)[1] + Fraction(1, 100)
    for wrong in (bounds(both), (bounds(reduced)[0], bounds(both)[0])):
        if wrong == bounds(both):
            with pytest.raises(Rejected, match="potential: proves"):
                check(divergence_certificate("spgan.T1", f, L, SKEW, invariant=True, bounds=wrong))
        else:
            assert check(
                divergence_certificate("spgan.T1", f, L, SKEW, invariant=True, bounds=wrong)
            )


def test_the_other_order_is_another_number():
    """D(P||Q) lies near .0653133, D(Q||P) near .0643487."""
    turned = Instance(ONE.action, ONE.metric, ONE.P, ONE.Q)
    right = divergence_certificate("spgan.T1", 2, L, ONE)
    wrong = divergence_certificate("spgan.T1", 2, L, turned)
    assert bounds(wrong)[0] > Fraction(653, 10**4) > bounds(right)[1]
    with pytest.raises(Rejected, match="proves"):
        check(changed(right, Q=wrong["statement"]["Q"], P=wrong["statement"]["P"]))
    with pytest.raises(Rejected, match="plan: proves"):
        check(divergence_certificate("spgan.T1", 2, L, turned, bounds=bounds(right)))


@pytest.mark.parametrize("f", ["KL", "TV", 2, Fraction(3, 2)])
def test_bounds_may_be_wider_and_not_narrower(f):
    made = divergence_certificate("spgan.T1", f, L, ONE)
    low, high = bounds(made)
    assert check(changed(made, low=str(low - BILLIONTH), high=str(high + BILLIONTH)))
    with pytest.raises(Rejected, match="potential: proves"):
        check(changed(made, low=str(low + BILLIONTH)))
    with pytest.raises(Rejected, match="plan: proves"):
        check(changed(made, high=str(high - BILLIONTH)))


@pytest.mark.parametrize("f", ["KL", "TV", 2, Fraction(3, 2)])
def test_without_l_it_is_the_plain_divergence(f):
    made = divergence_certificate("spgan.T1", f, None, ONE, symmetrise=["Q", "P"])
    assert check(made)
    with pytest.raises(Rejected, match="must be empty"):
        check(changed(made, {"plan": [[0, 1, "1/80"], [1, 0, "1/80"]]}))
    with pytest.raises(Rejected, match=r"does not balance|0 where P is 0"):
        check(changed(made, symmetrise=["Q"]))


@pytest.mark.parametrize("seed", range(3))
def test_d4_with_fixed_points(seed):
    one = random_instance(dihedral(4), 3, Random(seed))
    for f in ("KL", 2):
        both = divergence_certificate("spgan.T1", f, L, one, symmetrise=["Q", "P"])
        reduced = divergence_certificate("spgan.T1", f, L, one, invariant=True)
        assert check(both)
        assert check(reduced)
        assert abs(bounds(both)[0] - bounds(reduced)[1]) <= 2 * BILLIONTH


def test_a_single_change_is_refused_or_still_a_proof(demand_no_forgery):
    assert demand_no_forgery("divergence", Random(2), 25) > 0


BAD = [
    ({"f": "chi"}, {}, "must be"),
    ({"f": {"alpha": "1"}}, {}, "above 1"),
    ({"f": {"alpha": "1001/1000000"}}, {}, "above 1"),
    ({"f": {"alpha": "2", "beta": "1"}}, {}, "unknown key"),
    ({"f": ["KL"]}, {}, "must be"),
    ({"L": "0"}, {}, "L: must be positive"),
    ({"L": "1/21"}, {}, "1/21-Lipschitz"),
    ({}, {"bits": 52}, "at least 53"),
    ({}, {"potential": ["0"] * 15}, "16 entries"),
    ({}, {"potential": [str(1 << 17)] * 16}, "at most 65536 in size"),
    ({}, {"eta": ["1/8"] * 16}, "sum to 1"),
    ({}, {"eta": ["1", *["0"] * 15]}, "does not balance"),
    ({"claim": "spgan.T4"}, {}, "must be one of"),
]


@pytest.mark.parametrize(("statement", "evidence", "reason"), BAD)
def test_what_is_wrong_is_named(statement, evidence, reason):
    made = divergence_certificate("spgan.T1", 2, L, ONE)
    with pytest.raises(Rejected, match=reason):
        check(changed(made, evidence, **statement))


def test_mass_where_p_has_none_is_refused():
    made = divergence_certificate("spgan.T1", 2, L, ONE)
    with pytest.raises(Rejected, match="eta: must be 0 where P is 0"):
        check(changed(made, {"eta": made["statement"]["Q"], "plan": []}))


def test_a_high_potential_proves_nothing_of_total_variation():
    made = divergence_certificate("spgan.T1", "TV", L, ONE)
    raised = [str(Fraction(v) + 1) for v in made["evidence"]["potential"]]
    with pytest.raises(Rejected, match="at most 1/2"):
        check(changed(made, {"potential": raised}))


def test_conjugates_by_hand():
    """f_2* = y_+^2/2 + 1/2, f_{3/2}* = y_+^3/12 + 4/3, f_3* = 2 sqrt(2) y_+^{3/2} / 3 + 1/6."""
    one = [Fraction(1)]
    for a, y, star in (
        (2, 3, 5.0),
        (2, -3, 0.5),
        (Fraction(3, 2), 2, 2.0),
        (Fraction(3, 2), -2, 4 / 3),
        (3, 2, 8 / 3 + 1 / 6),
    ):
        found = Entropy("alpha", Fraction(a)).below([Fraction(y)], one, one)
        assert float(y - found) == pytest.approx(star, abs=1e-12)
