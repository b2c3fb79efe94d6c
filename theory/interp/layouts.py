r"""NARROW and VARDI: one hinge per layer for any labels, and the block layout of width 12.

Symbols: N points in R^d, or N integer keys of rho bits with labels of c bits; n members per group, N1
groups; P dense parameters, L hidden layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from constructions.interp.configurations import CONFIGURATIONS
from constructions.interp.keyed_bits import best_group, keyed_parameters
from constructions.interp.narrow import narrow_any
from constructions.interp.vardi import plan_vardi, vardi_net
from theory import EXACT, THEOREM, Claim, Derived, LaterPaper, Outcome, established, refuted
from theory.interp._two_routes import Points, first_wrong, on_line

NARROW = Claim(
    id="interp.NARROW",
    kind=THEOREM,
    title="Width 3 suffices for any points and labels",
    statement=r"Any $N \ge 2$ distinct points of $\mathbb R^d$ with any real labels are interpolated "
    r"exactly by a network of width 3 and depth N - 1, $P = 12N + 3d - 17$.",
    hypotheses={"distinct": r"$x_i \ne x_j$ for $i \ne j$"},
    constants={
        "width": 3,
        "layers_less": 1,
        "per_point": 12,
        "per_dimension": 3,
        "rest": -17,
        "error": 0,
    },
    source=Derived("the hinges of U1, one per layer"),
)


@NARROW.check(EXACT, scope="five configurations, N = 2, 9, 40, d = 1, 3, rational labels")
def one_hinge_per_layer(claim: Claim) -> Outcome:
    """Build, evaluate by two routes, count as an equality."""
    cases = 0
    for points, labels in _clouds(claim):
        cases += 1
        N, d = len(points), len(points[0])
        at = {"N": N, "d": d}
        if len(set(zip(points, labels, strict=True))) > len(set(points)):
            return refuted({**at, "two labels at one point": points})
        net = narrow_any(points, labels, Random(N))
        wanted = [y + claim["error"] for y in labels]
        if (i := first_wrong(net, points, wanted)) is not None:
            return refuted({**at, "point": i, "label": wanted[i], "value": net(points[i])[0]})
        P = claim["per_point"] * N + claim["per_dimension"] * d + claim["rest"]
        size = (net.parameters, net.width, net.depth)
        claimed = (P, claim["width"], N - claim["layers_less"])
        if size != claimed:
            return refuted({**at, "P, W, L": size, "claimed": claimed})
    return established(cases=cases)


def _clouds(claim: Claim) -> Iterator[tuple[Points, list[Fraction]]]:
    rng = Random("interp.NARROW")
    for make in CONFIGURATIONS.values():
        for N, b, d in ((2, 70, 1), (9, 40, 3), (40, 20, 1)):
            points = make(N, b, Random(N), d).points
            yield points, [Fraction(rng.randint(-99, 99), rng.randint(1, 9)) for _ in points]
    if not claim.assumes("distinct"):
        yield on_line([1, 1]), [Fraction(0), Fraction(1)]


NARROW.falsifier("width 2", constants={"width": 2}, because="key, sum and hinge are three units")
NARROW.falsifier("one layer less", constants={"layers_less": 2}, because="N - 1 hinges")
NARROW.falsifier("11 parameters per point", constants={"per_point": 11}, because="equality")
NARROW.falsifier(
    "two per coordinate, one more elsewhere",
    constants={"per_dimension": 2, "rest": -16},
    because="three units read the point",
)
NARROW.falsifier("one parameter less", constants={"rest": -18}, because="equality")
NARROW.falsifier(
    "off by 2^-100", constants={"error": Fraction(1, 2**100)}, because="the values are the labels"
)
NARROW.falsifier(
    "points may repeat", drop="distinct", because="a function has one value at each point"
)


@NARROW.inhabitant
def close_pair(_: Claim) -> dict[str, bool]:
    """1/3 and 1/3 + 2^-500."""
    return {"distinct": len({Fraction(1, 3), Fraction(1, 3) + Fraction(1, 2**500)}) == 2}


@NARROW.boundary("a single point: a constant")
def one_point(claim: Claim) -> Outcome:
    """N = 1 has no hinge, so d + 1 parameters."""
    net = narrow_any([(5, 7)], [Fraction(-2, 3)], Random(0))
    fits = net((5, 7)) == (Fraction(-2, 3),) and (net.parameters, net.depth) == (3, 0)
    return established(cases=1) if fits else refuted({"P": net.parameters, "L": net.depth})


VARDI = Claim(
    id="interp.VARDI",
    kind=THEOREM,
    title="The block layout of width 12",
    statement=r"N integer keys of $\rho$ bits with labels of c bits, in N1 groups of n, are memorised by "
    r"width 12 and depth at most $3 N_1 + 2 + 3n\max(\rho, c) + 2n + 2$. (Ours: depth exactly $2N_1 + "
    r"2n\max(\rho, c) + 2n$, and for $c = 1 < \rho$ $P = 49 N_1 + (199\rho + 197) n - 43$; at the sizes "
    r"below KEYED needs less than a third of it.)",
    hypotheses={"labels": "each group stores the labels of its keys"},
    constants={
        "width": 12,
        "per_group": 49,
        "per_bit": 199,
        "per_member": 197,
        "rest": -43,
        "layers_per_group": 2,
        "share": 3,
    },
    source=LaterPaper(
        "Kim, Moon, Yun 2025 (arXiv:2510.24643), Lemmas B.6-B.10, after Vardi, Yehudai, Shamir 2021; sizes "
        "as known to us, weights and counts ours"
    ),
    needs=("interp.KEYED",),
)


@VARDI.check(
    EXACT, scope="N = 9, 13, 40 keys, rho <= 8, c <= 3, n = 2, 3, 5; other integers as well"
)
def blocks(claim: Claim) -> Outcome:
    """Build, evaluate by two routes, count as equalities."""
    cases = 0
    for keys, labels, c, n in _tables():
        cases += 1
        kept = list(labels)
        if not claim.assumes("labels"):
            kept[len(kept) // 2] ^= 1
        others = [h for h in range(2**4) if h not in keys]
        plan = plan_vardi(keys, kept, c, n)
        net, points = vardi_net(plan), on_line([*keys, *others])
        at = {"N": len(keys), "rho": plan.rho, "c": c, "n": n}
        if (i := first_wrong(net, points, [*labels, *[0] * len(others)])) is not None:
            return refuted({**at, "point": i, "h": points[i][0], "value": net(points[i])[0]})
        if wrong := _size(claim, len(plan.groups), plan.rho, (c, n), net):
            return refuted({**at, **wrong})
    return established(cases=cases)


def _size(
    claim: Claim, N1: int, rho: int, shape: tuple[int, int], net: Any
) -> dict[str, Any] | None:
    """Width, depth and (c = 1) P against the claim; None if they are as claimed."""
    c, n = shape
    depth = claim["layers_per_group"] * N1 + n * (2 * max(rho, c) + 2)
    if (net.width, net.depth) != (claim["width"], depth):
        return {"W, L": (net.width, net.depth), "claimed": (claim["width"], depth)}
    if net.depth > 3 * N1 + 2 + 3 * n * max(rho, c) + 2 * n + 2:
        return {"L": net.depth, "published": 3 * N1 + 2 + 3 * n * max(rho, c) + 2 * n + 2}
    P = _parameters(claim, N1, n, rho)
    return {"P": net.parameters, "claimed": P} if c == 1 < rho and net.parameters != P else None


def _parameters(claim: Claim, N1: int, n: int, rho: int) -> int:
    member = claim["per_bit"] * rho + claim["per_member"]
    return claim["per_group"] * N1 + member * n + claim["rest"]


def _tables() -> Iterator[tuple[Sequence[int], Sequence[int], int, int]]:
    rng = Random("interp.VARDI")
    for N, rho, c, n in ((9, 4, 1, 2), (13, 5, 1, 5), (9, 4, 3, 3), (40, 8, 1, 5)):
        keys = [*rng.sample(range(2**rho - 1), N - 1), 2**rho - 1]
        yield keys, [rng.randrange(2**c) for _ in keys], c, n


@VARDI.check(EXACT, scope="N = 64, 256, 1024, rho = log2 N, 20, 40: every number of groups")
def against_keyed(claim: Claim) -> Outcome:
    """The least P of this layout against the least P of KEYED."""
    for N in (64, 256, 1024):
        for rho in (N.bit_length() - 1, 20, 40):
            sizes = {-(-N // N1) for N1 in range(1, N + 1)}
            least = min(_parameters(claim, -(-N // n), n, rho) for n in sizes)
            g = best_group(N, rho)
            keyed = keyed_parameters(-(-N // g), g, rho)
            if claim["share"] * keyed >= least:
                return refuted({"N": N, "rho": rho, "VARDI": least, "KEYED": keyed})
    return established(cases=9)


VARDI.falsifier("width 11", constants={"width": 11}, by="blocks", because="5 + 5 + x + out")
VARDI.falsifier("one parameter less", constants={"rest": -44}, by="blocks", because="equality")
VARDI.falsifier(
    "198 parameters per bit", constants={"per_bit": 198}, by="blocks", because="equality"
)
VARDI.falsifier(
    "one layer per group",
    constants={"layers_per_group": 1},
    by="blocks",
    because="an interval takes two layers: what lies outside, then 1 minus it",
)
VARDI.falsifier(
    "one stored label flipped", drop="labels", by="blocks", because="its key gets the other label"
)
VARDI.falsifier(
    "KEYED needs less than a quarter of it",
    constants={"share": 4},
    by="against_keyed",
    because="sqrt(49 * 199) against sqrt(20 * 42) is 3.4",
)


@VARDI.inhabitant
def three_keys(_: Claim) -> dict[str, bool]:
    """Keys 2, 5, 6 with labels 1, 0, 1 in groups of two, the last one padded."""
    groups = plan_vardi([5, 2, 6], [0, 1, 1], 1, 2).groups
    return {"labels": groups == (((2, 1), (5, 0)), ((6, 1), (6, 0)))}
