"""Integer rows over many points at once: a unit is a column of integers, one for every point.

A column is ``None`` where a unit is 0 at every point: most ramps of a wide layer are, and cost nothing
then. Nothing is allocated before it is known how long its numbers can become.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add, sub

from proofs_checks.reading import Rejected

MAX_VALUE_BITS = 1 << 23  #: of the value of a unit
MAX_LAYER_BITS = 1 << 32  #: of all values of one layer, at all points of a chunk
DIGIT = 30  #: bits of a digit of a Python integer; shifts that are shorter save nothing

#: One unit: groups (factor, ((column, integer weight), ...)) and an integer bias. The value of the
#: unit is its scale times (sum over the groups of factor * weighted sum, plus the bias).
IntegerRow = tuple[tuple[tuple[int, tuple[tuple[int, int], ...]], ...], int]
Column = list[int]


class TooLong(Rejected):
    """The values do not fit; with fewer points at once they may."""


def growth(layer: Sequence[IntegerRow]) -> int:
    """Bits by which a value of the layer can be longer than the longest value before it."""
    return max(
        (abs(bias) + sum(abs(f) * sum(abs(w) for _, w in group) for f, group in groups))
        for groups, bias in layer
    ).bit_length()


def through(
    layers: Sequence[Sequence[IntegerRow]],
    growths: Sequence[int],
    columns: list[Column],
    ones: Column,
) -> list[Column]:
    """The columns of the last layer; ReLU after every layer before it.

    ``ones`` holds, for every point, the number that stands for 1. :class:`TooLong` if a value could
    be longer than ``MAX_VALUE_BITS``, or a layer than ``MAX_LAYER_BITS``.
    """
    held: list[Column | None] = list(columns)
    bits = _longest(held, ones)
    for depth, (layer, more) in enumerate(zip(layers, growths, strict=True)):
        room = min(MAX_VALUE_BITS, MAX_LAYER_BITS // (len(layer) * len(ones)))
        if bits + more > room:  # by the bound; what is there may be shorter
            bits = _longest(held, ones)
        bits += more
        if bits > room:
            raise TooLong(f"network: a value of more than {room} bits")
        held = [_unit(row, held, ones) for row in layer]
        if depth < len(layers) - 1:
            held = [_relu(column) for column in held]
    return [[0] * len(ones) if column is None else column for column in held]


def _longest(columns: Sequence[Column | None], ones: Column) -> int:
    """Bits of the longest number there is."""
    there = [column for column in columns if column is not None]
    return max(max(max(c), -min(c)).bit_length() for c in (*there, ones))


def _unit(row: IntegerRow, columns: Sequence[Column | None], ones: Column) -> Column | None:
    groups, bias = row
    total: Column | None = None
    for factor, terms in groups:
        part: Column | None = None
        for j, weight in terms:
            column = columns[j]
            if column is not None:
                part = _plus(part, weight, column)
        if part is not None:
            total = _plus(total, factor, part)
    return _plus(total, bias, ones) if bias else total


def _plus(total: Column | None, weight: int, column: Column) -> Column:
    """total + weight * column."""
    if weight == -1 and total is not None:
        return list(map(sub, total, column))
    if weight != 1:
        # A power of two times a long number is a shift; multiplied out it costs the square.
        zeros = (weight & -weight).bit_length() - 1
        odd = weight >> zeros if zeros >= DIGIT else weight
        if odd != 1:
            column = [odd * value for value in column]
        if zeros >= DIGIT:
            column = [value << zeros for value in column]
    return column if total is None else list(map(add, total, column))


def _relu(column: Column | None) -> Column | None:
    if column is None:
        return None
    positive = [value if value > 0 else 0 for value in column]
    return positive if any(positive) else None
