r"""KMAX, SIX: how often the label of a small network changes, exactly, and where it may do so.

Symbols: (w) or (w1, w2) widths of the hidden layers, Kmax the most label changes along increasing
inputs, M points, c_1 < .. < c_6 cuts between points of different label.
"""

from __future__ import annotations

from fractions import Fraction
from importlib.util import find_spec
from itertools import accumulate, product
from math import comb
from random import Random

from constructions.interp.network import random_net
from constructions.interp.tiny_two_layer import (
    enumerate_dichotomies,
    realise,
    six_changes_at,
)
from constructions.interp.tiny_two_layer_changes import attaining, most_changes
from constructions.interp.tiny_two_layer_search import enumerate_dichotomies as search_dichotomies
from constructions.interp.tiny_two_layer_search import find
from proofs_checks.certificate import check as referee
from proofs_checks.interp.direct import recursive_changes
from theory import (
    CERTIFIED,
    EXACT,
    LEMMA,
    SLOW,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    Verdict,
    established,
    not_run,
    refuted,
    undecided,
)
from theory.interp.pieces import levels

Widths = tuple[int, ...]

KMAX = Claim(
    id="interp.KMAX",
    kind=LEMMA,
    title="Exact maxima of label changes for small widths",
    statement=r"The most label changes along increasing inputs are 1, 2, 4, 5 for one hidden layer of 1, 2, "
    r"3, 4 units, the same for widths (1, w) and (w, 1), and 6, 8, 10, 8 for widths (2, 2), (3, 2), "
    r"(4, 2), (2, 3). (K2 allows 9 for the last.) Kmax(2, 4) is 10 or 11.",
    constants={
        "one_layer": (1, 2, 4, 5),
        "one_unit_more": 0,
        "two_two": 6,
        "three_two": 8,
        "four_two": 10,
        "two_three": 8,
    },
    source=Derived("slopes of the pieces, cell by cell: proofs_checks/interp/two_layer_cells.py"),
    needs=("interp.K", "interp.K2"),
    proof_needs=("interp.K",),
)

METHODS: dict[Widths, tuple[str, ...]] = {
    (2, 2): ("pieces", "intervals"),
    (3, 2): ("intervals",),
    (4, 2): ("intervals",),
    (2, 3): ("pieces",),
}


def stated(claim: Claim) -> dict[Widths, int]:
    """Kmax by widths, with the constants of the claim."""
    two = {(2, 2): "two_two", (3, 2): "three_two", (4, 2): "four_two", (2, 3): "two_three"}
    table: dict[Widths, int] = {w: claim[name] for w, name in two.items()}
    for w, changes in enumerate(claim["one_layer"], 1):
        beside = changes + claim["one_unit_more"]
        table |= {(w,): changes, (w, 1): beside, (1, w): beside}
    return table


@KMAX.check(CERTIFIED, scope="15 width vectors, (2, 2) in two ways; the bounds hold at any inputs")
def exact_maxima(claim: Claim) -> Outcome:
    """Each bound by multipliers for every cell, each attained by a network."""
    digests = []
    for widths, changes in stated(claim).items():
        default = ("one unit" if len(widths) == 2 else "pieces",)
        for method in METHODS.get(widths, default):
            certificate = most_changes(widths, method)
            digests.append(referee(certificate, claim="interp.KMAX").digest)
            proved = certificate["statement"]["changes"]
            if proved != changes:
                return refuted({"widths": widths, "claimed": changes, "exact maximum": proved})
    return established(certificates=digests)


@KMAX.check(EXACT, scope="15 stored networks and 8 random ones of each shape, all thresholds")
def networks_stay_below(claim: Claim) -> Outcome:
    """Count the changes of exact graphs."""
    rng, cases = Random("interp.KMAX"), 0
    for widths, changes in stated(claim).items():
        for net in (attaining(widths)[0], *(random_net(widths, rng, 9) for _ in range(8))):
            graph = net.pieces()
            for tau in levels(graph.values):
                cases += 1
                if graph.changes(tau) > changes:
                    seen = graph.changes(tau)
                    return refuted({"widths": widths, "changes": seen, "net": net.to_json()})
    return established(cases=cases)


