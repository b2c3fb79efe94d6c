r"""L1c: S is an orthogonal projection in L2(P), a contraction in every L^p(P), and a module map.

Symbols: P invariant; g any function; h invariant; Var_P(g) = Var_P(S g) + E_P[(g - S g)^2].
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from constructions.spgan.actions import Action
from constructions.spgan.spaces import random_probability
from theory import EXACT, LEMMA, SYMBOLIC, Claim, Derived, Outcome, established, refuted
from theory.spgan._spaces import (
    Numbers,
    cyclic_points,
    every,
    expectation,
    fixed_by_all,
    function,
    invariant_by_definition,
)

L1c = Claim(
    id="spgan.L1c",
    kind=LEMMA,
    title="The average in L2 and L^p",
    statement=r"For invariant P, $S_\Sigma$ is self-adjoint and an orthogonal projection in $L^2(P)$, a "
    r"contraction in every $L^p(P)$, positive and unital; $S_\Sigma[hg] = h\,S_\Sigma[g]$ for invariant h; "
    r"$\mathrm{Var}_P(g) = \mathrm{Var}_P(S_\Sigma g) + E_P[(g - S_\Sigma g)^2]$.",
    hypotheses={
        "invariant_P": r"$(T_s)_\# P = P$ for all s",
        "invariant_h": r"$h \circ T_s = h$ for all s",
    },
    constants={"contraction": Fraction(1), "within": Fraction(1)},
    source=Derived("conditional expectation (L1b); Jensen for the contraction"),
    needs=("spgan.L1", "spgan.L1b"),
    proof_needs=("spgan.L1b",),
)


def _times(*functions: Numbers) -> Numbers:
    made = [Fraction(1)] * len(functions[0])
    for one in functions:
        made = [a * b for a, b in zip(made, one, strict=True)]
    return tuple(made)


def _minus(g: Numbers, h: Numbers) -> Numbers:
    return tuple(a - b for a, b in zip(g, h, strict=True))


def variance(P: Numbers, g: Numbers) -> Fraction:
    """Var_P(g)."""
    return expectation(P, _times(g, g)) - expectation(P, g) ** 2


def _instance(claim: Claim, action: Action, rng: Random) -> tuple[Numbers, Numbers, Numbers]:
    """P, g and h; one g in three is invariant, where the contraction is an equality."""
    P, g, h = (
        random_probability(action.size, 9, rng),
        function(action.size, rng),
        function(action.size, rng),
    )
    if rng.randrange(3) == 0:
        g = action.on_function(g)
    if claim.assumes("invariant_P"):
        P = action.on_measure(P)
    return P, g, action.on_function(h) if claim.assumes("invariant_h") else h


@L1c.check(EXACT, scope="15 actions, 12 (P, g, h) each; L^p for p = 1, 2, 3 and infinity")
def random_functions(claim: Claim) -> Outcome:
    """Both sides of every identity and inequality as fractions."""
    rng, cases = Random("spgan.L1c"), 0
    for name, action in every().items():
        for _ in range(12):
            P, g, h = _instance(claim, action, rng)
            wrong = _violated(claim, action, (P, g, h))
            cases += 1
            if wrong:
                return refuted({"action": name, "P": P, "g": g, "h": h, "violated": wrong})
    return established(cases=cases)


def _violated(claim: Claim, action: Action, instance: tuple[Numbers, Numbers, Numbers]) -> str:
    P, g, h = instance
    Sg, Sh, c = action.on_function(g), action.on_function(h), claim["contraction"]
    rest = _minus(g, Sg)
    if expectation(P, _times(h, Sg)) != expectation(P, _times(Sh, g)):
        return "self-adjoint"
    if action.on_function(_times(h, g)) != _times(h, Sg):
        return "module property"
    if variance(P, g) != variance(P, Sg) + claim["within"] * expectation(P, _times(rest, rest)):
        return "variance"
    if min(Sg) < min(g) or max(Sg) > max(g) or max(map(abs, Sg)) > c * max(map(abs, g)):
        return "positive and unital; L^infinity"
    for p in (1, 2, 3):
        before, after = (expectation(P, tuple(abs(value) ** p for value in one)) for one in (g, Sg))
        if after > c**p * before:
            return f"contraction in L^{p}"
    return ""


@L1c.check(
    SYMBOLIC, scope="C_n, n <= 5, on n and on d points (d the largest proper divisor); any g"
)
def identities_as_polynomials(claim: Claim) -> Outcome:
    """Adjoint, module and variance identities in the values of g, h and the masses of P."""
    import sympy as sp

    residuals: list[Any] = []
    for n in range(1, 6):
        action = cyclic_points(n)
        g = sp.symbols(f"g0:{action.size}")
        h = _symbols("h", action, invariant=claim.assumes("invariant_h"))
        P = _symbols("p", action, invariant=claim.assumes("invariant_P"))
        found = [sp.expand(one) for one in _residuals(claim, action, (P, g, h))]
        if any(one != 0 for one in found):
            return refuted({"n": n, "residual": str(next(one for one in found if one != 0))})
        residuals += found
    return established(residual=sum(residuals), identities=len(residuals))


def _symbols(letter: str, action: Action, *, invariant: bool) -> list[Any]:
    """One symbol for each orbit, or for each point."""
    import sympy as sp

    names = action.orbit_of if invariant else range(action.size)
    return [sp.Symbol(f"{letter}{i}") for i in names]


def _residuals(claim: Claim, action: Action, instance: tuple[Any, Any, Any]) -> list[Any]:
    """Left minus right, with the total mass m of P left free (both sides times m where needed)."""
    P, g, h = instance
    points, order = range(action.size), action.group.order

    def S(values: list[Any]) -> list[Any]:
        return [sum(values[p[x]] for p in action.permutations) / order for x in points]

    def E(values: list[Any]) -> Any:
        return sum(P[x] * values[x] for x in points)

    Sg, Sh, m = S(g), S(h), sum(P)
    adjoint = E([h[x] * Sg[x] - Sh[x] * g[x] for x in points])
    module = [a - h[x] * Sg[x] for x, a in enumerate(S([h[x] * g[x] for x in points]))]
    within = E([(g[x] - Sg[x]) ** 2 for x in points]) * claim["within"].numerator
    total = E([g[x] ** 2 - Sg[x] ** 2 for x in points]) * m - E(g) ** 2 + E(Sg) ** 2
    return [adjoint, *module, total * claim["within"].denominator - within * m]


L1c.falsifier("any P", drop="invariant_P", because="S is self-adjoint only where K balances P")
L1c.falsifier("any h", drop="invariant_h", because="h is then averaged with g")
L1c.falsifier(
    "contraction by 99/100",
    constants={"contraction": Fraction(99, 100)},
    by="random_functions",
    because="invariant functions keep their norm",
)
L1c.falsifier(
    "101/100 of the variance inside orbits",
    constants={"within": Fraction(101, 100)},
    because="the two parts are orthogonal, with weight 1",
)


@L1c.inhabitant
def pair_and_fixed_point(_: Claim) -> dict[str, bool]:
    """P = (3, 3, 4)/10 and h = (1, 1, 2) under the swap of the first two."""
    action = every()["C2: a swap and a fixed point"]
    P = tuple(Fraction(mass, 10) for mass in (3, 3, 4))
    h = tuple(map(Fraction, (1, 1, 2)))
    return {
        "invariant_P": invariant_by_definition(action, P),
        "invariant_h": fixed_by_all(action, h) and len(set(h)) == 2,
    }


@L1c.boundary("the trivial group, and one point")
def nothing_inside_orbits(claim: Claim) -> Outcome:
    """g - S g = 0: all of the variance is between orbits."""
    for name in ("trivial group, 3 points", "C2 on one point"):
        action, rng = every()[name], Random(name)
        P, g = random_probability(action.size, 9, rng), function(action.size, rng)
        wrong = _violated(claim, action, (P, g, g))
        if wrong or any(_minus(g, action.on_function(g))):
            return refuted({"action": name, "violated": wrong})
    return established(cases=2)
