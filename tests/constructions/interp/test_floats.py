"""Rounded copies agree with the exact net where floats are exact, and break down where they must."""

from fractions import Fraction
from random import Random

import numpy as np
import torch

from constructions.interp.configurations import dyadic
from constructions.interp.floats import rounded, wrong_labels
from constructions.interp.network import Affine, ExactNet, random_net
from constructions.interp.shallow import shallow_any


def test_numpy_and_torch_copies_of_a_small_integer_net_are_exact():
    net = random_net((4, 3), Random(1), 5, inputs=2)
    x = np.array([[i, j] for i in range(-3, 4) for j in range(-3, 4)], dtype="float64")
    expected = np.array([[float(net(point.astype(int).tolist())[0])] for point in x])
    assert np.array_equal(net.to_numpy()(x), expected)
    assert np.array_equal(net.to_torch()(torch.from_numpy(x)).detach().numpy(), expected)
    assert np.array_equal(net.to_numpy("float32")(x.astype("float32")), expected)


def test_making_a_torch_copy_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    random_net((4,), Random(1), 5).to_torch(torch.float32)
    assert torch.equal(before, torch.get_rng_state())


def test_numbers_beyond_the_range_become_infinite():
    assert rounded(10**400) == float("inf")
    assert rounded(-Fraction(10**400, 3)) == -float("inf")
    assert rounded(Fraction(1, 3)) == 1 / 3


def test_nan_counts_as_wrong():
    huge = ExactNet((Affine.dense([[10**400], [10**400]], [0, 0]), Affine.dense([[1, -1]], [0])))
    assert huge(1) == (0,)
    assert wrong_labels(huge, [1], [0]) == 1
    assert wrong_labels(huge, [], []) == 0


def test_floats_lose_points_that_exact_arithmetic_keeps():
    well_apart = shallow_any(range(8), [0, 1] * 4, Random(0))
    assert wrong_labels(well_apart, range(8), [0, 1] * 4, "float32") == 0
    close = dyadic(64, 64, Random(1))
    net = shallow_any(close.points, close.labels, Random(0))
    assert net.interpolates(close.points, close.labels)
    assert wrong_labels(net, close.points, close.labels, "float64") > 0
    two = [0, Fraction(1, 2**1000)]
    assert wrong_labels(shallow_any(two, [0, 1], Random(0)), two, [0, 1], "float32") >= 1
