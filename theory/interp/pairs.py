r"""PAIR: neighbours labelled (0, 1) force many dichotomies.

Symbols: 2m points in a row make m pairs of neighbours; F a family of dichotomies with at most K label
changes each; a choice is n of the m pairs. The claim reads K through floor(share K + offset), so that
a falsifier can sharpen it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import comb, floor
from typing import TYPE_CHECKING, Any

from theory import EXACT, LEMMA, PROPERTY, Claim, Derived, Outcome, established, refuted
from theory._core.search import search
from theory.interp._pairs_families import (
    Family,
    completed,
    design,
    designs,
    families,
    served,
    serving,
    steps,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

PAIR = Claim(
    id="interp.PAIR",
    kind=LEMMA,
    title="Neighbour pairs force many dichotomies",
    statement=r"Let $n \le m$. If a family F of dichotomies with at most K changes each labels (0, 1) on "
    r"all of any n chosen pairs, for every choice of n of the m pairs, then "
    r"$|F|\binom{K}{n} \ge \binom{m}{n}$; so $K \ge n$, and $|F| \ge (m/K)^n$.",
    hypotheses={
        "serves_all_choices": r"every choice of n of the m pairs is labelled (0, 1) by one member",
        "at_most_K_changes": r"every member changes its label at most K times",
    },
    constants={
        "power": Fraction(1),  # of (m/K)^n
        "share": Fraction(1),  # of the K changes that can serve a pair
        "offset": Fraction(0),
        "more_pairs": 0,  # C(m + more, n)
        "gap": 0,  # by which the left side exceeds the right
    },
    source=Derived("a dichotomy serves at most C(K, n) choices; own proof by double counting"),
)


def violation(claim: Claim, size: int, m: int, n: int, K: int) -> dict[str, Any] | None:
    """What is wrong with a family of ``size`` dichotomies, or None; both forms, integers only."""
    k = floor(claim["share"] * K + claim["offset"])
    left, right = size * comb(max(k, 0), n), comb(m + claim["more_pairs"], n) + claim["gap"]
    sizes = {"|F|": size, "m": m, "n": n, "K": K}
    if left < right:
        return {**sizes, "|F| C(K, n)": left, "C(m, n)": right}
    power = claim["power"] * n
    q = power.denominator
    if n and k >= 1 and size**q * k ** int(power * q) < m ** int(power * q):
        return {**sizes, "power of m/K": power}
    return None


def instances(claim: Claim, family: Family, changes: Iterable[int]) -> Iterable[tuple[int, int]]:
    """(n, K) for which the family meets the hypotheses in force."""
    ready = [
        n
        for n in range(family.m + 1)
        if not claim.assumes("serves_all_choices") or family.serves_all(n)
    ]
    for K in changes:
        if not claim.assumes("at_most_K_changes") or family.changes <= K:
            yield from ((n, K) for n in ready)


@PAIR.check(
    EXACT,
    scope="m <= 8, every n and K: thresholds, intervals, sawtooths, singletons, designs; m <= 4: all "
    "dichotomies with at most K changes",
)
def enumerated_classes(claim: Claim) -> Outcome:
    """List the members, decide the hypotheses on them, compare both sides as integers."""
    cases = 0
    for family in families():
        for n, K in instances(claim, family, range(2 * family.m)):
            cases += 1
            wrong = violation(claim, len(family.members), family.m, n, K)
            if wrong:
                return refuted({"family": family.name, **wrong})
    return established(cases=cases)


@PAIR.check(
    EXACT, scope="designs with n = 1, 2, 3: steps, Fano plane, planes of AG(3, 2), all choices"
)
def smallest_families(claim: Claim) -> Outcome:
    """Families that serve every choice exactly once, at their own K: nothing smaller exists."""
    cases = 0
    for family in designs():
        for n, K in instances(claim, family, (family.changes,)):
            cases += 1
            wrong = violation(claim, len(family.members), family.m, n, K)
            if wrong:
                return refuted({"family": family.name, **wrong})
    return established(cases=cases)


def drawn() -> SearchStrategy[tuple[int, Family]]:
    """(n, family): random blocks of pairs, completed so that every choice of n pairs is served."""
    from hypothesis import strategies as st

    @st.composite
    def completed_families(draw: Any) -> tuple[int, Family]:
        m = draw(st.integers(1, 7))
        n = draw(st.integers(1, min(3, m)))
        block = st.sets(st.integers(0, m - 1), min_size=n, max_size=min(m, n + 2))
        blocks = draw(st.lists(block.map(lambda b: tuple(sorted(b))), max_size=8))
        return n, completed(m, n, blocks)

    return completed_families()


@PAIR.check(PROPERTY, scope="random families completed to serve every choice; m <= 7, n <= 3")
def random_families(claim: Claim) -> Outcome:
    """The hypotheses hold by construction and are decided again on the members."""

    def meets(example: tuple[int, Family]) -> bool:
        n, family = example
        return family.serves_all(n)

    def violates(example: tuple[int, Family]) -> dict[str, Any] | None:
        n, family = example
        wrong = violation(claim, len(family.members), family.m, n, family.changes)
        return wrong and {**wrong, "members": sorted(map(served, family.members))}

    return search(drawn(), violates, meets=meets, examples=100)


PAIR.falsifier(
    "power doubled: (m/K)^(2n)",
    constants={"power": Fraction(2)},
    because="two-sided thresholds serve every pair and are only 4m",
)
PAIR.falsifier(
    "power 1.01",
    constants={"power": Fraction(101, 100)},
    because="m steps serve each of m pairs",
)
PAIR.falsifier(
    "K/2 rounded down",
    constants={"share": Fraction(1, 2)},
    because="with 2n - 1 changes n of them are steps up; rounded up it is true",
)
PAIR.falsifier(
    "K - 1 changes",
    constants={"offset": Fraction(-1)},
    because="one change does serve one pair",
)
PAIR.falsifier(
    "C(m + 1, n)",
    constants={"more_pairs": 1},
    because="m steps serve each of m pairs",
)
PAIR.falsifier(
    "strict inequality",
    constants={"gap": 1},
    because="m steps with one change each attain equality",
)
PAIR.falsifier(
    "some choices",
    drop="serves_all_choices",
    by="enumerated_classes",
    because="all steps but one serve all pairs but one",
)
PAIR.falsifier(
    "any number of changes",
    drop="at_most_K_changes",
    by="enumerated_classes",
    because="one member with 2m - 1 changes serves everything",
)


@PAIR.inhabitant
def seven_lines(claim: Claim) -> dict[str, bool]:
    """The Fano plane: 7 members with 5 changes serve all 21 choices of two pairs."""
    del claim
    family = designs()[4]
    return {
        "serves_all_choices": family.serves_all(2),
        "at_most_K_changes": family.changes == 5,
    }


@PAIR.boundary("m = 1: one pair, one dichotomy, equality")
def one_pair(claim: Claim) -> Outcome:
    """(0, 1) alone serves the one choice of the one pair."""
    family = steps(1)
    fine = family.members == {(0, 1)} and family.serves_all(1) and family.changes == 1
    wrong = violation(claim, 1, 1, 1, 1)
    return established(cases=1) if fine and wrong is None else refuted({"one pair": wrong})


@PAIR.boundary("n = 0: the empty choice needs one dichotomy")
def no_pair_chosen(claim: Claim) -> Outcome:
    """A constant serves the empty choice; the empty family does not."""
    constant = Family("constant", 3, frozenset({(0,) * 6}))
    none = Family("none", 3, frozenset())
    served_by = (constant.serves_all(0), none.serves_all(0))
    if (
        served_by != (True, False)
        or violation(claim, 1, 3, 0, 0)
        or not violation(claim, 0, 3, 0, 0)
    ):
        return refuted({"served": served_by})
    return established(cases=2)


@PAIR.boundary("K < n: impossible")
def too_few_changes(claim: Claim) -> Outcome:
    """Two pairs need three changes; no family, however large, may claim them with one."""
    if serving(4, (1, 2)) != (0, 0, 0, 1, 0, 1, 1, 1):
        return refuted({"member": serving(4, (1, 2))})
    wrong = violation(claim, 10**9, 4, 2, 1)
    return established(cases=1) if wrong else refuted({"accepted": "n = 2 with K = 1"})


@PAIR.boundary("K >= m: says nothing")
def many_changes(claim: Claim) -> Outcome:
    """One dichotomy with 2m - 1 changes serves every choice of any size."""
    for m in range(1, 9):
        alternating = design("alternating", m, [range(m)])
        for n in range(m + 1):
            wrong = violation(claim, 1, m, n, alternating.changes)
            if not alternating.serves_all(n) or wrong:
                return refuted({"m": m, "n": n, **(wrong or {})})
    return established(cases=8)
