"""Post-shifted layers against torch's own, and against the slow form "stock layer, then + alpha"."""

from __future__ import annotations

import io
import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.modules import _functions
from torch.utils._python_dispatch import TorchDispatchMode

from constructions.psbn import layers

STOCK = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
OURS = {
    1: layers.PostShiftedBatchNorm1d,
    2: layers.PostShiftedBatchNorm2d,
    3: layers.PostShiftedBatchNorm3d,
}
SHAPES = {1: [(6, 3), (4, 3, 5)], 2: [(4, 3, 2, 5)], 3: [(3, 3, 2, 2, 3)]}
FLAGS = [
    dict(zip(("affine", "track_running_stats", "momentum"), values, strict=True))
    for values in itertools.product((True, False), (True, False), (0.1, None))
]


def pair(d, alpha=0.1, dtype=torch.float64, **flags):
    """A stock layer with random parameters and ours with the same."""
    source = torch.Generator().manual_seed(d)
    stock = STOCK[d](3, **flags, dtype=dtype)
    ours = OURS[d](3, **flags, dtype=dtype, alpha=alpha, bn_load="raw")
    with torch.no_grad():
        for p in stock.parameters():
            p.copy_(torch.randn(3, generator=source, dtype=dtype))
    ours.load_state_dict(stock.state_dict())
    return stock, ours


def states(layer):
    """Buffers that both kinds have."""
    return {name: b for name, b in layer.named_buffers() if name != "alpha"}


def run(layer, shape, dtype=torch.float64):
    """Outputs of two training passes and an evaluation, the gradients, the buffers."""
    source = torch.Generator().manual_seed(7)
    outputs, leaves = [], []
    for training in (True, True, False):
        layer.train(training)
        x = torch.randn(shape, generator=source, dtype=dtype).mul_(2).requires_grad_()
        y = layer(x)
        (y * torch.randn(shape, generator=source, dtype=dtype)).sum().backward()
        outputs.append(y.detach())
        leaves.append(x.grad)
    return outputs, leaves + [p.grad for p in layer.parameters()], list(states(layer).values())


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize(("d", "shape"), [(d, s) for d in SHAPES for s in SHAPES[d]])
def test_it_is_the_stock_layer_plus_alpha(d, shape, flags):
    stock, ours = pair(d, **flags)
    expected, found = run(stock, shape), run(ours, shape)
    for which, (y, z) in enumerate(zip(expected, found, strict=True)):
        for a, b in zip(y, z, strict=True):
            outputs = which == 0
            torch.testing.assert_close(b, a + 0.1 if outputs else a, rtol=1e-12, atol=1e-12)


def bits(tensor):
    return tensor.contiguous().view(torch.int32 if tensor.element_size() == 4 else torch.int64)


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_alpha_zero_is_the_stock_layer_to_the_last_bit(d, flags):
    stock, ours = pair(d, alpha=0, dtype=torch.float32, **flags)
    for layer in (stock, ours):
        if layer.bias is not None:
            layer.bias.data[0] = -0.0
    shape = SHAPES[d][-1]
    for y, z in zip(run(stock, shape, torch.float32), run(ours, shape, torch.float32), strict=True):
        for a, b in zip(y, z, strict=True):
            assert torch.equal(bits(a), bits(b))
    at_mean = torch.zeros(shape)
    assert torch.equal(bits(stock.eval()(at_mean)), bits(ours.eval()(at_mean)))


def test_alpha_zero_keeps_even_the_sign_of_zero():
    x = torch.full((1, 1), -0.0)
    for kind in (nn.BatchNorm1d, layers.PostShiftedBatchNorm1d):
        layer = kind(1, **({} if kind is nn.BatchNorm1d else {"alpha": 0})).eval()
        layer.bias.data.fill_(-0.0)
        assert math.copysign(1, layer(x).item()) == -1


@pytest.mark.parametrize("kind", [layers.PostShiftedBatchNorm1d, layers.PostShiftedSyncBatchNorm])
def test_tracking_may_be_switched_off_later(kind):
    layer = kind(3)
    layer.track_running_stats = False
    layer(torch.randn(9, 3))
    assert layer.num_batches_tracked == 0
    assert torch.equal(layer.running_mean, torch.zeros(3))
    assert torch.equal(layer.eval()(torch.ones(2, 3)).round(decimals=3), torch.full((2, 3), 1.1))


def test_a_layer_without_learned_bias_still_shifts():
    ours = layers.PostShiftedBatchNorm1d(3, bias=False, alpha=(1.0, 2.0, 3.0))
    y = ours(torch.randn(50, 3))
    torch.testing.assert_close(y.mean(0), torch.tensor([1.0, 2.0, 3.0]), atol=1e-5, rtol=0)
    assert [name for name, _ in ours.named_parameters()] == ["weight"]


