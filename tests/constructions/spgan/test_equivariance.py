"""The measure of equivariance on maps whose error is known, and on whole networks."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from constructions.spgan.conv import GroupConv2d, LiftingConv2d, orthogonal_
from constructions.spgan.equivariance import equivariance_error, integer_weights_, random_input
from constructions.spgan.film import FiLM
from constructions.spgan.heads import InvariantHead, OrientationPool, ProjectionHead
from constructions.spgan.image_groups import C2, C4, D1, D4, GROUPS
from constructions.spgan.norm import FieldNorm2d, GroupBatchNorm2d
from constructions.spgan.pool import AvgPool2d, MaxPool2d
from constructions.spgan.spectral import spectral_norm
from constructions.spgan.upsample import Upsample2d

EVERY = pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))


def source(seed=0):
    return torch.Generator().manual_seed(seed)


class Weighted(nn.Module):
    """x times an image of weights."""

    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def forward(self, x):
        return x * self.weights


def test_the_error_of_a_known_map_is_found():
    x = torch.ones(1, 1, 2, 2)
    net = Weighted(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    found = equivariance_error(net, D4, x, kinds=("scalar", "scalar")).errors
    # by hand: turned left the weights are [[2, 4], [1, 3]], flipped [[2, 1], [4, 3]]
    assert found["e"] == 0
    assert found["r"] == 2 / 4
    assert found["r2"] == 3 / 4
    assert found["m"] == 1 / 4
    assert len(found) == 8


def test_an_element_that_a_generator_does_not_show_is_seen():
    """A map that commutes with the half turn only."""
    net = Weighted(torch.tensor([[1.0, 2.0], [2.0, 1.0]]))
    found = equivariance_error(net, C4, torch.ones(1, 1, 2, 2), kinds=("scalar", "scalar")).errors
    assert found["r2"] == 0
    assert found["r"] == found["r3"] == 0.5


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_counts_as_infinitely_wrong(value):
    net = Weighted(torch.full((2, 2), value))
    found = equivariance_error(net, C2, torch.ones(1, 1, 2, 2), kinds=("scalar", "scalar"))
    assert found.worst == math.inf


def test_another_shape_counts_as_infinitely_wrong():
    found = equivariance_error(
        nn.Identity(), C4, torch.ones(1, 4, 2, 3), kinds=("scalar", "invariant")
    )
    assert found.errors["r"] == math.inf


def test_zeros_and_empty_batches_have_no_error():
    for x in (torch.zeros(1, 1, 3, 3), torch.zeros(0, 1, 3, 3)):
        assert equivariance_error(nn.Identity(), D4, x, kinds=("scalar", "scalar")).worst == 0


def test_randomness_shows_in_the_identity():
    torch.manual_seed(0)
    net = nn.Dropout(0.5)
    found = equivariance_error(net, D1, torch.ones(1, 1, 9, 9), kinds=("scalar", "scalar"))
    assert found.errors["e"] > 0


def test_the_network_is_left_as_it_was():
    net = nn.Sequential(
        spectral_norm(LiftingConv2d(C4, 1, 2, 3)).double(), GroupBatchNorm2d(C4, 2).double()
    )
    before = copy.deepcopy(net.state_dict())
    equivariance_error(net, C4, random_input((2, 1, 4, 4), source()))
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name])


def test_inputs_are_drawn_from_the_generator():
    one, same, other = (random_input((2, 3), source(seed)) for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    integers = random_input((1000,), source(), integers=True)
    assert integers.dtype == torch.float64
    assert set(integers.tolist()) == set(range(-4, 5))


class Critic(nn.Module):
    """A conditional discriminator: lifting, norm, pooling, head, projection."""

    def __init__(self, group):
        super().__init__()
        gen, double = source(4), {"dtype": torch.float64}
        convs = (
            LiftingConv2d(group, 1, 3, 3, generator=gen, **double),
            GroupConv2d(group, 3, 2, 3, padding_mode="circular", generator=gen, **double),
        )
        self.features = nn.Sequential(
            spectral_norm(orthogonal_(convs[0], generator=gen), generator=gen),
            nn.LeakyReLU(0.2),
            AvgPool2d(group, 3),
            spectral_norm(convs[1], generator=gen),
            FieldNorm2d(group, 2, **double),
            nn.LeakyReLU(0.2),
            InvariantHead(group, 2),
        )
        self.head = ProjectionHead(2, 3, **double)

    def forward(self, x, y):
        return self.head(self.features(x), y)


class Generator(nn.Module):
    """A conditional generator from regular maps to images."""

    def __init__(self, group):
        super().__init__()
        gen, double = source(5), {"dtype": torch.float64}
        self.first = GroupConv2d(group, 2, 3, 3, generator=gen, **double)
        self.norm = GroupBatchNorm2d(group, 3, affine=False, **double)
        self.film = FiLM(group, 3, 4, **double)
        self.rest = nn.Sequential(
            nn.ReLU(),
            Upsample2d(2),
            MaxPool2d(group, 2, 1) if group.order < 8 else nn.Identity(),
            GroupConv2d(group, 3, 1, 3, generator=gen, **double),
            OrientationPool(group, 1),
            nn.Tanh(),
        )

    def forward(self, x, c):
        return self.rest(self.film(self.norm(self.first(x)), c))


@EVERY
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("size", [9, 12])
def test_a_whole_discriminator_is_invariant(group, training, size):
    net = Critic(group)
    x, y = random_input((3, 1, size, size), source(1)), torch.tensor([0, 2, 1])
    found = equivariance_error(
        net.train(training), group, x, kinds=("scalar", "invariant"), arguments=(y,)
    )
    assert found.worst <= 1e-13


@EVERY
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("size", [3, 4])
def test_a_whole_generator_is_equivariant(group, training, size):
    net = Generator(group)
    x, c = (
        random_input((3, 2 * group.order, size, size), source(1)),
        random_input((3, 4), source(2)),
    )
    net(x, c)  # running statistics of their own
    found = equivariance_error(
        net.train(training), group, x, kinds=("regular", "scalar"), arguments=(c,)
    )
    assert found.worst <= 1e-13


@EVERY
def test_a_whole_network_of_integers_has_no_error_at_all(group):
    net = nn.Sequential(
        LiftingConv2d(group, 1, 2, 3, dtype=torch.float64),
        nn.ReLU(),
        MaxPool2d(group, 2),
        Upsample2d(2),
        GroupConv2d(group, 2, 2, 5, dtype=torch.float64),
        nn.ReLU(),
        InvariantHead(group, 2),
    )
    x = random_input((2, 1, 8, 8), source(1), integers=True)
    found = equivariance_error(
        integer_weights_(net, source(2)), group, x, kinds=("scalar", "invariant")
    )
    assert found.worst == 0
