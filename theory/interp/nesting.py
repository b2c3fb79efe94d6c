r"""NEST: larger uniform-width classes contain smaller ones, as far as dichotomies go.

This is what lets a lower bound exclude one class and with it every narrower and shallower one.
Symbols: Class(1; W, L) uniform width W, L hidden layers; f its functions, label 1{f > 0}.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

from constructions.interp.network import Affine, ExactNet, random_net
from constructions.interp.tiny import enumerate_dichotomies
from proofs_checks.certificate import check as referee
from proofs_checks.interp.counting import most_changes
from theory import CERTIFIED, EXACT, LEMMA, Claim, Derived, Outcome, established, refuted

NEST = Claim(
    id="interp.NEST",
    kind=LEMMA,
    title="Classes are nested in width and depth",
    statement=r"If $W \le W'$ and $L \le L'$, every dichotomy of Class(d; W, L) is one of "
    r"Class(d; W', L'): idle units are added, and $1\{f > 0\} = 1\{\sigma(f) > 0\}$ goes through "
    r"further layers. (Function values are not kept where $f < 0$.)",
    hypotheses={"wider": r"$W \le W'$", "deeper": r"$L \le L'$"},
    constants={"preserved": "label"},
    source=Derived("idle units and the positive part"),
)

SIZES = tuple(product((1, 2, 3), (1, 2, 3)))


@NEST.check(EXACT, scope="W, L, W', L' <= 3; 6 networks each, 41 points of [-2, 2] and ties at 0")
def padded_networks(claim: Claim) -> Outcome:
    """Pad networks to the larger class and compare what the claim says is preserved."""
    cases, points = 0, [Fraction(i, 10) for i in range(-20, 21)]
    for (W, L), (W2, L2) in product(SIZES, SIZES):
        if not _claimed(claim, W, L, W2, L2):
            continue
        for net in samples(W, L):
            cases += 1
            witness = _lost(claim, net, W2, L2, points)
            if witness:
                return refuted({"from": (W, L), "to": (W2, L2), **witness, "net": net.to_json()})
    return established(cases=cases)


@NEST.check(CERTIFIED, scope="one hidden layer of 1, 2, 3 units on 5 points, all dichotomies")
def exact_sets(claim: Claim) -> Outcome:
    """The exact sets of dichotomies, one unit against two against three, are included in order."""
    sets, digests = {}, []
    for units in (1, 2, 3):
        certificate = enumerate_dichotomies(units, range(5), claim="interp.NEST")
        digests.append(referee(certificate, claim="interp.NEST").digest)
        sets[units] = set(certificate["statement"]["realisable"])
    for W, W2 in product(sets, sets):
        if _claimed(claim, W, 1, W2, 1) and (lost := sets[W] - sets[W2]):
            return refuted({"from": (W, 1), "to": (W2, 1), "labelling": min(lost)})
    return established(certificates=digests)


NEST.falsifier(
    "values preserved too",
    constants={"preserved": "value"},
    by="padded_networks",
    because="the positive part forgets how far below zero f is",
)
NEST.falsifier(
    "into a narrower class", drop="wider", because="two units change twice, one only once"
)
NEST.falsifier(
    "into a shallower class",
    drop="deeper",
    by="padded_networks",
    because="two layers of two units change 6 times, one layer only twice",
)


@NEST.inhabitant
def three_by_three(_: Claim) -> dict[str, bool]:
    """Class(1; 2, 1) inside Class(1; 3, 3)."""
    W, L, W2, L2 = 2, 1, 3, 3
    return {"wider": W <= W2, "deeper": L <= L2}


@NEST.boundary("a class contains itself")
def itself(claim: Claim) -> Outcome:
    """Padding to the same size changes no value at all."""
    for net in samples(2, 2):
        if net.pad(2, 2).evaluate(range(-9, 9)) != net.evaluate(range(-9, 9)):
            return refuted(net.to_json())
    return established(cases=len(samples(2, 2)))


def samples(W: int, L: int) -> list[ExactNet]:
    """Random integer networks of the class, and the one of W = L = 2 that changes 6 times."""
    rng = Random(1000 * W + L)
    drawn = [random_net((W,) * L, rng, 6) for _ in range(6)]
    return [six_changes(), *drawn] if (W, L) == (2, 2) else drawn


def six_changes() -> ExactNet:
    """A network of two layers of two units whose label changes 6 times."""
    q = Fraction(1, 128)
    return ExactNet(
        (
            Affine.dense([[-1], [1]], [2178 * q, -1303 * q]),
            Affine.dense([[-5 * q, -4 * q], [36 * q, 7 * q]], [340 * q, -87 * q]),
            Affine.dense([[-1465 * q, -71 * q]], [Fraction(3393158285, 121634816)]),
        )
    )


def _claimed(claim: Claim, W: int, L: int, W2: int, L2: int) -> bool:
    """Whether the claim puts Class(W, L) into Class(W2, L2)."""
    return (W <= W2 or not claim.assumes("wider")) and (L <= L2 or not claim.assumes("deeper"))


def _lost(
    claim: Claim, net: ExactNet, W2: int, L2: int, points: list[Fraction]
) -> dict[str, object]:
    """What Class(W2, L2) cannot reproduce of ``net``; empty if it can."""
    if W2 < net.width or L2 < net.depth:
        # No padding exists; the net leaves the class for certain when it changes too often for it.
        changes = net.pieces().changes(0)
        too_often = changes > most_changes(W2, L2)
        return {"changes": changes, "at most": most_changes(W2, L2)} if too_often else {}
    zeros = [cut for cut in net.pieces().breakpoints if net(cut)[0] == 0]
    for x in (*points, *zeros):
        (old,), (new,) = net(x), net.pad(W2, L2)(x)
        same = old == new if claim["preserved"] == "value" else (old > 0) == (new > 0)
        if not same:
            return {"x": x, "value": old, "padded": new}
    return {}
