"""Certificates of transport costs, of the reduction and of the quotient."""

from __future__ import annotations

import time
from fractions import Fraction
from random import Random

import pytest

from constructions.spgan.actions import cyclic_action
from constructions.spgan.groups import cyclic, dihedral
from constructions.spgan.spaces import (
    Instance,
    fixed_instance,
    random_instance,
    random_metric,
    random_probability,
)
from constructions.spgan.statements import shown, state_partition
from constructions.spgan.transport import transport_on_cells, wasserstein
from constructions.spgan.transport_certificates import (
    quotient_certificate,
    reduction_certificate,
    transport_certificate,
)
from proofs_checks.certificate import Rejected, check, dumps, parse, seal

ONE, SKEW = fixed_instance(), fixed_instance((1, 3))


def changed(certificate, evidence=None, **statement):
    return seal(
        certificate["kind"],
        {**certificate["statement"], **statement},
        {**certificate["evidence"], **(evidence or {})},
    )


@pytest.mark.parametrize(
    ("sides", "invariant", "value"),
    [
        (["Q", "P"], False, "47/150"),
        ([], False, "277/200"),
        (["P"], False, "17/24"),
        (["Q"], False, "207/200"),
        ([], True, "47/150"),
        (["P"], True, "47/150"),
    ],
)
def test_the_quoted_costs_are_accepted_and_no_others(sides, invariant, value):
    made = transport_certificate("spgan.T1", ONE, symmetrise=sides, invariant=invariant)
    assert made["statement"]["value"] == value
    assert check(parse(dumps(made))).summary.endswith(f"transport cost {value}")
    for other in ("47/75", "0", str(Fraction(value) + Fraction(1, 10**9))):
        with pytest.raises(Rejected, match="has the difference"):
            check(changed(made, value=other))


def test_the_skew_metric_has_its_two_costs_and_no_reduction():
    full = transport_certificate("spgan.T1", SKEW, symmetrise=["Q", "P"])
    reduced = transport_certificate("spgan.T1", SKEW, invariant=True)
    assert (full["statement"]["value"], reduced["statement"]["value"]) == ("47/75", "47/150")
    assert check(full)
    assert check(reduced)
    with pytest.raises(Rejected, match="potential: has the difference 47/150, not 47/75"):
        check(reduction_certificate("spgan.T1", SKEW))
    with pytest.raises(Rejected, match="plan: costs 47/75, not 47/150"):
        check(reduction_certificate("spgan.T1", SKEW, Fraction(47, 150)))


def test_no_potential_shows_the_skew_reduction():
    """The potential of the full cost has the right value, and is not invariant."""
    found = wasserstein(SKEW.SQ, SKEW.SP, SKEW.metric)
    averaged = SKEW.action.on_function(found.potential)
    made = reduction_certificate("spgan.T1", SKEW)
    with pytest.raises(Rejected, match="is not invariant"):
        check(changed(made, {"potential": shown(found.potential)}))
    with pytest.raises(Rejected, match="is not 1-Lipschitz"):
        check(changed(made, {"potential": shown(averaged)}))


@pytest.mark.parametrize("seed", range(20))
def test_random_d4_instances_reduce(seed):
    rng = Random(seed)
    one = random_instance(dihedral(4), rng.choice((1, 2, 3, 4, 5)), rng)
    made = [reduction_certificate("spgan.T1", one), quotient_certificate("spgan.T5", one)]
    assert made[0]["statement"]["value"] == made[1]["statement"]["value"]
    assert all(check(certificate) for certificate in made)


def test_the_quotient_needs_isometries():
    made = quotient_certificate("spgan.T5", ONE)
    with pytest.raises(Rejected, match="generator 0 is no isometry"):
        check(changed(made, metric={"grid": 4, "weights": ["1", "3"]}))
    with pytest.raises(Rejected, match="key 'generators'"):
        check(changed(made, structure=state_partition(ONE.action.orbits, [1] * 16)))


def test_orbits_in_place_of_generators_are_the_same_structure():
    made = reduction_certificate("spgan.T6", ONE)
    partition = state_partition(ONE.action.orbits, [Fraction(1)] * 16)
    assert check(changed(made, structure=partition)).summary == check(made).summary


