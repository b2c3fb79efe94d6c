"""The similarity experiment: curves that fall together, paths that stay, and what refutes either."""

import csv
import json
from random import Random

import pytest

from constructions.psbn import simulate
from experiments import _psbn_similarity as numbers
from experiments import psbn_similarity as job
from experiments._lab.cli import main

LARGER = numbers.SETTINGS[2:]  # h = .1 and .4: the small step of .05 takes most of the time


@pytest.fixture(scope="module")
def metrics(collected):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "SETTINGS", LARGER)
        return collected(job.EXPERIMENT, job.Config(trials=600, steps=30, n=8), 0)


def at(metrics, decision):
    """The same metrics with every comparison decided."""
    forged = json.loads(json.dumps(metrics))
    for one in forged["comparisons"]:
        one["decision"] = decision
    return forged


def test_powers_of_two_change_no_bit_and_other_factors_only_the_last():
    for slope in (0.0, 0.1):
        for factor in numbers.FACTORS:
            row = numbers.rescaled(numbers.Rescaled(factor, slope, 40, 8), Random(1))
            if factor in (0.25, 2.0, 4.0, 1024.0):
                assert row["same_bits"]
                assert row["largest"] == 0
            else:
                assert 0 < row["largest"] < 1e-12


def test_scaling_eta_alone_changes_the_path():
    row = numbers.rescaled(numbers.Rescaled(2.0, 0.0, 40, 8, only_eta=True), Random(1))
    assert row["largest"] > 0.01


def test_curves_start_at_one_and_fall(metrics):
    assert len(metrics["curves"]) == 12
    for row in metrics["curves"]:
        assert row["survival"][0] > 0.95
        assert all(b <= a for a, b in zip(row["survival"], row["survival"][1:], strict=False))


def test_few_trials_leave_the_curves_undecided_and_many_would_settle_them(metrics):
    assert job.verdict(metrics)[0] == "undecided"
    assert job.verdict(at(metrics, "shown")) == ("done", "")
    for row in metrics["comparisons"]:
        assert row["distance"] < row["band"]


def test_noise_that_follows_gamma_is_found_out(monkeypatch):
    # With s proportional to 1 / gamma (psbn.T11) the curves of equal eta / gamma part.
    honest = simulate.frozen_times

    def coupled(channel, *rest):
        return honest(simulate.Channel(channel.eta / channel.gamma, channel.gamma), *rest)

    monkeypatch.setattr(simulate, "frozen_times", coupled)
    rows = [
        numbers.curve(numbers.Curve("frozen", eta, gamma, 800), Random(0))
        for eta, gamma in ((0.4, 1.0), (0.1, 0.25))
    ]
    found = numbers._judged(
        ("frozen", ""),
        numbers.distance(rows[0]["survival"], rows[1]["survival"]),
        2 * numbers.band(800),
        numbers.NEAR_PAIR,
    )
    assert found["decision"] == "refuted"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"factor": 2.0, "same_bits": False, "largest": 1e-17, "only_eta": False},
            "scaling by 2 changed the path",
        ),
        (
            {"factor": 3.0, "same_bits": False, "largest": 1e-3, "only_eta": False},
            "scaling by 3 changed the path",
        ),
        (
            {"factor": 2.0, "same_bits": True, "largest": 0.0, "only_eta": True},
            "left the path as it was",
        ),
    ],
)
def test_a_forged_path_refutes(metrics, change, message):
    forged = at(metrics, "shown")
    forged["paths"][0] |= change
    status, why = job.verdict(forged)
    assert (status, message in why) == ("refuted", True)


def test_a_curve_off_the_limit_refutes(metrics):
    status, why = job.verdict(at(metrics, "refuted"))
    assert status == "refuted"
    assert "apart" in why


def test_the_limit_has_the_verified_mean():
    t = [0.05 * i for i in range(4001)]
    area = sum(0.05 * s for s in numbers.predicted("held", 0.0, t)) - 0.025
    assert area == pytest.approx(7.2797490575, rel=1e-3)


def test_the_exponent_of_a_power_is_found():
    row = [1 - 1e-3 * t**1.5 for t in numbers.GRID]
    assert numbers.local_slope(row, 10) == pytest.approx(3.0)  # in eta: twice that in kappa k
    assert numbers.local_slope([1.0] * 60, 10) is None


def test_report_record_and_figure(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(job, "SETTINGS", LARGER)
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, ["--trials", "100", "--steps", "20", "--n", "4", *files]) == 3
    out = capsys.readouterr().out
    assert out.isascii()
    assert "Exponent 2 belongs to the rate" in out
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == 12 * len(numbers.GRID)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--trials 99", "trials: must be from 100 to 1000000, got 99"),
        ("--steps 0", "steps: must be from 1 to 5000, got 0"),
        ("--n 1", "n: must be from 2 to 1024, got 1"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"psbn_similarity: {message}")
