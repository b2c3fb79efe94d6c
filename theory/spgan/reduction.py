r"""T1, T1a, T1b: under (C) the discriminator may be taken invariant, whatever P and Q are.

| symbol | here |
|---|---|
| gain(Q, P, g) | E_Q g - Lambda_f^P[g], or E_Q g - E_P g |
| D^Gamma, D^inv | the largest gain over a finite class, over its invariant members |
| S Q, S P | ``action.on_measure`` |

The proof: gain(S Q, S P, g) <= gain(Q, P, S g) by Jensen for f*, and equality for invariant g.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from constructions.spgan.actions import Action
from constructions.spgan.spaces import random_probability
from theory import COROLLARY, EXACT, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.spgan._finite_classes import FUNCTIONALS, divergence, gain_f2
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


T1 = Claim(
    id="spgan.T1",
    kind=THEOREM,
    title="The discriminators may be taken invariant",
    statement=r"If $S_\Sigma[\Gamma] \subset \Gamma$, then for all P and Q, invariant or not, "
    r"$D_f^\Gamma(S^\Sigma Q \| S^\Sigma P) = D_f^{\Gamma_{inv}}(Q \| P)$ and $W^\Gamma(S^\Sigma Q, "
    r"S^\Sigma P) = "
    r"W^{\Gamma_{inv}}(Q, P)$. So for invariant P, Q the class may be replaced by its invariant members.",
    hypotheses=CLOSED,
    constants={"averaged": "QP", "order": "QP"},
    source=Derived(
        "recalled as the main theorem of arXiv:2202.01129, whose abstract has the invariant case; "
        "Jensen for f*"
    ),
    needs=("spgan.L1", "spgan.T2"),
    proof_needs=("spgan.L1", "spgan.T2"),
)


@T1.check(
    EXACT, scope="15 actions on 1-25 points, 8 (P, Q, Gamma) each, classes of 4-8; f_2 and IPM"
)
def finite_classes(claim: Claim) -> Outcome:
    """Both suprema by evaluating every member, the infimum over nu exactly."""
    count = 0
    for case in cases(claim):
        for name, gain in FUNCTIONALS.items():
            left = divergence(gain, *case.average(claim["averaged"]), case.Gamma)
            Q, P = (case.Q, case.P) if claim["order"] == "QP" else (case.P, case.Q)
            right = divergence(gain, Q, P, case.invariant)
            count += 1
            if left != right:
                return witness(case, functional=name, left=left, right=right)
    return established(cases=count)


T1.falsifier("any class", drop="closed", because="S g may gain more than any member")
T1.falsifier("only P averaged", constants={"averaged": "P"}, because="D^inv averages both, see T1b")
T1.falsifier("only Q averaged", constants={"averaged": "Q"}, because="likewise")
T1.falsifier("D(P || Q) on the right", constants={"order": "PQ"}, because="it is not symmetric")


@T1.inhabitant
def swapped_pair(_: Claim) -> dict[str, bool]:
    """{(0, 2), (2, 0), (1, 1)} on two points that are swapped."""
    action = small()["C4 through C2"]
    Gamma = {tuple(map(Fraction, g)) for g in ((0, 2), (2, 0), (1, 1))}
    return {"closed": {action.on_function(g) for g in Gamma} <= Gamma}


@T1.boundary("the trivial group, and one point")
def nothing_to_reduce(claim: Claim) -> Outcome:
    """All functions are invariant."""
    bare = [case for case in cases(claim, per_action=2) if case.name in TRIVIAL]
    for case in bare:
        if set(case.invariant) != set(case.Gamma) or case.average("QP") != (case.Q, case.P):
            return witness(case)
    return established(cases=len(bare))


@T1.check(EXACT, scope="the same actions, every g of the classes", part=True)
def jensen(claim: Claim) -> Outcome:
    """The two steps of the proof: gain(S Q, S P, g) <= gain(Q, P, S g), with equality for S g."""
    count = 0
    for case in cases(claim, per_action=4):
        Q, P = (case.Q, case.P) if claim["order"] == "QP" else (case.P, case.Q)
        pair = case.average(claim["averaged"])
        for g in case.Gamma:
            Sg, count = case.action.on_function(g), count + 1
            if not claim.assumes("closed"):
                Sg = g  # the class need not have it
            gained = gain_f2(Q, P, Sg)
            if gain_f2(*pair, g) > gained or gain_f2(*pair, Sg) != gained:
                return witness(case, g=g)
    return established(cases=count)


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


T1a.falsifier("any class", drop="closed", because="then averaging may increase it")
T1a.falsifier(
    "by a factor of 99/100",
    constants={"factor": Fraction(99, 100)},
    because="equality where an invariant member is best",
)


@T1a.inhabitant
def swapped_pair_again(_: Claim) -> dict[str, bool]:
    """As for T1."""
    return dict(swapped_pair(T1))


T1b = Claim(
    id="spgan.T1b",
    kind=COROLLARY,
    title="With one invariant argument only, the reduced divergence averages the other one",
    statement=r"Under (C) and for invariant P, $D_f^{\Gamma_{inv}}(Q \| P) = D_f^\Gamma(S^\Sigma Q \| P)$, "
    r"which is in general less than $D_f^\Gamma(Q \| P)$; likewise for invariant Q. This is the situation "
    r"of training: the "
    r"data are not invariant, or the generator is not.",
    hypotheses=CLOSED,
    constants={"averaged": {"P": "Q", "Q": "P"}},  # invariant argument -> the one to be averaged
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


T1b.falsifier("any class", drop="closed", because="as for T1")
T1b.falsifier(
    "the other one need not be averaged",
    constants={"averaged": {"P": "", "Q": ""}},
    because="a discriminator that is not invariant sees Q itself",
)


@T1b.inhabitant
def swapped_pair_once_more(_: Claim) -> dict[str, bool]:
    """As for T1."""
    return dict(swapped_pair(T1))
