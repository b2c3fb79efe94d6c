"""Exact evaluation on integers.

ReLU is positively homogeneous: sigma(s z) = s sigma(z) for s > 0. So every layer is multiplied by
the common denominator D_l of its entries, a point by the common denominator S of its coordinates,
and the inner loops see integers only; values of layer l carry the scale S D_1 ... D_l. Points are
taken in chunks, one list per unit, because a list comprehension over a chunk beats a loop over
units. A chunk has one S; points whose denominators would blow it up start a new chunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from constructions.interp.network import Affine

CHUNK = 64  # points per chunk: N hidden units of 64 long integers still fit the cache
SPARE_BITS = 64  # how much longer than the longest denominator a shared one may get, twice

Column = list[int]  # one value per point of the chunk


@dataclass(frozen=True)
class IntegerLayer:
    """An affine layer times ``scale``: per row the columns and weights, and the biases."""

    rows: tuple[tuple[tuple[int, int], ...], ...]
    bias: tuple[int, ...]
    scale: int


def cleared(layer: Affine) -> IntegerLayer:
    """``layer`` times the least common denominator of all its entries."""
    entries = [w.denominator for row in layer.rows for _, w in row]
    scale = lcm(*entries, *(b.denominator for b in layer.bias))
    rows = tuple(tuple((j, int(w * scale)) for j, w in row) for row in layer.rows)
    return IntegerLayer(rows, tuple(int(b * scale) for b in layer.bias), scale)


def evaluate(
    layers: Sequence[IntegerLayer], points: Sequence[tuple[Fraction, ...]]
) -> list[tuple[Fraction, ...]]:
    """Outputs at every point, in order."""
    values: list[tuple[Fraction, ...]] = []
    for chunk, scale in _chunks(points):
        columns = [
            [x.numerator * (scale // x.denominator) for x in column]
            for column in zip(*chunk, strict=True)
        ]
        for index, layer in enumerate(layers):
            columns = _affine(layer, columns, scale, relu=index < len(layers) - 1)
            scale *= layer.scale
        values += [tuple(Fraction(y, scale) for y in row) for row in zip(*columns, strict=True)]
    return values


def _affine(layer: IntegerLayer, columns: list[Column], scale: int, relu: bool) -> list[Column]:
    products: dict[tuple[int, int], Column] = {}  # many hinges share one scaled input
    after = []
    for row, bias in zip(layer.rows, layer.bias, strict=True):
        start = bias * scale
        if len(row) == 1:
            column = _scaled(row[0], columns, products)
            shifted = [start + z for z in column]
        else:
            shifted = _combination(row, columns, start)
        after.append([z if z > 0 else 0 for z in shifted] if relu else shifted)
    return after


def _scaled(
    term: tuple[int, int], columns: list[Column], products: dict[tuple[int, int], Column]
) -> Column:
    if term not in products:
        j, weight = term
        products[term] = [weight * z for z in columns[j]]
    return products[term]


def _combination(row: tuple[tuple[int, int], ...], columns: list[Column], start: int) -> Column:
    total = [start] * len(columns[0])
    for j, weight in row:
        if weight == 1:
            total = [a + z for a, z in zip(total, columns[j], strict=True)]
        elif weight == -1:
            total = [a - z for a, z in zip(total, columns[j], strict=True)]
        else:
            # units are often inactive: skip the product with 0
            total = [a + weight * z if z else a for a, z in zip(total, columns[j], strict=True)]
    return total


def _chunks(
    points: Sequence[tuple[Fraction, ...]],
) -> Iterator[tuple[list[tuple[Fraction, ...]], int]]:
    chunk: list[tuple[Fraction, ...]] = []
    shared, longest = 1, 0
    for point in points:
        own = lcm(*(x.denominator for x in point))
        together = lcm(shared, own)
        longest = max(longest, own.bit_length())
        if chunk and (len(chunk) == CHUNK or together.bit_length() > 2 * (longest + SPARE_BITS)):
            yield chunk, shared
            chunk, together, longest = [], own, own.bit_length()
        chunk.append(point)
        shared = together
    if chunk:
        yield chunk, shared
