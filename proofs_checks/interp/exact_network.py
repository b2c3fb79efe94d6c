"""Kind ``interp.exact_network``: this network takes these values at these points, exactly.

Statement: ``claim``; ``points``, an array of N distinct points (arrays of d rationals each);
``labels``, N rationals; ``parameters`` (dense count P), ``depth`` (hidden layers L) and ``width``
(widest hidden layer W). Evidence: ``network`` (:mod:`proofs_checks.relu`).

Accepted when the network has the stated size and its value at each point equals the label. That is
an upper bound for these N points and labels and says nothing about others. A claim with a bound of
its own takes only networks within it: ``interp.U1`` P <= 3N + d - 1, ``interp.U2`` on the line the
least pq + 2p + 2q + 1 with pq >= N. The others in :data:`CLAIMS` bound P by what depends on the points.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from proofs_checks import relu
from proofs_checks.reading import Rejected, claim_among, integer, mapping, rationals, sequence

#: The claims that assert networks on given points.
CLAIMS = (
    "interp.D4",
    "interp.D4A",
    "interp.FOLD",
    "interp.LOOKUP",
    "interp.U1",
    "interp.U2",
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
    values = relu.evaluate_all(network, points)
    for i, (value, label) in enumerate(zip(values, labels, strict=True)):
        if value != (label,):
            raise Rejected(f"network: does not take the stated label at point {i}")
    N, d = len(points), network.inputs
    most = _most(claim, N, d)
    if most is not None and network.parameters > most:
        raise Rejected(f"statement.parameters: {claim} allows {most} for N = {N}, d = {d}")
    return (
        f"N={N} points in dimension d={d} fitted exactly by P={network.parameters} parameters "
        f"(depth L={network.depth}, width W={network.width})"
    )


def _most(claim: str, N: int, d: int) -> int | None:
    """The most parameters of a network that the claim speaks of; ``None`` if N and d do not say."""
    if claim == "interp.U1":
        return 3 * N + d - 1
    if claim == "interp.U2":
        if d != 1:
            raise Rejected(f"statement.points: interp.U2 speaks of d = 1, got d = {d}")
        shapes = ((p, -(-N // p)) for p in range(1, N + 1))
        return min(p * q + 2 * p + 2 * q + 1 for p, q in shapes)
    return None


def _points(data: Any) -> list[tuple[Fraction, ...]]:
    rows = sequence(data, "statement.points")
    if not rows:
        raise Rejected("statement.points: must hold at least one point")
    d = len(sequence(rows[0], "statement.points[0]"))
    points = [rationals(row, f"statement.points[{i}]", d) for i, row in enumerate(rows)]
    if len(set(points)) != len(points):
        raise Rejected("statement.points: must be distinct")
    return points
