"""Dead for every input: the rules, their edges, and what they must not claim."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from constructions.psbn.certify import certify, samuelson, zero
from constructions.psbn.channels import effective, ratio
from constructions.psbn.intervals import upper_bounds
from constructions.psbn.layers import PostShiftedBatchNorm1d, PostShiftedBatchNorm2d
from constructions.psbn.pairs import Pair
from constructions.psbn.trust import only_looks


def with_bias(r, **flags):
    """A norm of one channel with gamma = -2 (the sign must not matter) and beta = 2 r."""
    norm = nn.BatchNorm1d(1, dtype=torch.float64, **flags)
    with torch.no_grad():
        norm.weight.fill_(-2.0)
        norm.bias.fill_(2.0 * r)
    return norm


def spike(n, height=1e6):
    """The batch whose largest normalised value is sqrt(n - 1), on the side that gamma < 0 turns up."""
    x = torch.zeros(n, 1, dtype=torch.float64)
    x[0] = -height
    return x


@pytest.mark.parametrize("n", [2, 3, 50, 1000])
def test_the_samuelson_threshold_is_the_best_possible(n):
    edge = -math.sqrt(n - 1)
    assert samuelson(with_bias(1.0001 * edge), n, delta=0).item()
    assert F.relu(with_bias(1.0001 * edge)(spike(n))).max() == 0
    near_miss = with_bias(0.9999 * edge)
    assert not samuelson(near_miss, n, delta=0).item()
    assert F.relu(near_miss(spike(n))).max() > 0
    assert not samuelson(with_bias(1.005 * edge), n, delta=1e-2).item()


def test_running_statistics_let_a_single_value_through():
    norm = with_bias(-100.0)
    assert samuelson(norm, 50).item()
    model = nn.Sequential(norm, nn.ReLU())
    assert certify(model, "train", n=50)[0].rule == "samuelson"
    assert certify(model, "eval", n=50) == []
    assert model.eval()(spike(50)).max() > 0


def test_a_frozen_norm_in_a_model_in_training_gets_no_certificate_of_training():
    model = nn.Sequential(with_bias(-100.0), nn.ReLU())
    model[0].eval()
    assert model.training
    assert model(spike(50)).max() > 0
    assert certify(model, "train", n=50) == []
    # In evaluation mode as a whole, the question is about the training that model.train() starts.
    assert [one.rule for one in certify(model.eval(), "train", n=50)] == ["samuelson"]
    without = nn.Sequential(with_bias(-100.0, track_running_stats=False), nn.ReLU())
    without[0].eval()
    assert [one.rule for one in certify(without, "train", n=50)] == ["samuelson"]


def test_a_pool_that_sums_is_no_mean():
    pool = nn.AvgPool2d(2, divisor_override=1)
    norm = nn.BatchNorm2d(1)
    norm.bias.data.fill_(-2.0)
    model = nn.Sequential(pool, norm, nn.ReLU()).eval()
    assert model(torch.ones(1, 1, 2, 2)).max() > 0
    assert certify(model, "eval", box=(0.0, 1.0)) == []
    model[0] = nn.AvgPool2d(2)
    assert [one.rule for one in certify(model, "eval", box=(0.0, 1.0))] == ["interval"]


def test_alpha_counts():
    layer = PostShiftedBatchNorm1d(1, dtype=torch.float64, alpha=1.0)
    layer.bias.data.fill_(-7.5)
    assert ratio(layer).item() == -6.5
    assert not samuelson(layer, 50, delta=0).item()
    layer.bias.data.fill_(-8.0)
    assert samuelson(layer, 50, delta=0).item()


def test_gamma_zero_is_dead_in_both_modes_unless_beta_is_positive():
    norm = nn.BatchNorm1d(3)
    with torch.no_grad():
        norm.weight.zero_()
        norm.bias.copy_(torch.tensor([-1.0, 0.0, 1e-30]))
    assert ratio(norm).tolist() == [-math.inf, -math.inf, math.inf]
    assert [mask.tolist() for mask in zero(norm)] == [[True, True, False]] * 2
    model = nn.Sequential(norm, nn.ReLU())
    assert [(one.rule, one.channels) for one in certify(model, "eval")] == [("zero", (0, 1))]
    assert model(1e3 * torch.randn(9, 3))[:, :2].abs().max() == 0


def test_a_zero_filter_is_dead_in_training_only_and_only_without_bias():
    conv, norm = nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)
    with torch.no_grad():
        conv.weight[:2].zero_()
        conv.bias.copy_(torch.tensor([0.0, 5.0, 0.0]))
        norm.bias.fill_(-1e-3)
        norm.running_mean.fill_(-1.0)  # in evaluation the channel is at +1
    assert [mask.tolist() for mask in zero(norm, conv)] == [[False] * 3, [True, False, False]]
    x = torch.randn(4, 2, 5, 5)
    model = nn.Sequential(conv, norm, nn.ReLU())
    assert model.eval()(x)[:, 0].min() > 0
    assert model.train()(x)[:, 0].max() == 0


def test_a_map_along_another_axis_has_no_filters_of_channels():
    linear, norm = nn.Linear(4, 5, bias=False), nn.BatchNorm1d(3)
    linear.weight.data.zero_()
    assert [mask.tolist() for mask in zero(norm, linear)] == [[False] * 3] * 2


def network():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, groups=3), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 5, 3, stride=2, padding=1, padding_mode="replicate"), PostShiftedBatchNorm2d(5),
        nn.LeakyReLU(0.1), nn.AvgPool2d(2, padding=1), nn.Flatten(), nn.Dropout(),
        nn.Linear(5 * 9, 7), nn.BatchNorm1d(7), nn.ReLU(),
    ).double()  # fmt: skip
    with torch.no_grad():
        for i in (1, 5, 11):
            model[i].weight[::2] *= -0.7
    for _ in range(3):
        model(torch.randn(8, 3, 16, 16, dtype=torch.float64))
    return model.eval()


def test_interval_bounds_hold_and_the_first_is_attained():
    model, seen = network(), {}
    for i in (1, 5, 11):

        @only_looks
        def note(_, __, z, i=i):
            top = z.transpose(0, 1).flatten(1).amax(1)
            seen[str(i)] = torch.maximum(seen.get(str(i), top), top)

        model[i].register_forward_hook(note)
    bounds = upper_bounds(model, (-1.0, 2.0), 0.0)
    x = torch.rand(60, 3, 16, 16, dtype=torch.float64) * 3 - 1
    corners = torch.where(x > 0.5, 2.0, -1.0).to(x)
    weight = model[0].weight.detach()
    # the worst input of each first-layer channel, written out: the corner that its filter points to
    for c in range(6):
        sign = weight[c, 0].sign() * model[1].weight[c].sign()
        corners[c, c // 2, 5:8, 5:8] = torch.where(sign > 0, 2.0, -1.0).to(x)
    with torch.no_grad():
        model(x), model(corners)
    for name, top in seen.items():
        assert (bounds[name] >= top - 1e-12).all()
    torch.testing.assert_close(bounds["1"], seen["1"])
    wider = upper_bounds(model, (-1.0, 2.0), 1e-3)
    assert all((wider[name] > bounds[name]).all() for name in bounds)


def test_the_interval_rule_certifies_on_the_box_and_not_beyond():
    model = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.BatchNorm2d(2), nn.ReLU()).eval()
    with torch.no_grad():
        model[0].weight.fill_(1.0)
        model[1].bias.copy_(torch.tensor([-1.1, -0.9]))
    (found,) = certify(model, "eval", box=(0.0, 1.0))
    assert (found.rule, found.channels, found.box) == ("interval", (0,), (0.0, 1.0))
    assert "every input in (0.0, 1.0)" in str(found)
    assert model(torch.full((1, 1, 1, 1), 1.0))[0, 0] == 0
    assert model(torch.full((1, 1, 1, 1), 1.2))[0, 0] > 0
    assert certify(model, "train", box=(0.0, 1.0)) == []


def test_zero_padding_is_part_of_the_box():
    conv = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    conv.weight.data.fill_(-1.0)
    model = nn.Sequential(conv, nn.BatchNorm2d(1, eps=0.0)).eval()
    corner = model(torch.ones(1, 1, 4, 4)).max()  # four of nine taps see the image
    assert corner == -4
    assert upper_bounds(model, (1.0, 2.0), 0.0)["1"] >= corner


class Odd(nn.Module):
    """Things between layers that the intervals do not know, or that happen in place."""

    def __init__(self, way):
        super().__init__()
        self.way = way
        self.norm, self.relu = nn.BatchNorm1d(2), nn.ReLU(inplace=True)

    def forward(self, x):
        if self.way == "unknown":
            x = torch.exp(x)
        if self.way == "in place":
            y = x
            self.relu(y)  # x is rectified as well
        if self.way == "sum":
            x = x + x
        return torch.relu(self.norm(x))


@pytest.mark.parametrize(("way", "top"), [("unknown", math.inf), ("in place", 0.0), ("sum", -2.0)])
def test_bounds_follow_what_the_model_does_to_its_tensors(way, top):
    bound = upper_bounds(Odd(way).eval(), (-2.0, -1.0), 0.0)["norm"]
    torch.testing.assert_close(bound, torch.full((2,), top, dtype=bound.dtype), rtol=1e-4, atol=0)


@pytest.mark.parametrize(
    ("mean", "var"), [(math.nan, 1.0), (0.0, math.nan), (0.0, math.inf), (0.0, -1.0)]
)
def test_zero_times_no_number_is_not_zero(mean, var):
    norm = nn.BatchNorm1d(2)
    with torch.no_grad():
        norm.weight.zero_()
        norm.running_mean[0], norm.running_var[0] = mean, var
    model = nn.Sequential(norm, nn.ReLU())
    (proof,) = certify(model, "eval")
    assert proof.channels == (1,)
    assert "finite normalised values" in str(proof)
    assert certify(model, "train")[0].channels == (0, 1)
    norm.eval()
    assert certify(model, "train")[0].channels == (1,)


def test_reading_a_filter_moves_no_power_iteration():
    linear = nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2))
    model = nn.Sequential(linear, nn.BatchNorm1d(2), nn.ReLU())
    before = {name: value.clone() for name, value in model.state_dict().items()}
    certify(model, "train", n=9)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_leaky_channels_are_never_called_dead():
    model = nn.Sequential(with_bias(-1e3), nn.LeakyReLU(0.01))
    assert certify(model, "train", n=4) == []
    assert model(torch.randn(4, 1, dtype=torch.float64)).max() < 0


def test_layers_without_parameters_have_unit_gamma_and_zero_beta():
    gamma, beta = effective(PostShiftedBatchNorm1d(2, affine=False, alpha=0.5))
    assert (gamma.tolist(), beta.tolist()) == ([1, 1], [0.5, 0.5])
    assert ratio(nn.BatchNorm1d(2, affine=False, track_running_stats=False)).tolist() == [0, 0]
    with pytest.raises(ValueError, match="first batch"):
        ratio(nn.LazyBatchNorm1d())


def test_senseless_questions_are_refused():
    model = nn.Sequential(nn.BatchNorm1d(1), nn.ReLU())
    for call in (
        lambda: samuelson(model[0], 1),
        lambda: samuelson(model[0], 5, delta=-1),
        lambda: certify(model, "test"),
        lambda: certify(model, "train", delta=math.nan),
        lambda: certify(model, "eval", box=(1.0, 0.0)),
        lambda: certify(model, "eval", box=(0.0, math.inf)),
        lambda: certify(model, "train", n={"typo": 5}),
        lambda: certify(model, "train", pairs=[Pair("typo", None, 0.0)]),
    ):
        with pytest.raises(ValueError, match=r"^(n|mode|delta|box|pairs): must "):
            call()
