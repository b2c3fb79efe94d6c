"""The mask simulator: moments by hand, antithetic pairs, and what refutes it."""

import csv
import json
from math import pi, sqrt
from random import Random

import numpy as np
import pytest

from experiments import _psbn_masks as numbers
from experiments import psbn_mask_simulator as job
from experiments._lab.cli import main


@pytest.fixture(scope="module")
def metrics(collected):
    return collected(job.EXPERIMENT, job.Config(values=200_000), 0)


def test_everything_agrees_with_its_prediction(metrics):
    assert job.verdict(metrics) == ("done", "")
    assert len(metrics["cells"]) == 2 * len(numbers.SIZES) * len(numbers.RATIOS)


def test_moments_at_zero_are_those_of_a_half_normal():
    found = numbers.moments(numbers.Cell(64, 0.0, 1, normalised=False))
    assert found == pytest.approx([0.5, 1 / sqrt(2 * pi), 0.5])


def test_moments_of_a_normalised_value_are_exact_where_they_are_known():
    # n = 4: uniform on [-sqrt 3, sqrt 3] (Archimedes); the active part above -r.
    r, reach = 0.4, sqrt(3)
    found = numbers.moments(numbers.Cell(4, r, 1, normalised=True))
    known = [(reach ** (k + 1) - (-r) ** (k + 1)) / (k + 1) / (2 * reach) for k in range(3)]
    assert found == pytest.approx(known, rel=1e-9)


def test_a_normalised_value_becomes_normal_as_batches_grow():
    pairs = [
        (numbers.moments(numbers.Cell(n, -0.5, 1, normalised=True)), n) for n in (64, 256, 1024)
    ]
    limit = numbers.moments(numbers.Cell(64, -0.5, 1, normalised=False))
    gaps = [n * (found[2] - limit[2]) for found, n in pairs]
    assert gaps[0] == pytest.approx(gaps[2], rel=0.1)  # off by a constant over n


def test_beyond_samuelson_no_value_is_active():
    assert numbers.moments(numbers.Cell(5, -2.001, 1, normalised=True))[0] == pytest.approx(
        0, abs=1e-12
    )


def test_the_change_of_r_is_that_of_the_parameters():
    rng = np.random.default_rng(0)
    beta, gamma = rng.standard_normal((2, 200))
    plus, minus = numbers.changes(0.7, 0.9, beta, gamma)
    for sign, found in ((1, plus), (-1, minus)):
        after = (0.7 - sign * 0.9 * beta) / np.abs(1 - sign * 0.9 * gamma)
        assert found == pytest.approx(after - 0.7)
    assert (0.9 * np.abs(gamma) > 1).any()  # gamma has changed sign in some


def test_pairs_take_the_first_order_away(metrics):
    for one in metrics["cells"]:
        drift = next(row for row in one["rows"] if row["name"] == "drift b")
        if one["batches"] > 500:
            assert drift["error"] < one["plain_error"] / 20


def test_every_normalised_batch_obeys_cantelli(metrics):
    shares = [
        one["largest_share"] for one in metrics["cells"] if one["normalised"] and one["r"] < 0
    ]
    assert len(shares) == 4 * len(numbers.SIZES)
    assert max(shares) <= 1


def test_a_mask_on_the_wrong_side_is_found_out(monkeypatch):
    honest = numbers.batches

    def faulty(task, rng):
        yield from honest(numbers.Cell(task.n, -task.r, task.values, task.normalised), rng)

    monkeypatch.setattr(numbers, "batches", faulty)
    cell = numbers.cell(numbers.Cell(64, 1.0, 200_000, normalised=False), Random(0))
    assert "E w is" in job._wrong(cell)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("cells", 4, "rows", 6, "value"), 0.5, "drift b is 0.5"),
        (("cells", 0, "rows", 8, "value"), 0.5, "batches are dead"),
        (("cells", 4, "down"), 0, "r moves down in 0 of"),
        (("cells", -8, "largest_share"), 1.2, "more active values than Cantelli allows"),
        (("slopes", 0, "decision"), "alternative", "exponent of the drift in eta"),
    ],
)
def test_a_forged_number_refutes(metrics, path, value, message):
    forged = json.loads(json.dumps(metrics))
    place = forged
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    status, why = job.verdict(forged)
    assert (status, message in why) == ("refuted", True)


def test_few_values_leave_the_exponent_undecided(metrics):
    forged = json.loads(json.dumps(metrics))
    forged["slopes"][1]["decision"] = "undecided"
    assert job.verdict(forged)[0] == "undecided"


def test_report_record_and_figure(tmp_path, capsys, metrics):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, ["--values", "200000", *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "Cantelli: largest" in out
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == 9 * len(metrics["cells"])


def test_bad_input_is_exit_two(capsys):
    assert main(job.EXPERIMENT, ["--values", "5"]) == 2
    message = "psbn_mask_simulator: values: must be from 100000 to 1000000000, got 5"
    assert capsys.readouterr().err.startswith(message)
