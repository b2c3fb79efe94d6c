"""``python -m theory``: what it prints, what it refuses, how fast."""

import json
import os
import subprocess
import sys

import pytest

from theory.__main__ import main

TWO = """
SUM = sound("demo.SUM", title="Sums [of] <b>odd</b> numbers", hypotheses={"positive": "n > 0"})
SUM.inhabitant(lambda claim: {"positive": True})
NEXT = sound("demo.NEXT", needs=("demo.SUM",))
"""


@pytest.fixture
def answer(wings, capsys):
    """Run one command on the folder: exit code, stdout, stderr."""

    def run(*arguments):
        command, *rest = arguments
        capsys.readouterr()
        code = main([command, "--root", str(wings.root), *rest])
        return code, *capsys.readouterr()

    return run


def test_list_shows_every_claim_as_text_that_is_no_markup(wings, answer):
    wings.write(TWO)
    code, out, err = answer("list")
    assert (code, err) == (0, "")
    assert "Sums [of] <b>odd</b> numbers" in out
    assert "demo.NEXT" in out


def test_list_as_json_has_the_keys_that_stay(wings, answer):
    wings.write(TWO)
    first, second = json.loads(answer("list", "--json")[1])
    promised = "id kind title source levels scopes checks falsifiers needs status"
    assert set(promised.split()) <= set(first)
    assert (first["id"], first["kind"], first["levels"]) == ("demo.SUM", "lemma", ["exact"])
    assert first["source"] == {"origin": "derived", "text": "induction"}
    assert first["checks"][0]["scope"] == "n <= 8"
    assert first["falsifiers"][0]["checks"] == ["honest"]
    assert second["needs"] == {"statement": ["demo.SUM"], "proof": []}
    assert second["status"] == {"own": "not run", "weakest_link": "not run", "at": "demo.NEXT"}


def test_the_status_comes_from_a_report(wings, answer):
    wings.write(TWO)
    wings.report()
    report = str(wings.pytester.path / "report.json")
    listed = json.loads(answer("list", "--json", "--claims-report", report)[1])
    assert [one["status"]["weakest_link"] for one in listed] == ["exact", "exact"]


def test_list_keeps_to_one_wing(wings, answer):
    wings.write(TWO)
    wings.write('SUM = sound("other.SUM")', at="other/sums.py")
    listed = json.loads(answer("list", "--json", "--wing", "other")[1])
    assert [one["id"] for one in listed] == ["other.SUM"]


def test_show_prints_the_claim_in_full(wings, answer):
    wings.write(TWO)
    code, out, _ = answer("show", "demo.SUM")
    assert code == 0
    for part in ("positive: n > 0", "power = 2", "scope: n <= 8", "needed by\n  demo.NEXT"):
        assert part in out
    assert "power + 1 (power = 3)" in out
    assert "run: pytest " in out


def test_show_names_the_black_boxes_that_a_claim_rests_on(wings, answer):
    """However far down they are: instances that agree do not prove a recalled theorem."""
    wings.write(
        """
BOX = sound("demo.BOX", source=KnownTheorem("Somebody 1968, recalled"))
MIDDLE = sound("demo.MIDDLE", proof_needs=("demo.BOX",))
TOP = sound("demo.TOP", needs=("demo.MIDDLE", "demo.LOST"))
"""
    )
    heading = (
        "rests on theorems not proved here\n  demo.BOX: known theorem: Somebody 1968, recalled"
    )
    assert heading in answer("show", "demo.TOP")[1]
    assert "not proved here" not in answer("show", "demo.BOX")[1]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["show", "demo.SUN"], "ID: unknown 'demo.SUN'; did you mean demo.SUM"),
        (["list", "--wing", "dem"], "--wing: unknown 'dem'; did you mean demo"),
        (["graph", "--dot", "--json"], "give one of them"),
        (["list", "--claims-report", "absent.json"], "--claims-report: cannot read absent.json"),
    ],
)
def test_a_slip_is_answered_with_a_message_and_exit_2(wings, answer, arguments, complaint):
    wings.write(TWO)
    code, out, err = answer(*arguments)
    assert (code, out) == (2, "")
    assert complaint in err


