r"""T7, T7b, T7c, X8: equivariant generators and the laws they make.

| symbol | here |
|---|---|
| g : Z -> X | a tuple, g[z] the index of the image |
| P_Z, P_g | law of the latent variable, law of g(z) |
| Haar layer | (z, s) -> T_s g(z), s uniform on Sigma; t.(z, s) = (z, ts) |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from random import Random

from constructions.spgan.actions import Action, cyclic_action, point_action, regular
from constructions.spgan.groups import FiniteGroup, cyclic, symmetric
from constructions.spgan.spaces import probability, random_probability
from theory import EXACT, REMARK, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.spgan._spaces import Numbers, invariant_by_definition, small

Map = tuple[int, ...]
Permutations = tuple[tuple[int, ...], ...]


def is_equivariant(Z: Action, X: Action, g: Map) -> bool:
    """g(T_s z) = T_s g(z) for every s and z."""
    return commutes(Z.permutations, X.permutations, g)


def commutes(before: Permutations, after: Permutations, g: Map) -> bool:
    """g(before[s][z]) = after[s][g(z)] for every s and z."""
    return all(
        g[z2] == moved[g[z]]
        for earlier, moved in zip(before, after, strict=True)
        for z, z2 in enumerate(earlier)
    )


def law(g: Map, P_Z: Numbers, size: int) -> Numbers:
    """P_g on ``size`` points."""
    made = [Fraction(0)] * size
    for z, x in enumerate(g):
        made[x] += P_Z[z]
    return tuple(made)


def maps(Z: Action, X: Action) -> Iterator[Map]:
    """Every map from Z to X."""
    return product(range(X.size), repeat=Z.size)


def _pairs() -> dict[str, tuple[Action, Action]]:
    """(Z, X) of one group each, at most 729 maps."""
    swap, swaps = small()["C2: a swap and a fixed point"], small()["C2: two swaps"]
    two = Action(cyclic(2), ((0, 1), (1, 0)))
    return {
        "C2: 4 points to 2": (swaps, two),
        "C2: 3 points to 3": (swap, swap),
        "C2: 4 points to 3, one fixed": (swaps, swap),
        "C3: 3 points to 3": (cyclic_action(3), cyclic_action(3)),
        "S3: 3 points to 3": (point_action(3), point_action(3)),
        "S3: itself to 3 points": (regular(symmetric(3)), point_action(3)),
        "trivial: 3 points to 3": (same := small()["trivial group, 3 points"], same),
    }


T7 = Claim(
    id="spgan.T7",
    kind=THEOREM,
    title="Equivariant generators of invariant sources make invariant laws",
    statement=r"If $P_Z$ is Sigma-invariant and $g \circ T_s^Z = T_s^X \circ g$ for all s, then $P_g = g_\# "
    r"P_Z$ is Sigma-invariant. Both are needed: an equivariant network on a source that is not invariant, "
    r"as in the "
    r"released (w)Eqv G, need not make an invariant law.",
    hypotheses={
        "invariant_source": r"$(T_s)_\# P_Z = P_Z$",
        "equivariant": r"$g(T_s z) = T_s g(z)$",
    },
    source=Derived(r"recalled as the paper's; $(T_s)_\# g_\# P_Z = g_\# (T_s)_\# P_Z$"),
)


@T7.check(
    EXACT, scope="7 pairs of actions of C1-C3 and S3 on 2-6 points: every map, 4 sources each"
)
def every_map(claim: Claim) -> Outcome:
    """All maps that are equivariant (or all, without the hypothesis); the law by the definition."""
    rng, cases = Random("spgan.T7"), 0
    for name, (Z, X) in _pairs().items():
        for _ in range(4):
            P_Z = random_probability(Z.size, 5, rng)
            P_Z = Z.on_measure(P_Z) if claim.assumes("invariant_source") else P_Z
            for g in maps(Z, X):
                if claim.assumes("equivariant") and not is_equivariant(Z, X, g):
                    continue
                P_g, cases = law(g, P_Z, X.size), cases + 1
                if not invariant_by_definition(X, P_g):
                    return refuted({"Z to X": name, "P_Z": P_Z, "g": g, "P_g": P_g})
    return established(cases=cases)


T7.falsifier(
    "any source",
    drop="invariant_source",
    because="an equivariant bijection of a point mass is a point mass",
)
T7.falsifier("any map", drop="equivariant", because="a constant map to a point that moves")


@T7.inhabitant
def rotation_by_one(_: Claim) -> dict[str, bool]:
    """x -> x + 1 on Z_3, uniform."""
    Z = cyclic_action(3)
    return {
        "invariant_source": invariant_by_definition(Z, probability([1, 1, 1])),
        "equivariant": is_equivariant(Z, Z, (1, 2, 0)),
    }


@T7.boundary("the trivial group: every map, every law")
def trivial_group(_: Claim) -> Outcome:
    """All 27 maps of 3 points are equivariant."""
    Z = small()["trivial group, 3 points"]
    count = sum(is_equivariant(Z, Z, g) for g in maps(Z, Z))
    return established(cases=27) if count == 27 else refuted({"equivariant": count})


def invariant_laws(Z: Action, X: Action, P_Z: Numbers) -> tuple[int, int]:
    """How many maps have an invariant law, and how many of these are not equivariant."""
    found = [g for g in maps(Z, X) if invariant_by_definition(X, law(g, P_Z, X.size))]
    return len(found), sum(not is_equivariant(Z, X, g) for g in found)


def count_the_maps(claim: Claim) -> Outcome:
    """The count for a claim's source: masses on Z, a swap (01)... on Z and on X."""
    n = len(claim["masses"])
    swapped = tuple(z ^ 1 if z ^ 1 < n else z for z in range(n))
    Z = Action(cyclic(2), (tuple(range(n)), swapped))
    m = claim["points"]
    X = Action(cyclic(2), (tuple(range(m)), (1, 0, *range(2, m))))
    P_Z = probability(claim["masses"])
    if not invariant_by_definition(Z, P_Z):
        raise ValueError(f"masses: must be invariant, got {claim['masses']}")
    counted = invariant_laws(Z, X, P_Z)
    claimed = (claim["invariant laws"], claim["not equivariant"])
    return established(cases=m**n) if counted == claimed else refuted({"counted": counted})


