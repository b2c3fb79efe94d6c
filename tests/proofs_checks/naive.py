"""A second checker of the `interp` certificates about networks, written without the first.

Networks are evaluated unit by unit in Fractions. A refutation is checked in the plain description of
a unit, v relu(s (x - t)): every ordered choice of orientation s, interval of t among the points (the
unbounded ones included) and sign of v, at the two ends of the interval; the residual is linear in t
between them. `genuine(certificate)` is False for anything malformed.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise, product


def genuine(certificate):
    try:
        return KINDS[certificate["kind"]](certificate["statement"], certificate["evidence"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError):
        return False


def outputs(network, point):
    values = list(point)
    layers = network["layers"]
    for i, layer in enumerate(layers):
        values = [
            sum((Fraction(w) * values[j] for j, w in row), Fraction(bias))
            for row, bias in zip(layer["rows"], layer["bias"], strict=True)
        ]
        if i + 1 < len(layers):
            values = [max(value, Fraction(0)) for value in values]
    return values


def dense(network):
    total, before = 0, network["inputs"]
    for layer in network["layers"]:
        total += len(layer["bias"]) * (before + 1)
        before = len(layer["bias"])
    return total


def exact_network(statement, evidence):
    network = evidence["network"]
    points = [tuple(map(Fraction, point)) for point in statement["points"]]
    labels = [Fraction(label) for label in statement["labels"]]
    hidden = [len(layer["bias"]) for layer in network["layers"][:-1]]
    size = (dense(network), len(hidden), max(hidden, default=0))
    return (
        len(set(points)) == len(points) == len(labels) > 0
        and all(len(point) == network["inputs"] for point in points)
        and all(outputs(network, p) == [y] for p, y in zip(points, labels, strict=True))
        and size == (statement["parameters"], statement["depth"], statement["width"])
        and (
            statement["claim"] != "interp.U1" or size[0] <= 3 * len(points) + network["inputs"] - 1
        )
        and (statement["claim"] != "interp.U2" or network["inputs"] == 1)
        and (
            statement["claim"] != "interp.U2"
            or any(
                size[0] <= (p + 2) * (q + 2) - 3
                for p in range(1, 2 * len(points))
                for q in range(1, 2 * len(points))
                if p * q == len(points) or (p - 1) * q < len(points) <= p * q
            )
        )
    )


def labels_of(network, units, points):
    first, last = network["layers"]
    if network["inputs"] != 1 or len(first["bias"]) != units or len(last["bias"]) != 1:
        return None
    return "".join("01"[outputs(network, [p])[0] > 0] for p in points)


def refutes(units, points, labels, multipliers):
    signed = []
    for z in multipliers:
        z = [Fraction(entry) for entry in z]
        if len(z) != len(points) or min(z) < 0 or sum(z) == 0:
            return False
        signed.append([entry * (1 if c == "1" else -1) for entry, c in zip(z, labels, strict=True)])
    ends = [points[0] - 1, *points, points[-1] + 1]
    intervals = list(pairwise(ends))

    def at_most_zero(w, unit):
        s, interval, sign = unit
        return all(
            sign * sum(a * max(s * (p - t), 0) for a, p in zip(w, points, strict=True)) <= 0
            for t in interval
        )

    kinds = list(product((1, -1), intervals, (1, -1)))
    fine = [{u for u in kinds if sum(w) == 0 and at_most_zero(w, u)} for w in signed]
    return all(any(set(cell) <= good for good in fine) for cell in product(kinds, repeat=units))


def dichotomies(statement, evidence):
    units, points = statement["units"], [Fraction(p) for p in statement["points"]]
    listed = statement["realisable"]
    if sorted(set(points)) != points or len(listed) != len(evidence["networks"]):
        return False
    for labels, network in zip(listed, evidence["networks"], strict=True):
        if labels_of(network, units, points) != labels:
            return False
    parts = [
        (entry["subset"], entry["labels"])
        for entry in evidence["refuted"]
        if refutes(
            units, [points[i] for i in entry["subset"]], entry["labels"], entry["multipliers"]
        )
    ]
    return all(
        any(
            all(labels[i] == c for i, c in zip(subset, part, strict=True)) for subset, part in parts
        )
        for labels in map("".join, product("01", repeat=len(points)))
        if labels not in listed
    )


def alternation(statement, evidence):
    units, points = statement["units"], [Fraction(p) for p in statement["points"]]
    attained = labels_of(evidence["network"], units, points)
    if sorted(set(points)) != points or changes(attained) != statement["changes"]:
        return False
    size = statement["changes"] + 2
    done = {
        (tuple(entry["subset"]), entry["labels"])
        for entry in evidence["refuted"]
        if refutes(
            units, [points[i] for i in entry["subset"]], entry["labels"], entry["multipliers"]
        )
    }
    wanted = product(combinations(range(len(points)), size), (0, 1))
    return all((subset, ("01" * size)[c : c + size]) in done for subset, c in wanted)


def changes(labels):
    return sum(a != b for a, b in pairwise(labels))


KINDS = {
    "interp.exact_network": exact_network,
    "interp.dichotomies": dichotomies,
    "interp.alternation": alternation,
}
