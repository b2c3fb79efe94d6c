"""Which tensors a bound is about: the input in the box, and what shares memory with it."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from constructions.psbn.certify import certify
from constructions.psbn.intervals import upper_bounds
from constructions.psbn.trust import only_looks


def test_only_the_first_input_is_in_the_box():
    class Shifted(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(1, eps=0.0)
            self.norm.bias.data.fill_(-3.0)

        def forward(self, x, shift=5.0):
            return torch.relu(self.norm(x + shift))

    model = Shifted().eval()
    assert model(torch.ones(2, 1)).max() == 3
    assert certify(model, "eval", box=(0.0, 1.0)) == []


class Aliased(nn.Module):
    """Rectifies a view in place and goes on with the tensor itself."""

    def __init__(self, way):
        super().__init__()
        self.way, self.norm, self.drop = way, nn.BatchNorm2d(1, eps=0.0), nn.Dropout()
        self.norm.weight.data.fill_(1.0)
        self.norm.bias.data.fill_(-1.0)

    def forward(self, x):
        y = self.norm(x)
        view = {"reshape": y.reshape(-1), "transpose": y.transpose(2, 3), "drop": self.drop(y)}
        if self.way in ("multiply", "add"):
            other = y
            if self.way == "multiply":
                other *= -1.0
            else:
                other += 9.0
        elif self.way == "position":
            F.relu(y, True)
        elif self.way == "keyword":
            F.relu(input=y, inplace=True)
        elif self.way == "second":
            torch.broadcast_tensors(x, y)[1].relu_()
        elif self.way == "out":
            torch.add(x, 9.0, out=y)
        else:
            view[self.way].relu_()
        return torch.relu(self.norm(y))


WAYS = ["reshape", "transpose", "drop", "multiply", "add", "position", "keyword", "second", "out"]


@pytest.mark.parametrize("way", WAYS)
def test_bounds_know_that_a_view_shares_its_memory(way):
    model = Aliased(way).eval()
    seen = []
    model.norm.register_forward_hook(only_looks(lambda _, args, z: seen.append(float(z.max()))))
    bound = upper_bounds(model, (-3.0, -2.0), 0.0)["norm"]
    with torch.no_grad():
        model(torch.full((1, 1, 2, 2), -2.5))
    assert max(seen) > -3.0  # what the bound would be without the change
    assert bound >= max(seen)


def test_a_rectifier_that_is_not_monotone_bounds_nothing():
    class Folded(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(1, eps=0.0)
            self.norm.bias.data.fill_(-8.5)

        def forward(self, x):
            return torch.relu(self.norm(F.leaky_relu(x, -1.0)))

    model = Folded().eval()
    assert model(torch.full((1, 1), -9.0)) == 0.5
    assert certify(model, "eval", box=(-9.0, -8.0)) == []


def test_half_precision_has_a_margin_of_its_own():
    """1 + 2^-8 is 1 for bfloat16: sums of many terms are off by more than 1e-4."""
    model = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1), nn.ReLU()).eval()
    with torch.no_grad():
        model[0].weight.fill_(1.0)
        model[0].bias.fill_(0.0)
        model[1].bias.fill_(-1.01)
    assert certify(model, "eval", box=(0.0, 1.0))[0].delta == 1e-4
    assert certify(model.bfloat16(), "eval", box=(0.0, 1.0)) == []
    assert certify(model, "eval", box=(0.0, 0.9))[0].delta == 4 * 2**-7


def test_a_model_that_cannot_be_traced_has_no_bounds():
    class Branching(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(ValueError, match="cannot be traced"):
        upper_bounds(Branching(), (0.0, 1.0), 0.0)
    with pytest.raises(ValueError, match="cannot be traced"):
        certify(Branching(), "eval", box=(0.0, 1.0), pairs=[])
