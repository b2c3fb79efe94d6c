"""Upsampling by whole factors."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from constructions.spgan.equivariance import equivariance_error, random_input
from constructions.spgan.image_groups import C4, GROUPS
from constructions.spgan.upsample import Upsample2d

MODES = pytest.mark.parametrize("mode", ["nearest", "bilinear"])


def images(shape, integers=False):
    return random_input(shape, torch.Generator().manual_seed(0), integers=integers)


@pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))
@MODES
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_every_element_commutes_with_it(group, mode, factor):
    layer = Upsample2d(factor, mode)
    for size in ((3, 3), (4, 5), (1, 1)):
        x = images((2, 2 * group.order, *size))
        found = equivariance_error(layer, group, x, kinds=("regular", "regular"))
        assert found.worst <= (0 if mode == "nearest" else 1e-13)


def test_nearest_copies_every_pixel():
    x = images((2, 3, 2, 5))
    assert torch.equal(Upsample2d(3)(x), x.repeat_interleave(3, 2).repeat_interleave(3, 3))


def test_doubling_integers_bilinearly_leaves_no_error():
    x = images((1, 2, 4, 4), integers=True)
    assert (
        equivariance_error(Upsample2d(2, "bilinear"), C4, x, kinds=("scalar", "scalar")).worst == 0
    )


def test_a_fractional_factor_is_refused_because_it_is_wrong():
    with pytest.raises(ValueError, match=r"factor: must be an integer of at least 1, got 1\.5"):
        Upsample2d(1.5)
    fractional = nn.Upsample(scale_factor=1.5)
    assert (
        equivariance_error(fractional, C4, images((1, 1, 4, 4)), kinds=("scalar", "scalar")).worst
        > 0.1
    )


@pytest.mark.parametrize(("factor", "mode"), [(0, "nearest"), (2, "bicubic")])
def test_bad_arguments_are_named(factor, mode):
    with pytest.raises(ValueError, match=r"factor: must be|mode: must be"):
        Upsample2d(factor, mode)


@MODES
def test_second_derivatives_are_right(mode):
    layer = Upsample2d(2, mode)
    x = images((1, 1, 2, 2)).requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x: layer(x).tanh(), x)


def test_it_tells_factor_and_mode():
    assert repr(Upsample2d(2)) == "Upsample2d(2, mode='nearest')"
