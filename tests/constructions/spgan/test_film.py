"""Modulation that treats the orientations of a field alike."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from constructions.spgan.equivariance import equivariance_error, random_input
from constructions.spgan.film import FiLM
from constructions.spgan.image_groups import C4, GROUPS


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def data(group):
    x = random_input((2, 3 * group.order, 4, 4), source(1))
    return x, random_input((2, 5), source(2))


@pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))
def test_every_element_commutes_with_it(group):
    x, c = data(group)
    layer = FiLM(group, 3, 5, dtype=torch.float64)
    found = equivariance_error(layer, group, x, kinds=("regular", "regular"), arguments=(c,))
    assert found.worst == 0  # the same operations at every pixel


def test_it_is_the_formula():
    x, c = data(C4)
    layer = FiLM(C4, 3, 5, dtype=torch.float64)
    numbers = c @ layer.linear.weight.T + layer.linear.bias
    for n in range(2):
        for h in range(4):
            for field in range(3):
                gamma, beta = numbers[n, field], numbers[n, 3 + field]
                expected = (1 + gamma) * x[n, 3 * h + field] + beta
                found = layer(x, c)[n, 3 * h + field]
                torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)


def test_numbers_for_each_orientation_are_caught():
    class Apart(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(5, 24, dtype=torch.float64)

        def forward(self, x, c):
            gamma, beta = self.linear(c)[:, :, None, None].chunk(2, 1)
            return (1 + gamma) * x + beta

    x, c = data(C4)
    found = equivariance_error(Apart(), C4, x, kinds=("regular", "regular"), arguments=(c,))
    assert found.errors["e"] == 0
    assert min(error for s, error in found.errors.items() if s != "e") > 0.01


def test_second_derivatives_are_right():
    layer = FiLM(C4, 1, 2, dtype=torch.float64)
    x, c = (random_input(s, source()).requires_grad_() for s in ((1, 4, 2, 2), (1, 2)))
    assert torch.autograd.gradgradcheck(layer, (x, c))


def test_other_shapes_are_named():
    layer = FiLM(C4, 3, 5)
    with pytest.raises(ValueError, match=r"FiLM takes \[N, 12, H, W\]"):
        layer(torch.zeros(2, 3, 4, 4), torch.zeros(2, 5))
    with pytest.raises(ValueError, match=r"condition: must have shape \(2, 5\), got \(1, 5\)"):
        layer(torch.zeros(2, 12, 4, 4), torch.zeros(1, 5))
