r"""DIRS: the direct count for sparse networks.

Symbols: s nonzero parameters, U hidden units, E possible entries of a graph; N points, 2^-b
separated, n = floor(N/2) pairs out of m = 2^(b-1) neighbours on a grid.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb
from random import Random
from types import MappingProxyType

from constructions.interp.configurations import paired
from constructions.interp.narrow import narrow_any
from constructions.interp.shallow import shallow_any
from constructions.interp.sparse_bound import SparseBound, sparse_minimum
from proofs_checks.certificate import Rejected, seal
from proofs_checks.certificate import check as referee
from proofs_checks.interp import sparse
from proofs_checks.interp.counting import Problem
from theory import CERTIFIED, EXACT, THEOREM, Claim, Derived, Outcome, established, refuted

TABLE = {(16, 64): 11, (64, 64): 34, (64, 1024): 39, (128, 128): 67}

DIRS = Claim(
    id="interp.DIRS",
    kind=THEOREM,
    title="Direct count for sparse networks",
    statement=r"If networks of s nonzero parameters, on acyclic graphs of U hidden units that may depend "
    r"on points and labels, interpolate every 0/1 labelling of every $2^{-b}$-separated N-set, then "
    r"$\binom mn \le \binom Es 2^{U+1} \binom{2^U}{n} \sum_{c \le \min(p, 2n)} e_c \binom pc D^c "
    r"(D-1)^{p-c}$ with $p = s - U$, $D = U + 1$, $E = 2(U+1) + \binom{U+1}2$. Hence the least numbers "
    r"of the table.",
    hypotheses={"every_labelling": r"all of $\{0,1\}^N$ on each N-set"},
    constants={"graphs": 1, "per_unit": 1, "table": MappingProxyType(TABLE)},
    source=Derived("DIR with one scaled entry per unit and one family per graph"),
    needs=("interp.DIR",),
    proof_needs=("interp.DIR", "interp.W0A"),
)


def served_at_most(claim: Claim, s: int, U: int, n: int, m: int) -> int:
    """The right-hand side as one integer, written from the statement."""
    E, p, D = 2 * (U + 1) + comb(U + 1, 2), max(s - claim["per_unit"] * U, 0), U + 1
    signs = sum(
        sum(comb(n, i) * m**i * comb(n, c - i) for i in range(c + 1))
        * comb(p, c)
        * D**c
        * (D - 1) ** (p - c)
        for c in range(min(p, 2 * n) + 1)
    )
    return (comb(E, s) if claim["graphs"] else 1) * 2 ** (U + 1) * comb(2**U, n) * signs


@DIRS.check(CERTIFIED, scope="four (N, b), any graph")
def table(claim: Claim) -> Outcome:
    """The referee goes through every smaller s and every U; the number found passes."""
    digests = []
    for (N, b), claimed in claim["table"].items():
        found = _least(N, b).certificate()
        statement = {**found["statement"], "nonzeros": claimed}
        try:
            digests.append(referee(seal(found["kind"], statement, found["evidence"])).digest)
        except Rejected as reason:
            return refuted({"N": N, "b": b, "claimed": claimed, "referee": str(reason)})
        if _least(N, b).nonzeros != claimed:
            return refuted({"N": N, "b": b, "claimed": claimed, "passes": _least(N, b).nonzeros})
    return established(certificates=digests)


@lru_cache(maxsize=8)
def _least(N: int, b: int) -> SparseBound:
    return sparse_minimum(N, b)


@DIRS.check(EXACT, scope="shallow and width-3 networks for N <= 16, b in {6, 64, 300}")
def networks_that_interpolate_pass(claim: Claim) -> Outcome:
    """The sizes of networks that do it are never excluded."""
    cases = 0
    for N in (2, 3, 4, 5, 8, 16):
        for b in (6, 64, 300):
            points, labels = (hard := paired(N, b, Random(N * b))).points, hard.labels
            # With the hypothesis dropped one labelling is enough: the constant one.
            labels = labels if claim.assumes("every_labelling") else (0,) * N
            for build in (shallow_any, narrow_any):
                net = build(points, labels, Random(0))
                if not net.interpolates(points, labels):
                    raise ArithmeticError(f"no network was built for N = {N}, b = {b}")
                # Every hinge has at least its two entries and one output weight.
                s, U = max(net.nonzeros, 1), sum(net.widths)
                if not claim.assumes("every_labelling"):
                    s, U = 1, 0
                cases += 1
                if served_at_most(claim, s, U, N // 2, 2 ** (b - 1)) < comb(2 ** (b - 1), N // 2):
                    return refuted({"N": N, "b": b, "nonzeros": s, "units": U})
    return established(cases=cases)


@DIRS.check(EXACT, scope="s <= 20, U <= 9, n <= 8, b <= 40: full integers")
def the_referee_counts_the_same(claim: Claim) -> Outcome:
    """A size is excluded by the referee exactly where the integers say so."""
    cases = 0
    for n, b in ((1, 3), (3, 9), (5, 20), (8, 40)):
        m = 2 ** (b - 1)
        for U in range(1, 10):
            for s in range(U + 1, 21):
                if 2**U < n or s > sparse.possible_entries(U):
                    continue
                cases += 1
                stated = served_at_most(claim, s, U, n, m) < comb(m, n)
                if stated != sparse.excluded(Problem(2 * n, b), s, U, 40):
                    return refuted({"n": n, "b": b, "s": s, "U": U, "excluded": stated})
    return established(cases=cases)


DIRS.falsifier(
    "35 nonzeros at (64, 64)",
    constants={"table": MappingProxyType({(64, 64): 35})},
    by="table",
    because="34 nonzeros with 6 units pass the test",
)
DIRS.falsifier(
    "one graph for all labellings",
    constants={"graphs": 0},
    by="the_referee_counts_the_same",
    because="the graph may depend on the labels",
)
DIRS.falsifier(
    "two entries of each unit scaled",
    constants={"per_unit": 2},
    by="the_referee_counts_the_same",
    because="a unit has one scale",
)
DIRS.falsifier(
    "one labelling of each set",
    drop="every_labelling",
    by="networks_that_interpolate_pass",
    because="a constant has one parameter",
)


@DIRS.inhabitant
def three_points(_: Claim) -> dict[str, bool]:
    """Networks of two hinges fit all eight labellings of three points."""
    points = (0, 1, 2)
    fits = [
        shallow_any(points, [(k >> i) & 1 for i in range(3)], Random(0)).interpolates(
            points, [(k >> i) & 1 for i in range(3)]
        )
        for k in range(8)
    ]
    return {"every_labelling": all(fits)}


@DIRS.boundary("more nonzeros than the graph has entries: excluded")
def no_such_graph(claim: Claim) -> Outcome:
    """C(E, s) = 0."""
    count = served_at_most(claim, 30, 2, 1, 64)
    passes = not sparse.excluded(Problem(2, 7), 30, 2, 32)
    return refuted({"count": count}) if count or passes else established(cases=1)
