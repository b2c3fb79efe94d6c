"""Width 3 suffices for any points: the hinges of :mod:`.shallow` one per layer.

A layer holds (key, sum of the hinges so far + offset, next hinge). Keys are >= 0, and the offset
keeps the running sum >= 0 at the N points, so ReLU carries both unchanged there. Away from the
points the net may differ from the shallow one; at the points both are exact.

N >= 2: uniform width 3, depth L = N - 1, P = 3(d + 1) + 12(N - 2) + 4 = 12 N + 3 d - 17. N = 1 is the
constant, without a hidden layer, P = d + 1. This is construction (b).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from constructions.interp._reading import read_integer, read_labels, read_points
from constructions.interp.network import Affine, ExactNet
from constructions.interp.projection import project
from constructions.interp.shallow import Hinges, hinges


def narrow_any(points: Iterable[Any], labels: Iterable[Any], rng: Random) -> ExactNet:
    """A net of width 3 with f(x_i) = y_i exactly; arguments and errors as ``shallow_any``."""
    exact = read_points(points)
    targets = read_labels(labels, len(exact))
    d = len(exact[0])
    if len(exact) == 1:
        return ExactNet((Affine(((),), targets, d),))
    keyed = project(exact, rng)
    bends = hinges(keyed.keys, targets)
    offset = _offset(sorted(keyed.keys), bends)
    first, *rest = bends.hinges
    scaled = tuple((j, first.slope * w) for j, w in keyed.row)
    start = Affine(
        (keyed.row, (), scaled), (keyed.shift, offset, first.slope * keyed.shift - first.offset), d
    )
    layers, sign = [start], first.sign
    for hinge in rest:
        rows = (((0, 1),), ((1, 1), (2, sign)), ((0, hinge.slope),))
        layers.append(Affine(rows, (0, 0, -hinge.offset), 3))
        sign = hinge.sign
    row = ((1, Fraction(1, bends.scale)), (2, Fraction(sign, bends.scale)))
    return ExactNet((*layers, Affine((row,), (Fraction(bends.start - offset, bends.scale),), 3)))


def narrow_parameters(N: int, d: int) -> int:
    """P of :func:`narrow_any`: 12 N + 3 d - 17; d + 1 for N = 1."""
    read_integer(N, "N", 1)
    read_integer(d, "d", 1)
    return 12 * N + 3 * d - 17 if N > 1 else d + 1


def _offset(keys: Sequence[int], bends: Hinges) -> int:
    """The least offset >= 0 that keeps every running sum >= 0 at every key.

    After the hinges 1..k the sum passes through the labels up to key k + 1 and goes on with the
    slope s_k, so it is least at one of those keys or at the last one.
    """
    least, slope, value = 0, 0, 0
    for k, hinge in enumerate(bends.hinges):
        bend = Fraction(hinge.offset, hinge.slope) if hinge.slope else keys[k]
        slope_after = slope + hinge.sign * hinge.slope
        value += int(slope * (bend - keys[k]) + slope_after * (keys[k + 1] - bend))
        slope = slope_after
        least = min(least, value, value + slope * (keys[-1] - keys[k + 1]))
    return -least
