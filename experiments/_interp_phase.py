"""Cells of the phase diagram: a certified lower bound and the smallest of three nets.

What the P of a net in a cell rests on (``basis``):

| basis | meaning |
|---|---|
| built | the net was built, and evaluated exactly at all N points of the configuration |
| equality | a proved count for any points and labels: 3N - 2 (`interp.U1`), pq + 2p + 2q + 1 (`interp.U2`) |
| plan | fold_lookup: the fold and all codes were found and counted; the net was not built |
| scaled | as ``plan``, but the codes are those found for the same N at b = 64, with J = b + 1 tents |

Symbols: N points, 2^-b separated, on the line; P dense parameters, J tents of the fold.
"""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

from constructions.interp import fold_lookup, lower_bound, vector_bound
from constructions.interp.configurations import Configuration, paired
from constructions.interp.exact_batch import wrong
from constructions.interp.fold import fold_parameters
from constructions.interp.runs import run_parameters
from constructions.interp.shallow import shallow_any, shallow_parameters
from constructions.interp.three_layer import CHAIN_BITS, Shape, three_layer_any
from proofs_checks.interp.counting import parameters

SHARP_N, SHARP_B = 1024, 64  # the sharper search takes N <= SHARP_N, or b <= SHARP_B; D1 the rest
PLANNED_B = 64  # beyond, a plan for a net that is not built is taken from here
BUILT_WORK = 1 << 20  # N max(N, b) of the nets that are built
LEAST_LOOKUP = run_parameters(1, 1, 2, 2)


def grid(largest: int, step: int) -> list[tuple[int, tuple[int, ...]]]:
    """(N, all b): N = 16, 16 2^step, ...; b = log2 N, then the same steps from 2 log2 N to 16 N."""
    return [
        (1 << k, (k, *(1 << i for i in range(step, k + 5, step) if 1 << i >= 2 * k)))
        for k in range(4, largest.bit_length(), step)
    ]


def column(N: int, bits: tuple[int, ...], built_to: int, rng: Random) -> list[dict[str, Any]]:
    """One row for every b. Codes that were planned for one b are counted again for larger ones."""
    plans: dict[int, int] = {}  # N -> P of the lookup planned at PLANNED_B
    return [_cell(N, b, built_to, plans, rng) for b in bits]


def _cell(N: int, b: int, built_to: int, plans: dict[int, int], rng: Random) -> dict[str, Any]:
    build = built_to >= N and N * max(N, b) <= BUILT_WORK
    nets = [
        _shallow(N, b, build, rng),
        _chained(N, b, build, rng),
        _folded(N, b, None if build else plans, rng),
    ]
    right = [net for net in nets if not net["wrong"] and net["parameters"] is not None]
    best = min(right, key=lambda net: net["parameters"], default=_NOTHING)
    lower = certified(N, b)
    return {
        "N": N,
        "b": b,
        **lower,
        "upper": best["parameters"],
        "winner": best["name"],
        "basis": best["basis"],
        "verified": best["basis"] == "built",
        "ratio": best["parameters"] and best["parameters"] / lower["lower"],
        **{net["column"]: net["parameters"] for net in nets},
        **{f"{net['column']}_basis": net["basis"] for net in nets},
        # The class of uniform width a net lies in is what the lower bound speaks of.
        "uniform_upper": min((net["uniform"] for net in nets if net["uniform"]), default=None),
        "wrong": [net["name"] for net in nets if net["wrong"]],
    }


_NOTHING: dict[str, Any] = {"name": None, "parameters": None, "basis": None}


def certified(N: int, b: int) -> dict[str, Any]:
    """The certified minimum over uniform widths: the sharper search where it is quick, else D1."""
    if N <= SHARP_N or b <= SHARP_B:
        bound = vector_bound.sharpest_minimum(N, b)
        w = bound.survivor
        return {"lower": bound.parameters, "lower_claim": "interp.DIR", "W": w[0], "L": len(w)}
    weaker = lower_bound.certified_minimum(N, b)
    return {"lower": weaker.parameters, "lower_claim": "interp.D1", "W": weaker.W, "L": weaker.L}


def _shallow(N: int, b: int, build: bool, rng: Random) -> dict[str, Any]:
    if build:
        return _built("shallow_any", shallow_any, paired(N, b, rng), rng)
    P = shallow_parameters(N, 1)
    return _row("shallow_any", P, P, "equality", False)  # one hidden layer is of uniform width


def _chained(N: int, b: int, build: bool, rng: Random) -> dict[str, Any]:
    """Built where one chain, which has the fewest parameters, does not make the weights too long."""
    shape = one_chain(N)
    if build and N * b <= CHAIN_BITS:
        make = partial(three_layer_any, shape=shape)
        return _built("three_layer_any", make, paired(N, b, rng), rng)
    P, uniform = shape.parameters(N, 1), parameters(1, max(shape.widths(N)), 2)
    return _row("three_layer_any", P, uniform, "equality", False)


def one_chain(N: int) -> Shape:
    """The shape with the fewest parameters for N points on the line."""
    return min((Shape(q, -(-N // q)) for q in range(1, N + 1)), key=lambda s: s.parameters(N, 1))


def _folded(N: int, b: int, plans: dict[int, int] | None, rng: Random) -> dict[str, Any]:
    """fold_lookup, built if ``plans`` is None; not looked at where its tents alone exceed another net.

    The fold takes J = b + 1 tents at most, and b at least unless all points lie in one half of [0, 1].
    """
    if fold_parameters(1, b) + LEAST_LOOKUP - 2 >= one_chain(N).parameters(N, 1):
        return _row("fold_lookup", None, None, "its tents alone exceed another net", False)
    if plans is None:
        return _built("fold_lookup", fold_lookup.fold_lookup, paired(N, b, rng), rng)
    if b <= PLANNED_B:
        P, J = _planned(N, b, rng)
        if b == PLANNED_B:
            plans[N] = P - fold_parameters(1, J)
        return _row("fold_lookup", P, None, "plan", False)
    if N not in plans:
        P, J = _planned(N, PLANNED_B, rng)
        plans[N] = P - fold_parameters(1, J)
    return _row("fold_lookup", fold_parameters(1, b + 1) + plans[N], None, "scaled", False)


def _planned(N: int, b: int, rng: Random) -> tuple[int, int]:
    """(P, J) of fold_lookup for a paired configuration, without building the net."""
    drawn = paired(N, b, rng)
    parts = fold_lookup.run_parts(drawn.points, drawn.labels, rng, drawn.separation)
    return parts.parameters, parts.fold.J


def _built(name: str, make: Any, configuration: Configuration, rng: Random) -> dict[str, Any]:
    net = make(configuration.points, configuration.labels, rng)
    uniform = parameters(1, max(net.width, 1), max(net.depth, 1))
    mistakes = wrong(net, configuration.points, configuration.labels)
    return _row(name, net.parameters, uniform, "built", bool(mistakes))


def _row(
    name: str, P: int | None, uniform: int | None, basis: str, mistaken: bool
) -> dict[str, Any]:
    return {
        "name": name,
        "column": name.partition("_")[0],
        "parameters": P,
        "uniform": uniform,
        "basis": basis,
        "wrong": mistaken,
    }
