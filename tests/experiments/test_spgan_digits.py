"""Turned digits: data that are what they are called, arms that are paired, a reader, and the pictures."""

import csv
import json
from hashlib import sha256
from random import Random

import pytest
import torch

from experiments import _spgan_data as data
from experiments import _spgan_digits as numbers
from experiments import _spgan_judge as judges
from experiments import spgan_digits as job
from experiments._lab.cli import main
from experiments._spgan_digits_show import ARMS


@pytest.fixture
def small(monkeypatch):
    """A reader that has hardly learnt, and few samples."""
    judges.judge.cache_clear()
    for module, name, value in (
        (judges, "STEPS", 5),
        (judges, "MATCHED", 20),
        (judges, "extrapolated", lambda a, b, rng: judges.fid(a, b)),
        (numbers, "SAMPLES", 40),
    ):
        monkeypatch.setattr(module, name, value)
    yield
    judges.judge.cache_clear()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A file in the form of Semeion's, broken over lines as the real one is, taken for the known one."""
    records = [
        [str((i + j) % 2) for j in range(256)]
        + ["1" if c == i % 10 else "0" for c in range(10)]
        + ["x"]
        for i in range(1003)
    ]
    text = "\n".join(records[0][:100]) + "\n" + " ".join(records[0][100:]) + "\n"
    text += "\n".join("\t".join(one) for one in records[1:])
    file = tmp_path / "semeion" / "semeion.data"
    file.parent.mkdir()
    file.write_text(text)
    known = {"semeion": {"semeion/semeion.data": sha256(text.encode()).hexdigest()}}
    monkeypatch.setattr(data, "FILES", {**data.FILES, **known})
    monkeypatch.setenv(data.FOLDER, str(tmp_path))
    data._contents.cache_clear()
    yield file
    data._contents.cache_clear()


