"""The claims report: the same with and without workers, atomic, and honest about what did not run."""

import json
import os

import pytest

from theory._core.report import as_bytes

MIXED = """
SUM = sound("demo.SUM", title="<b>odd</b> & \\"quoted\\"", hypotheses={"positive": "n > 0"})
@SUM.inhabitant
def one(claim): return {"positive": 1 > 0}
@SUM.boundary("n = 0")
def zero(claim): return established()

WRONG = sound("demo.WRONG", needs=("demo.SUM",))
@WRONG.check(EXACT, scope="sets")
def wrong(claim): return refuted({"set": {3, 1, 2}, "half": Fraction(1, 2), "self": honest})

ABSENT = claim("demo.ABSENT", proof_needs=("demo.WRONG",))
@ABSENT.check(EXACT, scope="nothing")
def absent(claim): return not_run("a telescope")
ABSENT.falsifier("power + 1", constants={"power": 3})
"""


def without_times(data):
    """The same data with every ``seconds`` removed."""
    if isinstance(data, dict):
        return {key: without_times(value) for key, value in data.items() if key != "seconds"}
    return [without_times(value) for value in data] if isinstance(data, list) else data


def test_the_report_says_what_happened(wings):
    wings.write(MIXED)
    report = wings.report()
    by_id = {claim["id"]: claim for claim in report["claims"]}
    (check,) = by_id["demo.SUM"]["checks"]
    assert (check["name"], check["level"], check["scope"]) == ("honest", "exact", "n <= 8")
    assert check["outcome"] == "established"
    assert check["payload"] == {"cases": 8}
    assert check["falsifiers"][0]["witness"] == "{'n': 2}"
    assert by_id["demo.SUM"]["vacuity"][0]["outcome"] == "established"
    assert by_id["demo.SUM"]["boundaries"][0]["expect"] == "established"
    wrong = by_id["demo.WRONG"]["checks"][1]
    assert wrong["witness"].startswith("{'set': {1, 2, 3}, 'half': 1/2, 'self': <function honest>")
    assert by_id["demo.ABSENT"]["status"] == {
        "own": "not run",
        "weakest_link": "refuted",
        "at": "demo.WRONG",
    }
    assert report["ledger"]["spent"] == "0"
    assert report["environment"]["packages"]["pytest"] == pytest.__version__


def test_what_was_not_selected_is_in_the_report_as_not_run(wings):
    wings.write(MIXED)
    report = wings.report("-k", "WRONG")
    checks = {c["id"]: c["checks"][0] for c in report["claims"]}
    assert checks["demo.SUM"]["outcome"] == "not_run"
    assert checks["demo.SUM"]["detail"] == "not selected in this run"
    assert checks["demo.WRONG"]["outcome"] == "established"
    assert {one["claim"] for one in report["kill_matrix"]["not_run"]} == {"demo.SUM", "demo.ABSENT"}


def test_workers_give_the_same_report_as_one_process(wings):
    wings.write(MIXED)
    wings.write('OTHER = sound("other.SUM")', at="other/sums.py")
    reports = []
    for number, workers in enumerate([[], ["-n", "2"]]):
        target = wings.pytester.path / f"{number}.json"
        result = wings.run_outside("--claims-report", str(target), *workers)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        reports.append(json.loads(target.read_text()))
    assert without_times(reports[0]) == without_times(reports[1])


def test_a_worker_that_dies_leaves_an_error_in_the_report(wings):
    wings.write(
        """
SUM = claim("demo.SUM")
@SUM.check(EXACT, scope="nothing")
def dies(claim):
    import os
    if claim["power"] == 2: os._exit(3)
    return refuted(1)
SUM.falsifier("power + 1", constants={"power": 3})
"""
    )
    target = wings.pytester.path / "report.json"
    wings.run_outside("-n", "1", "--claims-report", str(target))
    check = json.loads(target.read_text())["claims"][0]["checks"][0]
    assert check["outcome"] == "error"
    assert "crashed" in check["detail"]


@pytest.mark.parametrize("target", ["no/such/folder/report.json", ".", "", "pipe"])
def test_an_unwritable_report_is_a_usage_error_before_anything_runs(wings, target):
    wings.write("raise RuntimeError('collected')")
    os.mkfifo(wings.pytester.path / "pipe")
    result = wings.run("--claims-report", target)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--claims-report: must be a file that can be written*"])
    result.stdout.no_fnmatch_line("*collected*")
    assert (wings.pytester.path / "pipe").is_fifo()


def test_a_text_that_is_no_unicode_is_written_as_json_all_the_same():
    data = {"detail": "\ud800 \u00e9"}
    assert json.loads(as_bytes(data)) == data
