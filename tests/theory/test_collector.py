"""Items: their names, tiers, markers, addresses, exit status and data."""

import shlex
import xml.etree.ElementTree as ElementTree

import pytest

NOT_RUN = """
ABSENT = claim("demo.ABSENT")
@ABSENT.check(EXACT, scope="nothing")
def absent(claim):
    return not_run("the library of Babel")
ABSENT.falsifier("power + 1", constants={"power": 3})
"""

TIERS = """
TIER = claim("demo.TIER")
def slow(claim):
    outcome = honest(claim)
    return established(residual=0) if outcome.verdict is Verdict.ESTABLISHED else outcome
def nightly(claim): return honest(claim)
TIER.check(EXACT, scope="n <= 8")(honest)
TIER.check(SYMBOLIC, scope="n <= 8", tier=SLOW)(slow)
TIER.check(EXACT, scope="n <= 8", tier=NIGHTLY)(nightly)
TIER.falsifier("power + 1", constants={"power": 3})
"""


def test_a_new_wing_is_found_without_editing_anything(wings):
    wings.write('SUM = sound("demo.SUM")')
    wings.write('SUM = sound("other.SUM")', at="other/sums.py")
    wings.write("raise RuntimeError", at="other/_helpers.py")
    wings.write("raise RuntimeError", at="_private/sums.py")
    wings.run().assert_outcomes(passed=4)


def test_a_claim_belongs_to_the_module_that_declares_it(wings):
    wings.write('SUM = sound("demo.SUM")', at="demo/first.py")
    wings.write("from .first import SUM\nALSO = SUM", at="demo/second.py", head="")
    result = wings.run("-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*first.py::demo.SUM[[]exact:honest[]] PASSED*"])


def test_claims_kept_in_a_list_are_found(wings):
    wings.write('ALL = [sound(f"demo.S{n}") for n in range(3)]')
    wings.run().assert_outcomes(passed=6)


@pytest.mark.parametrize(
    ("options", "passed", "deselected"),
    [
        ((), 2, 4),
        (("--tier", "slow"), 4, 2),
        (("--tier", "nightly"), 6, 0),
        (("--tier", "nightly", "-m", "exact"), 4, 2),
        (("--tier", "nightly", "-m", "evidence(level='symbolic')"), 2, 4),
        (("--tier", "nightly", "-m", "falsifier"), 3, 3),
        (("--tier", "nightly", "-k", "slow"), 2, 4),
    ],
)
def test_tiers_markers_and_keywords_select(wings, options, passed, deselected):
    wings.write(TIERS)
    wings.run("--strict-markers", *options).assert_outcomes(passed=passed, deselected=deselected)


def test_items_are_addressed_by_claim_and_by_check(wings):
    path = wings.write(
        TIERS + 'SUM = sound("demo.SUM")\nSUM.falsifier("f(a::b) [c]/d", constants={"power": 1})\n'
    )
    for address, number in (
        ("demo.SUM", 3),
        ("demo.SUM[exact:honest!power + 1]", 1),
        ("demo.SUM[exact:honest!f(a::b) [c]/d]", 1),
    ):
        wings.run_only(f"{path}::{address}").assert_outcomes(passed=number)


def test_a_failure_prints_statement_witness_and_a_replay_command_that_works(wings):
    wings.write(
        """
SUM = claim("demo.SUM", constants={"power": 3})
SUM.check(EXACT, scope="n <= 8", tier=SLOW)(honest)
SUM.falsifier("power - 1", constants={"power": 2}, because="it is the true one.")
"""
    )
    result = wings.run("--tier", "slow")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "demo.SUM[[]exact:honest[]] refuted, expected established",
            "*lemma: Odd numbers",
            "*statement: 1 + 3 + ... = n^2",
            "*check: honest, exact, scope: n <= 8",
            "*witness: {'n': 2}",
            "*replay: pytest *",
            "demo.SUM[[]exact:honest!power - 1[]] survivor: *",
            "*falsifier: power - 1. it is the true one.",
        ]
    )
    # Under CI the summary repeats the whole message, so the line may occur twice.
    replay = next(line for line in result.outlines if "replay:" in line and "!" not in line)
    again = wings.pytester.runpytest_inprocess(*shlex.split(replay.partition("pytest ")[2]))
    again.assert_outcomes(failed=1)


def test_nothing_but_not_run_is_not_a_success(wings):
    wings.write(NOT_RUN)
    result = wings.run()
    result.assert_outcomes(skipped=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*not run: missing the library of Babel*"])
    result.stdout.fnmatch_lines(["*not one of the selected claim items could run*"])


def test_some_not_run_is_a_success_unless_strict(wings):
    wings.write(NOT_RUN + 'SUM = sound("demo.SUM")\n')
    assert wings.run().ret == pytest.ExitCode.OK
    strict = wings.run("--strict-claims")
    strict.assert_outcomes(passed=2, failed=2)
    strict.stdout.fnmatch_lines(["*not run, and --strict-claims was given: the library of Babel"])


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_no_claims_at_all_is_not_a_success_even_beside_green_tests(wings, workers):
    wings.write("nothing = 1")
    wings.pytester.makepyfile(test_green="def test_green(): pass")
    result = wings.run_outside(str(wings.pytester.path / "test_green.py"), *workers)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(["*no claims were collected*"])


def test_junit_carries_claim_level_scope_and_statement(wings):
    wings.write('SUM = sound("demo.SUM", statement="a < b & \\"c\\"")')
    target = wings.pytester.path / "junit.xml"
    wings.run(f"--junitxml={target}", "-o", "junit_family=xunit1")
    cases = ElementTree.parse(target).getroot().iter("testcase")
    found = [{p.get("name"): p.get("value") for p in case.iter("property")} for case in cases]
    assert [one["role"] for one in found] == ["check", "falsifier"]
    for one in found:
        assert one["claim"] == "demo.SUM"
        assert one["level"] == "exact"
        assert one["scope"] == "n <= 8"
        assert one["statement"] == 'a < b & "c"'


def test_collecting_runs_no_check_and_writes_no_report(wings):
    wings.write('SUM = sound("demo.SUM")')
    target = wings.pytester.path / "report.json"
    result = wings.run("--collect-only", "--claims-report", str(target))
    assert result.ret == 0
    assert not target.exists()


def test_the_claims_of_the_house_are_collected_without_heavy_imports(pytester):
    probe = pytester.makepyfile(
        probe="""
        import sys
        import pytest
        import theory

        class Probe:
            def pytest_collection_finish(self, session):
                heavy = "numpy scipy sympy torch cvxpy matplotlib hypothesis.core networkx rich"
                print("loaded:", [name for name in heavy.split() if name in sys.modules])

        folder = theory.__file__.rpartition("/")[0]
        sys.exit(pytest.main([folder, "--collect-only", "-q", "-p", "no:cacheprovider"], [Probe()]))
        """
    )
    result = pytester.runpython(probe)
    result.stdout.fnmatch_lines(["*loaded: [[][]]*"])
