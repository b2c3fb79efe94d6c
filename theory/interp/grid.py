r"""GRID: 0/1 labels of the regular points 0 .. H-1 by O(sqrt H) parameters.

Symbols: H points, blocks of g = 2^m digits, Gr = ceil(H/g) blocks, T tents, P dense parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from random import Random

from constructions.interp.grid_bits import Grid, grid_net, plan_grid, position, tent_count
from constructions.interp.network import ExactNet
from theory import EXACT, SLOW, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.interp._two_routes import first_wrong, on_line

GRID = Claim(
    id="interp.GRID",
    kind=THEOREM,
    title="Labels of a grid are bits of slopes",
    statement=r"Every labelling of 0, ..., H - 1 by 0 and 1 is taken exactly by a network with "
    r"$P = 20m + 3Gr + 6T - 5$, $Gr = \lceil H/2^m \rceil \ge 3$, $m \ge 2$, "
    r"$T = 2^m + 2 + \lceil \log_2 Gr \rceil$; at width 4 with $P = 20m + 12Gr + 6T - 25$. At the best "
    r"m this is at most $19\sqrt H$, at width 4 $29\sqrt H$ ($H \ge 64$).",
    hypotheses={"labels": "each block stores the labels of its points"},
    constants={
        "per_bit": 20,
        "per_block": {True: 3, False: 12},
        "per_tent": 6,
        "rest": {True: -5, False: -25},
        "tents": 2,
        "root": {True: 19, False: 29},
    },
    source=Derived("proof in constructions/interp/grid_bits.py"),
)


def claimed_tents(claim: Claim, m: int, Gr: int) -> int:
    """T with the constant of the claim."""
    return (1 << m) + claim["tents"] + (Gr - 1).bit_length()


def claimed_parameters(claim: Claim, H: int, m: int, wide: bool) -> int:
    """P with the constants of the claim."""
    Gr = -(-H >> m)
    blocks = claim["per_block"][wide] * Gr + claim["rest"][wide]
    return claim["per_bit"] * m + blocks + claim["per_tent"] * claimed_tents(claim, m, Gr)


def with_tents(plan: Grid, T: int) -> ExactNet:
    """The net of a plan with T tents before the last step, whatever the plan would take."""
    layers = grid_net(plan).layers
    extra = T - tent_count(plan.m, len(plan.codes))
    hidden, last = layers[:-2], layers[-2:]
    hidden = hidden[:extra] if extra < 0 else (*hidden, *hidden[-1:] * extra)
    return ExactNet((*hidden, *last))


def _plan(claim: Claim, labels: Sequence[int], m: int, wide: bool) -> Grid:
    """What the claim stores: without its hypothesis the label of one point is the other one."""
    kept = list(labels)
    if not claim.assumes("labels"):
        kept[len(kept) // 2] ^= 1
    return plan_grid(len(kept), kept, wide, m)


def _try(claim: Claim, labels: Sequence[int], m: int, wide: bool) -> dict[str, object] | None:
    """A witness against the claim for one labelling; None if there is none."""
    H, plan = len(labels), _plan(claim, labels, m, wide)
    Gr = len(plan.codes)
    net = with_tents(plan, claimed_tents(claim, m, Gr))
    at = {"H": H, "m": m, "wide": wide}
    point = first_wrong(net, on_line(range(H)), labels)
    if point is not None:
        return {**at, "point": point, "label": labels[point], "value": net(point)[0]}
    if m >= 2 and Gr >= 3:
        claimed = claimed_parameters(claim, H, m, wide)
        if net.parameters != claimed or not (wide or net.width == 4):
            return {**at, "P": net.parameters, "claimed": claimed, "width": net.width}
    return None


@GRID.check(
    EXACT,
    scope="all labellings of H <= 3 points and of a block of 4; H = 12, 24, 40, 100: constant, "
    "alternating, random labels",
)
def every_label(claim: Claim) -> Outcome:
    """Build, evaluate by two routes at every point, count as an equality."""
    cases = 0
    for labels, m in _small():
        for wide in (True, False):
            cases += 1
            if witness := _try(claim, labels, m, wide):
                return refuted(witness)
    return established(cases=cases)


def _small() -> Iterator[tuple[Sequence[int], int]]:
    rng = Random("interp.GRID")
    for H, m in ((12, 2), (24, 3), (40, 2), (100, 4)):
        random = [rng.randrange(2) for _ in range(H)]
        for labels in ([0] * H, [1] * H, [x % 2 for x in range(H)], random):
            yield labels, m
    for H in range(1, 5):
        for labels in product((0, 1), repeat=H):
            yield from ((labels, m) for m in range(H.bit_length()) if H < 4 or m == 2)


@GRID.check(
    EXACT,
    tier=SLOW,
    scope="H = 1028: each pair of neighbouring blocks of 4 labels; H = 4096, 16384 random: P = 725, 1327",
)
def every_pair_of_blocks(claim: Claim) -> Outcome:
    """A hinge depends on the codes of two blocks: all 256 pairs of them occur in one labelling."""
    rng = Random("interp.GRID 4096")
    random = [([rng.randrange(2) for _ in range(H)], m) for H, m in ((4096, 5), (16384, 6))]
    for labels, m in ((all_pairs(2), 2), *random):
        if witness := _try(claim, labels, m, wide=True):
            return refuted(witness)
    return established(cases=3)


def all_pairs(m: int) -> list[int]:
    """Labels in blocks of 2^m such that every ordered pair of blocks occurs side by side."""
    blocks = list(product((0, 1), repeat=1 << m))
    # An Euler circuit of the complete directed graph with loops, by Hierholzer's algorithm.
    left = {block: list(blocks) for block in blocks}
    stack, circuit = [blocks[0]], []
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            circuit.append(stack.pop())
    return [label for block in circuit for label in block]


@GRID.check(EXACT, scope="every H from 64 to 4200, and powers of two up to 2^40")
def roots(claim: Claim) -> Outcome:
    """P at the best m against the root of H, in integers."""
    sizes = [*range(64, 4201), *(1 << i for i in range(13, 41))]
    for H in sizes:
        for wide, root in claim["root"].items():
            # at least three blocks: 2^(m+1) < H
            shapes = range(2, (H - 1).bit_length() - 1)
            P = min(claimed_parameters(claim, H, m, wide) for m in shapes)
            if P * P > root * root * H:
                return refuted({"H": H, "wide": wide, "P": P, "claimed at most": f"{root} sqrt H"})
    return established(cases=2 * len(sizes))


BUILT = ("every_label", "every_pair_of_blocks")
GRID.falsifier(
    "one parameter less",
    constants={"rest": {True: -6, False: -26}},
    by=BUILT,
    because="the count is an equality",
)
GRID.falsifier(
    "two parameters per block",
    constants={"per_block": {True: 2, False: 12}},
    by=BUILT,
    because="a hinge has a weight, a bias and an output",
)
GRID.falsifier(
    "5 parameters per tent", constants={"per_tent": 5}, by=BUILT, because="zeros are counted"
)
GRID.falsifier(
    "one tent less",
    constants={"tents": 1},
    by=BUILT,
    because="the slopes of f reach beyond 2^(T-1), and the last tent reads the last digit",
)
GRID.falsifier(
    "one stored label flipped", drop="labels", by=BUILT, because="its point gets the other label"
)
GRID.falsifier(
    "18 sqrt(H)",
    constants={"root": {True: 18, False: 29}},
    by="roots",
    because="65 points need a fifth block of 16 digits and one more tent",
)
GRID.falsifier(
    "28 sqrt(H) at width 4",
    constants={"root": {True: 19, False: 28}},
    by="roots",
    because="65 points, as above",
)


@GRID.inhabitant
def three_blocks(_: Claim) -> dict[str, bool]:
    """The labels 0110 1010 0001 and the digits of their codes, read by tents of fractions."""
    labels = [int(y) for y in "011010100001"]
    plan = plan_grid(12, labels, m=2)
    stored = []
    for x in range(12):
        k, j = position(x, 2, 3)
        r = Fraction(plan.codes[k], 32)
        for _tent in range(j):
            r = min(2 * r, 2 - 2 * r)
        stored.append(int(2 * r > 1))
    return {"labels": stored == labels}


@GRID.boundary("one point")
def one_point(claim: Claim) -> Outcome:
    """H = 1, both labels."""
    for y in (0, 1):
        if witness := _try(claim, [y], 0, wide=True):
            return refuted(witness)
    return established(cases=2)
