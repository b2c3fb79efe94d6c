"""Kind ``interp.dichotomies``: the exact set of labellings of M points by k ReLU units (d = 1).

Statement: ``claim``; ``units`` k; ``points``, strictly increasing rationals; ``realisable``, the
sorted list of all labellings (strings over 0 and 1) that some network with one hidden layer of k
units realises. Evidence: ``networks``, one network per realisable labelling in the same order, and
``refuted``, a list of ``{"subset": [indices], "labels": "...", "multipliers": [[...], ...]}``.

Every labelling that is not listed must agree with a refuted one on the subset of the latter. The
cells, and why multipliers refute a labelling: :mod:`proofs_checks.interp.one_layer`.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from proofs_checks.interp.one_layer import (
    demand_realised,
    demand_refuted,
    demand_size,
    read_labels,
    read_points,
)
from proofs_checks.reading import Rejected, claim_among, integer, mapping, sequence

#: The claims about numbers of dichotomies and of label changes.
CLAIMS = (
    "interp.K",
    "interp.NEST",
    "interp.SON",
    "interp.W0",
    "interp.W1",
    "interp.W2",
    "interp.W3",
)

_Refuted = tuple[tuple[int, ...], str]


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Decide all 2^M labellings; the summary names k, M and how many are realisable."""
    mapping(statement, "statement", ("claim", "units", "points", "realisable"))
    claim_among(statement, CLAIMS)
    units = integer(statement["units"], "statement.units", 1)
    points = read_points(statement["points"])
    M = len(points)
    demand_size(units, M)
    realisable = _labellings(statement["realisable"], M)
    parts = mapping(evidence, "evidence", ("networks", "refuted"))
    networks = sequence(parts["networks"], "evidence.networks", len(realisable))
    for labels, network in zip(realisable, networks, strict=True):
        demand_realised(units, points, labels, network)
    listed = sequence(parts["refuted"], "evidence.refuted")
    if len(listed) > 2**M:
        raise Rejected(
            f"evidence.refuted: at most {2**M} labellings of {M} points, got {len(listed)}"
        )
    refuted = [
        _refuted(entry, f"evidence.refuted[{i}]", units, points) for i, entry in enumerate(listed)
    ]
    for labels in set(map("".join, product("01", repeat=M))) - set(realisable):
        if not any(_agrees(labels, part) for part in refuted):
            raise Rejected(f"evidence: {labels} is neither realised nor refuted")
    plural = "unit realises" if units == 1 else "units realise"
    return f"{units} {plural} exactly {len(realisable)} of {2**M} labellings of M={M} points"


def _labellings(data: Any, M: int) -> list[str]:
    name = "statement.realisable"
    listed = [read_labels(entry, f"{name}[{i}]", M) for i, entry in enumerate(sequence(data, name))]
    if listed != sorted(set(listed)):
        raise Rejected(f"{name}: must be sorted and without repetition")
    return listed


def _refuted(data: Any, name: str, units: int, points: tuple[Fraction, ...]) -> _Refuted:
    entry = mapping(data, name, ("subset", "labels", "multipliers"))
    subset = tuple(
        integer(index, f"{name}.subset", 0, len(points) - 1)
        for index in sequence(entry["subset"], f"{name}.subset")
    )
    if not subset or list(subset) != sorted(set(subset)):
        raise Rejected(f"{name}.subset: must be increasing and not empty")
    labels = read_labels(entry["labels"], f"{name}.labels", len(subset))
    demand_refuted(units, [points[i] for i in subset], labels, entry["multipliers"])
    return subset, labels


def _agrees(labels: str, part: _Refuted) -> bool:
    subset, sublabels = part
    return all(labels[i] == label for i, label in zip(subset, sublabels, strict=True))
