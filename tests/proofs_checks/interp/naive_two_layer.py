"""Second checker of ``interp.two_layer``: whole cells, listed one by one, no pruning but by jumps.

A cell of widths (w1, w2) is an orientation of every first unit, a sign e_i and a state at the left end of
every second one, for every second unit the regions in which it has its zeros, and the order of the zeros
within every region. Its rows say that the zeros go the right way and that the slopes of f alternate.
Besides, the small maxima are known.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import combinations, permutations, product

from naive import TooLarge, altered, changes, keys, number, outputs, whole

from proofs_checks.interp.two_layer import CLAIMS

KNOWN = {
    (1,): 1, (2,): 2, (3,): 4, (4,): 5, (1, 1): 1, (1, 2): 2, (2, 1): 2, (1, 3): 4, (3, 1): 4,
    (2, 2): 6, (3, 2): 8, (2, 3): 8,
}  # fmt: skip
MOST = 10  #: units of all layers that are judged


#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "bound != changes", "bound < changes"),
    ("check", "pairwise(seen)) != changes", "pairwise(seen)) > changes"),
    ("upper_bound", " and min(widths) == 1", ""),
    ("farkas:check_infeasible", "if y < 0", "if y < -1"),
    ("farkas:check_infeasible", ") != 0:", ") > 0:"),
    (
        "interp.two_layer_cells:blocked_by",
        "any(refuted <= rows for refuted in pool.get(new, ()))",
        "bool(pool)",
    ),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "widths", "changes"):
        return False
    if not keys(evidence, "method", "refuted", "points", "network"):
        return False
    widths, most = tuple(statement["widths"]), statement["changes"]
    points = [number(text) for text in evidence["points"]]
    labels = labels_of(evidence["network"], widths, points)
    return (
        statement["claim"] in CLAIMS
        and type(statement["widths"]) is list
        and sorted(set(points)) == points
        and whole(most, 0, 100)
        and most == KNOWN.get(widths, most)
        and changes(labels) == most == bound(widths, evidence["method"], evidence["refuted"])
    )


def labels_of(network, widths, points):
    """The labels that a network of exactly these hidden widths gives to points."""
    shape = tuple(len(layer["bias"]) for layer in network["layers"])
    if network["inputs"] != 1 or shape != (*widths, 1):
        raise ValueError("network")
    return "".join("01"[outputs(network, [p])[0] > 0] for p in points)


def bound(widths, method, refuted):
    """The most changes that the method and the refutations leave."""
    if not all(whole(w, 1, 6) for w in widths) or not 1 <= len(widths) <= 2:
        raise ValueError("widths")
    if sum(widths) > MOST:
        raise TooLarge("widths")
    return _bound(widths, method, frozenset(filter(None, map(impossible, refuted))))


def impossible(entry):
    """The rows of an entry, if its multipliers show that not all of them can be positive."""
    if not keys(entry, "rows", "multipliers"):
        raise ValueError("refuted")
    rows, y = entry["rows"], [number(text) for text in entry["multipliers"]]
    if not all(whole(x, -1, 1) for row in rows for x in row) or len(y) != len(rows):
        raise ValueError("rows")
    sums = [
        sum(a * x for a, x in zip(y, column, strict=True)) for column in zip(*rows, strict=True)
    ]
    shown = min(y) >= 0 and max(y) > 0 and sums == [Fraction(0)] * len(sums)
    return frozenset(map(tuple, rows)) if shown else None


@lru_cache(1 << 12)
def _bound(widths, method, pool):
    def closed(cells):
        return all(any(not any(row) for row in c) or any(p <= c for p in pool) for c in cells)

    def alone(w):
        return w if closed(one_layer(w)) else w + 1

    if method == "pieces":
        first = alone(widths[0])
        if len(widths) == 1:
            return first
        breakpoints = widths[0] + widths[1] * first
        return breakpoints if closed(two_layers(*widths, first)) else breakpoints + 1
    if method == "intervals" and len(widths) == 2:
        return (widths[0] + 1) * alone(widths[1])
    if method == "one unit" and len(widths) == 2 and 1 in widths:
        return alone(max(widths))
    raise ValueError("method")


def slopes(s):
    """Coefficients of the slope in each region: unit u = 1..w is active right of t_u, or left of it."""
    w = len(s)
    return [
        [s[u - 1] if (u <= r if s[u - 1] == 1 else u > r) else 0 for u in range(1, w + 1)]
        for r in range(w + 1)
    ]


def one_layer(w):
    for s in product((1, -1), repeat=w):
        yield frozenset(tuple((-1) ** r * x for x in row) for r, row in enumerate(slopes(s)))


def two_layers(w1, w2, zeros):
    places = list(combinations(range(w1 + 1), zeros))
    for s, e in product(product((1, -1), repeat=w1), product((1, -1), repeat=w2)):
        for start, where in product(product((0, 1), repeat=w2), product(places, repeat=w2)):
            within = [[i for i in range(w2) if r in where[i]] for r in range(w1 + 1)]
            for orders in product(*(list(permutations(units)) for units in within)):
                rows = rows_of(slopes(s), e, list(start), orders)
                if rows is not None:
                    yield rows


def rows_of(slope, e, active, orders):
    """The rows of a cell; ``None`` if f would bend the wrong way at a zero."""
    rows, pieces = set(), 0

    def placed(values, i):
        return tuple(x if i == k else 0 for k in range(len(e)) for x in values)

    def piece(r):
        terms = [placed([e[i] * x for x in slope[r]], i) for i in range(len(e)) if active[i]]
        total = [sum(column) for column in zip(*terms, strict=True)] or [0] * (
            len(e) * len(slope[0])
        )
        return tuple((-1) ** pieces * x for x in total)

    for r, order in enumerate(orders):
        rows.add(piece(r))
        pieces += 1
        for i in order:
            if e[i] != (1 if pieces % 2 == 0 else -1):
                return None
            direction = -1 if active[i] else 1
            rows.add(placed([direction * x for x in slope[r]], i))
            active[i] = 1 - active[i]
            rows.add(piece(r))
            pieces += 1
    return frozenset(rows)


def originals():
    """One layer and two, by every method."""
    from constructions.interp.tiny_two_layer_changes import most_changes

    problems = [((1,), "pieces"), ((2,), "pieces"), ((3,), "pieces"), ((2, 1), "one unit")]
    problems += [((1, 2), "one unit"), ((2, 2), "intervals"), ((3, 2), "intervals")]
    return [most_changes(*problem) for problem in [*problems, ((2, 2), "pieces")]]


def impostors():
    """Two changes of (2, 2) by the bound for one unit, and points that hide the last changes."""
    made = []
    for one in originals():
        statement, evidence = one["statement"], one["evidence"]
        points, widths = evidence["points"], tuple(statement["widths"])
        labels = labels_of(evidence["network"], widths, [number(text) for text in points])
        for most in range(statement["changes"]):
            seen = next(i for i in range(1, len(labels) + 1) if changes(labels[:i]) == most)
            shorter = {"points": points[:seen]}
            made += [
                altered(one, {"changes": most}, shorter),
                altered(one, {"changes": most}, {**shorter, "method": "one unit"}),
            ]
    return made