def test_without_any_tensor_of_its_own_it_takes_what_the_stock_layer_takes():
    ours = layers.PostShiftedBatchNorm1d(2, affine=False, track_running_stats=False)
    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        x = torch.randn(9, 2).to(dtype)
        stock = nn.BatchNorm1d(2, affine=False, track_running_stats=False)(x)
        torch.testing.assert_close(ours(x), stock + 0.1, atol=1e-2, rtol=1e-2)
        assert ours(x).dtype == dtype


class Counter(TorchDispatchMode):
    """Counts operations that make a tensor of a given size."""

    def __init__(self, size):
        super().__init__()
        self.size, self.number = size, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        made = out if isinstance(out, tuple | list) else (out,)
        self.number += any(isinstance(t, torch.Tensor) and t.numel() == self.size for t in made)
        return out


class Naive(nn.BatchNorm2d):
    def forward(self, input):
        return super().forward(input) + 0.1


@pytest.mark.parametrize("training", [True, False])
def test_the_shift_makes_no_second_pass_over_the_data(training):
    x = torch.randn(8, 3, 5, 5)
    passes = {}
    for kind in (nn.BatchNorm2d, layers.PostShiftedBatchNorm2d, Naive):
        with torch.no_grad(), Counter(x.numel()) as counter:
            kind(3).train(training)(x)
        passes[kind] = counter.number
    assert passes[layers.PostShiftedBatchNorm2d] == passes[nn.BatchNorm2d] == 1
    assert passes[Naive] == 2


@pytest.mark.parametrize("d", [1, 2, 3])
def test_wrong_input_gets_the_stock_complaints(d):
    for x in (torch.randn(3), torch.randn(1, *[1] * d, 1)[..., 0, 0], torch.randn(2, 4, *[2] * d)):
        complaints = []
        for kind in (STOCK, OURS):
            with pytest.raises((ValueError, RuntimeError)) as error:
                kind[d](3)(x)
            complaints.append(str(error.value))
        assert complaints[0] == complaints[1]


def test_one_value_a_channel_cannot_be_normalised():
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        layers.PostShiftedBatchNorm1d(3)(torch.randn(1, 3))


def test_arguments_may_be_given_by_position_as_in_torch():
    ours = layers.PostShiftedBatchNorm2d(5, 1e-3, None, False, True, None, torch.float64)
    stock = nn.BatchNorm2d(5, 1e-3, None, False, True, None, torch.float64)
    assert (
        repr(ours) == repr(stock).replace("BatchNorm", "PostShiftedBatchNorm")[:-1] + ", alpha=0.1)"
    )
    assert ours.alpha.dtype == torch.float64


@pytest.mark.parametrize(
    ("alpha", "rule"),
    [
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (True, "finite number"),
        ("0.1", "finite number"),
        ((0.1, "0.1", 0.1), "finite number"),
        ((0.1, 0.2), "one number or 3"),
        (torch.tensor(0.1, requires_grad=True), "requires gradient"),
    ],
)
def test_an_alpha_that_is_no_constant_is_refused(alpha, rule):
    with pytest.raises(ValueError, match=rule):
        layers.PostShiftedBatchNorm2d(3, alpha=alpha)


@pytest.mark.parametrize("alpha", [np.float32(0.5), np.array(0.5), torch.tensor(0.5), 0.5])
def test_numbers_of_any_library_will_do(alpha):
    assert layers.PostShiftedBatchNorm2d(3, alpha=alpha).alpha == 0.5
    assert layers.PostShiftedBatchNorm2d(2, alpha=[alpha, 0]).alpha.tolist() == [0.5, 0]


def test_alpha_moves_and_is_saved_with_the_layer_but_is_not_learned():
    ours = layers.PostShiftedBatchNorm2d(3).to(torch.bfloat16)
    assert ours.alpha.dtype == torch.bfloat16
    assert "alpha" in ours.state_dict()
    assert "alpha" not in dict(ours.named_parameters())


# -- checkpoints ----------------------------------------------------------------------------------


def test_a_plain_checkpoint_keeps_its_function():
    stock, _ = pair(2)
    ours = layers.PostShiftedBatchNorm2d(3, dtype=torch.float64)
    before = {name: value.clone() for name, value in stock.state_dict().items()}
    checkpoint = stock.state_dict()
    ours.load_state_dict(checkpoint)
    assert all(torch.equal(checkpoint[name], value) for name, value in before.items())
    x = torch.randn(4, 3, 5, 5, dtype=torch.float64)
    torch.testing.assert_close(ours(x), stock(x), rtol=0, atol=1e-15)


def test_raw_loading_keeps_the_numbers_and_shifts_the_function():
    stock, ours = pair(2)
    x = torch.randn(4, 3, 5, 5, dtype=torch.float64)
    assert torch.equal(ours.bias, stock.bias)
    torch.testing.assert_close(ours(x), stock(x) + 0.1)