T7b = Claim(
    id="spgan.T7b",
    kind=REMARK,
    title="An invariant law does not make the generator equivariant",
    statement=r"On Z = {0,1,2,3}, uniform, with (01)(23), and X = {0,1} with the swap, 6 of 16 maps have an "
    r"invariant law, and 2 of these are not equivariant.",
    constants={"masses": (1, 1, 1, 1), "points": 2, "invariant laws": 6, "not equivariant": 2},
    source=Derived("counted"),
    needs=("spgan.T7",),
)
T7b.check(EXACT, scope="all 16 maps")(count_the_maps)
T7b.falsifier(
    "every map of an invariant law is equivariant",
    constants={"not equivariant": 0},
    because="0, 1 -> 0 and 2, 3 -> 1",
)
T7b.falsifier(
    "masses (1, 1, 2, 2)/6",
    constants={"masses": (1, 1, 2, 2)},
    because="then half of the mass is an exchanged pair only",
)

X8 = Claim(
    id="spgan.X8",
    kind=REMARK,
    title="Scope of T7b: on some instances the converse of T7 does hold",
    statement=r"On three points with masses (.3, .3, .4), (01) swapped and the third fixed, to X of the "
    r"same kind, exactly 3 of 27 maps have an invariant law, and all are equivariant: T7b is not about "
    r"every instance.",
    constants={"masses": (3, 3, 4), "points": 3, "invariant laws": 3, "not equivariant": 0},
    source=Derived("counted"),
    needs=("spgan.T7b",),
)
X8.check(EXACT, scope="all 27 maps")(count_the_maps)
X8.falsifier(
    "masses (1, 1, 1)/3",
    constants={"masses": (1, 1, 1)},
    because="0 -> 0, 1 -> 2, 2 -> 1 is not equivariant and has an invariant law",
)
X8.falsifier("four maps", constants={"invariant laws": 4}, because="three")


@X8.boundary("X = {0, 1}: no map has an invariant law")
def no_invariant_law(_: Claim) -> Outcome:
    """Sums of .3, .3, .4 are never one half."""
    two = Action(cyclic(2), ((0, 1), (1, 0)))
    counted = invariant_laws(small()["C2: a swap and a fixed point"], two, probability([3, 3, 4]))
    return established(cases=8) if counted == (0, 0) else refuted({"counted": counted})


T7c = Claim(
    id="spgan.T7c",
    kind=THEOREM,
    title="A Haar layer makes any generator equivariant, and reaches every invariant law",
    statement=r"With (z, s) from $P_Z \times \mu$, $g'(z, s) = T_s g(z)$ is equivariant for $t \cdot (z, s) "
    r"= (z, ts)$ and has the law $S^\Sigma P_g$; every invariant law arises so. Inside, $g_2(T_s g_1(z))$ "
    r"with "
    r"$g_2$ equivariant, it does the same (the released Eqv G).",
    hypotheses={
        "uniform": "s is uniform on Sigma and independent of z",
        "equivariant_rest": r"$g_2$ is equivariant",
    },
    constants={"side": "t s"},
    source=Derived("recalled as the paper's; left multiplication keeps the Haar measure"),
    needs=("spgan.T7", "spgan.L1"),
    proof_needs=("spgan.T7", "spgan.L1"),
)


