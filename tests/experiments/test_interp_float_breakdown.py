"""The float breakdown: where labels go wrong, and how it is shown."""

import csv
import json

import pytest

from experiments import _interp_breakdown as numbers
from experiments import interp_float_breakdown as job
from experiments._lab.cli import main

SMALL = ["--N", "16", "--most", "64", "--step", "12", "--draws", "2"]


@pytest.fixture(scope="module")
def metrics(collected):
    return collected(job.EXPERIMENT, job.Config(N=16, most=64, step=12, draws=2), 0)


def wrong(metrics, net, dtype):
    return {
        row["b"]: row["wrong"]
        for row in metrics["rows"]
        if (row["net"], row["dtype"]) == (net, dtype)
    }


def test_few_bits_are_right_in_both_formats(metrics):
    for net in ("shallow_any", "fold_lookup"):
        assert wrong(metrics, net, "float64")[4] == [0, 0]
    assert wrong(metrics, "shallow_any", "float32")[4] == [0, 0]


def test_more_bits_than_the_mantissa_has_are_wrong_in_every_draw(metrics):
    for net in ("shallow_any", "fold_lookup"):
        assert min(wrong(metrics, net, "float32")[40]) > 0
        assert min(wrong(metrics, net, "float64")[64]) > 0


def test_float64_outlasts_float32(metrics):
    for net in ("shallow_any", "fold_lookup"):
        one, two = wrong(metrics, net, "float32"), wrong(metrics, net, "float64")
        assert sum(map(sum, two.values())) < sum(map(sum, one.values()))


def test_every_net_is_exact_however_wrong_its_floats(metrics):
    assert all(row["verified"] for row in metrics["rows"])
    assert all(0 <= count <= 16 for row in metrics["rows"] for count in row["wrong"])


def test_the_rule_of_thumb_for_16_points():
    found = {(row["net"], row["dtype"]): row["b"] for row in numbers.rules(16)}
    assert found == {
        ("shallow_any", "float32"): 24 - 4,
        ("shallow_any", "float64"): 53 - 4,
        ("fold_lookup", "float32"): 24 - 11,
        ("fold_lookup", "float64"): 53 - 11,
    }


def test_a_net_that_is_wrong_in_rationals_refutes(monkeypatch, capsys):
    from constructions.interp.shallow import shallow_any

    def broken(points, labels, rng):
        return shallow_any(points, [*labels[:-1], 1 - labels[-1]], rng)

    monkeypatch.setitem(numbers.NETS, "shallow_any", broken)
    assert main(job.EXPERIMENT, [*SMALL, "--most", "4"]) == 1
    assert "refuted: shallow_any does not interpolate at b = 4" in capsys.readouterr().err


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, [*SMALL, *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    assert "Floats prove nothing" in out
    record = json.loads((tmp_path / "r.json").read_text())
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == len(record["metrics"]["rows"]) == 6 * 4
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--N 7", "N: must be from 8 to 256, got 7"),
        ("--most 5", "most: must be from 6 to 512, got 5"),
        ("--step 0", "step: must be from 1 to 64, got 0"),
        ("--draws 0", "draws: must be from 1 to 50, got 0"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"interp_float_breakdown: {message}")
