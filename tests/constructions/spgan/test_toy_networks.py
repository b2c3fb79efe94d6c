"""Stacked networks against torch's own layers; structure that holds for all weights."""

import pytest
import torch
from torch import nn

from constructions.spgan.haar import plane
from constructions.spgan.toy_networks import Critic, Generator, StackedLinear, mlp


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_each_copy_is_an_ordinary_perceptron():
    net = mlp(3, (2, 5, 1), 0.2, stream())
    x = torch.randn(3, 7, 2, generator=stream(1))
    out = net(x)
    for r in range(3):
        layers = [nn.Linear(2, 5), nn.LeakyReLU(0.2), nn.Linear(5, 1)]
        for i in (0, 2):
            stacked = net[i]
            assert isinstance(stacked, StackedLinear)
            layers[i].weight.data = stacked.weight[r].detach().T.contiguous()
            layers[i].bias.data = stacked.bias[r, 0].detach()
        torch.testing.assert_close(nn.Sequential(*layers)(x[r]), out[r])


def test_copies_start_apart_and_within_their_reach():
    weight = mlp(2, (4, 6), 0.0, stream())[0].weight
    assert weight.shape == (2, 4, 6)
    assert not torch.equal(weight[0], weight[1])
    assert 0.4 < weight.abs().max() <= 0.5


def test_no_copy_feels_the_loss_of_another():
    net = mlp(2, (2, 3, 1), 0.2, stream())
    net(torch.randn(2, 4, 2, generator=stream(1)))[0].sum().backward()
    for p in net.parameters():
        assert p.grad is not None
        assert p.grad[1].abs().max() == 0


@pytest.mark.parametrize("name", ["C4", "D4", "C7"])
def test_an_invariant_critic_is_invariant_under_every_element(name):
    action = plane(name)
    net = mlp(2, (2, 8, 1), 0.2, stream()).double()
    x = torch.randn(2, 5, 2, generator=stream(1), dtype=torch.float64)
    plain, invariant = Critic(net), Critic(net, action)
    for s in range(1, action.order):
        moved = action(x, torch.full((2, 5), s))
        assert (invariant(moved) - invariant(x)).abs().max() < 1e-13
        assert (plain(moved) - plain(x)).abs().max() > 1e-3
    torch.testing.assert_close(
        invariant(x), torch.stack([plain(o) for o in action.orbit(x)]).mean(0)
    )


def test_a_structured_generator_turns_what_the_other_makes():
    action, net = plane("D4"), mlp(2, (4, 8, 2), 0.0, stream())
    structured, free = Generator(net, 4, action), Generator(net, 4)
    z, s = structured.draw((2, 6), stream(1))
    torch.testing.assert_close(structured(z, s), action(free(z, s), s))
    assert free.draw((2, 6), stream(1))[1].abs().max() == 0
    t = 3  # g'(z, t s) = T_t g'(z, s): here s runs through the turns, on which t acts by adding
    turns = s % 4
    torch.testing.assert_close(
        structured(z, (turns + t) % 4), action(structured(z, turns), torch.full((2, 6), t))
    )


def test_elements_are_redrawn_and_independent_of_the_latent_points():
    structured = Generator(mlp(1, (2, 2), 0.0, stream()), 2, plane("C2"))
    z, s = structured.draw((1, 4000), stream(2))
    assert abs(torch.corrcoef(torch.stack([z[0, :, 0], s[0].float()]))[0, 1]) < 0.07
    assert not torch.equal(s, structured.draw((1, 4000), stream(3))[1])


@pytest.mark.parametrize(
    ("R", "sizes", "message"),
    [
        (0, (2, 1), "R: must be at least 1, got 0"),
        (1, (2,), "sizes: must be two or more positive numbers"),
        (1, (2, 0), "sizes: must be two or more positive numbers"),
    ],
)
def test_bad_sizes_are_refused(R, sizes, message):
    with pytest.raises(ValueError, match=message):
        mlp(R, sizes, 0.0, stream())
