"""Writing a net as arithmetic: linear combinations cost nothing, only ReLU layers count.

    builder = Builder(inputs=1)
    (x,) = builder.inputs
    up, down = builder.relu(x, x - 1)      # one hidden layer of two units
    net = builder.build(up - 2 * down)     # the output layer absorbs the combination

An expression combines units of one layer. Whatever is needed later must be carried through every
layer as a unit of its own: ``builder.relu(y)`` is y where y >= 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from constructions.interp._reading import read_integer
from constructions.interp.network import Affine, ExactNet, Number


@dataclass(frozen=True, eq=False)
class Expr:
    """constant + sum of coefficient * unit over the units of ``layer`` (None: a constant)."""

    layer: int | None
    terms: Mapping[int, Number]
    constant: Number

    def __add__(self, other: Expr | Number) -> Expr:
        if isinstance(other, (int, Fraction)):
            return Expr(self.layer, self.terms, self.constant + other)
        if not isinstance(other, Expr):
            return NotImplemented
        layer = self._common_layer(other)
        terms = dict(self.terms)
        for unit, coefficient in other.terms.items():
            terms[unit] = terms.get(unit, 0) + coefficient
        return Expr(layer, MappingProxyType(terms), self.constant + other.constant)

    def __mul__(self, factor: Number) -> Expr:
        if not isinstance(factor, (int, Fraction)):
            return NotImplemented  # a product of two units is no affine expression
        terms = {unit: factor * coefficient for unit, coefficient in self.terms.items()}
        return Expr(self.layer, MappingProxyType(terms), factor * self.constant)

    def __neg__(self) -> Expr:
        return self * -1

    def __sub__(self, other: Expr | Number) -> Expr:
        return self + -other

    def __rsub__(self, other: Number) -> Expr:
        return -self + other

    __radd__ = __add__
    __rmul__ = __mul__

    def _common_layer(self, other: Expr) -> int | None:
        if None not in (self.layer, other.layer) and self.layer != other.layer:
            raise ValueError(
                f"expression: units of layers {self.layer} and {other.layer} do not combine; "
                "carry the earlier one through relu"
            )
        return other.layer if self.layer is None else self.layer


class Builder:
    """Collects ReLU layers; ``inputs`` are the expressions of the d inputs."""

    def __init__(self, inputs: int) -> None:
        self._columns = read_integer(inputs, "inputs", 1)
        self._layers: list[Affine] = []
        self.inputs = self._units()

    def relu(self, *expressions: Expr) -> tuple[Expr, ...]:
        """One hidden layer with these pre-activations; its units as expressions."""
        self._layers.append(self._affine(expressions))
        self._columns = len(expressions)
        return self._units()

    def build(self, *outputs: Expr) -> ExactNet:
        """The net with these outputs; the builder can go on afterwards."""
        return ExactNet((*self._layers, self._affine(outputs)))

    def constant(self, value: Number) -> Expr:
        """An expression without units, fit for any layer."""
        return Expr(None, MappingProxyType({}), value)

    def _units(self) -> tuple[Expr, ...]:
        layer = len(self._layers)
        return tuple(Expr(layer, MappingProxyType({i: 1}), 0) for i in range(self._columns))

    def _affine(self, expressions: tuple[Expr, ...]) -> Affine:
        now = len(self._layers)
        for expression in expressions:
            if expression.layer not in (None, now):
                raise ValueError(
                    f"expression: must combine units of the last layer ({now}), "
                    f"got layer {expression.layer}; carry them through relu"
                )
        rows = tuple(tuple(e.terms.items()) for e in expressions)
        return Affine(rows, tuple(e.constant for e in expressions), self._columns)
