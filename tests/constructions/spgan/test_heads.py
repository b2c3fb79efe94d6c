"""Heads: from orientations to scalar fields, numbers and scores."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from constructions.spgan.conv import GroupConv2d, LiftingConv2d
from constructions.spgan.equivariance import equivariance_error, random_input
from constructions.spgan.heads import InvariantHead, OrientationPool, ProjectionHead
from constructions.spgan.image_groups import C4, D4, GROUPS, act, fields_of

EVERY = pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))
MODES = pytest.mark.parametrize("mode", ["max", "mean"])


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def maps(group, **options):
    return random_input((2, 3 * group.order, 4, 5), source(), **options)


@EVERY
@MODES
def test_every_element_commutes_with_it(group, mode):
    x, rounded = maps(group), maps(group, integers=True)
    cases = ((OrientationPool, "scalar"), (InvariantHead, "invariant"))
    for head, kind in cases:
        layer = head(group, 3, mode)
        kinds = ("regular", kind)
        assert equivariance_error(layer, group, x, kinds=kinds).worst <= 1e-13
        # sums of integers are exact, their mean over 20 pixels is one division
        assert equivariance_error(layer, group, rounded, kinds=kinds).worst == 0


@MODES
def test_it_is_the_maximum_or_mean_over_the_orientations_of_a_field(mode):
    x = maps(D4)
    by_field = fields_of(D4, x).numpy()
    expected = by_field.max(2) if mode == "max" else by_field.mean(2)
    found = OrientationPool(D4, 3, mode)(x).numpy()
    assert abs(found - expected).max() <= 1e-15
    assert abs(InvariantHead(D4, 3, mode)(x).numpy() - expected.mean((2, 3))).max() <= 1e-14


def test_pooling_over_orientations_before_the_last_group_convolution_is_caught():
    """Scalar fields are no regular map: a plain convolution behind them does not commute."""
    gen = source(3)
    lifted = LiftingConv2d(C4, 1, 3, 3, generator=gen, dtype=torch.float64)
    plain = nn.Conv2d(3, 2, 3, padding=1, dtype=torch.float64)
    early = nn.Sequential(lifted, OrientationPool(C4, 3), plain)
    late = nn.Sequential(
        lifted, GroupConv2d(C4, 3, 2, 3, generator=gen, dtype=torch.float64), OrientationPool(C4, 2)
    )
    x = random_input((1, 1, 5, 5), source())
    assert equivariance_error(early, C4, x, kinds=("scalar", "scalar")).worst > 0.01
    assert equivariance_error(late, C4, x, kinds=("scalar", "scalar")).worst <= 1e-13


@EVERY
def test_gradients_of_an_invariant_network_are_equivariant_even_at_ties(group):
    x = random_input((1, 3 * group.order, 4, 4), source(), integers=True).sign()  # many ties
    head = InvariantHead(group, 3)

    def slope(x):
        x = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(head(x).square().sum(), x)
        return gradient

    for s in range(group.order):
        moved = slope(act(group, s, x, "regular"))
        torch.testing.assert_close(moved, act(group, s, slope(x), "regular"), rtol=0, atol=1e-14)


@MODES
def test_second_derivatives_are_right(mode):
    head = InvariantHead(C4, 2, mode)
    x = random_input((1, 8, 2, 2), source()).requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x: head(x).tanh(), x)


def test_scores_are_the_formula():
    head = ProjectionHead(4, 3, dtype=torch.float64)
    h, y = random_input((5, 4), source()), torch.tensor([0, 2, 1, 1, 0])
    onehot = nn.functional.one_hot(y, 3).double()
    projection = (h * (onehot @ head.embed.weight)).sum(1)
    expected = projection + h @ head.linear.weight[0] + head.linear.bias
    assert head(h, y).shape == (5,)
    torch.testing.assert_close(head(h, y), expected, rtol=0, atol=1e-14)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="mode: must be 'max' or 'mean', got 'sum'"):
        OrientationPool(C4, 3, "sum")
    with pytest.raises(ValueError, match=r"InvariantHead takes \[N, 12, H, W\]"):
        InvariantHead(C4, 3)(torch.zeros(1, 3, 2, 2))


def test_it_tells_its_group():
    assert repr(InvariantHead(D4, 3)) == "InvariantHead(D4, 3, mode='max')"
