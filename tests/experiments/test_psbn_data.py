"""The images: digits as they are, MNIST only if it is MNIST, and one line that says what is missing."""

import gzip
from hashlib import sha256

import pytest

from experiments import _psbn_data as data
from experiments import psbn_training as job
from experiments._lab.cli import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two files in the form of MNIST, whose hashes are taken for the known ones."""
    (tmp_path / "mnist10k").mkdir()
    pixels = bytes(16) + bytes(range(200)) * (10_000 * 784 // 200)
    contents = {"images": pixels, "labels": bytes(8) + bytes(i % 10 for i in range(10_000))}
    known = {}
    for kind, (file, _) in data.MNIST.items():
        (tmp_path / "mnist10k" / file).write_bytes(gzip.compress(contents[kind], 1))
        known[kind] = (file, sha256(contents[kind]).hexdigest())
    monkeypatch.setattr(data, "MNIST", known)
    monkeypatch.setenv(data.FOLDER, str(tmp_path))
    return tmp_path


def test_digits_are_there_and_in_range():
    images = data.load("digits")
    assert images.x.shape == (1437, 1, 8, 8)
    assert images.x_test.shape == (360, 1, 8, 8)
    assert (float(images.x.min()), float(images.x.max())) == (0, 1)
    assert sorted(set(images.y.tolist())) == list(range(10))


def test_mnist_is_read_pooled_and_split(folder):
    images = data.load("mnist")
    assert images.x.shape == (8000, 1, 14, 14)
    assert images.x_test.shape == (2000, 1, 14, 14)
    assert images.y[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    # Pixels 0, 1 of rows 0 and 1; 28 pixels a row.
    assert float(images.x[0, 0, 0, 0]) == pytest.approx((0 + 1 + 28 + 29) / 4 / 255)


def test_another_file_under_the_name_is_an_error(folder, capsys):
    path = folder / "mnist10k" / data.MNIST["labels"][0]
    path.write_bytes(gzip.compress(bytes(10_008)))
    assert main(job.EXPERIMENT, ["--data", "mnist", "--quick"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("psbn_training: TOUCHSTONE_DATA: ")
    assert "must be " + data.MNIST["labels"][1] in told


def test_a_broken_archive_is_an_error(folder, capsys):
    path = folder / "mnist10k" / data.MNIST["images"][0]
    path.write_bytes(path.read_bytes()[:5000])
    assert main(job.EXPERIMENT, ["--data", "mnist", "--quick"]) == 2
    assert "cannot be read as gzip" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(folder, capsys):
    path = folder / "mnist10k" / data.MNIST["labels"][0]
    path.unlink()
    assert main(job.EXPERIMENT, ["--data", "mnist", "--quick"]) == 3
    out, err = capsys.readouterr()
    assert f"not run: {path} missing" in out
    assert f"undecided: not run: {path} missing" in err
    with pytest.raises(ValueError, match="missing"):
        data.load("mnist")


def test_without_the_variable_it_is_named(monkeypatch, capsys):
    monkeypatch.delenv(data.FOLDER, raising=False)
    assert main(job.EXPERIMENT, ["--data", "mnist", "--quick"]) == 3
    assert "TOUCHSTONE_DATA is not set" in capsys.readouterr().err


def test_the_real_hashes_are_those_of_the_reference_files():
    # Both were compared with the files' published MD5 sums when they were taken.
    assert [digest[:12] for _, digest in data.MNIST.values()] == ["0fa7898d5092", "ff7bcfd416de"]


@pytest.mark.parametrize("name", ["psbn_training", "psbn_recovery", "psbn_noise"])
def test_without_scikit_learn_nothing_is_run_and_the_figure_says_so(
    name, monkeypatch, capsys, tmp_path
):
    from importlib import import_module

    experiment = import_module(f"experiments.{name}").EXPERIMENT
    monkeypatch.setattr(data, "find_spec", lambda _: None)
    assert main(experiment, ["--plot", str(tmp_path / "f.svg")]) == 3
    told = capsys.readouterr().err
    assert told.startswith(f"{name}: undecided: not run: scikit-learn missing")
    assert "pip install 'touchstone[learn]'" in told
    assert "scikit-learn missing" in (tmp_path / "f.svg").read_text()
