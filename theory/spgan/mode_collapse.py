r"""T8: an invariant discriminator cannot tell a law from its representatives, one of each orbit.

| symbol | here |
|---|---|
| Q, P_g | law of the data, law of the generator |
| D^inv(Q\|\|P) | the supremum over invariant g; for all bounded ones the divergence of the masses of orbits |
| x_i, d_i | the C_4-orbit of (1, 1), and its distances 0, 2, 2, 2 sqrt 2 from (1, 1) |
| L | Lipschitz constant of the discriminators |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from constructions.spgan.actions import Action
from constructions.spgan.spaces import probability
from theory import (
    CERTIFIED,
    EXACT,
    SYMBOLIC,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
)
from theory.spgan._cases import lipschitz_instances
from theory.spgan._certified import transport_value
from theory.spgan._finite_classes import ball, plain_f2
from theory.spgan._spaces import Numbers, invariant_by_definition, small

T8 = Claim(
    id="spgan.T8",
    kind=THEOREM,
    title="Mode collapse is a global minimum under an invariant discriminator alone",
    statement=r"For invariant Q every law $P_g$ with $S^\Sigma P_g = Q$ has $D^{\Gamma_{inv}}(Q \| P_g) = "
    r"0$, the least value, and for the bounded functions no other law has; among them is one representative "
    r"of each orbit, with the "
    r"mass of the orbit. A structured generator cannot produce that one.",
    hypotheses={
        "invariant_discriminator": r"the supremum is over $\Gamma_{inv}$",
        "invariant_Q": "Q is invariant",
    },
    constants={"generator": "unstructured"},
    source=Derived(
        "T1 with any generator; the abstract of arXiv:2202.01129 names the mode collapse"
    ),
    needs=("spgan.T7",),
)


def laws(size: int, denominator: int) -> Iterator[Numbers]:
    """All probabilities on so many points with masses k / denominator."""
    for masses in product(range(denominator + 1), repeat=size):
        if sum(masses) == denominator:
            yield probability(masses)


def reduced(claim: Claim, action: Action, Q: Numbers, P: Numbers) -> Fraction | None:
    """D_{f_2} over the invariant functions: that of the masses of orbits (or over all functions)."""
    if claim.assumes("invariant_discriminator"):
        return plain_f2(action.to_quotient(Q), action.to_quotient(P))
    return plain_f2(Q, P)


def representatives(action: Action, Q: Numbers) -> Numbers:
    """The mass of every orbit on its least point."""
    made = [Fraction(0)] * action.size
    for orbit in action.orbits:
        made[orbit[0]] = sum((Q[x] for x in orbit), Fraction(0))
    return tuple(made)


@T8.check(EXACT, scope="7 actions of C1-C4, S3 on 1-4 points, all laws of denominator 4 and 6; f_2")
def every_minimiser(claim: Claim) -> Outcome:
    """The laws of reduced value 0 are those with S P_g = Q; the representatives are one of them."""
    cases = 0
    for name, action in small().items():
        if action.size > 4:
            continue
        for n in (4, 6):
            every_law = list(laws(action.size, n))
            for Q in every_law:
                if claim.assumes("invariant_Q") and not invariant_by_definition(action, Q):
                    continue
                found = _not_as_claimed(claim, action, Q, every_law)
                cases += len(every_law)
                if found:
                    return refuted({"action": name, "Q": Q, **found})
    return established(cases=cases)


def _not_as_claimed(
    claim: Claim, action: Action, Q: Numbers, every_law: list[Numbers]
) -> dict[str, Any] | None:
    for P in every_law:
        made = P if claim["generator"] == "unstructured" else action.on_measure(P)
        value = reduced(claim, action, Q, made)
        if (value == 0) != (action.on_measure(made) == Q):
            return {"P_g": made, "value": value, "S P_g": action.on_measure(made)}
    collapsed = representatives(action, Q)
    made = collapsed if claim["generator"] == "unstructured" else action.on_measure(collapsed)
    value = reduced(claim, action, Q, made)
    return None if value == 0 and made == collapsed else {"P_g": made, "value": value}


@T8.check(CERTIFIED, scope="W1 on 7 instances of C1, D2, C4, D4, S3 with 8-16 points; Q averaged")
def transport_of_representatives(claim: Claim) -> Outcome:
    """At the representatives the reduced W1 is 0; over all functions it is not, unless Q is collapsed."""
    digests = []
    for name, given in lipschitz_instances(claim.id):
        Q = given.SQ if claim.assumes("invariant_Q") else given.Q
        collapsed = representatives(given.action, Q)
        P_g = (
            given.action.on_measure(collapsed) if claim["generator"] == "structured" else collapsed
        )
        instance = replace(given, Q=Q, P=P_g)
        inside, first = transport_value(
            claim.id, instance, invariant=claim.assumes("invariant_discriminator")
        )
        outside, second = transport_value(claim.id, instance)
        digests += [first, second]
        # S P_g = Q is what the first statement asks of a minimiser.
        if inside != 0 or given.action.on_measure(P_g) != Q or (outside == 0) != (collapsed == Q):
            return refuted({"instance": name, "reduced W1": inside, "W1": outside})
    return established(certificates=digests)


T8.falsifier(
    "any discriminator",
    drop="invariant_discriminator",
    because="all bounded functions tell Q from every other law",
)
T8.falsifier(
    "any Q", drop="invariant_Q", because="then the least value is 0 where S P_g = S Q, not Q"
)
T8.falsifier(
    "a structured generator",
    constants={"generator": "structured"},
    because="its laws are invariant: it has all points of an orbit or none",
)


@T8.inhabitant
def swapped_pair(_: Claim) -> dict[str, bool]:
    """Q = (1/2, 1/2) under a swap: g with E_Q g = g(0) for all invariant g."""
    action = small()["C4 through C2"]
    Q, P_g = probability([1, 1]), probability([1, 0])
    return {
        "invariant_discriminator": reduced(T8, action, Q, P_g) == 0,
        "invariant_Q": invariant_by_definition(action, Q),
    }


@T8.boundary("the trivial group: no collapse")
def trivial_group(claim: Claim) -> Outcome:
    """Every point represents itself, and 0 is attained at P_g = Q only."""
    action = small()["trivial group, 3 points"]
    for Q in laws(3, 4):
        zeros = [P for P in laws(3, 4) if reduced(claim, action, Q, P) == 0]
        if zeros != [Q] or representatives(action, Q) != Q:
            return refuted({"Q": Q, "minimisers": zeros})
    return established(cases=15)


T8w = Claim(
    id="spgan.T8w",
    kind=THEOREM,
    title="Numbers of the collapse onto one point of a C_4-orbit",
    statement=r"Q uniform on the $C_4$-orbit of (1, 1), $P_g = \delta_{(1,1)}$: $W_1(Q, P_g) = 1 + "
    r"\sqrt2/2$, $D_{KL}^{\mathrm{Lip}_L}(Q \| P_g) = L(1 + \sqrt2/2)$ and $D_{KL}^{\mathrm{Lip}_L}(P_g \| "
    r"Q) = "
    r"-\log((1 + 2e^{-2L} + e^{-2\sqrt2 L})/4)$, which is 1.1012836187 at L = 1.",
    constants={
        "W1": (Fraction(1), Fraction(1, 2)),  # a + b sqrt 2
        "terms": ((1, 0, 0), (2, 2, 0), (1, 0, 2)),  # n e^{-(a + b sqrt 2) L}
        "value": Fraction("1.1012836187"),
    },
    source=Derived("a potential and a dual law of equal value, in closed form"),
    needs=("spgan.T8",),
)


def _distances() -> list[Any]:
    """From (1, 1) to its images under (x, y) -> (-y, x)."""
    import sympy as sp

    orbit = [(1, 1)]
    for _ in range(3):
        x, y = orbit[-1]
        orbit.append((-y, x))
    return [sp.sqrt((x - 1) ** 2 + (y - 1) ** 2) for x, y in orbit]


def _closed_form(claim: Claim, L: Any) -> Any:
    import sympy as sp

    return -sp.log(sum(n * sp.exp(-(a + b * sp.sqrt(2)) * L) for n, a, b in claim["terms"]) / 4)


@T8w.check(SYMBOLIC, scope="every L > 0, Euclidean distances")
def potential_and_dual_law(claim: Claim) -> Outcome:
    """Lower bounds at g = L d and -L d, upper bounds D_KL(eta || P) + L W1(Q, eta), in closed form."""
    import sympy as sp

    L, d = sp.Symbol("L", positive=True), _distances()
    a, b = (sp.Rational(x.numerator, x.denominator) for x in claim["W1"])
    w1 = a + b * sp.sqrt(2)
    # Q first: g = L d, whose value at (1, 1) is 0; eta = P_g, reached by the only coupling.
    mean = sum(d) / 4
    # P_g first: g = -L d; eta proportional to e^{-L d}, with the only coupling of the point mass.
    e = [sp.exp(-L * one) for one in d]
    Z = sum(e) / 4
    eta = [one / (4 * Z) for one in e]
    logs = [-L * one - sp.log(Z) for one in d]  # log(eta / (1/4))
    upper = sum(p * (log + L * one) for p, log, one in zip(eta, logs, d, strict=True))
    form = _closed_form(claim, L)
    residuals = {
        "W1": sp.expand(mean - w1),
        "D(Q || P_g)": sp.expand(L * mean - L * w1),
        "D(P_g || Q), lower": sp.expand(sp.exp(form) * Z - 1).simplify(),
        "D(P_g || Q), upper": sp.simplify(upper + sp.log(Z)),
        "eta": sp.simplify(sp.Add(*eta) - 1),
    }
    wrong = {name: str(one) for name, one in residuals.items() if one != 0}
    return refuted(wrong) if wrong else established(residual=sum(residuals.values()))


@T8w.check(EXACT, scope="L = 1, ten digits, in balls of 53 bits", part=True)
def value_at_one(claim: Claim) -> Outcome:
    """-log of the mean of e^{-d}, from the coordinates."""
    roots = [ball(int(one**2)).sqrt() for one in _distances()]
    total = ball(0)
    for d in roots:
        total += (-d).exp()
    value = -(total / 4).log()
    near = abs(value - ball(claim["value"])) < ball(Fraction(1, 2 * 10**10))
    return established(cases=1) if near else refuted({"value": str(value)})


T8w.falsifier(
    "W1 = 1 + sqrt 2",
    constants={"W1": (Fraction(1), Fraction(1))},
    by="potential_and_dual_law",
    because="the opposite point has a quarter of the mass",
)
T8w.falsifier(
    "opposite point at distance 2",
    constants={"terms": ((1, 0, 0), (3, 2, 0))},
    by="potential_and_dual_law",
    because="it is at 2 sqrt 2",
)
T8w.falsifier(
    "one in the tenth decimal",
    constants={"value": Fraction("1.1012836188")},
    by="value_at_one",
    because="it is 1.10128361872",
)


@T8w.boundary("L to 0: both divergences vanish")
def no_discriminator(claim: Claim) -> Outcome:
    """At L = 0 only constants are left."""
    form = _closed_form(claim, 0)
    return established(cases=1) if form == 0 else refuted({"at 0": str(form)})
