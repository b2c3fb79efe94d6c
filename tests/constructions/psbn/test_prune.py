"""Certified channels go, outputs stay."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from constructions.psbn.certify import Certificate, certify
from constructions.psbn.layers import PostShiftedBatchNorm2d
from constructions.psbn.prune import prune_dead
from constructions.psbn.relu_op import PostShiftedBatchNormReLU2d


def network(alpha=0.1):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True),
        nn.Conv2d(6, 5, 3), PostShiftedBatchNorm2d(5, alpha=alpha), nn.ReLU(), nn.MaxPool2d(2),
        nn.Dropout(0.5), nn.Flatten(), nn.Linear(5 * 9, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2),
    )  # fmt: skip
    with torch.no_grad():
        for i in (1, 4, 10):
            model[i].running_var.uniform_(0.5, 2)
            model[i].running_mean.normal_()
        model[1].bias[[0, 3]] = -200.0
        model[4].weight[2], model[4].bias[2] = 0.0, -1.0
        model[10].bias[3] = -100.0
    return model


@pytest.mark.parametrize(
    ("mode", "how"), [("train", {"n": 8 * 64}), ("eval", {"box": (-3.0, 3.0)})]
)
@pytest.mark.parametrize("alpha", [0.1, (0.1, 0.2, 0.3, 0.4, 0.5)])
def test_the_smaller_network_computes_the_same(mode, how, alpha):
    model, x = network(alpha), torch.randn(8, 1, 8, 8).clamp(-3, 3)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    pruned = prune_dead(model, certify(model, mode, **how), [x])
    assert pruned.removed == {"1": (0, 3), "4": (2,), "10": (3,)}
    small = pruned.model
    assert (small[0].out_channels, small[1].num_features, small[3].in_channels) == (4, 4, 4)
    assert (small[9].in_features, small[9].weight.shape) == (36, (3, 36))
    assert "largest change" in str(pruned)
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    if mode == "eval":
        torch.testing.assert_close(small.eval()(x), model.eval()(x))


def test_with_whole_numbers_the_outputs_are_equal_to_the_last_bit():
    model = network().eval()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p.mul(4).round())
        for m in model:
            if hasattr(m, "running_mean"):
                m.running_mean.round_()
                m.running_var.fill_(1.0)
                m.eps = 0.0
        model[4].alpha.fill_(1.0)
    x = torch.randint(-3, 4, (8, 1, 8, 8)).float()
    small = prune_dead(model, certify(model, "eval", box=(-3.0, 3.0)), [x]).model
    assert torch.equal(small.eval()(x), model(x))


def test_a_certificate_that_lies_is_found_out():
    model = network()
    lie = Certificate("1", "samuelson", "train", (1,), 0.0, n=512)
    with pytest.raises(RuntimeError, match="not dead"):
        prune_dead(model, [lie], [torch.randn(8, 1, 8, 8)])


def test_one_channel_stays_when_all_are_dead():
    model = network()
    with torch.no_grad():
        model[1].weight.zero_()
        model[1].bias.fill_(-1.0)
    pruned = prune_dead(model, certify(model, "eval"), [torch.randn(8, 1, 8, 8)])
    assert pruned.removed["1"] == (1, 2, 3, 4, 5)
    assert pruned.model[0].out_channels == 1


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.n, self.b = nn.Conv2d(1, 3, 1), nn.BatchNorm2d(3), nn.Conv2d(3, 3, 1)

    def forward(self, x):
        x = torch.relu(self.n(self.a(x)))
        return self.b(x) + x


class Twice(Residual):
    def forward(self, x):
        return self.b(torch.relu(self.n(self.a(x)))) + self.b(self.a(x))


def between(*layers):
    """Convolution, norm, ReLU, and what comes behind."""
    return nn.Sequential(nn.Conv2d(1, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), *layers)


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (Residual(), "something else than plain maps"),
        (Twice(), "used twice"),
        (between(nn.Conv2d(4, 4, 1, groups=2)), "something else than plain maps"),
        (between(), "something else than plain maps"),
        (between(nn.Linear(8, 8)), "something else than plain maps"),
        (
            nn.Sequential(nn.ReLU(), between(nn.Conv2d(4, 1, 1))[1:]),
            "not between one map and one ReLU",
        ),
    ],
)
def test_what_the_network_does_not_let_go_stays_with_a_reason(model, why):
    norm = next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d))
    norm.weight.data[0], norm.bias.data[0] = 0.0, -1.0
    channels = 4 if why.endswith("one ReLU") else 1
    pruned = prune_dead(model, certify(model, "eval"), [torch.randn(2, channels, 8, 8)])
    assert pruned.removed == {}
    assert why in next(iter(pruned.kept.values()))
    assert pruned.difference == 0


def test_fused_layers_are_pruned_too():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 3, 1), PostShiftedBatchNormReLU2d(3), nn.Conv2d(3, 1, 1))
    model[1].bias.data[1] = -50.0
    pruned = prune_dead(model, certify(model, "train", n=32), [torch.randn(2, 1, 4, 4)])
    assert pruned.removed == {"1": (1,)}


def test_mixed_modes_and_no_inputs_are_refused():
    model = network()
    both = [*certify(model, "eval"), *certify(model, "train")]
    with pytest.raises(ValueError, match="one mode"):
        prune_dead(model, both, [torch.randn(8, 1, 8, 8)])
    with pytest.raises(ValueError, match="inputs"):
        prune_dead(model, [], [])
