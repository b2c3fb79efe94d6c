"""The graph of a net on the line: against evaluation, known shapes and the piece count."""

from fractions import Fraction
from itertools import pairwise
from math import prod
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.network import Affine, ExactNet, random_net
from constructions.interp.sawtooth import network as sawtooth


def changes_by_sampling(net, graph, tau):
    """Second route: labels at all breakpoints, at the crossings, and between all of these."""
    inner = list(graph.breakpoints) or [Fraction(0)]
    special = [inner[0] - 1, *inner, inner[-1] + 1]
    ends = [inner[0] - 10**9, *special, inner[-1] + 10**9]
    marks = set(ends)
    for a, b in pairwise(ends):
        fa, fb = net(a)[0] - tau, net(b)[0] - tau
        if fa * fb < 0:
            marks.add(a + (b - a) * fa / (fa - fb))
    marks = sorted(marks)
    marks = sorted([*marks, *((a + b) / 2 for a, b in pairwise(marks))])
    labels = [net(t)[0] > tau for t in marks]
    return sum(a != b for a, b in pairwise(labels))


@given(st.integers(0, 10**6), st.lists(st.integers(1, 3), max_size=3), st.integers(-3, 3))
@settings(max_examples=80, deadline=None)
def test_the_graph_is_the_function_and_has_at_most_the_proved_number_of_pieces(seed, widths, tau):
    rng = Random(seed)
    net = random_net(widths, rng, 5) if widths else ExactNet((Affine.dense([[2]], [-1]),))
    graph = net.pieces()
    assert len(graph) <= prod(w + 1 for w in widths)
    assert list(graph.breakpoints) == sorted(set(graph.breakpoints))
    assert all(one != two for one, two in pairwise(graph.slopes))
    assert graph.values == tuple(net(t)[0] for t in graph.breakpoints)
    for _ in range(20):
        t = Fraction(rng.randint(-500, 500), rng.randint(1, 40))
        assert graph(t) == net(t)[0]
    assert graph.changes(tau) == changes_by_sampling(net, graph, tau)


def test_a_single_hinge_has_two_pieces_and_one_change():
    hinge = ExactNet((Affine.dense([[2]], [-3]), Affine.dense([[1]], [0])))
    graph = hinge.pieces()
    assert graph.breakpoints == (Fraction(3, 2),)
    assert graph.slopes == (0, 2)
    assert graph.values == (0,)
    assert (graph.changes(0), graph.changes(1), graph.changes(-1)) == (1, 1, 0)


def test_a_constant_has_one_piece_and_no_change():
    graph = ExactNet((Affine.dense([[0]], [7]), Affine.dense([[0]], [1]))).pieces()
    assert (len(graph), graph.breakpoints, graph.changes(1)) == (1, (), 0)


def test_touching_the_threshold_from_above_counts_twice_and_from_below_not_at_all():
    absolute = ExactNet((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))
    below = ExactNet((absolute.layers[0], Affine.dense([[-1, -1]], [0])))
    assert absolute.pieces().changes(0) == 2
    assert below.pieces().changes(0) == 0


def test_four_changes_are_attained_with_three_units():
    # slopes 6, -2, 4, -2 with bends at 1, 3, 4: equal peaks, threshold 2 below the peak
    hidden = Affine.dense([[1], [1], [-1]], [-1, -3, 4])
    graph = ExactNet((hidden, Affine.dense([[-8, 6, -6]], [0]))).pieces()
    assert graph.slopes == (6, -2, 4, -2)
    assert graph.values[0] == graph.values[2]
    assert graph.changes(graph.values[0] - 2) == 4


@pytest.mark.parametrize("L", [1, 2, 5, 9])
def test_the_iterated_tent_has_2_to_the_L_crossings(L):
    graph = sawtooth(L, 1).pieces()
    assert graph.changes(Fraction(1, 2)) == 2**L
    inside = [t for t in graph.breakpoints if 0 < t < 1]
    assert inside == [Fraction(k, 2**L) for k in range(1, 2**L)]


def test_only_nets_of_one_input_and_one_output_have_a_graph():
    with pytest.raises(ValueError, match="net: must have 1 input and 1 output, got 2 and 1"):
        random_net((2,), Random(0), 3, inputs=2).pieces()
