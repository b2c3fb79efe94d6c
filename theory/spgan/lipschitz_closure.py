r"""T2ii: when averaging keeps 1-Lipschitz functions 1-Lipschitz.

| symbol | here |
|---|---|
| K_x | the uniform law on the orbit of x |
| Lip_1 | functions with \|g(x) - g(y)\| <= d(x, y) |
| ratio | max over x, y of W1(K_x, K_y) / d(x, y) |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random

from constructions.spgan.actions import Action, cyclic_action, grid_action, trivial_action
from constructions.spgan.groups import cyclic
from constructions.spgan.spaces import FiniteMetric, grid_metric, is_invariant, random_metric
from theory import EXACT, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.spgan._lipschitz import (
    integer_lipschitz,
    lipschitz_constant,
    orbit_distance,
    potential,
)
from theory.spgan._spaces import small

#: A triangle on which C3 is transitive and moves no distance to an equal one.
TRIANGLE = FiniteMetric(((0, 1, 2), (1, 0, 2), (2, 2, 0)))
#: Swapping the first two points misses being an isometry by one in a thousand: the ratio is 1.0005.
NEARLY = FiniteMetric(((0, 1, 1000), (1, 0, 1001), (1000, 1001, 0)))


def worst(action: Action, metric: FiniteMetric) -> tuple[Fraction, int, int]:
    """The ratio and the pair at which it is attained."""
    found = (
        (orbit_distance(action, metric, x, y)[0] / metric.distances[x][y], x, y)
        for x in range(action.size)
        for y in range(x)
    )
    return max(found, default=(Fraction(0), 0, 0))


#: How the claim decides whether Lip_1 is closed, given the bound on the ratio.
CRITERIA: dict[str, Callable[[Action, FiniteMetric, Fraction], bool]] = {
    "orbit laws": lambda action, metric, bound: worst(action, metric)[0] <= bound,
    "isometries": lambda action, metric, _bound: is_invariant(metric, action),
}

T2ii = Claim(
    id="spgan.T2ii",
    kind=THEOREM,
    title="Lip_1 is closed iff orbit laws are no farther apart than their points",
    statement=r"$S_\Sigma[\mathrm{Lip}_1] \subset \mathrm{Lip}_1$ iff $W_1(K_x, K_y) \le d(x, y)$ for all "
    r"x, y. It suffices that all $T_s$ are isometries, and that is not necessary (C_3 on a triangle with "
    r"sides 1, 2, "
    r"2). On the 4 x 4 grid under C_4 the largest ratio is 1 for $|x| + |y|$ and 2 for $|x| + 3|y|$.",
    constants={
        "bound": Fraction(1),
        "criterion": "orbit laws",
        "ratios": (((1, 1), Fraction(1)), ((1, 3), Fraction(2))),
    },
    source=Derived("Kantorovich-Rubinstein: sup over Lip_1 of S g(x) - S g(y) is W1(K_x, K_y)"),
    needs=("spgan.T2",),
)


def _spaces() -> Iterator[tuple[str, Action, FiniteMetric]]:
    rng = Random("spgan.T2ii")
    yield "triangle 1, 2, 2", cyclic_action(3), TRIANGLE
    yield "nearly isometric", small()["C2: a swap and a fixed point"], NEARLY
    for name, action in (*small().items(), ("C4 on 4 points", cyclic_action(4))):
        for most in (1, 2, 8) if action.size <= 3 else (1, 2) if action.size == 4 else ():
            for _ in range(5):
                yield name, action, random_metric(action.size, most, rng)


@T2ii.check(
    EXACT, scope="8 actions on 1-4 points, 5-15 integer metrics each, all integer g in Lip_1"
)
def every_lipschitz_function(claim: Claim) -> Outcome:
    """The steepest average, by enumeration, against the ratio by matchings and against the criterion."""
    cases = 0
    for name, action, metric in _spaces():
        averages = map(action.on_function, integer_lipschitz(metric))
        steepest = max(lipschitz_constant(metric, Sg) for Sg in averages)
        found = {"steepest average": steepest, "ratio": worst(action, metric)[0]}
        decided = CRITERIA[claim["criterion"]](action, metric, claim["bound"])
        isometric = is_invariant(metric, action)
        cases += 1
        if steepest != found["ratio"] or decided != (steepest <= 1) or isometric > (steepest <= 1):
            return refuted({"action": name, "d": metric.distances, "decided": decided, **found})
    return established(cases=cases)


@T2ii.check(EXACT, scope="4x4 grid under C4, all 120 pairs, two metrics")
def ratios_on_the_grid(claim: Claim) -> Outcome:
    """The ratio by matchings, and a g in Lip_1 whose average has exactly that constant."""
    action = grid_action(cyclic(4), 4)
    for weights, ratio in claim["ratios"]:
        metric = grid_metric(4, weights)
        found, x, y = worst(action, metric)
        g = potential(metric, orbit_distance(action, metric, x, y)[1])
        if g is None:
            raise ArithmeticError(f"no potential for the matching of {x} and {y}")
        slopes = (lipschitz_constant(metric, g), lipschitz_constant(metric, action.on_function(g)))
        if found != ratio or slopes != (1, ratio):
            return refuted({"metric": weights, "ratio": found, "pair": (x, y), "g": g})
    return established(cases=len(claim["ratios"]))


T2ii.falsifier(
    "closed up to ratio 1001/1000",
    constants={"bound": Fraction(1001, 1000)},
    by="every_lipschitz_function",
    because="an average that is steeper by 1/2000 is too steep",
)
T2ii.falsifier(
    "not closed from ratio 999/1000",
    constants={"bound": Fraction(999, 1000)},
    by="every_lipschitz_function",
    because="invariant functions keep their constant",
)
T2ii.falsifier(
    "isometries are necessary",
    constants={"criterion": "isometries"},
    by="every_lipschitz_function",
    because="C_3 on the triangle 1, 2, 2: all K_x are equal",
)
T2ii.falsifier(
    "|x| + 3|y| is closed",
    constants={"ratios": (((1, 3), Fraction(1)),)},
    by="ratios_on_the_grid",
    because="a quarter turn takes y-steps of length 6 to x-steps of length 2",
)
T2ii.falsifier(
    "ratio 3 for |x| + 3|y|",
    constants={"ratios": (((1, 3), Fraction(3)),)},
    by="ratios_on_the_grid",
    because="half of the turns keep the direction",
)


@T2ii.boundary("the trivial group; one point")
def nothing_moves(_: Claim) -> Outcome:
    """Ratio 1: the laws are point masses. On one point there is no pair."""
    ratio = worst(trivial_action(3), TRIANGLE)[0]
    alone = worst(small()["C2 on one point"], FiniteMetric(((0,),)))[0]
    return established(cases=2) if (ratio, alone) == (1, 0) else refuted({"ratio": ratio})
