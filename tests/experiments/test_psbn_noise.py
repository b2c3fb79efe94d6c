"""The noise experiment: factors that multiply up, a synthetic net where (N) is true, and what refutes it."""

import csv
import json
from math import prod
from random import Random

import pytest
import torch

from experiments import _psbn_gradients as numbers
from experiments import _psbn_net as nets
from experiments import psbn_noise as job
from experiments._lab.cli import main

SMALL = ["--width", "3", "--seeds", "1", "--epochs", "1", "--batches", "12"]


@pytest.fixture(scope="module")
def net():
    return numbers.measure(numbers.Measure("digits", 0, 3, 1, 0.1, 12), Random(0))


def test_the_four_factors_multiply_up_to_the_ratio(net):
    assert len(net["channels"]) == 18
    for row in net["channels"]:
        for of in ("beta", "gamma"):
            one = row[of]
            assert prod(one[what] for what in numbers.FACTORS) == pytest.approx(
                one["ratio"], rel=1e-9
            )
            assert one["ratio"] == pytest.approx(
                (one["measured"] / one["predicted"]) ** 2, rel=1e-9
            )


def test_gradients_are_those_of_autograd():
    net = nets.build(3, "bn", 0.0, 0, torch.float64)
    x = torch.rand(16, 1, 8, 8, dtype=torch.float64)
    y = torch.arange(16) % 10
    for norm, z, g in numbers._backward(net, x, y):
        xhat = (z - norm.bias.view(1, -1, 1, 1)) / norm.weight.view(1, -1, 1, 1)
        w = (z > 0).double()
        assert torch.allclose((g * w).mean((0, 2, 3)), norm.bias.grad, atol=1e-14)
        assert torch.allclose((g * w * xhat).mean((0, 2, 3)), norm.weight.grad, atol=1e-14)


def test_the_sums_are_those_of_a_count_by_hand():
    net = nets.build(2, "bn", 0.0, 0, torch.float64)
    x = torch.rand(3, 1, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    y, channel, n = torch.tensor([1, 2, 3]), 1, 48
    _, z, g = numbers._backward(net, x, y)[0]
    sums = [numbers.Sums() for _ in range(numbers.BLOCKS)]
    numbers._observe(net, x, y, sums)
    gated, per_image = 0.0, 0.0
    for image in range(3):
        total = 0.0
        for zi, gi in zip(z[image, channel].flatten(), g[image, channel].flatten(), strict=True):
            value = gi.item() * max(zi.item(), 0)  # gamma is 1 and beta 0: z is xhat
            gated, total = gated + value**2 / n, total + value
        per_image += total**2 / n
    assert sums[0].mean("gw1")[channel].item() == pytest.approx(gated)
    assert sums[0].mean("image1")[channel].item() == pytest.approx(per_image)
    assert sums[0].n == n


def test_where_the_hypotheses_are_true_every_factor_is_one():
    # Normal inputs and independent noise, put through the sums of one channel by hand.
    generator = torch.Generator().manual_seed(0)
    sums, r, n = numbers.Sums(), -0.5, 256
    for _ in range(3000):
        x, g = torch.randn(2, 16, n // 16, dtype=torch.float64, generator=generator)
        w = (x > -r).double()
        terms = {"g2": (g**2).mean()[None], "g": g.mean()[None]}
        for j in (0, 1):
            gated, G = g * w * x**j, (g * w * x**j).mean()[None]
            terms |= {f"w{j}": (w * x ** (2 * j)).mean()[None], f"gw{j}": (gated**2).mean()[None]}
            terms |= {f"image{j}": (gated.sum(1) ** 2).sum()[None] / n, f"G{j}": G, f"G2{j}": G**2}
        sums.add(terms, n, 0.0)
    norm = torch.nn.BatchNorm2d(1, dtype=torch.float64)
    torch.nn.init.constant_(norm.bias, r)
    rows, left_out = numbers._channels(norm, sums)
    assert left_out == 0
    for of in ("beta", "gamma"):
        for what in (*numbers.FACTORS, "ratio"):
            assert rows[0][of][what] == pytest.approx(1, abs=0.12)  # 3000 batches: 4.6 s.e.
        assert rows[0][of]["signal"] < 0.08


def test_bounds_and_exponents_hold(net):
    assert 0 < net["worst_bound"] <= 1
    assert net["exponents"][:3] == pytest.approx([-1, -1, -1], abs=1e-2)


def test_without_a_norm_behind_it_the_exponent_is_another(net):
    assert abs(net["exponents"][3] + 1) > 0.2


def test_measuring_leaves_the_parameters_as_they_were():
    net = nets.build(3, "bn", 0.0, 0, torch.float64)
    before = [p.detach().clone() for p in net.parameters()]
    images = numbers.load("digits")
    double = numbers.Images(images.x.double(), images.y, images.x_test, images.y_test)
    numbers._exponent(net, 1, double, torch.arange(32))
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))


def test_a_batch_norm_without_a_successor_is_found_out(monkeypatch):
    # Only the first block is normalised: no later norm takes its scale away.
    def straight(self, x):
        for conv, norm in zip(self.convs, self.norms, strict=True):
            z = norm(conv(x)) if norm is self.norms[0] else conv(x)
            x = torch.relu(z)
            yield norm, z, x

    monkeypatch.setattr(nets.Net, "blocks", straight)
    net = nets.build(3, "bn", 0.0, 0, torch.float64)
    images = numbers.load("digits")
    double = numbers.Images(images.x.double(), images.y, images.x_test, images.y_test)
    exponent = numbers._exponent(net, 0, double, torch.arange(64))
    forged = {
        "nets": [
            {
                "replicate": 0,
                "epochs": 0,
                "rate": 0.1,
                "worst_bound": 0.5,
                "exponents": [exponent] * 4,
            }
        ]
    }
    status, why = job.verdict(forged)
    assert (status, "before another norm, block 0" in why) == ("refuted", True)


def test_a_broken_bound_refutes(net):
    status, why = job.verdict({"nets": [{**net, "worst_bound": 1.01}]})
    assert (status, "1.010 of its bound" in why) == ("refuted", True)


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, [*SMALL, *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "eta^2 / gamma^4" in out
    metrics = json.loads((tmp_path / "r.json").read_text())["metrics"]
    assert {(one["epochs"], one["rate"]) for one in metrics["table"]} == {
        (0, 0.1),
        (1, 0.1),
        (1, 1.0),
    }
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == 2 * sum(len(one["channels"]) for one in metrics["nets"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--seeds 0", "seeds: must be from 1 to 100, got 0"),
        ("--batches 2", "batches: must be from 10 to 100000, got 2"),
        ("--rates 0.1 0.1", "rates: must be distinct, from above 0 to 100, got (0.1, 0.1)"),
        ("--rates -1", "rates: must be distinct, from above 0 to 100, got (-1.0,)"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"psbn_noise: {message}")
