"""Kind ``interp.two_layer``: the most label changes of networks with one or two small hidden layers.

Statement: ``claim``; ``widths``, one or two numbers of units; ``changes`` C, claimed to be Kmax(widths):
the most label changes along any increasing inputs (d = 1, label 1{f > 0}). Evidence: ``method`` and
``refuted``, which bound the changes by C whatever the inputs are, and ``points`` (rationals, increasing)
with a ``network`` of these widths whose labels at the points change C times.

The bound is derived here, with k(w) the changes of one hidden layer of w units, by ``method``:

- ``pieces``: [w] has k(w) = w if every cell of :mod:`proofs_checks.interp.two_layer_cells` is refuted,
  else w + 1. [w1, w2] has w1 + w2 k(w1) breakpoints, so as many changes if every cell is refuted.
- ``intervals``: [w1, w2] has (w1 + 1) k(w2). The breakpoints of the first layer cut the line into w1 + 1
  closed intervals on which f is a hidden layer of w2 units in x. Inserting the breakpoints into the
  inputs loses no change, and then every change happens within one of the intervals.
- ``one unit``: [w, 1] and [1, w] have k(w). A single second unit gives f = v relu(z) + c, whose label is
  constant or that of z or 1 - it with some threshold; a single first unit maps increasing inputs to
  monotone ones, read by one hidden layer of w units.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from proofs_checks import relu
from proofs_checks.interp.one_layer import read_points
from proofs_checks.interp.two_layer_cells import (
    MAX_UNITS,
    Blocked,
    blocked_by,
    one_layer_changes,
    open_cells,
    read_refuted,
)
from proofs_checks.reading import Rejected, claim_among, integer, mapping, sequence, shown

CLAIMS = ("interp.K", "interp.K2", "interp.KMAX")  #: the claims about label changes
METHODS = ("pieces", "intervals", "one unit")


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Derive the bound and count the changes of the network; both must be C."""
    mapping(statement, "statement", ("claim", "widths", "changes"))
    claim_among(statement, CLAIMS)
    widths = read_widths(statement["widths"], 1)
    changes = integer(statement["changes"], "statement.changes", 0)
    parts = mapping(evidence, "evidence", ("method", "refuted", "points", "network"))
    bound = read_bound(widths, parts["method"], parts["refuted"])
    if bound != changes:
        raise Rejected(f"evidence.refuted: bounds the changes by {bound}, not by {changes}")
    points = read_points(parts["points"])
    seen = labels_of(parts["network"], widths, points)
    if sum(one != two for one, two in pairwise(seen)) != changes:
        raise Rejected(
            f"evidence.network: labels the points {seen}, which is not {changes} changes"
        )
    return (
        f"widths {list(widths)}: {changes} label changes at most, and attained ({parts['method']})"
    )


def read_widths(data: Any, least: int) -> tuple[int, ...]:
    """The widths of ``least`` to 2 hidden layers."""
    listed = sequence(data, "statement.widths")
    if not least <= len(listed) <= 2:
        raise Rejected(f"statement.widths: must be {least} to 2 numbers, got {len(listed)}")
    return tuple(integer(w, "statement.widths", 1, MAX_UNITS) for w in listed)


def read_bound(widths: tuple[int, ...], method: Any, refuted: Any) -> int:
    """The bound that the evidence proves."""
    if method not in METHODS:
        raise Rejected(f"evidence.method: must be one of {', '.join(METHODS)}, got {shown(method)}")
    return upper_bound(widths, method, blocked_by(read_refuted(refuted, "evidence.refuted")))


def upper_bound(widths: tuple[int, ...], method: str, blocked: Blocked) -> int:
    """Label changes that ``method`` allows when the cells that ``blocked`` knows are impossible."""
    if method == "pieces":
        return _by_pieces(widths, blocked)
    if len(widths) == 2 and method == "intervals":
        return (widths[0] + 1) * one_layer_changes(widths[1], blocked)
    if len(widths) == 2 and method == "one unit" and min(widths) == 1:
        return one_layer_changes(max(widths), blocked)
    raise Rejected(f"evidence.method: {method!r} says nothing about widths {list(widths)}")


def _by_pieces(widths: tuple[int, ...], blocked: Blocked) -> int:
    first = one_layer_changes(widths[0], blocked)
    if len(widths) == 1:
        return first
    breakpoints = widths[0] + widths[1] * first
    closed = next(open_cells(widths[0], widths[1], first, blocked), None) is None
    return breakpoints if closed else breakpoints + 1


def labels_of(data: Any, widths: tuple[int, ...], points: Sequence[Fraction | int]) -> str:
    """The labels 1{f > 0} at the points of a network that must have these hidden widths."""
    network = relu.read(data)
    if network.inputs != 1 or network.widths != (*widths, 1):
        raise Rejected(f"network: must have 1 input, hidden widths {list(widths)} and 1 output")
    return "".join("01"[relu.evaluate(network, (p,))[0] > 0] for p in points)