@pytest.mark.parametrize("flags", [{"affine": False}, {"bias": False}])
def test_a_plain_checkpoint_without_bias_is_refused_unless_raw(flags):
    stock = nn.BatchNorm2d(3, **flags)
    ours = layers.PostShiftedBatchNorm2d(3, **flags)
    with pytest.raises(RuntimeError, match="bn_load='raw'"):
        ours.load_state_dict(stock.state_dict())
    layers.PostShiftedBatchNorm2d(3, **flags, bn_load="raw").load_state_dict(stock.state_dict())
    with pytest.raises(ValueError, match="bn_load: must be"):
        layers.PostShiftedBatchNorm2d(3, bn_load="whatever")


def test_own_checkpoints_round_trip_without_pickled_code():
    _, ours = pair(2, alpha=(0.1, -0.2, 0.3))
    file = io.BytesIO()
    torch.save(ours.state_dict(), file)
    file.seek(0)
    other = layers.PostShiftedBatchNorm2d(3, dtype=torch.float64, alpha=(1.0, 1.0, 1.0))
    other.load_state_dict(torch.load(file, weights_only=True))
    for a, b in zip(ours.state_dict().values(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_alpha_of_another_shape_is_refused_not_truncated():
    many = layers.PostShiftedBatchNorm2d(3, alpha=(0.1, 0.2, 0.3))
    with pytest.raises(RuntimeError, match="checkpoint has shape"):
        layers.PostShiftedBatchNorm2d(3).load_state_dict(many.state_dict())


def test_missing_keys_are_told_as_by_torch():
    ours = nn.Sequential(layers.PostShiftedBatchNorm2d(3))
    assert "0.alpha" in ours.load_state_dict({}, strict=False).missing_keys


@pytest.mark.parametrize("assign", [True, False])
def test_meta_layers_are_filled_by_a_plain_checkpoint_or_by_reset(assign):
    stock, _ = pair(2)
    ours = layers.PostShiftedBatchNorm2d(3, device="meta", dtype=torch.float64)
    assert "alpha=0.1" in repr(ours)
    if not assign:
        ours.to_empty(device="cpu")
        ours.reset_parameters()
        assert ours.alpha == 0.1
    ours.load_state_dict(stock.state_dict(), assign=assign)
    x = torch.randn(4, 3, 5, 5, dtype=torch.float64)
    torch.testing.assert_close(ours.eval()(x), stock.eval()(x))


# -- lazy, synchronised ---------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 2, 3])
def test_lazy_layers_take_their_size_from_the_first_input(d):
    lazy = getattr(layers, f"LazyPostShiftedBatchNorm{d}d")(alpha=0.3, eps=1e-3)
    x = torch.randn(SHAPES[d][-1])
    y = lazy(x)
    assert type(lazy) is OURS[d]
    torch.testing.assert_close(y, STOCK[d](3, eps=1e-3)(x) + 0.3)
    per_channel = getattr(layers, f"LazyPostShiftedBatchNorm{d}d")(alpha=(0.1, 0.2))
    with pytest.raises(ValueError, match="one number or 3"):
        per_channel(x)


def test_sync_falls_back_to_the_layer_where_there_is_nobody_to_meet():
    sync, ours = layers.PostShiftedSyncBatchNorm(3), layers.PostShiftedBatchNorm2d(3)
    x = torch.randn(4, 3, 5, 5)
    assert torch.equal(sync(x), ours(x))
    assert torch.equal(sync.eval()(x), ours.eval()(x))
    with pytest.raises(ValueError, match="at least 2D"):
        sync(torch.randn(3))


def test_sync_hands_the_shifted_bias_to_the_group(monkeypatch):
    sync, given = layers.PostShiftedSyncBatchNorm(3, alpha=0.5), []
    x = torch.randn(4, 3, 5, 5)
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda _: 2)
    with pytest.raises(ValueError, match="works on cuda"):
        sync(x)
    monkeypatch.setattr(layers, "SYNC_DEVICES", ("cpu",))
    monkeypatch.setattr(_functions.SyncBatchNorm, "apply", lambda *args: given.append(args) or x)
    sync(x)
    assert torch.equal(given[0][2], torch.full((3,), 0.5))
    assert given[0][-1] == 2
    assert sync.num_batches_tracked == 2  # the refused pass counted too, as in torch


@pytest.mark.parametrize(
    "alpha", [None, 1j, torch.zeros(3, 3), [[0.1]], b"ab", [], (), {}, [0.1, None, 0.1], 10**400]
)
def test_what_is_no_number_is_no_alpha(alpha):
    with pytest.raises(ValueError, match="alpha: must be"):
        layers.PostShiftedBatchNorm2d(3, alpha=alpha)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_alpha_must_be_finite_in_the_layers_own_type(dtype):
    assert layers.PostShiftedBatchNorm2d(3, alpha=6e4, dtype=dtype).alpha.isfinite()
    with pytest.raises(ValueError, match=f"finite in {dtype}"):
        layers.PostShiftedBatchNorm2d(3, alpha=(0.1, -1e39, 0.1), dtype=dtype)
