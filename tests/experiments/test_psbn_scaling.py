"""The scaling experiment: what its tests accept and reject, a small run, and how it is shown."""

import csv
import json
from math import sqrt
from random import Random

import numpy as np
import pytest

from constructions.psbn import simulate
from experiments import _psbn_scaling as numbers
from experiments import _psbn_scaling_tests as judge
from experiments import psbn_scaling as job
from experiments._lab.cli import main


def ideal(task, exponent=2.0):
    """The row that a perfect law with this exponent would give."""
    error = 1 / sqrt(task.trials)
    row = {
        "model": task.model,
        "axis": task.axis,
        "h": task.h,
        "eta": task.eta,
        "gamma": task.gamma,
        "c": task.c,
    }
    if task.axis == "long":
        growth = 1 - {1.5: 1.25003, 3.0: 1.13538}[task.c] / 2
        means = [{"t": t, "mean": t**growth, "error": error * t**growth} for t in numbers.TRUNCATED]
        return {**row, "truncated": means}
    C = {"frozen": 13.0, "held": 7.3, "trained": 3.0, "pulled": 13.0}[task.model]
    time = C * task.h**-exponent
    row |= {"mean": time, "error": error * time, "predicted": C * task.h**-2.0}
    if task.model == "trained":
        del row["mean"]
        row |= {"median": {"value": time}, "median_error": error}
    if task.model == "pulled":
        row["mean"] = np.exp(2 / task.h)
    if task.h in numbers.LARGE:
        row["mean"] = C * task.h**-1.4
    return row


def judged(change=lambda row: row):
    """Decisions on ideal rows after a change of each."""
    tasks = [task for task in job.tasks(job.Config()) if isinstance(task, numbers.Times)]
    return judge.tests([change(ideal(task)) for task in tasks], 20_000)


def test_a_perfect_law_passes_every_test():
    found = judged()
    assert len(found) == 12
    assert [one["decision"] for one in found] == [one["expected"] for one in found]
    assert job.verdict({"tests": found, "jumps": []}) == ("done", "")


@pytest.mark.parametrize("exponent", [1.0, 1.85, 2.15, 3.0])
def test_another_exponent_is_refuted(exponent):
    def bent(row):
        if "mean" in row and row["model"] in ("frozen", "held") and row["h"] in numbers.SMALL:
            time = row["predicted"] * row["h"] ** (2 - exponent)
            return {**row, "mean": time, "error": time / 200}
        return row

    found = judged(bent)
    slopes = [
        one for one in found if one["estimand"].startswith("exponent of 1/mean") and "model" in one
    ]
    assert len(slopes) == 4
    assert {one["decision"] for one in slopes} == {"refuted"}
    status, why = job.verdict({"tests": found, "jumps": []})
    assert status == "refuted"
    assert "exponent of 1/mean in eta, frozen" in why


def test_a_constant_that_is_off_by_four_percent_is_refuted():
    found = judged(lambda row: {**row, "mean": row["mean"] * 1.04} if "mean" in row else row)
    levels = [one["decision"] for one in found if one["estimand"].startswith("mean time")]
    assert levels == ["refuted", "refuted"]


def test_a_square_law_where_it_must_saturate_is_refuted():
    def unsaturated(row):
        if row["h"] in numbers.LARGE:
            return {**row, "mean": 13 * row["h"] ** -2, "error": 13 * row["h"] ** -2 / 200}
        return row

    status, why = job.verdict({"tests": judged(unsaturated), "jumps": []})
    assert (status, "saturated" in why) == ("refuted", True)


def test_a_truncated_mean_that_stops_growing_is_refuted():
    def finite(row):
        if "truncated" not in row:
            return row
        return {
            **row,
            "truncated": [{**one, "mean": 7.28, "error": 0.02} for one in row["truncated"]],
        }

    status, why = job.verdict({"tests": judged(finite), "jumps": []})
    assert (status, "growth exponent" in why) == ("refuted", True)


def test_a_few_trials_leave_the_tests_undecided():
    def rough(row):
        return {**row, "error": row["mean"] / 3} if "mean" in row else row

    assert job.verdict({"tests": judged(rough), "jumps": []})[0] == "undecided"


def test_a_simulator_whose_steps_grow_like_the_root_of_eta_is_found_out(monkeypatch):
    honest = simulate.frozen_times

    def faulty(channel, *rest):
        return honest(simulate.Channel(sqrt(channel.eta) / 2, channel.gamma), *rest)

    monkeypatch.setattr(simulate, "frozen_times", faulty)
    steps = numbers.SMALL[3:]
    rows = [numbers.times(numbers.Times("frozen", "eta", h, 400, 1.5), Random(1)) for h in steps]
    assert judge._slope(rows, 400, "frozen", "eta")["decision"] == "refuted"


def test_simulated_times_agree_with_the_verified_constants():
    for model, c, C in (("frozen", 1.5, 12.98275577), ("held", 3.0, 7.27974906)):
        row = numbers.times(numbers.Times(model, "gamma", 0.1414, 1000, c), Random(2))
        assert row["mean"] * 0.1414**2 == pytest.approx(C, rel=0.15)
        assert row["left"] == 0
        assert row["gamma"] == pytest.approx(0.1 / 0.1414)


def test_a_truncated_mean_is_known_only_within_the_horizon():
    row = numbers.times(numbers.Times("trained", "long", 0.4, 300, 1.5, int(30 / 0.16)), Random(0))
    known = {one["t"]: one["mean"] for one in row["truncated"]}
    assert known[100] is None
    assert 2 < known[10] < known[30] < 30
    assert row["left"] > 0
    assert "mean" not in row


def test_jumps_have_the_exact_probability_and_the_bound_lies_above():
    for nu in (0, 2, 4):
        row = numbers.jumps(numbers.Jump(nu, 0.4, 200_000), Random(4))
        assert row["low"] < row["exact"] < row["high"]
        assert row["bound"] is None if nu == 2 else row["exact"] < row["bound"]
    forged = {**row, "count": 0, "low": 0.0, "high": row["exact"] / 2}
    assert job.verdict({"tests": [], "jumps": [forged]})[0] == "refuted"


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert (
        main(job.EXPERIMENT, ["--quick", "--trials", "300", *files]) == 3
    )  # too few trials to decide
    out, err = capsys.readouterr()
    assert out.isascii()
    assert "tests need more trials" in err
    assert "no mean and no constant hazard exist" in out
    record = json.loads((tmp_path / "r.json").read_text())
    assert record["metrics"]["constants"]["held"] == pytest.approx(7.2797490575)
    declared = record["metrics"]["tests"][0]["declaration"]
    assert (declared["alpha"], declared["delta"], declared["n"]) == ("1/1000", "1/10", 300)
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == len(record["metrics"]["rows"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--trials 10", "trials: must be from 200 to 1000000, got 10"),
        ("--draws 1", "draws: must be from 1000 to 1000000000, got 1"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"psbn_scaling: {message}")
