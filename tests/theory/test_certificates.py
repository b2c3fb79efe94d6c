"""``--claims-certificates DIR``: what established checks rest on, saved to be checked again."""

import json

import pytest

from constructions.interp.lower_bound import certified_minimum
from proofs_checks import certificate
from proofs_checks.__main__ import main
from theory._core.certificates import Keeper

BODY = """
from constructions.interp.lower_bound import certified_minimum
from proofs_checks.certificate import Rejected, check, seal

LEAST = claim("demo.LEAST", constants={"more": 0, "power": 2})

def bound(N, b, more):
    found = certified_minimum(N, b).certificate()
    statement = {**found["statement"], "parameters": found["statement"]["parameters"] + more}
    return seal(found["kind"], statement, found["evidence"])

@LEAST.check(CERTIFIED, scope="two sizes")
def two_sizes(claim):
    digests = []
    for N in (4, 6):
        sealed = bound(N, 16, claim["more"])
        try: digests.append(check(sealed).digest)
        except Rejected as reason: return refuted(str(reason))
        sealed["statement"]["parameters"] = "spoiled afterwards"
    return established(certificates=digests)
LEAST.falsifier("one more", constants={"more": 1})

@LEAST.check(EXACT, scope="one more size")
def also_accepted(claim):
    check(bound(8, 16, 0))
    return honest(claim)
LEAST.falsifier("power + 1", constants={"power": 3}, by="also_accepted")

@LEAST.check(CERTIFIED, scope="refuted in the end")
def refuted_in_the_end(claim):
    check(bound(10, 16, 0))
    return refuted("no")
"""


def digests(*sizes):
    """Digests of the certificates that the wing's checks have accepted."""
    return {certified_minimum(N, 16).certificate()["digest"] for N in sizes}


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_certificates_of_established_certified_checks_are_saved(wings, workers):
    wings.write(BODY)
    folder, target = wings.pytester.path / "new" / "kept", wings.pytester.path / "report.json"
    options = ["--claims-report", str(target), "--claims-certificates", str(folder)]
    wings.run_outside(*options, *workers)
    files = sorted(folder.iterdir())
    assert {path.name for path in files} == {f"{digest}.json" for digest in digests(4, 6)}
    assert main([str(path) for path in files]) == 0
    checks = {c["name"]: c for c in json.loads(target.read_text())["claims"][0]["checks"]}
    assert set(checks["two_sizes"]["certificates"]) == digests(4, 6)
    assert checks["also_accepted"]["certificates"] == []
    assert checks["refuted_in_the_end"]["certificates"] == []


def test_without_the_option_the_report_names_the_digests_and_nothing_is_saved(wings):
    wings.write(BODY)
    before = sorted(wings.pytester.path.rglob("*.json"))
    checks = {c["name"]: c for c in wings.report()["claims"][0]["checks"]}
    assert set(checks["two_sizes"]["certificates"]) == digests(4, 6)
    assert sorted(wings.pytester.path.rglob("*.json")) == [
        *before,
        wings.pytester.path / "report.json",
    ]
    assert certificate._checker.__module__ == certificate.__name__


def test_a_list_too_long_to_be_shown_is_saved_and_named_in_full(wings):
    wings.write(BODY.replace("(4, 6)", "range(2, 56)").replace("two sizes", "many"))
    folder = wings.pytester.path / "kept"
    checks = {
        c["name"]: c
        for c in wings.report("--claims-certificates", str(folder))["claims"][0]["checks"]
    }
    assert isinstance(checks["two_sizes"]["payload"]["certificates"], str)  # it was cut
    assert set(checks["two_sizes"]["certificates"]) == digests(*range(2, 56))
    assert {path.stem for path in folder.iterdir()} == digests(*range(2, 56))
    assert certificate._checker.__module__ == certificate.__name__  # the referee is left alone


def test_a_damaged_copy_is_written_again_and_a_sound_one_left_alone(wings):
    wings.write(BODY)
    folder = wings.pytester.path / "kept"
    folder.mkdir()
    first, second = (folder / f"{one}.json" for one in sorted(digests(4, 6)))
    wings.run("--claims-certificates", str(folder))
    first.write_text("{")
    age = second.stat().st_mtime_ns
    wings.run("--claims-certificates", str(folder))
    assert main([str(first), str(second)]) == 0
    assert second.stat().st_mtime_ns == age


@pytest.mark.parametrize("name", ["", "file", "file/below"])
def test_a_folder_that_cannot_be_written_is_a_usage_error(wings, name):
    wings.write("raise RuntimeError('collected')")
    (wings.pytester.path / "file").write_text("")
    result = wings.run("--claims-certificates", name)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--claims-certificates: must be a folder that can be written*"])
    result.stdout.no_fnmatch_line("*collected*")


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_a_certificate_that_cannot_be_written_is_said_and_no_verdict(wings, workers):
    spoil = "import shutil; shutil.rmtree('kept', ignore_errors=True); return established"
    wings.write(BODY.replace("return established(cert", f"{spoil}(cert"))
    target = wings.pytester.path / "report.json"
    result = wings.run_outside(
        "--claims-report", str(target), "--claims-certificates", "kept", *workers
    )
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    result.stdout.fnmatch_lines(["claims: certificate * could not be written: *"])
    check = json.loads(target.read_text())["claims"][0]["checks"][0]
    assert check["outcome"] == "established"


def test_a_certificate_that_was_never_seen_is_said(tmp_path):
    assert "before it could be kept" in Keeper(tmp_path).save(["0" * 64])
    assert list(tmp_path.iterdir()) == []
