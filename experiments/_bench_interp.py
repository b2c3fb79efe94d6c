"""The `interp` wing against straightforward versions of the same work."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from constructions.interp import configurations, exact_batch, lower_bound, vector_bound
from constructions.interp.hash_then_bits import hash_then_bits
from constructions.interp.network import ExactNet
from experiments.benchmark import Race
from proofs_checks import log2, relu
from proofs_checks.interp import counting, direct

Answer = tuple[int, int, int]


def races() -> list[Race]:
    """Certified minima, exact evaluation of large nets, and cold starts."""
    certified = [
        Race(
            f"certified minimum N={N} b={b}",
            lambda N=N, b=b: ours(N, b),
            (lambda N=N, b=b: straightforward(N, b)) if N <= 256 else None,
            "ref.: every class in turn, full integers"
            if N <= 256
            else "the straightforward version takes over a minute",
            runs=3,
        )
        for N, b in ((64, 64), (256, 256), (256, 1024), (1024, 1024), (4096, 4096))
    ]
    sharper = [
        Race(
            f"sharper minimum N={N} b={b} {widths}",
            lambda N=N, b=b, widths=widths: sharpest(N, b, widths),
            (lambda N=N, b=b: ours(N, b)) if widths == "uniform" else None,
            "ref.: the weaker bound above"
            if widths == "uniform"
            else "no other search over all width vectors",
            runs=3,
            same_answer=False,
        )
        for N, b, widths in (
            (64, 64, "uniform"),
            (256, 256, "uniform"),
            (1024, 1024, "uniform"),
            (64, 64, "general"),
        )
    ]
    bare = command("-c", "pass")
    starts = [
        Race(name, command(*arguments), bare, "ref.: python -c pass", same_answer=False)
        for name, arguments in (
            ("interp_lower_bound --help", ("-m", "experiments.interp_lower_bound", "--help")),
            ("python -m theory list", ("-m", "theory", "list")),
            ("pytest theory --collect-only", ("-m", "pytest", "theory", "--collect-only", "-q")),
        )
    ]
    return (
        certified + sharper + [every_point(N, runs) for N, runs in ((4096, 3), (65536, 1))] + starts
    )


@cache
def memorised(N: int) -> tuple[ExactNet, tuple[Any, ...], tuple[Any, ...]]:
    """A net for N keys of 64 bits, the keys and their labels; built by whoever comes first."""
    keys = configurations.paired(N, 64, Random(N))
    points, labels = tuple(keys.points), tuple(keys.labels)
    return hash_then_bits(points, labels, Random(0)), points, labels


def every_point(N: int, runs: int) -> Race:
    """The same net evaluated exactly at all N points, by two routes."""
    return Race(
        f"hash_then_bits N={N}, every point",
        lambda: exact_batch.wrong(*memorised(N)),
        lambda: refereed(*memorised(N)),
        "ref.: the referee, from JSON",
        runs=runs,
    )


def refereed(net: ExactNet, points: Any, labels: Any) -> list[int]:
    """Indices of the points at which the net, exported and read again, does not have the label."""
    values = relu.evaluate_all(json.loads(json.dumps(net.to_json())), points)
    return [i for i, (v, y) in enumerate(zip(values, labels, strict=True)) if v != (y,)]


def forget() -> None:
    """Nothing is kept from an earlier run."""
    for cached in (
        lower_bound.find_exclusion,
        vector_bound.exclusion,
        direct.pattern_sets,
        counting.floor_log2_binomial,
        counting.ceil_log2_binomial,
    ):
        cached.cache_clear()
    log2.forget()


def sharpest(N: int, b: int, widths: str) -> int:
    """P by the sharper tests."""
    forget()
    return vector_bound.sharpest_minimum(N, b, widths=widths).parameters


def ours(N: int, b: int) -> Answer:
    """(P, W, L) from the pruned search."""
    forget()
    bound = lower_bound.certified_minimum(N, b)
    return bound.parameters, bound.W, bound.L


def straightforward(N: int, b: int) -> Answer:
    """(P, W, L) of the first class, in order of P, whose integers pass all tests."""
    classes = sorted(
        (counting.parameters(1, W, L), W, L)
        for W in range(1, N)
        for L in range(1, 3 * N)
        if counting.parameters(1, W, L) <= 3 * N - 2
    )
    return next(one for one in classes if not excluded(N, b, *one[1:]))


def excluded(N: int, b: int, W: int, L: int) -> bool:
    """The three tests on full integers."""
    K, n, m = counting.most_changes(W, L), N // 2, 1 << (b - 1)
    if K < N - 1 or value(counting.layerwise_count(W, L, N)) < 1 << N:
        return True
    if not n <= K < m:
        return False
    need = Fraction(math.comb(m, n), math.comb(K, n))
    return any(value(count(W, L, 2 * m)) < need for count in counting.COUNTS.values())


def value(powers: counting.Powers) -> Fraction:
    """The product itself."""
    top = math.prod(x**e for x, e in powers if e > 0)
    return Fraction(top, math.prod(x**-e for x, e in powers if e < 0))


def command(*arguments: str) -> Callable[[], int]:
    """A cold start of the interpreter."""

    def start() -> int:
        return subprocess.run(
            [sys.executable, *arguments], capture_output=True, check=False
        ).returncode

    return start
