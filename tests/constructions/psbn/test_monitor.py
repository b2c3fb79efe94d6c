"""The collapse monitor: what it counts, what it says, and that it is not there in between."""

from __future__ import annotations

import copy
import json
import math
import pickle

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from constructions.psbn.monitor import CollapseMonitor
from constructions.psbn.monitor_show import held_scale_times
from constructions.psbn.relu_op import PostShiftedBatchNormReLU1d


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(inplace=True), nn.Linear(6, 5), nn.BatchNorm1d(5),
        nn.LeakyReLU(0.1), nn.Linear(5, 2),
    )  # fmt: skip


def train(model, optimizer, steps, seed=0):
    source = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        x = torch.randn(16, 4, generator=source)
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


def test_counts_and_gradients_are_those_of_the_pass(tmp_path):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
    x = torch.randn(16, 4)
    z = F.batch_norm(model[0](x), None, None, training=True).detach()  # gamma = 1, beta = 0
    with CollapseMonitor(model, optimizer=optimizer, path=tmp_path / "lines.jsonl") as monitor:
        model(x).square().mean().backward()
        gradient = model[1].bias.grad.clone()
        assert monitor.records == []
        optimizer.step()
    first, second = monitor.records
    assert (first.norm, first.n, first.slope, second.slope) == ("1", 16, 0.0, 0.1)
    channels = first.channels
    assert channels.active == tuple((z > 0).double().mean(0).tolist())
    torch.testing.assert_close(torch.tensor(channels.top), z.amax(0))
    assert channels.beta_gradient == tuple(gradient.double().tolist())
    assert channels.filter_norm == pytest.approx(model[0].weight.norm(dim=1).tolist(), rel=0.2)
    fraction = torch.tensor(channels.active)
    kappa = (0.1 / 0.5) ** 2 * gradient**2 / fraction
    torch.testing.assert_close(torch.tensor(channels.kappa), kappa)
    assert second.channels.kappa is None  # leaky
    lines = (tmp_path / "lines.jsonl").read_text().splitlines()
    assert [json.loads(line)["norm"] for line in lines] == ["1", "4"]


def test_it_looks_at_every_so_many_training_passes_and_is_away_in_between():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    monitor = CollapseMonitor(model, every=4)
    for step in range(1, 10):
        train(model, optimizer, 1, seed=step)
        model.eval()(torch.randn(3, 4))
        model.train()
        assert not any(m._forward_hooks for m in model.modules() if m is not model)
    assert sorted({record.step for record in monitor.records}) == [1, 5, 9]
    monitor.close()
    train(model, optimizer, 4)
    assert len(monitor.records) == 6
    assert not model._forward_hooks
    assert not model._forward_pre_hooks


def test_states_births_and_recoveries_follow_the_parameters():
    model = network()
    monitor = CollapseMonitor(model, every=1, c=3.0)
    x = torch.randn(16, 4)

    def states(bias, layer=1):
        with torch.no_grad():
            model[layer].bias.copy_(torch.as_tensor(bias))
        model(x)
        return next(r for r in reversed(monitor.records) if r.norm == str(layer))

    # sqrt(15) = 3.87: certified below -(1 + delta) 3.87
    record = states([0.0, -3.05, -4.0, 0.0, 0.0, 9.0])
    assert record.states[:3] == ("live", "batch-dead", "certified")
    assert record.flags["ratio-collapsed"] == (1, 2)
    assert record.born == ()
    record = states([-4.0, -3.05, 0.0, 0.0, 0.0, 9.0])
    assert (record.born, record.recovered) == ((0,), (2,))
    record = states([0.0, -4.0, 4.0, 0.0, 0.0], layer=4)
    assert record.states[:3] == ("live", "linearised", "linearised")
    assert record.counts()["certified"] == 0


def test_rare_values_make_a_channel_collapsed_but_not_dead():
    model = nn.Sequential(nn.BatchNorm1d(1), nn.ReLU())
    model[0].bias.data.fill_(-3.5)
    monitor = CollapseMonitor(model, every=1)
    x = torch.zeros(100, 1)
    x[0] = 1.0  # normalised: sqrt(99) = 9.9
    model(x)
    assert monitor.records[0].states == ("ratio-collapsed",)


