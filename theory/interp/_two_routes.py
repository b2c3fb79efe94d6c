"""Which points a network gets wrong, by two evaluations that share nothing but its weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from constructions.interp.exact_batch import wrong
from constructions.interp.network import ExactNet
from proofs_checks import relu
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational

Points = Sequence[tuple[Fraction, ...]]


def exported(net: ExactNet) -> dict[str, Any]:
    """The network as a reader of its file gets it: written as text and read again."""
    return json.loads(json.dumps(net.to_json()))


def on_line(numbers: Sequence[int | Fraction]) -> Points:
    """Numbers as points of dimension 1."""
    return [(Fraction(x),) for x in numbers]


def first_wrong(net: ExactNet, points: Points, labels: Sequence[int | Fraction]) -> int | None:
    """Index of the first point whose value is not its label; None if there is none.

    Found by :mod:`constructions.interp.exact_batch` and by the referee on the exported weights.
    Raises ``ArithmeticError`` when they disagree about a point.
    """
    built = wrong(net, points, labels)
    values = relu.evaluate_all(exported(net), points)
    refereed = [i for i, (v, y) in enumerate(zip(values, labels, strict=True)) if v != (y,)]
    if built != refereed:
        raise ArithmeticError(f"two evaluations disagree: wrong at {built}, and at {refereed}")
    return refereed[0] if refereed else None


def certificate(
    claim: str, net: ExactNet, points: Points, labels: Sequence[int | Fraction]
) -> dict[str, Any]:
    """A certificate of kind ``interp.exact_network`` from the exported weights."""
    statement = {
        "claim": claim,
        "points": [[show_rational(x) for x in point] for point in points],
        "labels": [show_rational(Fraction(y)) for y in labels],
        "parameters": net.parameters,
        "depth": net.depth,
        "width": net.width,
    }
    return seal("interp.exact_network", statement, {"network": exported(net)})
