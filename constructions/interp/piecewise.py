"""The exact graph of a net of one input and one output.

Layer by layer: on an interval where the units of layer l are affine each pre-activation of layer
l+1 is affine too, so it changes sign at most once there; cut at these zeros. Everything is kept as
integers: a point is a pair (p, q) that stands for p/q, q > 0, and a line is (slope, intercept)
times a common positive scale. The ends of the real line are the points (-1, 0) and (1, 0).

Consequence (tested, not used): at most prod(w_l + 1) pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import gcd
from typing import TYPE_CHECKING

from constructions.interp._reading import read_rational

if TYPE_CHECKING:
    from constructions.interp._evaluate import IntegerLayer
    from constructions.interp.network import ExactNet

Cut = tuple[int, int]
Line = tuple[int, int]
LEFT_END: Cut = (-1, 0)
RIGHT_END: Cut = (1, 0)


@dataclass(frozen=True)
class PiecewiseLinear:
    """A continuous piecewise linear function on the line.

    ``cuts`` are the k breakpoints, increasing; ``lines`` the k + 1 lines between and around them,
    times ``scale``; neighbouring lines differ, so k + 1 = ``len`` is the true number of pieces.
    """

    cuts: tuple[Cut, ...]
    lines: tuple[Line, ...]
    scale: int

    def __len__(self) -> int:
        return len(self.lines)

    @cached_property
    def breakpoints(self) -> tuple[Fraction, ...]:
        """The k breakpoints, increasing."""
        return tuple(Fraction(p, q) for p, q in self.cuts)

    @cached_property
    def slopes(self) -> tuple[Fraction, ...]:
        """The k + 1 slopes, from left to right."""
        return tuple(Fraction(s, self.scale) for s, _ in self.lines)

    @cached_property
    def values(self) -> tuple[Fraction, ...]:
        """The values at the k breakpoints."""
        pairs = zip(self.cuts, self.lines, strict=False)
        return tuple(Fraction(s * p + c * q, q * self.scale) for (p, q), (s, c) in pairs)

    def __call__(self, t: int | Fraction) -> Fraction:
        """The value at ``t``, by bisection over the breakpoints."""
        exact = read_rational(t, "t")
        low, high = 0, len(self.cuts)
        while low < high:
            middle = (low + high) // 2
            p, q = self.cuts[middle]
            low, high = (middle + 1, high) if exact * q > p else (low, middle)
        s, c = self.lines[low]
        return (s * exact + c) / self.scale

    def changes(self, tau: int | Fraction = 0) -> int:
        """Most label changes of 1{f > tau} along an increasing sequence of inputs, exactly.

        On one piece {f > tau} is an interval that ends at an end of the piece, or all or nothing;
        so the labels at the breakpoints and at both ends of the line tell everything. A graph that
        only touches tau from above counts twice.
        """
        level = read_rational(tau, "tau") * self.scale
        top, bottom = level.numerator, level.denominator
        lines = [(s * bottom, c * bottom - top) for s, c in self.lines]
        ends = (LEFT_END, *self.cuts, RIGHT_END)
        labels = [_value(line, cut) > 0 for line, cut in zip(lines[:1] + lines, ends, strict=True)]
        return sum(one != two for one, two in pairwise(labels))


def pieces(net: ExactNet) -> PiecewiseLinear:
    """The graph of ``net``; raises ``ValueError`` unless it has one input and one output.

    Linear in the number of pieces: of the order of 10^5 pieces a second for nets of width 2 or 3.
    """
    if net.inputs != 1 or net.outputs != 1:
        raise ValueError(f"net: must have 1 input and 1 output, got {net.inputs} and {net.outputs}")
    cuts: list[Cut] = []
    graphs: list[tuple[Line, ...]] = [((1, 0),)]  # per piece the line of every unit
    scale = 1
    for index, layer in enumerate(net.cleared):
        graphs = [_affine(layer, lines, scale) for lines in graphs]
        scale *= layer.scale
        if index < net.depth:
            cuts, graphs = _relu(cuts, graphs)
        cuts, graphs = _merged(cuts, graphs)
    return PiecewiseLinear(tuple(cuts), tuple(lines[0] for lines in graphs), scale)


def _affine(layer: IntegerLayer, lines: tuple[Line, ...], scale: int) -> tuple[Line, ...]:
    after = []
    for row, bias in zip(layer.rows, layer.bias, strict=True):
        slope, intercept = 0, bias * scale
        for j, weight in row:
            s, c = lines[j]
            slope += weight * s
            intercept += weight * c
        after.append((slope, intercept))
    return tuple(after)


def _relu(
    cuts: list[Cut], graphs: list[tuple[Line, ...]]
) -> tuple[list[Cut], list[tuple[Line, ...]]]:
    new_cuts: list[Cut] = []
    new_graphs: list[tuple[Line, ...]] = []
    left = LEFT_END
    for lines, right in zip(graphs, [*cuts, RIGHT_END], strict=True):
        for zero in _zeros(lines, left, right):
            new_graphs.append(_active(lines, left, zero))
            new_cuts.append(zero)
            left = zero
        new_graphs.append(_active(lines, left, right))
        new_cuts.append(right)
        left = right
    return new_cuts[:-1], new_graphs


def _zeros(lines: tuple[Line, ...], left: Cut, right: Cut) -> list[Cut]:
    """The zeros of the lines strictly between ``left`` and ``right``, increasing, without repeats."""
    found = set()
    for line in lines:
        s, c = line
        before, after = _value(line, left), _value(line, right)
        if (before < 0 < after) or (after < 0 < before):
            divisor = gcd(s, c) if s > 0 else -gcd(s, c)
            found.add((-c // divisor, s // divisor))
    if len(found) < 2:
        return list(found)
    return sorted(found, key=lambda cut: Fraction(*cut))


def _active(lines: tuple[Line, ...], left: Cut, right: Cut) -> tuple[Line, ...]:
    """ReLU on an interval inside which no line changes sign."""
    return tuple(
        line if _value(line, left) > 0 or _value(line, right) > 0 else (0, 0) for line in lines
    )


def _value(line: Line, cut: Cut) -> int:
    """A positive multiple of the value; at an end of the line, of its sign there."""
    (s, c), (p, q) = line, cut
    return s * p + c * q if q or s else c


def _merged(
    cuts: list[Cut], graphs: list[tuple[Line, ...]]
) -> tuple[list[Cut], list[tuple[Line, ...]]]:
    """Drop the cuts at which nothing bends."""
    kept = [i for i in range(len(cuts)) if graphs[i] != graphs[i + 1]]
    return [cuts[i] for i in kept], [graphs[i] for i in kept] + graphs[-1:]
