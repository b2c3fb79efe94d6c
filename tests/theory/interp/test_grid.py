"""The helpers of the grid claim: nets with other numbers of tents, and all pairs of blocks."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from constructions.interp.grid_bits import grid_net, plan_grid, tent_count
from theory.interp._two_routes import first_wrong, on_line
from theory.interp.grid import all_pairs, with_tents

LABELS = [0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0]


def test_with_as_many_tents_as_planned_it_is_the_net():
    for wide in (True, False):
        plan = plan_grid(12, LABELS, wide, 2)
        assert with_tents(plan, tent_count(2, 3)) == grid_net(plan)


@pytest.mark.parametrize("extra", [-2, -1, 1, 2])
def test_other_numbers_of_tents_are_layers_of_two_units_and_wrong_at_a_point(extra):
    plan = plan_grid(12, LABELS, m=2)
    net = with_tents(plan, tent_count(2, 3) + extra)
    assert net.parameters == plan.parameters + 6 * extra
    assert net.depth == grid_net(plan).depth + extra
    assert first_wrong(net, on_line(range(12)), LABELS) is not None


@pytest.mark.parametrize("m", [0, 1, 2])
def test_every_pair_of_blocks_stands_side_by_side_once(m):
    labels, g = all_pairs(m), 2**m
    blocks = [tuple(labels[i : i + g]) for i in range(0, len(labels), g)]
    pairs = Counter(pairwise(blocks))
    assert len(pairs) == 4**g
    assert set(pairs.values()) == {1}