def test_a_survey_goes_over_all_data_and_leaves_the_model_alone():
    model = network()
    train(model, torch.optim.SGD(model.parameters(), lr=0.01), 3)
    with torch.no_grad():
        model[1].bias[0] = -3.2
        model[1].weight[1], model[1].bias[1] = 0.0, -1.0
    state = {name: value.clone() for name, value in model.state_dict().items()}
    monitor = CollapseMonitor(model)
    batches = [torch.randn(8, 4), (torch.randn(4, 4),)]
    model[3].eval()
    running = monitor.survey(batches)[0]
    z = model[1].eval()(model[0](torch.cat([batches[0], batches[1][0]])))
    model[1].train()
    assert running.n == 12
    assert running.channels.active == pytest.approx((z > 0).double().mean(0).tolist())
    assert running.states[:2] == ("data-dead", "certified")
    batch = monitor.survey(batches, "batch", tau=0.5)[0]
    # two batches of at most 8: the samuelson rule needs sqrt(7) = 2.65 only
    assert batch.states[0] == "certified"
    assert batch.flags["data-dead"]
    assert monitor.step == 0
    assert [m.training for m in model] == [True] * 3 + [False] + [True] * 3
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    with pytest.raises(ValueError, match="statistics"):
        monitor.survey(batches, "both")
    with pytest.raises(ValueError, match="tau"):
        monitor.survey(batches, tau=1.0)


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.fused = nn.BatchNorm1d(3), PostShiftedBatchNormReLU1d(3)

    def forward(self, x):
        if x.sum() > 1e9:
            raise KeyError("too large")
        return self.fused(torch.relu(self.norm(x)))


def test_a_model_that_cannot_be_traced_is_watched():
    model = Branching()
    monitor = CollapseMonitor(model, every=1)
    model(torch.randn(8, 3))
    model(torch.randn(8, 3))
    assert [r.norm for r in monitor.records if r.channels.active] == ["norm", "fused"]
    other = CollapseMonitor(fresh := Branching())
    assert [r.norm for r in other.survey([torch.randn(8, 3)])] == ["norm", "fused"]
    assert fresh.training


def test_a_pass_that_raises_leaves_no_hooks_and_no_record():
    model = Branching()
    monitor = CollapseMonitor(model, every=1)
    with pytest.raises(KeyError):
        model(torch.full((8, 3), 1e9))
    assert monitor.records == []
    assert not any(m._forward_hooks for m in model.children())
    model(torch.randn(8, 3))
    assert {r.step for r in monitor.records} == {2}


def test_the_predicted_time_is_the_held_scale_constant_over_kappa():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    monitor = CollapseMonitor(model, every=1, optimizer=optimizer, c=1.5)
    model[0].bias.data[1] = -1.6
    model(torch.randn(64, 2)).sum().backward()
    optimizer.step()
    (record,) = monitor.records
    times = held_scale_times(record, 1.5)
    # C(0, 1.5, 1) of psbn.T7
    assert times == pytest.approx([3.1289362550 / record.channels.kappa[0], 0.0], rel=1e-4)
    assert held_scale_times(monitor.survey([torch.randn(9, 2)])[0], 1.5) == [None, None]


def test_infinite_ratios_are_null_in_the_lines_and_gaps_in_the_figure():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.ReLU())
    model[0].weight.data[0] = 0.0
    monitor = CollapseMonitor(model, every=1)
    for _ in range(2):
        model(torch.randn(9, 2))
    assert monitor.records[0].channels.r[0] == -math.inf
    assert json.loads(monitor.records[0].line())["channels"]["r"] == [None, 0.0]
    assert monitor.records[0].states == ("certified", "live")
    figure = monitor.plot()
    assert [axis.get_xlabel() for axis in figure.axes] == ["training passes"] * 2
    assert "certified" in monitor.summary()


@pytest.mark.parametrize(
    "bad", [{"every": 0}, {"every": 2.5}, {"c": 0.0}, {"delta": -1.0}, {"delta": math.inf}]
)
def test_senseless_settings_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        CollapseMonitor(network(), **bad)


