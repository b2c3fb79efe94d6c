r"""L1e and X6: which weights on the group, other than the uniform ones, average to a projection.

| symbol | here |
|---|---|
| w | a law on a finite group; (w * w)(s) = sum over t u = s of w(t) w(u) |
| A | a set of elements; "uniform on A" has weight 1/\|A\| there |
| K | on an abelian group, the characters k with transform 1; the others have transform 0 |

On an abelian group w * w = w says that every transform is 0 or 1, so w(s) = mean over K of k(s) times \|K\|
/ \|G\|.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations, product
from math import lcm
from typing import Any

from constructions.spgan.actions import Action, grid_action, regular, tuple_action
from constructions.spgan.groups import FiniteGroup, cyclic, dihedral, symmetric
from constructions.spgan.kernels import averaging
from theory import EXACT, LEMMA, REMARK, Claim, Derived, KnownTheorem, Outcome, established, refuted
from theory.spgan._spaces import groups, small

L1e = Claim(
    id="spgan.L1e",
    kind=LEMMA,
    title="Only uniform weights on a subgroup are idempotent",
    statement=r"For a probability w on a finite group, $w * w = w$ iff w is uniform on a subgroup. So on an "
    r"X with a free orbit averaging over w is a projection iff w is uniform on a subgroup: k < |Sigma| "
    r"sampled elements do not project, unless they are one.",
    hypotheses={
        "probability": r"$w \ge 0$, of sum 1",
        "free_orbit": "some point of X is fixed by the identity only",
    },
    constants={"support": "subgroup"},
    source=KnownTheorem(
        "Kawada-Ito, recalled: the support satisfies A A = A, and a positive idempotent matrix has rank 1"
    ),
    needs=("spgan.L1",),
)


def subsets(order: int) -> Iterator[tuple[int, ...]]:
    """The sets of elements that are not empty."""
    return chain.from_iterable(combinations(range(order), k) for k in range(1, order + 1))


def _is_support(claim: Claim, group: FiniteGroup, A: tuple[int, ...]) -> bool:
    """What the claim says A must be: a subgroup, or (a near miss) symmetric with the identity."""
    inside, inverses = set(A), {group.inverse(s) for s in A}
    symmetric_ = 0 in inside and inverses == inside
    if claim["support"] == "symmetric, with the identity":
        return symmetric_
    return symmetric_ and all(group.table[s][t] in inside for s in A for t in A)


def _is_idempotent(group: FiniteGroup, A: tuple[int, ...]) -> bool:
    """w * w = w for w uniform on A, counted: |A| ways to make each element of A, none another."""
    counts = [0] * group.order
    for s in A:
        for t in A:
            counts[group.table[s][t]] += 1
    return all(count == (len(A) if s in set(A) else 0) for s, count in enumerate(counts))


@L1e.check(EXACT, scope="w uniform on a set: all sets in C1-C10, C2^2, C2^3, D3, D4, D5", part=True)
def uniform_on_sets(claim: Claim) -> Outcome:
    """w * w = w against the condition on the set."""
    cases = 0
    for group in groups():
        if group.order > 10:
            continue
        for A in subsets(group.order):
            cases += 1
            if _is_idempotent(group, A) != _is_support(claim, group, A):
                labels = [group.labels[s] for s in A]
                return refuted({"group": group.name, "A": labels})
    return established(cases=cases)


@L1e.check(EXACT, scope="C_n for n <= 12, C2^2, C2^3, C2 x C4, C3^2, C2 x C6: every solution w")
def every_solution_on_abelian_groups(claim: Claim) -> Outcome:
    """Real w of sum 1 with transforms 0 and 1: each has a negative value or is uniform on a subgroup."""
    cases = 0
    for moduli in (*((n,) for n in range(1, 13)), (2, 2), (2, 2, 2), (2, 4), (3, 3), (2, 6)):
        for K in _real_transforms(moduli):
            cases += 1
            support = _uniform_support(moduli, K)
            if support is not None and _closed(moduli, support):
                continue
            negative = _negative_value(moduli, K)
            if negative is None or not claim.assumes("probability"):
                return refuted({"moduli": moduli, "K": K, "w at": negative})
    return established(cases=cases)


Element = tuple[int, ...]


def _real_transforms(moduli: Element) -> Iterator[list[Element]]:
    """The sets K = -K that contain 0."""
    elements = list(product(*map(range, moduli)))
    minus = {k: tuple(-a % n for a, n in zip(k, moduli, strict=True)) for k in elements}
    pairs = sorted({tuple(sorted({k, minus[k]})) for k in elements if any(k)})
    for chosen in product((False, True), repeat=len(pairs)):
        picked = [k for pair, taken in zip(pairs, chosen, strict=True) if taken for k in pair]
        yield [elements[0], *picked]


def _angles(moduli: Element, K: list[Element], s: Element) -> list[int]:
    """k(s) = exp(2 pi i angle / m), m the least common multiple of the moduli."""
    m = lcm(*moduli)
    triples = [zip(k, s, moduli, strict=True) for k in K]
    return [sum(a * b * (m // n) for a, b, n in triple) % m for triple in triples]


def _uniform_support(moduli: Element, K: list[Element]) -> list[Element] | None:
    """Where w is not 0, if it is the same there: sums of roots of unity modulo a cyclotomic polynomial."""
    from flint import fmpz_poly

    cyclotomic = fmpz_poly.cyclotomic(lcm(*moduli))
    support = []
    for s in product(*map(range, moduli)):
        coefficients = [0] * lcm(*moduli)
        for angle in _angles(moduli, K, s):
            coefficients[angle] += 1
        value = fmpz_poly(coefficients) % cyclotomic
        if value == len(K):
            support.append(s)
        elif value != 0:
            return None
    return support


def _closed(moduli: Element, elements: list[Element]) -> bool:
    inside = set(elements)
    sums = (
        tuple((a + b) % n for a, b, n in zip(s, t, moduli, strict=True))
        for s in inside
        for t in inside
    )
    return all(one in inside for one in sums)


def _negative_value(moduli: Element, K: list[Element]) -> Element | None:
    """An s at which w is negative, by balls; None where no ball is."""
    from flint import arb, fmpq

    m = lcm(*moduli)
    for s in product(*map(range, moduli)):
        value = sum((arb.cos_pi_fmpq(fmpq(2 * a, m)) for a in _angles(moduli, K, s)), arb(0))
        if value < 0:
            return s
    return None


def _spaces(claim: Claim) -> dict[str, Action]:
    free = {
        "S3 on itself": regular(symmetric(3)),
        "S3 on {0,1,2}^3": tuple_action(3, 3),
        "C4 on the 3x3 grid": grid_action(cyclic(4), 3),
        "D4 on itself": regular(dihedral(4)),
    }
    more = () if claim.assumes("free_orbit") else ("S3 on 3 points", "S3 on {0,1}^3")
    return {**{name: small()[name] for name in more}, **free}


@L1e.check(EXACT, scope="S3, C4, D4 on 6-27 points with a free orbit; w uniform on every set")
def operators_with_a_free_orbit(claim: Claim) -> Outcome:
    """The matrix K is idempotent exactly where the set is what the claim says."""
    cases = 0
    for name, action in _spaces(claim).items():
        group = action.group
        for A in subsets(group.order):
            w = [Fraction(s in A, len(A)) for s in range(group.order)]
            cases += 1
            if averaging(action, w).is_idempotent != _is_support(claim, group, A):
                return refuted({"action": name, "A": [group.labels[s] for s in A]})
    return established(cases=cases)


L1e.falsifier(
    "signed weights",
    drop="probability",
    by="every_solution_on_abelian_groups",
    because="delta_e minus the mean, plus the mean over a subgroup: any 0-1 transform will do",
)
L1e.falsifier(
    "no free orbit",
    drop="free_orbit",
    by="operators_with_a_free_orbit",
    because="the three transpositions of 3 points average to S (X6)",
)
L1e.falsifier(
    "symmetric sets with the identity",
    constants={"support": "symmetric, with the identity"},
    by=("uniform_on_sets", "operators_with_a_free_orbit"),
    because="{e, r, r^3} of C4 contains no r^2",
)


@L1e.inhabitant
def half_of_C4(_: Claim) -> dict[str, bool]:
    """w = (1/2, 0, 1/2, 0) on C4 acting on itself."""
    w, action = [Fraction(x, 2) for x in (1, 0, 1, 0)], regular(cyclic(4))
    return {"probability": min(w) >= 0 and sum(w) == 1, "free_orbit": action.is_free}


@L1e.boundary("the trivial group")
def one_weight(claim: Claim) -> Outcome:
    """w = 1 is the only law; its set is a subgroup."""
    held = _is_idempotent(cyclic(1), (0,)) and _is_support(claim, cyclic(1), (0,))
    return established(cases=1) if held else refuted({"A": (0,)})


#: Sets of elements of S3, which is in lexicographic order: 012, 021, 102, 120, 201, 210.
SETS = {"transpositions": (1, 2, 5), "3-cycles": (3, 4), "two transpositions": (1, 2)}

X6 = Claim(
    id="spgan.X6",
    kind=REMARK,
    title="Scope of L1e: without a free orbit other sets project too",
    statement=r"The mean over the three transpositions of $S_3$ is exactly $S_\Sigma$, a projection, on 3 "
    r"points and on $\{0,1\}^3$, although they are no subgroup: only with a free orbit does a projection "
    r"need one.",
    hypotheses={"no_free_orbit": "every point of X is fixed by more than the identity"},
    constants={"set": "transpositions"},
    source=Derived("S_3 is doubly transitive; counted"),
    needs=("spgan.L1e",),
)


@X6.check(EXACT, scope="3 points and {0,1}^3, as matrices")
def transpositions_project(claim: Claim) -> Outcome:
    """K of the uniform law on the set against K of the uniform law on S_3."""
    A = SETS[claim["set"]]
    w = [Fraction(s in A, len(A)) for s in range(6)]
    spaces: dict[str, Any] = {name: small()[name] for name in ("S3 on 3 points", "S3 on {0,1}^3")}
    if not claim.assumes("no_free_orbit"):
        spaces["S3 on {0,1,2}^3"] = tuple_action(3, 3)
    for name, action in spaces.items():
        if averaging(action, w) != averaging(action):
            return refuted({"action": name, "K": averaging(action, w).rows[:3]})
    return established(cases=len(spaces))


X6.falsifier("with a free orbit", drop="no_free_orbit", because="(0, 1, 2) has six images")
X6.falsifier(
    "the two 3-cycles", constants={"set": "3-cycles"}, because="neither keeps a point in place"
)
X6.falsifier(
    "two of the transpositions",
    constants={"set": "two transpositions"},
    because="the third point of each stays too often",
)


@X6.inhabitant
def three_points(_: Claim) -> dict[str, bool]:
    """Each of 3 points is fixed by a transposition."""
    action = small()["S3 on 3 points"]
    return {"no_free_orbit": all(action.stabiliser(x).order == 2 for x in range(3))}
