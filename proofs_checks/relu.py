"""Exact evaluation of ReLU networks from plain data, independent of whoever built them.

A network is ``{"inputs": d, "layers": [{"rows": [[[col, "p/q"], ...], ...], "bias": ["p/q", ...]},
...]}``: sparse affine layers, one row per unit, ReLU after every layer but the last.

ReLU is positively homogeneous, so a unit may be stored as ``scale`` times an integer combination of
the units before it, and a point x = X / D as the integers X with D taking the place of 1 in the
biases. Scales are worked out once when a network is read; evaluating it is integer arithmetic only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import gcd, isqrt, lcm
from typing import Any

from proofs_checks.columns import IntegerRow, TooLong, growth, through
from proofs_checks.reading import Rejected, integer, mapping, rational, rationals, sequence

MAX_UNITS = 1_000_000  #: most inputs or units of one layer
LEAST_GROUP = 16  #: shorter rows than this are not split
CHUNK = 256  #: points that are evaluated together

# What is longer than this is refused: nobody should wait for it, or lend it the memory.
MAX_DENOMINATOR_BITS = 1 << 21  #: of one unit: all different denominators of its weights together
MAX_WEIGHT_BITS = 1 << 31  #: of all integer weights together


@dataclass(frozen=True)
class Network:
    """A network that has been read; make one with :func:`read`.

    ``widths`` are the numbers of units of all layers, the output layer last. ``rows`` are the
    integer rows per layer and ``scales`` the positive factors of the outputs. ``nonzeros`` counts
    the weights and biases that are not 0.
    """

    inputs: int
    widths: tuple[int, ...]
    rows: tuple[tuple[IntegerRow, ...], ...]
    scales: tuple[Fraction, ...]
    nonzeros: int

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return len(self.widths) - 1

    @property
    def width(self) -> int:
        """Units of the widest hidden layer, 0 if there is none."""
        return max(self.widths[:-1], default=0)

    @property
    def outputs(self) -> int:
        """Number of output values."""
        return self.widths[-1]

    @property
    def parameters(self) -> int:
        """Dense count: every weight and every bias, zeros included."""
        before = (self.inputs, *self.widths[:-1])
        return sum(after * (w + 1) for w, after in zip(before, self.widths, strict=True))


def read(data: Any, name: str = "network") -> Network:
    """Read a network from plain data; :class:`Rejected` names the entry that is wrong."""
    whole = mapping(data, name, ("inputs", "layers"))
    inputs = integer(whole["inputs"], f"{name}.inputs", 1, MAX_UNITS)
    layers = sequence(whole["layers"], f"{name}.layers")
    if not layers:
        raise Rejected(f"{name}.layers: must hold at least the output layer")
    scales = (Fraction(1),) * inputs
    read_layers, widths, nonzeros, left = [], [], 0, MAX_WEIGHT_BITS
    for i, layer in enumerate(layers):
        units = list(_units(layer, f"{name}.layers[{i}]", len(scales)))
        nonzeros += sum((bias != 0) + sum(w != 0 for w in row.values()) for row, bias in units)
        scaled = []
        for row, bias in units:
            scaled.append(_integer_row(row, bias, scales))
            left -= _row_bits(scaled[-1][0])
            if left < 0:
                raise Rejected(f"{name}: integer weights of more than {MAX_WEIGHT_BITS} bits")
        read_layers.append(tuple(row for row, _ in scaled))
        scales = tuple(scale for _, scale in scaled)
        widths.append(len(scales))
    return Network(inputs, tuple(widths), tuple(read_layers), scales, nonzeros)


def evaluate(network: Network | Any, point: Sequence[Fraction | int]) -> tuple[Fraction, ...]:
    """The exact outputs at ``point`` (one coordinate per input), for a network read or as data."""
    return next(evaluate_all(network, [point]))


def evaluate_all(
    network: Network | Any, points: Iterable[Sequence[Fraction | int]]
) -> Iterator[tuple[Fraction, ...]]:
    """The exact outputs at every point, in order, ``CHUNK`` points at a time.

    ``ValueError`` for a point that is not ``network.inputs`` ints or Fractions; :class:`Rejected` for
    values that are too long.
    """
    net = network if isinstance(network, Network) else read(network)
    growths = [growth(layer) for layer in net.rows]
    left = iter(points)
    while chunk := [_exact(net, point) for point in islice(left, CHUNK)]:
        yield from _outputs(net, growths, chunk)


def _exact(net: Network, point: Sequence[Fraction | int]) -> tuple[list[int], int]:
    """Numerators over the common denominator, and that."""
    if len(point) != net.inputs:
        raise ValueError(f"point: must have {net.inputs} coordinates, got {len(point)}")
    for coordinate in point:
        if isinstance(coordinate, bool) or not isinstance(coordinate, (Fraction, int)):
            raise ValueError(f"point: must be exact (int or Fraction), got {coordinate!r}")
    one = lcm(*(x.denominator for x in point))
    return [x.numerator * (one // x.denominator) for x in point], one


def _outputs(
    net: Network, growths: list[int], chunk: list[tuple[list[int], int]]
) -> Iterator[tuple[Fraction, ...]]:
    ones = [one for _, one in chunk]
    columns = [list(column) for column in zip(*(numbers for numbers, _ in chunk), strict=True)]
    try:
        outputs = through(net.rows, growths, columns, ones)
    except TooLong:
        if len(chunk) == 1:
            raise
        half = len(chunk) // 2
        yield from _outputs(net, growths, chunk[:half])
        yield from _outputs(net, growths, chunk[half:])
    else:
        for one, values in zip(ones, zip(*outputs, strict=True), strict=True):
            yield tuple(s * v / one for s, v in zip(net.scales, values, strict=True))


def parameters(network: Network | Any) -> int:
    """Dense parameter count P, zeros included."""
    return (network if isinstance(network, Network) else read(network)).parameters


def nonzeros(network: Network | Any) -> int:
    """Number of weights and biases that are not 0."""
    return (network if isinstance(network, Network) else read(network)).nonzeros


def _units(layer: Any, name: str, before: int) -> Iterator[tuple[dict[int, Fraction], Fraction]]:
    parts = mapping(layer, name, ("rows", "bias"))
    rows = sequence(parts["rows"], f"{name}.rows")
    if not 1 <= len(rows) <= MAX_UNITS:
        raise Rejected(f"{name}.rows: must hold 1 to {MAX_UNITS} units, got {len(rows)}")
    biases = rationals(parts["bias"], f"{name}.bias", len(rows))
    for i, (row, bias) in enumerate(zip(rows, biases, strict=True)):
        yield _weights(row, f"{name}.rows[{i}]", before), bias


def _weights(row: Any, name: str, before: int) -> dict[int, Fraction]:
    weights: dict[int, Fraction] = {}
    for entry in sequence(row, name):
        column, weight = sequence(entry, f"{name}: an entry", 2)
        integer(column, f"{name}: a column", 0, before - 1)
        if column in weights:
            raise Rejected(f"{name}: column {column} occurs twice")
        weights[column] = rational(weight, f"{name}: weight {column}")
    return weights


def _common_factor(numbers: list[int]) -> int:
    common = 0
    for number in numbers:  # one at a time: it soon is 1, and can be interrupted
        common = gcd(common, number)
        if common == 1:
            break
    return common or 1


def _row_bits(row: IntegerRow) -> int:
    groups, bias = row
    bits = bias.bit_length()
    for factor, terms in groups:
        bits += factor.bit_length() + sum(w.bit_length() for _, w in terms)
    return bits


def _integer_row(
    weights: dict[int, Fraction], bias: Fraction, scales: tuple[Fraction, ...]
) -> tuple[IntegerRow, Fraction]:
    """The row over the integer values of the layer before, and its scale."""
    exact = [(j, w * scales[j]) for j, w in weights.items() if w]
    different = {w.denominator for _, w in exact}
    if sum(map(int.bit_length, different)) > MAX_DENOMINATOR_BITS:
        raise Rejected(f"network: a unit with denominators of {MAX_DENOMINATOR_BITS} bits")
    # Weights with unrelated denominators have a common one as long as all of them together, so
    # each group of about sqrt(n) gets its own and only the group sums meet the long one.
    size = max(isqrt(len(exact)), LEAST_GROUP)
    groups = [exact[i : i + size] for i in range(0, len(exact), size)]
    own = [lcm(*(w.denominator for _, w in group)) for group in groups]
    below = lcm(bias.denominator, *own)
    whole = [
        (below // mine, [(j, int(w * mine)) for j, w in group])
        for mine, group in zip(own, groups, strict=True)
    ]
    offset = int(bias * below)
    # A common factor of all integers belongs to the scale: x -> 2x, then x / 2, must not grow.
    common = _common_factor([offset, *(w for _, group in whole for _, w in group)])
    reduced = tuple((f, tuple((j, w // common) for j, w in group)) for f, group in whole)
    return (reduced, offset // common), Fraction(common, below)
