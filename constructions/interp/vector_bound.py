"""The finder of the sharper lower bounds, over uniform widths or all width vectors.

The tests are the referee's (:mod:`proofs_checks.interp.vectors`); a certificate holds only the
statement, because the referee goes through all smaller classes itself.

Symbols: N points, 2^-b separated, in dimension d; w width vector, P dense parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count
from math import inf
from typing import Any

from constructions.interp.lower_bound import validate
from proofs_checks.certificate import seal
from proofs_checks.interp.counting import Problem, floor_log2_binomial
from proofs_checks.interp.direct import (
    Widths,
    log2_crossings,
    log2_direct,
    recursive_changes,
    vector_parameters,
)
from proofs_checks.interp.vectors import CLAIM, MOST_CLASSES, classes, excluded

KIND = "interp.vectors"
BITS = (
    32  # digits after the point of every logarithm; a comparison they leave open excludes nothing
)
WIDTHS = ("uniform", "general")


@dataclass(frozen=True)
class VectorBound:
    """No class of the kind ``widths`` with fewer than ``parameters`` parameters does it.

    ``survivor``: a class of that size that passes every test. ``excluded``: how many of the
    ``considered`` classes before it, in order of size, fell to each test.
    """

    N: int
    b: int
    d: int
    widths: str
    parameters: int
    survivor: Widths
    considered: int
    excluded: dict[str, int]

    def certificate(self) -> dict[str, Any]:
        """Sealed certificate of kind ``interp.vectors``."""
        statement = {
            "claim": CLAIM,
            "N": self.N,
            "b": self.b,
            "d": self.d,
            "widths": self.widths,
            "parameters": self.parameters,
        }
        return seal(KIND, statement, {"precision": BITS})


def sharpest_minimum(N: int, b: int, d: int = 1, widths: str = "uniform") -> VectorBound:
    """Least dense P of a class that passes every test, for N points, 2^-b separated, in R^d.

    ``widths``: "uniform" for Class(d; W, ..., W), "general" for every width vector. Raises
    ``ValueError`` for what :func:`validate` refuses, for another ``widths``, and when more than
    ``MOST_CLASSES`` vectors would have to be gone through (general widths: N up to about 80).
    """
    N, b, d = validate(N, b, d)
    if widths not in WIDTHS:
        raise ValueError(f"widths: must be uniform or general, got {widths!r}")
    tally: dict[str, int] = {}
    for considered, w in enumerate(_by_size(d, widths)):
        if considered > MOST_CLASSES:
            raise ValueError(
                f"N: general widths are gone through up to {MOST_CLASSES} classes, "
                f"and N = {N}, b = {b} needs more"
            )
        test = exclusion(N, b, w)
        if test is None:
            P = vector_parameters(d, w)
            return VectorBound(N, b, d, widths, P, w, considered, tally)
        tally[test] = tally.get(test, 0) + 1
    raise AssertionError("N - 1 hinges interpolate everything, so some class survives")


def failure_exponent(N: int, b: int, w: Widths) -> float:
    """Least proved x with: a random paired configuration is served with probability <= 2^x.

    For *any* weights of ``Class(1; w)``, over the uniform choice of n of the m pairs; an integer, 0
    where the counts say nothing, ``-inf`` where no configuration is served at all.
    """
    N, b, _ = validate(N, b)
    problem = Problem(N, b)
    drawn = floor_log2_binomial(problem.m, problem.n, BITS)
    direct, ups = log2_direct(problem, w, BITS), -(-recursive_changes(w) // 2)
    if direct is None or ups < problem.n:
        return -inf
    served = [direct] + ([log2_crossings(problem, w, BITS)] if ups < problem.m else [])
    return min(0, -((drawn - min(served)) >> BITS))


def rate(c: float) -> float:
    """D3A: min(1/2, 3c/(4c + 1)); uniform widths have P >= rate(c) N (1 - o(1)) at b = cN."""
    if not c > 0:
        raise ValueError(f"c: must be positive, got {c!r}")
    return min(0.5, 3 / (4 + 1 / c))


@lru_cache(maxsize=1 << 16)
def exclusion(N: int, b: int, w: Widths) -> str | None:
    """The test that excludes ``Class(1; w)``, or ``None``."""
    return excluded(Problem(N, b), w, BITS)


def _by_size(d: int, widths: str) -> Iterator[Widths]:
    """All classes in order of P, widths in lexicographic order among equals."""
    step = 32 if widths == "uniform" else 4

    def slab(i: int) -> list[Widths]:
        low, high = i * step, (i + 1) * step
        sized = ((vector_parameters(d, w), w) for w in classes(d, widths, high))
        return [w for _, w in sorted(one for one in sized if one[0] >= low)]

    return chain.from_iterable(slab(i) for i in count())
