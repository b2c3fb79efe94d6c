"""The suite's own falsifiers: things that are wrong, each of which has to be reported as what it is."""

import pytest


def test_a_sound_claim_is_green_and_its_falsifier_is_killed(wings):
    wings.write('SUM = sound("demo.SUM")')
    result = wings.run("-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*family.py::demo.SUM[[]exact:honest[]] PASSED*",
            "*family.py::demo.SUM[[]exact:honest!power + 1[]] PASSED*",
            "claims: checks: 1 established; 1 of 1 falsifiers killed",
        ]
    )


def test_a_check_that_always_says_established_leaves_a_survivor_and_is_powerless(wings):
    wings.write(
        """
SUM = claim("demo.SUM")
@SUM.check(EXACT, scope="everything")
def yes(claim):
    return established(cases=10**6)
SUM.falsifier("power + 1", constants={"power": 3})
"""
    )
    result = wings.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*exact:yes!power + 1* survivor: yes accepts this false variant"])
    matrix = wings.report()["kill_matrix"]
    assert matrix["powerless"] == [{"claim": "demo.SUM", "check": "yes"}]
    assert [(s["falsifier"], s["outcome"]) for s in matrix["survivors"]] == [
        ("power + 1", "established")
    ]


def test_a_generator_that_never_meets_the_hypotheses_is_undecided(wings):
    wings.write(
        """
SUM = claim("demo.SUM")
@SUM.check(PROPERTY, scope="integers")
def searched(claim):
    from hypothesis import strategies as st
    from theory._core.search import search
    return search(st.integers(), lambda n: n, meets=lambda n: False)
SUM.falsifier("power + 1", constants={"power": 3})
"""
    )
    result = wings.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*property:searched[]] undecided, expected established"])
    result.stdout.fnmatch_lines(["*no example met the hypotheses (200 rejected)"])


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("raise ZeroDivisionError('lost')", "*ZeroDivisionError: lost"),
        ("return None", "*returned NoneType, which is not an Outcome"),
        ("return True", "*returned bool, which is not an Outcome"),
        ("raise SystemExit(0)", "*SystemExit: 0"),
        ("import pytest; pytest.skip('tired')", "*a check may not skip (tired)*"),
        ("import pytest; pytest.xfail('tired')", "*a check may not skip (tired)*"),
        ("if established(cases=1): return established(cases=1)", "*has no truth value*"),
        ("return Outcome(Verdict.REFUTED)", "*refuted without a witness*"),
        ("return established(cases='many')", "*TypeError*"),
        ("import warnings; warnings.warn('odd'); return established(cases=1)", "*UserWarning: odd"),
    ],
)
def test_what_is_not_a_verdict_is_an_error(wings, body, complaint):
    wings.write(
        f"""
SUM = claim("demo.SUM")
@SUM.check(EXACT, scope="nothing")
def broken(claim):
    {body}
SUM.falsifier("power + 1", constants={{"power": 3}})
"""
    )
    result = wings.run("-W", "error:odd:UserWarning")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*exact:broken[]] error, expected established", complaint])
    result.stdout.fnmatch_lines(["*exact:broken!power + 1[]] error, expected refuted", complaint])


def test_an_established_without_payload_is_undecided(wings):
    wings.write(
        """
SUM = claim("demo.SUM")
@SUM.check(EXACT, scope="nothing")
def empty(claim):
    return established()
SUM.falsifier("power + 1", constants={"power": 3})
"""
    )
    result = wings.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*undecided, expected established", "*evidence must state cases"])


def test_a_falsifier_nobody_is_assigned_to_kill_is_a_stray(wings):
    wings.write(
        """
SUM = sound("demo.SUM")
SUM.falsifier("power + 2", constants={"power": 4}, by="no_such_check")
"""
    )
    result = wings.run()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*demo.SUM: stray falsifier: no check is named no_such_check"])


def test_a_check_without_a_falsifier_is_powerless(wings):
    wings.write('SUM = claim("demo.SUM"); SUM.check(EXACT, scope="n <= 8")(honest)')
    result = wings.run("-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*demo.SUM[[]audit:powerless check honest[]]*"])


def test_a_duplicated_id_fails_where_it_is_repeated(wings):
    wings.write('SUM = sound("demo.SUM")', at="demo/first.py")
    wings.write('AGAIN = sound("demo.SUM")', at="demo/second.py")
    result = wings.run("-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*second.py::demo.SUM[[]audit:duplicate id second[]] FAILED*"])


def test_a_cycle_of_proofs_fails(wings):
    wings.write(
        'A = sound("demo.A", proof_needs=("demo.B",)); B = sound("demo.B", proof_needs=("demo.A",))'
    )
    result = wings.run()
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*the proofs rest on each other: demo.A -> demo.B -> demo.A"])


