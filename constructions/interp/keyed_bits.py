r"""Labels of N integer keys by O(sqrt(N b)) parameters: groups of keys, read bit by bit.

The keys are sorted and cut into groups of g. A group is one integer u, the concatenation of
(key, label) of its members. *Selection* makes u a step function of h, one layer per boundary.
*Extraction* reads u from the top: after the bits of a key q the gadget 1{h = q} is formed together
with the first bit of the label, and the label is added to the output where h = q.

| layer | units | width |
|---|---|---|
| selection, per boundary | h, u, step (2) | 4 |
| key bit | h, r, out, q, step (2) | 6 (5 for the first bit of a key, where q is 0) |
| first label bit | h, r, out, equality (3), step (2) | 8 |
| further label bits | h, r, out, 1{h = q}, value, step (2) | 7 |
| label | h, r, out, sigma(value - 2^c (1 - 1{h = q})) | 4 (2 in the end) |

| symbol | meaning |
|---|---|
| N, Gr | keys, groups: Gr = ceil(N/g) |
| g | members per group; the last group is padded with its last key and the label 0 |
| b | bits of a key |
| c | bits of a label: classes 0 .. 2^c - 1 |

For c = 1, Gr >= 3, b >= 2 and g >= 2

    P = 20 Gr + (42 b + 69) g - 12 b - 76,

in general :func:`keyed_parameters`; g minimises P, near 20 N/g + 42 g (b + 2). The net is 0 at all
other integers of [0, 2^b). Constructions (e) and (h), after Vardi, Yehudai and Shamir (2021).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from constructions.interp._reading import read_integer
from constructions.interp.builder import Builder, Expr
from constructions.interp.gadgets import dense, equal, groups_of, read_classes, read_keys, step
from constructions.interp.network import ExactNet

Member = tuple[int, int]


@dataclass(frozen=True)
class Keyed:
    """Groups of g members (key, label), keys of ``b`` bits, labels of ``c`` bits."""

    b: int
    c: int
    groups: tuple[tuple[Member, ...], ...]

    @property
    def g(self) -> int:
        """Members per group."""
        return len(self.groups[0])

    @property
    def parameters(self) -> int:
        """P of the net that stores it."""
        return keyed_parameters(len(self.groups), self.g, self.b, self.c)


def keyed_bits(keys: Iterable[Any], labels: Iterable[Any], c: int = 1) -> ExactNet:
    """The net key -> label, exact at every key and 0 at the other integers of [0, 2^b).

    ``keys``: N distinct integers >= 0; ``labels``: N integers of 0 .. 2^c - 1. P is
    ``plan_keyed(...).parameters``. Raises ``ValueError`` for anything else.
    """
    return keyed_net(plan_keyed(keys, labels, c))


def plan_keyed(
    keys: Iterable[Any], labels: Iterable[Any], c: int = 1, g: int | None = None
) -> Keyed:
    """The groups; ``g`` None takes the size with the fewest parameters."""
    read = read_keys(keys)
    targets = read_classes(labels, len(read), c)
    b = max(1, max(read).bit_length())
    size = best_group(len(read), b, c) if g is None else g
    return Keyed(b, c, tuple(tuple(group) for group in groups_of(size, read, targets)))


def best_group(N: int, b: int, c: int = 1) -> int:
    """The g of least P. P grows in g between two values of ceil(N/g), so the least g of each is tried."""
    sizes = {-(-N // Gr) for Gr in range(1, read_integer(N, "N", 1) + 1)}
    return min(sorted(sizes), key=lambda g: keyed_parameters(-(-N // g), g, b, c))


def keyed_parameters(Gr: int, g: int, b: int, c: int = 1) -> int:
    """P of :func:`keyed_net`, from the widths of its layers."""
    read_integer(b, "b", 1)
    selection = [3, *[4] * (Gr - 2)] if Gr > 1 else []
    return dense(selection + [w for i in range(g) for w in _widths(i, g, b, c)])


def _widths(i: int, g: int, b: int, c: int) -> list[int]:
    """Widths of the layers that read member i. Before the first label there is no output unit."""
    none = int(i == 0)
    end = int(i == g - 1)  # nobody reads the code any more
    bits = [5 - none, *[6 - none] * (b - 1)]
    label = [8 - none, *[7 - none] * (c - 1)]
    return [*bits, *label, 2 - none if end else 4 - none]


def keyed_net(plan: Keyed) -> ExactNet:
    """The net of a plan."""
    builder = Builder(1)
    h, u = _select(builder, plan)
    reader = _Reader(builder, plan, h, u)
    for i in range(plan.g):
        reader.member(last=i == plan.g - 1)
    return builder.build(reader.out)


def code(group: Sequence[Member], b: int, c: int) -> int:
    """The integer u of a group, its first member on top."""
    u = 0
    for key, label in group:
        u = (u << (b + c)) | key << c | label
    return u


def _select(builder: Builder, plan: Keyed) -> tuple[Expr, Expr]:
    """(h, code of the last group that starts at or below h)."""
    codes = [code(group, plan.b, plan.c) for group in plan.groups]
    h, u = builder.inputs[0], builder.constant(codes[0])
    for i, (group, (one, two)) in enumerate(zip(plan.groups[1:], pairwise(codes), strict=True)):
        carried = (h, u) if i else (h,)
        *kept, up, down = builder.relu(*carried, *step(h, group[0][0]))
        h = kept[0]
        u = (kept[1] if i else builder.constant(codes[0])) + (two - one) * (up - down)
    return h, u


class _Reader:
    """Reads the members of the code ``r`` one after the other; constants take no unit."""

    def __init__(self, builder: Builder, plan: Keyed, h: Expr, u: Expr) -> None:
        self.builder, self.plan = builder, plan
        self.h, self.r, self.out = h, u, builder.constant(0)
        self.left = plan.g * (plan.b + plan.c)  # bits of r

    def member(self, last: bool) -> None:
        """One key, one label, and the label goes to the output where h is the key."""
        q = self.builder.constant(0)
        for _ in range(self.plan.b):
            (self.h, self.out, q), bit = self._bit(self.h, self.out, q)
            q = 2 * q + bit
        value, match = self._label(q)
        chosen = value - (1 << self.plan.c) * (1 - match)
        if last:
            found, self.out = self._layer([chosen], [self.out])
        else:
            self.h, self.r, found, self.out = self._layer([self.h, self.r, chosen], [self.out])
        self.out = self.out + found

    def _label(self, q: Expr) -> tuple[Expr, Expr]:
        """The label of the member and 1{h = q}."""
        (self.h, self.out, a, b, c), value = self._bit(self.h, self.out, *equal(self.h - q))
        match = a - 2 * b + c
        for _ in range(self.plan.c - 1):
            (self.h, self.out, match, value), bit = self._bit(self.h, self.out, match, value)
            value = 2 * value + bit
        return value, match

    def _bit(self, *carried: Expr) -> tuple[list[Expr], Expr]:
        """One layer with ``carried``; the top bit of r is cut off and returned."""
        self.left -= 1
        T = 1 << self.left
        self.r, up, down, *kept = self._layer([self.r, *step(self.r, T)], carried)
        bit = up - down
        self.r = self.r - T * bit
        return kept, bit

    def _layer(self, needed: Sequence[Expr], carried: Sequence[Expr]) -> list[Expr]:
        """One ReLU layer. What is carried and still a constant (0) takes no unit."""
        units = iter(self.builder.relu(*needed, *(e for e in carried if e.terms)))
        first = [next(units) for _ in needed]
        return first + [next(units) if e.terms else e for e in carried]
