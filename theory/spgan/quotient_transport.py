r"""T5: transport between averages is transport between orbits.

| symbol | here |
|---|---|
| d([x], [y]) = min_s d(x, T_s y) | the quotient cost |
| \|Sigma\| n points against n orbits | (\|Sigma\| n)^2 variables against n^2 |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from constructions.spgan.groups import cyclic, dihedral
from constructions.spgan.quotient import mean, orbit_transport_cost
from constructions.spgan.spaces import (
    Instance,
    fixed_instance,
    is_invariant,
    random_instance,
)
from theory import CERTIFIED, SLOW, THEOREM, Claim, Derived, Outcome, Verdict, established, refuted
from theory.spgan._cases import lipschitz_instances
from theory.spgan._certified import quotient_value, transport_value

COMBINE: dict[str, Callable[[Any], Any]] = {"min": min, "mean": mean, "max": max}

T5 = Claim(
    id="spgan.T5",
    kind=THEOREM,
    title="Transport on the quotient",
    statement=r"For an isometric action $W_1(S^\Sigma Q, S^\Sigma P)$ is $W_1$ on $X/\Sigma$ between the "
    r"pushforwards of Q and P, with $d([x], [y]) = \min_s d(x, T_s y)$; free or not.",
    hypotheses={"closed": r"every $T_s$ is an isometry"},
    constants={"combine": "min"},
    source=Derived("an optimal coupling of orbits lifts to the averages, spread over the group"),
    needs=("spgan.T1",),
)


def _wrong(claim: Claim, name: str, instance: Instance) -> dict[str, Any] | list[str]:
    """A witness, or the accepted certificates."""
    full, first = transport_value(claim.id, instance, "QP")
    orbits = orbit_transport_cost(instance, COMBINE[claim["combine"]])
    if full != orbits:
        return {"instance": name, "W1(S Q, S P)": full, "between orbits": orbits}
    certified, second = quotient_value(claim.id, instance)
    return [first, second] if certified == full else {"instance": name, "values": (full, certified)}


@T5.check(
    CERTIFIED, scope="7 instances of C1, D2, C4, D4, S3 with 8-16 points, and 20 of D4 on 4x4"
)
def both_sizes(claim: Claim) -> Outcome:
    """W1 between the averages and between the orbits, each with its own certificate."""
    return _all(
        claim, [*lipschitz_instances(claim.id, closed=claim.assumes("closed")), *_more(claim)]
    )


def _more(claim: Claim) -> Iterator[tuple[str, Instance]]:
    rng, weights = Random("spgan.T5"), (1, 1) if claim.assumes("closed") else (1, 3)
    for k in range(20):
        yield f"D4 on the 4x4 grid, {k}", random_instance(dihedral(4), 4, rng, weights)


def _all(claim: Claim, instances: list[tuple[str, Instance]]) -> Outcome:
    digests: list[str] = []
    for name, instance in instances:
        found = _wrong(claim, name, instance)
        if isinstance(found, dict):
            return refuted(found)
        digests += found
    return established(certificates=digests)


@T5.check(
    CERTIFIED,
    tier=SLOW,
    scope="D4 on 12x12 and C4 on 24x24 at both sizes; C4 on 40x40 on 400 orbits",
)
def larger_grids(claim: Claim) -> Outcome:
    """144 points against 21 orbits, 576 against 144; 1600 points on the quotient alone."""
    rng, weights = Random("spgan.T5 large"), (1, 1) if claim.assumes("closed") else (1, 3)
    found = _all(
        claim,
        [
            (f"{G.name}, {m}", random_instance(G, m, rng, weights))
            for G, m in ((dihedral(4), 12), (cyclic(4), 24))
        ],
    )
    if found.verdict is not Verdict.ESTABLISHED:
        return found
    _, digest = quotient_value(claim.id, random_instance(cyclic(4), 40, rng, weights))
    return established(certificates=[*found.payload["certificates"], digest])


T5.falsifier(
    "|x| + 3|y| under C4", drop="closed", because="the least distance skips the long steps"
)
T5.falsifier(
    "the mean distance between orbits",
    constants={"combine": "mean"},
    because="an orbit would not be at distance 0 from itself",
)
T5.falsifier("the largest distance", constants={"combine": "max"}, because="likewise")


@T5.inhabitant
def quarter_turns(_: Claim) -> dict[str, bool]:
    """C4 on the 4 x 4 grid with |x| + |y|."""
    instance = fixed_instance()
    return {"closed": is_invariant(instance.metric, instance.action)}


@T5.boundary("P = Q, and laws on one orbit each")
def degenerate_pairs(claim: Claim) -> Outcome:
    """0, and the distance of two orbits: corner (-3, -3) and centre (-1, -1) are 4 apart."""
    fixed = fixed_instance()
    corner, centre = (tuple(Fraction(x == k) for x in range(16)) for k in (0, 5))
    pairs = ((fixed.Q, fixed.Q, 0), (corner, centre, 4))
    for Q, P, expected in pairs:
        instance = replace(fixed, Q=Q, P=P)
        found = quotient_value(claim.id, instance)[0], transport_value(claim.id, instance, "QP")[0]
        if found != (expected, expected):
            return refuted({"Q": Q, "P": P, "W1": found})
    return established(cases=2)
