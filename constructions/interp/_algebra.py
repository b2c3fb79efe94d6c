"""Nets made of nets: on a line, one after the other, side by side, padded."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from constructions.interp import network

if TYPE_CHECKING:
    from constructions.interp.network import Affine, ExactNet, Row


def restrict(net: ExactNet, x0: tuple[Fraction, ...], v: tuple[Fraction, ...]) -> ExactNet:
    """t -> f(x0 + t v): only the first layer changes."""
    line = network.Affine.dense([[step] for step in v], x0)
    return network.ExactNet((_after(net.layers[0], line), *net.layers[1:]))


def compose(outer: ExactNet, inner: ExactNet) -> ExactNet:
    """x -> outer(inner(x))."""
    if outer.inputs != inner.outputs:
        raise ValueError(f"inner: must have {outer.inputs} outputs, got {inner.outputs}")
    joint = _after(outer.layers[0], inner.layers[-1])
    return network.ExactNet((*inner.layers[:-1], joint, *outer.layers[1:]))


def parallel_sum(one: ExactNet, two: ExactNet) -> ExactNet:
    """x -> one(x) + two(x)."""
    if one.inputs != two.inputs:
        raise ValueError(f"other: must have {one.inputs} inputs, got {two.inputs}")
    if one.outputs != two.outputs:
        raise ValueError(f"other: must have {one.outputs} outputs, got {two.outputs}")
    depth = max(one.depth, two.depth)
    first, second = _lengthened(one, depth).layers, _lengthened(two, depth).layers
    hidden = [
        _beside(a, b, shared_input=index == 0)
        for index, (a, b) in enumerate(zip(first[:-1], second[:-1], strict=True))
    ]
    return network.ExactNet((*hidden, _added(first[-1], second[-1], shared_input=depth == 0)))


def pad(net: ExactNet, W: int, L: int) -> ExactNet:
    """Uniform width W, depth L, the same labels 1{f > 0}; see :meth:`ExactNet.pad`."""
    if net.outputs != 1:
        raise ValueError(f"pad: the net must have one output, got {net.outputs}")
    if net.width > W:
        raise ValueError(f"W: must be at least the width {net.width}, got {W}")
    if net.depth > L:
        raise ValueError(f"L: must be at least the depth {net.depth}, got {L}")
    layers = list(net.layers)
    while len(layers) <= L:  # 1{sigma(f) > 0} = 1{f > 0}
        layers.append(network.Affine((((0, 1),),), (0,), 1))
    columns = [net.inputs] + [W] * L
    wide = [
        network.Affine(
            layer.rows + ((),) * (W - layer.units), layer.bias + (0,) * (W - layer.units), before
        )
        for layer, before in zip(layers[:-1], columns, strict=False)
    ]
    return network.ExactNet((*wide, network.Affine(layers[-1].rows, layers[-1].bias, W)))


def _after(outer: Affine, inner: Affine) -> Affine:
    """The affine map h -> outer(inner(h))."""
    rows, bias = [], []
    for row, constant in zip(outer.rows, outer.bias, strict=True):
        total: dict[int, int | Fraction] = {}
        for j, weight in row:
            for k, inside in inner.rows[j]:
                total[k] = total.get(k, 0) + weight * inside
            constant += weight * inner.bias[j]
        rows.append(tuple(total.items()))
        bias.append(constant)
    return network.Affine(tuple(rows), tuple(bias), inner.columns)


def _lengthened(net: ExactNet, depth: int) -> ExactNet:
    """The same function with ``depth`` hidden layers: z = sigma(z) - sigma(-z), twice the outputs."""
    outputs = net.outputs
    while net.depth < depth:
        split = tuple(((i, sign),) for i in range(outputs) for sign in (1, -1))
        join = tuple(((2 * i, 1), (2 * i + 1, -1)) for i in range(outputs))
        halves = network.Affine(split, (0,) * (2 * outputs), outputs)
        whole = network.Affine(join, (0,) * outputs, 2 * outputs)
        net = compose(network.ExactNet((halves, whole)), net)
    return net


def _shifted(rows: tuple[Row, ...], by: int) -> tuple[Row, ...]:
    return tuple(tuple((j + by, weight) for j, weight in row) for row in rows)


def _beside(a: Affine, b: Affine, shared_input: bool) -> Affine:
    by = 0 if shared_input else a.columns
    columns = a.columns if shared_input else a.columns + b.columns
    return network.Affine(a.rows + _shifted(b.rows, by), a.bias + b.bias, columns)


def _added(a: Affine, b: Affine, shared_input: bool) -> Affine:
    both = _beside(a, b, shared_input)
    twice = tuple(((i, 1), (i + a.units, 1)) for i in range(a.units))
    return _after(network.Affine(twice, (0,) * a.units, both.units), both)
