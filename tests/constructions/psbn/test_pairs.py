"""Norms and the rectifiers they feed: tracing and watching agree, near misses are left out."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from constructions.psbn.convert import convert_psbn
from constructions.psbn.layers import PostShifted
from constructions.psbn.pairs import Pair, before_relu, find_pairs, observe
from constructions.psbn.relu_op import PostShiftedBatchNormReLU2d


class Block(nn.Module):
    """Every way to rectify, and norms that only look as if they were rectified."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.split = nn.Conv2d(3, 3, 1)
        for name in ("module", "function", "method", "leaky", "residual", "both", "last", "after"):
            self.add_module(name, nn.BatchNorm2d(3))
        self.fused = PostShiftedBatchNormReLU2d(3, negative_slope=0.1)
        self.relu, self.drop, self.same = nn.ReLU(inplace=True), nn.Dropout(), nn.Identity()

    def forward(self, x):
        x = self.relu(self.same(self.module(self.conv(x))))
        x = F.relu(self.function(x), inplace=True)
        x = self.method(self.split(x)).relu_()
        x = F.leaky_relu(self.leaky(x), negative_slope=0.3)
        x = self.fused(x)
        x = F.relu(self.residual(x) + x)
        y = self.both(x)
        x = F.relu(y) + y.mean()
        x = F.relu(self.drop(self.after(x)))
        return self.last(x)


EXPECTED = [
    Pair("module", "conv", 0.0),
    Pair("function", None, 0.0),
    Pair("method", "split", 0.0),
    Pair("leaky", None, 0.3),
    Pair("fused", None, 0.1),
]


def test_tracing_and_watching_find_the_same_pairs():
    model, x = Block(), torch.randn(2, 3, 4, 4)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    assert find_pairs(model) == EXPECTED
    assert observe(model, x) == EXPECTED
    assert model.training
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())


class Branching(nn.Module):
    """Cannot be traced."""

    def __init__(self):
        super().__init__()
        self.norm, self.used = nn.BatchNorm1d(3), nn.BatchNorm1d(3)

    def forward(self, x):
        if x.sum() > 0:
            x = -x
        x = torch.relu(self.norm(x))
        return self.used(F.relu(self.used(x)))


def test_a_model_that_cannot_be_traced_needs_an_example():
    model = Branching()
    with pytest.raises(ValueError, match="example: needed"):
        find_pairs(model)
    # `used` is rectified once and put out once
    assert find_pairs(model, (torch.randn(5, 3),)) == [Pair("norm", None, 0.0)]


def test_conversion_can_be_kept_to_norms_before_rectifiers():
    model = Block()
    convert_psbn(model, filter_fn=before_relu(model))
    shifted = {name for name, m in model.named_children() if isinstance(m, PostShifted)}
    assert shifted == {pair.norm for pair in EXPECTED}


def test_a_model_without_norms_has_no_pairs():
    assert find_pairs(nn.Sequential(nn.Linear(2, 2), nn.ReLU())) == []


class Keyword(nn.Module):
    def __init__(self):
        super().__init__()
        self.map, self.norm = nn.Linear(3, 3), nn.BatchNorm1d(3)

    def forward(self, x):
        return torch.relu(self.norm(input=self.map(x)))


def test_arguments_may_be_given_by_name():
    model = Keyword()
    assert find_pairs(model) == [Pair("norm", "map", 0.0)]
    # watching sees positional inputs only, and then knows of no map
    assert observe(model, torch.randn(4, 3)) == [Pair("norm", None, 0.0)]


def test_a_clipping_that_starts_above_zero_is_no_rectifier():
    clip = nn.ReLU6()
    clip.min_val = 1.0
    assert find_pairs(nn.Sequential(nn.BatchNorm1d(3), clip)) == []
