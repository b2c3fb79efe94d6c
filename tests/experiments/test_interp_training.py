"""The training illustration: it runs, says what it is, and counts what it trained."""

import csv
import json
from random import Random

import pytest

from experiments import _interp_trained as numbers
from experiments import interp_training as job
from experiments._lab.cli import main

SMALL = ["--N", "4", "--b", "4", "--quick"]


def test_report_record_and_figure(tmp_path, capsys):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, [*SMALL, *files]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1. ILLUSTRATION ONLY: training failure proves nothing")
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    metrics = json.loads((tmp_path / "r.json").read_text())["metrics"]
    assert metrics["illustration"] == "training failure proves nothing"
    assert (metrics["restarts"], metrics["steps"]) == (8, 100)
    for row in metrics["rows"]:
        assert 0 <= row["low"] <= row["rate"] == row["solved"] / 8 <= row["high"] <= 1
    assert "proves nothing" in (tmp_path / "f.svg").read_text()
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == len(metrics["rows"])


def test_architectures_lie_on_both_sides_of_the_bound():
    # N = 16, b = 9 needs 22 parameters: the largest class below is (2, 3) with 19.
    assert numbers.certified(16, 9) == 22
    shapes = numbers.architectures(16, 9)
    assert shapes[:2] == [(2, 3), (3, 2)]
    assert (15, 1) in shapes


def test_the_wide_net_learns_a_step_and_one_monotone_unit_never_alternates():
    rng = Random(0)
    step = numbers.points("equispaced, alternating", 2, 4, rng)
    assert numbers.train([step] * 4, 8, 2, 200, seed=0) == 4
    # One unit in one layer is monotone, so no weights give 0, 1, 0, 1.
    four = numbers.points("equispaced, alternating", 4, 4, rng)
    assert four.labels == (0, 1, 0, 1)
    assert numbers.train([four] * 4, 1, 1, 200, seed=0) == 0


def test_a_label_is_right_only_on_its_side_and_never_if_undefined():
    import torch

    y = torch.tensor([[0.0, 1.0]] * 4)
    output = torch.tensor([[-1.0, 1.0], [1.0, -1.0], [float("nan"), 1.0], [0.0, 1.0]])
    assert numbers._all_right(output, y).tolist() == [True, False, False, False]


def test_the_pairs_alternate_like_the_control():
    rng = Random(0)
    assert numbers.points("paired", 8, 6, rng).labels == (0, 1) * 4
    assert numbers.points("equispaced, alternating", 8, 6, rng).labels == (0, 1) * 4


def test_the_same_seed_trains_the_same_nets(collected):
    config = job.Config(N=4, b=4, restarts=3, steps=20, quick=True)
    assert collected(job.EXPERIMENT, config, 5) == collected(job.EXPERIMENT, config, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--N 3", "N: must be from 4 to 32, got 3"),
        ("--N 5", "N: must be even, got 5"),
        ("--b 2", "b: must be from 3 to 40, got 2"),
        ("--restarts 0", "restarts: must be from 1 to 200, got 0"),
        ("--steps 1", "steps: must be from 10 to 20000, got 1"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"interp_training: {message}")
