r"""L1, L1b: the average over a group is a projection, and conditional expectation given the invariant sets.

| symbol | here |
|---|---|
| K_x(y) | ``averaging(action, weights).rows[x][y]``, the law of T_s x |
| S g, S P | ``K.on_function(g)``, ``K.on_measure(P)`` |
| E_P[g given M_Sigma] | on an orbit of positive mass, sum of P g over it, divided by its mass |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from constructions.spgan.actions import Action, restrict, trivial_action
from constructions.spgan.kernels import Kernel, averaging, identity
from constructions.spgan.spaces import random_probability
from theory import (
    EXACT,
    LEMMA,
    SYMBOLIC,
    Claim,
    Derived,
    Outcome,
    Paper,
    established,
    refuted,
)
from theory.spgan._spaces import (
    Numbers,
    cyclic_points,
    every,
    fixed_by_all,
    function,
    invariant_by_definition,
)

#: What the rank of S is said to be.
RANKS: dict[str, Callable[[Action], Fraction]] = {
    "orbits": lambda action: Fraction(len(action.orbits)),
    "points / |Sigma|": lambda action: Fraction(action.size, action.group.order),
}

L1 = Claim(
    id="spgan.L1",
    kind=LEMMA,
    title="Averaging over a group is a projection onto what is invariant",
    statement=r"$S_\Sigma S_\Sigma = S_\Sigma$ with range the invariant functions, and $S^\Sigma S^\Sigma = "
    r"S^\Sigma$ with range the invariant probabilities. (On a finite X the rank of S is the number of "
    r"orbits, the mean number of fixed points.)",
    hypotheses={
        "haar": "s is uniform on Sigma",
        "group": r"the $T_s$ are a group, not only a set of bijections",
    },
    constants={"rank": "orbits"},
    source=Derived(
        "recalled as the paper's lemma; $T_s T_t = T_{st}$ and invariance of the Haar measure"
    ),
)


def weights(claim: Claim, order: int) -> list[Fraction]:
    """The law of s: uniform; without its hypotheses with the identity doubled, or on {1, r} only."""
    masses = [1] * order
    if not claim.assumes("haar"):
        masses[0] = 2
    if not claim.assumes("group"):
        masses[2:] = [0] * (order - 2)
    return [Fraction(mass, sum(masses)) for mass in masses]


@L1.check(EXACT, scope="15 actions of C1-C4, S3, D1, D4 on 1-25 points, 8 of them not free")
def exact_matrices(claim: Claim) -> Outcome:
    """K K = K, both ranges by the definitions, and the rank by trace, orbits and fixed points."""
    for name, action in every().items():
        K = averaging(action, weights(claim, action.group.order))
        wrong = _not_a_projection(K, action) or _wrong_rank(claim, K, action)
        if wrong:
            return refuted({"action": name, **wrong})
    return established(cases=len(every()))


def _not_a_projection(K: Kernel, action: Action) -> dict[str, Any] | None:
    if not K.is_idempotent:
        return {"K K": "is not K", "K": K.rows}
    for x in range(K.size):
        point = tuple(Fraction(x == y) for y in range(K.size))
        if not fixed_by_all(action, K.on_function(point)):
            return {"S of the indicator of": x, "is": K.on_function(point)}
        if not invariant_by_definition(action, K.on_measure(point)):
            return {"S of the point mass at": x, "is": K.on_measure(point)}
    for orbit in action.orbits:
        indicator = tuple(Fraction(y in orbit) for y in range(K.size))
        law = tuple(value / len(orbit) for value in indicator)
        if K.on_function(indicator) != indicator or K.on_measure(law) != law:
            return {"not fixed": orbit}
    return None


def _wrong_rank(claim: Claim, K: Kernel, action: Action) -> dict[str, Any] | None:
    fixed = [len(action.fixed_points(s)) for s in range(action.group.order)]
    numbers = {
        "trace": K.trace,
        "mean number of fixed points": Fraction(sum(fixed), len(fixed)),
        "claimed": RANKS[claim["rank"]](action),
    }
    return numbers if len(set(numbers.values())) > 1 else None


@L1.check(SYMBOLIC, scope="C_n, n <= 6, on n and on d points, d the largest proper divisor, any g")
def any_function_of_a_cyclic_group(claim: Claim) -> Outcome:
    """S S g - S g and (S g)(T_s x) - (S g)(x) as polynomials in the values of g."""
    import sympy as sp

    residuals: list[Any] = []
    for n in range(1, 7):
        action = cyclic_points(n)
        once = symbolic_average(claim, action, sp.symbols(f"g0:{action.size}"))
        twice = symbolic_average(claim, action, once)
        found = [sp.expand(a - b) for a, b in zip(twice, once, strict=True)]
        for moved in action.permutations:
            found += [sp.expand(once[y] - once[x]) for x, y in enumerate(moved)]
        if any(found):
            return refuted({"n": n, "residual": str(next(one for one in found if one != 0))})
        residuals += found
    return established(residual=sum(residuals), identities=len(residuals))


def symbolic_average(claim: Claim, action: Action, g: Sequence[Any]) -> list[Any]:
    """S g of symbols, with the law of s that the claim allows."""
    w = weights(claim, action.group.order)
    return [
        sum(
            g[moved[x]] * weight.numerator / weight.denominator
            for weight, moved in zip(w, action.permutations, strict=True)
        )
        for x in range(action.size)
    ]


L1.falsifier("the identity has weight 2", drop="haar", because="then S S is nearer to the mean")
L1.falsifier("only e and r", drop="group", because="r r is neither, in C3, C4, D4")
L1.falsifier(
    "rank |X| / |Sigma|",
    constants={"rank": "points / |Sigma|"},
    by="exact_matrices",
    because="that is the number of orbits of a free action only",
)


@L1.inhabitant
def three_points_in_a_circle(_: Claim) -> dict[str, bool]:
    """C3 on 3 points: a row of K is (1/3, 1/3, 1/3), and the T_s are closed under products."""
    action = every()["C3 on 3 points"]
    composed = {tuple(a[x] for x in b) for a in action.permutations for b in action.permutations}
    return {
        "haar": averaging(action).rows[0] == (Fraction(1, 3),) * 3,
        "group": composed == set(action.permutations),
    }


@L1.boundary("the trivial group: S is the identity")
def nothing_to_average(claim: Claim) -> Outcome:
    """On one point and on three."""
    for size in (1, 3):
        K = averaging(trivial_action(size), weights(claim, 1))
        if K != identity(size):
            return refuted({"size": size, "K": K.rows})
    return established(cases=2)


L1b = Claim(
    id="spgan.L1b",
    kind=LEMMA,
    title="The average is conditional expectation given the invariant sets",
    statement=r"For an invariant P, $S_\Sigma g = E_P[g \mid \mathcal M_\Sigma]$ P-almost surely: one "
    r"version for all invariant P at once. (Conversely, if this holds for every g then P is invariant.)",
    hypotheses={"invariant": r"$(T_s)_\# P = P$ for all s"},
    constants={"given": "the orbits of Sigma"},
    source=Paper(
        "abstract of arXiv:2202.01129: the projection is conditional expectation with respect to the "
        "sigma-algebra of the structure; the converse is ours"
    ),
    needs=("spgan.L1",),
)


def conditional_expectation(
    blocks: Sequence[Sequence[int]], P: Numbers, g: Numbers
) -> dict[int, Fraction]:
    """E_P[g given the blocks], where it is determined: on blocks of positive mass."""
    found = {}
    for block in blocks:
        mass = sum(P[x] for x in block)
        if mass:
            mean = sum((P[x] * g[x] for x in block), Fraction(0)) / mass
            found.update(dict.fromkeys(block, mean))
    return found


def _given(claim: Claim, action: Action) -> Sequence[Sequence[int]]:
    """The orbits of Sigma, or those of the subgroup that the second element generates."""
    if claim["given"] == "the orbits of Sigma" or action.group.order == 1:
        return action.orbits
    return restrict(action, action.group.subgroup([1])).orbits


def _laws(action: Action, rng: Random) -> list[Numbers]:
    """Invariant and arbitrary ones, with orbits of mass 0 among them."""
    drawn = [random_probability(action.size, most, rng) for most in (1, 2, 9)]
    return [*map(action.on_measure, drawn), *drawn]


@L1b.check(EXACT, scope="15 actions, six P each, invariant and not, every indicator g")
def both_directions(claim: Claim) -> Outcome:
    """S g against E_P[g given the orbits] where P is not 0; both for all g exactly if P is invariant."""
    rng, cases = Random("spgan.L1b"), 0
    for name, action in every().items():
        blocks = _given(claim, action)
        points = [tuple(Fraction(x == y) for y in range(action.size)) for x in range(action.size)]
        averages = [averaging(action).on_function(g) for g in points]
        for P in _laws(action, rng):
            invariant = invariant_by_definition(action, P)
            wrong = [
                {"g": g, "S g": Sg[x], "E_P[g given]": value, "at": x}
                for g, Sg in zip(points, averages, strict=True)
                for x, value in conditional_expectation(blocks, P, g).items()
                if P[x] and Sg[x] != value
            ]
            cases += 1
            if wrong and (invariant or not claim.assumes("invariant")):
                return refuted({"action": name, "P": P, **wrong[0]})
            if not wrong and not invariant:
                return refuted({"action": name, "P": P, "holds for every g, invariant": False})
    return established(cases=cases)


L1b.falsifier("any P", drop="invariant", because="then E_P weighs the points of an orbit unevenly")
L1b.falsifier(
    "given the sets invariant under the first generator",
    constants={"given": "the orbits of one cyclic subgroup"},
    because="its orbits are finer in S3 and D4",
)


@L1b.inhabitant
def even_on_an_orbit(_: Claim) -> dict[str, bool]:
    """(3, 3, 4)/10 under the swap of the first two."""
    action = every()["C2: a swap and a fixed point"]
    P = tuple(Fraction(mass, 10) for mass in (3, 3, 4))
    return {"invariant": invariant_by_definition(action, P)}


@L1b.boundary("P on one fixed point")
def point_mass(claim: Claim) -> Outcome:
    """E_P[g] = g there; the other orbits have mass 0 and any version will do."""
    action = every()["D4 on the 3x3 grid"]
    centre = tuple(Fraction(x == 4) for x in range(9))
    g = function(9, Random(1))
    found = conditional_expectation(_given(claim, action), centre, g)
    return established(cases=1) if found == {4: g[4]} else refuted({"E_P[g given]": found})
