"""``python -m experiments`` lists what can be run, by looking and not by importing."""

import csv
import json
import re
import subprocess
import sys

import pytest

from experiments.__main__ import listing, main, summary
from experiments._lab.keys import Identity
from experiments._lab.record import Failure, Record


def test_only_files_that_run_are_listed_with_their_first_line(tmp_path):
    guard = '\nif __name__ == "__main__":\n    pass\n'
    (tmp_path / "beta.py").write_text('"""Second.\n\nMore."""\nraise RuntimeError' + guard)
    (tmp_path / "alpha_one.py").write_text('"""First."""' + guard)
    (tmp_path / "library.py").write_text('"""Not run."""')
    (tmp_path / "_hidden.py").write_text('"""Hidden."""' + guard)
    assert listing(tmp_path) == "alpha_one  First.\nbeta       Second.\n"


def test_an_empty_folder_and_a_missing_docstring_are_no_error(tmp_path):
    assert listing(tmp_path) == ""
    (tmp_path / "bare.py").write_text('if __name__ == "__main__": pass')
    assert summary(tmp_path / "bare.py") == ""


def test_the_interpolation_experiment_is_listed(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^interp_lower_bound +How many parameters", out, flags=re.MULTILINE)
    assert "python -m experiments.NAME" in out
    assert "compact|doctor" in out


@pytest.mark.parametrize("arguments", [["interp"], ["compact"], ["compact", "x"], ["doctor", "x"]])
def test_a_verb_that_is_none_or_lacks_something_is_a_usage_error(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: python -m experiments" in capsys.readouterr().err


HEAVY = ("numpy", "scipy", "torch", "matplotlib", "sympy", "flint", "hypothesis", "cvxpy")


@pytest.mark.parametrize(
    "start",
    [
        "from experiments.__main__ import main; main([])",
        "from experiments.__main__ import main; main(['doctor'])",
        "from experiments.interp_lower_bound import EXPERIMENT, main; main(EXPERIMENT, ['--help'])",
    ],
)
def test_listing_and_help_import_nothing_heavy(start):
    script = f"{start}\nimport sys; print([m for m in {HEAVY} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "[]"


# -- compact --------------------------------------------------------------------------------------


def store(folder):
    """Records of two experiments, one of them failed."""
    records = []
    for name, config, outcome in (
        ("alpha", {"N": 1, "x": 0.5}, {"P": 3, "rows": [1, [2]], "deep": {"er": {"est": True}}}),
        ("alpha", {"N": 2, "x": None}, {"P": 2**70, "rows": [], "extra": ""}),
        ("beta", {"name": 'a,"b"\n'}, Failure("raised", "ValueError", "no", "Trace\nback")),
    ):
        record = Record(Identity(name, "Config", config, 7, 0, "c"), outcome, {"seconds": 0.25})
        (folder / name).mkdir(exist_ok=True)
        (folder / name / f"{record.key}.json").write_bytes(record.to_bytes())
        records.append(record)
    (folder / "figures").mkdir()
    (folder / "alpha.json").write_text("{}")
    return records


def read(path):
    with path.open(newline="") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


def test_a_store_becomes_a_table_with_one_row_for_each_task(tmp_path, capsys):
    one, two, failed = store(tmp_path)
    target = tmp_path / "all.csv"
    assert main(["compact", str(tmp_path), "--to", str(target)]) == 0
    assert capsys.readouterr().out == f"3 records -> {target}\n"
    rows = read(target)
    assert set(rows) == {one.key, two.key, failed.key}
    assert rows[one.key]["metrics.deep.er.est"] == "true"
    assert json.loads(rows[one.key]["metrics.rows"]) == [1, [2]]
    assert rows[two.key]["metrics.P"] == str(2**70)
    assert rows[two.key]["config.x"] == ""
    assert rows[failed.key]["config.name"] == 'a,"b"\n'
    assert rows[failed.key]["failure.message"] == "no"
    assert rows[failed.key]["status"] == "failed"
    assert {row["seconds"] for row in rows.values()} == {"0.25"}


def test_parquet_holds_the_same_with_types(tmp_path):
    from pyarrow import parquet

    one, two, _ = store(tmp_path)
    target = tmp_path / "all.parquet"
    assert main(["compact", str(tmp_path), "--to", str(target), "--experiment", "alpha"]) == 0
    table = parquet.read_table(target)
    rows = {row["key"]: row for row in table.to_pylist()}
    assert set(rows) == {one.key, two.key}
    assert {str(table.schema.field(name).type) for name in ("config.N", "seed")} == {"int64"}
    assert (rows[one.key]["config.x"], rows[two.key]["config.x"]) == (0.5, None)
    assert rows[one.key]["metrics.deep.er.est"] is True
    assert rows[two.key]["metrics.P"] == str(2**70), "too large for a column of integers"


def test_what_is_no_record_is_told_and_left_and_the_table_is_incomplete(tmp_path, capsys):
    store(tmp_path)
    bad = tmp_path / "alpha" / f"{'0' * 64}.json"
    bad.write_text("{")
    before = sorted(tmp_path.rglob("*"))
    target = tmp_path.parent / f"{tmp_path.name}.csv"
    assert main(["compact", str(tmp_path), "--to", str(target)]) == 1
    assert f"{bad}: not read: not JSON" in capsys.readouterr().err
    assert len(read(target)) == 3
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("nowhere --to a.csv", "STORE: must be a folder, got 'nowhere'"),
        (". --to a.csv", "STORE: must hold records, found none in '.'"),
        (". --to a.csv --experiment beta", "STORE: must hold records of beta, found none"),
        (". --to a.txt", "to: must end in .csv or .parquet, got 'a.txt'"),
        (". --to /nowhere/a.csv", "to: must be a file that can be written"),
    ],
)
def test_bad_input_is_exit_two_and_one_line(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert main(["compact", *arguments.split()]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"python -m experiments: {message}")
    assert captured.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_pyarrow_parquet_is_not_run_and_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    store(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["compact", str(tmp_path), "--to", str(tmp_path / "a.parquet")]) == 3
    assert "needs pyarrow, which is not installed: touchstone[query]" in capsys.readouterr().err
    assert not (tmp_path / "a.parquet").exists()
