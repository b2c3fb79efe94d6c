"""Pooling: what it accepts commutes, what it refuses does not."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from constructions.spgan.conv import GroupConv2d, LiftingConv2d
from constructions.spgan.equivariance import equivariance_error, random_input
from constructions.spgan.heads import InvariantHead
from constructions.spgan.image_groups import C4, D1, D4, GROUPS
from constructions.spgan.pool import AvgPool2d, MaxPool2d

POOLS = pytest.mark.parametrize("pool", [AvgPool2d, MaxPool2d])


def source(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))
@POOLS
@pytest.mark.parametrize(
    ("window", "stride", "size"),
    [(1, None, (3, 3)), (2, None, (6, 4)), (3, None, (9, 9)), (3, 2, (7, 5)), (2, 1, (4, 5))],
)
def test_every_element_commutes_with_it(group, pool, window, stride, size):
    layer = pool(group, window, stride)
    for kind, channels in (("scalar", 2), ("regular", 2 * group.order)):
        x = random_input((2, channels, *size), source())
        assert equivariance_error(layer, group, x, kinds=(kind, kind)).worst <= 1e-13
        x = window**2 * random_input(x.shape, source(), integers=True)
        assert equivariance_error(layer, group, x, kinds=(kind, kind)).worst == 0


@POOLS
def test_it_is_torch_s_pooling(pool):
    x = random_input((2, 3, 6, 8), source())
    plain = nn.AvgPool2d(2) if pool is AvgPool2d else nn.MaxPool2d(2)
    assert torch.equal(pool(C4, 2)(x), plain(x))


@POOLS
@pytest.mark.parametrize("size", [(7, 7), (8, 7), (7, 8)])
def test_sizes_that_leave_pixels_out_are_refused(pool, size):
    with pytest.raises(ValueError, match=f"{pool.__name__} with window 2, step 2, .* got [HW] = 7"):
        pool(D4, 2)(torch.zeros(1, 1, *size))
    with pytest.raises(ValueError, match="needs H"):
        pool(D1, 3)(torch.zeros(1, 1, 2, 3))


class Floor(nn.Module):
    """Torch's pooling by 2, which leaves out the last row and column of an odd image."""

    def __init__(self, group, window):
        super().__init__()
        self.pool = nn.AvgPool2d(window)

    def forward(self, x):
        return self.pool(x)


def released(pool, group=C4, seed=0):
    """The shape of the released discriminator for 28 x 28 images, narrow: three poolings by 2."""
    gen = source(seed)
    kinds = ((LiftingConv2d, 1, 3), (GroupConv2d, 3, 4), (GroupConv2d, 4, 4))
    blocks = []
    for kind, a, b in kinds:
        conv = kind(group, a, b, 3, generator=gen, dtype=torch.float64)
        blocks += [conv, nn.LeakyReLU(0.2), pool(group, 2)]
    return nn.Sequential(*blocks, InvariantHead(group, 4))


def error(net, size, group=C4):
    x = random_input((2, 1, size, size), source(9))
    return equivariance_error(net, group, x, kinds=("scalar", "invariant")).worst


def test_the_released_discriminator_is_not_invariant_at_28_pixels_and_ours_refuses():
    broken = [error(released(Floor, seed=seed), 28) for seed in range(3)]
    assert all(1e-3 < found < 0.3 for found in broken)
    assert error(released(Floor), 32) <= 1e-13
    assert error(released(AvgPool2d), 32) <= 1e-13
    refused = "AvgPool2d with window 2, step 2, padding 0 is C4-equivariant only where .* got H = 7"
    with pytest.raises(ValueError, match=refused):
        released(AvgPool2d)(torch.zeros(1, 1, 28, 28, dtype=torch.float64))


@pytest.mark.parametrize(("name", "value"), [("window", 0), ("window", 1.5), ("stride", -1)])
def test_bad_arguments_are_named(name, value):
    arguments = {"window": 2, "stride": 2} | {name: value}
    with pytest.raises(ValueError, match=f"{name}: must be an integer of at least 1, got {value}"):
        MaxPool2d(C4, **arguments)


def test_it_tells_its_group_and_window():
    assert repr(AvgPool2d(C4, 2)) == "AvgPool2d(C4, window=2, stride=2)"