@KMAX.check(EXACT, scope="(2, 2) on integers: the stated number, and 20 tries beyond it")
def the_solver_finds_no_more(claim: Claim) -> Outcome:
    """SMT search for alternating labels: a network with more changes would refute the claim."""
    if find_spec("z3") is None:
        return not_run(missing="z3-solver")
    changes = stated(claim)[2, 2]
    if find((2, 2), *_alternating(changes), Random(0)) is None:
        return undecided(f"no network with {changes} changes was found")
    more = find((2, 2), *_alternating(changes + 1), Random(0), attempts=20)
    if more is not None:
        return refuted({"changes": changes + 1, "net": more.to_json()})
    return established(cases=21)


@KMAX.check(
    CERTIFIED, scope="(2, 3) on 10 and (3, 2) on 9 integers: all labellings decided", tier=SLOW
)
def every_labelling_within_the_bound(claim: Claim) -> Outcome:
    """At these points exactly the labellings with at most Kmax changes are realised."""
    if find_spec("z3") is None:
        return not_run(missing="z3-solver")
    digests = []
    for widths, method, M in (((2, 3), "pieces", 10), ((3, 2), "intervals", 9)):
        made = search_dichotomies(widths, range(M), method, "interp.KMAX", Random(0))
        if made is None:
            return undecided(f"a labelling of {M} points was not found for {widths}")
        digests.append(referee(made, claim="interp.KMAX").digest)
        if lost := _wrongly_told(made["statement"]["realisable"], stated(claim)[widths], M):
            return refuted({"widths": widths, "M": M, "labelling": lost})
    return established(certificates=digests)


_BUILT = ("exact_maxima", "networks_stay_below")
_EVERY = ("exact_maxima", "every_labelling_within_the_bound")

for _name, _constants, _by, _because in (
    ("(2, 2): five", {"two_two": 5}, (*_BUILT, "the_solver_finds_no_more"), "six are built"),
    ("(2, 2): seven", {"two_two": 7}, "exact_maxima", "not all seven slopes can alternate"),
    ("(3, 2): seven", {"three_two": 7}, (*_BUILT, _EVERY[1]), "eight are found"),
    ("(3, 2): nine", {"three_two": 9}, "exact_maxima", "four intervals of two changes"),
    ("(4, 2): nine", {"four_two": 9}, _BUILT, "ten are found"),
    ("(2, 3): seven", {"two_three": 7}, (*_BUILT, _EVERY[1]), "eight are found"),
    ("(2, 3): nine, as K2 allows", {"two_three": 9}, _EVERY, "not all nine slopes can alternate"),
    ("(4): four", {"one_layer": (1, 2, 4, 4)}, _BUILT, "slopes 6, -2, 4, -2, 2"),
    ("(4): six", {"one_layer": (1, 2, 4, 6)}, "exact_maxima", "five pieces"),
    ("(2): three", {"one_layer": (1, 3, 4, 5)}, "exact_maxima", "no three slopes alternate"),
    ("a single unit beside a layer: one more", {"one_unit_more": 1}, "exact_maxima", "monotone"),
):
    KMAX.falsifier(_name, constants=_constants, by=_by, because=_because)


@KMAX.boundary("four units after two are open", expect=Verdict.UNDECIDED)
def four_after_two(_: Claim) -> Outcome:
    """A network with 10 changes; the recursion allows 11."""
    seen, allowed = attaining((2, 4))[0].pieces().changes(0), recursive_changes((2, 4))
    if seen == allowed:
        return established(cases=1)
    return undecided(f"Kmax(2, 4) is between {seen} and {allowed}")


SIX = Claim(
    id="interp.SIX",
    kind=THEOREM,
    title="Two layers of two units change anywhere, six times",
    statement=r"At any M increasing points the networks of widths (2, 2), P = 13, realise exactly the "
    r"labellings with at most 6 changes: $2\sum_{c \le 6}\binom{M-1}{c}$ of them.",
    constants={"changes": 6, "parameters": 13, "gaps_less": 1},
    source=Derived("explicit network in constructions/interp/tiny_two_layer.py; upper side: KMAX"),
    needs=("interp.KMAX",),
    proof_needs=("interp.KMAX",),
)


