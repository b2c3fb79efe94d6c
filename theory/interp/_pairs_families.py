"""Families of dichotomies on m pairs of neighbours (2m points in a row), and what they serve.

A dichotomy serves a pair if it labels it (0, 1); it serves a choice of n pairs if it serves each of
them; a family serves a choice if one member does. Designs give the smallest families.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, product

from constructions.interp.tiny_families import small_families

Dichotomy = tuple[int, ...]

#: The lines of the projective plane of order 2: any two of the 7 points lie on one of them.
FANO = tuple(tuple(sorted((i + s) % 7 for s in (0, 1, 3))) for i in range(7))
#: The planes of the affine space of dimension 3 over GF(2): any three of the 8 points lie on one.
PLANES = tuple(
    block for block in combinations(range(8), 4) if block[0] ^ block[1] ^ block[2] ^ block[3] == 0
)


@dataclass(frozen=True)
class Family:
    """Dichotomies of 2m points."""

    name: str
    m: int
    members: frozenset[Dichotomy]

    @cached_property
    def changes(self) -> int:
        """K: the most label changes of a member."""
        return max(sum(a != b for a, b in pairwise(member)) for member in self.members)

    def serves_all(self, n: int) -> bool:
        """Whether every choice of n of the m pairs is served by one member."""
        wanted = set(combinations(range(self.m), n))
        for pairs in {served(member) for member in self.members}:
            wanted.difference_update(combinations(pairs, n))
        return not wanted


def served(member: Dichotomy) -> tuple[int, ...]:
    """The pairs that a dichotomy labels (0, 1), in order."""
    return tuple(j for j in range(len(member) // 2) if member[2 * j : 2 * j + 2] == (0, 1))


def serving(m: int, pairs: Iterable[int]) -> Dichotomy:
    """The dichotomy with fewest changes, 2 len(pairs) - 1, that serves exactly these pairs.

    0 up to the first pair; after each pair it falls back to 0 before the next point; 1 after the last.
    """
    ups = sorted(set(pairs))
    labels = [0] * (2 * m)
    for j in ups:
        labels[2 * j + 1] = 1
    for i in range(2 * ups[-1] + 1 if ups else 2 * m, 2 * m):
        labels[i] = 1
    return tuple(labels)


def design(name: str, m: int, blocks: Iterable[Sequence[int]]) -> Family:
    """One member per block."""
    return Family(name, m, frozenset(serving(m, block) for block in blocks))


def steps(m: int) -> Family:
    """One step up inside each pair: the smallest family with one change that serves every pair."""
    return design("steps", m, [(j,) for j in range(m)])


def at_most(m: int, K: int) -> Family:
    """All dichotomies with at most K changes."""
    members = (
        labels
        for labels in product((0, 1), repeat=2 * m)
        if sum(a != b for a, b in pairwise(labels)) <= K
    )
    return Family(f"all with at most {K} changes", m, frozenset(members))


def singletons(m: int) -> Family:
    """The 2m indicators of one point."""
    points = range(2 * m)
    return Family("singletons", m, frozenset(tuple(int(i == k) for i in points) for k in points))


def families() -> Iterator[Family]:
    """Thresholds, intervals, sawtooths, singletons, all with few changes, and designs; m <= 8."""
    for m in range(1, 9):
        yield steps(m)
        yield singletons(m)
        yield design("all choices of two", m, combinations(range(m), min(2, m)))
    for m in range(2, 9):  # serves all pairs but the last one
        yield design("steps but one", m, [(j,) for j in range(m - 1)])
    for m in (1, 2, 3, 4):
        for family in small_families(2 * m):
            yield Family(family.name, m, family.dichotomies)
        for K in range(2 * m):
            yield at_most(m, K)
    yield from designs()


def designs() -> tuple[Family, ...]:
    """Families in which every choice of n pairs is served by exactly one member."""
    return (
        *(steps(m) for m in (1, 2, 5, 8)),
        design("Fano plane", 7, FANO),
        design("planes of AG(3, 2)", 8, PLANES),
        design("all choices of three", 6, combinations(range(6), 3)),
    )


def completed(m: int, n: int, blocks: Iterable[tuple[int, ...]]) -> Family:
    """These blocks and, for every choice of n pairs not inside one of the blocks before, that choice."""
    chosen = [set(block) for block in blocks]
    for wanted in combinations(range(m), n):
        if not any(block.issuperset(wanted) for block in chosen):
            chosen.append(set(wanted))
    return design("completed", m, [tuple(block) for block in chosen])
