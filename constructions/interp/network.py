"""`ExactNet`: ReLU networks whose weights are integers and rationals, evaluated exactly.

| symbol | meaning |
|---|---|
| d | inputs |
| L | hidden layers (`depth`), ReLU after each, none after the output layer |
| w_1..w_L, W | units of the hidden layers (`widths`) and their maximum (`width`) |
| P | every entry of every weight matrix and bias, zeros included (`parameters`) |
| nnz | the entries that are not 0 (`nonzeros`); P and nnz are never mixed |

Layers are stored sparse, because the constructions here are; P is nevertheless the dense count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

from constructions.interp import _algebra, _evaluate, floats, piecewise
from constructions.interp._reading import (
    read_integer,
    read_labels,
    read_point,
    read_rational,
    read_sizes,
)
from proofs_checks.rational import parse_rational, show_rational

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import torch

Number = int | Fraction
Row = tuple[tuple[int, Number], ...]  # (column, weight), columns increasing, no weight 0


@dataclass(frozen=True)
class Affine:
    """h -> A h + c with sparse rows.

    ``rows[i]`` holds the pairs (column, weight) of unit i, ``bias[i]`` its constant, ``columns`` is
    the number of inputs. Entries must be exact (int or Fraction); weights 0 are dropped, columns
    sorted. Raises ``ValueError`` for a repeated or missing column, no rows, or unequal lengths.
    """

    rows: tuple[Row, ...]
    bias: tuple[Number, ...]
    columns: int

    def __post_init__(self) -> None:
        if read_integer(self.columns, "columns", 1) and not self.rows:
            raise ValueError("rows: must hold at least one unit, got none")
        if len(self.rows) != len(self.bias):
            raise ValueError(f"bias: must be one per row ({len(self.rows)}), got {len(self.bias)}")
        rows = tuple(self._row(row, f"rows[{i}]") for i, row in enumerate(self.rows))
        bias = tuple(_exact(c, f"bias[{i}]") for i, c in enumerate(self.bias))
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "bias", bias)

    def _row(self, row: Iterable[tuple[int, Number]], name: str) -> Row:
        entries = {}
        for j, weight in row:
            if isinstance(j, bool) or not isinstance(j, int) or not 0 <= j < self.columns:
                raise ValueError(f"{name}: column must be in 0..{self.columns - 1}, got {j!r}")
            if j in entries:
                raise ValueError(f"{name}: columns must be distinct, got {j} twice")
            entries[j] = _exact(weight, f"{name} column {j}")
        return tuple((j, entries[j]) for j in sorted(entries) if entries[j])

    @classmethod
    def dense(cls, matrix: Sequence[Sequence[Number]], bias: Sequence[Number]) -> Affine:
        """From a full matrix, one sequence per unit; all rows must have equal length."""
        lengths = {len(row) for row in matrix}
        if len(lengths) != 1:
            raise ValueError(f"matrix: rows must be of one length, got {sorted(lengths)}")
        return cls(tuple(tuple(enumerate(row)) for row in matrix), tuple(bias), lengths.pop())

    @property
    def units(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @property
    def parameters(self) -> int:
        """Dense count, biases included."""
        return self.units * (self.columns + 1)

    @property
    def nonzeros(self) -> int:
        """Weights and biases that are not 0."""
        return sum(len(row) for row in self.rows) + sum(c != 0 for c in self.bias)

    @property
    def entries(self) -> list[Number]:
        """All weights that are not 0, and all biases."""
        return [w for row in self.rows for _, w in row] + list(self.bias)


@dataclass(frozen=True)
class ExactNet:
    """A ReLU network: affine layers with ReLU between them, none after the last.

    Calling it evaluates exactly: ``net(point) -> (Fraction, ...)``, one per output. Raises
    ``ValueError`` when there is no layer or consecutive layers do not fit.
    """

    layers: tuple[Affine, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ValueError("layers: must hold at least the output layer, got none")
        for i, (one, two) in enumerate(pairwise(self.layers)):
            if two.columns != one.units:
                raise ValueError(f"layers[{i + 1}]: must read {one.units} units, got {two.columns}")

    # -- evaluation -----------------------------------------------------------------------------

    @cached_property
    def cleared(self) -> tuple[_evaluate.IntegerLayer, ...]:
        """The layers without denominators; layer l is multiplied by its ``scale``."""
        return tuple(_evaluate.cleared(layer) for layer in self.layers)

    def __call__(self, point: Any) -> tuple[Fraction, ...]:
        """Outputs at one point (d coordinates; a bare number for d = 1)."""
        return self.evaluate([point])[0]

    def evaluate(self, points: Iterable[Any]) -> list[tuple[Fraction, ...]]:
        """Outputs at many points, sharing the preprocessing; same order."""
        exact = [read_point(x, self.inputs, f"points[{i}]") for i, x in enumerate(points)]
        return _evaluate.evaluate(self.cleared, exact)

    def interpolates(self, points: Sequence[Any], labels: Sequence[Any]) -> bool:
        """True iff the first output equals the label, exactly, at every point."""
        values = self.evaluate(points)
        targets = read_labels(labels, len(values))
        return all(v[0] == y for v, y in zip(values, targets, strict=True))

    # -- sizes ----------------------------------------------------------------------------------

    @property
    def inputs(self) -> int:
        """Input dimension d."""
        return self.layers[0].columns

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return self.layers[-1].units

    @property
    def depth(self) -> int:
        """Number L of hidden layers."""
        return len(self.layers) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Units w_1..w_L of the hidden layers."""
        return tuple(layer.units for layer in self.layers[:-1])

    @property
    def width(self) -> int:
        """Units W of the widest hidden layer, 0 if there is none."""
        return max(self.widths, default=0)

    @property
    def parameters(self) -> int:
        """Dense count P: every entry of every weight matrix and bias, zeros included."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def nonzeros(self) -> int:
        """Weights and biases that are not 0."""
        return sum(layer.nonzeros for layer in self.layers)

    @property
    def weight_bits(self) -> int:
        """Most bits of a numerator or denominator among all weights and biases."""
        return max(
            max(w.numerator.bit_length(), w.denominator.bit_length())
            for layer in self.layers
            for w in layer.entries
        )

    # -- exchange -------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Plain data, the format of :mod:`proofs_checks.relu`."""
        layers = [
            {
                "rows": [[[j, show_rational(w)] for j, w in row] for row in layer.rows],
                "bias": [show_rational(c) for c in layer.bias],
            }
            for layer in self.layers
        ]
        return {"inputs": self.inputs, "layers": layers}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ExactNet:
        """Inverse of :meth:`to_json`; ``ValueError`` for data that is not such a network."""
        try:
            layers, columns = [], data["inputs"]
            for layer in data["layers"]:
                rows = tuple(tuple((j, parse_rational(w)) for j, w in r) for r in layer["rows"])
                bias = tuple(parse_rational(c) for c in layer["bias"])
                layers.append(Affine(rows, bias, columns))
                columns = len(rows)
        except (KeyError, TypeError) as error:
            raise ValueError(f"data: must be a network {{inputs, layers}}, got {error!r}") from None
        return cls(tuple(layers))

    def to_numpy(self, dtype: Any = "float64") -> Callable[[np.ndarray], np.ndarray]:
        """Rounded to ``dtype``: a function (n, d) -> (n, outputs). To show breakdown, no proof."""
        return floats.to_numpy(self, dtype)

    def to_torch(self, dtype: Any = None) -> torch.nn.Module:
        """Rounded to ``dtype`` (default float64): Linear and ReLU modules. No proof either."""
        return floats.to_torch(self, dtype)

    # -- algebra --------------------------------------------------------------------------------

    def restrict(self, x0: Any, v: Any) -> ExactNet:
        """The net of one input t -> f(x0 + t v)."""
        start, direction = read_point(x0, self.inputs, "x0"), read_point(v, self.inputs, "v")
        return _algebra.restrict(self, start, direction)

    def compose(self, inner: ExactNet) -> ExactNet:
        """x -> self(inner(x)); the two touching affine maps become one layer."""
        return _algebra.compose(self, inner)

    def parallel_sum(self, other: ExactNet) -> ExactNet:
        """x -> self(x) + other(x), side by side; the shallower one is lengthened exactly."""
        return _algebra.parallel_sum(self, other)

    def pad(self, W: int, L: int) -> ExactNet:
        """A net of uniform width W and depth L with the same labels 1{f > 0} everywhere.

        The containment of classes behind pruning. Extra layers carry sigma(f), so the *values* are
        kept only where f >= 0; the dichotomies always are. Raises ``ValueError`` unless
        W >= ``width``, L >= ``depth``, L >= 1, W >= 1 and there is one output.
        """
        return _algebra.pad(self, read_integer(W, "W", 1), read_integer(L, "L", 1))

    def pieces(self) -> piecewise.PiecewiseLinear:
        """The exact graph of a net of one input and one output."""
        return piecewise.pieces(self)


def random_net(widths: Sequence[int], rng: Random, bound: int, inputs: int = 1) -> ExactNet:
    """A net with independent uniform integer weights and biases in -bound..bound, one output."""
    read_integer(bound, "bound", 0)
    sizes = (read_integer(inputs, "inputs", 1), *read_sizes(widths, "widths"), 1)

    def draw(count: int) -> list[int]:
        return [rng.randint(-bound, bound) for _ in range(count)]

    return ExactNet(
        tuple(
            Affine.dense([draw(before) for _ in range(after)], draw(after))
            for before, after in pairwise(sizes)
        )
    )


def _exact(value: Any, name: str) -> Number:
    """``value`` as an int where it is one, else as a Fraction; floats are refused."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float):
        raise ValueError(f"{name}: must be exact (int or Fraction), got the float {value!r}")
    rational = read_rational(value, name)
    return rational.numerator if rational.denominator == 1 else rational
