"""Kind ``interp.alternation``: label changes at M points of k ReLU units (one hidden layer, d = 1).

Statement: ``claim``; ``units`` k; ``points``, M strictly increasing rationals; ``changes`` C < M,
the most label changes along the points that such a network has. Evidence: ``refuted``, with one
entry ``{"subset", "labels", "multipliers"}`` for every alternating labelling of every C + 2 of the
points (so none if C = M - 1), and ``network``, a network with exactly C changes.

A labelling with more than C changes alternates on some C + 2 of the points, so refuting those
suffices. The statement is about these points; that Kmax does not depend on them is another claim.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

from proofs_checks import relu
from proofs_checks.interp.one_layer import demand_realised, demand_refuted, demand_size, read_points
from proofs_checks.reading import Rejected, claim_among, integer, mapping, sequence

CLAIMS = ("interp.K", "interp.K2")  #: the claims about label changes


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Check both sides; the summary names k, M and the number of changes."""
    mapping(statement, "statement", ("claim", "units", "points", "changes"))
    claim_among(statement, CLAIMS)
    units = integer(statement["units"], "statement.units", 1)
    points = read_points(statement["points"])
    M = len(points)
    demand_size(units, M)
    changes = integer(statement["changes"], "statement.changes", 0, M - 1)
    parts = mapping(evidence, "evidence", ("network", "refuted"))
    network = relu.read(parts["network"])
    if network.inputs != 1 or network.outputs != 1:
        raise Rejected("network: must have 1 input and 1 output")
    labels = "".join("01"[relu.evaluate(network, (p,))[0] > 0] for p in points)
    demand_realised(units, points, labels, parts["network"])
    if sum(a != b for a, b in pairwise(labels)) != changes:
        raise Rejected(f"network: labels the points {labels}, which is not {changes} changes")
    wanted = alternations(M, changes + 2)
    refuted = sequence(parts["refuted"], "evidence.refuted", len(wanted))
    for i, (entry, (subset, labels)) in enumerate(zip(refuted, wanted, strict=True)):
        name = f"evidence.refuted[{i}]"
        listed = mapping(entry, name, ("subset", "labels", "multipliers"))
        if listed["subset"] != list(subset) or listed["labels"] != labels:
            raise Rejected(f"{name}: must refute {labels} on the points {subset}")
        demand_refuted(units, [points[j] for j in subset], labels, listed["multipliers"])
    plural = "unit has" if units == 1 else "units have"
    return f"{units} {plural} at most, and attained, {changes} label changes at these M={M} points"


def alternations(M: int, size: int) -> list[tuple[tuple[int, ...], str]]:
    """Both alternating labellings of every ``size`` of M points, in the order of the evidence."""
    pair = [("01" * size)[first : first + size] for first in (0, 1)]
    return [(subset, labels) for subset in combinations(range(M), size) for labels in pair]
