"""Networks with piecewise polynomial activations, exactly, and small families of their dichotomies."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from math import pi, sin
from random import Random

from constructions.interp.network import Affine
from constructions.interp.sawtooth import dichotomies, dyadic_points
from constructions.interp.sawtooth import network as tents
from constructions.interp.tiny_families import label_changes

Labels = tuple[int, ...]


@dataclass(frozen=True)
class Activation:
    """t polynomials (coefficients, constant first); a break belongs to the piece on its right."""

    breaks: tuple[int, ...]
    pieces: tuple[tuple[Fraction | int, ...], ...]

    def __call__(self, z: Fraction) -> Fraction:
        value = Fraction(0)
        for coefficient in reversed(self.pieces[bisect_right(self.breaks, z)]):
            value = value * z + coefficient
        return value

    @property
    def t(self) -> int:
        """Number of pieces."""
        return len(self.pieces)

    @property
    def k(self) -> int:
        """Largest degree."""
        return max(map(len, self.pieces)) - 1


RELU = Activation((0,), ((0,), (0, 1)))
SQUARE = Activation((), ((0, 0, 1),))
STEP = Activation((0,), ((0,), (1,)))


@dataclass(frozen=True)
class Shape:
    """Width W, L hidden layers, activation of t pieces of degree at most k."""

    W: int
    L: int
    t: int
    k: int


@dataclass(frozen=True)
class Network:
    """Affine layers, the activation behind each but the last; one input, one output."""

    name: str
    layers: tuple[Affine, ...]
    activation: Activation

    @property
    def W(self) -> int:
        """Units of the widest hidden layer."""
        return max(layer.units for layer in self.layers[:-1])

    @property
    def L(self) -> int:
        """Hidden layers."""
        return len(self.layers) - 1

    @property
    def shape(self) -> Shape:
        """What the counts ask about it."""
        return Shape(self.W, self.L, self.activation.t, self.activation.k)

    def __call__(self, x: Fraction | int) -> Fraction:
        values = [Fraction(x)]
        for depth, layer in enumerate(self.layers):
            values = [
                sum((w * values[j] for j, w in row), Fraction(c))
                for row, c in zip(layer.rows, layer.bias, strict=True)
            ]
            if depth < self.L:
                values = [self.activation(z) for z in values]
        return values[0]

    def labels(self, points: Iterable[Fraction | int]) -> Labels:
        """1{f > 1/2} at the points."""
        return tuple(int(2 * self(x) > 1) for x in points)


def saw(L: int) -> Network:
    """The tent map iterated L times: 2^L changes."""
    return Network(f"{L} tents", tents(L, 1).layers, RELU)


def logistic(L: int) -> Network:
    """4x(1-x) = 1 - (2x-1)^2 iterated L times: one unit, one piece, 2^L changes."""
    middle = Affine.dense([[-2]], [1])
    layers = (Affine.dense([[2]], [-1]), *[middle] * (L - 1), Affine.dense([[-1]], [1]))
    return Network(f"{L} logistic maps", layers, SQUARE)


def steps(labels: Labels) -> Network:
    """len(labels) - 1 steps (at least one) with these labels at 0, 1, 2, ...: a single layer."""
    rises = [two - one for one, two in pairwise(labels)] or [0]
    hidden = Affine.dense([[1]] * len(rises), [-Fraction(2 * i + 1, 2) for i in range(len(rises))])
    return Network(f"{len(rises)} steps", (hidden, Affine.dense([rises], [labels[0]])), STEP)


def jumps(t: int) -> Network:
    """One unit whose t pieces all rise through 1/2: 2t - 1 changes, t - 1 of them at breaks."""
    pieces = tuple((-r, 1) for r in range(t))
    one = Affine.dense([[1]], [0])
    return Network(f"{t} rising pieces", (one, one), Activation(tuple(range(1, t)), pieces))


def random_nets() -> list[Network]:
    """Small nets with discontinuous pieces of degree 0, 1, 2."""
    rng, made = Random("interp.T1p"), []
    for t, k, W, L in product((2, 3), (0, 1, 2), (1, 2), (1, 2)):
        draw = [
            (*(rng.randint(-3, 3) for _ in range(k)), rng.choice((-2, -1, 1, 2))) for _ in range(t)
        ]
        activation = Activation(tuple(sorted(rng.sample(range(-4, 5), t - 1))), tuple(draw))
        sizes = pairwise((1, *[W] * L, 1))
        layers = [
            Affine.dense(
                [[rng.randint(-3, 3) for _ in range(fan)] for _ in range(units)],
                [rng.randint(-3, 3) for _ in range(units)],
            )
            for fan, units in sizes
        ]
        made.append(Network(f"random, t = {t}, k = {k}", tuple(layers), activation))
    return made


def peaks(L: int) -> list[Fraction]:
    """0, 1 and rationals near the extremes of the iterated logistic map; the verdict is exact."""
    inner = (Fraction(sin(pi * j / 2 ** (L + 1)) ** 2) for j in range(1, 2**L))
    return [Fraction(0), *(Fraction(int(x * 2**40), 2**40) for x in inner), Fraction(1)]


@lru_cache(maxsize=1)
def changing() -> tuple[tuple[Network, int], ...]:
    """(network, label changes along explicit points), every label evaluated exactly."""
    cases: list[tuple[Network, list[Fraction]]] = []
    for L in (1, 2, 4, 6, 8):
        cases.append((saw(L), [Fraction(j, 2**L) for j in range(2**L + 1)]))
    cases += [(logistic(L), peaks(L)) for L in (1, 2, 3, 4, 5, 6)]
    for W in (1, 4, 9):
        alternating = tuple(i % 2 for i in range(W + 1))
        cases.append((steps(alternating), [Fraction(i) for i in range(W + 1)]))
    for t in (1, 2, 5, 101):
        cases.append((jumps(t), [Fraction(2 * i + 1, 4) for i in range(2 * t)]))
    grid = [Fraction(i, 16) for i in range(-160, 161)]
    cases += [(net, grid) for net in random_nets()]
    return tuple((net, label_changes(net.labels(points))) for net, points in cases)


@dataclass(frozen=True)
class Family:
    """At least ``count`` dichotomies of M inputs by p free parameters."""

    name: str
    count: int
    M: int
    p: int
    shape: Shape


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Full classes of steps and of one square; one-parameter saws and logistic maps."""
    few = [f for f in product((0, 1), repeat=9) if label_changes(f) <= 2]
    # Two steps do exactly the labellings with at most two changes.
    made = [Family("two steps", len(few), 9, 7, Shape(2, 1, 2, 0))]
    made.append(Family("one square", parabolas(40), 40, 4, Shape(1, 1, 1, 2)))
    for L in (4, 12):
        points = dyadic_points(L + 1)
        count = len(dichotomies(points, L))
        made.append(Family(f"saw of depth {L}", count, L + 1, 1, Shape(2, L, 2, 1)))
    for L in (2, 5):
        made.append(
            Family(f"logistic map of depth {L}", scaled_logistic(L), 8, 1, Shape(1, L, 1, 2))
        )
    return tuple(made)


def parabolas(M: int) -> int:
    """Labellings of 0..M-1 by 1{+-g > 0}, g(x) = (j-i+1)^2 - (2x-i-j)^2: intervals, complements."""
    found = set()
    for i, j in product(range(M), repeat=2):
        signs = tuple((j - i + 1) ** 2 > (2 * x - i - j) ** 2 for x in range(M))
        found |= {signs, tuple(not y for y in signs)} if i <= j else set()
    return len(found)


def scaled_logistic(L: int) -> int:
    """Labellings of eight points by 1{g^L(theta x) > 1/2}, theta = j/256."""
    net, points = logistic(L), [Fraction(i, 29) for i in (3, 7, 11, 13, 17, 19, 23, 28)]
    return len({net.labels([x * j / 256 for x in points]) for j in range(257)})
