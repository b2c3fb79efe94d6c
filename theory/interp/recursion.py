r"""K2: how often a label can change, by recursion over the layers.

Symbols: w widths (W if uniform), L hidden layers, Q breakpoints after a layer, K label changes of an
output read from it.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from random import Random

from constructions.interp.network import Affine, ExactNet, random_net
from proofs_checks.interp import direct
from theory import EXACT, LEMMA, Claim, Derived, Outcome, established, refuted
from theory.interp.nesting import six_changes
from theory.interp.pieces import levels

Widths = tuple[int, ...]

K2 = Claim(
    id="interp.K2",
    kind=LEMMA,
    title="Label changes by recursion",
    statement=r"With $Q_1 = w_1$, $K_1 = k(w_1)$, $Q_{l+1} = Q_l + w_{l+1} K_l$ and $K_{l+1} = "
    r"\min(Q_{l+1} + 1, k(w_{l+1})(Q_l + 1))$, $k(1), k(2), k(v) = 1, 2, v + 1$, the label changes at "
    r"most $K_L$ times; a layer of one unit splits w into factors. For W = 2: 2, 6, 14, 38, 94, ...",
    constants={"spare": 0, "new_breakpoints": 1, "across_one_unit": "product"},
    source=Derived("a pre-activation is an output read one layer earlier"),
    needs=("interp.K",),
    proof_needs=("interp.K",),
)


def recursion(claim: Claim, w: Widths) -> int:
    """K(w) with the constants of the claim."""
    factors, segment = [1], []
    for v in (*w, 1):
        if v > 1:
            segment.append(v)
        elif segment:
            factors.append(_segment(claim, segment))
            segment = []
    return (prod if claim["across_one_unit"] == "product" else max)(factors) - claim["spare"]


def _segment(claim: Claim, w: list[int]) -> int:
    k = {1: 1, 2: 2}
    Q, K = w[0], k.get(w[0], w[0] + 1)
    for v in w[1:]:
        new = Q + claim["new_breakpoints"] * v * K
        Q, K = new, min(new + 1, k.get(v, v + 1) * (Q + 1))
    return K


@K2.check(EXACT, scope="3 extremal networks and 220 random ones of 11 shapes, all thresholds")
def networks_stay_below(claim: Claim) -> Outcome:
    """Count the changes of exact graphs against the recursion."""
    rng, cases = Random("interp.K2"), 0
    shapes = (
        (2,),
        (3,),
        (2, 2),
        (3, 2),
        (2, 3),
        (2, 2, 2),
        (1, 2),
        (2, 1),
        (2, 1, 2),
        (3, 1, 3),
        (4, 4),
    )
    drawn = [
        random_net(shape, rng, size) for shape in shapes for size in (3, 12) for _ in range(10)
    ]
    for net in (six_changes(), twelve_changes(), two_humps(), *drawn):
        graph = net.pieces()
        for tau in levels(graph.values):
            cases += 1
            if graph.changes(tau) > recursion(claim, net.widths):
                return refuted(
                    {"w": net.widths, "changes": graph.changes(tau), "net": net.to_json()}
                )
    return established(cases=cases)


@K2.check(EXACT, scope="W = 2, L <= 12 by a second recurrence; 200 random width vectors")
def the_referee_uses_it(claim: Claim) -> Outcome:
    """W = 2 has Q_(l+1) = Q_l + 4 (Q_(l-1) + 1); the referee's values are the claim's."""
    rng, Q = Random("interp.K2 referee"), [2, 6]
    while len(Q) < 12:
        Q.append(Q[-1] + 4 * (Q[-2] + 1))
    by_breakpoints = [2, *(2 * (q + 1) for q in Q)]
    vectors = [(2,) * L for L in range(1, 13)]
    vectors += [tuple(rng.choices((1, 2, 3, 5), k=rng.randint(1, 6))) for _ in range(200)]
    for w in vectors:
        if recursion(claim, w) != direct.recursive_changes(w):
            return refuted(
                {"w": w, "claim": recursion(claim, w), "referee": direct.recursive_changes(w)}
            )
    for w, K in zip(vectors[:12], by_breakpoints[:12], strict=True):
        if recursion(claim, w) != K:
            return refuted({"w": w, "claim": recursion(claim, w), "second recurrence": K})
    return established(cases=len(vectors) + 12)


K2.falsifier("one change less", constants={"spare": 1}, because="(2), (2, 2) attain 2 and 6")
K2.falsifier(
    "no new breakpoints",
    constants={"new_breakpoints": 0},
    because="three layers of two units change 12 times",
)
K2.falsifier(
    "a unit in between resets the count",
    constants={"across_one_unit": "maximum"},
    because="a hat of a hat through one unit has two humps",
)


@K2.boundary("layers of one unit: one change")
def only_thresholds(claim: Claim) -> Outcome:
    """Any number of layers of one unit is a threshold."""
    bounds = [recursion(claim, (1,) * L) for L in range(1, 6)]
    return established(cases=5) if bounds == [1] * 5 else refuted({"K": bounds})


def twelve_changes() -> ExactNet:
    """Three layers of two units that change 12 times (the recursion allows 14)."""
    q = Fraction(1, 64)
    return ExactNet(
        (
            Affine.dense([[1], [-1]], [-954 * q, -386 * q]),
            Affine.dense([[146 * q, 19 * q], [-8742 * q, -260 * q]], [-2 * q, 282 * q]),
            Affine.dense([[-154 * q, -50 * q], [31 * q, 90 * q]], [211 * q, -168 * q]),
            Affine.dense([[-118 * q, -65 * q]], [Fraction(8374005, 2490368)]),
        )
    )


def two_humps() -> ExactNet:
    """Widths (2, 1, 2): 2 - |y - 4| of y = sigma(8 - |x|) is above 1 on two intervals."""
    return ExactNet(
        (
            Affine.dense([[1], [-1]], [0, 0]),
            Affine.dense([[-1, -1]], [8]),
            Affine.dense([[1], [-1]], [-4, 4]),
            Affine.dense([[-1, -1]], [2]),
        )
    )
