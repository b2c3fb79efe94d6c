r"""Exact evaluation of a net at very many points: integer object arrays, one scale per unit.

A unit's values are integers times a scale of its own, over the common denominator of the points. A
common factor of a row goes into its scale at once, so x -> 2 x -> x / 2 does not grow and deep
layers do not multiply up denominators that are not theirs. At a layer of width 1 the points are put
in the order of its value: behind it a chunk covers a short interval, where most ramps (or hinges) of
a wide layer are 0 at every point of the chunk, and such units are left out of the sums.

No floating-point number occurs. A second route to ``ExactNet.evaluate``, independent of it in the
representation of numbers, the arithmetic (numpy object arrays) and the order of the points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from constructions.interp._reading import read_labels, read_point

if TYPE_CHECKING:
    import numpy as np

    from constructions.interp.network import Affine, ExactNet

CHUNK = 256  # points; the number is a compromise between loop overhead and units that are 0

SHIFT = 64  # bits of a power of two from which shifting is faster than multiplying


@dataclass(frozen=True)
class Row:
    """An integer row over the integers of the layer before: columns, weights and bias."""

    terms: tuple[tuple[int, int], ...]
    bias: int


@dataclass(frozen=True)
class Segment:
    """Consecutive layers; all but the last of the net end in ReLU."""

    layers: tuple[tuple[Row, ...], ...]


def evaluate(net: ExactNet, points: Iterable[Any]) -> list[tuple[Fraction, ...]]:
    """Exact outputs at every point, in order; what ``net.evaluate(points)`` returns.

    Raises ``ValueError`` for points that do not have ``net.inputs`` exact coordinates.
    """
    import numpy as np

    exact = [read_point(x, net.inputs, f"points[{i}]") for i, x in enumerate(points)]
    if not exact:
        return []
    one = lcm(*(c.denominator for x in exact for c in x))
    values = np.empty((net.inputs, len(exact)), dtype=object)
    for i, x in enumerate(exact):
        for j, c in enumerate(x):
            values[j, i] = c.numerator * (one // c.denominator)
    segments, scales = _segments(net)
    place = np.arange(len(exact))
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if len(values) == 1:
            order = np.argsort(values[0], kind="stable")
            values, place = values[:, order], place[order]
        parts = [
            _through(segment, values[:, i : i + CHUNK], one, last)
            for i in range(0, len(exact), CHUNK)
        ]
        values = np.concatenate(parts, axis=1)
    outputs: list[tuple[Fraction, ...]] = [()] * len(exact)
    for i, column in zip(place, values.T, strict=True):
        outputs[i] = tuple(s * int(v) / one for s, v in zip(scales, column, strict=True))
    return outputs


def wrong(net: ExactNet, points: Iterable[Any], labels: Iterable[Any]) -> list[int]:
    """Indices of the points where the first output is not the label, exactly."""
    values = evaluate(net, points)
    targets = read_labels(labels, len(values))
    return [i for i, (v, y) in enumerate(zip(values, targets, strict=True)) if v[0] != y]


def _segments(net: ExactNet) -> tuple[list[Segment], tuple[Fraction, ...]]:
    """The layers over integers, cut behind layers of width 1, and the scales of the outputs."""
    scales = (Fraction(1),) * net.inputs
    segments: list[Segment] = []
    current: list[tuple[Row, ...]] = []
    for depth, layer in enumerate(net.layers):
        rows, scales = _integer(layer, scales)
        current.append(rows)
        if layer.units == 1 or depth == net.depth:
            segments.append(Segment(tuple(current)))
            current = []
    return [segment for segment in segments if segment.layers], scales


def _integer(
    layer: Affine, scales: Sequence[Fraction]
) -> tuple[tuple[Row, ...], tuple[Fraction, ...]]:
    rows, after = [], []
    for row, bias in zip(layer.rows, layer.bias, strict=True):
        weights = [w * scales[j] for j, w in row]
        below = lcm(bias.denominator, *(w.denominator for w in weights))
        whole = [int(w * below) for w in weights]
        common = gcd(int(bias * below), *whole) or 1
        terms = tuple((j, w // common) for (j, _), w in zip(row, whole, strict=True))
        rows.append(Row(terms, int(bias * below) // common))
        after.append(Fraction(common, below))
    return tuple(rows), tuple(after)


def _through(segment: Segment, values: np.ndarray, one: int, last: bool) -> np.ndarray:
    """One chunk, (units, points), through the layers; the last affine layer of the net has no ReLU."""
    import numpy as np

    columns: list[np.ndarray | None] = list(values)
    zero = np.zeros(values.shape[1], dtype=object)
    for depth, layer in enumerate(segment.layers):
        relu = not (last and depth == len(segment.layers) - 1)
        columns = list(_layer(layer, columns, one, zero, relu))
    return np.stack([zero if column is None else column for column in columns])


def _layer(
    rows: Sequence[Row],
    columns: Sequence[np.ndarray | None],
    one: int,
    zero: np.ndarray,
    relu: bool,
) -> Iterator[np.ndarray | None]:
    """Units of the next layer; None stands for a unit that is 0 at every point of the chunk."""
    import numpy as np

    for row in rows:
        total = zero + row.bias * one
        for j, weight in row.terms:
            column = columns[j]
            if column is not None:
                total = total + _times(weight, column)
        if relu:
            total = np.maximum(total, 0)
            yield total if total.any() else None
        else:
            yield total


def _times(weight: int, column: np.ndarray) -> np.ndarray:
    """weight * column; a long power of two is a shift, which costs no multiplication."""
    zeros = (weight & -weight).bit_length() - 1
    if zeros < SHIFT:
        return column if weight == 1 else weight * column
    odd = weight >> zeros
    return (column if odd == 1 else odd * column) << zeros
