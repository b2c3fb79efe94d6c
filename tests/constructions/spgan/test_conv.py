"""Group convolutions: equivariance of every element, falsifiers, and life among torch's modules."""

from __future__ import annotations

import copy
import io
import itertools

import pytest
import torch
from torch import nn

from constructions.spgan.conv import GroupConv2d, LiftingConv2d, orthogonal_, take_filter_
from constructions.spgan.equivariance import equivariance_error, integer_weights_, random_input
from constructions.spgan.image_groups import C1, C2, C4, D1, D4, GROUPS

EXACT = 1e-13  # relative, float64
EVERY = pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))
LAYERS = {"scalar": LiftingConv2d, "regular": GroupConv2d}
KIND = pytest.mark.parametrize("kind", LAYERS)


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def layer_of(kind, group, k=3, dtype=torch.float64, **options):
    return LAYERS[kind](group, 2, 2, k, generator=source(), dtype=dtype, **options)


def images(layer, size=(5, 5), dtype=torch.float64, **options):
    return random_input((2, layer.in_channels, *size), source(1), dtype=dtype, **options)


def error(layer, x):
    return equivariance_error(layer, layer.group, x, kinds=(layer.kind, "regular")).worst


@EVERY
@KIND
@pytest.mark.parametrize("size", [(6, 6), (7, 7), (4, 7)])
@pytest.mark.parametrize("k", [1, 3])
def test_every_element_commutes_with_it(group, kind, size, k):
    layer = layer_of(kind, group, k)
    x = images(layer, size)
    assert error(layer, x) <= EXACT
    assert error(layer.eval(), x) <= EXACT


@EVERY
@KIND
@pytest.mark.parametrize("size", [(5, 5), (6, 6)])
def test_integers_leave_no_error_at_all(group, kind, size):
    layer = integer_weights_(layer_of(kind, group), source(2))
    assert error(layer, images(layer, size, integers=True)) == 0


@pytest.mark.parametrize("group", [C4, D4], ids=["C4", "D4"])
@pytest.mark.parametrize("mode", ["zeros", "circular", "reflect", "replicate"])
@pytest.mark.parametrize(
    "geometry",  # kernel size, stride, padding, size of the image
    [
        (3, 2, "same", 5),
        (3, 3, 0, 6),
        (2, 2, 0, 6),
        (2, 1, 1, 5),
        (4, 2, 1, 6),  # the usual strided layer of GANs
        (5, 1, 1, 6),
    ],
)
def test_strides_even_kernels_and_paddings_that_fit_are_exact(group, mode, geometry):
    k, stride, padding, size = geometry
    options = {"stride": stride, "padding": padding, "padding_mode": mode}
    layer = integer_weights_(layer_of("regular", group, k, **options), source(2))
    assert error(layer, images(layer, (size, size), integers=True)) == 0


