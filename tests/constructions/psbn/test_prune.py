"""Certified channels go, outputs stay."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import prune as torch_prune

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


X = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def dead_between(*layers):
    """As `between`, with channel 0 dead for every input."""
    model = between(*layers)
    model[1].weight.data[0], model[1].bias.data[0] = 0.0, -1.0
    return model.eval()


def as_buffer(layer):
    weight = layer.weight.detach()
    del layer.weight
    layer.register_buffer("weight", weight)


HOOKED = {
    "a buffer": as_buffer,
    "old weight norm": lambda layer: nn.utils.weight_norm(layer),
    "old spectral norm": lambda layer: nn.utils.spectral_norm(layer),
    "torch's pruning": lambda layer: torch_prune.l1_unstructured(layer, "weight", 0.3),
    "parametrized": lambda layer: nn.utils.parametrizations.weight_norm(layer),
}


@pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated")
@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.parametrize("kind", HOOKED)
def test_weights_that_are_made_stay_with_a_reason_and_stop_nothing_else(kind, place):
    model = dead_between(nn.Conv2d(4, 4, 1), *dead_between(nn.Conv2d(4, 2, 1))[1:])
    HOOKED[kind](model[place])
    model(X)  # now the weight is a computed tensor, which torch does not copy
    pruned = prune_dead(model, certify(model, "eval"), [X])
    whole = "hooked" if place == 0 else "something else than plain maps"
    assert whole in pruned.kept["1"]
    assert pruned.removed == ({"4": (0,)} if place == 0 else {})
    torch.testing.assert_close(pruned.model(X), model(X))


class Tied(nn.Module):
    """Two maps with one weight; or a weight that the model's own code reads."""

    def __init__(self, way):
        super().__init__()
        self.way = way
        self.a, self.n, self.b = nn.Conv2d(1, 3, 1), nn.BatchNorm2d(3), nn.Conv2d(3, 3, 1)
        self.c = nn.Conv2d(1, 3, 1)
        self.n.weight.data[0], self.n.bias.data[0] = 0.0, -1.0
        if way == "held":
            self.c.weight = self.a.weight

    def forward(self, x):
        y = self.b(torch.relu(self.n(self.a(x)))) + self.c(x)
        return y + self.a.weight.sum() if self.way == "read" else y


@pytest.mark.parametrize("way", ["held", "read"])
def test_a_weight_that_something_else_reads_is_not_cut(way):
    model = Tied(way).eval()
    pruned = prune_dead(model, certify(model, "eval"), [X])
    assert pruned.removed == {}
    assert "a.weight is read by something else" in str(pruned)


def test_layers_with_hooks_behind_the_norm_are_not_cut_through():
    for place in (2, 3, 4):
        model = dead_between(nn.MaxPool2d(2), nn.Conv2d(4, 2, 1))
        certificates = certify(model, "eval")
        model[place].register_forward_hook(lambda *_: None)
        assert prune_dead(model, certificates, [X]).removed == {}
    model[1].__class__ = type("Own", (nn.BatchNorm2d,), {})
    assert "of another class" in prune_dead(model, certificates, [X]).kept["1"]


def test_a_dropout_that_is_on_in_evaluation_is_compared_and_not_cut_through():
    model = nn.Sequential(nn.Dropout(0.9), *dead_between(nn.Conv2d(4, 2, 1))).eval()
    model[0].train()
    assert prune_dead(model, certify(model, "eval"), [X]).removed == {"2": (0,)}
    lie = Certificate("2", "interval", "eval", (1,), 0.0, box=(0.0, 1.0))
    with torch.no_grad():  # channel 1 needs what dropout scales up
        model[1].weight[1], model[1].bias[1], model[2].bias[1] = 1.0, 0.0, -2.0
    with pytest.raises(RuntimeError, match="not dead"):
        prune_dead(model, [lie], [torch.ones(2, 1, 8, 8)])
    behind = dead_between(nn.Dropout(), nn.Conv2d(4, 2, 1))
    behind[3].train()
    assert prune_dead(behind, certify(behind, "eval"), [X]).removed == {}


def test_the_model_is_traced_and_compared_in_the_certificates_mode():
    class Choosing(Residual):
        def forward(self, x):
            x = self.n(self.a(x))
            return x if self.training else self.b(torch.relu(x))

    model = Choosing()
    model.n.weight.data[0], model.n.bias.data[0] = 0.0, -1.0
    pruned = prune_dead(model, certify(model, "eval"), [X])
    assert pruned.removed == {"n": (0,)}
    assert model.training


def test_outputs_of_any_structure_are_compared():
    class Many(Residual):
        def forward(self, x):
            y = self.b(torch.relu(self.n(self.a(x))))
            return {"y": y, "more": [y > 0, (y.mean(),)]}

    model = Many().eval()
    model.n.weight.data[0], model.n.bias.data[0] = 0.0, -1.0
    assert prune_dead(model, certify(model, "eval"), [X]).removed == {"n": (0,)}


def test_comparing_moves_no_random_stream():
    model = dead_between(nn.Conv2d(4, 2, 1))
    before = torch.get_rng_state()
    prune_dead(model, certify(model, "eval"), [X])
    assert torch.equal(torch.get_rng_state(), before)


def test_channels_that_are_not_there_and_a_bare_tensor_are_refused():
    model = dead_between(nn.Conv2d(4, 2, 1))
    for norm, channels in (("1", (4,)), ("1", (-1,)), ("none", (0,))):
        ghost = Certificate(norm, "zero", "eval", channels, 0.0)
        with pytest.raises(ValueError, match="certificates: "):
            prune_dead(model, [ghost], [X])
    with pytest.raises(ValueError, match="inputs: "):
        prune_dead(model, [], X)
    with pytest.raises(ValueError, match="not finite"):
        prune_dead(model, [], [X * torch.nan])