@SIX.check(EXACT, scope="60 sets of cuts: integers, ratios and distances up to 2^200; whole line")
def six_cuts_anywhere(claim: Claim) -> Outcome:
    """f is zero at the cuts, changes its label there and nowhere else on the line."""
    cases = 0
    for cuts in _cuts():
        net = six_changes_at(cuts)
        cases += 1
        changes, values = net.pieces().changes(0), net.evaluate(cuts)
        if changes != claim["changes"] or any(value for (value,) in values):
            return refuted({"cuts": cuts, "changes": changes, "net": net.to_json()})
        if net.parameters != claim["parameters"]:
            return refuted({"cuts": cuts, "P": net.parameters})
    return established(cases=cases)


@SIX.check(CERTIFIED, scope="M = 1..7 integers and 8 nearly equal points")
def exact_sets(claim: Claim) -> Outcome:
    """Every labelling of M points decided by the referee; the set and its size compared."""
    near = [Fraction(0), *accumulate(Fraction(1, 2 ** (7 * i * i % 60)) for i in range(7))]
    digests = []
    for M, points in (*((M, range(M)) for M in range(1, 8)), (8, near)):
        made = enumerate_dichotomies(points, claim="interp.SIX")
        digests.append(referee(made, claim="interp.SIX").digest)
        listed = made["statement"]["realisable"]
        if wrong := _wrongly_told(listed, claim["changes"], M):
            return refuted({"points": list(points), "labelling": wrong})
        gaps = M - claim["gaps_less"]
        claimed = 2 * sum(comb(gaps, c) for c in range(claim["changes"] + 1))
        if len(listed) != claimed:
            return refuted({"M": M, "labellings": len(listed), "claimed": claimed})
    return established(certificates=digests)


SIX.falsifier("five times", constants={"changes": 5}, because="six cuts are zeros of one network")
SIX.falsifier("seven times", constants={"changes": 7}, because="Kmax(2, 2) = 6")
SIX.falsifier(
    "M gaps", constants={"gaps_less": 0}, by="exact_sets", because="one point has two labellings"
)
SIX.falsifier(
    "P = 12", constants={"parameters": 12}, by="six_cuts_anywhere", because="4 + 6 + 3 entries"
)


@SIX.boundary("the first two cuts as far apart as the last two")
def symmetric_points(claim: Claim) -> Outcome:
    """Points 0..6 with alternating labels: a cut is moved within its gap."""
    for labels in ("0101010", "1010101"):
        values = realise(range(7), labels).evaluate(range(7))
        if "".join("01"[value > 0] for (value,) in values) != labels:
            return refuted({"labels": labels, "values": values})
    return established(cases=2)


def _alternating(changes: int) -> tuple[range, str]:
    return range(changes + 1), ("01" * changes)[: changes + 1]


def _wrongly_told(listed: list[str], changes: int, M: int) -> str | None:
    """A labelling that is realised with more changes, or with at most so many is not."""
    known = set(listed)
    for labels in map("".join, product("01", repeat=M)):
        few = labels.count("01") + labels.count("10") <= changes
        if few != (labels in known):
            return labels
    return None


def _cuts() -> list[list[Fraction]]:
    """Increasing cuts, the first two not as far apart as the last two."""
    rng, made = Random("interp.SIX"), []
    while len(made) < 60:
        if len(made) % 2:
            cuts = [Fraction(x, 7) for x in sorted(rng.sample(range(-500, 500), 6))]
        else:
            steps = (Fraction(2) ** rng.randint(-100, 100) for _ in range(5))
            cuts = list(accumulate(steps, initial=Fraction(rng.randint(-9, 9))))
        if cuts[1] - cuts[0] != cuts[5] - cuts[4]:
            made.append(cuts)
    return made
