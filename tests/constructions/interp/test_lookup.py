"""The tent-coded lookup on whole ranges of integers, by the referee."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.lookup import Layout, layout, lookup, lookup_parameters
from proofs_checks import relu


def outputs(net, k):
    read = relu.read(net.to_json())
    return [relu.evaluate(read, (h,))[0] for h in range(2**k)]


@given(st.data(), st.integers(1, 6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_exactly_the_stored_keys_are_found(data, k, wide):
    keys = data.draw(st.sets(st.integers(0, 2**k - 1), min_size=1))
    plan = layout(keys, k, wide)
    net = lookup(plan)
    assert outputs(net, k) == [int(h in keys) for h in range(2**k)]
    assert net.parameters == plan.parameters


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("g", [1, 2, 3, 7])
def test_every_group_size_stores_the_same_keys_with_P_as_stated(g, wide):
    keys = [0, 1, 2, 9, 10, 12, 30, 31, 55, 62, 63]
    groups = tuple(tuple(keys[i : i + g]) for i in range(0, len(keys), g))
    net = lookup(Layout(6, g, 5, groups, wide))
    assert outputs(net, 6) == [int(h in keys) for h in range(64)]
    Gr = len(groups)
    fields = 12 * (6 + 1 + (g - 1) * (5 + 1)) + 21 * (g - 1)
    stated = 8 * (Gr - 1) + fields + 31 if wide else 20 * (Gr - 1) + fields + 11 + (Gr == 2)
    assert net.parameters == stated == lookup_parameters(Gr, 6, g, 5, wide)
    assert net.width == max(5 + (g > 1), 2 * Gr - 1 if wide else 0)


def test_the_narrow_lookup_has_width_6_and_is_within_the_stated_bound():
    keys = Random(4).sample(range(2**16), 120)
    plan = layout(keys, 16)
    net = lookup(plan)
    Gr, g, kappa = len(plan.groups), plan.g, plan.kappa
    assert net.width == 6
    assert net.parameters <= 20 * Gr + 12 * (17 + (g - 1) * (kappa + 1)) + 21 * g + 60
    read = relu.read(net.to_json())
    probes = [h for q in keys for h in (q - 1, q, q + 1) if 0 <= h < 2**16]
    assert all(relu.evaluate(read, (h,))[0] == int(h in set(keys)) for h in probes)


def test_the_layout_is_the_cheapest_of_all_group_sizes_and_gap_lengths():
    keys = Random(1).sample(range(2**9), 40)
    best = layout(keys, 9)
    ordered = sorted(keys)
    for kappa in range(1, 10):
        for g in range(1, 41):
            Gr, size = 1, 1
            for one, two in pairwise(ordered):
                if two - one >= 2**kappa or size == g:
                    Gr, size = Gr + 1, 0
                size += 1
            assert best.parameters <= lookup_parameters(Gr, 9, g, kappa, wide=False)


@pytest.mark.parametrize("wide", [False, True])
def test_one_flipped_code_bit_is_noticed(wide):
    keys = [3, 5, 11, 20, 21, 40, 47, 60]
    plan = layout(keys, 6, wide)
    flipped = tuple((*g[:-1], g[-1] ^ 1) if i == 1 else g for i, g in enumerate(plan.groups))
    assert outputs(lookup(replace(plan, groups=flipped)), 6) != [int(h in keys) for h in range(64)]


@pytest.mark.parametrize(
    ("keys", "k", "message"),
    [
        ([], 3, "keys: must hold at least one key, got none"),
        ([8], 3, r"keys: must be below 2\^k = 8, got 8"),
        ([1, 1], 3, "keys: must be distinct, got 1 twice"),
        ([-1], 3, r"keys\[0\]: must be at least 0, got -1"),
    ],
)
def test_bad_input_is_refused(keys, k, message):
    with pytest.raises(ValueError, match=message):
        layout(keys, k)
