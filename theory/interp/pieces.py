r"""K: how often a label can change along a line.

Symbols: w = (w_1..w_L) widths of the hidden layers (W if uniform), f the network on a line,
1{f > tau} its label, K(w) a bound of the label changes along an increasing sequence of inputs.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from math import prod
from random import Random

from constructions.interp.network import Affine, ExactNet, random_net
from constructions.interp.sawtooth import network as sawtooth
from constructions.interp.tiny import most_changes
from proofs_checks.certificate import check as referee
from proofs_checks.interp import counting
from theory import CERTIFIED, EXACT, LEMMA, Claim, Derived, Outcome, established, refuted

K = Claim(
    id="interp.K",
    kind=LEMMA,
    title="Pieces bound label changes",
    statement=r"On a line a network has at most $\prod_l (w_l + 1)$ affine pieces, and its label changes "
    r"at most as often along an increasing sequence of inputs; at most once if L hidden layers of one "
    r"unit each. The exact maxima of one hidden layer of 1, 2, 3, 4 units are 1, 2, 4, 5.",
    hypotheses={"increasing": r"the inputs are visited in increasing order"},
    constants={"per_unit": 1, "spare": 0, "monotone": 1, "maxima": (1, 2, 4, 5)},
    source=Derived("pieces: folklore; one crossing per piece and the maxima: derived here"),
)


def most_pieces(claim: Claim, widths: tuple[int, ...]) -> int:
    """The product of the statement."""
    return prod(w + claim["per_unit"] for w in widths) - claim["spare"]


def bound(claim: Claim, widths: tuple[int, ...]) -> int:
    """K(w) with the constants of the claim."""
    if all(w == 1 for w in widths):
        return claim["monotone"]
    exact = len(widths) == 1 and widths[0] <= len(claim["maxima"])
    return claim["maxima"][widths[0] - 1] if exact else most_pieces(claim, widths)


@K.check(
    CERTIFIED, scope="one hidden layer of 1, 2, 3, 4 units, points 0..units+2; Farkas certificates"
)
def exact_maxima(claim: Claim) -> Outcome:
    """The most changes of k units, each attained by a network and refuted beyond by multipliers."""
    digests = []
    for units, claimed in enumerate(claim["maxima"], 1):
        certificate = most_changes(units, range(units + 3), claim="interp.K")
        digests.append(referee(certificate, claim="interp.K").digest)
        proved = certificate["statement"]["changes"]
        if proved != claimed:
            return refuted({"units": units, "claimed": claimed, "exact maximum": proved})
    return established(certificates=digests)


@K.check(
    EXACT,
    scope="260 integer networks of 13 shapes and two extremal ones; thresholds between all values",
)
def pieces_and_changes(claim: Claim) -> Outcome:
    """Count the pieces of the exact graph, and the changes along breakpoints and the gaps between."""
    cases = 0
    for net in networks():
        graph = net.pieces()
        if len(graph) > most_pieces(claim, net.widths):
            return refuted({"widths": net.widths, "pieces": len(graph), "net": net.to_json()})
        for tau in levels(graph.values):
            cases += 1
            seen = changes_along(claim, net, tau)
            if seen > bound(claim, net.widths):
                return refuted({"widths": net.widths, "changes": seen, "net": net.to_json()})
    return established(cases=cases)


@K.check(EXACT, scope="uniform widths W <= 6, L <= 6")
def the_referee_uses_it(claim: Claim) -> Outcome:
    """The K of the referee, which excludes classes, is the bound of the statement."""
    for W, L in product(range(1, 7), range(1, 7)):
        stated, trusted = bound(claim, (W,) * L), counting.most_changes(W, L)
        if stated != trusted:
            return refuted({"W": W, "L": L, "stated": stated, "referee": trusted})
    return established(cases=36)


K.falsifier(
    "three units change three times at most",
    constants={"maxima": (1, 2, 3, 5)},
    because="slopes 6, -2, 4, -2 cross one level four times",
)
K.falsifier(
    "two units change W + 1 = 3 times",
    constants={"maxima": (1, 3, 4, 5)},
    by="exact_maxima",
    because="the outer slopes of two units cannot alternate three times",
)
K.falsifier(
    "four units change four times at most",
    constants={"maxima": (1, 2, 4, 4)},
    by="exact_maxima",
    because="from three units on every piece can cross",
)
K.falsifier(
    "two units change once", constants={"maxima": (1, 1, 4, 5)}, because="a hat changes twice"
)
K.falsifier(
    "prod w_l pieces",
    constants={"per_unit": 0},
    by="pieces_and_changes",
    because="a unit cuts a line in two",
)
K.falsifier(
    "one piece less",
    constants={"spare": 1},
    by="pieces_and_changes",
    because="three units in one layer attain four changes",
)
K.falsifier(
    "width one is constant",
    constants={"monotone": 0},
    by="pieces_and_changes",
    because="one unit is a threshold",
)
K.falsifier(
    "inputs in any order",
    drop="increasing",
    by="pieces_and_changes",
    because="alternating between two inputs of different label changes at every step",
)


@K.inhabitant
def sorted_grid(_: Claim) -> dict[str, bool]:
    """An increasing sequence of five inputs."""
    inputs = [Fraction(i, 4) for i in range(5)]
    return {"increasing": all(x < y for x, y in pairwise(inputs))}


@K.boundary("a constant network never changes")
def constant(claim: Claim) -> Outcome:
    """All weights zero, the threshold at, below and above the value (a tie is label 0)."""
    net = ExactNet((Affine.dense([[0]], [0]), Affine.dense([[0]], [3])))
    if any(changes_along(claim, net, tau) for tau in (2, 3, 4)):
        return refuted(net.to_json())
    return established(cases=3)


@K.boundary("touching the threshold from above counts twice")
def touching(claim: Claim) -> Outcome:
    """|x| against 0: labels 1, 0, 1; two units, two changes."""
    net = ExactNet((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))
    seen = changes_along(claim, net, 0)
    return established(cases=1) if seen == 2 == net.pieces().changes(0) else refuted({"seen": seen})


def networks() -> list[ExactNet]:
    """Random integer networks of many shapes, and two that attain their bound."""
    rng = Random(20230200834)
    shapes = [
        (1,),
        (2,),
        (3,),
        (5,),
        (1, 1),
        (1, 1, 1),
        (2, 2),
        (1, 3),
        (3, 1),
        (3, 2),
        (4, 4),
        (2, 2, 2),
        (3, 3, 3),
    ]
    drawn = [
        random_net(shape, rng, bound) for shape in shapes for bound in (2, 9) for _ in range(10)
    ]
    # Slopes 6, -2, 4, -2: two peaks at -18, level 2 below them.
    peaks = ExactNet(
        (Affine.dense([[1], [1], [-1]], [-1, -3, 4]), Affine.dense([[-8, 6, -6]], [20]))
    )
    return [peaks, sawtooth(3, Fraction(1)), *drawn]


def levels(values: tuple[Fraction, ...]) -> list[Fraction]:
    """Thresholds at every value of a breakpoint and between neighbouring ones."""
    exact = sorted({*values, Fraction(0)})
    return exact + [(x + y) / 2 for x, y in pairwise(exact)]


def changes_along(claim: Claim, net: ExactNet, tau: Fraction | int) -> int:
    """Label changes along breakpoints, crossings and the gaps between, in the order of the claim."""
    cuts = list(net.pieces().breakpoints)
    inner = [x + (y - x) * Fraction(i, 8) for x, y in pairwise(cuts) for i in range(8)]
    ends = [cuts[0] - 10**6, cuts[0] - 1, cuts[-1] + 1, cuts[-1] + 10**6] if cuts else [Fraction(0)]
    inputs = sorted({*cuts, *inner, *ends})
    labels = [value > tau for (value,) in net.evaluate(inputs)]
    if not claim.assumes("increasing"):
        labels = _interleaved(labels)
    return sum(x != y for x, y in pairwise(labels))


def _interleaved(labels: list[bool]) -> list[bool]:
    """The same inputs visited so that the two labels alternate as long as both are left."""
    ones, zeros = labels.count(True), labels.count(False)
    alternating = [True, False] * min(ones, zeros)
    return alternating + [ones > zeros] * abs(ones - zeros)
