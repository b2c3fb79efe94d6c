"""The layers under what torch does to layers: compile, export, script, autocast, vmap, higher derivatives."""

from __future__ import annotations

import copy
import pickle
import warnings

import pytest
import torch
from torch import nn
from torch.func import functional_call, replace_all_batch_norm_modules_, vmap

from constructions.psbn.layers import PostShiftedBatchNorm1d, PostShiftedBatchNorm2d


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), PostShiftedBatchNorm2d(4, alpha=0.25), nn.ReLU())


X = torch.randn(5, 3, 6, 6, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_it_compiles_without_a_graph_break(training, backend):
    torch.compiler.reset()
    plain, other = net().train(training), net().train(training)
    compiled = torch.compile(other, fullgraph=True, backend=backend)
    for model in (plain, compiled):
        model(X).square().sum().backward()
    torch.testing.assert_close(compiled(X), plain(X))
    for p, q in zip(plain.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad)
    assert torch.equal(plain[1].running_mean, other[1].running_mean)


def test_it_exports_with_alpha_as_a_buffer():
    model = net().eval()
    program = torch.export.export(model, (X,))
    torch.testing.assert_close(program.module()(X), model(X))
    assert "1.alpha" in program.state_dict


@pytest.mark.parametrize("affine", [True, False])
def test_it_exports_without_running_statistics_as_the_root(affine):
    """Torch counts wrongly where a buffer that is None comes before one that is not."""
    layer = PostShiftedBatchNorm2d(3, affine=affine, track_running_stats=False)
    for training in (True, False):
        program = torch.export.export(layer.train(training), (X,))
        torch.testing.assert_close(program.module(check_guards=False)(X), layer(X))


def test_it_scripts():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        scripted = torch.jit.script(net())
        model = net()
        torch.testing.assert_close(scripted(X), model(X))
        torch.testing.assert_close(scripted.eval()(X), model.eval()(X))


def test_parameters_stay_single_under_autocast():
    model = net()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = model(X)
    assert y.dtype == torch.bfloat16
    y.float().sum().backward()
    assert {p.grad.dtype for p in model.parameters()} == {torch.float32}
    torch.testing.assert_close(y.float(), net()(X), atol=0.05, rtol=0.05)


def test_channels_last_stays_channels_last():
    x = X.to(memory_format=torch.channels_last)
    for training in (True, False):
        y = PostShiftedBatchNorm2d(3).train(training)(x)
        assert y.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_first_and_second_derivatives_are_right(training, affine):
    layer = PostShiftedBatchNorm1d(2, affine=affine, dtype=torch.float64, momentum=0.0)
    layer.train(training)
    x = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    with torch.no_grad():
        for p in layer.parameters():
            p.add_(torch.tensor([0.3, -0.4], dtype=torch.float64))
    names = [name for name, _ in layer.named_parameters()]

    def f(x, *parameters):
        return functional_call(layer, dict(zip(names, parameters, strict=True)), (x,))

    inputs = (x, *layer.parameters())
    assert torch.autograd.gradcheck(f, inputs)
    assert torch.autograd.gradgradcheck(f, inputs, fast_mode=True)


def test_it_maps_over_batches_of_data_and_of_models():
    layer = PostShiftedBatchNorm2d(3)
    replace_all_batch_norm_modules_(layer)
    many = torch.randn(4, 5, 3, 6, 6)
    expected = torch.stack([layer(x) for x in many])
    torch.testing.assert_close(vmap(layer)(many), expected)
    biases = torch.randn(4, 3)
    shifted = vmap(lambda b: functional_call(layer, {"bias": b}, (X,)))(biases)
    torch.testing.assert_close(shifted, layer(X) + biases[:, None, :, None, None])


def test_copies_are_equal_and_independent():
    layer = net()[1]
    layer(torch.randn(5, 4, 3, 3))
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert repr(other) == repr(layer)
        other.alpha.add_(1)
        assert layer.alpha == 0.25


@pytest.mark.parametrize("name", ["weight", "bias"])
def test_frozen_parameters_get_no_gradient(name):
    layer = PostShiftedBatchNorm2d(3)
    getattr(layer, name).requires_grad_(False)
    layer(X).square().sum().backward()
    assert getattr(layer, name).grad is None
    assert sum(p.grad is not None for p in layer.parameters()) == 1