#: t.(z, s) = (z, the element given by these).
SIDES: dict[str, Callable[[FiniteGroup, int, int], int]] = {
    "t s": lambda group, t, s: group.table[t][s],
    "s t": lambda group, t, s: group.table[s][t],
    "s t^-1": lambda group, t, s: group.table[s][group.inverse(t)],
}


def latent(claim: Claim, X: Action, n: int) -> Permutations:
    """What t does on Z x Sigma; (z, s) is the number z |Sigma| + s."""
    group, side, every_s = X.group, SIDES[claim["side"]], range(X.group.order)
    return tuple(
        tuple(z * group.order + side(group, t, s) for z in range(n) for s in every_s)
        for t in every_s
    )


def _haar(claim: Claim, X: Action) -> Sequence[Fraction]:
    """The law of s: uniform, or with the identity doubled."""
    masses = [1] * X.group.order
    masses[0] = 1 if claim.assumes("uniform") else 2
    return probability(masses)


def _second_maps(claim: Claim, X: Action, rng: Random) -> list[Map]:
    """g_2: all equivariant maps of X to itself, or two drawn ones besides."""
    if claim.assumes("equivariant_rest"):
        candidates = maps(X, X) if X.size <= 4 else iter([tuple(range(X.size))])
        return [g for g in candidates if is_equivariant(X, X, g)]
    return [tuple(rng.randrange(X.size) for _ in range(X.size)) for _ in range(2)]


@T7c.check(
    EXACT, scope="12 actions of C1-C4, S3, D4 on 1-9 points; 3 maps g_1, all equivariant g_2"
)
def haar_layers(claim: Claim) -> Outcome:
    """g' is equivariant, its law is S of the law without the layer, and S P_Z = P_Z is reached."""
    rng, cases = Random("spgan.T7c"), 0
    for name, X in small().items():
        Z, order = latent(claim, X, X.size), X.group.order
        P_Z = random_probability(X.size, 5, rng)
        joint = tuple(p * w for p in P_Z for w in _haar(claim, X))
        first = [tuple(rng.randrange(X.size) for _ in range(X.size)) for _ in range(2)]
        for g1 in (tuple(range(X.size)), *first):
            for g2 in _second_maps(claim, X, rng):
                turned = [X.permutations[s][x] for x in g1 for s in range(order)]
                made = tuple(g2[x] for x in turned)
                plain = law(tuple(g2[x] for x in g1), P_Z, X.size)
                P_g, cases = law(made, joint, X.size), cases + 1
                if not commutes(Z, X.permutations, made) or P_g != X.on_measure(plain):
                    return refuted({"action": name, "g1": g1, "g2": g2, "law": P_g})
    return established(cases=cases)


T7c.falsifier("s is not uniform", drop="uniform", because="the law is then a weighted mean")
T7c.falsifier("any g_2", drop="equivariant_rest", because="g_2 T_s g_1 need not be moved by T_t")
T7c.falsifier(
    "(z, s t) instead of (z, t s)",
    constants={"side": "s t"},
    because="the same for abelian groups; T_s T_t is not T_t T_s in S3 and D4",
)
T7c.falsifier(
    "(z, s t^-1) instead of (z, t s)",
    constants={"side": "s t^-1"},
    because="T_s g(z) then becomes T_s T_t^-1 g(z)",
)


@T7c.inhabitant
def a_rotation_after(_: Claim) -> dict[str, bool]:
    """C3 on 3 points, s uniform, g_2 = x -> x + 1."""
    X = cyclic_action(3)
    return {
        "uniform": len(set(_haar(T7c, X))) == 1,
        "equivariant_rest": is_equivariant(X, X, (1, 2, 0)),
    }


@T7c.boundary("Z is one point: the law is uniform on an orbit")
def one_latent_point(_: Claim) -> Outcome:
    """T_s g(0), s uniform on D4, from a corner of the 3 x 3 grid: uniform on its four corners."""
    X = small()["D4 on the 3x3 grid"]
    made = tuple(X.permutations[s][0] for s in range(X.group.order))
    P_g = law(made, (Fraction(1, X.group.order),) * X.group.order, X.size)
    corners = tuple(Fraction(x in (0, 2, 6, 8), 4) for x in range(9))
    return established(cases=1) if P_g == corners else refuted({"law": P_g})
