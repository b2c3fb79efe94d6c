"""Problems as the plain data of a certificate's statement: metric, structure, probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from constructions.spgan.actions import Action
from constructions.spgan.spaces import FiniteMetric
from proofs_checks.rational import show_rational

__all__ = ["shown", "shown_flow", "state_action", "state_metric", "state_partition"]


def shown(numbers: Sequence[Fraction | int]) -> list[str]:
    """Rationals in the spelling of certificates."""
    return [show_rational(Fraction(x)) for x in numbers]


def shown_flow(flow: Sequence[tuple[int, int, Fraction]]) -> list[list[Any]]:
    """Entries [x, y, mass]."""
    return [[x, y, show_rational(mass)] for x, y, mass in flow]


def state_metric(metric: FiniteMetric) -> dict[str, Any]:
    """A grid by its side and weights, another metric by its matrix."""
    if metric.grid is not None:
        m, *weights = metric.grid
        return {"grid": m, "weights": shown(weights)}
    return {"matrix": [shown(row) for row in metric.distances]}


def state_action(action: Action) -> dict[str, Any]:
    """A group by the permutations of its generators."""
    return {"generators": [list(action.permutations[s]) for s in action.group.generators]}


def state_partition(
    blocks: Sequence[Sequence[int]], reference: Sequence[Fraction]
) -> dict[str, Any]:
    """Conditional probability given a partition."""
    return {"blocks": [list(block) for block in blocks], "reference": shown(reference)}
