r"""Two probabilities on a metric space with a structure: the part that statements have in common.

``metric`` and ``structure`` as in :mod:`proofs_checks.spgan.metric` and :mod:`proofs_checks.spgan.structure`;
``Q`` and ``P``, rationals; ``symmetrise``, those of "Q", "P" that are replaced by S Q, S P; ``functions``,
"all" or "invariant" (constant on the blocks). What a supremum over functions can tell apart are cells: single
points, or blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofs_checks.reading import Rejected, shown, text
from proofs_checks.spgan.metric import Metric, common, read_metric, read_probability
from proofs_checks.spgan.structure import Structure, read_structure

KEYS = ("metric", "structure", "Q", "P", "symmetrise", "functions")
CHOICES = ([], ["Q"], ["P"], ["Q", "P"])


@dataclass(frozen=True)
class Problem:
    """``Q`` and ``P`` are symmetrised already where the statement says so."""

    metric: Metric
    structure: Structure
    Q: tuple[Fraction, ...]
    P: tuple[Fraction, ...]
    invariant: bool
    cells: tuple[tuple[int, ...], ...]
    described: str

    def on_cells(self, masses: Sequence[Fraction]) -> list[Fraction]:
        """The masses of the cells."""
        return [sum((masses[x] for x in cell), Fraction(0)) for cell in self.cells]

    def demand_potential(self, u: Sequence[Fraction], name: str, L: Fraction = Fraction(1)) -> None:
        """:class:`Rejected` unless u is one of the functions: L-Lipschitz, and invariant if they are."""
        self.metric.demand_lipschitz(u, name, L)
        if self.invariant:
            self.structure.demand_constant(u, name)

    def demand_balance(
        self,
        flow: Sequence[tuple[int, int, Fraction]],
        source: Sequence[Fraction],
        target: Sequence[Fraction],
    ) -> None:
        """:class:`Rejected` unless the flow takes the masses ``source`` of the cells to ``target``.

        What enters and leaves a cell is compared; a point may be passed through. For every u among the
        functions, u(source) - u(target) is then the sum of mass (u(x) - u(y)), at most L times the cost.
        """
        cell_of = {x: i for i, cell in enumerate(self.cells) for x in cell}
        left = [s - t for s, t in zip(source, target, strict=True)]
        for x, y, mass in flow:
            left[cell_of[x]] -= mass
            left[cell_of[y]] += mass
        for i, rest in enumerate(left):
            if rest:
                raise Rejected(f"evidence.plan: does not balance at the point {self.cells[i][0]}")

    def cost(self, flow: Sequence[tuple[int, int, Fraction]]) -> Fraction:
        """The sum of mass d(x, y)."""
        return sum((mass * self.metric.between(x, y) for x, y, mass in flow), Fraction(0))


def read_problem(statement: dict[str, Any]) -> Problem:
    """The problem of a statement whose keys were compared already."""
    metric = read_metric(statement["metric"])
    structure = read_structure(statement["structure"], metric.size)
    Q, P = (read_probability(statement[k], f"statement.{k}", metric.size) for k in ("Q", "P"))
    symmetrised = statement["symmetrise"]
    if symmetrised not in CHOICES:
        raise Rejected(
            f'statement.symmetrise: must list "Q", "P", both or none, got {shown(symmetrised)}'
        )
    Q, P = (structure.average(R) if k in symmetrised else R for k, R in (("Q", Q), ("P", P)))
    common((*Q, *P), "statement.Q, statement.P")
    functions = text(statement["functions"], "statement.functions")
    if functions not in ("all", "invariant"):
        raise Rejected(f'statement.functions: must be "all" or "invariant", got {shown(functions)}')
    invariant = functions == "invariant"
    cells = structure.blocks if invariant else tuple((x,) for x in range(metric.size))
    names = ", ".join(f"S {k}" if k in symmetrised else k for k in ("Q", "P"))
    described = (
        f"{metric.size} points, {len(structure.blocks)} blocks, ({names}), {functions} functions"
    )
    return Problem(metric, structure, Q, P, invariant, cells, described)


def expectation(u: Sequence[Fraction], masses: Sequence[Fraction]) -> Fraction:
    """The sum of u(x) masses(x)."""
    return sum((v * p for v, p in zip(u, masses, strict=True) if p), Fraction(0))
