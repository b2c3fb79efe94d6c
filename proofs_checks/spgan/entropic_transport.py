r"""Kind ``spgan.entropic_transport``: an entropic transport cost lies in [low, high].

Statement: ``claim``; the problem (:mod:`proofs_checks.spgan.problem`), its metric being the cost; ``epsilon``
e > 0; ``cost``, "plain" or "soft-min"; ``low``, ``high``. With G(x, y) = exp(-c(x, y) / e), for "soft-min"
averaged over y by the structure (the mean of exp(-c(x, T_s y) / e) over s), accepted is low <= D <= high for

    D = sup { E_Q a + E_P b - e E_{Q x P}[exp((a + b) / e) G] + e }

over all a, b: min { <pi, c> + e KL(pi || Q x P) : pi couples Q and P }, or over invariant ones: the same on
blocks, with G averaged by Q x P there. Evidence: ``a``, ``b``, potentials on the cells (points, or blocks),
for low; ``plan``, rows of a coupling of the cells' masses, of which high is the cost; ``bits``, the
precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from proofs_checks.reading import (
    Rejected,
    claim_among,
    integer,
    mapping,
    rational,
    rationals,
    sequence,
)
from proofs_checks.spelling import rounded
from proofs_checks.spgan.entropies import ball
from proofs_checks.spgan.metric import common
from proofs_checks.spgan.problem import KEYS, Problem, read_problem

CLAIMS = ("spgan.T4",)
MOST_POINTS, MOST_BITS = 64, 2000
LARGEST = 1 << 16  #: largest |a| / e, |b| / e and c / e


@dataclass(frozen=True)
class Gibbs:
    """Masses of the cells, and E_{Q x P}[G] on every pair of cells with positive masses (else None)."""

    q: list[Fraction]
    p: list[Fraction]
    weights: list[list[arb | None]]
    e: Fraction

    def below(self, a: Sequence[Fraction], b: Sequence[Fraction]) -> arb:
        """The dual value of a, b."""
        linear = sum(
            (x * v for x, v in zip((*self.q, *self.p), (*a, *b), strict=True)), Fraction(0)
        )
        total = arb(0)
        for v, row in zip(a, self.weights, strict=True):
            for w, weight in zip(b, row, strict=True):
                if weight is not None:
                    total += ball((v + w) / self.e).exp() * weight
        return ball(linear) + ball(self.e) * (1 - total)

    def above(self, plan: Sequence[Sequence[Fraction]]) -> arb:
        """The cost of a coupling: e times the sum of pi log(pi / E[G])."""
        total = arb(0)
        for row, weights in zip(plan, self.weights, strict=True):
            for mass, weight in zip(row, weights, strict=True):
                if mass and weight is not None:  # a coupling has no mass where q p = 0
                    total += ball(mass) * (ball(mass) / weight).log()
        return ball(self.e) * total


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` with what is proved instead."""
    mapping(statement, "statement", ("claim", *KEYS, "epsilon", "cost", "low", "high"))
    claim_among(statement, CLAIMS)
    problem = read_problem(statement)
    e, low, high = (rational(statement[k], f"statement.{k}") for k in ("epsilon", "low", "high"))
    if statement["cost"] not in ("plain", "soft-min"):
        raise Rejected('statement.cost: must be "plain" or "soft-min"')
    parts = mapping(evidence, "evidence", ("a", "b", "plan", "bits"))
    n = len(problem.cells)
    a, b = (rationals(parts[k], f"evidence.{k}", n) for k in ("a", "b"))
    bits = integer(parts["bits"], "evidence.bits", 53, MOST_BITS)
    with ctx.workprec(bits):
        found = gibbs(problem, e, soft=statement["cost"] == "soft-min")
        if max(map(abs, (*a, *b))) > LARGEST * e:
            raise Rejected(f"evidence.a, evidence.b: must be at most {LARGEST} epsilon")
        if not (value := found.below(a, b)) >= ball(low):
            raise Rejected(f"evidence.a: proves {value.str(17)}, not {rounded(low, '.17g')}")
        plan = read_coupling(parts["plan"], found)
        if not (value := found.above(plan)) <= ball(high):
            raise Rejected(f"evidence.plan: proves {value.str(17)}, not {rounded(high, '.17g')}")
    cost = f"{statement['cost']} cost, epsilon={e}"
    return f"{problem.described}, {cost}: in [{rounded(low, '.15g')}, {rounded(high, '.15g')}]"


def gibbs(problem: Problem, e: Fraction, *, soft: bool) -> Gibbs:
    """The problem on its cells, at the working precision."""
    size = problem.metric.size
    if e <= 0 or size > MOST_POINTS:
        raise Rejected(
            f"statement.epsilon: must be positive, on at most {MOST_POINTS} points, got {e}"
        )
    G = []
    for x in range(size):
        row = [problem.metric.between(x, y) / e for y in range(size)]
        if max(row) > LARGEST:
            raise Rejected(f"statement.epsilon: distances must be at most {LARGEST} epsilon")
        factors = [(-ball(c)).exp() for c in row]
        G.append(_averaged(factors, problem) if soft else factors)
    weights: list[list[arb | None]] = []
    for one in problem.cells:
        line: list[arb | None] = []
        for two in problem.cells:
            pairs = [(x, y, problem.Q[x] * problem.P[y]) for x in one for y in two]
            inner = [ball(mass) * G[x][y] for x, y, mass in pairs if mass]
            line.append(sum(inner, arb(0)) if inner else None)
        weights.append(line)
    return Gibbs(problem.on_cells(problem.Q), problem.on_cells(problem.P), weights, e)


def _averaged(factors: Sequence[arb], problem: Problem) -> list[arb]:
    """The mean over the block of y, weighted by the reference."""
    made = list(factors)
    reference = problem.structure.reference
    for block in problem.structure.blocks:
        whole = sum((reference[y] for y in block), Fraction(0))
        mean = sum((ball(reference[y] / whole) * factors[y] for y in block), arb(0))
        for y in block:
            made[y] = mean
    return made


def read_coupling(value: Any, found: Gibbs) -> list[tuple[Fraction, ...]]:
    """Rows of masses that are not negative and have the marginals q and p."""
    n = len(found.q)
    rows = [
        rationals(row, f"evidence.plan[{i}]", n)
        for i, row in enumerate(sequence(value, "evidence.plan", n))
    ]
    if min(map(min, rows)) < 0:
        raise Rejected("evidence.plan: must not be negative")
    for lines, masses in ((rows, found.q), (list(zip(*rows, strict=True)), found.p)):
        for i, (line, mass) in enumerate(zip(lines, masses, strict=True)):
            tops, bottom = common(line, "evidence.plan")
            if Fraction(sum(tops), bottom) != mass:
                raise Rejected(f"evidence.plan: has a wrong marginal at {i}")
    return rows
