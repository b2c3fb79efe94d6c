"""Norms of the expanded operator against dense matrices and the Fourier transform."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from constructions.spgan.conv import GroupConv2d, LiftingConv2d, orthogonal_
from constructions.spgan.equivariance import equivariance_error, random_input
from constructions.spgan.image_groups import C1, C4, D4, GROUPS
from constructions.spgan.spectral import FIRST_STEPS, spectral_norm

EVERY = pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))
NORMS = ("filter", "operator")
SIZE = (4, 5)


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def layer_of(group=C4, kind=GroupConv2d, **options):
    options = {"generator": source(), "dtype": torch.float64, "bias": False} | options
    return kind(group, 1, 1, 3, **options)


def normed(layer, of="filter", steps=200):
    """Normalised, the power iteration converged."""
    size = SIZE if of == "operator" else None
    spectral_norm(layer, of, size=size, generator=source(1))
    layer.spectral.iterate(layer.raw_filter(), layer, steps)
    return layer.eval()


def matrix(layer, W, size=SIZE):
    """The convolution as a dense matrix: its columns are the images of the unit vectors."""
    count = layer.in_channels * size[0] * size[1]
    unit = torch.eye(count, dtype=W.dtype).view(count, layer.in_channels, *size)
    return layer.convolve(unit, W).flatten(1).T


def largest(A):
    return torch.linalg.matrix_norm(A, 2).item()


@EVERY
@pytest.mark.parametrize("kind", [LiftingConv2d, GroupConv2d])
def test_the_expanded_filter_has_norm_one_as_a_matrix(group, kind):
    layer = normed(layer_of(group, kind))
    assert largest(layer.filter().flatten(1)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("group", [C4, D4], ids=["C4", "D4"])
def test_the_operator_has_norm_one_on_its_grid(group):
    layer = normed(layer_of(group), "operator", 60)
    # estimated from below, and the largest singular values lie close together
    assert 1 - 1e-12 <= largest(matrix(layer, layer.filter())) < 1.02


def test_it_is_a_bound_on_smaller_grids_and_none_on_larger_ones():
    layer = normed(layer_of(), "operator")
    assert largest(matrix(layer, layer.filter(), (3, 3))) < 1
    assert largest(matrix(layer, layer.filter(), (8, 8))) > 1.001


def circular_norm(W, n):
    """Largest singular value over the n x n frequencies: the norm with circular padding."""
    symbol = torch.fft.fft2(W, (n, n)).permute(2, 3, 0, 1)
    return torch.linalg.matrix_norm(symbol, 2).max().item()


@pytest.mark.parametrize(("k", "stride"), [(3, 1), (5, 2), (1, 1)])
def test_the_norm_of_the_filter_bounds_the_layer_by_patches_per_pixel(k, stride):
    made = GroupConv2d(C4, 1, 1, k, stride=stride, generator=source(), dtype=torch.float64)
    layer = normed(made)
    patches = -(-k // stride)
    found = largest(matrix(layer, layer.filter(), (5, 5)))
    assert found <= patches + 1e-9
    if stride == 1:
        assert found <= circular_norm(layer.filter().detach(), 40) + 1e-9 <= patches + 2e-9


def test_the_bound_by_patches_is_attained_by_a_constant_filter():
    layer = GroupConv2d(C1, 1, 1, 3, bias=False, padding_mode="circular", dtype=torch.float64)
    nn.init.ones_(layer.weight)
    layer = normed(layer)
    x = torch.ones(1, 1, 4, 4, dtype=torch.float64)
    assert layer(x).norm().item() == pytest.approx(3 * x.norm().item())


def test_normalising_the_stored_weight_instead_bounds_nothing():
    """The trap: the weight of one orientation has a smaller norm than the filter made of it."""
    layer = layer_of(C4, LiftingConv2d)
    with torch.no_grad():
        layer.weight.copy_(torch.ones_like(layer.weight))  # every orientation the same
    stored, whole = largest(layer.weight.flatten(1)), largest(layer.raw_filter().flatten(1))
    assert whole == pytest.approx(2 * stored)  # sqrt(|G|)
    mild = layer_of(C4)
    ratio = largest(mild.raw_filter().flatten(1)) / largest(mild.weight.flatten(1))
    assert 1.05 < ratio <= 2


def test_a_symmetric_start_would_miss_the_norm():
    """Why the start is random: from all ones only the invariant part of the filter is seen."""
    layer = layer_of(C4, LiftingConv2d)
    edge = torch.tensor([[0.0, 1, 0], [0, 0, 0], [0, -1, 0]], dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(edge + 0.1)
    layer = normed(layer)
    norm, W = layer.spectral, layer.raw_filter()
    # by hand: two opposite edges make norm 2; the constant part is 0.1 times ones, 4 x 9: norm 0.6
    assert largest(W.flatten(1)) == pytest.approx(2)
    assert norm.sigma(W, layer).item() == pytest.approx(2)
    norm.v.fill_(1)
    norm.iterate(W, layer, 3)
    assert norm.sigma(W, layer).item() == pytest.approx(0.6)


@pytest.mark.parametrize("of", NORMS)
def test_equivariance_stays_exact_in_training_and_evaluation(of):
    layer = layer_of(D4)
    spectral_norm(layer, of, size=SIZE if of == "operator" else None, generator=source(1))
    x = random_input((2, 8, 4, 5), source(2))
    for mode in (True, False):
        found = equivariance_error(layer.train(mode), D4, x, kinds=("regular", "regular"))
        assert found.worst <= 1e-13


@pytest.mark.parametrize("of", NORMS)
def test_each_training_pass_makes_one_step_and_evaluation_none(of):
    layer = normed(layer_of(), of, steps=0)
    x = random_input((1, 4, 4, 5), source(2))
    u, v, W = layer.spectral.u.clone(), layer.spectral.v.clone(), layer.raw_filter().detach()
    layer(x)
    assert torch.equal(layer.spectral.v, v)
    layer.train()(x)
    A = W.flatten(1) if of == "filter" else matrix(layer, W)
    order = (
        (lambda t: t.view(3, 3, 4).permute(2, 0, 1).flatten()) if of == "filter" else torch.flatten
    )
    expected = A @ order(v)
    torch.testing.assert_close(layer.spectral.u.flatten(), expected / expected.norm())
    expected = A.T @ layer.spectral.u.flatten()
    torch.testing.assert_close(order(layer.spectral.v), expected / expected.norm())
    assert not torch.equal(layer.spectral.u, u)


@pytest.mark.parametrize("of", NORMS)
def test_derivatives_are_those_of_w_over_u_w_v(of):
    layer = normed(layer_of(C4, LiftingConv2d), of, steps=5)

    def filter(weight):
        return torch.func.functional_call(layer, {"weight": weight}, (x,))

    x = random_input((1, 1, 4, 5), source(2))
    weight = layer.weight.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(filter, weight, fast_mode=True)
    assert torch.autograd.gradgradcheck(filter, weight, fast_mode=True)


def test_two_training_passes_can_be_differentiated_together():
    layer = spectral_norm(layer_of(), generator=source(1))
    x = random_input((1, 4, 4, 5), source(2))
    (layer(x).sum() + layer(-x).sum()).backward()
    assert layer.weight.grad.isfinite().all()


def test_it_agrees_with_torch_on_the_trivial_group():
    ours = GroupConv2d(C1, 2, 2, 3, bias=False, generator=source(), dtype=torch.float64)
    plain = nn.Conv2d(2, 2, 3, bias=False, dtype=torch.float64)
    plain.weight.data.copy_(ours.weight)
    normed(ours)
    torch.manual_seed(0)
    nn.utils.parametrizations.spectral_norm(plain, n_power_iterations=100)
    plain(torch.zeros(1, 2, 3, 3, dtype=torch.float64))
    torch.testing.assert_close(ours.filter(), plain.weight, rtol=1e-9, atol=1e-9)


def test_plain_layers_are_left_to_torch():
    torch.manual_seed(0)
    layer = spectral_norm(nn.Linear(3, 2), steps=20)
    layer(torch.zeros(1, 3))
    assert torch.linalg.matrix_norm(layer.weight, 2).item() == pytest.approx(1, abs=1e-4)


def test_a_filter_of_zeros_stays_zero():
    layer = layer_of()
    nn.init.zeros_(layer.weight)
    assert not spectral_norm(layer, generator=source())(torch.ones(1, 4, 5, 5).double()).any()


def test_new_weights_get_their_norm_at_once():
    layer = spectral_norm(layer_of(), generator=source(1))
    for change in (orthogonal_, lambda one, generator: one.reset_parameters(generator)):
        change(layer, generator=source(5))
        W = layer.raw_filter()
        truth = largest(W.flatten(1))
        sigma = layer.spectral.sigma(W, layer).item()
        assert truth * 0.9 < sigma <= truth * (1 + 1e-12)
    assert FIRST_STEPS >= 15  # torch's number


def test_made_without_memory_it_works_after_a_reset():
    layer = spectral_norm(GroupConv2d(C4, 2, 2, 3, device="meta"))
    assert layer(torch.empty(1, 8, 5, 5, device="meta")).shape == (1, 8, 5, 5)
    layer.to_empty(device="cpu").reset_parameters(source())
    assert largest(layer.eval().filter().flatten(1)) < 1.1


def test_the_vectors_are_saved_and_come_back():
    layer = normed(layer_of(), "operator", 5)
    other = spectral_norm(layer_of(), "operator", size=SIZE, generator=source(9)).eval()
    other.load_state_dict(layer.state_dict())
    assert set(layer.state_dict()) == {"weight", "spectral.u", "spectral.v"}
    assert torch.equal(other.filter(), layer.filter())
    assert torch.equal(copy.deepcopy(layer).filter(), layer.filter())


def test_compiled_and_under_autocast_it_is_the_same():
    layer = spectral_norm(layer_of(), generator=source(1))
    twin = copy.deepcopy(layer)
    x = random_input((1, 4, 4, 5), source(2))
    compiled = torch.compile(layer, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x), twin(x), rtol=0, atol=1e-13)
    torch.testing.assert_close(layer.spectral.u, twin.spectral.u, rtol=0, atol=1e-13)
    single = spectral_norm(GroupConv2d(C4, 2, 2, 3, generator=source()), generator=source(1)).eval()
    before = single.filter().detach().clone()
    single.train().spectral.eval()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(single.filter(), before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"of": "weight"}, "of: must be 'filter' or 'operator', got 'weight'"),
        ({"of": "operator"}, "size: of='operator' must have a size"),
        ({"of": "operator", "size": (1, 8)}, "size|needs H"),
    ],
)
def test_bad_arguments_are_named(options, message):
    layer = layer_of(padding=0) if "size" in options else layer_of()
    with pytest.raises(ValueError, match=message):
        spectral_norm(layer, **options)


def test_other_paddings_and_a_second_norm_are_refused():
    with pytest.raises(ValueError, match="zero padding"):
        spectral_norm(layer_of(padding_mode="circular"), "operator", size=SIZE)
    layer = spectral_norm(layer_of())
    with pytest.raises(ValueError, match="module: must not be normalised already"):
        spectral_norm(layer)
