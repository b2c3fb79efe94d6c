"""Surveys leave training as it was: graphs, pending looks, statistics."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from constructions.psbn.certify import certify
from constructions.psbn.monitor import CollapseMonitor


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU())


def test_a_survey_between_forward_and_backward_does_not_disturb_the_gradient():
    model, x = net(), torch.ones(4, 3, 2, 2).cumsum(0)
    with CollapseMonitor(model) as monitor:
        loss = model(x).sum()
        monitor.survey([x])
        loss.backward()
    assert model[0].weight.grad is not None


def test_a_survey_that_breaks_off_is_no_look_at_training():
    model, x = net(), torch.ones(4, 3, 2, 2).cumsum(0)
    made = torch.optim.SGD(model.parameters(), 0.1)

    def broken():
        yield x[:2]
        raise OSError("no more data")

    with CollapseMonitor(model, every=100, optimizer=made) as monitor:
        for _ in range(2):
            model(x).sum().backward()
            made.step()
            if len(monitor.records) == 1:
                with pytest.raises(OSError, match="no more data"):
                    monitor.survey(broken())
                model.train()
        assert [record.step for record in monitor.records] == [1]


def test_a_clipped_rectifier_is_clipped_where_it_says():
    first, second = nn.Conv2d(1, 1, 1, bias=False), nn.Conv2d(1, 1, 1)
    model = nn.Sequential(
        first, nn.BatchNorm2d(1), nn.ReLU6(), second, nn.BatchNorm2d(1), nn.ReLU()
    ).eval()
    model[2].max_val = 100.0
    for weight in (first.weight, second.weight):
        nn.init.ones_(weight)
    with torch.no_grad():
        model[3].bias.fill_(-10.0)
    box = (0.0, 50.0)
    assert not [c for c in certify(model, "eval", box=box) if c.norm == "4"]
    model[2].max_val = 6.0
    assert [c for c in certify(model, "eval", box=box) if c.norm == "4"]
