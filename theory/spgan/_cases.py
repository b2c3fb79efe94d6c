"""Instances of the reduction: random finite classes, and Lipschitz functions on grids and tuples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from random import Random

from constructions.spgan.actions import Action, tuple_action
from constructions.spgan.groups import cyclic, dihedral, trivial
from constructions.spgan.spaces import (
    FiniteMetric,
    Instance,
    fixed_instance,
    random_instance,
    random_probability,
)
from theory import Claim, Outcome, refuted
from theory.spgan._spaces import Numbers, every, fixed_by_all, function, small

TRIVIAL = ("trivial group, 3 points", "C2 on one point")
CLOSED = {"closed": r"(C): $S_\Sigma[\Gamma] \subset \Gamma$"}


@dataclass(frozen=True)
class Case:
    """An action, two laws and a finite class of functions, or its invariant members."""

    name: str
    action: Action
    Q: Numbers
    P: Numbers
    Gamma: tuple[Numbers, ...]

    @property
    def invariant(self) -> list[Numbers]:
        """Gamma_inv, by the definition."""
        return [g for g in self.Gamma if fixed_by_all(self.action, g)]

    def average(self, arguments: str) -> tuple[Numbers, Numbers]:
        """(Q, P) with those averaged that are named."""
        S = self.action.on_measure
        return (S(self.Q) if "Q" in arguments else self.Q), (
            S(self.P) if "P" in arguments else self.P
        )


def cases(claim: Claim, *, invariant: str = "", per_action: int = 8) -> Iterator[Case]:
    """Random P, Q (some masses 0) and classes; those named are replaced by their averages.

    The class: three functions and an invariant one, with the averages if the claim has (C).
    """
    rng = Random(claim.id)
    for name, action in every().items():
        for _ in range(per_action):
            Q, P = (random_probability(action.size, 5, rng) for _ in "QP")
            drawn = [function(action.size, rng, 4) for _ in range(3)]
            drawn.append(action.on_function(function(action.size, rng, 2)))
            if claim.assumes("closed"):
                drawn += [action.on_function(g) for g in drawn]
            case = Case(name, action, Q, P, tuple(drawn))
            Q, P = case.average(invariant)
            yield Case(name, action, Q, P, case.Gamma)


def witness(case: Case, **values: object) -> Outcome:
    """The refutation by a case."""
    return refuted({"action": case.name, "Q": case.Q, "P": case.P, "Gamma": case.Gamma, **values})


def closed_pair(claim: Claim) -> dict[str, bool]:
    """An object with (C): {(0, 2), (2, 0), (1, 1)} on two points that are swapped."""
    action = small()["C4 through C2"]
    Gamma = {tuple(map(Fraction, g)) for g in ((0, 2), (2, 0), (1, 1))}
    held = {action.on_function(g) for g in Gamma} <= Gamma
    return dict.fromkeys(claim.hypotheses, held)


def hamming(symbols: int, length: int) -> FiniteMetric:
    """The number of places where two tuples differ."""
    points = list(product(range(symbols), repeat=length))
    rows = (tuple(sum(a != b for a, b in zip(x, y, strict=True)) for y in points) for x in points)
    return FiniteMetric(tuple(rows))


def lipschitz_instances(stream: str, *, closed: bool = True) -> Iterator[tuple[str, Instance]]:
    """The fixed instance, then random ones; without (C) the metric |x| + 3|y|, which C_4 does not keep."""
    weights = (1, 1) if closed else (1, 3)
    rng = Random(stream)
    yield "fixed: C4 on the 4x4 grid", fixed_instance(weights)
    for group, m in ((cyclic(4), 4), (dihedral(4), 4), (dihedral(4), 3), (dihedral(2), 3)):
        yield f"{group.name} on the {m}x{m} grid", random_instance(group, m, rng, weights)
    yield "trivial group on the 3x3 grid", random_instance(trivial(), 3, rng, weights)
    Q, P = (random_probability(8, 9, rng) for _ in "QP")
    yield "S3 on {0,1}^3, Hamming", Instance(tuple_action(2, 3), hamming(2, 3), Q, P)


def exchanged(instance: Instance) -> Instance:
    """P and Q in each other's place."""
    return replace(instance, Q=instance.P, P=instance.Q)