@pytest.mark.parametrize("arguments", [[], ["lost"], ["list", "--colour"], ["show"]])
def test_bad_options_exit_2(arguments):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


def test_a_root_that_is_no_folder_is_refused(capsys):
    assert main(["list", "--root", "nowhere"]) == 2
    assert "--root: must be a directory of wings" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        '{"claims": [{}]}',
        '{"claims": [{"id": "a", "checks": 1}]}',
        "[" * 10**5,
    ],
)
def test_what_is_no_claims_report_is_refused(wings, answer, text):
    wings.write(TWO)
    report = wings.pytester.path / "report.json"
    report.write_text(text)
    code, _, err = answer("list", "--claims-report", str(report))
    assert code == 2
    assert "--claims-report: cannot read" in err


def test_problems_go_to_stderr_and_into_the_exit_code(wings, answer):
    wings.write('SUM = sound("demo.SUM", needs=("demo.NONE",))')
    code, out, err = answer("list", "--json")
    assert code == 1
    assert json.loads(out)[0]["id"] == "demo.SUM"
    assert err == "problem: demo.SUM: dangling need: needs unknown demo.NONE\n"


def test_a_module_that_cannot_be_imported_does_not_hide_the_others(wings, answer):
    wings.write(TWO)
    wings.write("import no_such_library", at="demo/broken.py")
    code, out, err = answer("list", "--json")
    assert code == 1
    assert len(json.loads(out)) == 2
    assert "import error: ModuleNotFoundError: No module named 'no_such_library'" in err


def test_ids_are_recorded_once_and_checked(wings, answer):
    wings.write(TWO)
    recorded = wings.root / "demo/ids.txt"
    assert answer("ids", "--check")[:2] == (1, "unrecorded demo.SUM\nunrecorded demo.NEXT\n")
    assert answer("ids", "--record")[0] == 0
    assert answer("ids", "--check")[:2] == (0, "")
    recorded.write_text("# ours\ndemo.OLD\n" + recorded.read_text().strip())
    assert answer("ids", "--record")[0] == 1, "recording does not hide a vanished id"
    assert answer("ids", "--check")[:2] == (1, "vanished demo.OLD\n")
    assert recorded.read_text() == "# ours\ndemo.OLD\ndemo.SUM\ndemo.NEXT"


def test_recording_appends_after_a_missing_newline(wings, answer):
    wings.write(TWO)
    recorded = wings.root / "demo/ids.txt"
    recorded.write_text("demo.SUM")
    answer("ids", "--record")
    assert recorded.read_text() == "demo.SUM\ndemo.NEXT\n"


def test_the_graph_is_text_dot_or_json(wings, answer):
    wings.write(TWO)
    assert answer("graph")[1] == "demo.NEXT -> demo.SUM  (statement)\n"
    assert answer("graph", "--dot")[1].startswith("digraph claims {")
    assert len(json.loads(answer("graph", "--json")[1])["nodes"]) == 2


def command(*arguments, **more):
    """The real thing, in a process of its own."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, **more
    )


def test_a_reader_that_goes_away_causes_no_traceback(wings):
    wings.write("ALL = [sound(f'demo.S{n}') for n in range(2000)]")
    reading, writing = os.pipe()
    os.close(reading)
    line = [sys.executable, "-m", "theory", "list", "--json", "--root", str(wings.root)]
    done = subprocess.run(line, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_that_knows_only_ascii_is_served(wings):
    wings.write('SUM = sound("demo.SUM", title="\\u2264")')
    done = command("-m", "theory", "list", "--root", str(wings.root),
                   env={**os.environ, "PYTHONIOENCODING": "ascii"})  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2264" in done.stdout


def test_a_list_of_ids_that_cannot_be_written_is_a_usage_error(wings, answer):
    wings.write(TWO)
    (wings.root / "demo/ids.txt").symlink_to("nowhere/ids.txt")
    code, out, err = answer("ids", "--record")
    assert (code, out) == (2, "")
    assert "--record: cannot write" in err
    assert "No such file" in err
