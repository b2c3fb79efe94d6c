r"""RUNS: 0/1 labels on a line from the boundaries of their runs, without integers and without keys.

Symbols: N points z of [0, 1]; Gr groups of at most g pairs of digits, read by e_0 and e_1 tents; P
dense parameters. FOLD in front makes points of any separation such points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

from constructions.interp.configurations import clustered, dyadic, paired
from constructions.interp.fold import fold
from constructions.interp.network import ExactNet
from constructions.interp.run_codes import Shape
from constructions.interp.runs import RunPlan, plan_runs, run_lookup
from theory import EXACT, SLOW, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.interp._two_routes import first_wrong, on_line

RUNS = Claim(
    id="interp.RUNS",
    kind=THEOREM,
    title="Runs of labels are a walk along digits",
    statement=r"Any N distinct points of [0, 1] with 0/1 labels are interpolated exactly by a network that "
    r"reads the boundaries between runs as digits, g pairs of $e_0$ and $e_1$ tents for each of Gr "
    r"groups: $P = 8Gr + 12g(e_0 + e_1) + 21g + 14$, widths 1, 2Gr - 1, 2, then at most 6. Behind a FOLD "
    r"of J tents it is $P = 2(d + 1) + 6(J - 1) + 3 + 8Gr + 12g(e_0 + e_1) + 21g + 12$.",
    hypotheses={"labels": "the runs stored are those of the labels"},
    constants={
        "per_group": 8,
        "per_tent": 12,
        "per_pair": 21,
        "rest": 14,
        "joined": -2,
        "tents_unread": 0,
        "wider_cuts": 0,
    },
    source=Derived("constructions/interp/runs.py and run_codes.py; replaces keys by boundaries"),
    needs=("interp.FOLD",),
)


def claimed_parameters(claim: Claim, plan: RunPlan) -> int:
    """P with the constants of the claim, for the shape that was planned."""
    shape = plan.shape
    digits = claim["per_tent"] * (shape.e0 + shape.e1) + claim["per_pair"]
    return claim["per_group"] * len(plan.groups) + shape.g * digits + claim["rest"]


def _net(claim: Claim, plan: RunPlan) -> ExactNet:
    """The net that the claim describes: tents per digit, and ramps between groups."""
    shape = replace(plan.shape, e1=plan.shape.e1 - claim["tents_unread"])
    wider = [(min(claim["wider_cuts"], q), a, q) for a, q in plan.cuts]
    cuts = tuple((a >> up, q - up) for up, a, q in wider)
    return run_lookup(replace(plan, shape=shape, cuts=cuts))


def _stored(claim: Claim, labels: Sequence[int]) -> list[int]:
    """What the claim stores: without its hypothesis the label of one point is the other one."""
    kept = list(labels)
    if not claim.assumes("labels"):
        kept[len(kept) // 2] ^= 1
    return kept


def _try(
    claim: Claim, values: Sequence[Fraction], labels: Sequence[int], shape: Shape | None
) -> dict[str, object] | None:
    """A witness against the claim for points on the line; None if there is none."""
    plan = plan_runs(values, _stored(claim, labels), shape)
    net, Gr = _net(claim, plan), len(plan.groups)
    at = {"N": len(values), "Gr": Gr, "shape": plan.shape}
    if (i := first_wrong(net, on_line(values), labels)) is not None:
        return {**at, "point": i, "label": labels[i], "value": net(values[i])[0]}
    if net.parameters != claimed_parameters(claim, plan):
        return {**at, "P": net.parameters, "claimed": claimed_parameters(claim, plan)}
    if net.widths[:3] != (1, 2 * Gr - 1, 2) or max(net.widths[3:]) > 6:
        return {**at, "widths": net.widths}
    return None


@RUNS.check(EXACT, scope="N = 1, 2, 3, 24, 40: random rationals; four shapes and the chosen one")
def any_shape(claim: Claim) -> Outcome:
    """Build, evaluate by two routes, count as an equality."""
    cases = 0
    for values, labels, shape in _cases():
        cases += 1
        if witness := _try(claim, values, labels, shape):
            return refuted(witness)
    return established(cases=cases)


def _cases() -> Iterator[tuple[list[Fraction], list[int], Shape | None]]:
    rng = Random("interp.RUNS")
    shapes = [Shape(40, 3, 3, 2), Shape(7, 2, 2, 1), Shape(100, 4, 5, 3), Shape(64, 2, 4, 2)]
    for N, chosen in ((24, shapes), (3, shapes), (2, shapes[:2]), (1, shapes[:2]), (40, [None])):
        values = sorted({Fraction(rng.randrange(2**40), 2**40) for _ in range(N)})
        labels = [rng.randrange(2) for _ in values]
        for shape in chosen:
            yield values, labels, shape
            if shape:
                yield values, [i % 2 for i in range(len(values))], shape


@RUNS.check(EXACT, scope="paired, dyadic and clustered points, N = 24, d = 1, 2, behind a fold")
def behind_a_fold(claim: Claim) -> Outcome:
    """The whole network x -> label at separations that no float resolves."""
    cases = 0
    for make in (paired, dyadic, clustered):
        for d in (1, 2):
            made = make(24, 60, Random(d), d)
            folded = fold(made.points, Random(d))
            plan = plan_runs(folded.values, _stored(claim, made.labels))
            net = _net(claim, plan).compose(folded.network)
            cases += 1
            at = {"configuration": made.name, "d": d}
            if (i := first_wrong(net, made.points, made.labels)) is not None:
                return refuted({**at, "point": i, "label": made.labels[i]})
            P = 2 * (d + 1) + 6 * (folded.J - 1) + 3
            P += claimed_parameters(claim, plan) + claim["joined"]
            if net.parameters != P:
                return refuted({**at, "P": net.parameters, "claimed": P})
    return established(cases=cases)


@RUNS.check(EXACT, tier=SLOW, scope="1024 points 2^-64 apart, folded")
def a_thousand_points(claim: Claim) -> Outcome:
    """Folded values of 512 pairs, the chosen shape."""
    made = paired(1024, 64, Random(1))
    values = fold(made.points, Random(2)).values
    witness = _try(claim, values, made.labels, None)
    return refuted(witness) if witness else established(cases=1)


RUNS.falsifier("7 parameters per group", constants={"per_group": 7}, because="equality")
RUNS.falsifier("11 parameters per tent", constants={"per_tent": 11}, because="equality")
RUNS.falsifier("20 parameters per pair", constants={"per_pair": 20}, because="equality")
RUNS.falsifier("one parameter less", constants={"rest": 13}, because="equality")
RUNS.falsifier(
    "the joint saves three",
    constants={"joined": -3},
    by="behind_a_fold",
    because="two affine maps of two and one units become one: 3 + 2 - 3 parameters are saved",
)
RUNS.falsifier(
    "one tent of a digit is not read",
    constants={"tents_unread": 1},
    by="any_shape",
    because="2^e r - tent^e(r) is twice the digit for the e of the code only",
)
RUNS.falsifier(
    "ramps four times as wide",
    constants={"wider_cuts": 2},
    because="the nearest point gets a mixture of two codes",
)
RUNS.falsifier("one stored label flipped", drop="labels", because="its point gets the other label")


@RUNS.inhabitant
def runs_of_six_points(_: Claim) -> dict[str, bool]:
    """0 | 1/5 2/5 | 3/5 | 4/5 1: the groups cover all points and store the class 0."""
    labels = [0, 1, 1, 0, 1, 1]
    plan = plan_runs([Fraction(i, 5) for i in range(6)], labels)
    covered = [i for group in plan.groups for i in range(group.first, group.last + 1)]
    return {"labels": covered == list(range(6)) and plan.stored == 0}


@RUNS.boundary("equal labels, and the smallest alternating sets")
def few_runs(claim: Claim) -> Outcome:
    """One run, two runs, three runs of single points."""
    for labels in ([0], [1], [0, 0], [1, 1], [0, 1], [1, 0], [0, 1, 0], [1, 0, 1]):
        values = [Fraction(i, 3) for i in range(len(labels))]
        if witness := _try(claim, values, labels, Shape(3, 2, 2, 1)):
            return refuted(witness)
    return established(cases=8)
