r"""T1 and U1: what the paper's abstract asserts, held against what is certified and what is built.

Symbols: N points in R^d, 2^-b separated; P dense parameters; Class(d; W, L) uniform width W, L
hidden layers. Only the abstract could be read: the constants and counts named here are ours.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

from constructions.interp import configurations
from constructions.interp.lower_bound import certified_minimum
from constructions.interp.network import ExactNet
from constructions.interp.shallow import shallow_any
from constructions.interp.three_layer import three_layer_any
from theory import EXACT, THEOREM, Claim, Outcome, Paper, established, refuted, undecided

T1 = Claim(
    id="interp.T1",
    kind=THEOREM,
    title="Exponentially close points cost linearly many parameters",
    statement=r"If $\delta(N) \le e^{-cN}$ for some c > 0 and Class(d; W, L) interpolates every 0/1 "
    r"labelling of every $\delta$-separated N-set, then its number of parameters is $\Omega(N)$. (The "
    r"constant is ours: $P \ge \tfrac{7}{25} N$ at $\delta = 2^{-N}$.)",
    hypotheses={"every_labelling": r"all of $\{0,1\}^N$ on each N-set"},
    constants={"rate": Fraction(7, 25), "power": Fraction(1)},
    source=Paper("abstract of arXiv:2302.00834; the numbered theorem was not readable"),
    proof_needs=("interp.D1", "interp.D3"),
)

SIZES = (16, 32, 64, 128, 256, 512)


@T1.check(EXACT, scope="d = 1, b = N, uniform widths, N in 16, 32, ..., 512")
def certified_against_built(claim: Claim) -> Outcome:
    """Certified P above rate N^power for every N; a network built below it refutes."""
    open_at = []
    for N in SIZES:
        if claim.assumes("every_labelling") and _enough(
            claim, certified_minimum(N, N).parameters, N
        ):
            continue
        net = _fits_the_hard_set(claim, N)
        if not _enough(claim, net.parameters, N):
            return refuted({"N": N, "b": N, "P of a network that does it": net.parameters})
        open_at.append(N)
    if open_at:
        return undecided(f"between the certified bound and the built networks at N = {open_at}")
    return established(cases=len(SIZES))


T1.falsifier(
    "P >= 7N/5",
    constants={"rate": Fraction(7, 5)},
    because="two hidden layers take 177 for 128 points",
)
T1.falsifier(
    "P >= (7/25) N^(4/3)",
    constants={"power": Fraction(4, 3)},
    because="two hidden layers take 177 for 128 points",
)
T1.falsifier(
    "one labelling of each set",
    drop="every_labelling",
    because="a constant network fits the constant labelling",
)


@T1.inhabitant
def every_labelling_of_four_points(_: Claim) -> dict[str, bool]:
    """Class(1; 3, 1) on two pairs at distance 2^-40: each of the 16 labellings has its network."""
    points = configurations.paired(4, 40, Random(0)).points
    fitted = {
        labels
        for labels in product((0, 1), repeat=4)
        if (net := shallow_any(points, labels, Random(0))).width == 3
        and net.interpolates(points, labels)
    }
    return {"every_labelling": len(fitted) == 16}


@T1.boundary("two points at any distance: the four parameters of one hidden unit")
def two_points(claim: Claim) -> Outcome:
    """The bound is 4 for every b, and a network of 4 parameters does it."""
    for b in (1, 2, 64, 1000):
        x, y = configurations.paired(2, b, Random(b)).points
        net = shallow_any((x, y), (0, 1), Random(0))
        if not certified_minimum(2, b).parameters == net.parameters == 4:
            return refuted({"b": b, "P": net.parameters})
    return established(cases=4)


def _enough(claim: Claim, P: int, N: int) -> bool:
    """Whether P >= rate N^power, on integers."""
    power = claim["power"]
    return (P / claim["rate"]) ** power.denominator >= N**power.numerator


def _fits_the_hard_set(claim: Claim, N: int) -> ExactNet:
    """A network for the labels that the claim asks for on paired points, evaluated at all of them."""
    hard = configurations.paired(N, N, Random(N))
    # One labelling of our choice, where that is all the claim asks for: the constant one.
    labels = hard.labels if claim.assumes("every_labelling") else (0,) * N
    points = hard.points if claim.assumes("every_labelling") else hard.points[:1]
    # one chain of U2: exact weights of about N b bits, quick up to 128 points
    build = three_layer_any if 1 < len(points) <= 128 else shallow_any
    net = build(points, labels[: len(points)], Random(0))
    if not net.interpolates(hard.points, labels):
        raise ArithmeticError(f"the network built for N = {N} does not interpolate")
    return net


U1 = Claim(
    id="interp.U1",
    kind=THEOREM,
    title="Linearly many parameters always suffice",
    statement=r"Any N distinct points of $\mathbb R^d$ with any real labels are interpolated exactly by a "
    r"ReLU network of O(N) parameters, whatever the separation. (The count is ours: a projection and one "
    r"hinge between neighbours take exactly $3N + d - 1$, $N \ge 2$. U2 takes fewer.)",
    hypotheses={"distinct": r"$x_i \ne x_j$ for $i \ne j$"},
    constants={"per_point": 3, "offset": -1, "error": 0},
    source=Paper("abstract of arXiv:2302.00834; construction and count derived here"),
)


@U1.check(EXACT, scope="rational points and labels, N <= 40, d <= 5, seven kinds of point sets")
def shallow_network_interpolates(claim: Claim) -> Outcome:
    """Build the network, count its parameters and evaluate it exactly at every point."""
    cases = 0
    for points, labels in clouds(claim):
        cases += 1
        N, d = len(points), len(points[0])
        if contradiction := _contradiction(points, labels):
            return refuted({"N": N, "d": d, "two labels at one point": contradiction})
        net = shallow_any(points, labels, Random(N), projection=True)
        wrong = [
            (x, y, value)
            for x, y, value in zip(points, labels, net.evaluate(points), strict=True)
            if value != (y + claim["error"],)
        ]
        if wrong:
            return refuted({"N": N, "d": d, "wrong at": wrong[0]})
        if net.parameters != claim["per_point"] * N + d + claim["offset"]:
            return refuted({"N": N, "d": d, "P": net.parameters})
    return established(cases=cases)


U1.falsifier("3N + d - 2", constants={"offset": -2}, because="the count is an equality")
U1.falsifier(
    "5N/2 + d - 1",
    constants={"per_point": Fraction(5, 2)},
    because="a hinge costs three parameters",
)
U1.falsifier(
    "right up to 2^-100", constants={"error": Fraction(1, 2**100)}, because="exact is exact"
)
U1.falsifier("points may repeat", drop="distinct", because="a function has one value at each point")


@U1.inhabitant
def close_pair(_: Claim) -> dict[str, bool]:
    """Two points 2^-1000 apart are distinct."""
    points = {(Fraction(1, 3),), (Fraction(1, 3) + Fraction(1, 2**1000),)}
    return {"distinct": len(points) == 2}


@U1.boundary("N = 1")
def one_point(claim: Claim) -> Outcome:
    """A single point with a rational label."""
    net = shallow_any([(Fraction(2, 7), 5)], [Fraction(-3, 11)], Random(0))
    value = net((Fraction(2, 7), 5))
    return established(cases=1) if value == (Fraction(-3, 11),) else refuted({"value": value})


@U1.boundary("two points 2^-1000 apart")
def two_close_points(claim: Claim) -> Outcome:
    """Labels -1/3 and 10^30 on points that no float can tell apart."""
    points = [(Fraction(1, 3),), (Fraction(1, 3) + Fraction(1, 2**1000),)]
    labels = [Fraction(-1, 3), Fraction(10**30)]
    net = shallow_any(points, labels, Random(0))
    fits = net.interpolates(points, labels)
    return established(cases=1) if fits else refuted({"values": net.evaluate(points)})


def _contradiction(points: list[tuple[Fraction, ...]], labels: list[Fraction]) -> tuple | None:
    """A point with two labels, which no function has."""
    seen: dict[tuple[Fraction, ...], Fraction] = {}
    for x, y in zip(points, labels, strict=True):
        if seen.setdefault(x, y) != y:
            return x, seen[x], y
    return None


Cloud = tuple[list[tuple[Fraction, ...]], list[Fraction]]


def clouds(claim: Claim) -> list[Cloud]:
    """Point sets of many shapes with rational labels; with a repeated point if that is allowed."""
    rng = Random(2302)

    def labelled(points: list[tuple[Fraction, ...]]) -> Cloud:
        return points, [Fraction(rng.randint(-99, 99), rng.randint(1, 20)) for _ in points]

    def drawn(N: int, d: int, size: int) -> list[tuple[Fraction, ...]]:
        chosen: set[tuple[Fraction, ...]] = set()
        while len(chosen) < N:
            chosen.add(tuple(Fraction(rng.randint(-size, size), 7) for _ in range(d)))
        return sorted(chosen, key=lambda _: rng.random())

    sizes = ((2, 1), (3, 2), (7, 5), (40, 1), (40, 3))
    made = [labelled(drawn(N, d, size)) for N, d in sizes for size in (40, 10**30)]
    line = [(Fraction(i), Fraction(2 * i), Fraction(-i)) for i in range(12)]
    dyadic = [(Fraction(1, 2**i),) for i in range(30)]
    cluster = [(Fraction(1, 2) + Fraction(i, 2**1000), Fraction(0)) for i in range(9)]
    grid = [(Fraction(i), Fraction(j)) for i in range(5) for j in range(5)]
    made += [labelled(points) for points in (line, dyadic, cluster, grid)]
    if not claim.assumes("distinct"):
        points, labels = made[0]
        made.append(([*points, points[0]], [*labels, labels[0] + 1]))
    return made
