r"""Left actions of finite groups on finitely many points, and the averages over them.

| symbol | here |
|---|---|
| T_s x | ``action.permutations[s][x]``; T_{st} = T_s T_t |
| (S g)(x) = mean_s g(T_s x) | :meth:`Action.on_function` |
| S P = mean_s (T_s)_# P | :meth:`Action.on_measure` |
| orbits, X/Sigma | :attr:`Action.orbits`, numbered by their least points |

The mean of g(T_s x) over the group is the mean of g over the orbit of x, whatever the stabilisers are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product as tuples
from typing import Any

from constructions.spgan.groups import FiniteGroup, Subgroup, cyclic, symmetric

__all__ = [
    "Action",
    "cyclic_action",
    "from_right",
    "grid_action",
    "grid_points",
    "point_action",
    "regular",
    "restrict",
    "trivial_action",
    "tuple_action",
]

Numbers = Sequence[Fraction] | Sequence[int]


@dataclass(frozen=True)
class Action:
    """A left action on {0, ..., size - 1}: ``permutations[s][x]`` is T_s x.

    ``ValueError`` unless these are permutations with T_{st} = T_s T_t.
    """

    group: FiniteGroup
    permutations: tuple[tuple[int, ...], ...]  # [order][size]

    def __post_init__(self) -> None:
        if len(self.permutations) != self.group.order or not self.permutations[0]:
            raise ValueError(
                f"permutations: must be {self.group.order}, of at least one point, "
                f"got {len(self.permutations)}"
            )
        every = list(range(self.size))
        if any(sorted(p) != every for p in self.permutations):
            raise ValueError(f"permutations: each must permute {self.size} points")
        if list(self.permutations[0]) != every:
            raise ValueError("permutations: the identity must move nothing")
        # Generators s are enough: T_{abt} = T_a T_{bt} = T_a T_b T_t.
        for s in self.group.generators:
            T = self.permutations[s]
            for t, moved in enumerate(self.permutations):
                if self.permutations[self.group.table[s][t]] != tuple(T[x] for x in moved):
                    raise ValueError(f"permutations: T_st = T_s T_t fails at s={s}, t={t}")

    @property
    def size(self) -> int:
        """Number of points."""
        return len(self.permutations[0])

    @cached_property
    def orbits(self) -> tuple[tuple[int, ...], ...]:
        """The orbits, each increasing, ordered by their least points."""
        found, seen = [], set()
        for x in range(self.size):
            if x not in seen:
                orbit = {p[x] for p in self.permutations}
                seen |= orbit
                found.append(tuple(sorted(orbit)))
        return tuple(found)

    @cached_property
    def orbit_of(self) -> tuple[int, ...]:
        """The number of the orbit of every point."""
        numbers = {x: i for i, orbit in enumerate(self.orbits) for x in orbit}
        return tuple(numbers[x] for x in range(self.size))

    @property
    def is_free(self) -> bool:
        """Whether only the identity fixes a point."""
        return all(not self.fixed_points(s) for s in range(1, self.group.order))

    @property
    def is_transitive(self) -> bool:
        """Whether there is one orbit."""
        return len(self.orbits) == 1

    def fixed_points(self, s: int) -> tuple[int, ...]:
        """The points with T_s x = x; their mean number over s is the number of orbits (Burnside)."""
        return tuple(x for x, y in enumerate(self.permutations[s]) if x == y)

    def stabiliser(self, x: int) -> Subgroup:
        """The elements that fix x."""
        inside = (s for s, p in enumerate(self.permutations) if p[x] == x)
        return Subgroup(self.group, tuple(inside))

    def on_function(self, g: Numbers) -> tuple[Fraction, ...]:
        """S g, exactly; g : (size,) integers or Fractions."""
        self._demand_length("g", g)
        means = [sum((Fraction(g[x]) for x in o), Fraction(0)) / len(o) for o in self.orbits]
        return tuple(means[i] for i in self.orbit_of)

    def on_measure(self, P: Numbers) -> tuple[Fraction, ...]:
        """S P, exactly: the mass of every orbit, spread evenly over its points; P : (size,)."""
        self._demand_length("P", P)
        return self.on_function(
            P
        )  # the same mean over orbits, because the points have equal weight

    def push(self, s: int, P: Numbers) -> tuple[Fraction, ...]:
        """(T_s)_# P: what lay on x lies on T_s x."""
        self._demand_length("P", P)
        moved = [Fraction(0)] * self.size
        for x, y in enumerate(self.permutations[s]):
            moved[y] = Fraction(P[x])
        return tuple(moved)

    def to_quotient(self, P: Numbers) -> tuple[Fraction, ...]:
        """The masses of the orbits: the law of the orbit of x ~ P."""
        self._demand_length("P", P)
        return tuple(sum((Fraction(P[x]) for x in o), Fraction(0)) for o in self.orbits)

    def from_quotient(self, u: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """The invariant function with the value u[i] on orbit i."""
        return tuple(u[i] for i in self.orbit_of)

    def is_invariant(self, g: Numbers) -> bool:
        """Whether g, a function or a measure, is constant on orbits."""
        self._demand_length("g", g)
        return all(g[x] == g[o[0]] for o in self.orbits for x in o)

    def on_array(self, values: Any) -> Any:
        """S g of arrays [..., size] (numpy or torch, floats): the mean over s of values[..., T_s x]."""
        if values.shape[-1] != self.size:
            raise ValueError(f"values: must end in {self.size} points, got {values.shape}")
        return sum(values[..., list(p)] for p in self.permutations) / self.group.order

    def _demand_length(self, name: str, values: Numbers) -> None:
        if len(values) != self.size:
            raise ValueError(f"{name}: must have {self.size} values, got {len(values)}")


# -- the actions of the examples --------------------------------------------------------------------


def trivial_action(size: int) -> Action:
    """The group of one element on so many points."""
    return Action(cyclic(1), (tuple(range(size)),))


def cyclic_action(n: int) -> Action:
    """C_n on n points: T_s x = x + s modulo n."""
    return Action(cyclic(n), tuple(tuple((x + s) % n for x in range(n)) for s in range(n)))


def point_action(n: int) -> Action:
    """S_n on n points."""
    G = symmetric(n)
    return Action(G, tuple(tuple(map(int, label)) for label in G.labels))


def tuple_action(symbols: int, length: int) -> Action:
    """S_length on {0, ..., symbols - 1}^length, in lexicographic order: (T_s x)_{s(i)} = x_i.

    ``ValueError`` unless symbols >= 1 and there are at most 4096 points.
    """
    if symbols < 1 or symbols**length > 4096:
        raise ValueError(f"symbols: must be at least 1 and give <= 4096 tuples, got {symbols}")
    places = point_action(length)
    points = list(tuples(range(symbols), repeat=length))
    number = {x: i for i, x in enumerate(points)}

    def moved(s: tuple[int, ...], x: tuple[int, ...]) -> tuple[int, ...]:
        made = [0] * length
        for i, j in enumerate(s):
            made[j] = x[i]
        return tuple(made)

    return Action(
        places.group, tuple(tuple(number[moved(s, x)] for x in points) for s in places.permutations)
    )


def regular(group: FiniteGroup) -> Action:
    """The group on itself by T_s x = s x: one free orbit."""
    return Action(group, group.table)


def restrict(action: Action, subgroup: Subgroup) -> Action:
    """The same points under a subgroup; ``ValueError`` if it is one of another group."""
    if subgroup.parent != action.group:
        raise ValueError(f"subgroup: must be one of {action.group.name}")
    return Action(subgroup.as_group(), tuple(action.permutations[s] for s in subgroup.elements))


def from_right(group: FiniteGroup, permutations: Sequence[Sequence[int]]) -> Action:
    """The left action T_s x = x . s^{-1} of a right action x . s = ``permutations[s][x]``."""
    return Action(group, tuple(tuple(permutations[group.inverse(s)]) for s in range(group.order)))


def grid_points(m: int) -> list[tuple[int, int]]:
    """The centred m x m grid with spacing 2: coordinates 2i - (m - 1), row-major over x, then y.

    ``ValueError`` unless m >= 1.
    """
    if m < 1:
        raise ValueError(f"m: must be at least 1, got {m}")
    line = range(1 - m, m, 2)
    return [(x, y) for x in line for y in line]


def grid_action(group: FiniteGroup, m: int) -> Action:
    """C1, C2, C4 (by (x, y) -> (-y, x)), D1, D2 or D4 (and m: (x, y) -> (-x, y)) on the m x m grid.

    For even m rotations and D1, D2 are free; D4 never is, because its diagonals meet the grid. ``ValueError``
    for another group.
    """
    turns = {"C1": 4, "C2": 2, "C4": 1, "D1": 4, "D2": 2, "D4": 1}
    if group.name not in turns:
        raise ValueError(f"group: must be one of {', '.join(turns)}, got {group.name}")
    points = grid_points(m)
    number = {point: i for i, point in enumerate(points)}
    n = 4 // turns[group.name]

    def image(s: int, point: tuple[int, int]) -> tuple[int, int]:
        (x, y), (mirrored, k) = point, divmod(s, n)
        if mirrored:
            x = -x
        for _ in range(k * turns[group.name]):
            x, y = -y, x
        return x, y

    return Action(
        group,
        tuple(tuple(number[image(s, point)] for point in points) for s in range(group.order)),
    )
