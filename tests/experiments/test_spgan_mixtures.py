"""Trainings on mixtures: arms that differ only in structure, fair tests, and every way to be refuted."""

import csv
import json
from copy import deepcopy
from random import Random

import pytest
import torch

from experiments import _spgan_game as games
from experiments import spgan_mixtures as job
from experiments._lab.cli import main
from experiments._spgan_mixtures import collapse, compared, shifts, summary

QUICK = [
    "--sizes",
    "8",
    "16",
    "--other-sizes",
    "16",
    "--seeds",
    "2",
    "--steps",
    "2",
    "--judge",
    "2",
]
QUICK += ["--laws", "C4", "D1", "C4 t"]
ARMS = {"none": games.Arm(), "both": games.Arm(structured=True, invariant=True)}


@pytest.fixture
def few(monkeypatch):
    """Few points to measure with."""
    for name, count in (("TEST", 40), ("COUNTED", 400), ("JUDGED", 40), ("SHOWN", 5)):
        monkeypatch.setattr(games, name, count)


def told(**changes):
    """Metrics of eight seeds that confirm everything declared, with these changes."""
    arm = {
        "none": {"w1": [1.0 + i / 50 for i in range(8)]},
        "generator": {"w1": [0.30] * 8, "occupancy": [[0.25] * 4] * 8},
        "critic": {
            "w1": [3.7] * 8,
            "w1_turned": [0.3] * 8,
            "occupancy": [[0.0, 1.0, 0.0, 0.0]] * 8,
            "judged": {"reduced": [0.01] * 8, "full": [1.0] * 8},
        },
        "both": {
            "w1": [0.25] * 8,
            "w1_turned": [0.25] * 8,
            "occupancy": [[0.24, 0.26, 0.25, 0.25]] * 8,
            "judged": {"reduced": [0.01] * 8, "full": [0.02] * 8},
        },
    }
    arm["none"] |= {"judged": {"reduced": [0.1] * 8, "full": [0.2] * 8}}
    row = {"law": "C4", "structure": "C4", "n": 16, "modes": 4, "order": 4, "objective": "alpha"}
    for key, values in changes.items():
        name, field = key.split("__")
        arm[name] = arm[name] | {field: values}
    control = {"none": {"w1": [1.0, 2.0] * 4}, "both": {"w1": [2.0, 1.0] * 4}}
    rows = [row | {"arms": arm}, row | {"structure": "C1", "arms": control}]
    return summary(rows, 8)


def test_what_confirms_everything_is_done():
    metrics = told()
    assert job.verdict(metrics) == ("done", "")
    assert metrics["test"]["p"] == 2**-8
    assert metrics["test"]["ratio"] == pytest.approx(1.07 / 0.25)
    assert metrics["control"]["p"] > 0.5
    assert metrics["structured_off"] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"both__w1": [1.0 + i / 40 for i in range(8)]}, "p = 1.0000 above 0.01"),
        ({"both__w1": [0.6] * 8}, "ratio 1.78, not above 2"),
        ({"none__w1": [9.0] * 6 + [0.2, 0.2]}, "p = 0.0156 above 0.01"),
        ({"critic__w1": [1.9] * 8}, "did not collapse: W1 1.90"),
        ({"critic__judged": {"reduced": [0.021] * 8, "full": [1.0] * 8}}, "loss is not low: 0.021"),
        (
            {"critic__judged": {"reduced": [0.02] * 8, "full": [0.19] * 8}},
            "loss is not high: 0.190",
        ),
        ({"critic__w1_turned": [1.1] * 8}, "turned, collapsed samples are still bad: 1.10"),
        ({"generator__occupancy": [[0.31, 0.19, 0.25, 0.25]] * 8}, "occupancy is 0.060 off 1/4"),
    ],
)
def test_each_finding_can_refute(changes, message):
    status, why = job.verdict(told(**changes))
    assert status == "refuted"
    assert message in why


def test_swapped_arms_are_refuted():
    metrics = told()
    row = metrics["rows"][0]
    row["arms"]["none"], row["arms"]["both"] = row["arms"]["both"], row["arms"]["none"]
    assert compared(row, "none", "both")["p"] == 1.0


def test_a_control_that_gains_refutes():
    metrics = told()
    metrics["control"]["p"] = 0.004
    assert "the trivial group gains as well" in job.verdict(metrics)[1]


def test_few_seeds_decide_nothing():
    metrics = deepcopy(told()) | {"seeds": 6}
    assert job.verdict(metrics) == ("undecided", "level 0.01 needs 7 seeds, there are 6")
    assert job.verdict({"test": None})[0] == "undecided"


