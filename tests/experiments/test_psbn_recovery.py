"""The recovery experiment: the formula by hand, dead channels in a real layer, and what refutes it."""

import csv
import json
from random import Random

import pytest
import torch

from experiments import _psbn_net as nets
from experiments import _psbn_recover as numbers
from experiments import psbn_recovery as job
from experiments._lab.cli import main

QUICK = {
    "width": 4,
    "rate_before": 3.0,
    "epochs_before": 1,
    "rate": 0.1,
    "epochs": 1,
    "decay": 0.02,
}


@pytest.fixture(scope="module")
def net():
    """One small run; the seed is one with dead channels."""
    return numbers.recovery(numbers.Run("digits", 0, **QUICK), Random(1))


def told(arms, before=12):
    """Metrics of one net with these numbers: arm -> (after, of the first)."""
    found = {
        name: {"moved": 0.0, "channels": [], "after": after, "of_the_first": first}
        for name, (after, first) in arms.items()
    }
    return {"nets": [{"replicate": 0, "start": {"dead": list(range(before))}, "arms": found}]}


GOOD = {"bn": (13, 11), "psbn": (4, 0), "psbn0": (12, 8)}


def test_multipliers_are_those_of_torch():
    p = torch.nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
    made = torch.optim.SGD([p], lr=0.1, momentum=nets.MOMENTUM, weight_decay=0.02)
    for m in numbers.multipliers(0.1, 0.02, 50):
        assert p.item() == pytest.approx(2 * m, rel=1e-12)
        p.grad = torch.zeros(1, dtype=torch.float64)
        made.step()


def test_without_decay_nothing_moves():
    assert numbers.multipliers(0.1, 0.0, 3) == [1.0] * 4


def test_the_formula_is_that_of_the_parameters():
    # beta = -1.6, alpha = .1, gamma = .5: r0 = -3; halved, (-.8 + .1) / .25 = -2.8.
    assert numbers._law(-3.0, 0.2, [1.0, 0.5]) == pytest.approx([-3.0, -2.8])
    assert numbers._law(-3.0, 0.0, [1.0, 0.5]) == [-3.0, -3.0]  # BN keeps its ratio
    # Overshoot of strong decay turns the signs of beta and gamma: (.16 + .1) / .05.
    assert numbers._law(-3.0, 0.2, [-0.1])[0] == pytest.approx(5.2)


