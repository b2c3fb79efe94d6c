"""Norm, shift and rectifier in one, by both routes, against torch's layers one after the other."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from constructions.psbn import relu_native, relu_op
from constructions.psbn.relu_op import norm_relu

SHAPES = [
    (7, 3), (2, 70), (5, 3, 4), (4, 3, 5, 5), (4, 3, 2, 3, 3), (6, 1, 5, 5), (3, 5, 1, 1), (9, 7, 40, 40),
]  # fmt: skip
FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}
EPS = {torch.float32: 3e-4, torch.float64: 1e-11}  # a batch of two normalises by its own difference


@pytest.fixture(scope="module", params=["torch", "native"])
def route(request, kernel_folder):
    """Both routes; the kernel is built for the tests where there is a compiler."""
    if request.param == "native" and kernel_folder is None:
        assert relu_native.kernels() is None  # the plain route stands for it
        return "torch"
    return request.param


def problem(shape, dtype, layout, affine):
    source = torch.Generator().manual_seed(len(shape))
    x, dy = (torch.randn(shape, generator=source, dtype=torch.float64) for _ in "xy")
    x = (3 * x + 2).to(dtype).contiguous(memory_format=layout)
    vectors = [torch.randn(shape[1], generator=source, dtype=torch.float64).to(dtype) for _ in "wb"]
    return x, dy.to(dtype), vectors if affine else [None, None]


def leaves(x, vectors):
    return [None if t is None else t.clone().requires_grad_() for t in (x, *vectors)]


def in_double(x, dy, vectors, stats, *, training, slope):
    """Outputs, gradients and statistics by the textbook formulas."""
    x, *vectors = (None if t is None else t.detach().double() for t in leaves(x, vectors))
    axes = [0, *range(2, x.dim())]
    shape = [1, -1, *[1] * (x.dim() - 2)]
    n, dy = x.numel() // x.shape[1], dy.double()
    mean, var = (x.mean(axes), x.var(axes, correction=0)) if training else stats
    w, b = (
        t.double() if t is not None else torch.full_like(mean, v)
        for t, v in zip(vectors, (1, 0), strict=True)
    )
    xhat = (x - mean.reshape(shape)) / (var.reshape(shape) + 1e-5).sqrt()
    z = xhat * w.reshape(shape) + b.reshape(shape)
    dz = torch.where(z > 0, dy, slope * dy)
    dw, db = (dz * xhat).sum(axes), dz.sum(axes)
    dx = dz
    if training:
        dx = dz - db.reshape(shape) / n - xhat * dw.reshape(shape) / n
    dx = dx * (w / (var + 1e-5).sqrt()).reshape(shape)
    if training:
        stats = [s.lerp(t, 0.1) for s, t in zip(stats, (mean, var * n / (n - 1)), strict=True)]
    gradients = [dx, dw, db] if vectors[0] is not None else [dx]
    return [torch.where(z > 0, z, slope * z), *gradients, *stats]


CASES = [
    (affine, slope, training)
    for affine, slope in ((True, 0.0), (False, 0.0), (True, 0.2))
    for training in (True, False)
]


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_both_routes_are_the_textbook_formulas(route, shape, dtype, case):
    affine, slope, training = case
    for layout in {torch.contiguous_format, FORMATS.get(len(shape), torch.contiguous_format)}:
        x, dy, vectors = problem(shape, dtype, layout, affine)
        stats = [torch.full(shape[1:2], v, dtype=dtype) for v in (1.0, 2.0)]
        expected = in_double(
            x, dy, vectors, [s.double() for s in stats], training=training, slope=slope
        )
        inputs = leaves(x, vectors)
        how = {"training": training, "negative_slope": slope, "route": route}
        y = norm_relu(inputs[0], *stats, *inputs[1:], **how)
        assert y.stride() == x.stride()
        y.backward(dy)
        found = [y.detach(), *(t.grad for t in inputs if t is not None), *stats]
        for a, b in zip(found, expected, strict=True):
            assert a.dtype == dtype
            scale = 1 + float(b.abs().max())
            assert float((a - b).abs().max()) <= EPS[dtype] * scale


def test_a_large_offset_costs_the_native_route_no_digits(route):
    x = torch.randn(64, 3, 8, 8, dtype=torch.float64) * 0.1 + 100
    exact = F.relu(F.batch_norm(x, None, None, training=True))
    for layout in (torch.contiguous_format, torch.channels_last):
        single = x.float().contiguous(memory_format=layout)
        rounded = F.relu(F.batch_norm(single.double(), None, None, training=True))
        y = norm_relu(single, None, None, training=True, route=route)
        # torch in single precision is off by more than that
        assert float((y - rounded).abs().max()) < (2e-6 if route == "native" else 2e-2)
    assert float((exact - rounded).abs().max()) < 1e-3


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_nor_does_it_cost_the_gradients_any(route, layout):
    source = torch.Generator().manual_seed(0)
    x, dy = (torch.randn(16, 3, 8, 8, generator=source) for _ in "xy")
    # a mean that single precision rounds by about a thousandth of the spread
    x = (x + 2.0**13 + 0.0004).contiguous(memory_format=layout)
    w, b = (torch.rand(3, generator=source) for _ in "wb")
    expected = in_double(x, dy, [w, b], [torch.zeros(3).double()] * 2, training=True, slope=0.0)
    inputs = leaves(x, [w, b])
    y = norm_relu(inputs[0], None, None, *inputs[1:], training=True, route=route)
    y.backward(dy)
    if route == "native":
        found = [y.detach(), *(t.grad for t in inputs)]
        for a, c in zip(found, expected, strict=False):
            assert float((a - c).abs().max()) <= 2e-6 * (1 + float(c.abs().max()))


@pytest.mark.parametrize("training", [True, False])
def test_first_and_second_derivatives_are_right(route, training):
    source = torch.Generator().manual_seed(3)
    x = torch.randn(3, 2, 2, 2, generator=source, dtype=torch.float64, requires_grad=True)
    w, b = (torch.randn(2, generator=source, dtype=torch.float64, requires_grad=True) for _ in "wb")
    stats = [torch.ones(2, dtype=torch.float64) for _ in "mv"]

    def f(x, w, b):
        return norm_relu(x, *stats, w, b, training=training, momentum=0.0, route=route)

    assert torch.autograd.gradcheck(f, (x, w, b))
    assert torch.autograd.gradgradcheck(f, (x, w, b), fast_mode=True)


def test_nan_passes_and_minus_infinity_is_rectified(route):
    x = torch.tensor([[float("nan"), -torch.inf, torch.inf, 1.0]])
    stats = [torch.zeros(4), torch.ones(4)]
    y = norm_relu(x, *stats, route=route)
    assert y[0, 0].isnan()
    assert y[0, 1:3].tolist() == [0, torch.inf]


def test_sums_do_not_depend_on_the_number_of_threads(route):
    x, dy, vectors = problem((9, 7, 40, 40), torch.float32, torch.channels_last, True)
    results = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        inputs = leaves(x, vectors)
        y = norm_relu(inputs[0], None, None, *inputs[1:], training=True, route=route)
        y.backward(dy)
        results.append([y, *(t.grad for t in inputs)])
    torch.set_num_threads(1)
    if route == "native":
        assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))


def test_frozen_inputs_and_repeated_backward_passes(route):
    x, dy, (w, b) = problem((4, 3, 5, 5), torch.float64, torch.contiguous_format, True)
    w = w.clone().requires_grad_()
    y = norm_relu(x, None, None, w, b, training=True, route=route)
    y.backward(dy, retain_graph=True)
    once = w.grad.clone()
    y.backward(dy)
    torch.testing.assert_close(w.grad, 2 * once)
    assert b.grad is None


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_layer_is_the_norm_then_relu(route, d):
    fused = getattr(relu_op, f"PostShiftedBatchNormReLU{d}d")(3, alpha=0.3, negative_slope=0.1)
    plain = nn.Sequential(getattr(nn, f"BatchNorm{d}d")(3), nn.LeakyReLU(0.1))
    plain[0].bias.data.fill_(0.3)
    x = torch.randn(6, 3, *[4] * d)
    for training in (True, True, False):
        torch.testing.assert_close(fused.train(training)(x), plain.train(training)(x))
    torch.testing.assert_close(fused.running_var, plain[0].running_var)
    assert "negative_slope=0.1" in repr(fused)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own use of it
def test_torchs_transforms_find_a_way_through(route):
    layer = relu_op.PostShiftedBatchNormReLU1d(3, track_running_stats=False)
    x = torch.randn(4, 9, 3)
    expected = torch.stack([layer(one) for one in x])
    torch.testing.assert_close(torch.func.vmap(layer)(x), expected)
    torch.compiler.reset()
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x[0]), expected[0])
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(x[0], torch.ones_like(x[0]))
        # shifting every value moves no normalised value
        tangent = torch.autograd.forward_ad.unpack_dual(layer(dual)).tangent
    torch.testing.assert_close(tangent, torch.zeros_like(x[0]), atol=1e-5, rtol=0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert layer(x[0].bfloat16()).dtype == torch.bfloat16
    assert layer(x[0][:, :, None].expand(9, 3, 4)).shape == (9, 3, 4)


def test_wrong_arguments_are_refused_as_by_torch(route):
    x = torch.randn(4, 3)
    with pytest.raises(ValueError, match="negative_slope"):
        norm_relu(x, None, None, training=True, negative_slope=1.0)
    with pytest.raises(ValueError, match="more than 1 value"):
        norm_relu(x[:1], None, None, training=True)
    with pytest.raises(RuntimeError):
        norm_relu(x, None, None, torch.ones(2), training=True)
    with pytest.raises(ValueError, match="route"):
        norm_relu(x.half(), None, None, training=True, route="native")
    assert norm_relu(x[:0], torch.zeros(3), torch.ones(3)).shape == (0, 3)


def test_a_slope_outside_the_unit_interval_is_refused_at_once():
    for slope in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match="negative_slope: must be in"):
            relu_op.PostShiftedBatchNormReLU1d(3, negative_slope=slope)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
@pytest.mark.parametrize("slope", [0, 0.0, 0.2])
def test_it_scripts(slope, route):
    layer = relu_op.PostShiftedBatchNormReLU1d(3, negative_slope=slope)
    scripted = torch.jit.script(copy.deepcopy(layer))
    x = torch.randn(8, 3)
    for training in (True, True, False):
        torch.testing.assert_close(scripted.train(training)(x), layer.train(training)(x))
    x[0, 0] = -torch.inf
    assert torch.equal(scripted(x) == 0, layer(x) == 0)
