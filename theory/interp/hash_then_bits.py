r"""D4: 0/1 labels of any points by 20 parameters per bit of separation and O(sqrt(N log N)).

Symbols: N points in R^d, integer keys of which the top b bits differ; h their hash of kappa bits, P'
the parameters of the table (KEYED), P of the whole network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import isqrt
from random import Random

from constructions.interp.configurations import (
    CONFIGURATIONS,
    Configuration,
    clustered,
    equispaced,
    paired,
    uniform_random,
)
from constructions.interp.hash_then_bits import Parts, hash_parts
from constructions.interp.keyed_bits import best_group, keyed_parameters, plan_keyed
from constructions.interp.projection import project
from proofs_checks.certificate import Rejected
from proofs_checks.certificate import check as referee
from theory import (
    CERTIFIED,
    EXACT,
    SLOW,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
)
from theory.interp._two_routes import certificate, first_wrong
from theory.interp.hashing import by_digits

D4 = Claim(
    id="interp.D4",
    kind=THEOREM,
    title="Twenty parameters per bit of separation",
    statement=r"Let the top b bits of an integer projection tell N points of $\mathbb R^d$ apart ($b \ge "
    r"3$; b + 1 bits do for $2^{-b}$-separated points of [0, 1]). 0/1 labels are interpolated exactly by "
    r"a network of width at most 8 with $P = 20b + 3d - 20 + P'$, P' the parameters of KEYED for N keys of "
    r"$\kappa \le 2\log_2 N + \log_2 b + 2$ bits, so $P \le 20b + 3d + 58\sqrt{N(\kappa + 2)} + "
    r"30\kappa - 7$. (D4A needs 6 per bit.)",
    hypotheses={
        "injective": "h is injective on the N points",
        "labels": "the table stores the labels of the points",
    },
    constants={"per_bit": 20, "per_dimension": 3, "rest": -20, "hash_bits": 2, "bits_more": 1},
    source=Derived("HASH, then KEYED; the two touching affine maps become one"),
    needs=("interp.HASH", "interp.KEYED"),
    proof_needs=("interp.HASH", "interp.KEYED"),
)


def _parts(claim: Claim, made: Configuration) -> Parts:
    """The parts of the net; without a hypothesis, a hash with a collision or a wrong stored label."""
    labels = list(made.labels)
    if not claim.assumes("labels"):
        labels[len(labels) // 3] ^= 1
    parts = hash_parts(made.points, labels, Random(made.N))
    if claim.assumes("injective"):
        return parts
    return _colliding(parts, labels)


def _colliding(parts: Parts, labels: Sequence[int]) -> Parts:
    """The same with the weight of the last bit 0: points that differ there alone share an entry."""
    hashed = replace(parts.hashed, rho=(*parts.hashed.rho[:-1], 0))
    table = dict(zip(map(hashed, parts.keyed.keys), labels, strict=True))
    return replace(parts, hashed=hashed, table=plan_keyed(list(table), list(table.values())))


def _size(claim: Claim, parts: Parts) -> dict[str, int] | None:
    """P, width and bits against the claim; None if they are as claimed."""
    net, b, d = parts.network, parts.hashed.b, len(parts.keyed.vector)
    N, kappa = len(parts.keyed.keys), max(map(parts.hashed, parts.keyed.keys)).bit_length()
    g = best_group(N, kappa)
    table = keyed_parameters(-(-N // g), g, kappa)
    P = claim["per_bit"] * b + claim["per_dimension"] * d + claim["rest"] + table
    if net.parameters != P or net.width > 8:
        return {"N": N, "b": b, "P": net.parameters, "claimed": P, "width": net.width}
    # kappa <= 2 log2 N + log2 b + 2, in integers
    if 2**kappa > 2 ** claim["hash_bits"] * N * N * b:
        return {"N": N, "b": b, "kappa": kappa}
    bound = isqrt(58**2 * N * (kappa + 2)) + 20 * b + 3 * d + 30 * kappa - 7
    return {"N": N, "b": b, "P": P, "claimed at most": bound} if P > bound else None


@D4.check(CERTIFIED, scope="paired, dyadic, clustered points in d = 1, 2, 3, N <= 64, b <= 60")
def certified_networks(claim: Claim) -> Outcome:
    """The referee evaluates the exported weights at every point."""
    digests = []
    for made in _configurations():
        parts = _parts(claim, made)
        sealed = certificate("interp.D4", parts.network, made.points, made.labels)
        try:
            digests.append(referee(sealed, claim="interp.D4").digest)
        except Rejected as error:
            return refuted({"configuration": made.name, "N": made.N, "referee": str(error)})
        if wrong := _size(claim, parts):
            return refuted(wrong)
    return established(certificates=digests)


def _configurations() -> Iterator[Configuration]:
    for name, N, b, d in (
        ("paired", 16, 16, 1),
        ("paired", 64, 40, 1),
        ("dyadic", 24, 8, 2),
        ("clustered", 30, 60, 3),
    ):
        yield CONFIGURATIONS[name](N, b, Random(b), d)


@D4.check(EXACT, scope="paired points, N = 24, b = 30, 40, 200 by two routes")
def slope_in_the_bits(claim: Claim) -> Outcome:
    """What is in front of the table grows by exactly the claimed amount per bit."""
    fronts: dict[int, int] = {}
    for b in (30, 40, 200):
        made = paired(24, b, Random(b))
        parts = _parts(claim, made)
        if (i := first_wrong(parts.network, made.points, made.labels)) is not None:
            value = parts.network(made.points[i])[0]
            return refuted({"b": b, "point": i, "label": made.labels[i], "value": value})
        fronts[parts.hashed.b] = parts.network.parameters - parts.table.parameters
    least = min(fronts)
    for b, P in fronts.items():
        if P - fronts[least] != claim["per_bit"] * (b - least):
            return refuted({"from": least, "to": b, "growth": P - fronts[least]})
    return established(cases=len(fronts))


@D4.check(EXACT, tier=SLOW, scope="paired points, (N, b) = (1024, 64), (16, 1024): all of them")
def many_points_and_many_bits(claim: Claim) -> Outcome:
    """The same at larger sizes."""
    for N, b in ((1024, 64), (16, 1024)):
        made = paired(N, b, Random(b))
        parts = _parts(claim, made)
        if (i := first_wrong(parts.network, made.points, made.labels)) is not None:
            return refuted({"N": N, "b": b, "point": i, "label": made.labels[i]})
        if wrong := _size(claim, parts):
            return refuted(wrong)
    return established(cases=2)


@D4.check(
    EXACT, scope="four configurations, and 0, 2^-b, 1 for b <= 60: bits of the projected keys"
)
def bits_that_are_read(claim: Claim) -> Outcome:
    """The top b + 1 bits of the keys of 2^-b separated points of [0, 1] differ."""
    sets = [(b, ((Fraction(0),), (Fraction(1, 2**b),), (Fraction(1),))) for b in range(1, 61)]
    for make in (paired, equispaced, uniform_random, clustered):
        sets += [(b, make(N, b, Random(b)).points) for N in (2, 9, 32) for b in range(5, 30, 6)]
    for b, points in sets:
        keys = project(points, Random(0)).keys
        longest = max(keys).bit_length()
        read = b + claim["bits_more"]
        if len({key >> max(longest - read, 0) for key in keys}) < len(keys):
            return refuted({"b": b, "keys": keys, "bits": read})
    return established(cases=len(sets))


SIZED = ("certified_networks", "many_points_and_many_bits")
BUILT = (*SIZED, "slope_in_the_bits")
D4.falsifier(
    "19 parameters per bit",
    constants={"per_bit": 19},
    by=BUILT,
    because="the count is an equality",
)
D4.falsifier(
    "one parameter less", constants={"rest": -21}, by=SIZED, because="the count is an equality"
)
D4.falsifier(
    "two parameters per coordinate",
    constants={"per_dimension": 2, "rest": -19},
    by="certified_networks",
    because="three units read the point; on the line the sum is the same",
)
D4.falsifier(
    "sums of two bits less",
    constants={"hash_bits": 0},
    by="certified_networks",
    because="R is a power of two, up to 2 N^2",
)
D4.falsifier(
    "b bits are enough",
    constants={"bits_more": 0},
    by="bits_that_are_read",
    because="0, 2^-b and 1 have keys 0, 1 and 2^b",
)
D4.falsifier(
    "a hash with a collision", drop="injective", by=BUILT, because="two labels share one entry"
)
D4.falsifier(
    "one stored label flipped", drop="labels", by=BUILT, because="its point gets the other label"
)


@D4.inhabitant
def eight_points(_: Claim) -> dict[str, bool]:
    """Four pairs: eight distinct sums, and the label of each stored beside it."""
    made = paired(8, 20, Random(0))
    parts = hash_parts(made.points, made.labels, Random(0))
    sums = [by_digits(parts.hashed, key) for key in parts.keyed.keys]
    stored = dict(member for group in reversed(parts.table.groups) for member in group)
    return {
        "injective": len(set(sums)) == 8,
        "labels": [stored[h] for h in sums] == list(made.labels),
    }


@D4.boundary("N = 1, and N = 2 at distance 2^-300")
def few_points(claim: Claim) -> Outcome:
    """A single point needs one bit; two points may be as close as they like."""
    close = (Fraction(1, 3),), (Fraction(1, 3) + Fraction(1, 2**300),)
    for points, labels in (((close[0],), (1,)), (close, (0, 1)), (close, (1, 0))):
        net = hash_parts(points, labels, Random(0)).network
        if (i := first_wrong(net, points, labels)) is not None:
            return refuted({"N": len(points), "point": i})
    return established(cases=3)
