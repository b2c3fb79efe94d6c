"""Exact nets against a plain Fraction evaluator, the referee's evaluator and dense counts."""

from fractions import Fraction
from itertools import pairwise
from math import nan
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.network import Affine, ExactNet, random_net
from proofs_checks import relu

rationals = st.fractions(-20, 20, max_denominator=12)


def plainly(net, point):
    """Second route: dense matrices, Fractions, one point at a time."""
    h = [Fraction(x) for x in point]
    for index, layer in enumerate(net.layers):
        matrix = [[Fraction(dict(row).get(j, 0)) for j in range(len(h))] for row in layer.rows]
        h = [
            sum((w * x for w, x in zip(row, h, strict=True)), Fraction(c))
            for row, c in zip(matrix, layer.bias, strict=True)
        ]
        if index < net.depth:
            h = [max(z, Fraction(0)) for z in h]
    return tuple(h)


@st.composite
def nets(draw, inputs=None, outputs=None, depth=None):
    sizes = [inputs or draw(st.integers(1, 3))]
    hidden = draw(st.integers(0, 3)) if depth is None else depth
    sizes += [draw(st.integers(1, 3)) for _ in range(hidden)] + [outputs or draw(st.integers(1, 2))]
    layers = []
    for before, after in pairwise(sizes):
        matrix = [[draw(rationals) for _ in range(before)] for _ in range(after)]
        layers.append(Affine.dense(matrix, [draw(rationals) for _ in range(after)]))
    return ExactNet(tuple(layers))


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_integer_evaluation_equals_plain_fractions_and_the_referee(data):
    net = data.draw(nets())
    rows = st.tuples(*[rationals] * net.inputs)
    points = data.draw(st.lists(rows, min_size=0, max_size=6))
    expected = [plainly(net, x) for x in points]
    assert net.evaluate(points) == expected
    assert [relu.evaluate(net.to_json(), x) for x in points] == expected


def test_many_points_with_unlike_denominators_are_evaluated_in_order():
    rng = Random(5)
    net = random_net((4, 3), rng, 9, inputs=2)
    points = [
        (Fraction(rng.randrange(2**300), rng.randrange(1, 2**300)), Fraction(rng.randrange(9), 7))
        for _ in range(200)
    ]
    assert net.evaluate(points) == [plainly(net, x) for x in points]


@given(nets())
def test_sizes_are_the_dense_and_sparse_counts(net):
    dense = sum(len(layer.rows) * (layer.columns + 1) for layer in net.layers)
    filled = sum(
        sum(dict(row).get(j, 0) != 0 for j in range(layer.columns)) + (c != 0)
        for layer in net.layers
        for row, c in zip(layer.rows, layer.bias, strict=True)
    )
    assert (net.parameters, net.nonzeros) == (dense, filled)
    assert relu.parameters(net.to_json()) == dense
    assert relu.nonzeros(net.to_json()) == filled
    assert net.depth == len(net.widths)
    assert ExactNet.from_json(net.to_json()) == net


def test_uniform_width_has_the_parameter_count_of_the_paper():
    for W, L, d in ((1, 1, 1), (3, 3, 1), (2, 7, 4)):
        net = random_net((W,) * L, Random(0), 3, inputs=d)
        assert net.parameters == W * (d + 1) + (L - 1) * W * (W + 1) + W + 1
        assert (net.width, net.depth) == (W, L)


def test_weight_bits_see_numerators_and_denominators():
    assert ExactNet((Affine.dense([[Fraction(1, 2**70)]], [5]),)).weight_bits == 71
    assert ExactNet((Affine.dense([[0]], [-(2**9)]),)).weight_bits == 10


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_restriction_composition_and_sum_are_what_they_say(data):
    f, g = data.draw(nets(inputs=2, outputs=2)), data.draw(nets(inputs=2, outputs=2))
    x0, v, t = data.draw(st.tuples(*[st.tuples(rationals, rationals)] * 2, rationals))
    x = tuple(a + t * b for a, b in zip(x0, v, strict=True))
    assert f.restrict(x0, v)(t) == plainly(f, x)
    composed = f.compose(g)
    assert composed(x) == plainly(f, plainly(g, x))
    assert composed.depth == f.depth + g.depth
    total = f.parallel_sum(g)
    pairs = zip(plainly(f, x), plainly(g, x), strict=True)
    assert total(x) == tuple(a + b for a, b in pairs)
    assert total.depth == max(f.depth, g.depth)


@given(st.data(), st.integers(0, 2), st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_padding_keeps_every_label_and_makes_widths_uniform(data, more_width, more_depth):
    net = data.draw(nets(inputs=1, outputs=1))
    W, L = max(net.width, 1) + more_width, max(net.depth, 1) + more_depth
    padded = net.pad(W, L)
    assert padded.widths == (W,) * L
    for t in range(-30, 31):
        t = Fraction(t, 3)
        assert (padded(t)[0] > 0) == (plainly(net, (t,))[0] > 0)
    with pytest.raises(ValueError, match="L: must be at least"):
        net.pad(W, net.depth - 1 if net.depth > 1 else 0)


def test_padding_refuses_to_narrow():
    with pytest.raises(ValueError, match="W: must be at least the width 3, got 2"):
        random_net((3,), Random(0), 1).pad(2, 5)


@pytest.mark.parametrize(
    ("rows", "bias", "columns", "message"),
    [
        ((), (), 1, "rows: must hold at least one unit"),
        ((((0, 1),),), (), 1, "bias: must be one per row"),
        ((((1, 1),),), (0,), 1, "column must be in 0..0, got 1"),
        ((((0, 1), (0, 2)),), (0,), 1, "distinct"),
        ((((0, 0.5),),), (0,), 1, "must be exact"),
        ((((0, 1),),), (nan,), 1, "must be exact"),
    ],
)
def test_a_malformed_layer_is_refused(rows, bias, columns, message):
    with pytest.raises(ValueError, match=message):
        Affine(rows, bias, columns)


def test_a_malformed_net_or_point_is_refused():
    layer = Affine.dense([[1, 2]], [0])
    with pytest.raises(ValueError, match="at least the output layer"):
        ExactNet(())
    with pytest.raises(ValueError, match="must read 1 units, got 2"):
        ExactNet((layer, layer))
    with pytest.raises(ValueError, match="must have 2 coordinates, got 1"):
        ExactNet((layer,))((1,))
    with pytest.raises(ValueError, match=r"points\[0\]\[1\]: must be finite"):
        ExactNet((layer,))((1, nan))
    with pytest.raises(ValueError, match="data: must be a network"):
        ExactNet.from_json({"inputs": 1})


def test_random_nets_are_reproducible_and_bounded():
    one, two = (random_net((3, 2), Random(7), 4) for _ in range(2))
    assert one == two
    assert all(abs(w) <= 4 for layer in one.layers for w in layer.entries)
