"""Families of networks with few free parameters, and how many dichotomies they have on M inputs.

A family fixes the graph; every weight and bias is an affine function of its p free parameters. Counts
are exact and have networks behind them: sawtooths are enumerated; for the families on the moment
curve the label sequences are those of polynomials with free coefficients, counted in closed form and
realised one by one by :func:`readout_net`, :func:`product_net` where they are few.

Symbols: w_1..w_L widths; p_l free parameters of layers 1..l; D_l degree of a pre-activation of layer l
in them on a fixed pattern of the earlier layers; the output is layer L + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from math import comb
from random import Random

from constructions.interp import sawtooth
from constructions.interp.network import Affine, ExactNet
from theory.interp._signs_systems import owners_count, shuffled_roots


@dataclass(frozen=True)
class Wired:
    """A family and the number of its dichotomies on M of its inputs."""

    name: str
    widths: tuple[int, ...]
    free: tuple[int, ...]  # p_1 .. p_{L+1}
    degrees: tuple[int, ...]  # D_1 .. D_{L+1}
    M: int
    dichotomies: int
    fan_in: tuple[int, ...] = ()  # free incoming weights of each unit that can be scaled
    looks_scalable: tuple[int, ...] = ()  # the same for units that cannot: their output is not free
    affine: bool = True  # the entries are affine functions of the parameters

    @property
    def p(self) -> int:
        """Free parameters of the whole family."""
        return self.free[-1]


def full(W: int, L: int, M: int, dichotomies: int) -> Wired:
    """``Class(1; W, L)``: everything is free, every unit can be scaled."""
    sizes = [W * 2] + [W * (W + 1)] * (L - 1) + [W + 1]
    free = tuple(sum(sizes[: i + 1]) for i in range(L + 1))
    fan_in = (1,) * W + (W,) * (W * (L - 1))
    degrees = tuple(range(1, L + 2))
    return Wired(f"Class(1; {W}, {L})", (W,) * L, free, degrees, M, dichotomies, fan_in)


# -- one parameter, many layers -------------------------------------------------------------------


@lru_cache(maxsize=32)
def shattered(L: int) -> int:
    """Dichotomies of the sawtooth of depth L on its L dyadic points, enumerated."""
    return len(sawtooth.dichotomies(sawtooth.dyadic_points(L), L))


def sawtooths() -> list[Wired]:
    """theta enters the first layer only, so every pre-activation is affine in it.

    The output is 1/2 - T^L(theta x): the labels are the complements, and as many.
    """
    return [
        Wired(
            f"sawtooth of depth {L} on {L} dyadic points",
            *((2,) * L, (1,) * (L + 1), (1,) * (L + 1)),
            M=L,
            dichotomies=shattered(L),
        )
        for L in (1, 2, 4, 8, 12, 16)
    ]


# -- p parameters, no hidden layer: f(x) = x_0 + theta . x at x = (t^p, t^(p-1), ..., 1) -------------


def readout(p: int, M: int) -> Wired:
    """Label sequences of monic polynomials of degree p at M points: sum_c C(M, c), c <= p."""
    return Wired(f"x_0 + theta.x in R^{p + 1}", (), (p,), (1,), M, _sum_binomials(M, p))


def readout_net(theta: Sequence[Fraction]) -> ExactNet:
    """x -> theta . x (theta_0 = 1)."""
    return ExactNet((Affine.dense([list(theta)], [0]),))


def readouts() -> list[Wired]:
    """Few and many inputs per parameter."""
    sizes = [(p, r * p) for p in (2, 3, 8, 20, 100, 200) for r in (1, 4, 20, 250)]
    return [readout(p, M) for p, M in [*sizes, (1, 1), (1, 5), (6, 1), (2000, 2_000_000)]]


def curved() -> Wired:
    """The weights are polynomials of degree 64 in theta: f(x) = sum q_i(theta) x_i at unit vectors."""
    owners = shuffled_roots(Random("interp.W1 curved"), 24, 64)
    name = "weights of degree 64 in theta, 24 unit vectors"
    return Wired(name, (), (1,), (1,), 24, owners_count(owners), affine=False)


# -- a weight before and a weight behind each unit: f(x) = c + sum_j a_j sigma(w_j x_j) --------------


def products(U: int, M: int) -> Wired:
    """At x = (t, ..., t^U), t = 1..M: sequences with at most U changes, twice sum C(M-1, c), c <= U."""
    name = f"c + sum_j a_j sigma(w_j x_j), {U} units"
    count = 2 * _sum_binomials(M - 1, U)
    return Wired(name, (U,), (U, 2 * U + 1), (1, 2), M, count, fan_in=(1,) * U)


def product_net(coefficients: Sequence[Fraction]) -> ExactNet:
    """(t, ..., t^U) -> c_U t^U + ... + c_0 for c_U first, with w_j = 1."""
    *a, c = coefficients
    U = len(a)
    hidden = Affine.dense([[int(i == j) for j in range(U)] for i in range(U)], [0] * U)
    return ExactNet((hidden, Affine.dense([list(reversed(a))], [c])))


def all_products() -> list[Wired]:
    """Up to three units, up to so many inputs that the exponent decides."""
    return [products(U, M) for U in (3, 2, 1) for M in (2, 5, 20, 100, 600, 200_000)]


def rigid_unit(M: int) -> Wired:
    """sigma(x_0 + theta . x), p = 2, read by a weight that is fixed: scaling would change it."""
    name = "sigma(x_0 + theta_1 x_1 + theta_2 x_2)"
    return Wired(name, (1,), (2, 2), (1, 1), M, _sum_binomials(M, 2), looks_scalable=(2,))


# -- label sequences of polynomials ---------------------------------------------------------------


def sequences(M: int, most: int) -> list[tuple[int, ...]]:
    """All label sequences of M points with at most ``most`` changes."""
    return [
        tuple((first + sum(place <= i for place in places)) % 2 for i in range(M))
        for first in (0, 1)
        for changes in range(min(most, M - 1) + 1)
        for places in combinations(range(1, M), changes)
    ]


def coefficients(sequence: Sequence[int], degree: int) -> list[Fraction]:
    """A polynomial (leading coefficient first) with these labels at t = 1, ..., M: a root per change.

    The leading coefficients are 0 where there are fewer changes than ``degree``.
    """
    M = len(sequence)
    roots = [Fraction(2 * i + 3, 2) for i in range(M - 1) if sequence[i] != sequence[i + 1]]
    made = [Fraction(1 if sequence[-1] else -1)]
    for root in roots:
        made = [a - root * b for a, b in zip([*made, 0], [0, *made], strict=True)]
    return [Fraction(0)] * (degree - len(roots)) + made


def _sum_binomials(M: int, most: int) -> int:
    if most <= 3:
        return sum(comb(M, c) for c in range(most + 1))
    total = term = 1
    for c in range(min(M, most)):
        term = term * (M - c) // (c + 1)
        total += term
    return total
