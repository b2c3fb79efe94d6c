"""Keys with classes, on whole ranges of integers by the referee; padding; broken codes."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.keyed_bits import (
    best_group,
    code,
    keyed_bits,
    keyed_net,
    keyed_parameters,
    plan_keyed,
)
from proofs_checks import relu


def outputs(net, points):
    read = relu.read(net.to_json())
    return [relu.evaluate(read, (h,))[0] for h in points]


@given(st.data(), st.integers(1, 3), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_every_key_gets_its_class_and_every_other_integer_0(data, c, g):
    keys = data.draw(st.lists(st.integers(0, 63), min_size=1, max_size=40, unique=True))
    labels = [data.draw(st.integers(0, 2**c - 1)) for _ in keys]
    plan = plan_keyed(keys, labels, c, g)
    stored = dict(zip(keys, labels, strict=True))
    net = keyed_net(plan)
    assert outputs(net, range(2**plan.b)) == [stored.get(h, 0) for h in range(2**plan.b)]
    assert net.parameters == plan.parameters
    assert net.width <= 8


@pytest.mark.parametrize("N", [1, 2, 3, 7, 13])
@pytest.mark.parametrize("c", [1, 2])
def test_constant_and_alternating_labels_with_N_not_divisible_by_g(N, c):
    keys, top = [5 * i * i + 1 for i in range(N)], 2**c - 1
    for labels in ([0] * N, [top] * N, [top * (i % 2) for i in range(N)]):
        for g in (1, 2, 3, 5):
            assert outputs(keyed_net(plan_keyed(keys, labels, c, g)), keys) == labels


@pytest.mark.parametrize(("Gr", "g", "b"), [(3, 2, 2), (4, 3, 7), (11, 5, 33)])
def test_P_is_the_stated_equality(Gr, g, b):
    rng = Random(b)
    keys = [0, *sorted(rng.sample(range(1, 2**b - 1), min(Gr * g, 2**b) - 2)), 2**b - 1]
    keys = keys[: Gr * g]
    net = keyed_net(plan_keyed(keys, [1] * len(keys), 1, -(-len(keys) // Gr)))
    size = -(-len(keys) // Gr)
    groups = -(-len(keys) // size)
    counted = relu.parameters(net.to_json())
    assert counted == keyed_parameters(groups, size, b)
    if groups >= 3 and size >= 2:
        assert counted == 20 * groups + (42 * b + 69) * size - 12 * b - 76


def test_the_stated_equality_holds_for_the_formula():
    for Gr in (3, 9, 400):
        for g in (2, 3, 40):
            for b in (2, 5, 64):
                assert keyed_parameters(Gr, g, b) == 20 * Gr + (42 * b + 69) * g - 12 * b - 76


@pytest.mark.parametrize(("N", "b", "c"), [(1, 1, 1), (17, 6, 1), (300, 20, 1), (300, 9, 4)])
def test_the_group_size_is_the_best_of_all(N, b, c):
    best = best_group(N, b, c)
    every = [keyed_parameters(-(-N // g), g, b, c) for g in range(1, N + 1)]
    assert keyed_parameters(-(-N // best), best, b, c) == min(every)


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_one_flipped_code_bit_is_noticed(data):
    keys, g = [3, 5, 11, 20, 21, 40, 47, 60, 62], 3
    labels = data.draw(st.lists(st.integers(0, 1), min_size=9, max_size=9))
    plan = plan_keyed(keys, labels, 1, g)
    i = data.draw(st.integers(0, 2))
    # every bit but those of the first key, which is the boundary of the selection as well
    u = code(plan.groups[i], plan.b, plan.c) ^ (1 << data.draw(st.integers(0, 7 * (g - 1))))
    members = [(u >> 7 * j) % 128 for j in reversed(range(g))]
    groups = list(plan.groups)
    groups[i] = tuple((member >> 1, member & 1) for member in members)
    assert code(groups[i], plan.b, plan.c) == u
    found = outputs(keyed_net(replace(plan, groups=tuple(groups))), range(64))
    stored = dict(zip(keys, labels, strict=True))
    expected = [stored.get(h, 0) for h in range(64)]
    relabelled = [groups[i][j] != plan.groups[i][j] and groups[i][j][1] for j in range(g)]
    lost = any(a != b and a[1] for a, b in zip(groups[i], plan.groups[i], strict=True))
    was_one = any(b != a and b[1] for a, b in zip(groups[i], plan.groups[i], strict=True))
    assert (found != expected) == (any(relabelled) or lost or was_one)


@pytest.mark.parametrize(
    ("keys", "labels", "c", "message"),
    [
        ([], [], 1, "keys: must hold at least one key, got none"),
        ([1, 1], [0, 0], 1, "keys: must be distinct, but 0 and 1 are both 1"),
        ([1], [2], 1, r"labels\[0\]: must be an integer of 0..1, got 2"),
        ([1], [0, 1], 1, r"labels: must be one per point \(1\), got 2"),
    ],
)
def test_bad_input_is_refused(keys, labels, c, message):
    with pytest.raises(ValueError, match=message):
        keyed_bits(keys, labels, c)
