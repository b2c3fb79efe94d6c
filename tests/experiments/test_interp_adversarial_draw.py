"""The adversarial draw: certified exponents against known values, and how they are shown."""

import csv
import json

import pytest

from constructions.interp.lower_bound import failure_exponent
from experiments import interp_adversarial_draw as job
from experiments._interp_draw import closed_form
from experiments._lab.cli import main

SMALL = ["--N", "64", "--factors", "1", "4", "--widths", "2", "3"]


@pytest.fixture(scope="module")
def metrics(collected):
    return collected(job.EXPERIMENT, job.Config(N=(64,), factors=(1, 4), widths=(2, 3)), 0)


def rows(metrics, b, W):
    problem = next(p for p in metrics["problems"] if p["b"] == b)
    return {row["L"]: row for row in problem["rows"] if row["W"] == W}


def test_the_sharper_count_is_below_the_published_exponents(metrics):
    # (64, 64, 2, 5): -164 and (64, 256, 2, 6): -1100 by the weaker counts of interp.D1 (rounded down;
    # an exponent that is rounded up is one larger).
    assert failure_exponent(64, 64, 2, 5) == -163
    assert rows(metrics, 64, 2)[5]["log2_probability"] <= -164
    assert rows(metrics, 256, 2)[6]["log2_probability"] <= -1100
    assert rows(metrics, 64, 2)[6]["log2_probability"] == -114


def test_depths_run_from_impossible_through_bounded_to_vacuous(metrics):
    for b in (64, 256):
        for W in (2, 3):
            kinds = [row["kind"] for _, row in sorted(rows(metrics, b, W).items())]
            order = ["impossible", "bounded", "vacuous"]
            assert kinds == sorted(kinds, key=order.index)
            assert set(kinds) >= {"impossible", "bounded"}


def test_two_units_and_four_layers_have_too_few_rises_for_32_pairs(metrics):
    assert rows(metrics, 64, 2)[4]["kind"] == "impossible"
    assert rows(metrics, 64, 2)[4]["log2_probability"] is None


def test_deeper_classes_are_served_with_larger_probability(metrics):
    found = [row["log2_probability"] for _, row in sorted(rows(metrics, 256, 2).items())]
    bounded = [x for x in found if x is not None]
    assert bounded == sorted(bounded)


def test_the_closed_form_is_weaker_than_the_count(metrics):
    for problem in metrics["problems"]:
        for row in problem["rows"]:
            if row["kind"] == "bounded":
                assert row["log2_probability"] <= row["closed_form"] + 1
    # By hand: n = 32, b - 1 = 255, u = 10, p = 31 - 11 = 20, log2 6 = 2.585.
    by_hand = 20 * (255 + 2.585) - 32 * 245 + 11 + 96
    assert closed_form(64, 256, 2, 5) == pytest.approx(by_hand, abs=0.01)


def test_the_draw_is_a_function_of_the_seed(collected, metrics):
    again = collected(job.EXPERIMENT, job.Config(N=(64,), factors=(4, 1), widths=(3, 2)), 0)
    other = collected(job.EXPERIMENT, job.Config(N=(64,), factors=(1, 4), widths=(2, 3)), 1)
    assert again == metrics
    digests = [[p["draw_sha256"] for p in one["problems"]] for one in (metrics, other)]
    assert not set(digests[0]) & set(digests[1])


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, [*SMALL, *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    assert "2^-114" in out
    record = json.loads((tmp_path / "r.json").read_text())
    lines = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(lines) == sum(len(p["rows"]) for p in record["metrics"]["problems"])
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--N 7", "N: must be from 8 to 1024, got 7"),
        ("--factors 0", "factors: must be from 1 to 64, got 0"),
        ("--widths 2 2", "widths: must be distinct and at least one, got (2, 2)"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"interp_adversarial_draw: {message}")
