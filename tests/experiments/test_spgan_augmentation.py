"""Augmentation against structure: what each arm turns, and what refutes the comparison."""

import csv

import pytest
import torch

from experiments import _spgan_game as games
from experiments import spgan_augmentation as job
from experiments._lab.cli import main


@pytest.fixture
def few(monkeypatch):
    """Few points to measure with."""
    for name, count in (("TEST", 40), ("COUNTED", 100), ("SHOWN", 5)):
        monkeypatch.setattr(games, name, count)


def told(*, none=1.0, data=0.6, structure=0.3, seeds=8, n=16, w1=3.8, turned=0.3):
    arms = {
        "none": {"w1": [none] * seeds},
        "data": {"w1": [data] * seeds},
        "players": {"w1": [w1] * seeds, "w1_turned": [turned] * seeds},
        "structure": {"w1": [structure] * seeds},
    }
    return job.collect(job.Config(seeds=seeds), [{"n": n, "arms": arms}])


def test_the_verdict_needs_both_gains_and_the_collapse():
    assert job.verdict(told()) == ("done", "")
    assert job.verdict(told(data=1.1)) == (
        "refuted",
        "turned data on none, n = 16: a loss, p = 0.0039",
    )
    assert "structure on turned data, n = 16: a loss" in job.verdict(told(structure=0.7))[1]
    assert "nothing collapsed" in job.verdict(told(w1=1.9))[1]
    assert "nothing collapsed" in job.verdict(told(turned=1.1))[1]
    same = told(structure=0.6)  # no difference at all: every pattern of signs is as good
    assert job.verdict(same)[0] == "undecided"
    assert "structure on turned data, n = 16: no gain shown" in job.verdict(same)[1]
    assert job.verdict(told(seeds=6))[0] == "undecided"
    assert job.verdict(told(n=8)) == ("undecided", "nothing was trained with n = 16")


def players(arm):
    """(data that the critic sees, samples that it sees, of a generator at one point)."""
    task, stream = games.Play("C4", "C4", 4, 1, 1), torch.Generator().manual_seed(0)
    law = games.law_of("C4", stream)
    data = law.modes[:1].float().expand(1, 4, 2)  # four copies of one mode
    game = games.game(task, arm, games._Board(law, law.action, data, data), stream)
    for p in game.generator.parameters():
        p.data.zero_()
    list(game.generator.parameters())[-1].data[:] = torch.tensor([3.0, 1.0])
    with torch.no_grad():
        x, y = game.real(200, stream)[0], game.fake(None, 200, stream)
    return tuple(len(law.nearest(one).unique()) for one in (x, y))


@pytest.mark.parametrize(
    ("arm", "modes"),
    [
        (games.Arm(), (1, 1)),
        (games.Arm(turn_data=True), (4, 1)),
        (games.Arm(turn_data=True, turn_samples=True), (4, 4)),
        (games.Arm(structured=True, invariant=True), (1, 4)),
    ],
)
def test_every_arm_turns_what_it_says(arm, modes):
    assert players(arm) == modes


def test_report_and_figure(tmp_path, capsys, few):
    arguments = ["--sizes", "8", "16", "--seeds", "2", "--steps", "2", "--plot"]
    assert main(job.EXPERIMENT, [*arguments, str(tmp_path / "f.svg")]) == 3
    out = capsys.readouterr().out
    assert out.isascii()
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == 2 * 4 * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--group", "C3"], "group: must be C4, D4, C8 or C16, got 'C3'"),
        (["--sizes", "8", "8"], "sizes: must be increasing numbers from 2 to 5000, got (8, 8)"),
        (["--seeds", "19"], "seeds: must be 2 to 18, got 19"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments) == 2
    assert capsys.readouterr().err.startswith(f"spgan_augmentation: {message}")