def test_semeion_is_read_by_tokens(folder):
    images = data.load("semeion")
    assert images.x.shape == (1000, 1, 16, 16)
    assert images.x_held.shape == (3, 1, 16, 16)
    assert images.y[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert images.x[1, 0, 0, :4].tolist() == [1, -1, 1, -1]


def test_another_file_is_refused(folder):
    folder.write_text(folder.read_text() + " 1")
    with pytest.raises(ValueError, match=r"has SHA-256 .* must be"):
        data.load("semeion")


def test_missing_data_are_said_and_nothing_is_run(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv(data.FOLDER, raising=False)
    assert main(job.EXPERIMENT, ["--data", "mnist"]) == 3
    assert "TOUCHSTONE_DATA is not set" in capsys.readouterr().out
    monkeypatch.setenv(data.FOLDER, str(tmp_path))
    assert "semeion.data missing" in (data.absent("semeion") or "")


def test_scikit_learns_digits_are_there_and_in_range():
    images = data.load("digits")
    assert (images.x.shape, images.x_held.shape) == ((1200, 1, 8, 8), (597, 1, 8, 8))
    assert (float(images.x.min()), float(images.x.max())) == (-1, 1)


def test_turned_images_are_turned_by_what_is_said():
    x = torch.rand(50, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    moved, k = judges.turned(x, torch.Generator().manual_seed(1))
    assert set(k.tolist()) == {0, 1, 2, 3}
    for i in range(50):
        assert torch.equal(moved[i], torch.rot90(x[i], int(k[i]), (-2, -1)))


def digit(arm="both", replicate=0, n=20):
    return numbers.Digit("digits", arm, n, replicate, 2, 4, 2, "alpha")


def test_arms_of_a_replicate_have_the_same_images_and_replicates_have_others():
    first, stream = numbers.chosen(digit("none"), 1200)
    second, again = numbers.chosen(digit("both"), 1200)
    assert torch.equal(first, second)
    assert torch.equal(stream.get_state(), again.get_state())
    assert len(set(first.tolist())) == 20  # without replacement
    assert not torch.equal(first, numbers.chosen(digit(replicate=1), 1200)[0])


def test_the_reader_learns_classes_and_orientations(monkeypatch):
    judges.judge.cache_clear()
    monkeypatch.setattr(judges, "STEPS", 150)
    told = judges.judge("digits").told
    judges.judge.cache_clear()
    assert told["class_accuracy"] > 0.5
    assert told["turn_accuracy"] > 0.5
    assert told["turns_off"] < 0.1


def test_a_turned_image_is_read_as_turned_whatever_it_shows():
    reader = judges.Reader().double()  # that has learnt nothing
    x = torch.randn(6, 1, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    _, classes, turns = reader.read(x)
    assert turns.sum(1).tolist() == [1.0] * 6
    for j in range(1, 4):
        _, same, other = reader.read(torch.rot90(x, j, (-2, -1)))
        assert torch.equal(same, classes)
        assert torch.equal(other, turns.roll(j, 1))


def test_an_image_without_orientation_counts_for_all():
    reader = judges.Reader()
    half = torch.zeros(1, 1, 8, 8)
    half[..., 2:6, :] = 1  # its own half turn
    for x, shares in ((torch.ones(1, 1, 8, 8), 4), (half, 2)):
        _, _, turns = reader.read(x)
        assert (turns == 1 / shares).sum() == shares


def test_real_images_are_closer_than_noise_and_better_covered(small):
    by, images = judges.judge("digits"), data.load("digits")
    real, _ = judges.turned(images.x[:200], torch.Generator().manual_seed(2))
    noise = torch.rand(200, 1, 8, 8, generator=torch.Generator().manual_seed(3))
    rng = __import__("numpy").random.default_rng(0)
    good = judges.measured(by, real, images.y[:200], rng)
    bad = judges.measured(by, noise, images.y[:200], rng)
    for key in ("fid", "kid", "w1"):
        assert good[key] < bad[key]
    assert sum(good["orientations"]) == pytest.approx(1)


def test_the_same_seed_gives_the_same_run_and_both_losses_train(small):
    one, same = (numbers.trained(digit(), Random(0)) for _ in range(2))
    assert json.dumps(one) == json.dumps(same)
    other = numbers.trained(numbers.Digit("digits", "none", 20, 0, 2, 4, 2, "ra"), Random(0))
    assert other["shown"] != one["shown"]
    assert len(one["shown"]) == 30


def test_shown_data_are_in_rows_of_classes_and_blank_where_there_are_none():
    x = torch.arange(4.0).reshape(4, 1, 1, 1) / 4
    found = numbers._three_each(x, torch.tensor([3, 3, 0, 3]))[:, 0, 0, 0].tolist()
    assert [found[3], found[13], found[0], found[23]] == [0.0, 0.25, 0.5, 0.75]
    assert found[10] == found[1] == -1


def test_only_what_holds_for_any_weights_can_refute():
    run = {"arm": "both", "n": 20, "replicate": 0, "turns_off": 0.099, "reader": {}}
    assert job.verdict({"runs": [run]}) == ("done", "")
    uneven = {**run, "turns_off": 0.2}
    assert "orientations 0.200 off uniform: both" in job.verdict({"runs": [uneven]})[1]
    assert job.verdict({"runs": [{**uneven, "arm": "critic"}]})[0] == "done"


def test_report_record_and_figure(tmp_path, capsys, small):
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    code = main(job.EXPERIMENT, ["--quick", *files])
    out = capsys.readouterr().out
    assert code in (0, 1)  # a reader that has hardly learnt may see anything
    assert out.isascii()
    runs = json.loads((tmp_path / "r.json").read_text())["metrics"]["runs"]
    assert len(runs) == 2 * 6
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert {row["arm"] for row in rows} == set(ARMS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sizes", "10"], "sizes: must be increasing numbers from 20 to 1000"),
        (["--seeds", "1"], "seeds: must be 2 to 18, got 1"),
        (["--width", "0"], "width: must be 1 to 512, got 0"),
    ],
)
def test_bad_input_is_exit_two(capsys, arguments, message):
    assert main(job.EXPERIMENT, arguments) == 2
    assert capsys.readouterr().err.startswith(f"spgan_digits: {message}")
