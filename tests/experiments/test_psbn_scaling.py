"""The scaling experiment: what its tests accept and reject, a small run, and how it is shown."""

import csv
import json
from fractions import Fraction
from math import log, sqrt
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
        "trials": task.trials,
    }
    if task.axis == "long":
        growth = 1 - {1.5: 1.25003, 3.0: 1.13538}[task.c] / 2
        return {**row, "growth": {"exponent": growth, "error": error}}
    C = {"frozen": 13.0, "held": 7.3, "trained": 3.0, "pulled": 13.0}[task.model]
    time = C * task.h**-exponent
    if task.model == "trained":
        return {**row, "median": {"value": time}, "median_error": error}
    if task.model == "pulled":
        time = np.exp(2 / task.h)
    elif task.h in numbers.LARGE:
        time = C * task.h**-1.4
    return {**row, "mean": time, "error": error * time, "predicted": time}


def judged(change=lambda row: row):
    """Decisions on ideal rows after a change of each."""
    tasks = [
        task for task in job.tasks(job.Config(trials=10_000)) if isinstance(task, numbers.Times)
    ]
    return judge.tests([change(ideal(task)) for task in tasks], 10_000)


def test_a_perfect_law_passes_every_test():
    found = judged()
    assert len(found) == 14
    assert {one["decision"] for one in found if one["expected"] == "asked"} == {"shown"}
    assert all(one["decision"] == one["expected"] for one in found if one["expected"] != "asked")
    assert job.verdict({"tests": found, "jumps": []}) == ("done", "")


@pytest.mark.parametrize("exponent", [1.0, 1.85, 2.15, 3.0])
def test_another_exponent_is_refuted(exponent):
    def bent(row):
        if "mean" in row and row["model"] in ("frozen", "held") and row["h"] in numbers.SMALL:
            time = row["predicted"] * row["h"] ** (2 - exponent)
            return {**row, "mean": time, "predicted": time, "error": time / 100}
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


def test_a_median_that_bends_is_reported_and_decides_nothing():
    def bent(row):
        if "median" in row:
            return {**row, "median": {"value": 3.0 * row["h"] ** -1.5}}
        return row

    found = judged(bent)
    assert [one["decision"] for one in found if one["expected"] == "asked"] == ["refuted"] * 2
    assert job.verdict({"tests": found, "jumps": []}) == ("done", "")


def test_every_model_is_fitted_over_the_whole_range():
    for one in judged():
        if "model" in one:
            assert one["estimand"].endswith("h = 0.05 to 0.4")
    assert (numbers.SMALL[0], numbers.SMALL[-1]) == (0.05, 0.4)


def test_the_number_of_trials_follows_from_the_declared_rates():
    needed = judge.design()
    # By hand: exponents of the integral equation 1.9689 and 2.0658, z .001 and .0005, lever 1.834.
    for model, off in (("frozen", 0.0311), ("held", 0.0658)):
        by_hand = ((3.0902 + 3.2905) / 1.834 / (0.1 - off)) ** 2
        assert needed[f"slope, {model}"] == pytest.approx(by_hand, rel=5e-3)
    assert needed["level, both axes"] == pytest.approx((6.3807 / 0.03) ** 2 / 14, rel=1e-3)
    assert job.effort(job.Config()) == (max(needed.values()), 2_000_000)
    assert judge.family([{}] * 14) == Fraction(14, 1000)


def test_a_time_is_less_spread_than_an_exponential_one():
    for model, h in (("frozen", 0.2), ("held", 0.2), ("pulled", 0.4), ("frozen", 0.8)):
        T = numbers.simulated(
            numbers.Times(model, "eta", h, 2000, numbers.LEVELS[model]), Random(1)
        )
        assert T.std() / T.mean() < 1.05 * judge.SPREAD


def test_a_constant_that_is_off_by_six_percent_is_refuted():
    found = judged(lambda row: {**row, "mean": row["mean"] * 1.06} if "mean" in row else row)
    levels = [one["decision"] for one in found if one["estimand"].startswith("mean time")]
    assert levels == ["refuted", "refuted", "refuted", "undecided"]


def test_a_square_law_where_it_must_saturate_is_refuted():
    def unsaturated(row):
        if row["h"] in numbers.LARGE:
            time = 13 * row["h"] ** -2
            return {**row, "mean": time, "predicted": time, "error": time / 100}
        return row

    status, why = job.verdict({"tests": judged(unsaturated), "jumps": []})
    assert (status, "saturated" in why) == ("refuted", True)


def test_a_truncated_mean_that_stops_growing_is_refuted():
    def finite(row):
        return {**row, "growth": {"exponent": 0.02, "error": 0.01}} if "growth" in row else row

    status, why = job.verdict({"tests": judged(finite), "jumps": []})
    assert (status, "exponent of E min(T, t)" in why) == ("refuted", True)


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


def test_growth_is_that_of_the_truncated_means_and_its_error_that_of_repeats():
    task = numbers.Times("trained", "long", 0.4, 6000, 1.5, int(300 / 0.16))
    T = numbers.simulated(task, Random(7))
    early, late = (numbers._truncated(T, task, t)["mean"] for t in (100, 300))
    assert numbers._growth(T, task)["exponent"] == pytest.approx(log(late / early) / log(3))
    found = [numbers._growth(part, task) for part in np.split(T, 40)]
    spread = np.std([one["exponent"] for one in found], ddof=1)
    # 40 repeats: a deviation is known to 11 per cent.
    assert 0.65 < spread / np.mean([one["error"] for one in found]) < 1.4


def test_a_truncated_mean_is_known_only_within_the_horizon():
    row = numbers.times(numbers.Times("trained", "long", 0.4, 300, 1.5, int(30 / 0.16)), Random(0))
    known = {one["t"]: one["mean"] for one in row["truncated"]}
    assert known[100] is None
    assert 2 < known[10] < known[30] < 30
    assert row["left"] > 0
    assert not {"mean", "growth"} & set(row)


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
    assert record["metrics"]["family"] == pytest.approx(0.014)
    assert "any of the 14 with at most 1.4%" in out
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
