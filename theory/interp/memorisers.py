r"""YUN and its misprints: how many points two hidden layers of d1 and d2 units serve.

Symbols: d1, d2 (d_1, ..., d_n) widths of the hidden layers; N points of the line with one real label
each; *served*: any N points with any labels are interpolated; P - U the parameters less one per unit.

Three facts decide: d1 d2 points are served (U2), real labels need P - U = (d1 + 1)(d2 + 1) >= N (D6),
and N alternating labels need N - 1 label changes (K). Between them a count is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise, product
from random import Random
from typing import Any

from constructions.interp.network import Affine, ExactNet, random_net
from constructions.interp.shallow import shallow_any
from constructions.interp.three_layer import Shape, three_layer_any
from constructions.interp.tiny import most_changes
from proofs_checks.certificate import check as referee
from proofs_checks.interp.direct import recursive_changes
from theory import (
    CERTIFIED,
    ERRATUM,
    EXACT,
    OPEN,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
    undecided,
)
from theory.interp._two_routes import Points, first_wrong, on_line

NOTES = "Hegde, Foundations of Deep Learning (course notes, NYU 2022), chapter 3"

YUN = Claim(
    id="interp.YUN",
    kind=THEOREM,
    title="Two hidden layers serve 4 floor(d1/4) floor(d2/4) points",
    statement=r"Hidden layers of d1 and d2 units interpolate any N points with any real labels if "
    r"$4 \lfloor d_1/4 \rfloor \lfloor d_2/4 \rfloor \ge N$. (By U2 even $d_1 d_2 \ge N$ is enough, so 16 "
    r"would do for the factor 4, and 4 and halves for 4 and quarters; 17 would not.)",
    constants={"factor": 4, "divisor": 4, "up": False},
    source=Derived(
        "U2; the condition is that of Yun, Sra and Jadbabaie, Small ReLU networks are powerful memorizers, "
        "NeurIPS 2019, as recalled (its abstract was seen)"
    ),
    needs=("interp.U2",),
    proof_needs=("interp.U2",),
)


def claimed_points(claim: Claim, d1: int, d2: int) -> int:
    """The N of the condition."""
    q = claim["divisor"]
    parts = [-(-d // q) if claim["up"] else d // q for d in (d1, d2)]
    return claim["factor"] * parts[0] * parts[1]


def excluded(widths: Sequence[int], N: int) -> str:
    """Why N points are not served, by D6 or by K; empty if neither says so."""
    P = sum(w * (v + 1) for v, w in zip((1, *widths), (*widths, 1), strict=True))
    if N > P - sum(widths):
        return f"real labels need P - U >= N (D6), here {P - sum(widths)} < {N}"
    if N - 1 > recursive_changes(tuple(widths)):
        return f"alternating labels change {N - 1} times, such networks {recursive_changes(tuple(widths))}"
    return ""


def settled(claim: Claim, sizes: Iterable[int]) -> Outcome | None:
    """A refutation by D6 or K; else undecided if more than d1 d2 points are claimed; else None."""
    open_at = []
    for d1, d2 in product(sizes, repeat=2):
        N = claimed_points(claim, d1, d2)
        if why := excluded((d1, d2), N):
            return refuted({"d1": d1, "d2": d2, "N": N, "because": why})
        if N > d1 * d2:
            open_at.append((d1, d2, N))
    return undecided(f"{len(open_at)} widths are open, first {open_at[0]}") if open_at else None


def _unserved(claim: Claim, d1: int, d2: int) -> dict[str, Any] | None:
    """A witness against N random points and labels at widths of at most (d1, d2)."""
    points, labels = _random(claimed_points(claim, d1, d2))
    net = three_layer_any(points, labels, Random(0), Shape(min(d2, len(points)), d1))
    i = first_wrong(net, points, labels)
    if i is None and net.widths[0] <= d1 and net.widths[1] <= d2:
        return None
    return {"d1": d1, "d2": d2, "N": len(points), "widths": net.widths, "point": i}


@YUN.check(EXACT, scope="d1, d2 <= 60 by count; six widths up to (13, 9) built with random labels")
def counted_and_built(claim: Claim) -> Outcome:
    """N <= d1 d2 for all widths; networks of at most these widths, exact at all points."""
    if (outcome := settled(claim, range(1, 61))) is not None:
        return outcome
    built = ((4, 4), (5, 7), (8, 4), (4, 8), (12, 12), (13, 9))
    for d1, d2 in built:
        if witness := _unserved(claim, d1, d2):
            return refuted(witness)
    return established(cases=3600 + len(built))


def _random(N: int) -> tuple[Points, list[Fraction]]:
    rng = Random(N)
    points = on_line([Fraction(x, 7) for x in rng.sample(range(10**6), N)])
    return points, [Fraction(rng.randint(-99, 99), rng.randint(1, 9)) for _ in points]


YUN.falsifier(
    "17 for 4", constants={"factor": 17}, because="17 k^2 > (4k + 1)^2 = P - U from k = 9 on"
)
YUN.falsifier(
    "5 and halves",
    constants={"factor": 5, "divisor": 2},
    because="5 k^2 > (2k + 1)^2 = P - U from k = 5 on",
)
YUN.falsifier(
    "ceilings of halves",
    constants={"divisor": 2, "up": True},
    because="one unit in each layer makes a monotone function, and 4 points ask for three changes",
)


@YUN.boundary("d1 or d2 below 4: no points")
def narrow_layers(claim: Claim) -> Outcome:
    """The condition says nothing about layers of three units."""
    found = {claimed_points(claim, d1, d2) for d1, d2 in ((3, 100), (100, 3), (1, 1))}
    return established(cases=3) if found == {0} else refuted({"N": found})


YUNC = Claim(
    id="interp.YUNC",
    kind=ERRATUM,
    title="Ceilings in the condition of two hidden layers",
    statement=r"In print $N \le 4 \lceil d_1/2 \rceil \lceil d_2/2 \rceil$ is said to suffice. It does not "
    r"if a layer has one unit: $N = 4 \lceil k/2 \rceil$ alternating labels change N - 1 times, a network "
    r"of widths (1, k) or (k, 1) no more often than one hidden layer of k units: 1, 2, 4, 5 times for k = "
    r"1, 2, 3, 4 and at most k + 1 times. For even d1 and d2 the condition is $d_1 d_2 \ge N$, and true.",
    constants={"factor": 4, "divisor": 2, "up": True},
    source=Derived(
        f"K and U2 against a theorem of {NOTES}, seen; it cites Yun, Sra and Jadbabaie 2019"
    ),
    needs=("interp.K", "interp.U2", "interp.YUN"),
    proof_needs=("interp.K", "interp.U2"),
)


@YUNC.check(
    CERTIFIED, scope="(1, k) and (k, 1), k <= 4: Farkas certificates at the points 0 .. k + 2"
)
def few_units(claim: Claim) -> Outcome:
    """The most label changes of k units in one layer, against N alternating labels.

    (1, k): the k units read a monotone function. (k, 1): the label is a threshold of what the k units
    add up to. Either way the labels are those of one hidden layer of k units.
    """
    digests = []
    for k in range(1, 5):
        certificate = most_changes(k, range(k + 3), claim="interp.K")
        digests.append(referee(certificate, claim="interp.K").digest)
        most, N = certificate["statement"]["changes"], claimed_points(claim, 1, k)
        # The points 0 .. k + 2 show at most k + 2 changes, so this decides whatever N is.
        if N - 1 <= most and (net := _alternating((1, k), N)):
            return refuted({"widths": (1, k), "N": N, "net": net.to_json()})
        if N - 1 <= most:
            return undecided(f"k = {k}: {N} alternating labels are not excluded")
    return established(certificates=digests)


@YUNC.check(EXACT, scope="(1, k) and (k, 1), k <= 60")
def many_units(claim: Claim) -> Outcome:
    """N - 1 changes against the recursion of the referee, which excludes classes by it."""
    cases = 0
    for k in range(1, 61):
        for widths in ((1, k), (k, 1)):
            cases += 1
            N = claimed_points(claim, *widths)
            if N - 1 > recursive_changes(widths):
                continue
            if net := _alternating(widths, N):
                return refuted({"widths": widths, "N": N, "net": net.to_json()})
            return undecided(f"{widths}: {N} alternating labels are not excluded")
    return established(cases=cases)


def _alternating(widths: tuple[int, int], N: int) -> ExactNet | None:
    """A network of at most these widths, one of them 1, at N alternating labels; None if unknown."""
    if not 2 <= N <= max(widths) + 1:
        return None
    points, labels = on_line(range(N)), [i % 2 for i in range(N)]
    # N - 1 hinges behind one unit, or in front of one: their sum is never negative at the points
    net = shallow_any(points, labels, Random(0), projection=widths[0] == 1)
    if widths[0] > 1:
        net = ExactNet((*net.layers, Affine((((0, 1),),), (0,), 1)))
    if first_wrong(net, points, labels) is not None:
        raise ArithmeticError(f"{N} alternating labels: not interpolated by widths {net.widths}")
    return net


@YUNC.check(EXACT, scope="even d1, d2 <= 40 by count; d1, d2 <= 8 built")
def even_widths(claim: Claim) -> Outcome:
    """Where both widths are even the condition claims d1 d2 points, and they are served."""
    if (outcome := settled(claim, range(2, 41, 2))) is not None:
        return outcome
    for d1, d2 in product((2, 4, 8), repeat=2):
        if witness := _unserved(claim, d1, d2):
            return refuted(witness)
    return established(cases=400 + 9)


ONE_UNIT = ("few_units", "many_units")
YUNC.falsifier(
    "already with 3 for 4",
    constants={"factor": 3},
    by=ONE_UNIT,
    because="three points are served by (1, 2)",
)
YUNC.falsifier(
    "5 for 4 at even widths",
    constants={"factor": 5},
    by="even_widths",
    because="5 k^2 > (2k + 1)^2 = P - U from k = 5 on",
)


@YUNC.boundary("(1, 1): four points with labels 0, 1, 0, 1")
def monotone(claim: Claim) -> Outcome:
    """The smallest case: 300 random networks of widths (1, 1) are monotone on 0, 1, 2, 3."""
    rng = Random("interp.YUNC")
    for _ in range(300):
        values = [value for (value,) in random_net((1, 1), rng, 9).evaluate(range(4))]
        if values not in (sorted(values), sorted(values, reverse=True)):
            return refuted({"values": values})
    return established(cases=300)


YUNL = Claim(
    id="interp.YUNL",
    kind=ERRATUM,
    title="Sums of products of neighbouring widths",
    statement=r"In print any $N \le d_1 d_2 + d_2 d_3 + \dots + d_{n-2} d_{n-1}$ points are said to be "
    r"interpolated by hidden layers of widths $d_1, \dots, d_n$. It is false for layers of one unit from "
    r"n = 5 on: N = n - 2 labels 0, 1, 0, ... change N - 1 times, such a network once.",
    constants={"least_layers": 5, "last": -1},
    source=Derived(f"K against a theorem of {NOTES}, seen; it cites Yun, Sra and Jadbabaie 2019"),
    needs=("interp.K",),
    proof_needs=("interp.K",),
)


@YUNL.check(EXACT, scope="5 <= n <= 40 layers of one unit")
def layers_of_one_unit(claim: Claim) -> Outcome:
    """The points that are claimed against the changes of a monotone function."""
    ns = range(claim["least_layers"], 41)
    for n in ns:
        ones = (1,) * n
        N = sum(v * w for v, w in pairwise(ones[: claim["last"]]))
        if N - 1 > recursive_changes(ones):
            continue
        points = on_line(range(N))
        for labels in product((0, 1), repeat=N):
            net = shallow_any(points, labels, Random(0), projection=N == 1).pad(1, n)
            if first_wrong(net, points, labels) is not None:
                return undecided(f"n = {n}: {labels} was not built")
        return refuted({"n": n, "N": N, "all labellings are built": 2**N})
    return established(cases=len(ns))


YUNL.falsifier(
    "already for four layers",
    constants={"least_layers": 4},
    because="two points are claimed, and one unit per layer serves them",
)
YUNL.falsifier(
    "one product less",
    constants={"last": -2},
    because="then five layers claim two points",
)


@YUNL.boundary("five layers: labels 0, 1, 0")
def three_points(claim: Claim) -> Outcome:
    """300 random networks of widths (1, 1, 1, 1, 1) are monotone on 0, 1, 2."""
    rng = Random("interp.YUNL")
    for _ in range(300):
        values = [value for (value,) in random_net((1,) * 5, rng, 9).evaluate(range(3))]
        if values not in (sorted(values), sorted(values, reverse=True)):
            return refuted({"values": values})
    return established(cases=300)


YUNO = Claim(
    id="interp.YUNO",
    kind=OPEN,
    title="Odd widths and ceilings",
    statement=r"If $d_1, d_2 \ge 2$ are not both even, are any $N = 4 \lceil d_1/2 \rceil \lceil d_2/2 "
    r"\rceil$ points served? For d1 and d2 odd this is $(d_1 + 1)(d_2 + 1) = P - U$, the most that D6 "
    r"allows; U2 serves $d_1 d_2$. The smallest cases are (2, 3) and (3, 2) with 8 points.",
    source=Derived("left over by U2, D6 and K, none of which decides it"),
    needs=("interp.U2", "interp.D6", "interp.YUNC"),
)
