r"""T1c, T1d, T1g: without closure; what becomes of an optimal discriminator; what the reduced divergence
sees.

| symbol | here |
|---|---|
| Gamma cap inv, Gamma, S[Gamma] | three classes; the first two are nested, the third need not be |
| g* | a potential of W1(S Q, S P) |
| W^inv(Q, P) | the supremum over invariant 1-Lipschitz functions |
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

from constructions.spgan.actions import Action, tuple_action
from constructions.spgan.spaces import FiniteMetric, probability
from constructions.spgan.transport import wasserstein
from theory import COROLLARY, EXACT, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.spgan._cases import CLOSED, cases, closed_pair, lipschitz_instances, witness
from theory.spgan._finite_classes import FUNCTIONALS, ball, divergence, gain_kl
from theory.spgan._lipschitz import integer_lipschitz, lipschitz_constant
from theory.spgan._spaces import (
    Numbers,
    expectation,
    fixed_by_all,
    function,
    invariant_by_definition,
    small,
)
from theory.spgan.mode_collapse import laws

PAIR = {"invariant_pair": "P and Q are invariant"}

T1c = Claim(
    id="spgan.T1c",
    kind=THEOREM,
    title="Without (C): two inequalities",
    statement=r"For invariant P, Q and any class, $D_f^{\Gamma \cap inv} \le D_f^\Gamma \le "
    r"D_f^{S_\Sigma[\Gamma]}$. For the IPM the second is an equality; for $f_2$ and KL both can be strict: "
    r"for $\Gamma = \{g\}$ and KL the second "
    r"always is, unless g is invariant.",
    hypotheses=PAIR,
    constants={"equal": ("IPM",), "strict": True},
    source=Derived("Jensen for f*, strict for KL; duality for the IPM"),
    needs=("spgan.T1",),
)


@T1c.check(
    EXACT, scope="15 actions, 8 invariant pairs each, classes of 4 that are not closed; f_2, IPM"
)
def chains(claim: Claim) -> Outcome:
    """Three suprema, the last two equal for the functionals that the claim names."""
    count, averaged = 0, "QP" if claim.assumes("invariant_pair") else ""
    for case in cases(claim, invariant=averaged):
        for name, gain in FUNCTIONALS.items():
            inside = divergence(gain, case.Q, case.P, case.invariant)
            full = divergence(gain, case.Q, case.P, case.Gamma)
            projected = divergence(gain, case.Q, case.P, map(case.action.on_function, case.Gamma))
            count += 1
            equal = name in claim["equal"] and full != projected
            if not inside <= full <= projected or equal:
                return witness(case, functional=name, values=(inside, full, projected))
    return established(cases=count)


@T1c.check(
    EXACT,
    scope="S3 on {0,1}^3, KL, 1000 classes {g} and invariant pairs; signs of balls",
    part=True,
)
def singletons(claim: Claim) -> Outcome:
    """D^{S g} - D^g is positive, or g takes one value on each orbit that P charges."""
    rng, action = Random("spgan.T1c"), tuple_action(2, 3)
    for _ in range(1000):
        Q, P = (action.on_measure(probability([rng.randint(1, 9) for _ in range(8)])) for _ in "QP")
        g = function(8, rng, 3)
        difference = gain_kl(Q, P, action.on_function(g)) - gain_kl(Q, P, g)
        strict = claim["strict"] and not fixed_by_all(action, g)
        if not (difference > 0 if strict else difference.contains(ball(0))):
            return refuted({"Q": Q, "P": P, "g": g, "D^{S g} - D^g": str(difference)})
    return established(cases=1000)


T1c.falsifier(
    "any pair",
    drop="invariant_pair",
    by="chains",
    because="for other pairs S g may gain less than g",
)
T1c.falsifier(
    "equality for f_2 as well",
    constants={"equal": ("IPM", "f_2")},
    by="chains",
    because="f_2* is strictly convex where it counts",
)
T1c.falsifier(
    "equality for singletons and KL",
    constants={"strict": False},
    by="singletons",
    because="log E e^g > log E e^{S g} unless g is constant on orbits",
)


@T1c.inhabitant
def two_even_laws(_: Claim) -> dict[str, bool]:
    """(1, 1, 2)/4 and (2, 2, 1)/5 under the swap of the first two."""
    action = small()["C2: a swap and a fixed point"]
    pair = probability([1, 1, 2]), probability([2, 2, 1])
    return {"invariant_pair": all(invariant_by_definition(action, R) for R in pair)}


T1d = Claim(
    id="spgan.T1d",
    kind=COROLLARY,
    title="The average of an optimal discriminator is optimal",
    statement=r"Under (C), if g is optimal for invariant (Q, P) then so is $S_\Sigma g$, which has the same "
    r"value at every pair with these averages; if the optimum is unique up to constants it is invariant.",
    hypotheses={**CLOSED, **PAIR},
    source=Derived("T1 and its proof"),
    needs=("spgan.T1",),
    proof_needs=("spgan.T1",),
)


@T1d.check(EXACT, scope="W1 on 7 instances of C1, D2, C4, D4, S3 with 8-16 points")
def averaged_potentials(claim: Claim) -> Outcome:
    """S g of a potential g: 1-Lipschitz, invariant, and of the same difference at (S Q, S P) and (Q, P)."""
    found = list(lipschitz_instances(claim.id, closed=claim.assumes("closed")))
    for name, instance in found:
        pair = instance.Q, instance.P
        if claim.assumes("invariant_pair"):
            pair = instance.SQ, instance.SP
        best = wasserstein(*pair, instance.metric)
        Sg = instance.action.on_function(best.potential)
        slope = lipschitz_constant(instance.metric, Sg)
        at_pair, at_raw = (
            expectation(Q, Sg) - expectation(P, Sg) for Q, P in (pair, (instance.Q, instance.P))
        )
        if slope > 1 or at_pair != best.value or at_raw != best.value:
            values = {"value": best.value, "of S g": at_pair, "at (Q, P)": at_raw}
            return refuted({"instance": name, "slope of S g": slope, **values})
    return established(cases=len(found))


@T1d.check(EXACT, scope="7 instances, plain f_2: the optimum is Q/P, unique where P > 0", part=True)
def unique_optima(claim: Claim) -> Outcome:
    """The density ratio is invariant if the pair is."""
    found = list(lipschitz_instances(claim.id, closed=claim.assumes("closed")))
    for name, instance in found:
        Q, P = (
            instance.action.on_measure(R) if claim.assumes("invariant_pair") else R
            for R in (instance.Q, instance.P)
        )
        action = instance.action
        ratio = [q / p if p else None for q, p in zip(Q, P, strict=True)]
        for moved in action.permutations:
            if any(ratio[y] != ratio[x] for x, y in enumerate(moved)):
                return refuted({"instance": name, "Q/P": ratio})
    return established(cases=len(found))


T1d.falsifier(
    "any metric",
    drop="closed",
    by="averaged_potentials",
    because="the average of a 1-Lipschitz function is then steeper",
)
T1d.falsifier(
    "any pair",
    drop="invariant_pair",
    because="the potential of (Q, P) tells points of an orbit apart",
)


@T1d.inhabitant
def both(claim: Claim) -> dict[str, bool]:
    """A closed class, and an invariant pair."""
    held = {**closed_pair(claim), **two_even_laws(claim)}
    return {name: held[name] for name in claim.hypotheses}


T1g = Claim(
    id="spgan.T1g",
    kind=COROLLARY,
    title="The reduced divergence separates averages, not laws",
    statement=r"For 1-Lipschitz functions and isometries $W^{\Gamma_{inv}}(Q, P) = 0$ iff $S^\Sigma Q = "
    r"S^\Sigma P$: among invariant laws only for Q = P, and it is no divergence on all laws.",
    hypotheses={
        "invariant_class": r"the supremum is over $\Gamma_{inv}$",
        "rich": r"$\Gamma$ contains all 1-Lipschitz functions",
    },
    constants={"separates": "averages"},
    source=Derived("T1; W1 is a metric"),
    needs=("spgan.T1",),
    proof_needs=("spgan.T1",),
)


def _spaces() -> dict[str, tuple[Action, FiniteMetric]]:
    """Invariant metrics on at most four points; distances 1 and 2."""
    square = FiniteMetric(((0, 1, 2, 1), (1, 0, 1, 2), (2, 1, 0, 1), (1, 2, 1, 0)))
    triangle = FiniteMetric(((0, 2, 1), (2, 0, 1), (1, 1, 0)))
    return {
        "C2: two swaps": (small()["C2: two swaps"], square),
        "C2: a swap and a fixed point": (small()["C2: a swap and a fixed point"], triangle),
        "trivial group, 3 points": (small()["trivial group, 3 points"], triangle),
    }


def _functions(claim: Claim, action: Action, metric: FiniteMetric) -> list[Numbers]:
    every = (
        list(integer_lipschitz(metric)) if claim.assumes("rich") else [(Fraction(0),) * action.size]
    )
    if not claim.assumes("invariant_class"):
        return every
    return [g for g in every if fixed_by_all(action, g)]


@T1g.check(
    EXACT, scope="C1, C2 on 3-4 points with distances 1, 2: all pairs of laws of denominator 6"
)
def zeros(claim: Claim) -> Outcome:
    """W^inv by enumeration of integer potentials: 0 exactly where the claim says."""
    count = 0
    for name, (action, metric) in _spaces().items():
        functions = _functions(claim, action, metric)
        every_law = [(R, action.on_measure(R)) for R in laws(action.size, 6)]
        gains = {R: [expectation(R, g) for g in functions] for R, _ in every_law}
        for Q, SQ in every_law:
            for P, SP in every_law:
                count += 1
                zero = max(a - b for a, b in zip(gains[Q], gains[P], strict=True)) == 0
                if zero != (SQ == SP if claim["separates"] == "averages" else Q == P):
                    return refuted({"space": name, "Q": Q, "P": P, "zero": zero})
    return established(cases=count)


T1g.falsifier(
    "it separates all laws",
    constants={"separates": "laws"},
    because="a point and its image have equal averages",
)
T1g.falsifier(
    "over all functions", drop="invariant_class", because="W1 separates a point from its image"
)
T1g.falsifier("constants only", drop="rich", because="they separate nothing")


@T1g.inhabitant
def a_square(claim: Claim) -> dict[str, bool]:
    """The square with sides 1 under two swaps: 19 integer potentials up to constants, 3 of them invariant."""
    action, metric = _spaces()["C2: two swaps"]
    every = list(integer_lipschitz(metric))
    inside = _functions(claim, action, metric)
    return {
        "invariant_class": 0 < len(inside) < len(every)
        and all(fixed_by_all(action, g) for g in inside),
        "rich": all(lipschitz_constant(metric, g) <= 1 for g in every) and len(every) > 1,
    }


@T1g.boundary("one point")
def one_point(_: Claim) -> Outcome:
    """There is one law, at distance 0 from itself."""
    value = wasserstein((Fraction(1),), (Fraction(1),), FiniteMetric(((0,),))).value
    return established(cases=1) if value == 0 else refuted({"W1": value})
