"""Distances without training: exact means, quotients, slopes, and what refutes them."""

import csv
import json
from copy import deepcopy
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from experiments import _spgan_samples as numbers
from experiments import spgan_sample_complexity as job
from experiments._lab.cli import main

SMALL = job.Config(sizes=(8, 16, 32), groups=(1, 4), trials=40, line_trials=800)
ARGUMENTS = [
    "--sizes",
    "8",
    "16",
    "32",
    "--groups",
    "1",
    "4",
    "--trials",
    "12",
    "--line-trials",
    "200",
]


@pytest.fixture(scope="module")
def metrics(collected):
    return collected(job.EXPERIMENT, SMALL, 3)


def test_the_mean_of_two_points_on_the_line_by_hand():
    assert numbers.exact_mean(1) == Fraction(2, 3)  # E|U - V| on [-1, 1]
    # n = 2: sorted pairs; E|min - min'| + E|max - max'| over 2, each 2 (2/5 - 1/3 ...) by integration.
    x, y = np.sort(np.random.default_rng(0).uniform(-1, 1, (2, 200_000, 2)), -1)
    assert float(numbers.exact_mean(2)) == pytest.approx(np.abs(x - y).mean(), abs=0.005)


def test_the_exact_mean_falls_like_a_root():
    ratio = numbers.exact_mean(40) / numbers.exact_mean(160)
    assert float(ratio) == pytest.approx(2, rel=0.02)


def test_the_disc_is_uniform():
    points = numbers.uniform_disc(20_000, np.random.default_rng(1))
    radius = np.linalg.norm(points, axis=1)
    assert radius.max() <= 1
    assert (radius < 0.5).mean() == pytest.approx(0.25, abs=0.015)
    assert points.mean(0) == pytest.approx([0, 0], abs=0.02)


def test_larger_groups_bring_samples_closer_pair_by_pair():
    found = numbers.disc(12, (1, 2, 4), 5, Random(0))["by_group"]
    for one, two, four in zip(found["1"], found["2"], found["4"], strict=True):
        assert one >= two >= four > 0


def test_what_is_found_is_what_is_known(metrics):
    assert job.verdict(metrics) == ("done", "")
    assert [one["m"] for one in metrics["slopes"]] == [1, 4]
    assert metrics["shortcut"]["askew"] > 0.01
    (ratio,) = metrics["ratios"]
    assert 0.35 < ratio["low"] < ratio["ratio"] < ratio["high"] < 0.65
    assert len(metrics["line"]) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m["slopes"][1].update(low=-0.9, high=-0.7), "slope under C4"),
        (lambda m: m["ratios"][0].update(low=0.8, high=0.9), "C4 saves"),
        (lambda m: m["ratios"][0].update(low=0.2, high=0.3), "C4 saves"),
        (lambda m: m["line"][0].update(low=0.6, high=0.8), "not 1/2"),
        (lambda m: m["line"][0].update(z=6.0), "errors off"),
        (lambda m: m["shortcut"].update(rotations=0.1), "differs from the symmetrised"),
        (lambda m: m["shortcut"].update(askew=0.0), "control shows nothing"),
    ],
)
def test_each_finding_can_refute(metrics, change, message):
    forged = deepcopy(metrics)
    change(forged)
    status, why = job.verdict(forged)
    assert status == "refuted"
    assert message in why


def test_one_over_root_two_on_the_line_would_be_found_out(metrics):
    assert all(one["high"] < 2**-0.5 for one in metrics["line"])


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, [*ARGUMENTS, *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    record = json.loads((tmp_path / "r.json").read_text())
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert float(rows[0]["mean"]) == record["metrics"]["rows"][0]["mean"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--sizes 16 32", "sizes: must be three or more increasing numbers"),
        ("--sizes 32 16 8", "sizes: must be three or more increasing numbers"),
        ("--groups 4 16", "groups: must be two or more increasing numbers from 1"),
        ("--trials 7", "trials: must be 8 to 2000, got 7"),
        ("--line-trials 0", "line_trials: must be 100 to 100000, got 0"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"spgan_sample_complexity: {message}")
