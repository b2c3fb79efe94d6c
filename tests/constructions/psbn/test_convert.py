"""Conversions keep the function, the objects and everything that refers to them."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from constructions.psbn import layers
from constructions.psbn.convert import (
    convert_psbn,
    convert_sync_psbn,
    revert_psbn,
    to_batchnorm,
)
from constructions.psbn.layers import PostShiftedBatchNorm1d, PostShiftedBatchNorm2d


def trained():
    """A small network after some steps, its optimiser, and inputs."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Conv2d(4, 5, 3), nn.BatchNorm2d(5), nn.ReLU(),
        nn.Flatten(), nn.Linear(5 * 4, 6), nn.BatchNorm1d(6), nn.ReLU(),
    )  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x = torch.randn(8, 3, 6, 6)
    for _ in range(3):
        optimizer.zero_grad()
        (model(x) - 1).square().mean().backward()
        optimizer.step()
    return model, optimizer, x


def test_conversion_keeps_the_function_and_reverting_the_numbers():
    model, _, x = trained()
    stock = copy.deepcopy(model)
    assert convert_psbn(model, 0.1) is model
    assert [type(m) for m in model if isinstance(m, layers.PostShifted)] == [
        PostShiftedBatchNorm2d, PostShiftedBatchNorm2d, PostShiftedBatchNorm1d,
    ]  # fmt: skip
    for training in (False, True):
        y, z = stock.train(training)(x), model.train(training)(x)
        torch.testing.assert_close(z, y, rtol=0, atol=1e-6)
    revert_psbn(model)
    assert str(model) == str(stock)
    assert list(model.state_dict()) == list(stock.state_dict())
    for a, b in zip(model.state_dict().values(), stock.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-7)
    assert set(vars(model[1])) == set(vars(stock[1]))


def test_without_preserving_the_output_moves_by_alpha():
    layer = nn.BatchNorm1d(3)
    x = torch.randn(9, 3)
    before = layer(x)
    torch.testing.assert_close(convert_psbn(layer, 0.1, preserve=False)(x), before + 0.1)


def test_objects_optimiser_hooks_flags_and_modes_stay():
    model, optimizer, x = trained()
    model[4].eval()
    model[4].weight.requires_grad_(False)
    calls = []
    model[1].register_forward_hook(lambda *_: calls.append(1))
    objects = [*model.modules(), *model.parameters(), *model.buffers()]
    state = copy.deepcopy(optimizer.state_dict())
    convert_psbn(model)
    after = [*model.modules(), *model.parameters(), *model.buffers()]
    assert {id(o) for o in objects} < {id(o) for o in after}
    assert len(after) == len(objects) + 3  # the alphas
    assert not model[4].training
    assert not model[4].weight.requires_grad
    model(x).sum().backward()
    assert calls == [1]
    for one, other in zip(
        state["state"].values(), optimizer.state_dict()["state"].values(), strict=False
    ):
        assert torch.equal(one["momentum_buffer"], other["momentum_buffer"])
    optimizer.step()


def test_a_shared_layer_and_a_shared_bias_are_moved_once():
    norm = nn.BatchNorm1d(3)
    twin = nn.BatchNorm1d(3)
    twin.bias = norm.bias
    model = nn.ModuleList([norm, norm, twin])
    convert_psbn(model, 0.1)
    torch.testing.assert_close(norm.bias.detach(), torch.full((3,), -0.1))
    assert twin.bias is norm.bias
    assert model[0] is model[1]
    convert_psbn(model, 0.7)  # already converted: nothing happens
    torch.testing.assert_close(norm.bias.detach(), torch.full((3,), -0.1))


def stays_unchanged(model, error, match, **options):
    before = [(type(m), copy.deepcopy(m.state_dict())) for m in model.modules()]
    with pytest.raises(error, match=match):
        convert_psbn(model, **options)
    for (kind, state), m in zip(before, model.modules(), strict=True):
        assert type(m) is kind
        assert all(
            torch.equal(a, b) for a, b in zip(state.values(), m.state_dict().values(), strict=False)
        )


def test_what_cannot_be_preserved_is_refused_before_anything_changes():
    good = nn.BatchNorm1d(3)
    stays_unchanged(
        nn.Sequential(good, nn.BatchNorm1d(3, affine=False)), ValueError, "1: has no bias"
    )
    stays_unchanged(nn.Sequential(good, nn.BatchNorm1d(3, bias=False)), ValueError, "no bias")
    twin = nn.BatchNorm1d(3)
    twin.bias = good.bias
    stays_unchanged(
        nn.Sequential(good, twin),
        ValueError,
        "shares its bias",
        filter_fn=lambda path, _: path == "0",
    )
    stays_unchanged(nn.Sequential(good), ValueError, "numbers given", alpha=(0.1, 0.2))
    lazy = nn.Sequential(nn.LazyBatchNorm1d())
    with pytest.raises(ValueError, match="first batch"):
        convert_psbn(lazy)
    convert_psbn(lazy, 0.1, preserve=False)
    torch.testing.assert_close(lazy(torch.randn(9, 2)).mean(0), torch.full((2,), 0.1))
    assert type(lazy[0]) is PostShiftedBatchNorm1d


