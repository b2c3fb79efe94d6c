"""The finder of certified lower bounds: the least P that no counting test excludes.

Searching is untrusted; every verdict used here is one of the referee
(:mod:`proofs_checks.interp.counting`), and the certificate is checked again by it. The search is
short because classes are nested: if ``Class(1; W, L)`` is excluded, so is every narrower and every
shallower one (claim ``interp.NEST``). So one looks, for each width, at the deepest class with fewer
parameters than the best survivor known, and bisects only where that one survives.

Symbols: N points, 2^-b separated, in dimension d; W width, L hidden layers, P dense parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from numbers import Integral
from typing import Any

from proofs_checks.certificate import seal
from proofs_checks.interp.counting import (
    CLAIM,
    COUNTS,
    E_ABOVE,
    LIMITS,
    Problem,
    floor_log2_binomial,
    log2_served,
    most_changes,
    parameters,
    sides,
)
from proofs_checks.log2 import ceil_log2, floor_log2

TESTS = ("alternation", "vc", "pairs")
KIND = "interp.counting"
BITS = (
    32  # digits after the point of every logarithm; a comparison they leave open excludes nothing
)

#: The counts each test may use, the one that mostly decides first; on few inputs W1 is best for
#: shallow classes, W3 for deep ones.
COUNTS_OF = {"alternation": (None,), "vc": ("W1", "W3", "W2"), "pairs": (None, "W3", "W2", "W1")}


@dataclass(frozen=True)
class Exclusion:
    """One excluded class and the test that it fails: left < right."""

    W: int
    L: int
    test: str
    count: str | None
    left: int
    right: int


@dataclass(frozen=True)
class LowerBound:
    """No uniform-width class with fewer than ``parameters`` parameters does it.

    ``W``, ``L``: the first class that survives. ``considered``: how many classes have fewer
    parameters; ``excluded``: how many of them each test excluded. ``frontier``: the classes that
    contain all of these, with the failed test.
    """

    N: int
    b: int
    d: int
    parameters: int
    W: int
    L: int
    considered: int
    excluded: dict[str, int]
    frontier: tuple[Exclusion, ...] = field(repr=False)

    def certificate(self) -> dict[str, Any]:
        """Sealed certificate of kind ``interp.counting``; the referee needs nothing else."""
        statement = {
            "claim": CLAIM,
            "N": self.N,
            "b": self.b,
            "d": self.d,
            "widths": "uniform",
            "parameters": self.parameters,
        }
        excluded = [vars(exclusion) for exclusion in self.frontier]
        return seal(KIND, statement, {"precision": BITS, "excluded": excluded})


def certified_minimum(N: int, b: int, d: int = 1, tests: tuple[str, ...] = TESTS) -> LowerBound:
    """Least dense P of a uniform-width class not excluded for N points, 2^-b separated, in R^d.

    Raises ``ValueError`` for N < 2, d < 1, b < 1, 2^b < N (N separated points do not fit), a size
    beyond the referee's limits, or an unknown test.
    """
    N, b, d = validate(N, b, d)
    unknown = [test for test in tests if test not in TESTS]
    if unknown or not tests:
        raise ValueError(f"tests: must be chosen from {', '.join(TESTS)}, got {tests!r}")
    search = _Search(Problem(N, b), d, lambda W, L: find_exclusion(N, b, W, L, tests))
    return search.run()


def validate(N: int, b: int, d: int = 1) -> tuple[int, int, int]:
    """N, b, d as plain integers (numpy's overflow).

    ``ValueError`` unless N points that are 2^-b separated exist in R^d, within limits.
    """
    read: list[int] = []
    for name, value, least in (("N", N, 2), ("b", b, 1), ("d", d, 1)):
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or not least <= value <= LIMITS[name]:
            raise ValueError(
                f"{name}: must be an integer from {least} to {LIMITS[name]}, got {value!r}"
            )
        read.append(int(value))
    N, b, d = read
    if N > 1 << b:
        raise ValueError(
            f"b: N = {N} points separated by 2^-b do not fit; "
            f"b must be at least log2 N = {(N - 1).bit_length()} (rounded up), got {b}"
        )
    return N, b, d


@lru_cache(maxsize=1 << 14)
def find_exclusion(
    N: int, b: int, W: int, L: int, tests: tuple[str, ...] = TESTS
) -> Exclusion | None:
    """The first test that excludes ``Class(1; W, L)``, or ``None`` if it survives all of them."""
    for test in tests:
        for count in COUNTS_OF[test]:
            proved = sides(Problem(N, b), W, L, test, count, bits=BITS)
            if proved is not None and proved[0] < proved[1]:
                return Exclusion(W, L, test, count, *proved)
    return None


class _Search:
    """Walk over the widths; ``best`` is the least P of a survivor so far."""

    def __init__(
        self, problem: Problem, d: int, exclusion: Callable[[int, int], Exclusion | None]
    ) -> None:
        self.problem, self.d, self.exclusion = problem, d, exclusion
        # N - 1 hinges interpolate everything, so the search is bounded from the start.
        self.W, self.L = max(problem.N - 1, 1), 1
        self.found: dict[tuple[int, int], Exclusion] = {}

    @property
    def best(self) -> int:
        return parameters(self.d, self.W, self.L)

    def run(self) -> LowerBound:
        W = 1
        while (depth := self.deepest(W)) >= 1:
            widest = self.widest(W, depth)
            if self.excluded(widest, depth):
                W = widest  # every width up to here, at every depth that matters
            elif not self.excluded(W, depth):
                self.L = self.bisect(W, depth)
                self.W = W
            W += 1
        return self.result()

    def deepest(self, W: int) -> int:
        """Largest L with P(d; W, L) < best."""
        spare = self.best - 1 - parameters(self.d, W, 1)
        return spare // (W * (W + 1)) + 1 if spare >= 0 else 0

    def widest(self, W: int, depth: int) -> int:
        """Largest width whose ``deepest`` is still ``depth``."""
        low, high = W, self.best
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.deepest(middle) >= depth else (low, middle)
        return low

    def bisect(self, W: int, depth: int) -> int:
        """A surviving depth whose predecessor is excluded; ``depth`` survives."""
        low, high = 0, depth
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.excluded(W, middle) else (low, middle)
        return high

    def excluded(self, W: int, L: int) -> bool:
        exclusion = self.exclusion(W, L)
        if exclusion is not None:
            self.found[W, L] = exclusion
        return exclusion is not None

    def result(self) -> LowerBound:
        frontier = tuple(
            self.found[W, L]
            for W, L in sorted(self.found)
            if not any((w, l) != (W, L) and w >= W and l >= L for w, l in self.found)
        )
        tally: dict[str, int] = {}
        for W, L in self.small_classes():
            test = self.attribute(W, L, frontier)
            tally[test] = tally.get(test, 0) + 1
        return LowerBound(
            *(self.problem.N, self.problem.b, self.d, self.best, self.W, self.L),
            considered=sum(tally.values()),
            excluded=tally,
            frontier=frontier,
        )

    def small_classes(self) -> list[tuple[int, int]]:
        widths = range(1, (self.best - 2) // (self.d + 2) + 1)
        return [(W, L) for W in widths for L in range(1, self.deepest(W) + 1)]

    def attribute(self, W: int, L: int, frontier: tuple[Exclusion, ...]) -> str:
        """The cheapest test that excludes the class: its own alternation, else one above it."""
        tests = {one.test for one in frontier if one.W >= W and one.L >= L}
        if tests & {"alternation"} or (
            any(one.test == "alternation" for one in frontier)
            and most_changes(W, L) < self.problem.N - 1
        ):
            return "alternation"
        return next(test for test in TESTS if test in tests)


# -- numbers that explain the bound ---------------------------------------------------------------


def failure_exponent(N: int, b: int, W: int, L: int) -> float:
    """Least proved x with: a random paired configuration is served with probability <= 2^x.

    The probability is over the uniform choice of n of the m pairs, for *any* weights of
    ``Class(1; W, L)``; it is at most |F| C(K, n) / C(m, n). An integer; 0 says nothing, ``-inf``
    that no configuration at all is served (K < n).
    """
    N, b, _ = validate(N, b)
    problem = Problem(N, b)
    K = most_changes(W, L)
    if problem.n > K:
        return -inf
    if problem.m <= K:
        return 0
    served = min(log2_served(problem, W, L, count, BITS) for count in COUNTS)
    drawn = floor_log2_binomial(problem.m, problem.n, BITS)
    return min(0, -((drawn - served) >> BITS))


def closed_form(N: int, b: int, d: int = 1) -> tuple[int, int, int]:
    """D2: least P with P (b + WL + log2(4e(L+1)/P)) >= n (b - 1 - L log2(W+1)) - 1; (P, W, L).

    Weaker than :func:`certified_minimum`, but readable; logarithms are rounded so that it stays a
    lower bound.
    """
    N, b, d = validate(N, b, d)
    n = N // 2

    def exclusion(W: int, L: int) -> Exclusion | None:
        P = parameters(1, W, L)
        e, one = E_ABOVE
        slack = ceil_log2(4 * e * (L + 1), BITS) - floor_log2(one * P, BITS)
        left = P * (((b + W * L) << BITS) + slack)
        right = n * (((b - 1) << BITS) - L * ceil_log2(W + 1, BITS)) - (1 << BITS)
        return Exclusion(W, L, "pairs", "W2", left, right) if left < right else None

    bound = _Search(Problem(N, b), d, exclusion).run()
    return bound.parameters, bound.W, bound.L


def alpha(c: float) -> float:
    """D3: the positive root of a^2 + a(c + 1/2) - c/2 = 0; P >= alpha(c) N (1 - o(1)) at b = cN."""
    if not c > 0:
        raise ValueError(f"c: must be positive, got {c!r}")
    # The stable form of (-(c + 1/2) + sqrt((c + 1/2)^2 + 2c)) / 2, where neither square overflows.
    if c < 1:
        half = c + 0.5
        return c / (half + (half * half + 2 * c) ** 0.5)
    half = 1 + 0.5 / c
    return 1 / (half + (half * half + 2 / c) ** 0.5)
