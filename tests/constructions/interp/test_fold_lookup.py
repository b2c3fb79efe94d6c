"""Fold, then look up: every label right at every point, sizes as stated, faults caught."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp import exact_batch
from constructions.interp.configurations import CONFIGURATIONS
from constructions.interp.fold import fold
from constructions.interp.fold_lookup import CODES, fold_lookup, key_parts, run_parts, stored_keys
from constructions.interp.lookup import layout, lookup
from constructions.interp.quantiser import quantise, quantiser, ramp_width
from constructions.interp.shallow import shallow_parameters
from proofs_checks import certificate, relu


def referee(net, points):
    read = relu.read(net.to_json())
    return [relu.evaluate(read, tuple(x))[0] for x in points]


def labelled(N, minority, complement, seed):
    ones = set(Random(seed).sample(range(N), minority))
    return [int((i in ones) != complement) for i in range(N)]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("N", [1, 2, 3, 4])
def test_every_labelling_of_a_few_points(N, code):
    points = [(Fraction(i, 7),) for i in range(N)]
    for labels in product((0, 1), repeat=N):
        net = fold_lookup(points, labels, Random(1), code)
        assert referee(net, points) == list(labels)
        if len(set(labels)) == 1:
            assert (net.depth, net.parameters) == (0, 2)


@given(
    st.sampled_from(sorted(CONFIGURATIONS)),
    st.integers(2, 40),
    st.integers(1, 3),
    st.sampled_from(CODES),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_every_label_pattern_on_every_configuration(name, N, d, code, data):
    c = CONFIGURATIONS[name](N, 50, Random(N), d)
    labels = data.draw(
        st.one_of(
            st.lists(st.integers(0, 1), min_size=N, max_size=N),
            st.builds(labelled, st.just(N), st.integers(0, min(N, 3)), st.booleans(), st.just(N)),
        )
    )
    net = fold_lookup(c.points, labels, Random(N), code)
    assert referee(net, c.points) == labels


cases = pytest.mark.parametrize(
    ("name", "N", "d", "minority"),
    [(*c, m) for c in [("paired", 200, 1), ("clustered", 179, 2)] for m in (1, 2, 3, 17, 80)],
)


def folded(d, J):
    """Hidden layers of the fold and its affine output."""
    return 2 * (d + 1) + 6 * (J - 1) + 3


@cases
def test_P_of_the_run_coded_net_is_the_sum_of_its_parts(name, N, d, minority):
    c = CONFIGURATIONS[name](N, 30, Random(N), d)
    labels = labelled(N, minority, complement=minority % 2 == 0, seed=minority)
    parts = run_parts(c.points, labels, Random(1))
    net = parts.network
    assert exact_batch.wrong(net, c.points, labels) == []
    Gr, shape = len(parts.runs.groups), parts.runs.shape
    pairs = 12 * shape.g * (shape.e0 + shape.e1) + 21 * shape.g
    stated = folded(d, parts.fold.J) + 8 * Gr + pairs + 12
    assert net.parameters == stated == parts.parameters
    assert net.width == max(2 * Gr - 1, 6)


@cases
@pytest.mark.parametrize("wide", [False, True])
def test_P_of_the_key_coded_net_is_the_sum_of_its_parts(name, N, d, minority, wide):
    c = CONFIGURATIONS[name](N, 30, Random(N), d)
    labels = labelled(N, minority, complement=minority % 2 == 0, seed=minority)
    parts = key_parts(c.points, labels, Random(1), wide)
    net, k = parts.network, parts.k
    assert exact_batch.wrong(net, c.points, labels) == []
    Gr, g, kappa = len(parts.layout.groups), parts.layout.g, parts.layout.kappa
    fields = 12 * (k + 1 + (g - 1) * (kappa + 1)) + 21 * (g - 1)
    narrow = 20 * (Gr - 1) + 11 + (Gr == 2) + 6
    selection = 26 if Gr == 1 else 8 * (Gr - 1) + 33 if wide else narrow
    # 20 k - 19 for the quantiser, 4 less where its output layer is absorbed
    stated = folded(d, parts.fold.J) + 20 * k - 23 + selection + fields
    assert net.parameters == stated == parts.parameters


#: Figures of an independent build of the key-coded net (and our own at 64), not to be exceeded.
REFERENCE = {(64, 20): 1040, (256, 40): 2072, (1024, 64): 3938}


@pytest.mark.parametrize(("N", "b"), sorted(REFERENCE))
def test_the_default_needs_fewer_parameters_than_the_key_coded_lookup(N, b):
    c = CONFIGURATIONS["paired"](N, b, Random(1))
    narrow = key_parts(c.points, c.labels, Random(2))
    default = run_parts(c.points, c.labels, Random(2))
    assert exact_batch.wrong(default.network, c.points, c.labels) == []
    assert 2 * default.parameters < narrow.parameters
    assert narrow.parameters <= REFERENCE[N, b]
    assert narrow.network.width == 6


def test_a_thousand_paired_points_take_about_half_of_one_hinge_per_gap():
    c = CONFIGURATIONS["paired"](1024, 64, Random(1))
    net = fold_lookup(c.points, c.labels, Random(2))
    assert exact_batch.wrong(net, c.points, c.labels) == []
    assert net.parameters <= 1650 < shallow_parameters(1024, 1) == 3070


def test_one_more_bit_of_separation_costs_six_parameters():
    """40 bits more of separation are 40 tents more, and the quantiser stays as it is."""
    c = CONFIGURATIONS["paired"](50, 30, Random(1))
    for make in (run_parts, key_parts):
        near, far = (
            make(c.points, c.labels, Random(2), separation=Fraction(1, 2**b)) for b in (30, 70)
        )
        assert far.fold.J == near.fold.J + 40
        for parts in (near, far):
            assert parts.network.parameters == parts.parameters


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("claim", ["interp.D4", "interp.D4A", "interp.FOLD", "interp.LOOKUP"])
def test_the_exported_network_passes_the_referee(code, claim):
    c = CONFIGURATIONS["paired"](256 if claim == "interp.D4A" else 32, 40, Random(5))
    net = fold_lookup(c.points, c.labels, Random(5), code)
    statement = {
        "claim": claim,
        "points": [[str(x) for x in point] for point in c.points],
        "labels": [str(y) for y in c.labels],
        "parameters": net.parameters,
        "depth": net.depth,
        "width": net.width,
    }
    sealed = certificate.seal("interp.exact_network", statement, {"network": net.to_json()})
    assert f"P={net.parameters}" in certificate.check(sealed).summary
    statement["labels"][7] = str(1 - c.labels[7])
    spoiled = certificate.seal("interp.exact_network", statement, {"network": net.to_json()})
    with pytest.raises(certificate.Rejected, match="at point 7"):
        certificate.check(spoiled)


def test_a_hash_that_is_not_injective_is_noticed():
    """Two bits fewer than eta asks for: keys of both classes meet, some label must be wrong."""
    c = CONFIGURATIONS["paired"](60, 40, Random(2))
    f = fold(c.points, Random(2))
    k = 5  # 32 integers for 60 points
    keys = sorted(set(stored_keys(f.values, c.labels, 1, k)))
    collided = {quantise(z, k) for z, y in zip(f.values, c.labels, strict=True) if not y} & set(
        keys
    )
    assert collided
    net = lookup(layout(keys, k)).compose(quantiser(f.values, k)).compose(f.network)
    expected = [
        i
        for i, (z, y) in enumerate(zip(f.values, c.labels, strict=True))
        if not y and quantise(z, k) in collided
    ]
    assert exact_batch.wrong(net, c.points, c.labels) == expected


def test_a_ramp_wider_than_the_nearest_value_is_noticed():
    c = CONFIGURATIONS["paired"](60, 40, Random(2))
    parts = key_parts(c.points, c.labels, Random(2))
    f, k = parts.fold, parts.k
    table = lookup(parts.layout)
    eps = ramp_width(f.values, k)
    right = table.compose(quantiser(f.values, k, eps)).compose(f.network)
    wrong = table.compose(quantiser(f.values, k, 2**k * eps)).compose(f.network)
    assert parts.stored == 1
    assert exact_batch.wrong(right, c.points, c.labels) == []
    assert exact_batch.wrong(wrong, c.points, c.labels) != []


def test_one_flipped_key_bit_is_noticed_at_the_point_that_owns_the_key():
    c = CONFIGURATIONS["paired"](60, 40, Random(2))
    parts = key_parts(c.points, c.labels, Random(2))
    groups = parts.layout.groups
    spoiled = replace(parts.layout, groups=((*groups[0][:-1], groups[0][-1] ^ 1), *groups[1:]))
    net = replace(parts, layout=spoiled).network
    owner = [quantise(z, parts.k) for z in parts.fold.values].index(groups[0][-1])
    assert owner in exact_batch.wrong(net, c.points, c.labels)


@pytest.mark.parametrize(
    ("labels", "code", "message"),
    [
        ([0, 2], "runs", r"labels\[1\]: must be 0 or 1, got 2"),
        ([2, 2], "runs", r"labels\[0\]: must be 0 or 1, got 2"),
        ([0, 1], "other", "code: must be one of runs, keys, narrow, got 'other'"),
        ([0], "runs", r"labels: must be one per point \(2\), got 1"),
    ],
)
def test_bad_input_is_refused(labels, code, message):
    with pytest.raises(ValueError, match=message):
        fold_lookup([0, 1], labels, Random(0), code)


def test_equal_labels_have_no_keys():
    with pytest.raises(ValueError, match="labels: must not all be equal"):
        key_parts([0, 1], [1, 1], Random(0))
