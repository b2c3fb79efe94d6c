"""The most label changes of tiny networks, with certificates of kind ``interp.two_layer``.

The cells of :mod:`proofs_checks.interp.two_layer_cells` are refuted by an exact simplex; networks that
attain the bounds are stored: found by :mod:`constructions.interp.tiny_two_layer_search`, then fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from constructions.interp.network import Affine, ExactNet
from constructions.interp.tiny import solve as solve_cone
from proofs_checks import relu
from proofs_checks.certificate import seal
from proofs_checks.interp.two_layer import labels_of, upper_bound
from proofs_checks.interp.two_layer_cells import Row, Rows
from proofs_checks.rational import show_rational

Widths = tuple[int, ...]


Multipliers = dict[Row, Fraction]


class Refuter:
    """Decides sets of rows (row . a > 0 for all) and remembers multipliers of the impossible ones."""

    def __init__(self) -> None:
        self.found: list[Multipliers] = []
        self._decided: dict[Rows, bool] = {}

    def __call__(self, rows: Rows, new: Row) -> bool:
        """Whether no a meets all ``rows``; a :data:`~proofs_checks.interp.two_layer_cells.Blocked`."""
        if not any(new) or any(new in one and rows.issuperset(one) for one in self.found):
            return True
        if rows not in self._decided:
            listed = sorted(rows)
            columns = [list(column) for column in zip(*listed, strict=True)]
            z, _ = solve_cone(columns + [[-x for x in column] for column in columns])
            self._decided[rows] = z is not None
            if z is not None:
                self.found.append({r: y for r, y in zip(listed, z, strict=True) if y})
        return self._decided[rows]


@lru_cache(maxsize=64)
def _bound(widths: Widths, method: str) -> tuple[int, tuple[Multipliers, ...]]:
    refuter = Refuter()
    return upper_bound(widths, method, refuter), tuple(refuter.found)


def bound_of(widths: Sequence[int], method: str) -> int:
    """Label changes at most, by one of the methods of :mod:`proofs_checks.interp.two_layer`.

    Raises ``ValueError`` for widths and methods that do not fit.
    """
    return _bound(tuple(widths), method)[0]


def bound_evidence(widths: Sequence[int], method: str) -> dict[str, Any]:
    """The entries ``method`` and ``refuted`` of a certificate, as plain data."""
    refuted = [
        {"rows": [list(r) for r in one], "multipliers": [show_rational(y) for y in one.values()]}
        for one in _bound(tuple(widths), method)[1]
    ]
    return {"method": method, "refuted": refuted}


def most_changes(widths: Sequence[int], method: str, claim: str = "interp.KMAX") -> dict[str, Any]:
    """A certificate of Kmax(widths): the bound by ``method``, and a stored network that attains it.

    Raises ``ValueError`` when no network of these widths is stored or none attains this bound.
    """
    w, bound = tuple(widths), bound_of(widths, method)
    net, points = attaining(w)
    labels = labels_of(net.to_json(), w, points)
    seen = sum(one != two for one, two in pairwise(labels))
    if seen != bound:
        raise ValueError(f"widths: {list(w)} may change {bound} times by {method}, known is {seen}")
    statement = {"claim": claim, "widths": list(w), "changes": bound}
    shown = [show_rational(x) for x in points]
    evidence = {**bound_evidence(w, method), "points": shown, "network": net.to_json()}
    return seal("interp.two_layer", statement, evidence)


# -- networks that change often -------------------------------------------------------------------

#: Layers (matrix, bias) by hidden widths; all of them change as often as is known among -2..21.
_LAYERS: dict[Widths, list[tuple[list[list[int]], list[int]]]] = {
    (1,): [([[1]], [0]), ([[1]], [-1])],
    (2,): [([[1], [-1]], [-2, 2]), ([[1, 1]], [-1])],
    (3,): [([[1], [1], [-1]], [-2, -4, 5]), ([[-8, 6, -6]], [20])],
    (4,): [([[1], [1], [-1], [1]], [-2, -4, 5, -7]), ([[-8, 6, -6, 4]], [20])],
    (2, 2): [
        ([[1], [-1]], [-3, 9]),
        ([[-122, -116], [96, 76]], [854, -532]),
        ([[-1, -1]], [146]),
    ],
    (3, 2): [
        ([[1], [1], [-1]], [-3, -7, 11]),
        ([[-1168, 1070, -588], [450, -348, 272]], [5554, -2448]),
        ([[-1, -1]], [266]),
    ],
    (4, 2): [
        ([[1], [1], [-1], [-1]], [-3, -7, 11, 15]),
        ([[516, -324, 216, 122], [-416, 212, -136, -170]], [-3530, 3914]),
        ([[-1, -1]], [664]),
    ],
    (2, 3): [
        ([[1], [-1]], [-1, 9]),
        ([[100, 160], [-322, -552], [380, 640]], [-1100, 4186, -3420]),
        ([[1, -1, -1]], [1350]),
    ],
    (2, 4): [
        ([[1], [1]], [-1, -9]),
        (
            [[-4158, 5632], [1210, -1980], [-3938, 4808], [-660, 1584]],
            [28974, -3630, 23474, 660],
        ),
        ([[1, 1, -1, -1]], [-5060]),
    ],
}

STORED = tuple(_LAYERS)  #: widths of which a network is stored


def attaining(widths: Widths) -> tuple[ExactNet, list[int]]:
    """A network of these widths and increasing points where its label changes as often as is known.

    Raises ``ValueError`` unless the widths are stored, or one of two is 1 and the other stored.
    """
    if widths in _LAYERS:
        net = ExactNet(tuple(Affine.dense(matrix, bias) for matrix, bias in _LAYERS[widths]))
        return net, list(range(-2, 22))
    if len(widths) == 2 and min(widths) == 1 and (max(widths),) in _LAYERS:
        net, points = attaining((max(widths),))
        if widths[1] == 1:
            return _then_one_unit(net, points), points
        return _one_unit_then(net, points), points
    raise ValueError(f"widths: no network of {list(widths)} is stored, one of {STORED} is")


def _then_one_unit(net: ExactNet, points: Sequence[int]) -> ExactNet:
    """relu(f + B) - B, which is f at the points."""
    data = relu.read(net.to_json())
    B = 1 + max(abs(relu.evaluate(data, (x,))[0]) for x in points)
    *hidden, last = net.layers
    raised = Affine(last.rows, tuple(c + B for c in last.bias), last.columns)
    return ExactNet((*hidden, raised, Affine.dense([[1]], [-B])))


def _one_unit_then(net: ExactNet, points: Sequence[int]) -> ExactNet:
    """f(relu(x - p) + p), which is f at the points x >= p."""
    first, *rest = net.layers
    bias = tuple(
        c + sum(w * points[0] for _, w in row)
        for row, c in zip(first.rows, first.bias, strict=True)
    )
    shift = Affine.dense([[1]], [-points[0]])
    return ExactNet((shift, Affine(first.rows, bias, 1), *rest))
