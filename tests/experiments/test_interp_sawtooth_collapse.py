"""The sawtooth experiment: measured shares, what is proved about them, and how it is shown."""

import csv
import json
from fractions import Fraction
from itertools import product
from math import comb

import pytest

from constructions.interp.sawtooth import dichotomies, label
from experiments import _interp_sawtooth as numbers
from experiments import interp_sawtooth_collapse as job
from experiments._lab.cli import main

SMALL = ["--depths", "4", "6", "--trials", "40"]


@pytest.fixture(scope="module")
def metrics(collected):
    return collected(job.EXPERIMENT, job.Config(depths=(4, 6), trials=40), 0)


def test_close_pairs_are_never_shattered_and_far_ones_always(metrics):
    for row in metrics["rows"]:
        offset = row["log2_inverse_h"] - 2 * row["L"]
        if offset <= -5:
            assert row["share"] >= 0.85
        if offset >= 0:
            assert row["share"] == 0


def test_the_curves_fall_together_at_twice_the_depth(metrics):
    middle = {r["L"]: r["share"] for r in metrics["rows"] if r["log2_inverse_h"] == 2 * r["L"] - 3}
    assert set(middle) == {4, 6}
    assert all(0.3 < share < 0.85 for share in middle.values())


def test_every_interval_holds_its_share_and_has_the_known_width_at_zero(metrics):
    for row in metrics["rows"]:
        assert 0 <= row["low"] <= row["share"] <= row["high"] <= 1
        if row["shattered"] == 0:  # the closed form of Clopper and Pearson
            assert row["high"] == pytest.approx(1 - 0.025 ** (1 / 40), abs=1e-6)


def test_regular_points_are_shattered_however_close_they_are(metrics):
    assert [row["dichotomies"] for row in metrics["regular"]] == [16, 64]


@pytest.mark.parametrize(("L", "beta"), [(2, 5), (3, 5), (3, 6)])
def test_the_proved_bound_holds_for_every_choice_of_two_pairs(L, beta):
    half = 2 ** (beta - 2)
    xs = [Fraction(i, 2**beta) for i in range(2 * half, 4 * half)]
    members = dichotomies(xs, L)
    rises = [sum(one[i : i + 2] == (0, 1) for i in range(0, len(one), 2)) for one in members]
    assert max(rises) <= max(1, 2 ** (L - 2))
    served = sum(
        any((one[2 * i : 2 * i + 2], one[2 * j : 2 * j + 2]) == ((0, 1),) * 2 for one in members)
        for i in range(half)
        for j in range(i)
    )
    assert served <= numbers.proved(L, beta) * comb(half, 2)


def test_the_proved_bound_starts_at_three_times_the_depth():
    assert [numbers.certified(L) for L in (4, 6, 8, 10, 12)] == [12, 18, 24, 30, 36]
    assert float(numbers.proved(10, 40)) == pytest.approx(0.75 * 2**-10, rel=0.01)


def test_the_law_is_one_half_where_it_says():
    for L in (4, 10):
        assert numbers.predicted(L, numbers.predicted_middle(L)) == pytest.approx(0.5)
    assert numbers.predicted_middle(10) == pytest.approx(20 - 3.29, abs=0.01)


def test_two_pairs_shattered_by_hand_agree_with_the_class():
    # A grid of theta finds only labellings that exist; here it finds all sixteen.
    points = [Fraction(n, 32) for n in (16, 17, 24, 25)]
    found = {tuple(label(x, Fraction(t, 997), 4) for x in points) for t in range(998)}
    assert found <= dichotomies(points, 4)
    assert dichotomies(points, 4) <= set(product((0, 1), repeat=4))


def test_the_same_seed_gives_the_same_metrics(collected, metrics):
    again = collected(job.EXPERIMENT, job.Config(depths=(6, 4), trials=40), 0)
    assert json.dumps(again) == json.dumps(metrics)


def test_more_shattered_sets_than_proved_refutes(metrics):
    assert job.verdict(metrics) == ("done", "")
    forged = json.loads(json.dumps(metrics))
    forged["rows"][-1]["shattered"] = 40
    status, why = job.verdict(forged)
    assert (status, "more pair sets shattered than proved at L = 6" in why) == ("refuted", True)
    forged = json.loads(json.dumps(metrics))
    forged["regular"][0]["dichotomies"] = 15
    assert job.verdict(forged) == ("refuted", "the dyadic points are not shattered at L = 4")


def test_a_single_shattered_set_above_the_bound_is_no_refutation(metrics):
    forged = json.loads(json.dumps(metrics))
    forged["rows"][-1]["shattered"] = 1
    assert job.verdict(forged)[0] == "done"


def test_the_report_counts_the_intervals_that_the_heuristic_misses():
    from experiments._interp_sawtooth_show import _judged

    rows = [
        {"L": 4, "log2_inverse_h": beta, "low": 0.2, "high": 0.4, "predicted": law}
        for beta, law in ((6, 0.2), (7, 0.41), (3, 0.19), (8, 0.4))
    ]
    assert _judged({"rows": rows}).split(":")[0] == (
        "  the law lies outside 2 of 4 intervals, at log2(1/h) - 2L = -5, -1"
    )
    assert "0 of 1 intervals:" in _judged({"rows": rows[:1]})


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, [*SMALL, *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    record = json.loads((tmp_path / "r.json").read_text())
    assert record["config"] == {"depths": [4, 6], "trials": 40}
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == len(record["metrics"]["rows"])
    assert float(rows[0]["share"]) == record["metrics"]["rows"][0]["share"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--depths 1", "depths: must be from 2 to 12, got 1"),
        ("--depths 13", "depths: must be from 2 to 12, got 13"),
        ("--depths 4 4", "depths: must be distinct and at least one, got (4, 4)"),
        ("--trials 0", "trials: must be from 1 to 1000, got 0"),
        ("--seed -1", "seed: must be at least 0, got -1"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"interp_sawtooth_collapse: {message}")
