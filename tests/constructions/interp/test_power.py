"""Faults of stored networks, from the exported JSON: the referee names the point that is wrong.

Every construction, points in random order. Which point must be named follows from the fault (the
owner of a flipped bit, the value inside a widened ramp), not from evaluating the net; only for weights
rounded to floats it is found by the other evaluation.
"""

import json
import re
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from constructions.interp.configurations import paired
from constructions.interp.exact_batch import wrong
from constructions.interp.floats import wrong_labels
from constructions.interp.fold_lookup import CODES, RunParts, fold_lookup, key_parts, run_parts
from constructions.interp.grid_bits import grid_bits, grid_net, plan_grid, position
from constructions.interp.hash_then_bits import bit_ramp, hash_parts
from constructions.interp.keyed_bits import keyed_net, plan_keyed
from constructions.interp.lookup import lookup
from constructions.interp.narrow import narrow_any
from constructions.interp.network import Affine, ExactNet
from constructions.interp.quantiser import quantiser, ramp_width
from constructions.interp.shallow import shallow_any
from constructions.interp.three_layer import Shape, three_layer_any
from constructions.interp.vardi import vardi_reference
from proofs_checks.certificate import Rejected, check, seal


def decide(net, points, labels):
    """The referee's summary, from weights that went through a file."""
    statement = {
        "claim": "interp.D4",
        "points": [[str(Fraction(x)) for x in point] for point in points],
        "labels": [str(Fraction(y)) for y in labels],
        "parameters": net.parameters,
        "depth": net.depth,
        "width": net.width,
    }
    text = json.dumps(seal("interp.exact_network", statement, {"network": net.to_json()}))
    return check(json.loads(text), claim="interp.D4").summary


def named(net, points, labels):
    """The point that the referee names."""
    with pytest.raises(Rejected) as caught:
        decide(net, points, labels)
    found = re.fullmatch(
        r"network: does not take the stated label at point (\d+)", str(caught.value)
    )
    assert found, str(caught.value)
    return int(found[1])


def shuffled(points, labels, seed):
    order = Random(seed).sample(range(len(points)), len(points))
    rows = [point if isinstance(point, tuple) else (Fraction(point),) for point in points]
    return [rows[i] for i in order], [labels[i] for i in order]


def labelled(N, seed):
    """N points 2^-40 apart in pairs, in random order."""
    made = paired(N, 40, Random(seed))
    return shuffled(made.points, made.labels, seed)


def on_integers(store):
    """A construction for keys and labels as one for points of dimension 1."""
    return lambda points, labels: store([int(x) for (x,) in points], labels)


def in_order(points, labels):
    """grid_bits, for integers that are not in order."""
    stored = dict(zip([int(x) for (x,) in points], labels, strict=True))
    return grid_bits(len(points), [stored[x] for x in range(len(points))])


BUILDERS = {
    "grid_bits": in_order,
    "keyed_bits": on_integers(lambda keys, labels: keyed_net(plan_keyed(keys, labels))),
    "vardi_reference": on_integers(vardi_reference),
    "hash_then_bits": lambda points, labels: hash_parts(points, labels, Random(1)).network,
    "shallow_any": lambda points, labels: shallow_any(points, labels, Random(1)),
    "narrow_any": lambda points, labels: narrow_any(points, labels, Random(1)),
    "three_layer_any": lambda points, labels: three_layer_any(points, labels, Random(1)),
    **{
        f"fold_lookup {code}": lambda points, labels, code=code: fold_lookup(
            points, labels, Random(1), code
        )
        for code in CODES
    },
}


@pytest.mark.parametrize("name", BUILDERS)
def test_one_flipped_stored_label_is_named_at_every_place(name):
    integers = name in ("grid_bits", "keyed_bits", "vardi_reference")
    points, labels = labelled(14, 3)
    if integers:
        points, labels = shuffled(range(14), [0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0], 3)
    assert "N=14" in decide(BUILDERS[name](points, labels), points, labels)
    for i in range(14):
        stored = [y ^ (j == i) for j, y in enumerate(labels)]
        assert named(BUILDERS[name](points, stored), points, labels) == i


# -- stored bits --------------------------------------------------------------------------------


def tent_digit(code, g, j):
    """Digit j of code / 2^(g+1), on fractions."""
    r = Fraction(code, 2 ** (g + 1))
    for _ in range(j):
        r = min(2 * r, 2 - 2 * r)
    return int(r > Fraction(1, 2))


