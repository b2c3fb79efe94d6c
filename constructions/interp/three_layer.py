r"""Two hidden layers of d1 and d2 units fit any d1 d2 points with any labels: P = N + O(sqrt N).

Sort the points by a key and cut them into p blocks of q. The first layer has one hinge per gap
between blocks (and the key itself): d1 = p. So a unit z_j of the second layer is, before its ReLU,
continuous and affine on every block, with any slopes. Let its sign alternate: in a *rising* block
z_j goes from negative to positive, in the next, *falling* one, back. d2 = q, and

    f = c + sum_j v_j sigma(z_j),   v_j = +1, -1, +1, ...,   c = the least label.

Number the points of a block from the side where all units are off: the left one if it is rising.
z_j is off at the points before the j-th, so the points can be served in order of j: z_j runs from
(left end, z_j(left end)), which the block before has fixed, through (K_j, rho_j), where

    rho_j = v_j ( Y_j - c - sum_{i<j} v_i z_i(K_j) )   is what the units before lack at the j-th point.

Needed: rho_j >= 0, z_j <= 0 at the point before, and the alternation of signs. All of these are
affine in m_j = -z_j(first end) with positive slope, so every large m_j will do, and the least one
is computed: unit after unit, m_1 << m_2 << ... Exactness never depends on luck.

| symbol | meaning |
|---|---|
| N, d | points, dimension |
| q, p | points per block, ceil(N/q) blocks |
| R | blocks per chain: between chains a second hinge resets z_j to a fresh -m_j |
| d1, d2 | p + (number of chains) - 1 and q units |
| P | d1 (d + 1) + d2 (d1 + 1) + d2 + 1; one chain, d = 1: p q + 2 p + 2 q + 1 |

The denominators of a long chain multiply up to about N (bits of a key) bits. A chain of one block
leaves its slopes free: they are powers of two, and with integer labels all weights are dyadic and
hardly longer than a key; then d1 = 2 p - 1 and P = 2 N + O(sqrt N).

Interpolating all real labels needs P - (d1 + d2) >= N (`interp.D6`); here it is p q + p + q + 1. This is
construction (c). The condition 4 floor(d1/4) floor(d2/4) >= N of Yun, Sra and Jadbabaie (2019) follows
from d1 d2 >= N; 4 ceil(d1/2) ceil(d2/2) >= N, also in print, is the same for even widths, and false if
d1 = 1 or d2 = 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from constructions.interp._reading import read_integer, read_labels, read_points
from constructions.interp.gadgets import dense
from constructions.interp.network import Affine, ExactNet, Number
from constructions.interp.projection import Projection, project

CHAIN_BITS = 1 << 14  #: one chain is the default while N (bits of a key) is at most this
STRETCH = 4  # keys are multiplied by this, so that hinges are integers


@dataclass(frozen=True)
class Shape:
    """Blocks of ``q`` points, chains of ``R`` blocks."""

    q: int
    R: int

    def __post_init__(self) -> None:
        read_integer(self.q, "q", 1)
        read_integer(self.R, "R", 1)

    def widths(self, N: int) -> tuple[int, int]:
        """(d1, d2) for N points."""
        p = -(-N // self.q)
        return p + -(-p // self.R) - 1, self.q

    def parameters(self, N: int, d: int) -> int:
        """P as an equality."""
        return dense(self.widths(N), d)


@dataclass(frozen=True)
class Line:
    """t -> value + slope (t - place)."""

    place: Number
    value: Number
    slope: Number

    def __call__(self, t: Number) -> Number:
        """The value at t."""
        return self.value + self.slope * (t - self.place)


@dataclass(frozen=True)
class Block:
    """Points of a block, by index from the side where units are off; its ends; its direction."""

    points: tuple[int, ...]
    left: int
    right: int
    rising: bool


def three_layer_any(
    points: Iterable[Any], labels: Iterable[Any], rng: Random, shape: Shape | None = None
) -> ExactNet:
    """A net with two hidden layers and f(x_i) = y_i exactly; P = ``shape.parameters(N, d)``.

    ``points``: N distinct points of R^d, ``labels``: N rational numbers, ``rng`` draws the projection,
    ``shape`` None takes :func:`smallest_shape`. Errors as ``shallow_any``.
    """
    exact = read_points(points)
    targets = read_labels(labels, len(exact))
    keyed = project(exact, rng)
    N, d = len(exact), len(exact[0])
    chosen = smallest_shape(N, d, keyed.bits) if shape is None else shape
    order = sorted(range(N), key=keyed.keys.__getitem__)
    places = [STRETCH * keyed.keys[i] for i in order]
    lowest = min(targets)
    lacking = [targets[i] - lowest for i in order]
    chains = list(_chains(places, chosen))
    units = [_unit(chains, places, lacking, j) for j in range(chosen.q)]
    blocks = [block for chain in chains for block in chain]
    first = _first_layer(keyed, _hinges(blocks), d)
    second = _second_layer(units, blocks)
    output = Affine((tuple((j, (-1) ** j) for j in range(chosen.q)),), (lowest,), chosen.q)
    return ExactNet((first, second, output))


def smallest_shape(N: int, d: int, bits: int) -> Shape:
    """One chain while its weights stay short, else chains of one block; q for the least P.

    ``bits``: length of the keys.
    """
    R = N if read_integer(N, "N", 1) * read_integer(bits, "bits", 0) <= CHAIN_BITS else 1
    return min((Shape(q, R) for q in range(1, N + 1)), key=lambda s: s.parameters(N, d))


def _chains(places: Sequence[int], shape: Shape) -> Iterator[list[Block]]:
    """The blocks in chains. Inside a chain blocks share an end, between chains they do not."""
    N = len(places)
    starts = list(range(0, N, shape.q))
    chain: list[Block] = []
    left = places[0] - STRETCH
    for k, start in enumerate(starts):
        stop = min(start + shape.q, N)
        last = len(chain) == shape.R - 1
        if stop == N:
            right = after = places[-1] + STRETCH
        else:
            gap = places[stop] - places[stop - 1]
            # a power of two between two hinges, so that the slope there is dyadic as well
            apart = 1 << (gap.bit_length() - 2) if last else 0
            right = places[stop - 1] + (gap - apart) // 2
            after = right + apart
        rising = len(chain) % 2 == 0
        indices = range(start, stop) if rising else range(stop - 1, start - 1, -1)
        chain.append(Block(tuple(indices), left, right, rising))
        left = after
        if last or k == len(starts) - 1:
            yield chain
            chain = []


def _unit(
    chains: Sequence[Sequence[Block]], places: Sequence[int], lacking: list[Fraction], j: int
) -> list[Line]:
    """Unit j on every block; ``lacking`` (labels minus what the units give) is brought up to date."""
    sign = (-1) ** j
    lines: list[Line] = []
    for chain in chains:
        if len(chain) == 1:
            found = [_free(chain[0], places, lacking, j)]
        else:
            found = _chained(chain, places, lacking, j)
        for block, line in zip(chain, found, strict=True):
            for i in block.points[j:]:
                lacking[i] -= sign * line(places[i])
        lines += found
    return lines


def _free(block: Block, places: Sequence[int], lacking: Sequence[Fraction], j: int) -> Line:
    """Unit j on a block of its own: the slope is the least power of two that will do."""
    sign = (-1) ** j
    if j >= len(block.points):
        return Line(block.left, 0, 0)
    K, rho = places[block.points[j]], sign * lacking[block.points[j]]
    least = Fraction(1)
    if j:
        least = max(least, rho / (K - places[block.points[j - 1]]))
    if j + 1 < len(block.points):
        i = block.points[j + 1]
        least = max(least, (sign * lacking[i] - rho) / (places[i] - K))
    return Line(K, rho, 1 << (-(-least.numerator // least.denominator) - 1).bit_length())


def _chained(
    chain: Sequence[Block], places: Sequence[int], lacking: Sequence[Fraction], j: int
) -> list[Line]:
    """Unit j on the blocks of a chain, entered at a power of two that meets all conditions."""
    at_0, at_1 = (_run(chain, places, lacking, j, m)[1] for m in (0, 1))
    # every condition is v0 + m (v1 - v0) >= 0 with v1 > v0
    least = max((v0 / (v0 - v1) for v0, v1 in zip(at_0, at_1, strict=True)), default=Fraction(0))
    m = 1 << max(0, -(-least.numerator // least.denominator)).bit_length()
    return _run(chain, places, lacking, j, m)[0]


def _run(
    chain: Sequence[Block], places: Sequence[int], lacking: Sequence[Fraction], j: int, m: int
) -> tuple[list[Line], list[Fraction]]:
    """Unit j on the blocks of a chain that it enters at -m, and the conditions (all >= 0)."""
    sign = (-1) ** j
    lines: list[Line] = []
    conditions: list[Fraction] = []
    value = Fraction(-m)
    for number, block in enumerate(chain):
        line = _through(block, places, lacking, j, value)
        lines.append(line)
        if 0 < j < len(block.points):
            conditions.append(Fraction(-line(places[block.points[j - 1]])))
        if j + 1 < len(block.points):
            i = block.points[j + 1]
            conditions.append(line(places[i]) - sign * lacking[i])
        value = Fraction(line(block.right))
        if number < len(chain) - 1:
            conditions.append(value if block.rising else -value)
    return lines, conditions


def _through(
    block: Block, places: Sequence[int], lacking: Sequence[Fraction], j: int, value: Fraction
) -> Line:
    """From ``value`` at the left end through what point j lacks; off at all points if there is none."""
    if j < len(block.points):
        place, height = places[block.points[j]], (-1) ** j * lacking[block.points[j]]
    elif block.rising:
        return Line(block.left, value, 0)
    else:
        place, height = places[block.points[-1]], Fraction(0)
    return Line(block.left, value, (height - value) / (place - block.left))


def _hinges(blocks: Sequence[Block]) -> list[int]:
    ends = [{one.right, two.left} for one, two in pairwise(blocks)]
    return [end for both in ends for end in sorted(both)]


def _first_layer(keyed: Projection, hinges: Sequence[int], d: int) -> Affine:
    """The stretched key and its hinges."""
    row = tuple((j, STRETCH * w) for j, w in keyed.row)
    shift = STRETCH * keyed.shift
    return Affine((row,) * (1 + len(hinges)), (shift, *(shift - h for h in hinges)), d)


def _second_layer(units: Sequence[Sequence[Line]], blocks: Sequence[Block]) -> Affine:
    """Units from their lines on the blocks: rows of slope changes."""
    rows = [tuple(enumerate(_slope_changes(lines, blocks))) for lines in units]
    return Affine(tuple(rows), tuple(lines[0](0) for lines in units), len(rows[0]))


def _slope_changes(lines: Sequence[Line], blocks: Sequence[Block]) -> list[Number]:
    slopes: list[Number] = [lines[0].slope]
    for (one, before), (two, after) in pairwise(zip(lines, blocks, strict=True)):
        if before.right < after.left:  # a reset joins two lines that do not share an end
            rise = Fraction(two(after.left) - one(before.right))
            slopes.append(rise / (after.left - before.right))
        slopes.append(two.slope)
    return [slopes[0], *(two - one for one, two in pairwise(slopes))]
