"""Families of dichotomies small enough to list: what counting claims are tried on.

| symbol | meaning |
|---|---|
| M | points of the grid, in increasing order |
| K | most label changes of a member along the grid, measured |
| p, D, S | free real parameters; a member's labels are fixed by the sign vector 1{q > 0} of S |
|         | polynomials of degree <= D in the p parameters |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise, product

from constructions.interp import sawtooth
from constructions.interp._reading import read_integer

Dichotomy = tuple[int, ...]


@dataclass(frozen=True)
class Family:
    """A set of dichotomies of M ordered points, with the numbers that bound its size."""

    name: str
    M: int
    dichotomies: frozenset[Dichotomy]
    K: int
    p: int
    D: int
    S: int

    def serves(self, pairs: Iterable[int]) -> bool:
        """Whether one member labels (0, 1) on all ``pairs`` (pair j = points 2j, 2j + 1)."""
        chosen = tuple(pairs)
        return any(all(f[2 * j : 2 * j + 2] == (0, 1) for j in chosen) for f in self.dichotomies)

    def serves_every_choice(self, n: int) -> bool:
        """Whether every n of the floor(M/2) pairs are served together."""
        return all(self.serves(chosen) for chosen in combinations(range(self.M // 2), n))


def label_changes(dichotomy: Dichotomy) -> int:
    """Number of neighbours with different labels."""
    return sum(one != two for one, two in pairwise(dichotomy))


def one_sided_thresholds(M: int) -> Family:
    """1{x > theta}: M + 1 dichotomies."""
    members = {tuple(int(i >= k) for i in range(read_integer(M, "M", 1))) for k in range(M + 1)}
    return _family("one-sided thresholds", M, members, p=1, D=1, S=M)


def two_sided_thresholds(M: int) -> Family:
    """1{a x + c > 0}: 2M dichotomies, those of one hidden ReLU unit."""
    up = one_sided_thresholds(M).dichotomies
    members = up | {tuple(1 - y for y in f) for f in up}
    return _family("two-sided thresholds", M, members, p=2, D=1, S=M)


def unions_of_intervals(M: int, j: int) -> Family:
    """Unions of at most j intervals (a_i, c_i): sum_{i<=j} C(M+1, 2i) dichotomies.

    Found among all 2^M labellings by counting runs of ones; M <= 20.
    """
    read_integer(j, "j", 0)
    if read_integer(M, "M", 1) > 20:
        raise ValueError(f"M: must be at most 20 (all 2^M labellings are visited), got {M}")
    members = {
        f for f in product((0, 1), repeat=M) if sum(a < b for a, b in pairwise((0, *f))) <= j
    }
    return _family(f"unions of {j} intervals", M, members, p=2 * j, D=1, S=2 * j * M)


def sawtooth_family(M: int, L: int) -> Family:
    """1[T^L(theta x) >= 1/2] at x = i/(M-1): one parameter, at most 2^L breakpoints per point.

    The labels are fixed by the signs of m - 2^(L+1) x theta, m odd, m < 2^(L+1).
    """
    points = [Fraction(i, max(read_integer(M, "M", 1) - 1, 1)) for i in range(M)]
    members = sawtooth.dichotomies(points, L)
    return _family(f"sawtooth of depth {L}", M, members, p=1, D=1, S=M * 2**L)


def small_families(M: int) -> tuple[Family, ...]:
    """One of each on M <= 20 points, unions of up to 3 intervals and sawtooths of depth up to 4."""
    return (
        one_sided_thresholds(M),
        two_sided_thresholds(M),
        *(unions_of_intervals(M, j) for j in (1, 2, 3)),
        *(sawtooth_family(M, L) for L in (1, 2, 3, 4)),
    )


def _family(name: str, M: int, members: Iterable[Dichotomy], *, p: int, D: int, S: int) -> Family:
    found = frozenset(members)
    return Family(name, M, found, max(map(label_changes, found)), p, D, S)