@pytest.mark.parametrize("wide", [True, False])
def test_a_flipped_bit_of_a_block_of_a_grid_is_named_at_the_first_digit_it_changes(wide):
    H, m = 24, 3
    labels = [Random(7 + x).randrange(2) for x in range(H)]
    plan = plan_grid(H, labels, wide, m)
    points, targets = shuffled(range(H), labels, 5)
    for k in range(3):
        for bit in range(1, plan.g + 1):
            codes = list(plan.codes)
            codes[k] ^= 1 << bit
            read = [
                tent_digit(codes[a], plan.g, j) for a, j in (position(x, m, 3) for x in range(H))
            ]
            expected = next(i for i, (x,) in enumerate(points) if read[int(x)] != targets[i])
            assert named(grid_net(replace(plan, codes=tuple(codes))), points, targets) == expected


@pytest.mark.parametrize("c", [1, 2])
def test_a_flipped_bit_of_a_class_is_named_at_its_key(c):
    rng = Random(c)
    keys = rng.sample(range(200), 11)
    labels = [rng.randrange(2**c) for _ in keys]
    plan = plan_keyed(keys, labels, c, 3)
    points = [(Fraction(key),) for key in keys]
    members = [(k, j) for k in range(4) for j in range(3) if 3 * k + j < 11]
    for k, j in members:
        for bit in range(c):
            groups = [list(group) for group in plan.groups]
            key, y = groups[k][j]
            groups[k][j] = (key, y ^ 1 << bit)
            net = keyed_net(replace(plan, groups=tuple(map(tuple, groups))))
            assert named(net, points, labels) == keys.index(key)


def test_a_flipped_label_in_the_table_behind_a_hash_is_named_at_the_point_that_owns_it():
    points, labels = labelled(16, 2)
    parts = hash_parts(points, labels, Random(4))
    owners = [parts.hashed(key) for key in parts.keyed.keys]
    groups = parts.table.groups
    for k in range(len(groups)):
        h, y = groups[k][0]
        changed = (*groups[:k], ((h, 1 - y), *groups[k][1:]), *groups[k + 1 :])
        net = replace(parts, table=replace(parts.table, groups=changed)).network
        assert named(net, points, labels) == owners.index(h)


# -- ramps --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_a_ramp_of_a_hash_wider_than_the_nearest_value_is_named_at_that_value(seed):
    near = Fraction(1, 2) - Fraction(1, 2**30)
    values = [Fraction(0), Fraction(1, 4), near, Fraction(5, 8), Fraction(3, 4), Fraction(1)]
    points, labels = shuffled(values, [1] * 6, seed)
    parts = hash_parts(points, labels, Random(seed))
    assert parts.eps == bit_ramp(parts.keyed.keys, parts.hashed)
    assert decide(parts.network, points, labels)
    assert named(replace(parts, eps=2 * parts.eps).network, points, labels) == points.index((near,))


def inside(value, k, eps):
    """Whether a remainder of 2^k value lies strictly inside a ramp (T - eps, T)."""
    r = value * 2**k
    for T in (2**j for j in reversed(range(k))):
        if T - eps < r < T:
            return True
        r -= T if r >= T else 0
    return False


@pytest.mark.parametrize("widening", [8, 64, 2**12])
def test_a_ramp_of_a_quantiser_that_is_too_wide_is_named_at_a_value_inside_it(widening):
    points, labels = labelled(30, 6)
    parts = key_parts(points, labels, Random(6))
    values, k, eps = parts.fold.values, parts.k, ramp_width(parts.fold.values, parts.k)
    table = lookup(parts.layout)
    right, spoiled = (
        table.compose(quantiser(values, k, eps * by)).compose(parts.fold.network)
        for by in (1, widening)
    )
    right, spoiled = (
        net if parts.stored else ExactNet((Affine((((0, -1),),), (1,), 1),)).compose(net)
        for net in (right, spoiled)
    )
    assert decide(right, points, labels)
    touched = [i for i, z in enumerate(values) if inside(z, k, widening * eps)]
    assert not any(inside(z, k, eps) for z in values)
    missed = named(spoiled, points, labels)
    assert missed in touched
    assert missed == wrong(spoiled, points, labels)[0]


def test_a_ramp_between_groups_that_covers_a_point_is_named_there():
    points, labels = labelled(40, 8)
    parts = run_parts(points, labels, Random(8))
    positions = [z * parts.runs.shape.unit for z in parts.fold.values]
    caught = 0
    for place, (a, q) in enumerate(parts.runs.cuts):
        for up in range(1, q + 1):
            low, high = Fraction(a >> up, 2 ** (q - up)), Fraction((a >> up) + 1, 2 ** (q - up))
            touched = [i for i, y in enumerate(positions) if low < y < high]
            if len(touched) == 1:
                cuts = list(parts.runs.cuts)
                cuts[place] = (a >> up, q - up)
                net = RunParts(parts.fold, replace(parts.runs, cuts=tuple(cuts))).network
                if wrong(net, points, labels):
                    caught += 1
                    assert named(net, points, labels) == touched[0]
    assert caught >= 3


