r"""Labels of the regular points 0 .. H-1 by about 8.5 sqrt(H) parameters: bits as slopes.

The digits of r in (0, 1) are its tents: r_j = tent^j(r) = tri(2^j r) with tri(v) the distance from v to
2Z, and the label of digit j is 1{r_j > 1/2}. So 2^j r is all that is needed, and the product is free
if r is the *slope* of a piecewise linear function of 2^j:

1. x splits into a block k < Gr and a digit j < g = 2^m: m tents of z = (x + 1/2)/(g Gr). Tent i
   unfolds one bit of j (which half z is in) and multiplies v, at first 1, by 2^(2^(m-1-i)) if it is
   1. In the end v = 2^j and Gr z - 1/2 = k. Neighbouring blocks are mirror images; any numbering of
   the digits will do.
2. X = C k + v with C = 2^(g+2). On block k let f = a_k X + b_k with the code a_k of the block as
   slope and b_k even: a_k C is an even integer, so tri(f) = tri(2^j a_k), digit j. One hinge per
   boundary makes f continuous: the gap from 2^(g-1) to C + 1 is so long that f can pick up any
   even integer there.
3. T tents of f / 2^T, two units each, and a step at 1/2.

| symbol | meaning |
|---|---|
| H | points |
| g, m | digits per block, a power of two; log2 g |
| Gr | blocks, ceil(H/g) |
| T | g + 2 + ceil(log2 Gr) tents: f < 2^T |
| a_k | odd multiple of 2^-(g+1) in (0, 1), so r_j keeps 2^-(g+1) away from 1/2 |

    wide:   P = 20 m +  3 Gr + 6 T -  5    (all hinges in one layer)
    narrow: P = 20 m + 12 Gr + 6 T - 25    (one hinge per layer, width 4)

for m >= 2 and Gr >= 3 (:func:`grid_parameters` for the rest). The construction (d) of blocks whose
digits are read one by one, each with its own test of the position, needs 79 sqrt(H).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from constructions.interp._reading import read_integer
from constructions.interp.builder import Builder, Expr
from constructions.interp.fold import tents
from constructions.interp.gadgets import dense, read_classes, step
from constructions.interp.lookup import combination
from constructions.interp.network import ExactNet


@dataclass(frozen=True)
class Grid:
    """Codes a_k = ``codes[k]`` / 2^(g+1) of the blocks of g = 2^``m`` digits."""

    H: int
    m: int
    codes: tuple[int, ...]
    wide: bool

    @property
    def g(self) -> int:
        """Digits per block."""
        return 1 << self.m

    @property
    def parameters(self) -> int:
        """P of the net that stores it."""
        return grid_parameters(self.H, self.m, self.wide)


def grid_bits(H: int, labels: Iterable[Any], wide: bool = True) -> ExactNet:
    """The net x -> labels[x] for x = 0 .. H-1; P = ``plan_grid(...).parameters``.

    ``labels``: H of 0 and 1. ``wide`` False: width 4 and about twice the parameters.
    Raises ``ValueError`` for H < 1, a wrong number of labels and labels other than 0 and 1.
    """
    return grid_net(plan_grid(H, labels, wide))


def plan_grid(H: int, labels: Iterable[Any], wide: bool = True, m: int | None = None) -> Grid:
    """Codes of all blocks; ``m`` None takes the block length with the fewest parameters."""
    targets = read_classes(labels, read_integer(H, "H", 1), 1)
    if m is None:
        m = min(range(H.bit_length()), key=lambda i: grid_parameters(H, i, wide))
    g, Gr = 1 << m, -(-H // (1 << m))
    digits = [[0] * g for _ in range(Gr)]
    for x, y in enumerate(targets):
        k, j = position(x, m, Gr)
        digits[k][j] = y
    return Grid(H, m, tuple(_code(block) for block in digits), wide)


def grid_parameters(H: int, m: int, wide: bool = True) -> int:
    """P of :func:`grid_net` for H points in blocks of 2^m digits, from the widths of its layers."""
    Gr = -(-H // (1 << m))
    split = [3, *[4] * (m - 1)] if m else []
    hinges = [Gr] if wide or Gr == 1 else [2, *[3] * (Gr - 2)]
    return dense([*split, 1, *hinges, 1, 2, 2]) + 6 * (tent_count(m, Gr) - 1)


def tent_count(m: int, Gr: int) -> int:
    """T = g + 2 + ceil(log2 Gr)."""
    return (1 << m) + 2 + (Gr - 1).bit_length()


def position(x: int, m: int, Gr: int) -> tuple[int, int]:
    """(block k, digit j) of the point x: what m tents make of (x + 1/2) / (2^m Gr)."""
    j, size = 0, Gr << m
    for _ in range(m):
        size //= 2
        upper = x >= size
        j = 2 * j + upper
        if upper:
            x = 2 * size - 1 - x
    return x, j


def grid_net(plan: Grid) -> ExactNet:
    """The net of a plan."""
    builder = Builder(1)
    m, g, Gr = plan.m, plan.g, len(plan.codes)
    k, v = _split(builder, m, Gr)
    (X,) = builder.relu(2 ** (g + 2) * k + v)
    T = tent_count(m, Gr)
    f = (_wide if plan.wide or Gr == 1 else _narrow)(builder, X, _hinges(plan))
    (z,) = builder.relu(f * Fraction(1, 2 ** (T + g + 1)))
    r = tents(builder, z, T)
    up, down = builder.relu(*step(r, Fraction(1, 2) + Fraction(1, 2 ** (g + 1)), Fraction(1, 2**g)))
    return builder.build(up - down)


def _split(builder: Builder, m: int, Gr: int) -> tuple[Expr, Expr]:
    """k and 2^j as expressions."""
    size = Gr << m  # z is an odd multiple of 1/(2 size), 1/2 an even one
    z = (builder.inputs[0] + Fraction(1, 2)) * Fraction(1, size)
    v, most = builder.constant(1), 1
    for i in range(m):
        factor = 2 ** (1 << (m - 1 - i))
        steep = 2 * size * (factor - 1) * most  # beats (factor - 1) v wherever z is below 1/2
        gate = (factor - 1) * v + steep * z - Fraction(steep, 2)
        carried = (v,) if i else ()
        one, two, gated, *kept = builder.relu(z, 2 * z - 1, gate, *carried)
        v = (kept[0] if kept else builder.constant(1)) + gated - Fraction(steep, 2) * two
        z, most, size = 2 * one - 2 * two, most * factor, size // 2
    return Gr * z - Fraction(1, 2), v


def _code(digits: Sequence[int]) -> int:
    """2^(g+1) a with 1{tent^j(a) > 1/2} = digits[j]: backwards from tent^g(a) = 1/2."""
    code, scale = 1, 2  # the remainder as code / scale
    for digit in reversed(digits):
        scale *= 2
        code = scale - code if digit else code
    return code


def _hinges(plan: Grid) -> list[tuple[int, int, int]]:
    """(sign, slope, offset) of the hinges sign * sigma(slope X - offset) of 2^(g+1) f.

    The first has offset 0. Behind hinge k the function is a_k X + b_k: with D = a_(k-1) - a_k the
    hinge lies at (b_k - b_(k-1))/D, and b_k - b_(k-1) is the first even integer that puts it into the
    gap between the blocks. Equal codes need no hinge; theirs has slope 0.
    """
    g, C = plan.g, 2 ** (plan.g + 2)
    found = [(1, plan.codes[0], 0)]
    for k, (one, two) in enumerate(pairwise(plan.codes), start=1):
        slope = abs(two - one)
        lowest = slope * (C * (k - 1) + 2 ** (g - 1))  # behind the last point of block k - 1
        even = 2 ** (g + 2)  # 2, times 2^(g+1)
        found.append((1 if two > one else -1, slope, -(-lowest // even) * even))
    return found


def _wide(builder: Builder, X: Expr, hinges: Sequence[tuple[int, int, int]]) -> Expr:
    units = builder.relu(*(slope * X - offset for _, slope, offset in hinges))
    return combination(units, [sign for sign, _, _ in hinges], 0)


def _narrow(builder: Builder, X: Expr, hinges: Sequence[tuple[int, int, int]]) -> Expr:
    f = hinges[0][1] * X  # every partial sum rises from f(0) = 0, so it is never negative
    for number, (sign, slope, offset) in enumerate(hinges[1:]):
        carried = (X, f) if number else (X,)
        X, *kept, unit = builder.relu(*carried, slope * X - offset)
        f = (kept[0] if kept else hinges[0][1] * X) + sign * unit
    return f
