"""A dead channel through the real layer, ReLU and torch's SGD: it comes back when psbn.T10 says, or never."""

from __future__ import annotations

import pytest
import torch

from constructions.psbn.channels import ratio
from constructions.psbn.layers import PostShiftedBatchNorm1d


def dead_layer(alpha, decay):
    """beta = -3, gamma = 0.5; SGD of rate 0.1. Batches of 8 are dead below r = -sqrt(7) = -2.65."""
    layer = PostShiftedBatchNorm1d(1, alpha=alpha, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.fill_(0.5)
        layer.bias.fill_(-3.0)
    return layer, torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=decay)


def steps_until_alive(layer, optimizer, c, limit):
    """First step after which r >= -c; ``limit`` if there is none before."""
    x = torch.randn(8, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for step in range(limit):
        if ratio(layer).item() >= -c:
            return step
        optimizer.zero_grad()
        torch.relu(layer(x)).square().sum().backward()
        optimizer.step()
    return limit


def test_it_comes_back_at_the_predicted_step():
    assert steps_until_alive(*dead_layer(0.1, 5e-3), 3.0, 6000) == 5415


@pytest.mark.parametrize(("alpha", "decay"), [(0.0, 5e-3), (0.1, 0.0), (-0.1, 5e-3)])
def test_without_shift_or_decay_or_with_a_downward_shift_it_does_not(alpha, decay):
    layer, optimizer = dead_layer(alpha, decay)
    before = ratio(layer).item()
    assert steps_until_alive(layer, optimizer, 3.0, 500) == 500
    assert ratio(layer).item() <= before * (1 - 1e-12)
