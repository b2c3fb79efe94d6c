"""Plain networks: the same numbers, none of our classes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from constructions.spgan.conv import GroupConv2d, LiftingConv2d
from constructions.spgan.equivariance import equivariance_error, random_input
from constructions.spgan.export import to_plain
from constructions.spgan.film import FiLM
from constructions.spgan.heads import InvariantHead, OrientationPool, ProjectionHead
from constructions.spgan.image_groups import C4, D4, GROUPS
from constructions.spgan.norm import FieldNorm2d, GroupBatchNorm2d
from constructions.spgan.pool import AvgPool2d, MaxPool2d
from constructions.spgan.spectral import spectral_norm
from constructions.spgan.upsample import Upsample2d

EVERY = pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def filled(layer):
    """Random parameters and running statistics."""
    with torch.no_grad():
        for tensor in (*layer.parameters(), *layer.buffers()):
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 2, generator=source(3))
    return layer.double()


def ours(net):
    return [type(m) for m in net.modules() if type(m).__module__.startswith("constructions")]


LAYERS = {
    "lifting": lambda group: LiftingConv2d(group, 2 * group.order, 2, 3),
    "conv": lambda group: GroupConv2d(group, 2, 3, 3, padding_mode="circular"),
    "strided": lambda group: GroupConv2d(group, 2, 3, 4, stride=2, padding=1, bias=False),
    "spectral": lambda group: spectral_norm(GroupConv2d(group, 2, 3, 1), generator=source()),
    "average": lambda group: AvgPool2d(group, 2),
    "maximum": lambda group: MaxPool2d(group, 4, 2),
    "batch norm": lambda group: GroupBatchNorm2d(group, 2),
    "batch norm, plain": lambda group: GroupBatchNorm2d(group, 2, affine=False),
    "field norm": lambda group: FieldNorm2d(group, 2),
    "layer norm": lambda group: FieldNorm2d(group, 2, 1),
    "field norm, plain": lambda group: FieldNorm2d(group, 2, affine=False),
    "upsample": lambda group: Upsample2d(2),
    "bilinear": lambda group: Upsample2d(3, "bilinear"),
    "orientations": lambda group: OrientationPool(group, 2),
    "mean": lambda group: OrientationPool(group, 2, "mean"),
    "invariant": lambda group: InvariantHead(group, 2),
    "invariant mean": lambda group: InvariantHead(group, 2, "mean"),
}


@EVERY
@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_every_layer_has_an_equal_plain_form(group, make):
    layer = filled(make(group)).eval()
    plain = to_plain(layer)
    x = random_input((3, 2 * group.order, 6, 8), source())
    assert not ours(plain)
    torch.testing.assert_close(plain(x), layer(x), rtol=0, atol=1e-12)


@EVERY
def test_layers_of_two_inputs_have_one_too(group):
    x, c = random_input((3, 2 * group.order, 4, 4), source()), random_input((3, 5), source(1))
    film, head = FiLM(group, 2, 5).double(), ProjectionHead(5, 4).double()
    y = torch.tensor([3, 0, 1])
    for layer, arguments in ((film, (x, c)), (head, (c, y))):
        plain = to_plain(layer)
        assert not ours(plain)
        torch.testing.assert_close(plain(*arguments), layer(*arguments), rtol=0, atol=1e-14)


def network(group):
    return filled(
        nn.Sequential(
            LiftingConv2d(group, 1, 2, 3),
            GroupBatchNorm2d(group, 2),
            nn.ReLU(),
            AvgPool2d(group, 2),
            nn.Sequential(spectral_norm(GroupConv2d(group, 2, 2, 3), generator=source())),
            InvariantHead(group, 2),
            nn.Linear(2, 1),
        )
    )


def test_a_network_keeps_its_numbers_its_invariance_and_itself():
    net = network(D4)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    plain = to_plain(net)
    x = random_input((2, 1, 8, 8), source())
    assert not ours(plain)
    assert not plain.training
    assert net.training
    torch.testing.assert_close(plain(x), net.eval()(x), rtol=1e-13, atol=0)
    assert equivariance_error(plain, D4, x, kinds=("scalar", "invariant")).worst <= 1e-13
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    next(plain.parameters()).data.zero_()
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_the_convolution_is_an_ordinary_one():
    layer = GroupConv2d(C4, 2, 3, 3)
    plain = to_plain(layer)
    assert type(plain) is nn.Conv2d
    assert torch.equal(plain.weight, layer.filter())
    assert plain.bias.tolist() == layer.bias.tolist() * 4
    assert plain.weight.requires_grad


def test_a_part_used_twice_stays_one_part():
    part = GroupConv2d(C4, 2, 2, 3)
    plain = to_plain(nn.Sequential(part, nn.ReLU(), part))
    assert plain[0] is plain[2]


def test_modules_of_others_stay():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = GroupConv2d(C4, 2, 2, 3, generator=source())

        def forward(self, x):
            return x + self.conv(x)

    net = Residual()
    plain = to_plain(net)
    x = random_input((1, 8, 5, 5), source(), dtype=torch.float32)
    assert type(plain) is Residual
    assert type(plain.conv) is nn.Conv2d
    torch.testing.assert_close(plain(x), net(x))


def test_a_plain_network_can_be_saved_as_a_program():
    plain = to_plain(network(C4))
    x = random_input((2, 1, 8, 8), source())
    program = torch.export.export(plain, (x,))
    torch.testing.assert_close(program.module()(x), plain(x), rtol=0, atol=1e-14)


def test_what_has_no_plain_form_is_refused():
    class Own(GroupConv2d):
        pass

    with pytest.raises(TypeError, match=r"no plain form of .*Own, derived from"):
        to_plain(nn.Sequential(Own(C4, 1, 1, 3)))
    with pytest.raises(ValueError, match="must track running statistics"):
        to_plain(GroupBatchNorm2d(C4, 2, track_running_stats=False))
