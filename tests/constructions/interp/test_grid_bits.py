"""Labels of 0 .. H-1, every point by the referee; P by hand and by formula; broken codes."""

from dataclasses import replace
from math import isqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.grid_bits import (
    grid_bits,
    grid_net,
    grid_parameters,
    plan_grid,
    position,
    tent_count,
)
from proofs_checks import relu


def outputs(net, H):
    read = relu.read(net.to_json())
    return [relu.evaluate(read, (x,))[0] for x in range(H)]


@given(st.lists(st.integers(0, 1), min_size=1, max_size=40), st.booleans(), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_every_label_comes_back_for_every_block_length(labels, wide, m):
    H = len(labels)
    plan = plan_grid(H, labels, wide, min(m, H.bit_length()))
    net = grid_net(plan)
    assert outputs(net, H) == labels
    assert net.parameters == plan.parameters


@pytest.mark.parametrize("H", [*range(1, 12), 31, 32, 33, 40])
@pytest.mark.parametrize("wide", [True, False])
def test_constant_and_alternating_labels(H, wide):
    for labels in ([0] * H, [1] * H, [x % 2 for x in range(H)]):
        assert outputs(grid_bits(H, labels, wide), H) == labels


@pytest.mark.parametrize("H", [20, 64, 100, 1000])
def test_P_is_the_stated_equality(H):
    for m in range(2, 6):
        Gr, g = -(-H // 2**m), 2**m
        if Gr < 3:
            continue
        T = g + 2 + next(i for i in range(20) if 2**i >= Gr)
        assert grid_parameters(H, m, True) == 20 * m + 3 * Gr + 6 * T - 5
        assert grid_parameters(H, m, False) == 20 * m + 12 * Gr + 6 * T - 25
        net = grid_net(plan_grid(H, [0] * H, False, m))
        assert net.width == 4
        assert relu.parameters(net.to_json()) == grid_parameters(H, m, False)


@pytest.mark.parametrize(
    ("H", "P", "narrow"),
    [(64, 143, 209), (256, 241, 379), (1024, 411, 693), (4096, 725, 1295)],
)
def test_all_points_of_the_published_sizes(H, P, narrow):
    rng = Random(H)
    labels = [rng.randrange(2) for _ in range(H)]
    net = grid_bits(H, labels)
    assert outputs(net, H) == labels
    assert net.parameters == P < 3 * H - 2
    assert P <= 90 * isqrt(H)
    assert grid_bits(H, labels, wide=False).parameters == narrow


def test_the_largest_published_size_by_formula():
    assert min(grid_parameters(65536, m) for m in range(17)) == 2505
    assert min(grid_parameters(65536, m, False) for m in range(17)) == 4803


def test_P_per_root_of_H_falls_towards_the_square_root_of_72():
    ratios = [min(grid_parameters(4**i, m) for m in range(2 * i + 1)) / 2**i for i in range(4, 20)]
    assert ratios == sorted(ratios, reverse=True)
    # min over real g of 3 H/g + 6 g is sqrt(72 H); powers of two cost at most 3/sqrt(8) of it
    assert 72**0.5 < ratios[-1] < 72**0.5 * 3 / 8**0.5 + 0.1


@given(st.integers(0, 5), st.integers(1, 9))
def test_positions_number_the_points_once_and_blocks_are_mirrored(m, Gr):
    places = [position(x, m, Gr) for x in range(Gr << m)]
    assert sorted(places) == [(k, j) for k in range(Gr) for j in range(2**m)]
    assert tent_count(m, Gr) == 2**m + 2 + (Gr - 1).bit_length()


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_one_flipped_code_bit_changes_a_label_of_that_block_only(data):
    H, m, Gr = 40, 3, 5
    labels = data.draw(st.lists(st.integers(0, 1), min_size=H, max_size=H))
    plan = plan_grid(H, labels, m=m)
    k, bit = data.draw(st.integers(0, Gr - 1)), data.draw(st.integers(1, plan.g))
    codes = list(plan.codes)
    codes[k] ^= 1 << bit
    found = outputs(grid_net(replace(plan, codes=tuple(codes))), H)
    differ = [x for x in range(H) if found[x] != labels[x]]
    assert differ
    assert {position(x, m, Gr)[0] for x in differ} == {k}


@pytest.mark.parametrize(
    ("H", "labels", "message"),
    [
        (0, [], "H: must be at least 1, got 0"),
        (2, [0], r"labels: must be one per point \(2\), got 1"),
        (2, [0, 2], r"labels\[1\]: must be an integer of 0..1, got 2"),
    ],
)
def test_bad_input_is_refused(H, labels, message):
    with pytest.raises(ValueError, match=message):
        grid_bits(H, labels)
