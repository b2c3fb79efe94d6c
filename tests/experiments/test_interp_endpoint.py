"""The Sobolev endpoint: norms in rationals, forced errors, and how they are shown."""

import csv
import json
from fractions import Fraction

import pytest

from experiments import _interp_bumps as bumps
from experiments import interp_endpoint as job
from experiments._lab.cli import main

SMALL = ["--N", "8", "--most", "24", "--largest", "256"]


@pytest.fixture(scope="module")
def metrics(collected):
    return collected(job.EXPERIMENT, job.Config(N=8, most=24, largest=256), 0)


def test_the_variation_is_one_for_every_separation(metrics):
    assert [row["b"] for row in metrics["norms"]] == [3, 7, 11, 15, 19, 23]
    assert {row["variation"] for row in metrics["norms"]} == {"1"}


def test_energy_and_mass_are_what_hats_have(metrics):
    # N hats of height 1/(2N) and base 2^-b: slopes 1/(N delta) on N delta, area N delta / (4N).
    for row in metrics["norms"]:
        assert Fraction(row["energy"]) == Fraction(2 ** row["b"], 8)
        assert row["mass"] == pytest.approx(2.0 ** -row["b"] / 4)
        assert row["w12_seminorm"] == pytest.approx(row["predicted_w12"])


def test_one_bump_by_hand():
    graph = bumps.bumps([Fraction(1, 2)], [-1], Fraction(1, 4))
    assert graph == [(Fraction(3, 8), 0), (Fraction(1, 2), Fraction(-1, 2)), (Fraction(5, 8), 0)]
    assert (bumps.variation(graph), bumps.energy(graph)) == (1, 4)
    assert bumps.mass(graph) == Fraction(1, 16)


def test_bumps_that_overlap_are_refused():
    with pytest.raises(ValueError, match="points: must be at least delta = 1/4 apart"):
        bumps.bumps([Fraction(0), Fraction(1, 8)], [1, 1], Fraction(1, 4))


def test_the_error_is_forced_below_the_known_minima(metrics):
    found = {row["N"]: row["P"] for row in metrics["errors"]}
    assert found == {16: 21, 32: 24, 64: 42, 128: 75, 256: 144}
    for row in metrics["errors"]:
        assert row["error"] == pytest.approx(1 / (2 * row["N"]), rel=1e-4)
        assert row["error"] <= 1 / (2 * row["N"])
        assert row["P_times_error"] > 0.25


def test_a_norm_that_depends_on_the_separation_refutes(metrics):
    assert job.verdict(metrics) == ("done", "")
    forged = json.loads(json.dumps(metrics))
    forged["norms"][2]["variation"] = "8/7"
    assert job.verdict(forged) == ("refuted", "the bumps at b = 11 are not as claimed")


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, [*SMALL, *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    record = json.loads((tmp_path / "r.json").read_text())
    assert set(record["metrics"]) == {"N", "norms", "errors"}
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert [row["panel"] for row in rows] == ["norms"] * 6 + ["errors"] * 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--N 1", "N: must be from 2 to 64, got 1"),
        ("--most 3", "most: must be from 4 to 512, got 3"),
        ("--largest 64", "largest: must be from 256 to 1024, got 64"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"interp_endpoint: {message}")
