"""Certificates of MMD identities and of positive semidefiniteness."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.spgan.actions import grid_action
from constructions.spgan.groups import cyclic
from constructions.spgan.mmd import (
    Similarity,
    mmd_certificate,
    positive_certificate,
    rational_kernel,
)
from constructions.spgan.spaces import fixed_instance
from constructions.spgan.statements import state_partition
from proofs_checks.certificate import Rejected, check, dumps, parse, seal

ONE = fixed_instance()
SIDES = ONE.Q, ONE.P


def changed(certificate, evidence=None, **statement):
    return seal(
        certificate["kind"],
        {**certificate["statement"], **statement},
        certificate["evidence"] if evidence is None else evidence,
    )


@pytest.mark.parametrize(
    ("weights", "average"), [((1, 1), "both"), ((1, 1), "one"), ((1, 9), "both")]
)
def test_the_identity_holds_as_an_equality_of_fractions(weights, average):
    made = mmd_certificate(
        "spgan.T3", rational_kernel(4, weights), ONE.action, SIDES, average=average
    )
    assert check(parse(dumps(made)))
    value = Fraction(made["statement"]["value"])
    with pytest.raises(Rejected, match="symmetrised probabilities give"):
        check(changed(made, value=str(value + Fraction(1, 10**30))))


def test_one_average_of_a_kernel_that_is_not_invariant_is_wrong():
    made = mmd_certificate("spgan.T3", rational_kernel(4, (1, 9)), ONE.action, SIDES, average="one")
    assert float(Fraction(made["statement"]["value"])) == pytest.approx(0.0098285, abs=5e-8)
    with pytest.raises(Rejected, match=r"the averaged kernel gives 0\.0104894"):
        check(made)


def test_no_average_is_wrong_for_probabilities_that_are_not_invariant():
    with pytest.raises(Rejected, match="the averaged kernel gives"):
        check(mmd_certificate("spgan.T3", rational_kernel(4), ONE.action, SIDES, average="none"))
    invariant = ONE.SQ, ONE.SP
    assert check(
        mmd_certificate("spgan.T3", rational_kernel(4), ONE.action, invariant, average="none")
    )


@pytest.mark.parametrize("average", ["none", "one", "both"])
def test_averages_stay_positive_semidefinite(average):
    made = positive_certificate("spgan.T3", rational_kernel(4), ONE.action, average=average)
    rank = 16 if average == "none" else 4
    assert check(made).summary.endswith(f"rank {rank}")


def test_what_is_not_positive_semidefinite_is_refused():
    one_sided = positive_certificate(
        "spgan.T3", rational_kernel(4, (1, 9)), ONE.action, average="one"
    )
    with pytest.raises(Rejected, match=r"must not be negative|is not the kernel"):
        check(one_sided)
    trivial = grid_action(cyclic(1), 1)
    with pytest.raises(Rejected, match="must not be negative"):
        check(positive_certificate("spgan.T3", Similarity(((Fraction(-1),),)), trivial))
    swapped = Similarity(tuple(tuple(Fraction(x + y == 3) for y in range(4)) for x in range(4)))
    with pytest.raises(Rejected, match="is not the kernel"):
        check(positive_certificate("spgan.T3", swapped, grid_action(cyclic(1), 2)))


def test_a_partition_averages_with_its_reference():
    """k^Sigma(x, y) = sum K_x(x') K_y(y') k(x', y'), here for blocks of two with weights 1 and 2."""
    made = mmd_certificate(
        "spgan.T3", rational_kernel(2), grid_action(cyclic(1), 2), (ONE_Q, ONE_P)
    )
    structure = state_partition([(0, 1), (2, 3)], [Fraction(w) for w in (1, 2, 1, 2)])
    k = rational_kernel(2).rows
    w = [Fraction(1, 4) * s for s in (1, 2, -1, -2)]  # (3/4) of the difference on each block
    value = sum(x * y * k[i][j] for i, x in enumerate(w) for j, y in enumerate(w))
    assert check(changed(made, structure=structure, value=str(value)))


ONE_Q = tuple(Fraction(x, 8) for x in (6, 1, 0, 1))
ONE_P = tuple(Fraction(x, 8) for x in (1, 0, 7, 0))


@pytest.mark.parametrize("kind", ["mmd", "positive_semidefinite"])
def test_a_single_change_is_refused_or_still_a_proof(kind, demand_no_forgery):
    demand_no_forgery(kind, Random(3), 60)


BAD = [
    ({"kernel": {"grid": 9, "weights": ["1", "1"]}}, "at most 8"),
    ({"kernel": {"grid": 4, "weights": ["1", "0"]}}, "must be positive"),
    ({"kernel": {"matrix": []}}, "1 to 64 rows"),
    ({"kernel": {"matrix": [["1", "2"], ["1", "1"]]}}, "symmetric"),
    ({"kernel": {"grid": 3, "weights": ["1", "1"]}}, "entries"),
    ({"average": "two"}, "average: must be"),
    ({"average": ["both"]}, "average: must be"),
    ({"Q": ["1"] * 16}, "sum to 1"),
    ({"claim": "spgan.T4"}, "must be one of"),
]


@pytest.mark.parametrize(("statement", "reason"), BAD)
def test_what_is_wrong_is_named(statement, reason):
    with pytest.raises(Rejected, match=reason):
        check(
            changed(mmd_certificate("spgan.T3", rational_kernel(4), ONE.action, SIDES), **statement)
        )


def test_evidence_that_is_not_needed_is_refused():
    made = mmd_certificate("spgan.T3", rational_kernel(4), ONE.action, SIDES)
    with pytest.raises(Rejected, match="evidence: must be null"):
        check(changed(made, {"lower": []}))
