"""The width-12 layout on whole ranges of integers, by the referee."""

from dataclasses import replace
from math import isqrt, log2
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.vardi import (
    plan_vardi,
    vardi_net,
    vardi_parameters,
    vardi_reference,
    vardi_widths,
)
from proofs_checks import relu


def outputs(net, points):
    read = relu.read(net.to_json())
    return [relu.evaluate(read, (h,))[0] for h in points]


@given(st.data(), st.integers(1, 7), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_every_key_gets_its_class_and_every_other_integer_0(data, c, n):
    keys = data.draw(st.lists(st.integers(0, 31), min_size=1, max_size=20, unique=True))
    labels = [data.draw(st.integers(0, 2**c - 1)) for _ in keys]
    plan = plan_vardi(keys, labels, c, n)
    net = vardi_net(plan)
    stored = dict(zip(keys, labels, strict=True))
    assert outputs(net, range(2**plan.rho)) == [stored.get(h, 0) for h in range(2**plan.rho)]
    assert (net.width, net.parameters) == (12, plan.parameters)
    assert net.widths == vardi_widths(len(plan.groups), plan.n, plan.rho, c)


@pytest.mark.parametrize("N", [1, 2, 3, 13, 40])
def test_constant_and_alternating_labels(N):
    keys = [3 * i * i + 2 for i in range(N)]
    for labels in ([0] * N, [1] * N, [i % 2 for i in range(N)]):
        assert outputs(vardi_reference(keys, labels), keys) == labels


def test_P_is_the_stated_equality_and_the_depth_is_within_the_stated_one():
    for N1 in (1, 2, 30):
        for n in (1, 2, 9):
            for rho in (2, 3, 20):
                assert vardi_parameters(N1, n, rho) == 49 * N1 + (199 * rho + 197) * n - 43
                for c in (1, 2, rho, rho + 3):
                    depth = len(vardi_widths(N1, n, rho, c))
                    assert depth == 2 * N1 + n * (2 * max(rho, c) + 2)
                    assert depth <= 3 * N1 + 2 + 3 * n * max(rho, c) + 2 * n + 2


@pytest.mark.parametrize("N", [100, 1000])
def test_groups_follow_the_source(N):
    plan = plan_vardi(Random(1).sample(range(N * N), N), [0] * N)
    assert len(plan.groups) <= isqrt(N * N.bit_length())
    assert plan.n <= (N / log2(N)) ** 0.5 + 1


def test_weights_are_as_long_as_the_code_of_a_group():
    rng = Random(3)
    keys = rng.sample(range(2**12), 60)
    plan = plan_vardi(keys, [rng.randrange(2) for _ in keys], n=5)
    assert 5 * 12 - 1 <= vardi_net(plan).weight_bits <= 5 * 12 + 3


def test_one_flipped_label_bit_is_noticed_at_its_key_alone():
    keys = [1, 4, 6, 9, 20, 31]
    labels = [0, 1, 1, 0, 1, 0]
    plan = plan_vardi(keys, labels, n=2)
    (q, y), other = plan.groups[1]
    flipped = (plan.groups[0], ((q, 1 - y), other), plan.groups[2])
    found = outputs(vardi_net(replace(plan, groups=flipped)), range(32))
    stored = dict(zip(keys, labels, strict=True))
    assert [h for h in range(32) if found[h] != stored.get(h, 0)] == [q]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vardi_reference([2, 2], [0, 1]), "keys: must be distinct"),
        (lambda: vardi_reference([2], [3]), r"labels\[0\]: must be an integer of 0..1, got 3"),
        (lambda: vardi_widths(0, 1, 1, 1), "N1: must be at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