def test_reach_is_the_largest_normalised_value():
    net = nets.build(3, "bn", 0.0, 0)
    x = torch.rand(30, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    reach = numbers.reaches(net, x)
    for shift, alive in ((1e-3, True), (-1e-3, False)):
        with torch.no_grad():
            net.norms[0].weight[2] = -0.7  # a channel may be turned round
            net.norms[0].bias[2] = 0.7 * (-numbers.reaches(net, x)[2] + shift)
        assert bool(numbers.active_shares(net, x)[2] > 0) == alive
    assert reach.shape == (18,)


def test_the_dead_are_counted_with_the_statistics_of_the_data_and_not_with_running_ones():
    net = nets.build(3, "bn", 0.0, 0)
    x = torch.rand(30, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    before = numbers.active_shares(net, x)
    with torch.no_grad():
        net.norms[0].running_mean.fill_(100.0)
    assert nets.active_shares(net, x)[:3].tolist() == [0, 0, 0]
    assert torch.equal(numbers.active_shares(net, x), before)
    assert before[:3].min() > 0
    assert net.norms[0].running_mean.tolist() == [100.0] * 3  # counting leaves the net alone


def test_dead_channels_follow_the_formula_and_conversion_keeps_the_function(net):
    assert net["start"]["dead"]
    for arm in net["arms"].values():
        assert arm["moved"] < 1e-6
        for channel in arm["channels"]:
            assert channel["largest_gap"] < 1e-5
    silent = [c for c in net["arms"]["psbn0"]["channels"] if c["first_gradient"] is None]
    assert all(abs(k[1] - c["r0"]) < 1e-12 for c in silent for k in c["path"])


def test_a_decay_that_leaves_gamma_out_is_found_out(monkeypatch):
    honest = nets.optimiser

    def faulty(net, recipe, kind="bn"):
        made = honest(net, recipe, kind)
        gammas = [norm.weight for norm in net.norms]
        own = made.param_groups[0]
        own["params"] = [p for p in own["params"] if all(p is not q for q in gammas)]
        made.add_param_group({"params": gammas, "weight_decay": 0.0})
        return made

    monkeypatch.setattr(nets, "optimiser", faulty)
    found = numbers.recovery(numbers.Run("digits", 0, **QUICK), Random(1))
    metrics = job.collect(job.Config(), [found])
    status, why = job.verdict(metrics)
    assert (status, "off the formula" in why) == ("refuted", True)


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({}, "done", ""),
        ({"bn": (12, 8)}, "done", ""),
        ({"bn": (11, 11)}, "refuted", "fell under BN: 12 before in all nets, 11 after"),
        ({"bn": (12, 7)}, "refuted", "came back under BN: net 0, 12 dead before, 7 of them after"),
        ({"psbn": (5, 0)}, "refuted", "too many: 12 dead before in all nets, 5 after"),
        ({"psbn": (4, 4)}, "done", ""),
        ({"psbn": (5, 5)}, "refuted", "too few: net 0, 12 dead before, 5 of them after"),
        (
            {"psbn0": (12, 7)},
            "refuted",
            "under psBN without decay: net 0, 12 dead before, 7 of them after",
        ),
    ],
)
def test_the_verdict_depends_on_every_arm(change, status, message):
    found, why = job.verdict(told({**GOOD, **change}))
    assert found == status
    assert message in why


def test_numbers_are_weighed_over_all_nets():
    worse = {**GOOD, "psbn": (5, 0)}
    assert job.verdict({"nets": told(worse)["nets"] * 4})[0] == "refuted"
    assert job.verdict({"nets": [*told(GOOD)["nets"] * 3, *told(worse)["nets"]]})[0] == "refuted"
    better = {**GOOD, "psbn": (3, 0)}
    assert job.verdict({"nets": [*told(better)["nets"], *told(worse)["nets"]]})[0] == "done"
    fallen = {**GOOD, "bn": (11, 11)}
    assert job.verdict({"nets": [*told(GOOD)["nets"], *told(fallen)["nets"]]})[0] == "done"
    assert job.verdict({"nets": [*told(GOOD)["nets"], *told(fallen)["nets"] * 2]})[0] == "refuted"


def test_one_net_of_many_decides():
    many = {"nets": [*told(GOOD)["nets"] * 3, *told({**GOOD, "bn": (16, 7)})["nets"]]}
    assert job.verdict(many)[0] == "refuted"


def test_a_conversion_that_changes_the_function_refutes():
    metrics = told(GOOD)
    metrics["nets"][0]["arms"]["psbn"]["moved"] = 0.1
    assert "the conversion changed the output" in job.verdict(metrics)[1]


def test_without_dead_channels_nothing_is_decided():
    metrics = told({"bn": (0, 0), "psbn": (0, 0), "psbn0": (0, 0)}, before=0)
    assert job.verdict(metrics)[0] == "undecided"


def test_report_record_and_figure(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(numbers, "LOOKS", 4)
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, ["--quick", *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "psbn.T9" in out
    metrics = json.loads((tmp_path / "r.json").read_text())["metrics"]
    for net in metrics["nets"]:
        assert (
            3 * net["arms"]["psbn"]["after"]
            <= len(net["start"]["dead"])
            <= net["arms"]["bn"]["after"]
        )
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert {one["arm"] for one in rows} == set(numbers.ARMS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--seeds 0", "seeds: must be from 1 to 100, got 0"),
        ("--rate -1", "rate: must be from above 0 to 100, got -1.0"),
        ("--decay 0", "decay: must be from above 0 to 1, got 0.0"),
        ("--epochs 0", "epochs: must be from 1 to 1000, got 0"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"psbn_recovery: {message}")