def test_collapse_counts_trainings_with_one_mode():
    row = told()["rows"][0]
    row["arms"]["critic"]["occupancy"] = [[0.5, 0.5, 0.0, 0.0]] + [[0.0, 0.96, 0.04, 0.0]] * 7
    assert (collapse(row)["one_mode"], collapse(row)["of"]) == (7, 8)


def test_shifts_say_how_much_more_data_is_needed():
    base = {"law": "C4", "structure": "C4", "objective": "alpha", "order": 4}
    rows = [
        base | {"n": n, "arms": {"none": {"w1": [4 * n**-0.5]}, "both": {"w1": [2 * n**-0.5]}}}
        for n in (16, 4, 64)
    ]
    (one,) = shifts(rows)
    assert (one["n"], one["times"]) == (4, pytest.approx(4.0))
    assert shifts(rows[:1]) == []


def test_arms_share_their_data_and_nothing_depends_on_the_other_arms(few):
    task = games.Play("C4", "C4", 8, 2, 2)
    whole = games.play(task, ARMS, Random(1))
    again = games.play(task, ARMS, Random(1))
    assert json.dumps(whole) == json.dumps(again)
    none = games.play(task, {"none": ARMS["none"]}, Random(1))
    assert none["arms"]["none"] == whole["arms"]["none"]
    assert none["floor"] == whole["floor"]


def test_a_structured_generator_is_even_before_it_has_learnt_anything(few):
    found = games.play(games.Play("D4", "D4", 8, 2, 1), ARMS, Random(2))["arms"]
    even, free = (found[name]["off_uniform"] for name in ("both", "none"))
    assert max(even) < 0.12  # 400 samples in 8 modes
    assert min(free) > 0.2


def test_the_trivial_structure_turns_nothing(few):
    law = games.law_of("C4", torch.Generator())
    action = games.action_of(games.Play("C4", "C1", 8, 2, 1), law)
    x = torch.randn(2, 5, 2)
    assert torch.equal(games.turned(action, x, torch.Generator()), x)


def test_in_twelve_dimensions_the_structure_is_that_of_the_law():
    stream = torch.Generator().manual_seed(3)
    law = games.law_of("C4 R12", stream)
    action = games.action_of(games.Play("C4 R12", "C4", 8, 2, 1), law)
    assert (law.dimension, action.order) == (12, 4)
    moved = action(law.modes, torch.ones(4, dtype=torch.int64))
    assert torch.equal(law.nearest(moved), torch.tensor([1, 2, 3, 0]))


def test_a_judge_knows_the_collapsed_from_the_law(few):
    # One mode of four against the law: turned it is the law, so that only the full loss is large.
    task = games.Play("C4", "C4", 8, 2, 1, judge=150)
    stream = torch.Generator().manual_seed(4)
    law = games.law_of("C4", stream)
    board = games._Board(law, games.action_of(task, law), law.sample((2, 8), stream), None)

    class OneMode(torch.nn.Linear):  # an optimiser wants parameters
        def sample(self, shape, drawn):
            x = law.sample(shape, drawn)
            back = (-law.nearest(x)) % 4
            return law.action(x, back)

    with games.one_thread():
        losses = games._judged(task, OneMode(1, 1), board, stream)
    assert max(losses["reduced"]) < 0.25
    assert min(losses["full"]) > 3 * max(losses["reduced"])


def test_report_record_and_figure(tmp_path, capsys, few):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, [*QUICK, *files]) in (1, 3)  # untrained: nothing is confirmed
    out = capsys.readouterr().out
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 104
    metrics = json.loads((tmp_path / "r.json").read_text())["metrics"]
    laws = [(one["law"], one["structure"], one["objective"], one["n"]) for one in metrics["rows"]]
    assert laws[:3] == [
        ("C4", "C4", "alpha", 16),
        ("C4", "C1", "alpha", 16),
        ("C4", "C4", "alpha", 8),
    ]
    assert laws[3:] == [
        ("D1", "D1", "alpha", 16),
        ("C4 t", "C4", "alpha", 16),
        ("C4 t", "C4", "ipm", 16),
    ]
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == 2 * (4 * 5 + 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sizes", "16", "8"], "sizes: must be increasing numbers from 2 to 5000"),
        (["--laws", "D4"], "laws: must be different ones, C4 first"),
        (["--laws", "C4", "C5"], "laws: must be of C4, D4"),
        (["--seeds", "1"], "seeds: must be 2 to 18, got 1"),
        (["--steps", "0"], "steps: must be 1 to 100000, got 0"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments) == 2
    assert capsys.readouterr().err.startswith(f"spgan_mixtures: {message}")
