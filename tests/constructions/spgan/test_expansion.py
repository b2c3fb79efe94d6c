"""The kept filter: used again while it holds, never when it does not; one expansion for two passes."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from constructions.spgan.conv import GroupConv2d, LiftingConv2d
from constructions.spgan.expansion import shared_filters
from constructions.spgan.image_groups import C4
from constructions.spgan.spectral import spectral_norm


@pytest.fixture
def layer():
    return GroupConv2d(C4, 2, 2, 3, generator=torch.Generator().manual_seed(0)).eval()


@pytest.fixture(autouse=True)
def _no_gradients():
    with torch.no_grad():
        yield


def fresh(layer):
    """What the filter should be, made without anything kept."""
    return layer.raw_filter()


def test_in_evaluation_a_filter_is_used_again(layer):
    assert layer.filter() is layer.filter()


def test_in_training_it_is_made_anew(layer):
    layer.train()
    assert layer.filter() is not layer.filter()


def test_with_gradients_wanted_it_is_made_anew(layer):
    with torch.enable_grad():
        first = layer.filter()
        assert first.requires_grad
        assert layer.filter() is not first
        layer.requires_grad_(False)
        assert layer.filter() is layer.filter()


def with_new_state(layer):
    layer.load_state_dict({k: v + 1 for k, v in layer.state_dict().items()})


def with_assigned_state(layer):
    state = {k: nn.Parameter(v + 1) for k, v in layer.state_dict().items()}
    layer.load_state_dict(state, assign=True)


CHANGES = {
    "in place": lambda layer: layer.weight.add_(1),
    "through .data": lambda layer: layer.weight.data.add_(1),
    "new .data": lambda layer: setattr(layer.weight, "data", layer.weight.data + 1),
    "new parameter": lambda layer: setattr(layer, "weight", nn.Parameter(layer.weight + 1)),
    "load_state_dict": with_new_state,
    "load_state_dict, assigned": with_assigned_state,
    "dtype": lambda layer: layer.double(),
    "a step of an optimiser": lambda layer: step(layer),
    "not a number": lambda layer: layer.weight.fill_(float("nan")),
}


def step(layer):
    layer.weight.grad = torch.ones_like(layer.weight)
    torch.optim.SGD(layer.parameters(), 1.0).step()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_a_change_of_the_weights_it_is_the_new_one(layer, change):
    before = layer.filter()
    change(layer)
    after = layer.filter()
    assert after.dtype == layer.weight.dtype
    torch.testing.assert_close(after, fresh(layer), rtol=0, atol=0, equal_nan=True)
    assert not (after.dtype == before.dtype and torch.equal(after, before))


def test_train_and_moves_drop_it(layer):
    for act in (layer.train, layer.eval, layer.double):
        layer.eval()
        layer.filter()
        assert layer._kept is not None
        act()
        assert layer._kept is None


def test_copies_do_not_carry_it(layer):
    kept = layer.filter()
    twin = copy.deepcopy(layer)
    assert twin._kept is None
    assert torch.equal(twin.filter(), kept)
    assert "_kept" not in layer.__getstate__()


def test_a_filter_kept_in_inference_mode_does_not_spoil_gradients(layer):
    x = torch.ones(1, 8, 3, 3)
    with torch.inference_mode():
        layer(x)
    layer.requires_grad_(False)
    with torch.enable_grad():
        x.requires_grad_()
        layer(x).sum().backward()
    assert x.grad is not None


def test_an_ensemble_of_weights_is_not_mixed_up_with_its_own(layer):
    layer.filter()
    weights = torch.stack([layer.weight, 2 * layer.weight])
    x = torch.ones(1, 8, 3, 3)

    def run(weight):
        return torch.func.functional_call(layer, {"weight": weight}, (x,))

    both = torch.func.vmap(run)(weights)
    offset = layer.full_bias()[:, None, None]
    torch.testing.assert_close(both[1] - offset, 2 * (both[0] - offset))
    torch.testing.assert_close(layer(x), both[0])


def test_the_norm_s_vectors_belong_to_what_is_compared(layer):
    spectral_norm(layer, generator=torch.Generator().manual_seed(1))
    before = layer.filter()
    assert layer.filter() is before
    layer.spectral.u.mul_(2)
    torch.testing.assert_close(layer.filter(), before / 2)


def counted(net):
    """Count the expansions of every layer."""
    calls = []
    for one in net:
        made = one._expand

        def spy(one=one, made=made):
            calls.append(one)
            return made()

        one._expand = spy
    return calls


@torch.enable_grad()
def test_two_passes_share_one_expansion_and_its_gradient():
    gen = torch.Generator().manual_seed(0)
    net = nn.Sequential(
        LiftingConv2d(C4, 1, 2, 3, generator=gen), GroupConv2d(C4, 2, 1, 3, generator=gen)
    )
    real, fake = (torch.randn(2, 1, 4, 4, generator=gen) for _ in "rf")
    (net(real).square().mean() - net(fake).square().mean()).backward()
    expected = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    calls = counted(net)
    with shared_filters(net):
        (net(real).square().mean() - net(fake).square().mean()).backward()
    assert calls == list(net)
    for p, gradient in zip(net.parameters(), expected, strict=True):
        torch.testing.assert_close(p.grad, gradient)
    net(real)
    assert len(calls) == 4


@torch.enable_grad()
def test_a_shared_pass_without_gradients_does_not_take_them_from_the_next(layer):
    with shared_filters(layer):
        with torch.no_grad():
            assert not layer.filter().requires_grad
        assert layer.filter().requires_grad
        assert layer.filter() is layer.filter()


@torch.enable_grad()
def test_sharing_makes_one_step_of_the_power_iteration():
    gen = torch.Generator().manual_seed(0)
    layer = spectral_norm(GroupConv2d(C4, 2, 2, 3, generator=gen), generator=gen)
    with torch.no_grad():
        layer.weight.normal_(generator=gen)
    twin = copy.deepcopy(layer)
    with shared_filters(layer):
        first, second = layer.filter(), layer.filter()
    assert first is second
    twin.filter()
    assert torch.equal(layer.spectral.u, twin.spectral.u)
    twin.filter()
    assert not torch.equal(layer.spectral.u, twin.spectral.u)


def test_sharing_ends_with_the_block_even_after_an_error(layer):
    with shared_filters(nn.Sequential(layer)):
        outer = layer.filter()
        with pytest.raises(ValueError, match="input"), shared_filters(layer):
            layer(torch.zeros(1))
        assert layer.filter() is outer
    layer.weight.add_(1)
    assert torch.equal(layer.filter(), fresh(layer))
