"""Second checker of ``interp.two_layer_dichotomies``: every labelling is realised or changes too often.

For widths (2, 2) the truth is known besides: the labellings with at most six changes.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from naive import altered, changes, increasing, keys, second

from proofs_checks.interp.two_layer_dichotomies import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "<= bound", "<= bound - 4"),
    ("check", "labels_of(network, widths, points) != labels", "False"),
    ("interp.two_layer:labels_of", "network.widths != (*widths, 1)", "False"),
)


def genuine(statement, evidence):
    bounds = second("interp.two_layer")
    if not keys(statement, "claim", "widths", "points", "realisable"):
        return False
    if not keys(evidence, "networks", "method", "refuted") or len(statement["widths"]) != 2:
        return False
    widths, points = tuple(statement["widths"]), increasing(statement["points"])
    listed, every = statement["realisable"], list(map("".join, product("01", repeat=len(points))))
    if statement["claim"] not in CLAIMS or listed != sorted(set(listed)):
        return False
    for labels, network in zip(listed, evidence["networks"], strict=True):
        if bounds.labels_of(network, widths, points) != labels:
            return False
    if widths == (2, 2) and listed != [labels for labels in every if changes(labels) <= 6]:
        return False
    most = bounds.bound(widths, evidence["method"], evidence["refuted"])
    return all(changes(labels) > most for labels in every if labels not in listed)


def originals():
    """Widths (2, 2) on one to four points, and on eight, where two labellings are out of reach."""
    from constructions.interp.tiny_two_layer import enumerate_dichotomies

    near = (Fraction(0), Fraction(1, 2**40), Fraction(1, 3), Fraction(2))
    eight = enumerate_dichotomies(range(8), "interp.SIX")
    few = [enumerate_dichotomies(near[:M], "interp.SIX") for M in range(1, 5)]
    return [*few * 30, eight]  # the large one seldom: it takes long


def impostors():
    """One labelling less with its network: one without changes, and one with as many as there are."""
    made = []
    for one in originals()[:4]:
        listed, networks = one["statement"]["realisable"], one["evidence"]["networks"]
        for i in {0, listed.index(("01" * 6)[: len(listed[0])])}:
            parts = listed[:i] + listed[i + 1 :], networks[:i] + networks[i + 1 :]
            made.append(altered(one, {"realisable": parts[0]}, {"networks": parts[1]}))
    return made