class Unchecked(nn.Module):
    """The same convolution without the check of the size."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.group, self.kind = layer, layer.group, layer.kind

    def forward(self, x):
        return self.layer.convolve(x, self.layer.filter(), self.layer.full_bias())


@pytest.mark.parametrize("group", [C2, C4, D4], ids=["C2", "C4", "D4"])
@pytest.mark.parametrize(("k", "stride", "size"), [(3, 2, 8), (3, 3, 9), (5, 2, 6)])
def test_a_stride_that_does_not_fit_is_refused_because_it_is_wrong(group, k, stride, size):
    layer = layer_of("regular", group, k, stride=stride)
    x = images(layer, (size, size))
    with pytest.raises(ValueError, match=f"only where {stride} divides H .* got H = {size}"):
        layer(x)
    assert error(Unchecked(layer), x) > 0.1
    fitting = images(layer, (size + 1, size + 1))
    assert error(Unchecked(layer), fitting) <= EXACT


def test_a_mirror_lets_the_rows_be_strided_as_they_like():
    layer = layer_of("regular", D1, stride=2)
    assert error(layer, images(layer, (8, 7))) <= EXACT
    with pytest.raises(ValueError, match="got W = 8"):
        layer(images(layer, (7, 8)))


def test_an_even_kernel_padded_on_one_side_is_refused_because_it_is_wrong():
    with pytest.raises(
        ValueError, match="kernel_size: padding 'same' must have an odd kernel, got 2"
    ):
        layer_of("regular", C4, 2)

    class OneSided(GroupConv2d):
        def convolve(self, x, W, bias=None):
            return nn.functional.conv2d(nn.functional.pad(x, (0, 1, 0, 1)), W, bias)

    layer = OneSided(C4, 2, 2, 2, padding=0, generator=source(), dtype=torch.float64)
    assert error(layer, images(layer)) > 0.1


def test_a_bias_for_each_orientation_is_caught():
    class Biased(GroupConv2d):
        def full_bias(self):
            return torch.linspace(0, 0.1, self.out_channels, dtype=torch.float64)

    layer = Biased(C4, 2, 2, 3, generator=source(), dtype=torch.float64)
    assert error(layer, images(layer)) > 0.01


@KIND
def test_the_trivial_group_is_the_plain_convolution(kind):
    ours = layer_of(kind, C1)
    plain = nn.Conv2d(2, 2, 3, padding=1, dtype=torch.float64)
    plain.load_state_dict(ours.state_dict())
    torch.testing.assert_close(ours(images(ours)), plain(images(ours)), rtol=0, atol=1e-14)


def test_lifting_is_the_correlation_with_turned_filters():
    layer = layer_of("scalar", C4)
    x = images(layer)
    for g in range(4):
        turned = torch.rot90(layer.weight, g, (2, 3))
        expected = nn.functional.conv2d(x, turned, layer.bias, padding=1)
        torch.testing.assert_close(layer(x)[:, 2 * g : 2 * g + 2], expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"in_fields": 0}, "in_fields: must be an integer of at least 1, got 0"),
        ({"out_fields": 1.5}, "out_fields: must be an integer of at least 1, got 1.5"),
        ({"kernel_size": (3, 3)}, r"kernel_size: must be an integer of at least 1, got \(3, 3\)"),
        ({"stride": 0}, "stride: must be an integer of at least 1, got 0"),
        ({"padding": -1}, "padding: must be 'same' or an integer of at least 0, got -1"),
        ({"padding": "valid"}, "padding: must be 'same' or an integer of at least 0, got 'valid'"),
        ({"padding_mode": "wrap"}, "padding_mode: must be one of .* got 'wrap'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    good = {"group": C4, "in_fields": 1, "out_fields": 1, "kernel_size": 3}
    with pytest.raises(ValueError, match=message):
        GroupConv2d(**{**good, **arguments})


@pytest.mark.parametrize(("mode", "least"), [("circular", 2), ("reflect", 3)])
def test_padding_by_more_pixels_than_there_are_is_refused(mode, least):
    layer = layer_of("regular", C4, 5, padding_mode=mode)
    assert error(layer, images(layer, (least, least))) <= EXACT
    with pytest.raises(
        ValueError, match=f"{mode} padding of 2 pixels needs more of them, got H, W"
    ):
        layer(images(layer, (7, least - 1)))


def test_wrong_channels_are_named():
    with pytest.raises(
        ValueError, match=r"GroupConv2d takes \[N, 8, H, W\], got shape \(1, 2, 5, 5\)"
    ):
        layer_of("regular", C4)(torch.zeros(1, 2, 5, 5, dtype=torch.float64))


def test_an_empty_batch_passes_through():
    layer = layer_of("regular", C4)
    assert layer(torch.zeros(0, 8, 5, 5, dtype=torch.float64)).shape == (0, 8, 5, 5)


@KIND
def test_first_and_second_derivatives_are_right(kind):
    layer = LAYERS[kind](C4, 1, 1, 3, generator=source(), dtype=torch.float64)
    x = random_input((1, layer.in_channels, 3, 3), source(1)).requires_grad_()
    tensors = (x, *layer.parameters())

    def run(x, weight, bias):
        given = {"weight": weight, "bias": bias}
        return torch.func.functional_call(layer, given, (x,)).tanh()

    assert torch.autograd.gradcheck(run, tensors, fast_mode=True)
    assert torch.autograd.gradgradcheck(run, tensors, fast_mode=True)


def test_a_gradient_penalty_reaches_the_weights():
    layer = layer_of("scalar", D4)
    x = images(layer).requires_grad_()
    (slope,) = torch.autograd.grad(layer(x).tanh().sum(), x, create_graph=True)
    slope.square().sum().backward()
    assert layer.weight.grad.abs().sum() > 0


@KIND
def test_compiled_it_is_the_same(kind):
    layer = layer_of(kind, D4)
    x = images(layer)
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    for one in (layer.train(), layer.eval()):
        torch.testing.assert_close(compiled(x), one(x), rtol=0, atol=1e-14)


def test_it_is_exported_as_one_graph():
    layer = layer_of("regular", D4).eval()
    x = images(layer)
    program = torch.export.export(layer, (x,))
    torch.testing.assert_close(program.module()(x), layer(x), rtol=0, atol=1e-14)


def test_autocast_computes_in_the_lower_precision():
    layer = layer_of("regular", C4, dtype=torch.float32)
    x = images(layer, dtype=torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = layer(x)
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), layer(x), rtol=0.05, atol=0.05)


def test_channels_last_images_stay_so_and_give_the_same():
    layer = layer_of("regular", C4, dtype=torch.float32)
    x = images(layer, dtype=torch.float32)
    y = layer(x.contiguous(memory_format=torch.channels_last))
    assert y.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(y, layer(x))


def test_only_weights_are_saved_and_they_come_back():
    layer = layer_of("regular", D4)
    stream = io.BytesIO()
    torch.save(layer.state_dict(), stream)
    stream.seek(0)
    other = GroupConv2d(D4, 2, 2, 3, dtype=torch.float64)
    other.load_state_dict(torch.load(stream, weights_only=True))
    assert set(layer.state_dict()) == {"weight", "bias"}
    assert torch.equal(other(images(layer)), layer(images(layer)))


def test_copies_are_independent():
    layer = layer_of("regular", C4).eval()
    x = images(layer)
    with torch.no_grad():
        before = layer(x)
        twin = copy.deepcopy(layer)
        twin.weight.zero_()
        assert torch.equal(layer(x), before)
        assert not torch.equal(twin(x), before)


@pytest.mark.parametrize("how", ["argument", "context"])
def test_made_without_memory_it_works_once_it_has_numbers(how):
    if how == "argument":
        layer = GroupConv2d(C4, 2, 2, 3, device="meta", dtype=torch.float64)
    else:
        with torch.device("meta"):
            layer = GroupConv2d(C4, 2, 2, 3, dtype=torch.float64)
    assert layer(torch.empty(1, 8, 5, 5, device="meta", dtype=torch.float64)).shape == (1, 8, 5, 5)
    layer.to_empty(device="cpu").load_state_dict(layer_of("regular", C4).state_dict())
    expected = layer_of("regular", C4)
    assert torch.equal(layer(images(expected)), expected(images(expected)))


def test_the_same_generator_gives_the_same_weights():
    one, two, other = (
        GroupConv2d(C4, 2, 2, 3, generator=source(seed)).weight for seed in (5, 5, 6)
    )
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("group", [C1, C4, D4], ids=["C1", "C4", "D4"])
def test_initial_weights_are_spread_as_a_plain_convolution_s(group):
    layer = GroupConv2d(group, 16, 16, 3, generator=source())
    bound = (16 * group.order * 9) ** -0.5
    assert 0.95 * bound < layer.weight.abs().max() <= bound


ORTHOGONAL = [
    (LiftingConv2d, C4, (3, 1), 3, "rows"),
    (LiftingConv2d, C4, (1, 5), 3, "columns"),
    (GroupConv2d, C4, (3, 4), 3, "rows"),
    (GroupConv2d, D4, (2, 2), 1, "rows"),
    (GroupConv2d, D4, (1, 3), 1, "columns"),
]


@pytest.mark.parametrize(("kind", "group", "fields", "k", "which"), ORTHOGONAL)
def test_orthogonal_weights_make_the_whole_filter_orthogonal(kind, group, fields, k, which):
    layer = orthogonal_(kind(group, *fields, k, dtype=torch.float64), 2.0, source())
    W = layer.filter().flatten(1)
    product = W @ W.T if which == "rows" else W.T @ W
    expected = 4 * torch.eye(len(product), dtype=torch.float64)
    torch.testing.assert_close(product, expected, rtol=0, atol=1e-12)


def test_lifting_single_pixels_is_as_orthogonal_as_it_can_be():
    layer = orthogonal_(LiftingConv2d(C4, 4, 1, 1, dtype=torch.float64), generator=source())
    values = torch.linalg.svdvals(layer.filter().flatten(1))
    expected = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64)
    torch.testing.assert_close(values, expected, rtol=0, atol=1e-12)


@EVERY
@KIND
def test_a_whole_filter_can_be_taken_over(group, kind):
    layer, other = layer_of(kind, group), LAYERS[kind](group, 2, 2, 3, dtype=torch.float64)
    take_filter_(other, layer.filter())
    assert torch.equal(other.weight, layer.weight)


def test_a_filter_in_the_order_of_fields_is_reordered_first():
    layer, other = layer_of("regular", D4), layer_of("regular", D4).double()
    by_field = layer.filter().view(8, 2, 8, 2, 3, 3).permute(1, 0, 3, 2, 4, 5)  # as escnn has it
    W = by_field.reshape(16, 16, 3, 3)
    with pytest.raises(ValueError, match="W: must be D4-equivariant, some entry is off by"):
        take_filter_(other, W)
    W = W.view(2, 8, 2, 8, 3, 3).permute(1, 0, 3, 2, 4, 5).reshape(16, 16, 3, 3)
    assert torch.equal(take_filter_(other, W).filter(), layer.filter())


@pytest.mark.parametrize("change", ["shape", "turned", "nan"])
def test_a_filter_that_is_none_of_the_group_s_is_refused(change):
    layer = layer_of("scalar", C4)
    W = layer.filter().detach().clone()
    if change == "turned":
        W[3] = W[3].rot90(1, (1, 2))
    wrong = {"shape": W[:4], "turned": W, "nan": W * float("nan")}[change]
    with pytest.raises(ValueError, match="W: must"):
        take_filter_(layer, wrong)


def test_it_tells_its_group_and_geometry():
    assert repr(layer_of("scalar", C4, stride=2)) == (
        "LiftingConv2d(C4, 2, 2, kernel_size=3, stride=2, padding=1, padding_mode=zeros, bias=True)"
    )


def test_groups_and_sizes_can_be_large():
    layer = GroupConv2d(D4, 8, 8, 7, generator=source(), dtype=torch.float64)
    x = random_input((1, 64, 11, 11), source(1))
    assert error(layer, x) <= EXACT
    sizes = itertools.chain(layer.weight.shape, layer.filter().shape)
    assert tuple(sizes) == (8, 64, 7, 7, 64, 64, 7, 7)
