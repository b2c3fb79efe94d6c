r"""KEYED: classes of N integer keys by O(sqrt(N b)) parameters.

Symbols: N keys of b bits, classes 0 .. 2^c - 1; Gr groups of g members; P dense parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isqrt
from random import Random

from constructions.interp.keyed_bits import (
    Keyed,
    best_group,
    keyed_net,
    keyed_parameters,
    plan_keyed,
)
from theory import EXACT, SLOW, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.interp._two_routes import first_wrong, on_line

KEYED = Claim(
    id="interp.KEYED",
    kind=THEOREM,
    title="Classes of integer keys, bit by bit",
    statement=r"Any N distinct keys of b bits with classes $0, \dots, 2^c - 1$ are given their classes "
    r"exactly, and all other integers below $2^b$ the value 0, by a network of width at most 8. In "
    r"$Gr = \lceil N/g \rceil \ge 3$ groups of $g \ge 2$, for b >= 2, $P = 20 Gr + (42b + 69) g - 12b "
    r"- 76$ if c = 1, and $20 Gr + (42b + 56c + 16) g - 12b - 14c - 60$ if c >= 2; the best g gives "
    r"$P \le 58\sqrt{N(b + 2)} + 30b + 13$ if c = 1.",
    hypotheses={
        "distinct": r"$q_i \ne q_j$ for $i \ne j$",
        "labels": "each member of a group stores the class of its key",
    },
    constants={
        "width": 8,
        "per_group": 20,
        "per_key_bit": 42,
        "per_class_bit": 56,
        "member": {1: 69, 2: 16},
        "rest": {1: -76, 2: -60},
        "bits_unread": 0,
        "root": 58,
    },
    source=Derived("construction after Vardi, Yehudai, Shamir 2021; counts from the layers, ours"),
)

Case = tuple[list[int], list[int], int, int]  # keys, classes, c, g


def claimed_parameters(claim: Claim, Gr: int, g: int, b: int, c: int) -> int:
    """P with the constants of the claim; Gr >= 3, g >= 2, b >= 2."""
    kind, more = (1, 0) if c == 1 else (2, claim["per_class_bit"] * c)
    member = claim["per_key_bit"] * b + more + claim["member"][kind]
    first = 12 * b + (0 if c == 1 else 14 * c)
    return claim["per_group"] * Gr + member * g - first + claim["rest"][kind]


def _plan(claim: Claim, keys: Sequence[int], labels: Sequence[int], c: int, g: int) -> Keyed:
    """What the claim stores: without its hypothesis the lowest bit of one class is the other one."""
    kept = list(labels)
    if not claim.assumes("labels"):
        kept[len(kept) // 2] ^= 1
    plan = plan_keyed(keys, kept, c, g)
    return replace(plan, b=plan.b - claim["bits_unread"])


def _try(claim: Claim, case: Case, others: Sequence[int]) -> dict[str, object] | None:
    """A witness against the claim; None if there is none. ``others``: integers without a key."""
    keys, labels, c, g = case
    at = {"N": len(keys), "c": c, "g": g}
    if len(set(keys)) < len(keys):
        return {**at, "keys": keys, "classes": labels, "two classes of one key": True}
    plan = _plan(claim, keys, labels, c, g)
    net, Gr, b = keyed_net(plan), -(-len(keys) // g), max(keys).bit_length()
    point = first_wrong(net, on_line([*keys, *others]), [*labels, *[0] * len(others)])
    if point is not None:
        h = [*keys, *others][point]
        return {**at, "point": point, "h": h, "value": net(h)[0]}
    if net.width > claim["width"]:
        return {**at, "width": net.width}
    if Gr >= 3 and g >= 2 and b >= 2:
        claimed = claimed_parameters(claim, Gr, g, b, c)
        if net.parameters != claimed:
            return {**at, "b": b, "P": net.parameters, "claimed": claimed}
    return None


@KEYED.check(
    EXACT,
    scope="N = 2 .. 13 keys below 2^b, b <= 5, c <= 3: all integers below 2^b; N = 60, b = 24",
)
def every_key_and_no_other(claim: Claim) -> Outcome:
    """Build, evaluate by two routes at keys and other integers, count as an equality."""
    cases = 0
    for case, others in _cases(claim):
        cases += 1
        if witness := _try(claim, case, others):
            return refuted(witness)
    return established(cases=cases)


def _cases(claim: Claim) -> Iterator[tuple[Case, list[int]]]:
    rng = Random("interp.KEYED")
    for N, b, c, g in ((6, 3, 1, 2), (9, 4, 1, 3), (13, 5, 2, 4), (8, 4, 3, 2), (2, 1, 1, 1)):
        # the largest number of b bits is among the keys
        keys = [*rng.sample(range(2**b - 1), N - 1), 2**b - 1]
        top = 2**c - 1
        random = [rng.randrange(top + 1) for _ in keys]
        for labels in (random, [top] * N, [top * (i % 2) for i in range(N)]):
            yield (keys, labels, c, g), [h for h in range(2**b) if h not in keys]
    keys = [*rng.sample(range(2**24 - 1), 59), 2**24 - 1]
    yield (keys, [rng.randrange(2) for _ in keys], 1, 2), [1, 2**23]
    if not claim.assumes("distinct"):
        yield ([3, 5, 5, 6], [0, 0, 1, 1], 1, 2), []


@KEYED.check(EXACT, tier=SLOW, scope="N = 2048 keys of 32 bits, c = 1; N = 600 of 20 bits, c = 4")
def many_keys(claim: Claim) -> Outcome:
    """The same at sizes where groups and members are many."""
    rng = Random("interp.KEYED many")
    for N, b, c, g in ((2048, 32, 1, 6), (600, 20, 4, 3)):
        keys = [*rng.sample(range(2**b - 1), N - 1), 2**b - 1]
        labels = [rng.randrange(2**c) for _ in keys]
        if witness := _try(claim, (keys, labels, c, g), [h + 1 for h in keys[:9]]):
            return refuted(witness)
    return established(cases=2)


@KEYED.check(
    EXACT, scope="N <= 60, b <= 40, as built; N = 2^j, j = 3 .. 40, b = j, 2j, 3j, 64, 1000"
)
def best_groups(claim: Claim) -> Outcome:
    """P at the best g, for large N at a g that need not be the best, against the bound."""
    counted = {
        (N, b): keyed_parameters(-(-N // (g := best_group(N, b))), g, b)
        for b in (1, 2, 3, 6, 20, 40)
        for N in range(1, min(60, 2**b) + 1)
    }
    for j in range(3, 41):
        for b in (j, 2 * j, 3 * j, 64, 1000):
            N, best = 2**j, isqrt(20 * 2**j // (42 * b + 69))
            sizes = [g for g in (best, best + 1) if g >= 2 and -(-N // g) >= 3]
            if sizes:
                counted[N, b] = min(claimed_parameters(claim, -(-N // g), g, b, 1) for g in sizes)
    for (N, b), P in counted.items():
        bound = isqrt(claim["root"] ** 2 * N * (b + 2)) + 30 * b + 13
        if P > bound:
            return refuted({"N": N, "b": b, "P": P, "bound": bound})
    return established(cases=len(counted))


BUILT = ("every_key_and_no_other", "many_keys")
KEYED.falsifier(
    "one parameter less",
    constants={"rest": {1: -77, 2: -61}},
    by=BUILT,
    because="the count is an equality",
)
KEYED.falsifier(
    "19 parameters per group",
    constants={"per_group": 19},
    by=BUILT,
    because="a layer of width 4 after one of width 4 has 20",
)
KEYED.falsifier(
    "55 parameters per class bit",
    constants={"per_class_bit": 55},
    by=BUILT,
    because="a layer of width 7 after one of width 7 has 56",
)
KEYED.falsifier(
    "width 7",
    constants={"width": 7},
    by=BUILT,
    because="beside h, r and out the first class bit has a step and an equality",
)
KEYED.falsifier(
    "one key bit is not read",
    constants={"bits_unread": 1},
    by=BUILT,
    because="the top bit of a key is part of the number that is read",
)
KEYED.falsifier(
    "one stored class bit flipped", drop="labels", by=BUILT, because="its key gets another class"
)
KEYED.falsifier(
    "keys may repeat",
    drop="distinct",
    by="every_key_and_no_other",
    because="a function has one value at each key",
)
KEYED.falsifier(
    "57 before the root",
    constants={"root": 57},
    by="best_groups",
    because="2 sqrt(20 * 42) is 57.97",
)


@KEYED.inhabitant
def four_keys(_: Claim) -> dict[str, bool]:
    """Keys 1, 4, 6, 7 with classes 0, 1, 1, 0 in groups of two."""
    stored = [
        member for group in plan_keyed([4, 1, 7, 6], [1, 0, 0, 1], 1, 2).groups for member in group
    ]
    return {
        "distinct": len({key for key, _label in stored}) == 4,
        "labels": stored == [(1, 0), (4, 1), (6, 1), (7, 0)],
    }


@KEYED.boundary("one key; a last group that has to be padded")
def padding(claim: Claim) -> Outcome:
    """N = 1, and N = 7 in groups of 3: the padding repeats a key and adds class 0."""
    for keys, g in (([5], 1), ([5], 3), ([1, 2, 4, 7, 11, 12, 15], 3)):
        plan = plan_keyed(keys, [1] * len(keys), 1, g)
        others = [h for h in range(16) if h not in keys and h.bit_length() <= plan.b]
        points = on_line([*keys, *others])
        point = first_wrong(keyed_net(plan), points, [*[1] * len(keys), *[0] * len(others)])
        if point is not None:
            return refuted({"keys": keys, "g": g, "point": point})
    return established(cases=3)
