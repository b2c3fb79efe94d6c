"""Both sides of the problem: certified lower bounds, and nets that are built and evaluated."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable
from random import Random
from typing import Any

from constructions import interp
from constructions.interp import lower_bound, vector_bound
from experiments._interp_problem import Problem
from proofs_checks.interp.counting import parameters

INTEGERS = "exact integers"
ASYMPTOTIC = "asymptotic"

#: Which tests each certified line uses, and the claims it rests on.
TESTS = (
    ("alternation alone", ("alternation",), "interp.K"),
    ("VC alone (W1-W3)", ("vc",), "interp.W3"),
    ("pairs alone (W1-W3)", ("pairs",), "interp.PAIR"),
    ("all three", lower_bound.TESTS, "interp.D1"),
)
BEST = "interp.DIR"  #: the claim of the bound that has the certificate


def lower_bounds(problem: Problem, widths: str = "uniform") -> list[dict[str, Any]]:
    """Every lower bound: name, value, claim, arithmetic, first survivor, exclusions by test."""
    N, b, d = problem.N, problem.b, problem.d
    rows = []
    for name, tests, claim in TESTS:
        bound = lower_bound.certified_minimum(N, b, d, tests)
        rows.append(
            {
                "name": name,
                "parameters": bound.parameters,
                "claim": claim,
                "arithmetic": INTEGERS,
                "architecture": [bound.W, bound.L],
                "considered": bound.considered,
                "excluded": dict(bound.excluded),
            }
        )
    rows.append(sharpest(problem, widths))
    P, W, L = lower_bound.closed_form(N, b, d)
    rows.append(_plain("closed form", P, "interp.D2", INTEGERS, [W, L]))
    c = b / N
    for name, of, claim in (
        ("alpha", lower_bound.alpha, "interp.D3"),
        ("rate", vector_bound.rate, "interp.D3A"),
    ):
        rows.append(_plain(f"{name}({c:.4g}) N", of(c) * N, claim, ASYMPTOTIC, None))
    return rows


def sharpest(problem: Problem, widths: str) -> dict[str, Any]:
    """The row of the certified minimum: over uniform widths, or over all width vectors."""
    bound = vector_bound.sharpest_minimum(problem.N, problem.b, problem.d, widths)
    w = bound.survivor
    return {
        "name": "certified Pmin" if widths == "uniform" else "certified Pmin, any widths",
        "parameters": bound.parameters,
        "claim": BEST,
        "arithmetic": INTEGERS,
        "architecture": [w[0], len(w)] if widths == "uniform" else list(w),
        "considered": bound.considered,
        "excluded": dict(bound.excluded),
    }


def _plain(
    name: str, value: float, claim: str, arithmetic: str, architecture: list[int] | None
) -> dict[str, Any]:
    return {
        "name": name,
        "parameters": value,
        "claim": claim,
        "arithmetic": arithmetic,
        "architecture": architecture,
        "considered": None,
        "excluded": {},
    }


def adversarial_draw(problem: Problem, Pmin: int) -> list[dict[str, Any]]:
    """How likely a random paired configuration is served, for named architectures.

    The largest class below the certified bound for which the count says something, and before it the
    largest one of all, where it may say nothing. ``log2_probability``: proved upper bound; 0 says
    nothing. Classes that can serve no configuration (K < n) are passed over.
    """
    rows: list[dict[str, Any]] = []
    for P, W, L in reversed(_classes(problem.d, Pmin)):
        exponent = vector_bound.failure_exponent(problem.N, problem.b, (W,) * L)
        if math.isinf(exponent) or (exponent == 0 and rows):
            continue
        rows.append({"W": W, "L": L, "parameters": P, "log2_probability": int(exponent)})
        if exponent < 0:
            break
    return rows


def _classes(d: int, most: int) -> list[tuple[int, int, int]]:
    """(P, W, L) of every uniform-width class with at most ``most`` parameters, increasing."""
    found = []
    for W in range(1, (most - 1) // (d + 2) + 1):
        deepest = (most - parameters(d, W, 1)) // (W * (W + 1)) + 1
        found += [(parameters(d, W, L), W, L) for L in range(1, deepest + 1)]
    return sorted(found)


# -- upper bounds ---------------------------------------------------------------------------------


def constructions() -> dict[str, Callable[..., Any]]:
    """Every ``*_any(points, labels, rng)`` of the wing's modules: they serve any distinct points."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(interp.__path__):
        if module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{interp.__name__}.{module.name}")
        for name, value in inspect.getmembers(loaded, inspect.isfunction):
            if name.endswith("_any") and value.__module__ == loaded.__name__:
                found[name] = value
    return dict(sorted(found.items(), reverse=True))