class Activated(nn.BatchNorm2d):
    """A norm that does more, as some model collections have."""

    def forward(self, input):
        return super().forward(input).relu()


def test_foreign_subclasses_are_refused_or_kept_as_asked():
    model = nn.Sequential(nn.BatchNorm2d(3), Activated(3))
    stays_unchanged(model, TypeError, "1: Activated derives from BatchNorm")
    convert_psbn(model, subclasses="keep")
    assert type(model[0]) is PostShiftedBatchNorm2d
    assert type(model[1]) is Activated
    other = nn.Sequential(nn.BatchNorm2d(3), Activated(3))
    convert_psbn(other, filter_fn=lambda path, _: path != "1")
    assert type(other[1]) is Activated


@pytest.mark.parametrize("name", ["weight", "bias"])
def test_parametrizations_survive(name):
    class Doubled(nn.Module):
        def forward(self, x):
            return 2 * x

        def right_inverse(self, x):
            return x / 2

    norm = nn.BatchNorm1d(3)
    parametrize.register_parametrization(norm, name, Doubled())
    parametrizations.weight_norm(linear := nn.Linear(3, 3))
    model, x = nn.Sequential(linear, norm), torch.randn(9, 3)
    stored, before = norm.parametrizations[name].original, model(x)
    convert_psbn(model)
    torch.testing.assert_close(model(x), before)
    assert isinstance(norm, PostShiftedBatchNorm1d)
    assert norm.parametrizations[name].original is stored
    torch.testing.assert_close(copy.deepcopy(model)(x), before)
    revert_psbn(model)
    assert not isinstance(norm, layers.PostShifted)
    torch.testing.assert_close(model(x), before)


def test_the_root_itself_may_be_the_layer():
    norm = nn.BatchNorm1d(3)
    assert convert_psbn(norm) is norm
    assert type(norm) is PostShiftedBatchNorm1d


def test_a_plain_copy_has_the_same_function():
    layer = PostShiftedBatchNorm2d(3, alpha=(0.1, -0.2, 0.3))
    x = torch.randn(4, 3, 5, 5)
    plain = to_batchnorm(layer)
    assert type(plain) is nn.BatchNorm2d
    torch.testing.assert_close(plain(x), layer(x))
    assert type(layer) is PostShiftedBatchNorm2d
    with pytest.raises(ValueError, match="no bias"):
        to_batchnorm(PostShiftedBatchNorm2d(3, affine=False))


def test_own_sync_conversion_keeps_alpha_where_torchs_loses_it():
    model, _, x = trained()
    convert_psbn(model, 0.1)
    lossy = nn.SyncBatchNorm.convert_sync_batchnorm(copy.deepcopy(model)).eval()
    before = model.eval()(x)
    assert convert_sync_psbn(model, "a group") is model
    assert model[1].process_group == "a group"
    assert type(model[1]) is layers.PostShiftedSyncBatchNorm
    assert torch.equal(model(x), before)
    assert (lossy(x) - before).abs().max() > 0.05
    revert_psbn(model)
    assert type(model[1]) is nn.SyncBatchNorm
    torch.testing.assert_close(model(x), before)


def test_a_patched_forward_is_refused_or_kept_as_asked():
    model = nn.Sequential(nn.BatchNorm2d(3), nn.BatchNorm2d(3))
    model[1].forward = lambda x: x
    stays_unchanged(model, TypeError, "1: BatchNorm2d has a patched forward")
    convert_psbn(model, subclasses="keep")
    assert [type(m) for m in model] == [PostShiftedBatchNorm2d, nn.BatchNorm2d]


def test_another_word_for_keeping_is_refused():
    stays_unchanged(
        nn.Sequential(Activated(3)), ValueError, "subclasses: must be", subclasses="kep"
    )


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_scripted_modules_are_refused_or_kept_as_asked():
    scripted = torch.jit.script(nn.Sequential(nn.BatchNorm2d(3)))
    with pytest.raises(TypeError, match="module: is scripted"):
        convert_psbn(scripted)
    model = nn.Sequential(nn.BatchNorm2d(3), scripted)
    stays_unchanged(model, TypeError, "1: is scripted")
    for change in (revert_psbn, convert_sync_psbn):
        with pytest.raises(TypeError, match="1: is scripted"):
            change(model)
    convert_psbn(model, subclasses="keep")
    assert type(model[0]) is PostShiftedBatchNorm2d
    other = nn.Sequential(nn.BatchNorm2d(3), scripted)
    convert_psbn(other, filter_fn=lambda path, _: path == "0")
    assert type(other[0]) is PostShiftedBatchNorm2d


def test_an_alpha_that_one_layer_cannot_hold_changes_none():
    model = nn.Sequential(nn.BatchNorm2d(3), nn.BatchNorm2d(3).half())
    stays_unchanged(model, ValueError, "finite in torch.float16", alpha=1e6)


def test_a_bias_that_cannot_be_written_changes_none():
    expanded = nn.BatchNorm2d(3)
    expanded.bias = nn.Parameter(torch.zeros(1).expand(3))
    stays_unchanged(
        nn.Sequential(nn.BatchNorm2d(3), expanded), RuntimeError, "single memory location"
    )
