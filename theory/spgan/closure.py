r"""T2, T2i, T2iv: classes of discriminators that averaging keeps.

Symbols: (C) S[Gamma] subset Gamma; Gamma_inv = the invariant members; a class here is a finite set of
functions, a box |g| <= c, or the solutions of linear inequalities a . g <= b.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from constructions.spgan.actions import Action
from theory import EXACT, LEMMA, PROPERTY, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.spgan._spaces import Numbers, every, fixed_by_all, function, small

T2 = Claim(
    id="spgan.T2",
    kind=LEMMA,
    title="Under (C) the projected class is the invariant part of the class",
    statement=r"If $S_\Sigma[\Gamma] \subset \Gamma$ then $\Gamma_{inv} = S_\Sigma[\Gamma]$.",
    hypotheses={"closed": r"(C): $S_\Sigma[\Gamma] \subset \Gamma$"},
    constants={},
    source=Derived("S fixes invariant functions (L1)"),
    needs=("spgan.L1",),
    proof_needs=("spgan.L1",),
)


def finite_class(action: Action, rng: Random, *, closed: bool) -> set[Numbers]:
    """Five functions, one of them invariant; with their averages if it is to be closed."""
    drawn = {function(action.size, rng, 3) for _ in range(4)}
    drawn.add(action.on_function(function(action.size, rng, 3)))
    return drawn | {action.on_function(g) for g in drawn} if closed else drawn


@T2.check(EXACT, scope="15 actions, 10 finite classes each")
def finite_classes(claim: Claim) -> Outcome:
    """Both sets, the invariant members by the definition."""
    rng, cases = Random("spgan.T2"), 0
    for name, action in every().items():
        for _ in range(10):
            Gamma = finite_class(action, rng, closed=claim.assumes("closed"))
            invariant = {g for g in Gamma if fixed_by_all(action, g)}
            averages = {action.on_function(g) for g in Gamma}
            cases += 1
            if invariant != averages:
                return refuted({"action": name, "only on one side": invariant ^ averages})
    return established(cases=cases)


T2.falsifier("any class", drop="closed", because="an average need not be a member")


@T2.inhabitant
def three_functions(_: Claim) -> dict[str, bool]:
    """(0, 2), (2, 0) and their average (1, 1) on two points that are swapped."""
    action = small()["C4 through C2"]
    Gamma = {tuple(map(Fraction, g)) for g in ((0, 2), (2, 0), (1, 1))}
    return {"closed": {action.on_function(g) for g in Gamma} <= Gamma}


@T2.boundary("the empty class, and the trivial group")
def no_functions(_: Claim) -> Outcome:
    """Both sides are empty; under the trivial group both are the class."""
    action = small()["trivial group, 3 points"]
    g = function(3, Random(0))
    same = action.on_function(g) == g and fixed_by_all(action, g)
    return established(cases=2) if same else refuted({"g": g})


T2i = Claim(
    id="spgan.T2i",
    kind=LEMMA,
    title="Bounded functions and sup-norm balls are closed",
    statement=r"(C) holds for the bounded functions, and for $\{g : |g| \le c\}$ with c constant: "
    r"f-divergences and total variation. (With a function c it holds if c is invariant.)",
    hypotheses={"invariant_bound": r"$c \circ T_s = c$"},
    constants={},
    source=Derived("|S g| <= S |g| <= S c = c"),
    needs=("spgan.T2",),
)


@T2i.check(EXACT, scope="12 actions on 1-9 points, c constant and not: all vertices of the box")
def vertices_of_boxes(claim: Claim) -> Outcome:
    """S is linear, so the box is mapped into itself if its vertices are."""
    rng, cases = Random("spgan.T2i"), 0
    for name, action in small().items():
        c = tuple(Fraction(rng.randint(1, 5)) for _ in range(action.size))
        bounds = [(Fraction(1),) * action.size]
        bounds.append(action.on_function(c) if claim.assumes("invariant_bound") else c)
        for bound in bounds:
            for signs in product((-1, 1), repeat=action.size):
                g = tuple(sign * top for sign, top in zip(signs, bound, strict=True))
                cases += 1
                if any(abs(v) > top for v, top in zip(action.on_function(g), bound, strict=True)):
                    return refuted({"action": name, "c": bound, "g": g})
    return established(cases=cases)


T2i.falsifier(
    "any bound",
    drop="invariant_bound",
    because="where c is small the average of c is too large",
)


@T2i.inhabitant
def two_levels(_: Claim) -> dict[str, bool]:
    """c = (1, 1, 5) under the swap of the first two."""
    action = small()["C2: a swap and a fixed point"]
    return {"invariant_bound": fixed_by_all(action, tuple(map(Fraction, (1, 1, 5))))}


T2iv = Claim(
    id="spgan.T2iv",
    kind=THEOREM,
    title="Convex classes that the group maps to themselves are closed",
    statement=r"If Sigma is finite and Gamma convex with $\{g \circ T_s : g \in \Gamma\} = \Gamma$ for all "
    r"s, then (C) holds; so it does for intersections of closed classes. (For infinite Sigma the class must "
    r"also be closed under pointwise limits of nets; closed in the sup norm is not enough, X10.)",
    hypotheses={
        "convex": r"$\Gamma$ is convex",
        "stable": r"$\Gamma \circ T_s = \Gamma$ for all s",
    },
    constants={},
    source=Derived("S g is a convex combination of the g after T_s"),
    needs=("spgan.T2",),
)


@dataclass(frozen=True)
class HalfSpaces:
    """Solutions of a . g <= b for all of the rows (an intersection, convex) or for one of them (a union)."""

    rows: tuple[tuple[int, ...], ...]
    b: int
    convex: bool

    def holds(self, g: Numbers) -> bool:
        """Whether g is a member."""
        held = (sum(a * v for a, v in zip(row, g, strict=True)) <= self.b for row in self.rows)
        return all(held) if self.convex else any(held)


@T2iv.check(PROPERTY, scope="8 actions on 1-6 points, two random inequalities and their images")
def polyhedral_classes(claim: Claim) -> Outcome:
    """A member g of the class with S g outside."""
    from hypothesis import strategies as st

    from theory._core.search import search

    names = sorted(name for name, action in small().items() if action.size <= 6)

    def instance(name: str) -> Any:
        action = small()[name]
        vector = st.tuples(*[st.integers(-2, 2)] * action.size)
        return st.tuples(st.just(action), st.tuples(vector, vector), vector)

    def made(example: Any) -> tuple[HalfSpaces, Numbers]:
        """The least b of which g is a member: then it lies on the boundary."""
        action, rows, g = example
        if claim.assumes("stable"):  # a . (g o T_s) <= b is the inequality a o T_s^{-1}
            rows = [tuple(row[x] for x in p) for row in rows for p in action.permutations]
        values = [sum(a * v for a, v in zip(row, g, strict=True)) for row in rows]
        convex = claim.assumes("convex")
        b = max(values) if convex else min(values)
        return HalfSpaces(tuple(rows), b, convex), tuple(map(Fraction, g))

    def meets(example: Any) -> bool:
        Gamma, g = made(example)
        return Gamma.holds(g)

    def violates(example: Any) -> Any:
        Gamma, g = made(example)
        Sg = example[0].on_function(g)
        return None if Gamma.holds(Sg) else {"class": Gamma, "g": g, "S g": Sg}

    return search(st.sampled_from(names).flatmap(instance), violates, meets=meets, examples=120)


T2iv.falsifier("not convex", drop="convex", because="the images of one half-space, united")
T2iv.falsifier("not mapped to itself", drop="stable", because="one half-space, without its images")


@T2iv.inhabitant
def bounded_differences(_: Claim) -> dict[str, bool]:
    """|g(0) - g(1)| <= 1 under the swap: two half-spaces that it exchanges."""
    Gamma = HalfSpaces(((1, -1), (-1, 1)), 1, convex=True)
    return {"convex": Gamma.convex, "stable": {row[::-1] for row in Gamma.rows} == set(Gamma.rows)}


@T2iv.boundary("one point: every class is closed")
def one_point(_: Claim) -> Outcome:
    """S is the identity."""
    action = small()["C2 on one point"]
    g = (Fraction(7),)
    return established(cases=1) if action.on_function(g) == g else refuted({"g": g})
