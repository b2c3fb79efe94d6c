"""What the laboratory left: runs and figures that are shown, and why others are not."""

import json

import pytest

from experiments._lab.keys import Identity
from experiments._lab.record import RUN, Failure, Record
from experiments._report.laboratory import read_laboratory

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'


def run(experiment, **more):
    """A collected record."""
    whole = {
        "schema": RUN, "experiment": experiment, "config": {"N": 4}, "seed": 7, "code": "0" * 64,
        "status": "done", "why": "", "metrics": {}, "provenance": {"commit": "abc", "seconds": 1.5},
    }  # fmt: skip
    return json.dumps({**whole, **more})


def record(experiment, number, outcome):
    """A record of one task, under its key."""
    task = Identity(experiment, "m.Task", {"n": number}, 0, 0, "0" * 64)
    made = Record(task, outcome, {})
    return made.key, made.to_bytes()


def read(folder):
    """What is found, by name, and the files taken."""
    found = read_laboratory(folder, ["interp", "other"])
    return {one["name"]: one for one in found.experiments}, found.files


def test_without_a_store_every_experiment_is_not_run():
    found, files = read(None)
    assert "interp_lower_bound" in found
    assert {one["status"] for one in found.values()} == {"not run"}
    assert all(one["title"] for one in found.values())
    assert files == {}


def test_a_store_that_is_no_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="--store: must be a folder"):
        read(tmp_path / "absent")


def test_a_run_with_its_figure_and_records_is_taken_over(tmp_path):
    (tmp_path / "other_thing.json").write_text(run("other_thing"))
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "other_thing.svg").write_bytes(SVG)
    (tmp_path / "figures" / "other_thing.csv").write_bytes(b"a,b\n")
    (tmp_path / "figures" / "other_thing.tex").write_bytes(b"not taken")
    (tmp_path / "other_thing").mkdir()
    failure = Failure("raised", "ValueError", "<b>no</b>")
    for number, outcome in enumerate([{"x": 1}, {"x": 2}, failure]):
        key, data = record("other_thing", number, outcome)
        (tmp_path / "other_thing" / f"{key}.json").write_bytes(data)
    (tmp_path / "other_thing" / f"{'a' * 64}.json").write_bytes(b"{")
    (tmp_path / "other_thing" / "notes.json").write_bytes(b"not a record by its name")
    found, files = read(tmp_path)
    one = found["other_thing"]
    assert (one["status"], one["seed"], one["config"]) == ("done", 7, {"N": 4})
    assert one["current"] is None  # there is no such experiment here
    assert {k: one["records"][k] for k in ("done", "failed", "unreadable")} == {
        "done": 2,
        "failed": 1,
        "unreadable": 1,
    }
    whys = sorted(failed["why"] for failed in one["records"]["failures"])
    assert whys[1] == "raised: ValueError: <b>no</b>"
    assert one["figure"] == {
        "svg": "figures/other_thing.svg", "png": None, "csv": "figures/other_thing.csv", "why": "",
    }  # fmt: skip
    assert set(files) == {
        "data/other_thing.json",
        "figures/other_thing.svg",
        "figures/other_thing.csv",
    }


def test_a_run_of_other_sources_is_stale(tmp_path):
    (tmp_path / "interp_endpoint.json").write_text(run("interp_endpoint"))
    found, _ = read(tmp_path)
    assert (found["interp_endpoint"]["status"], found["interp_endpoint"]["current"]) == (
        "stale",
        False,
    )


def test_a_run_of_these_sources_is_current(tmp_path):
    from experiments._lab.code_version import run_version
    from experiments.interp_endpoint import EXPERIMENT

    whole = run("interp_endpoint", code=run_version(EXPERIMENT), status="refuted", why="so")
    (tmp_path / "interp_endpoint.json").write_text(whole)
    found, _ = read(tmp_path)
    one = found["interp_endpoint"]
    assert (one["status"], one["current"], one["why"]) == ("refuted", True, "so")


@pytest.mark.parametrize(
    "text",
    ["{", "[]", run("other_thing"), run("interp_endpoint", schema="touchstone-run/9"),
     run("interp_endpoint", status="splendid"), "[" * 100_000],
)  # fmt: skip
def test_a_run_that_cannot_be_read_is_said_and_not_taken(tmp_path, text):
    (tmp_path / "interp_endpoint.json").write_text(text)
    found, files = read(tmp_path)
    assert found["interp_endpoint"]["status"] == "unreadable"
    assert found["interp_endpoint"]["why"]
    assert files == {}


def test_foreign_files_are_no_experiments(tmp_path):
    (tmp_path / "claims.json").write_text('{"format": "touchstone-claims-report/1"}')
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.json").write_text("{}")
    (tmp_path / "..weird name.json").write_text(run("x"))
    before, _ = read(None)
    found, _ = read(tmp_path)
    assert set(found) == set(before)


def test_a_picture_that_could_act_is_left_out_and_the_other_shown(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "other_thing.svg").write_bytes(SVG.replace(b"<path", b"<script/><path"))
    (tmp_path / "figures" / "other_thing.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    found, files = read(tmp_path)
    figure = found["other_thing"]["figure"]
    assert (figure["svg"], figure["png"]) == (None, "figures/other_thing.png")
    assert "script" in figure["why"]
    assert set(files) == {"figures/other_thing.png"}
