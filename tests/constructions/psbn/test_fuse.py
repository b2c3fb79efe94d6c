"""Folding into the map before: same function; torch's helper is off by alpha."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import fuse_conv_bn_eval, parametrizations

from constructions.psbn.fuse import fuse_conv_psbn_eval
from constructions.psbn.layers import (
    PostShiftedBatchNorm1d,
    PostShiftedBatchNorm2d,
    PostShiftedBatchNorm3d,
    PostShiftedSyncBatchNorm,
)
from constructions.psbn.relu_op import PostShiftedBatchNormReLU2d

Norm1d, Norm2d, Norm3d = PostShiftedBatchNorm1d, PostShiftedBatchNorm2d, PostShiftedBatchNorm3d
CASES = {
    "conv1d": (nn.Conv1d(4, 6, 3, padding=1), Norm1d, (2, 4, 7)),
    "conv2d": (nn.Conv2d(4, 6, 3, stride=2, groups=2, bias=False), Norm2d, (2, 4, 7, 7)),
    "conv3d": (nn.Conv3d(4, 6, 2, padding_mode="circular", padding=1), Norm3d, (2, 4, 3, 3, 3)),
    "transposed": (nn.ConvTranspose2d(4, 6, 3, stride=2), Norm2d, (2, 4, 5, 5)),
    "grouped transposed": (nn.ConvTranspose2d(4, 6, 3, groups=2, bias=False), Norm2d, (2, 4, 5, 5)),
    "linear": (nn.Linear(4, 6), Norm1d, (2, 4)),
}  # fmt: skip


def ready(kind, **flags):
    """A norm with random statistics and parameters, in evaluation mode."""
    norm = kind(6, **flags)
    with torch.no_grad():
        for t in (*norm.parameters(), norm.running_mean):
            t.copy_(torch.randn(6))
        norm.running_var.uniform_(0.5, 2)
    return norm.eval()


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_the_folded_map_is_the_composition(case, affine):
    torch.manual_seed(0)
    linear, kind, shape = CASES[case]
    linear, norm = linear.eval(), ready(kind, affine=affine, alpha=0.3)
    x, weight = torch.randn(shape), linear.weight.detach().clone()
    fused = fuse_conv_psbn_eval(linear, norm)
    torch.testing.assert_close(fused(x), norm(linear(x)), rtol=1e-5, atol=1e-5)
    assert type(fused) is type(linear)
    assert torch.equal(linear.weight, weight)


def test_torchs_helper_is_off_by_alpha_everywhere():
    linear, kind, shape = CASES["conv2d"]
    norm, x = ready(kind, alpha=0.1), torch.randn(shape)
    wrong = norm(linear.eval()(x)) - fuse_conv_bn_eval(linear, norm)(x)
    torch.testing.assert_close(wrong, torch.full_like(wrong, 0.1), rtol=0, atol=1e-5)


def test_plain_norms_and_parametrized_maps_fold_too():
    linear = parametrizations.weight_norm(nn.Conv2d(4, 6, 3)).eval()
    norm, x = ready(nn.BatchNorm2d), torch.randn(2, 4, 5, 5)
    fused = fuse_conv_psbn_eval(linear, norm)
    torch.testing.assert_close(fused(x), norm(linear(x)), rtol=1e-5, atol=1e-5)
    assert isinstance(fused.weight, nn.Parameter)


def test_memory_format_type_and_gradient_flag_stay():
    linear = nn.Conv2d(4, 6, 3).to(memory_format=torch.channels_last).double().eval()
    linear.weight.requires_grad_(False)
    fused = fuse_conv_psbn_eval(linear, ready(PostShiftedBatchNorm2d))
    assert fused.weight.is_contiguous(memory_format=torch.channels_last)
    assert fused.weight.dtype == fused.bias.dtype == torch.float64
    assert not fused.weight.requires_grad


@pytest.mark.parametrize(
    ("linear", "norm", "error", "match"),
    [
        (nn.Conv2d(4, 6, 3), ready(PostShiftedBatchNorm2d), ValueError, "evaluation mode"),
        (nn.Conv2d(4, 5, 3).eval(), ready(PostShiftedBatchNorm2d), ValueError, "5 channels"),
        (nn.ReLU().eval(), ready(PostShiftedBatchNorm2d), TypeError, "linear"),
        (nn.Conv2d(4, 6, 3).eval(), nn.LayerNorm(6).eval(), TypeError, "norm"),
        (nn.Conv2d(4, 6, 3).eval(), ready(PostShiftedBatchNormReLU2d), TypeError, "norm"),
        (
            nn.Conv2d(4, 6, 3).eval(),
            PostShiftedBatchNorm2d(6, track_running_stats=False).eval(),
            ValueError,
            "no running statistics",
        ),
    ],
)
def test_what_is_no_fixed_linear_map_is_refused(linear, norm, error, match):
    with pytest.raises(error, match=match):
        fuse_conv_psbn_eval(linear, norm)


class Doubled(nn.Conv2d):
    def forward(self, input):
        return 2 * super().forward(input)


def hooked(place):
    layers = {"linear": nn.Conv2d(4, 6, 3).eval(), "norm": ready(Norm2d)}
    layers[place].register_forward_hook(lambda _, __, y: 2 * y)
    return layers.values()


def patched(place):
    layers = {"linear": nn.Conv2d(4, 6, 3).eval(), "norm": ready(Norm2d)}
    layers[place].forward = lambda x: x
    return layers.values()


def parametrized():
    conv = Doubled(4, 6, 3).eval()
    parametrizations.weight_norm(conv)
    return conv


@pytest.mark.parametrize("conv", [Doubled(4, 6, 3).eval(), parametrized()])
def test_a_subclass_of_a_convolution_may_compute_something_else(conv):
    with pytest.raises(TypeError, match=r"own class, got .*Doubled"):
        fuse_conv_psbn_eval(conv, ready(Norm2d))


@pytest.mark.parametrize("change", [hooked, patched])
@pytest.mark.parametrize("place", ["linear", "norm"])
def test_what_runs_around_a_layer_cannot_be_folded(change, place):
    with pytest.raises(ValueError, match=f"{place}: has hooks or a patched forward"):
        fuse_conv_psbn_eval(*change(place))


@pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated")
def test_old_weight_norm_is_a_hook():
    with pytest.raises(ValueError, match="linear: has hooks"):
        fuse_conv_psbn_eval(nn.utils.weight_norm(nn.Conv2d(4, 6, 3)).eval(), ready(Norm2d))


@pytest.mark.parametrize("norm", [Norm1d, Norm3d, nn.BatchNorm1d])
def test_norms_of_another_dimension_do_not_fit(norm):
    with pytest.raises(TypeError, match="does not take what Conv2d puts out"):
        fuse_conv_psbn_eval(nn.Conv2d(4, 6, 3).eval(), ready(norm))


def test_a_synchronised_norm_folds_into_any_map():
    linear, norm, x = nn.Linear(4, 6).eval(), ready(PostShiftedSyncBatchNorm), torch.randn(3, 4)
    torch.testing.assert_close(fuse_conv_psbn_eval(linear, norm)(x), norm(linear(x)))
