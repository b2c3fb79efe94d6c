"""Second checker of ``interp.dichotomies``: every labelling is realised or refuted.

For one and two units the truth is known besides: the labellings with at most one and two changes.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from naive import altered, changes, increasing, keys, labels_of, refutes, whole

from proofs_checks.interp.dichotomies import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("_agrees", "all(", "any("),
    ("_labellings", "!= sorted(set(listed))", "!= sorted(listed)"),
    ("interp.one_layer:demand_realised", "value > 0", "value >= 0"),
    ("interp.one_layer:demand_realised", "network.widths != (units, 1)", "False"),
    ("interp.one_layer:blocked", "sum(weights) != 0", "sum(weights) < 0"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "units", "points", "realisable"):
        return False
    if not keys(evidence, "networks", "refuted") or not whole(statement["units"], 1, 100):
        return False
    units, points = statement["units"], increasing(statement["points"])
    listed, every = statement["realisable"], list(map("".join, product("01", repeat=len(points))))
    if statement["claim"] not in CLAIMS or listed != sorted(set(listed)):
        return False
    for labels, network in zip(listed, evidence["networks"], strict=True):
        if labels_of(network, units, points) != labels:
            return False
    if units <= 2 and listed != [labels for labels in every if changes(labels) <= units]:
        return False
    parts = [part for entry in evidence["refuted"] if (part := refuted(entry, units, points))]
    return all(
        any(all(labels[i] == c for i, c in part.items()) for part in parts)
        for labels in every
        if labels not in listed
    )


def refuted(entry, units, points):
    """{index: label} of a part of a labelling that is out of reach, None if that is not shown."""
    subset, labels = entry["subset"], entry["labels"]
    if not keys(entry, "subset", "labels", "multipliers") or len(labels) != len(subset):
        return None
    if sorted(set(subset)) != subset or not all(whole(i, 0, len(points) - 1) for i in subset):
        return None
    shown = refutes(units, [points[i] for i in subset], labels, entry["multipliers"])
    return dict(zip(subset, labels, strict=True)) if shown else None


def originals():
    """One unit on two to four points and two units on three and four, evenly and unevenly spaced."""
    from constructions.interp.tiny import enumerate_dichotomies

    uneven = (Fraction(0), Fraction(1, 2**50), Fraction(1, 3), Fraction(1))
    return [
        *(enumerate_dichotomies(1, points) for points in (range(2), (0, 1, 3), uneven[:3], uneven)),
        *(enumerate_dichotomies(2, points) for points in (range(3), uneven)),
    ]


def impostors():
    """One labelling less with its network, and one twice."""
    made = []
    for one in originals():
        listed, networks = one["statement"]["realisable"], one["evidence"]["networks"]
        for i in (0, len(listed) // 2):
            for kept in (
                [*range(i), *range(i + 1, len(listed))],
                [*range(i + 1), *range(i, len(listed))],
            ):
                parts = [listed[k] for k in kept], [networks[k] for k in kept]
                made.append(altered(one, {"realisable": parts[0]}, {"networks": parts[1]}))
    return made
