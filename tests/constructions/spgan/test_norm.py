"""Norms of regular fields against torch's on fields with the orientations laid out as more pixels."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from constructions.spgan.equivariance import equivariance_error, random_input
from constructions.spgan.image_groups import C1, C4, D4, GROUPS, fields_of
from constructions.spgan.norm import FieldNorm2d, GroupBatchNorm2d

EVERY = pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))
FORMATS = {"NCHW": torch.contiguous_format, "NHWC": torch.channels_last}
LAYOUT = pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def filled(layer):
    """Random parameters and running statistics."""
    with torch.no_grad():
        for tensor in (*layer.parameters(), *layer.buffers()):
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 2, generator=source(3))
    return layer


def maps(group, fields=3, size=(4, 5)):
    return random_input((2, fields * group.order, *size), source(1))


@EVERY
@LAYOUT
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", [GroupBatchNorm2d, FieldNorm2d])
def test_every_element_commutes_with_it(group, form, training, kind):
    layer = filled(kind(group, 3, dtype=torch.float64)).train(training)
    for size in ((4, 4), (3, 5)):
        x = maps(group, size=size).contiguous(memory_format=form)
        assert equivariance_error(layer, group, x, kinds=("regular", "regular")).worst <= 1e-13


@EVERY
@LAYOUT
@pytest.mark.parametrize("momentum", [0.1, None])
def test_batch_norm_is_torch_s_with_orientations_as_pixels(group, form, momentum):
    ours = filled(GroupBatchNorm2d(group, 3, momentum=momentum, dtype=torch.float64))
    plain = nn.BatchNorm2d(3, momentum=momentum, dtype=torch.float64)
    plain.load_state_dict(ours.state_dict())
    x = maps(group).contiguous(memory_format=form).requires_grad_()
    z = fields_of(group, x.detach()).flatten(2, 3).contiguous().requires_grad_()
    for mode in (True, True, False):
        y = ours.train(mode)(x)
        expected = plain.train(mode)(z)
        found = fields_of(group, y).flatten(2, 3)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
        assert y.is_contiguous(memory_format=form)
        y.square().sum().backward()
        expected.square().sum().backward()
    torch.testing.assert_close(fields_of(group, x.grad).flatten(2, 3), z.grad, rtol=0, atol=1e-10)
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], value, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_field_norm_is_mean_and_variance_of_whole_fields(parts):
    layer = filled(FieldNorm2d(C4, 4, parts, dtype=torch.float64))
    x = maps(C4, 4)
    pieces = fields_of(C4, x).reshape(2, parts, -1)
    mean, var = pieces.mean(-1, keepdim=True), pieces.var(-1, correction=0, keepdim=True)
    normed = ((pieces - mean) / (var + layer.eps).sqrt()).view(2, 4, 4, 4, 5)
    scale, shift = (p.view(1, 4, 1, 1, 1) for p in (layer.weight, layer.bias))
    found = fields_of(C4, layer(x))
    torch.testing.assert_close(found, normed * scale + shift, rtol=0, atol=1e-12)


def test_statistics_of_each_orientation_are_caught():
    class Apart(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm2d(12, dtype=torch.float64)

        def forward(self, x):
            return self.norm(x)

    x = maps(C4) * torch.arange(1, 13).view(1, 12, 1, 1)
    layer = Apart()
    assert equivariance_error(layer, C4, x, kinds=("regular", "regular")).worst <= 1e-13
    layer(x)  # now the running statistics of the orientations differ
    assert equivariance_error(layer.eval(), C4, x, kinds=("regular", "regular")).worst > 0.01
    shared = GroupBatchNorm2d(C4, 3, dtype=torch.float64)
    shared(x)
    assert equivariance_error(shared.eval(), C4, x, kinds=("regular", "regular")).worst <= 1e-13


@LAYOUT
def test_no_copy_of_the_data_is_made(form):
    seen = []

    class Watched(nn.BatchNorm2d):
        def forward(self, input):
            seen.append(input.data_ptr())
            return super().forward(input)

    class Ours(GroupBatchNorm2d, Watched):
        pass

    x = maps(D4).contiguous(memory_format=form)
    Ours(D4, 3, dtype=torch.float64)(x)
    assert seen == [x.data_ptr()]


def test_the_trivial_group_is_torch_s_layer():
    x = maps(C1)
    ours, plain = GroupBatchNorm2d(C1, 3), nn.BatchNorm2d(3)
    assert torch.equal(ours.double()(x), plain.double()(x))
    field = FieldNorm2d(C1, 3, dtype=torch.float64)
    torch.testing.assert_close(field(x), nn.InstanceNorm2d(3, dtype=torch.float64)(x))


@pytest.mark.parametrize("kind", [GroupBatchNorm2d, FieldNorm2d])
def test_second_derivatives_are_right(kind):
    layer = kind(C4, 2, dtype=torch.float64)
    x = maps(C4, 2, (2, 2)).requires_grad_()
    again = copy.deepcopy(layer)
    assert torch.autograd.gradgradcheck(lambda x: again(x).tanh(), x, fast_mode=True)


@pytest.mark.parametrize("kind", [GroupBatchNorm2d, FieldNorm2d])
@LAYOUT
def test_compiled_it_is_the_same(kind, form):
    layer = filled(kind(C4, 3, dtype=torch.float64)).eval()
    x = maps(C4).contiguous(memory_format=form)
    compiled = torch.compile(layer, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x), layer(x), rtol=0, atol=1e-13)


@LAYOUT
def test_an_empty_batch_passes_through_evaluation(form):
    x = torch.zeros(0, 12, 3, 3).contiguous(memory_format=form)
    for layer in (GroupBatchNorm2d(C4, 3), FieldNorm2d(C4, 3)):
        assert layer.eval()(x).shape == x.shape


def test_without_affine_parameters_nothing_is_learned():
    for layer in (GroupBatchNorm2d(C4, 3, affine=False), FieldNorm2d(C4, 3, affine=False)):
        assert not list(layer.parameters())
        assert layer.double()(maps(C4)).isfinite().all()


@pytest.mark.parametrize("parts", [0, 3, 8])
def test_parts_that_split_fields_are_refused(parts):
    with pytest.raises(ValueError, match=f"parts: must divide the 4 fields, got {parts}"):
        FieldNorm2d(C4, 4, parts)


@pytest.mark.parametrize("kind", [GroupBatchNorm2d, FieldNorm2d])
def test_wrong_channels_are_named(kind):
    with pytest.raises(ValueError, match=rf"{kind.__name__} takes \[N, 12, H, W\]"):
        kind(C4, 3)(torch.zeros(1, 3, 2, 2))


def test_they_tell_their_group():
    assert repr(GroupBatchNorm2d(C4, 3)).startswith("GroupBatchNorm2d(C4, 3, eps=1e-05")
    assert repr(FieldNorm2d(C4, 3)) == "FieldNorm2d(C4, 3, parts=3, eps=1e-05)"
