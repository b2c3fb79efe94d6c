"""Second checker of ``spgan.range_divergence``: sixty digits, and expectations of a basis of the range."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from naive import altered, keys, number, whole
from spgan.naive_divergence import NOTHING, meets
from spgan.plain_problem import dot, mean, numbers, spread

from proofs_checks.spgan.range_divergence import CLAIMS, MOST_BITS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "after(K, eta) != goal", "False"),
    ("check", "eta != goal", "False"),
    ("check", "not at_least(f.below(g, Q, P), low)", "False"),
    ("check", "not at_most(f.above(eta, P), high)", "False"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "kernel", "Q", "P", "f", "side", "low", "high"):
        return False
    if statement["claim"] not in CLAIMS or not keys(evidence, "potential", "eta", "bits"):
        return False
    if not whole(evidence["bits"], 53, MOST_BITS):
        return False
    n = len(statement["kernel"])
    K = [numbers(row, n) for row in statement["kernel"]]
    Q, P, eta = (numbers(R, n) for R in (statement["Q"], statement["P"], evidence["eta"]))
    if any(min(R) < 0 or sum(R) != 1 for R in (*K, Q, P, eta)):
        return False
    g, f = numbers(evidence["potential"], n), statement["f"]
    if statement["side"] == "functions":
        basis = [mean(K, [Fraction(x == y) for x in range(n)]) for y in range(n)]
        if any(dot(one, Q) != dot(one, eta) for one in basis):
            return False
        g = mean(K, g)
    elif statement["side"] == "measures":
        Q, P = spread(Q, K), spread(P, K)
        if eta != Q:
            return False
    else:
        return False
    low, high = number(statement["low"]), number(statement["high"])
    return meets(f, (g, Q, P), low, 1) and meets(f, (eta, P, None, Fraction(0)), high, -1)


def originals():
    """A transient kernel and a partition, both sides, three functions f."""
    from constructions.spgan.kernel_range import TRANSIENT, range_certificate
    from constructions.spgan.kernels import partition_kernel
    from constructions.spgan.spaces import probability

    rng = Random(9)
    K = partition_kernel([(0, 2), (1,)], [1, 1, 2])
    made = []
    for kernel in (TRANSIENT, K):
        sides = [probability([rng.randint(1, 9) for _ in range(3)]) for _ in "QP"]
        for f in ("KL", 2, Fraction(3, 2)):
            made += [
                range_certificate("spgan.T6", f, kernel, (sides[0], sides[1]), side=side)
                for side in ("functions", "measures")
            ]
    return made


def impostors():
    """The value of one side for the other, and eta with which there is no divergence.

    Between the sides of a kernel with transient states lies an interval; P, or the measure that the kernel
    makes of it, has other expectations than Q.
    """
    from constructions.spgan.kernel_range import TRANSIENT, range_certificate
    from constructions.spgan.spaces import probability

    sides, made = (probability([6, 1, 3]), probability([2, 2, 6])), []
    after = TRANSIENT.on_measure(sides[1])
    for f in ("KL", 2):
        true = {
            side: range_certificate("spgan.T6", f, TRANSIENT, sides, side=side)
            for side in ("functions", "measures")
        }
        for side, other, P in (
            ("functions", "measures", sides[1]),
            ("measures", "functions", after),
        ):
            bounds = {name: true[other]["statement"][name] for name in ("low", "high")}
            nothing = {"eta": [str(p) for p in P], "potential": [{2: "1"}.get(f, "0")] * 3}
            low, high = map(str, NOTHING)
            made += [
                altered(true[side], bounds, {}),
                altered(true[side], {"low": low, "high": high}, nothing),
            ]
    return made
