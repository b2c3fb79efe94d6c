"""Kind ``interp.two_layer_dichotomies``: the exact set of labellings of M points by two small layers.

Statement: ``claim``; ``widths``, units of the two hidden layers; ``points``, M strictly increasing
rationals; ``realisable``, the sorted list of all labellings (strings over 0 and 1) that some network
of these widths realises by 1{f > 0}. Evidence: ``networks``, one per realisable labelling in the same
order, and ``method`` and ``refuted``, which bound the label changes
(:mod:`proofs_checks.interp.two_layer`). A labelling that is not listed must change more often than
the bound allows; no other reason against a labelling is known here.
"""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

from proofs_checks.interp.one_layer import MAX_POINTS, read_labels, read_points
from proofs_checks.interp.two_layer import labels_of, read_bound, read_widths
from proofs_checks.reading import Rejected, claim_among, mapping, sequence

#: The claims about label changes and about numbers of dichotomies.
CLAIMS = (
    "interp.K",
    "interp.K2",
    "interp.KMAX",
    "interp.NORM",
    "interp.SIX",
    "interp.W1",
    "interp.W2",
    "interp.W3",
)


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Decide all 2^M labellings; the summary names the widths, M and how many are realisable."""
    mapping(statement, "statement", ("claim", "widths", "points", "realisable"))
    claim_among(statement, CLAIMS)
    widths = read_widths(statement["widths"], 2)
    points = read_points(statement["points"])
    M = len(points)
    if M > MAX_POINTS:
        raise Rejected(f"statement.points: at most {MAX_POINTS}, got {M}")
    name = "statement.realisable"
    listed = sequence(statement["realisable"], name)
    realisable = [read_labels(entry, f"{name}[{i}]", M) for i, entry in enumerate(listed)]
    if realisable != sorted(set(realisable)):
        raise Rejected(f"{name}: must be sorted and without repetition")
    parts = mapping(evidence, "evidence", ("networks", "method", "refuted"))
    networks = sequence(parts["networks"], "evidence.networks", len(realisable))
    for labels, network in zip(realisable, networks, strict=True):
        if labels_of(network, widths, points) != labels:
            raise Rejected(f"evidence.networks: the one for {labels} labels the points differently")
    bound = read_bound(widths, parts["method"], parts["refuted"])
    for labels in set(map("".join, product("01", repeat=M))) - set(realisable):
        if sum(one != two for one, two in pairwise(labels)) <= bound:
            raise Rejected(f"evidence: {labels} is neither realised nor refuted")
    return f"widths {list(widths)} realise exactly {len(realisable)} of {2**M} labellings of M={M} points"