@pytest.mark.parametrize("package", [True, False])
def test_a_vanished_id_fails_with_or_without_a_package_file(wings, package):
    wings.write('SUM = sound("demo.SUM")')
    (wings.root / "demo/ids.txt").write_text("demo.SUM\ndemo.GONE\n")
    if package:
        wings.write("", at="demo/__init__.py", head="")
    result = wings.run("-v")
    result.assert_outcomes(passed=2, failed=1)
    where = "__init__.py" if package else "ids.txt"
    result.stdout.fnmatch_lines([f"*{where}::demo.GONE[[]audit:vanished id[]] FAILED*"])


def test_hypotheses_without_an_inhabitant_fail(wings):
    wings.write('SUM = sound("demo.SUM", hypotheses={"positive": "n > 0"})')
    result = wings.run()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*no inhabitant: it has hypotheses and no object that meets them"])


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        ("{'positive': False}", "*refuted, expected established"),
        ("{'positive': 1}", "*refuted, expected established"),
        ("{}", "*answers for [[][]], the hypotheses are [[]'positive'[]]"),
        ("{'positive': True, 'even': True}", "*answers for [[]'even', 'positive'[]]*"),
    ],
)
def test_an_inhabitant_that_lies_fails(wings, answers, complaint):
    wings.write(
        f"""
SUM = sound("demo.SUM", hypotheses={{"positive": "n > 0"}})
@SUM.inhabitant
def liar(claim):
    return {answers}
"""
    )
    result = wings.run()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*demo.SUM[[]vacuity:liar[]]*"])
    result.stdout.fnmatch_lines([complaint])


def test_a_boundary_passes_only_with_the_verdict_it_must_give(wings):
    wings.write(
        """
SUM = sound("demo.SUM")
@SUM.boundary("n = 0", expect=Verdict.REFUTED)
def zero(claim):
    return established()
@SUM.boundary("n = -1", expect=Verdict.REFUTED)
def negative(claim):
    return refuted(-1)
"""
    )
    result = wings.run()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*[[]boundary:n = 0[]] established, expected refuted"])


def test_a_boundary_that_counted_no_case_is_undecided(wings):
    wings.write(
        """
SUM = sound("demo.SUM")
@SUM.boundary("n = 0")
def zero(claim):
    return established(cases=len([]))
"""
    )
    result = wings.run()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*[[]boundary:n = 0[]] undecided, expected established"])


def test_a_module_that_cannot_be_imported_is_an_error_and_hides_nothing_else(wings):
    wings.write('SUM = sound("demo.SUM")', at="demo/first.py")
    wings.write("import no_such_library", at="demo/second.py")
    result = wings.run("--continue-on-collection-errors")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*No module named 'no_such_library'"])


DICE = """
from proofs_checks.error_rates import Declaration
SUM = claim("demo.SUM")
def roll(name, stream):
    function = lambda claim: not_run("dice")
    function.__name__ = name
    rates = Declaration("p", "p = 1/6", "p >= 1/3", Fraction(1, 6), Fraction(1, 2000),
                        Fraction(1, 2000), 100, stream)
    SUM.check(STATISTICAL, scope="dice", rates=rates)(function)
SUM.falsifier("power + 1", constants={"power": 3})
"""


def test_a_ledger_over_budget_fails_at_the_check_that_exceeds_it(wings):
    wings.write(DICE + 'for name in ("one", "two", "three"): roll(name, f"dice.{name}")')
    result = wings.run("-v")
    result.stdout.fnmatch_lines(["*demo.SUM[[]audit:ledger over budget three[]] FAILED*"])
    result.stdout.no_fnmatch_line("*ledger over budget two*")
    result.assert_outcomes(failed=1, skipped=6)
    assert wings.report()["ledger"]["spent"] == "1/1000"


def test_two_checks_on_one_seed_stream_fail(wings):
    wings.write(DICE + 'for name in ("one", "two"): roll(name, "dice")')
    result = wings.run("-v")
    result.stdout.fnmatch_lines(["*demo.SUM[[]audit:shared seed stream two[]] FAILED*"])


def test_error_rates_are_declared_with_the_declaration_of_the_house(wings):
    wings.write(DICE + 'SUM.check(STATISTICAL, scope="dice", rates={"alpha": 0})(honest)')
    result = wings.run("-v")
    result.stdout.fnmatch_lines(["*demo.SUM[[]audit:undeclared error rates honest[]] FAILED*"])


def test_a_check_that_hangs_is_stopped_and_is_an_error(wings, monkeypatch):
    monkeypatch.setattr("theory._core.items.LIMITS", {"fast": 0.2})
    wings.write(
        """
SUM = claim("demo.SUM")
@SUM.check(EXACT, scope="nothing")
def hangs(claim):
    import time
    start = time.monotonic()
    while claim["power"] == 2 and time.monotonic() < start + 5: pass
    return refuted(1)
SUM.falsifier("power + 1", constants={"power": 3})
"""
    )
    check = wings.report()["claims"][0]["checks"][0]
    assert check["outcome"] == "error"
    assert "Timeout" in check["detail"]
    assert check["falsifiers"][0]["outcome"] == "refuted"
