r"""What a statement averages over: the orbits of a group, or the blocks of a partition with a reference.

``{"generators": [[...], ...]}``: permutations p with p[x] = T_s x; the group is the one they generate. The
law of T_s x, s uniform, is uniform on the orbit of x, whatever the stabilisers are, so orbits are all that is
needed. ``{"blocks": [[...], ...], "reference": ["1", ...]}``: K_x(y) = R(y) / R(block of x) on the block of
x, the conditional probability given the partition. Uniform R on orbits is the group's average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofs_checks.reading import Rejected, integer, mapping, rationals, sequence
from proofs_checks.spgan.metric import common

MOST_GENERATORS = 8


@dataclass(frozen=True)
class Structure:
    """Blocks that partition the points, and how mass is spread within each."""

    blocks: tuple[tuple[int, ...], ...]
    reference: tuple[Fraction, ...]
    generators: tuple[tuple[int, ...], ...] = ()

    def average(self, P: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """S P: the mass of every block, spread by the reference."""
        made = [Fraction(0)] * len(P)
        for block in self.blocks:
            mass = sum((P[x] for x in block), Fraction(0))
            whole = sum((self.reference[x] for x in block), Fraction(0))
            for x in block:
                made[x] = mass * self.reference[x] / whole
        return tuple(made)

    def demand_constant(self, u: Sequence[Fraction], name: str) -> None:
        """:class:`Rejected` unless u is constant on every block."""
        for block in self.blocks:
            if any(u[x] != u[block[0]] for x in block):
                raise Rejected(f"{name}: is not invariant on the block of {block[0]}")


def read_structure(value: Any, size: int, name: str = "statement.structure") -> Structure:
    """A group by generators, or a partition with a reference measure."""
    if isinstance(value, dict) and "generators" in value:
        return _read_group(mapping(value, name, ("generators",))["generators"], size, name)
    parts = mapping(value, name, ("blocks", "reference"))
    reference = rationals(parts["reference"], f"{name}.reference", size)
    common(reference, f"{name}.reference")
    if min(reference) < 0:
        raise Rejected(f"{name}.reference: must not be negative")
    blocks = tuple(
        tuple(
            integer(x, f"{name}.blocks[{i}]", 0, size - 1)
            for x in sequence(block, f"{name}.blocks[{i}]")
        )
        for i, block in enumerate(sequence(parts["blocks"], f"{name}.blocks"))
    )
    if sorted(x for block in blocks for x in block) != list(range(size)):
        raise Rejected(f"{name}.blocks: must hold each of {size} points once")
    if any(sum(reference[x] for x in block) <= 0 for block in blocks):
        raise Rejected(f"{name}.reference: must be positive on every block")
    return Structure(blocks, reference)


def _read_group(value: Any, size: int, name: str) -> Structure:
    generators = []
    for i, entry in enumerate(sequence(value, f"{name}.generators")):
        place = f"{name}.generators[{i}]"
        if i >= MOST_GENERATORS:
            raise Rejected(f"{name}.generators: must be at most {MOST_GENERATORS}")
        moved = [integer(x, place, 0, size - 1) for x in sequence(entry, place, size)]
        if len(set(moved)) != size:
            raise Rejected(f"{place}: must be a permutation of {size} points")
        generators.append(tuple(moved))
    return Structure(_orbits(generators, size), (Fraction(1),) * size, tuple(generators))


def _orbits(generators: Sequence[Sequence[int]], size: int) -> tuple[tuple[int, ...], ...]:
    """Powers of a permutation of finitely many points hold its inverse: forward steps are enough."""
    found: list[tuple[int, ...]] = []
    seen: set[int] = set()
    for start in range(size):
        if start in seen:
            continue
        orbit = [start]
        reached = {start}
        for x in orbit:  # grows while it is read
            for moved in generators:
                if moved[x] not in reached:
                    reached.add(moved[x])
                    orbit.append(moved[x])
        seen |= reached
        found.append(tuple(sorted(orbit)))
    return tuple(found)
