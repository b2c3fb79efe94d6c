"""Kind ``interp.exact_network``: this network takes these values at these points, exactly.

Statement: ``claim``; ``points``, an array of N distinct points (arrays of d rationals each);
``labels``, N rationals; ``parameters`` (dense count P), ``depth`` (hidden layers L) and ``width``
(widest hidden layer W). Evidence: ``network`` (:mod:`proofs_checks.relu`).

Accepted when the network has the stated size and its value at each point equals the label. That is
an upper bound for these N points and labels and says nothing about others, so only the claims in
:data:`CLAIMS` may be named, and ``interp.U1`` only when P <= 3N + d - 1, its own bound.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from proofs_checks import relu
from proofs_checks.reading import Rejected, claim_among, integer, mapping, rationals, sequence

#: The claims that assert networks of a certain size on given points.
CLAIMS = (
    "interp.D4",
    "interp.D4A",
    "interp.FOLD",
    "interp.K",
    "interp.LOOKUP",
    "interp.P1",
    "interp.U1",
    "interp.V1",
)

_SIZE = ("parameters", "depth", "width")


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Evaluate the network at every point; the summary names N, d, P, L and W."""
    mapping(statement, "statement", ("claim", "points", "labels", *_SIZE))
    claim = claim_among(statement, CLAIMS)
    points = _points(statement["points"])
    labels = rationals(statement["labels"], "statement.labels", len(points))
    network = relu.read(mapping(evidence, "evidence", ("network",))["network"])
    if network.inputs != len(points[0]) or network.outputs != 1:
        raise Rejected(
            f"network: must have {len(points[0])} inputs and 1 output, "
            f"got {network.inputs} and {network.outputs}"
        )
    for name in _SIZE:
        stated, actual = integer(statement[name], f"statement.{name}", 0), getattr(network, name)
        if stated != actual:
            raise Rejected(f"statement.{name}: the network has {actual}, not {stated}")
    for i, (point, label) in enumerate(zip(points, labels, strict=True)):
        if relu.evaluate(network, point) != (label,):
            raise Rejected(f"network: does not take the stated label at point {i}")
    N, d = len(points), network.inputs
    if claim == "interp.U1" and network.parameters > 3 * N + d - 1:
        raise Rejected(f"statement.parameters: interp.U1 allows 3N + d - 1 = {3 * N + d - 1}")
    return (
        f"N={N} points in dimension d={d} fitted exactly by P={network.parameters} parameters "
        f"(depth L={network.depth}, width W={network.width})"
    )


def _points(data: Any) -> list[tuple[Fraction, ...]]:
    rows = sequence(data, "statement.points")
    if not rows:
        raise Rejected("statement.points: must hold at least one point")
    d = len(sequence(rows[0], "statement.points[0]"))
    points = [rationals(row, f"statement.points[{i}]", d) for i, row in enumerate(rows)]
    if len(set(points)) != len(points):
        raise Rejected("statement.points: must be distinct")
    return points
