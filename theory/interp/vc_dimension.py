r"""VC, V1, Y1, P1, K1: memorisation theorems of other papers, with what can be checked at finite size.

Symbols: N points, 2^-b separated; W width, L hidden layers, P dense parameters of Class(1; W, L). The
theorems carry no constants; those named here are ours and belong to the sizes of the checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import isqrt
from random import Random

from constructions.interp.configurations import paired
from constructions.interp.fold_lookup import fold_lookup
from constructions.interp.network import ExactNet
from constructions.interp.sawtooth import dichotomies, dyadic_points, network
from constructions.interp.shallow import shallow_any
from constructions.interp.three_layer import Shape, three_layer_any
from constructions.interp.vector_bound import exclusion, sharpest_minimum
from proofs_checks.interp.counting import Problem, parameters, sides
from proofs_checks.log2 import floor_log2
from theory import (
    EXACT,
    OPEN,
    THEOREM,
    Claim,
    KnownTheorem,
    LaterPaper,
    Outcome,
    established,
    refuted,
    undecided,
)

BITS = 40

VC = Claim(
    id="interp.VC",
    kind=THEOREM,
    title="VC dimension of ReLU networks",
    statement=r"The VC dimension of ReLU networks with P weights in L layers is $O(PL\log P)$, and at "
    r"least of the order of $PL\log(P/L)$ for some of them; in terms of U units it is $\Theta(PU)$. "
    r"(Ours: at most $6PL\log_2 P$ for Class(1; W, L) at the sizes below, L hidden layers; $6L + 1$ "
    r"parameters of width 2 shatter $L + 1$ points.)",
    constants={"upper": Fraction(6), "more_points": 0, "per_layer": 6},
    source=KnownTheorem("Bartlett, Harvey, Liaw, Mehrabian, arXiv:1703.02930; abstract seen"),
    needs=("interp.W1",),
    proof_needs=("interp.W1",),
)


@VC.check(EXACT, scope="W <= 4, L = 1 and W = 2, L <= 6: sets shattered, and W1 counted, exactly")
def between_shattered_and_counted(claim: Claim) -> Outcome:
    """No set larger than the bound is shattered (W1), and the sets built are not larger."""
    cases = 0
    for W, L, shattered in _shattered():
        cases += 1
        P = parameters(1, W, L)
        bound = claim["upper"] * P * L * Fraction(floor_log2(P, BITS), 1 << BITS)
        if shattered > bound:
            return refuted({"W": W, "L": L, "shattered": shattered, "bound": bound})
        M = int(bound) + 1  # a larger shattered set has shattered subsets of this size
        counted = sides(Problem(M, M), W, L, "vc", "W1", bits=BITS)
        if counted is None or counted[0] >= counted[1]:
            return undecided(f"W1 allows {M} points for W = {W}, L = {L}")
    return established(cases=cases)


@VC.check(
    EXACT, scope="L = 1 .. 7: the networks at 2^(L+2) values of the parameter, then all values"
)
def dyadic_points_by_networks(claim: Claim) -> Outcome:
    """Count the labellings of L + 1 dyadic points by width-2 networks, and their parameters."""
    for L in range(1, 8):
        points = dyadic_points(L + 1 + claim["more_points"])
        nets = [network(L, Fraction(2 * j + 1, 2 ** (L + 2))) for j in range(2 ** (L + 1))]
        if nets[0].parameters != claim["per_layer"] * L + 1:
            return refuted({"L": L, "P": nets[0].parameters})
        found = {tuple(2 * y >= 1 for (y,) in net.evaluate(points)) for net in nets}
        if len(found) == 2 ** len(points):
            continue
        every = dichotomies(points, L)
        if len(every) < 2 ** len(points):
            return refuted({"L": L, "points": len(points), "labellings": len(every)})
        return undecided(f"L = {L}: the parameters tried give {len(found)} labellings")
    return established(cases=7)


VC.falsifier(
    "0.24 PL log2 P",
    constants={"upper": Fraction(6, 25)},
    by="between_shattered_and_counted",
    because="one unit (P = 4) shatters two points",
)
VC.falsifier(
    "L + 2 dyadic points",
    constants={"more_points": 1},
    by="dyadic_points_by_networks",
    because="the smallest point reaches 1/2 at theta = 1 only",
)
VC.falsifier(
    "5L + 1 parameters",
    constants={"per_layer": 5},
    by="dyadic_points_by_networks",
    because="two units cost six",
)


@lru_cache(maxsize=1)
def _shattered() -> tuple[tuple[int, int, int], ...]:
    """(W, L, M): Class(1; W, L) shatters some M points; every labelling evaluated."""
    rows = []
    for W in range(1, 5):
        points = [Fraction(i) for i in range(W + 1)]
        for labels in product((0, 1), repeat=W + 1):
            if not shallow_any(points, labels, Random(0)).interpolates(points, labels):
                raise ArithmeticError(f"{W} units do not fit {labels}")
        rows.append((W, 1, W + 1))
    for L in range(2, 7):
        if len(dichotomies(dyadic_points(L + 1), L)) != 2 ** (L + 1):
            raise ArithmeticError(f"depth {L} does not shatter {L + 1} dyadic points")
        rows.append((2, L, L + 1))
    return tuple(rows)


V1 = Claim(
    id="interp.V1",
    kind=THEOREM,
    title="Separated points take about sqrt(N) parameters",
    statement=r"N points in the unit ball with separation $\delta$ polynomial in 1/N and any labels of a "
    r"finite set are memorised by $\tilde O(\sqrt N)$ parameters; depth at most $L \le \sqrt N$ "
    r"suffices with $\tilde O(N/L)$; both are optimal up to logarithms. (Ours, for 0/1 labels, d = 1, "
    r"$\delta = N^{-2}$, at the sizes below: $\tfrac52\sqrt N$ parameters are needed, and networks of "
    r"at most $28\sqrt N$ are built for paired points.)",
    constants={
        "lower": Fraction(5, 2),
        "lower_power": Fraction(1, 2),
        "upper": Fraction(28),
    },
    source=KnownTheorem(
        "Vardi, Yehudai, Shamir, arXiv:2110.03187; abstract seen, theorem recalled"
    ),
    needs=("interp.D4A",),
    proof_needs=("interp.VC",),
)


@V1.check(EXACT, scope="N = 16, 64, 256, 512, b = 2 log2 N: certified minima, built networks")
def certified_and_built(claim: Claim) -> Outcome:
    """Certified minima and networks exact at all points, on both sides; either can refute."""
    sizes, open_at = (16, 64, 256, 512), []
    for N in sizes:
        b = 2 * (N.bit_length() - 1)
        least = sharpest_minimum(N, b).parameters
        built = min(_folded(N, b).parameters, _two_layers(N, b).parameters)
        at = {"N": N, "b": b, "built": built, "certified": least}
        power = claim["lower_power"]
        low = claim["lower"] ** power.denominator * N**power.numerator  # lower N^power, raised
        if built**power.denominator < low:
            return refuted({**at, "claimed at least": f"{claim['lower']} N^{power}"})
        if least**2 > claim["upper"] ** 2 * N:
            return refuted({**at, "claimed at most": f"{claim['upper']} sqrt N"})
        if least**power.denominator < low or built**2 > claim["upper"] ** 2 * N:
            open_at.append(N)
    if open_at:
        return undecided(f"between certified and built networks at N = {open_at}")
    return established(cases=len(sizes))


V1.falsifier(
    "5/2 N^(9/10) from below",
    constants={"lower_power": Fraction(9, 10)},
    because="512 points are memorised by 622 parameters",
)
V1.falsifier(
    "9 sqrt(N) from below",
    constants={"lower": Fraction(9)},
    because="16 points are memorised by 33 parameters",
)
V1.falsifier(
    "5 sqrt(N) from above",
    constants={"upper": Fraction(5)},
    because="22 parameters are needed for 16 points",
)


@lru_cache(maxsize=16)
def _folded(N: int, b: int) -> ExactNet:
    """A network of fold and lookup for paired points, evaluated exactly at all of them."""
    made = paired(N, b, Random(N))
    net = fold_lookup(made.points, made.labels, Random(1), separation=Fraction(1, 2**b))
    if not net.interpolates(made.points, made.labels):
        raise ArithmeticError(f"the network built for N = {N}, b = {b} does not interpolate")
    return net


Y1 = Claim(
    id="interp.Y1",
    kind=THEOREM,
    title="Trade-off of width and depth",
    statement=r"ReLU networks with $W^2L^2 = O(N\log(1/\delta))$ memorise any N points of separation "
    r"$\delta$, and $W^2L^2 = \Omega(N/\log(1/\delta))$ is necessary. (Ours, d = 1, at the sizes "
    r"below: $3N/b \le W^2L^2 \le Nb$. Some prints lose the slash, arXiv's abstract page included; "
    r"that reading is false: N - 1 units in one layer do it at every $\delta$.)",
    constants={"lower": Fraction(3), "power_of_b": -1, "upper": Fraction(1)},
    source=LaterPaper("arXiv:2603.09589; the abstract in the paper's own text has N/log(1/delta)"),
    needs=("interp.U2", "interp.D4A"),
    proof_needs=("interp.VC",),
)


@Y1.check(
    EXACT, scope="(N, b) = (16, 8) .. (512, 9), (8, 10000): tests of D1 and DIR, U2's networks"
)
def excluded_and_built_classes(claim: Claim) -> Outcome:
    """Classes below the claim are excluded, and two hidden layers stay inside it."""
    cells = ((16, 8), (64, 6), (64, 64), (256, 8), (512, 9), (512, 18), (8, 10000))
    open_at = []
    for N, b in cells:
        low, high = _needed(claim, N, b), claim["upper"] * N * b
        size = (_two_layers(N, b).width * _two_layers(N, b).depth) ** 2
        at = {"N": N, "b": b, "W^2 L^2 of two hidden layers": size}
        if size < low:
            return refuted({**at, "claimed at least": low})
        if all(_is_excluded(N, b, W, L) for W, L in _classes(high)):
            return refuted({**at, "claimed to suffice": high})
        if size > high or not all(_is_excluded(N, b, W, L) for W, L in _classes(low, strict=True)):
            open_at.append((N, b))
    if open_at:
        return undecided(f"between excluded and built classes at {open_at}")
    return established(cases=len(cells))


@Y1.check(EXACT, scope="N = 4^j, b = 2^j, j = 20, 30, 40: the bound of D4A in integers")
def folded_lookups(claim: Claim) -> Outcome:
    """D4A gives width 6 and L <= P; for b = sqrt N its W^2 L^2 is O(N log N), far below N b."""
    for j in (20, 30, 40):
        N, b = 4**j, 2**j
        P = 6 * (b + 2) + 31 * (isqrt(N * (3 * j + 8)) + 1) + 80 * j + 60
        # Each layer has at least two parameters, so L <= P/2.
        if 36 * P * P // 4 < _needed(claim, N, b):
            return refuted({"N": N, "b": b, "W^2 L^2 at most": 9 * P * P})
    return established(cases=3)


Y1.falsifier(
    "the slash lost: W^2 L^2 >= 3 N log(1/delta)",
    constants={"power_of_b": 1},
    because="shallow networks do it at any separation, folded ones already at b = sqrt N",
)
Y1.falsifier(
    "N b / 10 suffices",
    constants={"upper": Fraction(1, 10)},
    by="excluded_and_built_classes",
    because="all classes of this size are excluded",
)
Y1.falsifier(
    "25 N/b from below",
    constants={"lower": Fraction(25)},
    by="excluded_and_built_classes",
    because="widths (8, 8) fit 64 points",
)


def _needed(claim: Claim, N: int, b: int) -> Fraction:
    return claim["lower"] * N * Fraction(b) ** claim["power_of_b"]


def _classes(size: Fraction, strict: bool = False) -> Iterator[tuple[int, int]]:
    """(W, L) with W^2 L^2 at most (strictly below) ``size``, the largest first."""
    most = isqrt(int(size))
    if strict and most * most == size:
        most -= 1
    for WL in range(most, 0, -1):
        yield from ((W, WL // W) for W in range(1, WL + 1) if WL % W == 0)


def _is_excluded(N: int, b: int, W: int, L: int) -> bool:
    return exclusion(N, b, (W,) * L) is not None


@lru_cache(maxsize=16)
def _two_layers(N: int, b: int) -> ExactNet:
    """U2's network of least width for paired points, evaluated exactly at all of them."""
    made = paired(N, b, Random(N))
    q = min(range(1, N + 1), key=lambda q: (max(q, -(-N // q)), q * -(-N // q)))
    net = three_layer_any(made.points, made.labels, Random(0), Shape(q, N))
    if not net.interpolates(made.points, made.labels):
        raise ArithmeticError(f"the network built for N = {N}, b = {b} does not interpolate")
    return net


P1 = Claim(
    id="interp.P1",
    kind=OPEN,
    title="O(N^(2/3)) parameters under mild separation",
    statement=r"$O(N^{2/3})$ parameters memorise N points of mild separation; width 3 suffices. "
    r"(Superseded by V1 in its count.)",
    source=KnownTheorem(
        "Park, Lee, Yun, Shin, arXiv:2010.13363, abstract seen. Open here: no constant is known to us "
        "and its width-3 network is not built, so nothing of it can be checked at finite size"
    ),
    needs=("interp.V1",),
)

K1 = Claim(
    id="interp.K1",
    kind=OPEN,
    title="Robust memorisation",
    statement=r"At robustness ratio $\rho \le 1/(5N\sqrt d)$ balls around N points are memorised by "
    r"$\tilde O(\sqrt N)$ parameters; the first hidden layer needs width at least $\rho^2 "
    r"\min(N-1, d)$.",
    source=LaterPaper(
        "Kim, Moon, Yun, The Cost of Robustness, arXiv:2510.24643, seen. Open here: its statement is "
        "about balls, and no exact check of a network on balls is built"
    ),
    needs=("interp.V1",),
)
