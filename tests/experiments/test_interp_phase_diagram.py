"""The phase diagram: what each cell rests on, and how it is shown."""

import csv
import json
from random import Random

import pytest

from experiments import _interp_phase as cells
from experiments import interp_phase_diagram as job
from experiments._lab.cli import main


@pytest.fixture(scope="module")
def metrics(collected):
    return collected(job.EXPERIMENT, job.Config(largest=256, built_to=64), 0)


def cell(metrics, N, b):
    return next(row for row in metrics["cells"] if (row["N"], row["b"]) == (N, b))


def test_the_grid_runs_from_log2_n_to_sixteen_n():
    assert cells.grid(64, 2) == [(16, (4, 16, 64, 256)), (64, (6, 16, 64, 256, 1024))]
    assert dict(cells.grid(32, 1))[32] == (5, 16, 32, 64, 128, 256, 512)


def test_the_lower_bounds_are_the_known_ones(metrics):
    assert [cell(metrics, 64, b)["lower"] for b in (64, 256, 1024)] == [43, 46, 46]
    assert [cell(metrics, 256, b)["lower"] for b in (64, 256)] == [103, 145]
    assert cells.certified(4096, 1024)["lower_claim"] == "interp.D1"
    assert cells.certified(4096, 1024)["lower"] == 1375


def test_only_cells_whose_net_was_evaluated_count_as_verified(metrics):
    for row in metrics["cells"]:
        assert row["verified"] == (row["basis"] == "built")
        assert (row["shallow_basis"] == "built") == (row["N"] <= 64)
        assert row["shallow"] == 3 * row["N"] - 2
        assert (row["three_basis"] == "built") == (row["N"] <= 64 and row["N"] * row["b"] <= 2**14)
        root = round(row["N"] ** 0.5)
        assert row["three"] == (root + 2) ** 2 - 3  # q = p = sqrt N
    assert not any(row["verified"] for row in metrics["cells"] if row["N"] > 64)


@pytest.mark.parametrize(("N", "P"), [(1, 6), (2, 9), (3, 12), (6, 17), (7, 21), (48, 77)])
def test_one_chain_takes_the_best_shape(N, P):
    # (p, q): (1, 1), (1, 2), (1, 3), (2, 3), (2, 4), (6, 8): pq + 2p + 2q + 1.
    assert cells.one_chain(N).parameters(N, 1) == P


def test_close_points_are_folded_and_far_closer_ones_are_not(metrics):
    assert cell(metrics, 256, 8)["winner"] == "fold_lookup"
    assert cell(metrics, 256, 8)["basis"] == "plan"
    assert cell(metrics, 256, 256)["winner"] == "three_layer_any"
    assert cell(metrics, 256, 256)["fold"] is None  # 6 * 256 tents' parameters exceed 321


def test_a_plan_counts_what_the_built_net_has():
    from constructions.interp.configurations import paired
    from constructions.interp.fold_lookup import fold_lookup

    P, J = cells._planned(64, 16, Random(3))
    rng = Random(3)
    drawn = paired(64, 16, rng)
    assert fold_lookup(drawn.points, drawn.labels, rng, separation=drawn.separation).parameters == P
    assert J in (16, 17)  # 17 only if the points span all of [0, 1]


def test_beyond_64_bits_a_count_adds_six_parameters_a_bit():
    rng, plans = Random(0), {}
    rows = [cells._folded(1024, b, plans, rng) for b in (64, 80, 112)]
    assert [row["basis"] for row in rows] == ["plan", "scaled", "scaled"]
    assert rows[2]["parameters"] - rows[1]["parameters"] == 6 * 32
    assert abs(rows[1]["parameters"] - rows[0]["parameters"] - 6 * 16) <= 6  # J is b or b + 1


def test_a_wrong_net_is_refuted_and_never_shown_as_verified(collected, monkeypatch, capsys):
    from constructions.interp.shallow import shallow_any

    def broken(points, labels, rng):
        return shallow_any(points, [*labels[:-1], 1 - labels[-1]], rng)

    monkeypatch.setattr(cells, "shallow_any", broken)
    metrics = collected(job.EXPERIMENT, job.Config(largest=16), 0)
    assert not any(row["verified"] and row["winner"] == "shallow_any" for row in metrics["cells"])
    assert job.verdict(metrics)[1].startswith("does not interpolate at N = 16, b = 4: shallow_any")
    assert main(job.EXPERIMENT, ["--largest", "16"]) == 1
    assert "refuted: does not interpolate" in capsys.readouterr().err


def test_a_net_below_the_bound_refutes(metrics):
    assert job.verdict(metrics) == ("done", "")
    forged = json.loads(json.dumps(metrics))
    forged["cells"][0]["lower"] = 47
    assert job.verdict(forged) == (
        "refuted",
        "a net undercuts the certified bound at N = 16, b = 4",
    )


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, ["--largest", "64", *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    # 64 points with 1024 bits: a chain of 2^16 bits is counted, not built.
    assert "8 of 9 cells" in out
    record = json.loads((tmp_path / "r.json").read_text())
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert [row["basis"] for row in rows] == [row["basis"] for row in record["metrics"]["cells"]]
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--largest 8", "largest: must be from 16 to 16384, got 8"),
        ("--built-to 5000", "built_to: must be from 0 to 4096, got 5000"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"interp_phase_diagram: {message}")
