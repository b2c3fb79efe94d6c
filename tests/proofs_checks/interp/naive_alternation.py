"""Second checker of ``interp.alternation``: the changes are attained, and more are refuted everywhere.

For one and two units the truth is known besides: as many changes as units, if there are points enough.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

from naive import altered, changes, increasing, keys, labels_of, refutes, whole

from proofs_checks.interp.alternation import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "labels)) != changes", "labels)) > changes"),
    ("check", 'listed["subset"] != list(subset) or ', ""),
    ("interp.one_layer:blocked", "min(z) < 0 or ", ""),
    ("interp.one_layer:blocked", "sum(weights) != 0", "sum(weights) < 0"),
    (
        "interp.one_layer:demand_refuted",
        "not any(block.issuperset(cell) for block in blocks)",
        "not blocks",
    ),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "units", "points", "changes"):
        return False
    if not keys(evidence, "network", "refuted") or not whole(statement["units"], 1, 100):
        return False
    units, points = statement["units"], increasing(statement["points"])
    most = statement["changes"]
    attained = labels_of(evidence["network"], units, points)
    if statement["claim"] not in CLAIMS or not whole(most, 0, len(points) - 1):
        return False
    if changes(attained) != most or (units <= 2 and most != min(units, len(points) - 1)):
        return False
    done = {
        (tuple(entry["subset"]), entry["labels"])
        for entry in evidence["refuted"]
        if keys(entry, "subset", "labels", "multipliers")
        and refutes(
            units, [points[i] for i in entry["subset"]], entry["labels"], entry["multipliers"]
        )
    }
    wanted = product(combinations(range(len(points)), most + 2), (0, 1))
    return all((subset, ("01" * (most + 2))[c : c + most + 2]) in done for subset, c in wanted)


def originals():
    """One and two units on as few points as need refutations, and on fewer and more."""
    from constructions.interp.tiny import most_changes

    uneven = (Fraction(-3), Fraction(0), Fraction(1, 7), Fraction(5))
    problems = [
        (1, range(1)),
        (1, range(3)),
        (1, uneven),
        (2, range(3)),
        (2, range(4)),
        (2, uneven),
    ]
    return [most_changes(units, points) for units, points in problems]


def impostors():
    """As many changes as there can be, so that nothing is to be refuted; one less."""
    several = [one for one in originals() if one["evidence"]["refuted"]]
    all_changes = [len(one["statement"]["points"]) - 1 for one in several]
    return [
        *(
            altered(one, {"changes": most}, {"refuted": []})
            for one, most in zip(several, all_changes, strict=True)
        ),
        *(altered(one, {"changes": one["statement"]["changes"] - 1}, {}) for one in several),
    ]
