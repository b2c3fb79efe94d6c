"""The collapse-time map: known cells, first passages by hand, and what refutes it."""

import csv
import itertools
import json
from random import Random

import numpy as np
import pytest

from experiments import _psbn_map as numbers
from experiments import psbn_collapse_time_map as job
from experiments._lab.cli import main


@pytest.fixture(scope="module")
def cells():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbers, "H", 0.1)  # a quarter of the steps
        return numbers.start(numbers.Start(0.0, 250), Random(0))["cells"]


def whole(cells):
    """Metrics with one start."""
    return {"trials": 250, "cells": cells, "exponents": [], "tails": []}


def test_known_cells(cells):
    known = {cell["c"]: cell for cell in cells}
    assert known[1.5]["constant"] == pytest.approx(3.1289362550, abs=1e-9)
    assert known[3.0]["constant"] == pytest.approx(7.2797490575, abs=1e-9)
    # Medians with gamma trained, 20000 trials elsewhere: 1.82(3) and 3.03(4).
    assert known[1.5]["median_low"] < 1.9
    assert known[1.5]["median_high"] > 1.75
    assert known[3.0]["median_low"] < 3.15
    assert known[3.0]["median_high"] > 2.9


def test_simulated_means_agree(cells):
    assert job.verdict(whole(cells)) == ("done", "")
    for cell in cells:
        assert abs(cell["mean"] - cell["with_overshoot"]) < 5 * cell["error"]


def test_deeper_thresholds_are_passed_later(cells):
    assert [cell["c"] for cell in cells] == list(numbers.THRESHOLDS)
    assert all(b["mean"] > a["mean"] for a, b in itertools.pairwise(cells))


def test_first_passages_are_those_of_the_path(monkeypatch):
    path = iter([-0.2, -0.7, -0.4, -2.5, -1.0])
    monkeypatch.setattr(numbers, "_step", lambda *_: np.full(1, next(path)))
    found = numbers.first_passages(("held", 0.0, 0.1), [0.5, 1.0, 2.0, 3.0], (1, 5), None)
    assert found.tolist() == [[2, 4, 4, 6]]  # the deepest is not reached within 5 steps


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mean": 9.0}, "the simulated mean is far from the predicted one at r0 = 0, c = 1.5"),
        ({"by_collocation": 3.13}, "the two methods disagree at r0 = 0, c = 1.5"),
    ],
)
def test_a_wrong_cell_refutes(cells, change, message):
    forged = [{**cell, **change} if cell["c"] == 1.5 else cell for cell in cells]
    assert job.verdict(whole(forged)) == ("refuted", message)


def test_tail_exponents_are_the_known_ones_and_below_one():
    found = {
        one["c"]: one["p"]
        for one in numbers.exponents(numbers.Exponents(1.0), Random(0))["exponents"]
    }
    known = {0.25: 1.72384, 0.5: 1.53556, 1.0: 1.34376, 1.5: 1.25003, 2.0: 1.19548, 3.0: 1.13538}
    for c, p in known.items():
        assert found[c] == pytest.approx(p, abs=2e-5)
    assert all(p < 2 for p in found.values())


def test_a_short_way_has_a_finite_mean():
    (first, *_) = numbers.exponents(numbers.Exponents(0.25), Random(0))["exponents"]
    assert first["c"] == 0.25
    assert first["p"] > 2


def test_a_wrong_exponent_refutes():
    tail = {"c": 1.5, "low": 0.5, "high": 0.7, "predicted": 0.625}
    metrics = {"cells": [], "exponents": [], "tails": [tail]}
    assert job.verdict(metrics) == ("done", "")
    metrics["tails"] = [{**tail, "predicted": 1.0}]
    assert job.verdict(metrics) == ("refuted", "the tail at c = 1.5 has not the exponent p*/2")
    metrics = {
        "cells": [],
        "tails": [],
        "exponents": [{"c": 1.0, "R": 1.0, "p": 1.3, "by_shooting": 1.31}],
    }
    assert job.verdict(metrics)[0] == "refuted"


def test_report_record_and_figure(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(numbers, "H", 0.15)
    monkeypatch.setattr(numbers, "FAR_H", 0.3)
    monkeypatch.setattr(job, "STARTS", (-0.5, 0.5))
    monkeypatch.setattr(job, "ENDS", (0.5, 1.0))
    shown = "experiments._psbn_map_show"
    monkeypatch.setattr(f"{shown}.STARTS", (-0.5, 0.5))
    monkeypatch.setattr(f"{shown}.ENDS", (0.5, 1.0))
    files = ["--json", str(tmp_path / "r.json"), "--plot", str(tmp_path / "f.svg")]
    assert main(job.EXPERIMENT, ["--trials", "200", *files]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "the mean is infinite in the diffusion limit" in out
    metrics = json.loads((tmp_path / "r.json").read_text())["metrics"]
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert len(rows) == len(metrics["cells"]) == 15
    assert all(one["left"][0] > one["left"][-1] for one in metrics["tails"])


def test_bad_input_is_exit_two(capsys):
    assert main(job.EXPERIMENT, ["--trials", "1"]) == 2
    message = "psbn_collapse_time_map: trials: must be from 200 to 100000, got 1"
    assert capsys.readouterr().err.startswith(message)