def test_partitions_with_a_reference():
    """On the line 0, 1, 10, 11 with blocks {0, 1}, {10, 11}: K_x the same up to a shift, so it reduces."""
    rng = Random(5)
    line = (0, 1, 10, 11)
    matrix = [[str(abs(a - b)) for b in line] for a in line]
    Q, P = (random_probability(4, 9, rng) for _ in "QP")
    blocks, reference = [(0, 1), (2, 3)], [Fraction(2), Fraction(1), Fraction(2), Fraction(1)]
    masses = [[R[0] + R[1], R[2] + R[3]] for R in (Q, P)]
    value = abs(masses[0][0] - masses[1][0]) * 10
    spread = [[m[i // 2] * Fraction(2 - i % 2, 3) for i in range(4)] for m in masses]
    from constructions.spgan.spaces import FiniteMetric

    metric = FiniteMetric(tuple(tuple(abs(a - b) for b in line) for a in line))
    plan = wasserstein(spread[0], spread[1], metric)
    assert plan.value == value
    reduced = transport_on_cells(Q, P, metric, blocks)
    statement = {
        "claim": "spgan.T6",
        "metric": {"matrix": matrix},
        "structure": state_partition(blocks, reference),
        "Q": shown(Q),
        "P": shown(P),
        "symmetrise": [],
        "functions": "invariant",
        "value": str(reduced.value),
    }
    assert reduced.value == abs(masses[0][0] - masses[1][0]) * 9  # the blocks are 9 apart
    evidence = {
        "potential": shown(reduced.potential),
        "plan": [[x, y, str(m)] for x, y, m in reduced.flow],
    }
    assert check(seal("spgan.transport", statement, evidence))


@pytest.mark.parametrize("kind", ["transport", "reduction", "quotient"])
def test_a_single_change_is_refused_or_still_a_proof(kind, demand_no_forgery):
    accepted = demand_no_forgery(kind, Random(1), 60)
    assert accepted > 0  # not everything is refused: potentials may be shifted, orders changed


BAD = {
    "metric": [
        ({"grid": 46, "weights": ["1", "1"]}, "at most 45"),
        ({"grid": 4, "weights": ["1", "0"]}, "must be positive"),
        ({"grid": 4, "weights": ["1"]}, "2 entries"),
        ({"matrix": []}, "1 to 128 rows"),
        ({"matrix": [["0", "1"], ["2", "0"]]}, "symmetric"),
        ({"matrix": [["1"]]}, "0 on the diagonal"),
        ({"matrix": [["0", "1", "3"], ["1", "0", "1"], ["3", "1", "0"]]}, "triangle"),
        ({"grid": 3, "weights": ["1", "1"]}, "entries"),
    ],
    "structure": [
        ({"generators": [[0] * 16]}, "permutation of 16"),
        ({"generators": [[*range(15)]]}, "16 entries"),
        ({"generators": [[*range(16)]] * 9}, "at most 8"),
        ({"blocks": [[*range(15)]], "reference": ["1"] * 16}, "each of 16 points once"),
        ({"blocks": [[*range(16)]], "reference": ["0"] * 16}, "positive on every block"),
        ({"blocks": [[*range(16)]], "reference": ["-1"] * 16}, "negative"),
    ],
    "Q": [
        (["1/8"] * 16, "sum to 1"),
        (["2", "-1", *["0"] * 14], "sum to 1"),
        (["1"], "16 entries"),
    ],
    "symmetrise": [("Q", "must list"), (["P", "Q"], "must list"), ([True], "must list")],
    "functions": [("both", "must be"), (None, "string")],
    "claim": [("spgan.T3", "must be one of")],
}


@pytest.mark.parametrize(
    ("key", "value", "reason"), [(k, v, why) for k, cases in BAD.items() for v, why in cases]
)
def test_what_is_no_problem_is_named(key, value, reason):
    made = transport_certificate("spgan.T1", ONE)
    with pytest.raises(Rejected, match=reason):
        check(changed(made, **{key: value}))


def test_plans_that_prove_nothing_are_named():
    made = transport_certificate("spgan.T1", ONE)
    plan = made["evidence"]["plan"]
    for other, reason in (
        (plan[1:], "does not balance|takes"),
        ([*plan, [0, 0, "1/80"]], "takes"),
        ([[x, y, "-" + m] for x, y, m in plan], "mass must be positive"),
        ([[16, y, m] for _, y, m in plan], "at most 15"),
        (plan * 9, "at most 128 entries"),
        ([*plan, [0, 1, "1/80"], [1, 0, "1/80"]], "takes"),
    ):
        with pytest.raises(Rejected, match=reason):
            check(changed(made, {"plan": other}))


def test_over_invariant_functions_mass_may_turn_round_for_a_price():
    """A detour balances and costs more: the value is not attained any more."""
    made = transport_certificate("spgan.T1", ONE, invariant=True)
    detour = [*made["evidence"]["plan"], [0, 1, "1/80"], [1, 0, "1/80"]]
    with pytest.raises(Rejected, match="plan: costs"):
        check(changed(made, {"plan": detour}))


def test_denominators_that_multiply_up_are_refused():
    made = transport_certificate("spgan.T1", ONE)
    long = [f"1/{2**3000 + 2 * k + 1}" for k in range(16)]
    with pytest.raises(Rejected, match="common denominator"):
        check(changed(made, {"potential": long}))


def test_a_random_metric_without_symmetry():
    rng = Random(8)
    Q, P = (random_probability(7, 9, rng) for _ in "QP")
    one = Instance(cyclic_action(7), random_metric(7, 5, rng), Q, P)
    for sides in ([], ["Q"]):
        for invariant in (False, True):
            assert check(
                transport_certificate("spgan.T2", one, symmetrise=sides, invariant=invariant)
            )


def test_a_large_quotient_is_checked_in_seconds():
    """12 x 12 here; 24 x 24 directly and 40 x 40 on the quotient take 2 s and 6 s to find."""
    one = random_instance(cyclic(4), 12, Random(1))
    start = time.process_time()
    assert "36 orbits" in check(quotient_certificate("spgan.T5", one)).summary
    assert check(reduction_certificate("spgan.T1", one))
    assert time.process_time() - start < 20
