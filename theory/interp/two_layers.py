r"""U2: two hidden layers interpolate any N points by N + O(sqrt N) parameters.

Symbols: N points in R^d with real labels; q points per block, p = ceil(N/q) blocks; d1, d2 widths of
the hidden layers; P dense parameters, U = d1 + d2.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from random import Random
from typing import Any

from constructions.interp import configurations
from constructions.interp.network import ExactNet
from constructions.interp.three_layer import Shape, three_layer_any
from theory import EXACT, THEOREM, Claim, Derived, Outcome, established, refuted

U2 = Claim(
    id="interp.U2",
    kind=THEOREM,
    title="Two hidden layers need one parameter per point",
    statement=r"Any N distinct points of $\mathbb R$ with any real labels are interpolated exactly by a "
    r"network of widths p and q, $p = \lceil N/q \rceil$, with $P = pq + 2p + 2q + 1$; at q near "
    r"$\sqrt N$, $P = N + O(\sqrt N)$. (Real labels need $P - U \ge N$ by D6; here P - U = pq + p + q + 1.)",
    hypotheses={"distinct": r"$x_i \ne x_j$ for $i \ne j$"},
    constants={"blocks": 2, "rest": 1, "error": 0},
    source=Derived("proof in constructions/interp/three_layer.py; one chain of blocks"),
    needs=("interp.D6",),
)

Points = list[tuple[Fraction, ...]]


@U2.check(
    EXACT,
    scope="N = 2, 6, 9, 13, 24, every q; random rational, dyadic, clustered and paired points",
)
def one_chain_interpolates(claim: Claim) -> Outcome:
    """Build, count as an equality, evaluate exactly at all points."""
    cases = 0
    for points, labels in _clouds(claim):
        N = len(points)
        if twice := _twice(points, labels):
            return refuted({"N": N, "two labels at one point": twice})
        for q in range(1, N + 1):
            p = -(-N // q)
            net = three_layer_any(points, labels, Random(N), shape=Shape(q, p))
            claimed = p * q + claim["blocks"] * (p + q) + claim["rest"]
            cases += 1
            if wrong := _wrong(net, points, [y + claim["error"] for y in labels]):
                return refuted({"N": N, "q": q, "wrong at": wrong[0]})
            if net.parameters != claimed or net.widths != (p, q):
                return refuted({"N": N, "q": q, "P": net.parameters, "claimed": claimed})
    return established(cases=cases)


@U2.check(EXACT, scope="N = 4, 16, 64, 144: paired points at b = 40, q = sqrt N")
def square_shapes(claim: Claim) -> Outcome:
    """P = (sqrt N + 2)^2 - 3 for square N, at points that no float can tell apart."""
    cases = 0
    for N in (4, 16, 64, 144):
        made, q = configurations.paired(N, 40, Random(N)), isqrt(N)
        net = three_layer_any(made.points, made.labels, Random(0), shape=Shape(q, q))
        claimed = N + 2 * claim["blocks"] * q + claim["rest"]
        cases += 1
        wrong = _wrong(net, made.points, [y + claim["error"] for y in made.labels])
        if wrong or net.parameters != claimed:
            return refuted({"N": N, "P": net.parameters, "claimed": claimed, "wrong": wrong[:1]})
    return established(cases=cases)


U2.falsifier(
    "pq + p + q + 1: each unit one parameter less",
    constants={"blocks": 1},
    because="that is P - U, and scaling a unit does not remove its bias and weight from P",
)
U2.falsifier("one parameter less", constants={"rest": 0}, because="the count is an equality")
U2.falsifier(
    "right up to 2^-100", constants={"error": Fraction(1, 2**100)}, because="exact is exact"
)
U2.falsifier(
    "points may repeat",
    drop="distinct",
    by="one_chain_interpolates",
    because="a function has one value at each point",
)


@U2.inhabitant
def three_points(_: Claim) -> dict[str, bool]:
    """0, 2^-50 and 1 are distinct."""
    return {"distinct": len({Fraction(0), Fraction(1, 2**50), Fraction(1)}) == 3}


@U2.boundary("N = 1")
def one_point(claim: Claim) -> Outcome:
    """A single point with a rational label."""
    net = three_layer_any([(Fraction(2, 7),)], [Fraction(-3, 11)], Random(0))
    value = net((Fraction(2, 7),))
    return established(cases=1) if value == (Fraction(-3, 11),) else refuted({"value": value})


def _wrong(net: ExactNet, points: Sequence[Any], labels: Sequence[Any]) -> list[tuple[Any, ...]]:
    """(point, label, value) wherever they differ."""
    values = net.evaluate(points)
    return [(x, y, v) for x, y, (v,) in zip(points, labels, values, strict=True) if v != y]


def _twice(points: Points, labels: list[Fraction]) -> list[Any]:
    """A point with two different labels, which no function has."""
    seen: dict[tuple[Fraction, ...], Fraction] = {}
    pairs = zip(points, labels, strict=True)
    return next(([x, seen[x], y] for x, y in pairs if seen.setdefault(x, y) != y), [])


def _clouds(claim: Claim) -> list[tuple[Points, list[Fraction]]]:
    rng, made = Random("interp.U2"), []
    for N in (2, 6, 13, 24):
        spread: Points = [(Fraction(x, 7),) for x in rng.sample(range(-500, 500), N)]
        dyadic: Points = [(Fraction(1, 2**i),) for i in range(N)]
        cluster: Points = [(Fraction(1, 3) + Fraction(i, 2**60),) for i in range(N)]
        paired = list(configurations.paired(N, 24, rng).points)
        for points in (spread, dyadic, cluster, paired):
            made.append(
                (points, [Fraction(rng.randint(-99, 99), rng.randint(1, 9)) for _ in points])
            )
    # steep labels: without the condition on the signs at the ends of blocks a unit is cut off here
    steep: Points = [(Fraction(x),) for x in (1, 3, 4, 104, 106, 107, 108, 109, 110)]
    made.append((steep, [Fraction(y) for y in (50, 1, 1, 10000, 50, 100, 50, 1, 1)]))
    if not claim.assumes("distinct"):
        points, labels = made[0]
        made.append(([*points, points[0]], [*labels, labels[0] + 1]))
    return made