def test_a_channel_seen_active_is_never_called_certified(tmp_path):
    """nn.Linear along another axis than the channels: the zero row is no channel's filter."""
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.ReLU())
    with torch.no_grad():
        model[0].weight[0], model[0].bias[0] = 0.0, 0.0
    monitor = CollapseMonitor(model, every=1, path=tmp_path / "lines.jsonl")
    model(torch.randn(16, 3, 4))
    (record,) = monitor.records
    assert record.channels.active[0] > 0
    assert record.states[0] == "live"
    assert record.flags["certified"] == ()
    assert record.flags["contradicted"] == (0,)
    assert "channels [0] are active against a proof: 1 [0]" in record.warning
    assert record.warning in monitor.summary()
    assert json.loads((tmp_path / "lines.jsonl").read_text())["warning"] == record.warning
    model(torch.randn(16, 3, 4))
    assert monitor.survey([torch.randn(16, 3, 4)])[0].warning is None


def test_a_frozen_norm_is_not_certified_by_the_batch():
    model = nn.Sequential(nn.BatchNorm1d(1), nn.ReLU())
    with torch.no_grad():
        model[0].bias.fill_(-100.0)
        model[0].running_mean.fill_(-1000.0)
    model[0].eval()
    monitor = CollapseMonitor(model, every=1)
    model(torch.randn(16, 1))
    assert monitor.records[0].channels.active == (1.0,)
    assert monitor.records[0].states == ("ratio-collapsed",)


def test_what_is_no_number_is_not_dead():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.ReLU())
    model[0].weight.data.zero_()
    monitor = CollapseMonitor(model, every=1)
    x = torch.randn(16, 2)
    x[3, 0] = torch.nan
    model(x)
    assert monitor.records[0].states == ("ratio-collapsed", "certified")
    assert monitor.records[0].warning == "channels [0] put out NaN"
    assert "NaN" in monitor.summary()


class Choosing(nn.Module):
    """Rectifies one norm in training and another in evaluation."""

    def __init__(self):
        super().__init__()
        self.early, self.late = nn.BatchNorm1d(2), nn.BatchNorm1d(2)

    def forward(self, x):
        x = self.early(x)
        return torch.relu(x) if self.training else torch.relu(self.late(x))


def test_pairs_are_those_of_the_mode_that_is_run():
    model = Choosing().eval()
    monitor = CollapseMonitor(model, every=1)
    assert not model.training
    assert [r.norm for r in monitor.survey([torch.randn(9, 2)])] == ["late"]
    model.train()(torch.randn(9, 2))
    assert [r.norm for r in monitor.records[1:]] == ["early"]


def test_a_survey_certifies_the_model_it_has_run():
    """A survey runs in evaluation as a whole; a dropout that the user keeps on is then off."""
    model = nn.Sequential(
        nn.Dropout(0.9), nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1), nn.ReLU()
    )
    with torch.no_grad():
        model[1].weight.fill_(1.0)
        model[2].bias.fill_(-2.0)
    model.eval()
    model[0].train()
    monitor = CollapseMonitor(model)
    (record,) = monitor.survey([torch.rand(8, 1)], box=(0.0, 1.0))
    assert record.states == ("certified",)
    assert model[0].training


def test_a_path_that_cannot_be_written_is_told_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        CollapseMonitor(network(), path=tmp_path / "none" / "lines.jsonl")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_of_the_model_are_not_watched(tmp_path, copied):
    model = network()
    monitor = CollapseMonitor(model, every=1, path=tmp_path / "lines.jsonl")
    other = copied(model)
    other(torch.randn(16, 4))
    with pytest.raises(RuntimeError):
        other(torch.randn(16, 5))
    assert (tmp_path / "lines.jsonl").read_text() == ""
    assert monitor.records == []
    model(torch.randn(16, 4))
    assert len(monitor.records) == 2


def test_a_model_rebuilt_under_the_monitor_is_looked_at_again():
    model = network()
    monitor = CollapseMonitor(model, every=1)
    model[1] = nn.Identity()
    model(torch.randn(16, 4))
    assert [r.norm for r in monitor.records] == ["4"]
    model[3] = nn.Sequential(model[3])
    model(torch.randn(16, 4))
    assert monitor.pairs[0].linear == "3.0"