# -- hashes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_hash_with_a_collision_is_named_at_a_point_that_lost_its_entry(seed):
    points, labels = labelled(20, seed)
    parts = hash_parts(points, labels, Random(seed))
    # the weight of the last bit becomes 0: the two points of a pair meet
    rho = (*parts.hashed.rho[:-1], 0)
    digits = [f"{key:0{parts.hashed.B}b}" for key in parts.keyed.keys]
    sums = [sum(w for w, one in zip(rho, text, strict=False) if one == "1") for text in digits]
    entries = dict(zip(sums, labels, strict=True))
    table = plan_keyed(list(entries), list(entries.values()))
    net = replace(parts, hashed=replace(parts.hashed, rho=rho), table=table).network
    lost = [i for i, h in enumerate(sums) if entries[h] != labels[i]]
    assert len(lost) == 10
    assert named(net, points, labels) == lost[0]


def test_a_collision_cannot_be_stored_unnoticed():
    with pytest.raises(ValueError, match="keys: must be distinct, but 0 and 2 are both 5"):
        plan_keyed([5, 6, 5], [0, 1, 1])


# -- single weights -----------------------------------------------------------------------------


def test_a_hinge_that_moves_is_named_at_the_first_point_behind_it():
    points, labels = labelled(12, 9)
    net = shallow_any(points, labels, Random(0))
    first, output = net.layers
    ranks = [sorted(points).index(x) for x in points]
    for k in range(11):
        # hinge k bends at the point of rank k or behind it, and now a little later
        bias = tuple(c - Fraction(int(j == k), 2**60) for j, c in enumerate(first.bias))
        moved = ExactNet((Affine(first.rows, bias, 1), output))
        expected = next(i for i, rank in enumerate(ranks) if rank > k)
        assert named(moved, points, labels) == expected


def test_a_bias_of_the_second_layer_is_named_at_the_first_point_where_its_unit_is_on():
    points, labels = labelled(16, 4)
    net = three_layer_any(points, labels, Random(0), Shape(4, 4))
    first, second, output = net.layers
    inner = ExactNet((first, second)).evaluate(points)
    for j in range(4):
        bias = tuple(c + Fraction(int(i == j), 2**80) for i, c in enumerate(second.bias))
        spoiled = ExactNet((first, Affine(second.rows, bias, second.columns), output))
        on = [i for i, z in enumerate(inner) if z[j] >= 0]
        assert named(spoiled, points, labels) == on[0]


# -- floats -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "NaN", "1e3", "0.5", 0.5, float("nan")])
def test_a_weight_that_is_a_float_is_no_network(name, number):
    points, labels = shuffled(range(6), [0, 1, 1, 0, 1, 0], 0)
    net = BUILDERS[name](points, labels)
    data = net.to_json()
    data["layers"][-1]["bias"][0] = number
    statement = {
        "claim": "interp.D4",
        "points": [[str(x)] for (x,) in points],
        "labels": [str(y) for y in labels],
        "parameters": net.parameters,
        "depth": net.depth,
        "width": net.width,
    }
    with pytest.raises(ValueError):  # Rejected is one; a float is refused before it can be sealed
        check(seal("interp.exact_network", statement, {"network": data}))


@pytest.mark.parametrize(("dtype", "b", "g"), [("float32", 12, 11), ("float64", 12, 80)])
def test_a_float_export_that_yields_nan_is_wrong_at_every_point(dtype, b, g):
    """The code of a group is longer than the range: inf - inf, where |error| > tol is False."""
    rng = Random(1)
    keys = rng.sample(range(2**b), 2 * g)
    points, labels = [(Fraction(key),) for key in keys], [rng.randrange(2) for _ in keys]
    net = keyed_net(plan_keyed(keys, labels, 1, g))
    assert decide(net, points, labels)
    with np.errstate(all="ignore"):
        values = net.to_numpy(dtype)(np.array([[float(x)] for (x,) in points], dtype))[:, 0]
        naive = int(np.count_nonzero(np.abs(values - np.array(labels)) > 0.25))
    assert np.isnan(values).all()
    assert naive == 0
    assert wrong_labels(net, points, labels, dtype) == len(keys)


def rounded_net(net, dtype):
    """The weights that a float export holds, as the rationals that they are."""

    def at(value):
        return Fraction(float(np.dtype(dtype).type(float(value))))

    return ExactNet(
        tuple(
            Affine(
                tuple(tuple((j, at(w)) for j, w in row) for row in layer.rows),
                tuple(at(c) for c in layer.bias),
                layer.columns,
            )
            for layer in net.layers
        )
    )


@pytest.mark.parametrize("name", ["hash_then_bits", "shallow_any", "three_layer_any"])
def test_weights_rounded_to_floats_are_read_exactly_and_a_point_is_named(name):
    points, labels = labelled(14, 3)
    net = rounded_net(BUILDERS[name](points, labels), "float32")
    assert named(net, points, labels) == wrong(net, points, labels)[0]
