"""The training sweep: kinds of norm, pairing, questions and their answers, exact twins."""

import csv
import json
from random import Random

import pytest
import torch

from experiments import _psbn_net as nets
from experiments import _psbn_train as numbers
from experiments import psbn_training as job
from experiments._lab.cli import main

SIZE = {"width": 3, "epochs": 1}


def row(kind="bn", rate=0.1, dead=0, replicate=0, **more):
    """A run as the sweep records it."""
    usual = {"optimiser": "sgd", "decay": 0.001, "activation": "relu", "diverged": False}
    found = {"collapsed": 0, "accuracy": 0.9, "gamma": [1.0] * 5}
    return {
        **usual,
        **found,
        "kind": kind,
        "rate": rate,
        "dead": dead,
        "replicate": replicate,
        **more,
    }


def test_the_kinds_start_as_one_function_or_shifted_by_alpha():
    x = torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    outputs = {kind: nets.build(4, kind, 0.0, 3)(x) for kind in nets.KINDS}
    assert torch.equal(outputs["psbn"], outputs["shifted"])
    assert torch.equal(outputs["recentred"], outputs["shifted"])
    assert not torch.equal(outputs["bn"], outputs["shifted"])


def test_building_leaves_the_global_generator_and_dtype_alone():
    before = torch.random.get_rng_state()
    nets.build(3, "bn", 0.0, 1, torch.float64)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.get_default_dtype() is torch.float32


def test_dead_means_no_positive_value_anywhere():
    net = nets.build(3, "bn", 0.0, 0)
    x = torch.rand(40, 1, 8, 8)
    with torch.no_grad():
        net.norms[0].bias[1] = -1e6
    shares = nets.active_shares(net, x)
    assert shares.shape == (18,)
    assert (shares == 0).nonzero().flatten().tolist() == [1]
    assert float(nets.ratios(net)[1]) == -1e6


def test_every_parameter_is_in_one_group_and_norms_are_in_the_first():
    net = nets.build(3, "psbn", 0.0, 0)
    made = nets.optimiser(net, nets.Recipe("sgd", 0.1, 0.5, 0.25))
    first, second = made.param_groups
    assert (first["weight_decay"], second["weight_decay"]) == (0.5, 0.25)
    assert len(first["params"]) == 8
    assert len(first["params"]) + len(second["params"]) == len(list(net.parameters()))


def test_an_epoch_shows_every_image_at_most_once():
    batches = list(nets.orders(200, 2, 5))
    assert [len(batch) for batch in batches] == [64] * 6
    seen = torch.cat(batches[:3])
    assert len(set(seen.tolist())) == 192
    assert not torch.equal(batches[0], batches[3])


def test_psbn_is_recentred_bn_in_double_precision_and_not_bn_with_decay_to_zero():
    for name in ("sgd", "adamw"):
        found = numbers.twin(numbers.Twin("digits", name, 0.01, 3, 8), Random(0))
        assert found["recentred"] < 1e-14
        assert found["shifted"] > 1e-6


def test_a_centre_in_the_wrong_place_is_found_out(monkeypatch):
    honest = nets.decay_center
    monkeypatch.setattr(
        nets, "decay_center", lambda made, at: honest(made, dict.fromkeys(at, 0.05))
    )
    found = numbers.twin(numbers.Twin("digits", "sgd", 0.01, 3, 8), Random(0))
    metrics = {"twins": [found], "answers": []}
    status, why = job.verdict(metrics)
    assert status == "refuted"
    assert "psBN and BN with decay to alpha differ" in why


def test_all_kinds_of_a_cell_are_trained_and_repeatable():
    task = numbers.Cell("digits", "sgd", 0.1, 0.001, "leaky", 0, **SIZE)
    found = numbers.cell(task, Random(4))
    assert [one["kind"] for one in found["rows"]] == list(nets.KINDS)
    assert found == numbers.cell(task, Random(4))
    assert all(one["dead"] == 0 and one["accuracy"] > 0.1 for one in found["rows"])
    without = numbers.kinds_of(0.0)
    assert "recentred" not in without


def test_a_net_that_is_no_number_counts_as_diverged():
    task = numbers.Cell("digits", "sgd", 1e30, 0.0, "relu", 0, **SIZE)
    rows = numbers.cell(task, Random(4))["rows"]
    assert all(one["diverged"] and one["dead"] is None for one in rows)


def test_pairs_differ_in_nothing_else():
    rows = [
        row("bn", dead=5),
        row("psbn", dead=2),
        row("bn", dead=9, replicate=1),
        row("psbn", dead=9, rate=3.0),
    ]
    assert numbers.matched(rows, "kind", ("bn", "psbn"), "dead") == [-3.0]
    rows.append(row("psbn", dead=None, replicate=1, diverged=True))
    assert numbers.matched(rows, "kind", ("bn", "psbn"), "dead") == [-3.0]


def test_collapse_that_rises_is_shown_and_that_falls_refutes():
    rises = [
        row(rate=rate, dead=dead, replicate=i)
        for i in range(8)
        for rate, dead in ((0.1, 0), (3.0, 4 + i))
    ]
    (first,) = [one for one in numbers.answers(rises) if one["demanded"]]
    assert (first["p"], first["decision"]) == (1 / 256, "shown")
    falls = [{**one, "dead": 20 - one["dead"]} for one in rises]
    answers = numbers.answers(falls)
    status, why = job.verdict({"twins": [], "answers": answers})
    assert (status, "more dead channels at rate 3 than at 0.1" in why) == ("refuted", True)
    few = numbers.answers(rises[:6])
    assert job.verdict({"twins": [], "answers": few})[0] == "undecided"


def test_two_sided_questions_say_which_way():
    rows = [
        row(kind, 3.0, dead, i) for i in range(8) for kind, dead in (("bn", 10 + i), ("psbn", 4))
    ]
    rows += [row(kind, 0.1, 0, i) for i in range(8) for kind in ("bn", "psbn")]
    (one,) = [a for a in numbers.answers(rows) if "dead of psbn against BN" in a["claim"]]
    assert (one["pairs"], one["decision"]) == (8, "fewer")
    assert one["p"] == pytest.approx(2 / 256)


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, ["--quick", *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "Paired comparisons" in out
    metrics = json.loads((tmp_path / "r.json").read_text())["metrics"]
    assert metrics["level"] == 0.01
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == len(metrics["runs"]) == 64


def test_the_default_sweep_has_every_combination():
    found = [task for task in job.tasks(job.Config()) if isinstance(task, numbers.Cell)]
    assert len(found) == 7 * 2 * 2 * 5
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--seeds 0", "seeds: must be from 1 to 100, got 0"),
        ("--width 1", "width: must be from 2 to 128, got 1"),
        ("--epochs 0", "epochs: must be from 1 to 200, got 0"),
        ("--rates-sgd 0.1 0.1", "rates_sgd: must be distinct, got (0.1, 0.1)"),
        ("--rates-adam -1", "rates_adam: must be from above 0 to 100, got (-1.0,)"),
        ("--decays 2", "decays: must be at least one, each from 0 to 1, got (2.0,)"),
        ("--rates-sgd --rates-adam", "rates_sgd, rates_adam, activations: must leave something"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"psbn_training: {message}")