#: Beyond this N max(N, b) the folded nets take minutes (the dyadic points are 2^-(N-1) apart).
FOLDED_UP_TO = 1 << 18


def for_two_labels(problem: Problem) -> dict[str, Callable[..., Any]]:
    """What is built for labels 0 and 1 only: the folded lookup, where it is affordable."""
    from constructions.interp.fold_lookup import fold_lookup

    affordable = problem.N * max(problem.N, problem.b) <= FOLDED_UP_TO
    return {"fold_lookup": fold_lookup} if affordable else {}


def upper_bounds(problem: Problem, rng: Random) -> list[dict[str, Any]]:
    """Build every construction on every configuration and evaluate it exactly at all N points."""
    from constructions.interp.configurations import CONFIGURATIONS

    made = [make(problem.N, problem.b, rng, problem.d) for make in CONFIGURATIONS.values()]
    return [
        evaluated(name, construct, configuration, rng)
        # Some point sets are closer than asked for: no bound for this problem has to hold there.
        | {"in_problem": configuration.separation * 2**problem.b >= 1}
        for name, construct in {**constructions(), **for_two_labels(problem)}.items()
        for configuration in made
    ]


def evaluated(
    name: str, construct: Callable[..., Any], configuration: Any, rng: Random
) -> dict[str, Any]:
    """One net: its sizes, whether it interpolates exactly, and what floats make of it."""
    from constructions.interp.floats import wrong_labels

    points, labels = configuration.points, configuration.labels
    net = construct(points, labels, rng)
    floats = {
        f"{dtype}_wrong": wrong_labels(net, points, labels, dtype)
        for dtype in ("float32", "float64")
    }
    return describe(name, net, configuration) | floats


def describe(name: str, net: Any, configuration: Any) -> dict[str, Any]:
    """Sizes of a net, and whether it interpolates the configuration exactly."""
    return {
        "name": name,
        "configuration": configuration.name,
        "parameters": net.parameters,
        # A constant lies in the smallest class.
        "uniform_parameters": parameters(net.inputs, max(net.width, 1), max(net.depth, 1)),
        "nonzeros": net.nonzeros,
        "depth": net.depth,
        "width": net.width,
        "weight_bits": net.weight_bits,
        "log2_inverse_separation": round(log2(1 / configuration.separation), 2),
        "points": len(configuration.points),
        "verified": net.interpolates(configuration.points, configuration.labels),
    }


def log2(value: Any) -> float:
    """log2 of a positive rational, also beyond the range of floats. For display only."""
    return math.log2(value.numerator) - math.log2(value.denominator)


def smallest(rows: list[dict[str, Any]], count: str = "parameters") -> dict[str, Any] | None:
    """The smallest construction that interpolated every configuration; ``None`` if none did.

    Its P is the largest over the configurations of the problem: a bound has to hold for all of them,
    and only for them. ``count`` is
    ``parameters`` (of the net as built) or ``uniform_parameters`` (of the class of uniform width it
    lies in, which is what the lower bounds speak of).
    """
    sizes = {
        name: max(row[count] for row in rows if row["name"] == name and row.get("in_problem", True))
        for name in dict.fromkeys(row["name"] for row in rows)
        if all(row["verified"] for row in rows if row["name"] == name)
    }
    if not sizes:
        return None
    name = min(sizes, key=sizes.__getitem__)
    return {"construction": name, count: sizes[name]}
