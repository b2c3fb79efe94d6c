r"""T1a, T1b, T1e: averaging one argument or both, and augmenting the data of one player or both.

Symbols as in :mod:`theory.spgan.reduction`; Q_n is uniform on n points, its augmentation on their |Sigma| n
images T_s x, each listed as often as it occurs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from constructions.spgan.actions import Action
from constructions.spgan.spaces import Instance, fixed_instance
from constructions.spgan.transport import reduced_wasserstein, wasserstein
from theory import (
    CERTIFIED,
    COROLLARY,
    EXACT,
    PROPERTY,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
)
from theory.spgan._cases import CLOSED, cases, closed_pair, lipschitz_instances, witness
from theory.spgan._certified import transport_value
from theory.spgan._finite_classes import FUNCTIONALS, divergence
from theory.spgan._spaces import Numbers

T1a = Claim(
    id="spgan.T1a",
    kind=COROLLARY,
    title="Averaging both arguments never increases the divergence",
    statement=r"Under (C), $D_f^\Gamma(S^\Sigma Q \| S^\Sigma P) = D_f^{\Gamma_{inv}}(Q \| P) "
    r"\le D_f^\Gamma(Q \| P)$.",
    hypotheses=CLOSED,
    constants={"factor": Fraction(1)},
    source=Derived("T1; an invariant class is a subset"),
    needs=("spgan.T1",),
    proof_needs=("spgan.T1",),
)


@T1a.check(EXACT, scope="15 actions, 6 (P, Q, Gamma) each; f_2 and IPM")
def smaller_after_averaging(claim: Claim) -> Outcome:
    """Three suprema in a row."""
    count = 0
    for case in cases(claim, per_action=6):
        for name, gain in FUNCTIONALS.items():
            averaged = divergence(gain, *case.average("QP"), case.Gamma)
            reduced = divergence(gain, case.Q, case.P, case.invariant)
            full = divergence(gain, case.Q, case.P, case.Gamma)
            count += 1
            if averaged != reduced or reduced > claim["factor"] * full:
                return witness(case, functional=name, values=(averaged, reduced, full))
    return established(cases=count)


@T1a.check(
    PROPERTY,
    scope="W1 on 3 spaces of D2, D4, S3 with 8 or 9 points; masses 0-3, some pairs averaged",
)
def chain_of_transport_costs(claim: Claim) -> Outcome:
    """W1(S Q, S P) = reduced supremum <= W1(Q, P), each an exact optimum."""
    from hypothesis import strategies as st

    from theory._core.search import search

    spaces = [
        one
        for _, one in lipschitz_instances(claim.id, closed=claim.assumes("closed"))
        if one.action.size <= 9
    ][:3]

    def laws(k: int) -> Any:
        n = spaces[k].action.size
        masses = st.lists(st.integers(0, 3), min_size=n, max_size=n).filter(any)
        return st.tuples(st.just(k), masses, masses, st.booleans())

    def violates(example: Any) -> Any:
        k, *masses, averaged = example
        action, metric = spaces[k].action, spaces[k].metric
        Q, P = (tuple(Fraction(one, sum(R)) for one in R) for R in masses)
        SQ, SP = map(action.on_measure, (Q, P))
        if averaged:
            Q, P = SQ, SP
        values = (
            wasserstein(SQ, SP, metric).value,
            reduced_wasserstein(Q, P, metric, action).value,
            wasserstein(Q, P, metric).value,
        )
        right = values[0] == values[1] <= claim["factor"] * values[2]
        return None if right else {"space": k, "Q": Q, "P": P, "values": values}

    return search(st.integers(0, len(spaces) - 1).flatmap(laws), violates, examples=25)


T1a.falsifier("any class", drop="closed", because="then averaging may increase it")
T1a.falsifier(
    "by a factor of 99/100",
    constants={"factor": Fraction(99, 100)},
    by="smaller_after_averaging",
    because="equality where an invariant member is best",
)


T1a.inhabitant(closed_pair)


T1b = Claim(
    id="spgan.T1b",
    kind=COROLLARY,
    title="With one invariant argument only, the reduced divergence averages the other one",
    statement=r"Under (C) and for invariant P, $D_f^{\Gamma_{inv}}(Q \| P) = D_f^\Gamma(S^\Sigma Q \| P)$, "
    r"which is in general less than $D_f^\Gamma(Q \| P)$; likewise for invariant Q. This is the situation "
    r"of training: the "
    r"data are not invariant, or the generator is not.",
    hypotheses=CLOSED,
    constants={
        "averaged": {"P": "Q", "Q": "P"},  # invariant argument -> the one to be averaged
        # W1 on the fixed instance, by the arguments that are averaged
        "W1": {
            "": Fraction(277, 200),
            "P": Fraction(17, 24),
            "Q": Fraction(207, 200),
            "QP": Fraction(47, 150),
        },
    },
    source=Derived("T1"),
    needs=("spgan.T1",),
    proof_needs=("spgan.T1",),
)


@T1b.check(EXACT, scope="15 actions, 3 (P, Q, Gamma) each with P invariant, 3 with Q; f_2, IPM")
def one_invariant_argument(claim: Claim) -> Outcome:
    """The equality; the inequality is strict in some cases."""
    count = strict = 0
    for invariant, averaged in claim["averaged"].items():
        for case in cases(claim, invariant=invariant, per_action=3):
            for name, gain in FUNCTIONALS.items():
                left = divergence(gain, case.Q, case.P, case.invariant)
                right = divergence(gain, *case.average(averaged), case.Gamma)
                full = divergence(gain, case.Q, case.P, case.Gamma)
                count, strict = count + 1, strict + (left < full)
                if left != right or left > full:
                    return witness(case, functional=name, values=(left, right, full))
    return established(cases=count, strict=strict) if strict else refuted({"strict cases": 0})


@T1b.check(
    CERTIFIED, scope="W1 on the fixed instance: C4 on the 4x4 grid, all four pairs", part=True
)
def four_transport_costs(claim: Claim) -> Outcome:
    """W1(Q, P), W1(Q, S P), W1(S Q, P), W1(S Q, S P)."""
    digests = []
    for averaged, claimed in claim["W1"].items():
        value, digest = transport_value(claim.id, fixed_instance(), averaged)
        digests.append(digest)
        if value != claimed:
            return refuted({"averaged": averaged, "W1": value, "claimed": claimed})
    return established(certificates=digests)


T1b.falsifier("any class", drop="closed", by="one_invariant_argument", because="as for T1")
T1b.falsifier(
    "the other one need not be averaged",
    constants={"averaged": {"P": "", "Q": ""}},
    by="one_invariant_argument",
    because="a discriminator that is not invariant sees Q itself",
)
T1b.falsifier(
    "W1(Q, S P) = 47/150",
    constants={"W1": {"P": Fraction(47, 150)}},
    by="four_transport_costs",
    because="one invariant argument is not enough: it is 17/24",
)


T1b.inhabitant(closed_pair)


T1e = Claim(
    id="spgan.T1e",
    kind=COROLLARY,
    title="An invariant discriminator sees fully augmented data of both players",
    statement=r"Under (C), $D_f^{\Gamma_{inv}}(Q_n \| P_m) = D_f^\Gamma(S^\Sigma Q_n \| S^\Sigma P_m)$: on "
    r"n and m points it does what an unrestricted one does on all $|\Sigma| n$ and $|\Sigma| m$ images of "
    r"both players; "
    r"augmenting the data alone does not.",
    hypotheses=CLOSED,
    constants={"augmented": "QP"},
    source=Derived("T1; the augmented sample has the law S Q_n"),
    needs=("spgan.T1",),
    proof_needs=("spgan.T1",),
)


def empirical(points: list[int], size: int) -> Numbers:
    """The uniform law on a list of points."""
    counts = Counter(points)
    return tuple(Fraction(counts[x], len(points)) for x in range(size))


def augmented(action: Action, points: list[int]) -> list[int]:
    """All images, listed."""
    return [moved[x] for x in points for moved in action.permutations]


@T1e.check(CERTIFIED, scope="W1 on 7 spaces of C1, D2, C4, D4, S3; samples of 5 and 7 points")
def listed_images(claim: Claim) -> Outcome:
    """The reduced supremum at the samples against W1 of the listed images."""
    rng, digests = Random("spgan.T1e"), []
    for name, instance in lipschitz_instances(claim.id, closed=claim.assumes("closed")):
        n = instance.action.size
        samples = {k: [rng.randrange(n) for _ in range(m)] for k, m in (("Q", 5), ("P", 7))}
        images = {
            k: augmented(instance.action, sample) if k in claim["augmented"] else sample
            for k, sample in samples.items()
        }
        reduced, first = _value(claim, instance, samples, invariant=True)
        full, second = _value(claim, instance, images, invariant=False)
        digests += [first, second]
        if reduced != full:
            return refuted({"instance": name, **samples, "reduced": reduced, "augmented": full})
    return established(certificates=digests)


def _value(
    claim: Claim, instance: Instance, lists: dict[str, list[int]], *, invariant: bool
) -> tuple[Fraction, str]:
    Q, P = (empirical(lists[k], instance.action.size) for k in "QP")
    return transport_value(claim.id, replace(instance, Q=Q, P=P), invariant=invariant)


T1e.falsifier("any class", drop="closed", because="as for T1")
T1e.falsifier(
    "augment the data only", constants={"augmented": "Q"}, because="the generator is seen as well"
)
T1e.falsifier("augment the generator only", constants={"augmented": "P"}, because="likewise")
T1e.inhabitant(closed_pair)


@T1e.boundary("one point each, in one orbit: 0")
def one_orbit(claim: Claim) -> Outcome:
    """An invariant discriminator does not tell a point from its images."""
    value, _ = _value(claim, fixed_instance(), {"Q": [0], "P": [3]}, invariant=True)
    plain, _ = _value(claim, fixed_instance(), {"Q": [0], "P": [3]}, invariant=False)
    return established(cases=1) if value == 0 < plain else refuted({"W1": (value, plain)})
