"""A solver looks for networks of two hidden layers with given labels; what it finds is evaluated exactly.

With orientations s and breakpoints t of the first layer fixed, and second-layer weights scaled so that
the output weights are signs e, the labels ask for weights, biases and an output bias with

    e_1 g_1j + .. + c >= 1 or <= -1 by label,    g_ij = relu(z_i(p_j)) as "z <= 0, g = 0" or "z >= 0, g = z":

linear arithmetic with one choice per unit and point, which z3 decides in milliseconds and answers with
rationals. So t and s are drawn and tried one after the other. A "sat" is a proposal, checked by the
referee's evaluation; an "unsat" ends the attempt and proves nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from importlib import import_module
from itertools import pairwise, product
from random import Random
from typing import Any

from constructions.interp.network import Affine, ExactNet
from constructions.interp.tiny_two_layer import CUTS, negated, realise
from constructions.interp.tiny_two_layer_changes import bound_evidence, bound_of
from proofs_checks.certificate import seal
from proofs_checks.interp.two_layer import labels_of
from proofs_checks.rational import show_rational

Weights = tuple[list[list[Fraction]], list[Fraction], Fraction]  # of h in z, biases of z, c
Drawn = tuple[list[tuple[int, Fraction]], list[int]]  # (s, t) of the first layer, e


def find(
    widths: Sequence[int],
    points: Sequence[Fraction | int],
    labels: str,
    rng: Random,
    *,
    attempts: int = 500,
    milliseconds: int = 5000,
) -> ExactNet | None:
    """A network of two hidden layers with 1{f > 0} = ``labels`` at the points, or ``None``.

    ``milliseconds`` limits the solver per attempt. ``None`` says that no attempt succeeded, not that
    there is no such network. Raises ``ValueError`` unless there are two widths, all at least 1, and
    increasing points with one label each; ``ModuleNotFoundError`` without z3 (extra ``solve``).
    """
    if len(widths) != 2 or min(widths) < 1:
        raise ValueError(f"widths: must be two numbers, at least 1, got {list(widths)}")
    if len(points) < 2 or any(left >= right for left, right in pairwise(points)):
        raise ValueError("points: must be at least two and strictly increasing")
    if len(labels) != len(points) or set(labels) - {"0", "1"}:
        raise ValueError(f"labels: must be {len(points)} characters 0 or 1, got {labels!r}")
    p = [Fraction(x) for x in points]
    for _ in range(attempts):
        first, e = drawn = _draw(widths, p, rng)
        found = _solve(drawn, p, labels, milliseconds)
        if found is None:
            continue
        rows, bias, c = found
        hidden = Affine.dense([[s] for s, _ in first], [-s * t for s, t in first])
        net = ExactNet((hidden, Affine.dense(rows, bias), Affine.dense([e], [c])))
        if labels_of(net.to_json(), tuple(widths), p) == labels:
            return net
    return None


def _draw(widths: Sequence[int], p: list[Fraction], rng: Random) -> Drawn:
    """Breakpoints inside w1 different gaps (or left of all points), orientations and signs."""
    gaps = [(p[0] - 1, p[0]), *pairwise(p)]
    first = []
    for left, right in sorted(rng.sample(gaps, min(widths[0], len(gaps)))):
        t = left + (right - left) * Fraction(rng.choice((1, 2, 3)), 4)
        first.append((rng.choice((1, -1)), t))
    first += [(1, p[-1])] * (widths[0] - len(first))  # idle: no more gaps than units are of use
    return first, sorted(rng.choice((1, -1)) for _ in range(widths[1]))


def _solve(drawn: Drawn, p: list[Fraction], labels: str, milliseconds: int) -> Weights | None:
    z3: Any = import_module("z3")
    first, e = drawn
    solver = z3.SolverFor("QF_LRA")
    solver.set("timeout", milliseconds)
    A = [[z3.Real(f"a{i}_{u}") for u in range(len(first))] for i in range(len(e))]
    bias, c = [z3.Real(f"b{i}") for i in range(len(e))], z3.Real("c")
    for j, (x, label) in enumerate(zip(p, labels, strict=True)):
        exact = (max(s * (x - t), Fraction(0)) for s, t in first)
        h, value = [z3.Q(y.numerator, y.denominator) for y in exact], c
        for i, sign in enumerate(e):
            z = bias[i] + sum(a * y for a, y in zip(A[i], h, strict=True))
            g = z3.Real(f"g{i}_{j}")
            solver.add(z3.Or(z3.And(z >= 0, g == z), z3.And(z <= 0, g == 0)))
            value = value + sign * g
        solver.add(value >= 1 if label == "1" else value <= -1)
    if solver.check() != z3.sat:
        return None
    model = solver.model()

    def read(variable: Any) -> Fraction:
        return Fraction(model.eval(variable, model_completion=True).as_fraction())

    return [[read(a) for a in row] for row in A], [read(b) for b in bias], read(c)


# -- all labellings -------------------------------------------------------------------------------


def enumerate_dichotomies(
    widths: Sequence[int], points: Sequence[Fraction | int], method: str, claim: str, rng: Random
) -> dict[str, Any] | None:
    """A certificate of all labellings of ``points`` by two widths, each at least 2.

    Up to six changes the networks are built, beyond them found; ``method`` bounds the changes
    (:mod:`proofs_checks.interp.two_layer`). ``None`` if a labelling within the bound was not found.
    Raises ``ValueError`` for widths or points that do not fit, ``ModuleNotFoundError`` without z3.
    """
    if len(widths) != 2 or min(widths) < 2:
        raise ValueError(f"widths: must be two numbers, at least 2, got {list(widths)}")
    bound, nets = bound_of(widths, method), {}
    for labels in map("".join, product("01", repeat=len(points))):
        changes = sum(one != two for one, two in pairwise(labels))
        if changes > bound:
            continue
        other = labels.translate({48: 49, 49: 48})
        if changes <= CUTS:
            net = _padded(realise(points, labels), widths)
        elif other in nets:  # z3's values are at least 1 or at most -1
            net = negated(nets[other])
        else:
            net = find(widths, points, labels, rng)
        if net is None:
            return None
        nets[labels] = net
    statement = {
        "claim": claim,
        "widths": list(widths),
        "points": [show_rational(x) for x in points],
        "realisable": list(nets),
    }
    networks = [net.to_json() for net in nets.values()]
    evidence = {"networks": networks, **bound_evidence(widths, method)}
    return seal("interp.two_layer_dichotomies", statement, evidence)


def _padded(net: ExactNet, widths: Sequence[int]) -> ExactNet:
    """Idle units added to the hidden layers."""
    layers, before = [], 1
    for layer, w in zip(net.layers, (*widths, 1), strict=True):
        idle = w - layer.units
        layers.append(Affine((*layer.rows, *((),) * idle), (*layer.bias, *(0,) * idle), before))
        before = w
    return ExactNet(tuple(layers))
