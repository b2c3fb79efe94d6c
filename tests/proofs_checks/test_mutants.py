"""The mutation command: its operators, its list of explained survivors, and its runs of tests."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TOOL = HERE / "mutants"
ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def operators():
    spec = importlib.util.spec_from_file_location("operators", TOOL / "operators.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BODY = "def f(a, b) -> bool:\n    {}\n"
EXAMPLES = {
    "drop_statement": ("raise ValueError('no')", {"pass"}),
    "return_constant": ("return a", {"return None", "return True", "return False"}),
    "fix_condition": (
        "g(1 if a else 2 for b in c if b)",
        {
            "g(1 if True else 2 for b in c if b)",
            "g(1 if False else 2 for b in c if b)",
            "g(1 if a else 2 for b in c if True)",
            "g(1 if a else 2 for b in c if False)",
        },
    ),
    "drop_operand": (
        "return a or b or f(c)",
        {"return ((b) or (f(c)))", "return ((a) or (f(c)))", "return ((a) or (b))"},
    ),
    "drop_link": ("return a <= b < 3", {"return b < 3", "return a <= b"}),
    "invert_membership": ("return a not in b", {"return (a in b)"}),
    "swap_name": ("return min(floor_log2(a), b)", {
        "return max(floor_log2(a), b)", "return min(ceil_log2(a), b)"}),
    "drop_element": ("return [a, *b], {1: a, **b}", {
        "return [*b, ], {1: a, **b}", "return [a, ], {1: a, **b}",
        "return [a, *b], {**b, }", "return [a, *b], {1: a, }",
        "return ({1: a, **b}, )", "return ([a, *b], )"}),
    "change_text": ("return 'a', f'{b} is'", {"return 'ax', f'{b} is'"}),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_operator_makes_these_changes_and_no_other(name, operators):
    line, expected = EXAMPLES[name]
    found = [text for by, text in operators.mutated(BODY.format(line)) if by == name]
    assert sorted(found) == sorted(BODY.format(changed) for changed in expected)
    assert set(EXAMPLES) == {operator.__name__ for operator in operators.OPERATORS}


def test_docstrings_annotations_and_messages_are_left_alone(operators):
    quiet = '"""Text."""\n\n\nclass A:\n    """Text."""\n\n    x: Literal["a", "b"]\n'
    assert list(operators.mutated(quiet)) == []
    names = '__all__ = ["a", "b"]\n_Pair = tuple[int, str]\nChecker = Callable[[int, str], str]\n'
    assert list(operators.mutated(names)) == []
    loud = 'def f(x: Literal["a", "b"]) -> Literal["c", "d"]:\n    raise ValueError("x", x)\n'
    assert [by for by, _ in operators.mutated(loud)] == ["drop_statement"]


def test_every_explained_survivor_is_a_change_of_a_line_that_exists():
    groups = tomllib.loads((TOOL / "survivors.toml").read_text(encoding="utf-8"))["equivalent"]
    listed = [mutant for group in groups for mutant in group["mutants"]]
    assert len(listed) == len(set(listed))
    assert all(len(group["because"]) > 20 for group in groups)
    for mutant in listed:
        place, change = mutant.split(": ", 1)
        before, _ = change.split("  ->", 1)
        module = place.split(" in ")[0]
        source = (ROOT / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")
        assert before in " ".join(line.strip() for line in source.splitlines()), mutant


# -- runs -----------------------------------------------------------------------------------------

SOURCE = """
LIMIT = 3


def small(x):
    if x > 1000:
        return None
    while x >= LIMIT:
        x -= 1
    return x


def unused():
    return 1
"""
TESTS = """
from hypothesis import given, strategies as st

from proofs_checks.tiny import LIMIT, small


def test_small_numbers_stay():
    assert small(2) == 2


MOST = 30


@given(st.integers(0, MOST))
def test_large_numbers_become_small(x):
    assert small(x) == min(x, LIMIT - 1)


def test_the_limit():
    assert LIMIT == 3
"""
MUTANTS = {
    "killed": ("x >= LIMIT", "x > LIMIT"),
    "killed at import": ("LIMIT = 3", "LIMIT = 3 / 0"),
    "constant": ("LIMIT = 3", "LIMIT = 4"),
    "endless": ("x -= 1", "x -= 0"),
    "memory": ("x -= 1", "x = [0] * (1 << 40)"),
    "unseen": ("x > 1000", "x > 1001"),
    "unreached": ("return 1", "return 2"),
}
PROGRAM = """
import json, sys
from collections import Counter
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import reach, results, running
from mutations import Mutant
tree, mutants = Path(sys.argv[2]), json.loads(sys.argv[3])
source = (tree / "proofs_checks/tiny.py").read_text()

def all_(session):
    seen = reach.measured(session, tree, tree / "reach.json")
    store = results.Store(tree / "results.jsonl", tree, 2.0)
    fates = {}
    for name, (old, new) in mutants.items():
        line = source[: source.index(old)].count("\\n") + 1
        lines = None if old.startswith("LIMIT") else (line, line)
        mutant = Mutant("proofs_checks.tiny", "f", old, new, 0, "o", lines, source.replace(old, new))
        fate = store.recall(mutant)
        fates[name] = fate or results.fate_of(session, mutant, seen, store, Counter())
        if fate is None:
            store.keep(mutant, fates[name])
    return {name: [fate.outcome, fate.by.rpartition(":")[2]] for name, fate in fates.items()}

running.MORE = 0.5
print(json.dumps(running.inside_pytest(tree, all_)))
"""


@pytest.fixture(scope="module")
def small_tree(tmp_path_factory):
    tree = tmp_path_factory.mktemp("tree")
    files = {
        "pyproject.toml": "[tool.pytest]\naddopts = ['--import-mode=importlib']\n",
        "proofs_checks/__init__.py": "",
        "proofs_checks/tiny.py": SOURCE,
        "tests/proofs_checks/test_tiny.py": TESTS,
    }
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "proofs_checks"], cwd=tree, check=True
    )
    return tree


def fates(tree, mutants=MUTANTS):
    line = [sys.executable, "-c", PROGRAM, str(TOOL), str(tree), json.dumps(mutants)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def first(small_tree):
    return fates(small_tree)


def test_mutants_die_are_stopped_or_survive_as_they_should(small_tree, first):
    assert first == {
        "killed": ["killed", "test_large_numbers_become_small"],
        "killed at import": ["killed", "importing tests/proofs_checks/test_tiny.py"],
        "constant": ["killed", "test_the_limit"],
        "endless": ["stopped", "test_large_numbers_become_small"],
        "memory": ["killed", "test_large_numbers_become_small"],
        "unseen": ["survived", ""],
        "unreached": ["unreached", ""],
    }
    assert (small_tree / "proofs_checks/tiny.py").read_text(encoding="utf-8") == SOURCE
    assert len((small_tree / "results.jsonl").read_text().splitlines()) == len(MUTANTS)


def test_a_run_that_was_cut_off_goes_on_and_runs_nothing_twice(small_tree, first):
    file = small_tree / "results.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-2]) + lines[-2][:20])
    assert fates(small_tree) == first
    after = file.read_bytes().splitlines(keepends=True)
    assert after[:-2] == lines[:-2]
    assert len(after) == len(MUTANTS)


def test_new_tests_give_survivors_another_trial_and_only_them(small_tree, first):
    file = small_tree / "results.jsonl"
    before = len(file.read_text().splitlines())
    more = small_tree / "tests/proofs_checks/test_more.py"
    more.write_text(
        "from proofs_checks import tiny\n\ndef test_edge():\n    assert tiny.small(1001) is None\n"
    )
    found = fates(small_tree)
    more.unlink()
    assert found == {**first, "unseen": ["killed", "test_edge"]}
    assert len(file.read_text().splitlines()) == before + 2  # it, and the one that is never run


def test_a_mutant_stays_dead_as_long_as_the_test_that_killed_it_stays(small_tree, first):
    file = small_tree / "results.jsonl"
    tests = small_tree / "tests/proofs_checks/test_tiny.py"
    before, text = file.read_bytes(), tests.read_text()
    again = {}
    for name, changed in {
        "another test": text + "\n\nMORE = 1\n\n\ndef test_nothing():\n    assert MORE\n",
        "what one of them names": text.replace("MOST = 30", "MOST = 31"),
    }.items():
        tests.write_text(changed)
        assert fates(small_tree) == first
        lines = file.read_bytes().removeprefix(before).splitlines()
        again[name] = {json.loads(line)["mutant"].rpartition("->  ")[2] for line in lines}
        file.write_bytes(before)
    tests.write_text(text)
    # Whoever lives has another chance, and an import runs the whole file.
    always = {MUTANTS[name][1] for name in ("unseen", "unreached", "killed at import")}
    assert again == {
        "another test": always,
        "what one of them names": always
        | {MUTANTS[name][1] for name in ("killed", "endless", "memory")},
    }


SHARED = """
'''A docstring.'''
import math, json
from pathlib import Path

HALF, TWO = 1 / 2, 2
FOUR = TWO * TWO

def helper(x): return FOUR + x

@pytest.fixture
def given(helped): ...

@pytest.fixture
def helped(): return HALF

@pytest.fixture(autouse=True)
def always(): ...

print("runs")

def test_one(given): helper(1)

def test_two(): assert Path(math.pi)
"""


def test_what_a_test_names_is_found_at_any_remove():
    spec = importlib.util.spec_from_file_location("named", TOOL / "naming.py")
    naming = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(naming)

    def kept(test):
        return {line.split("(")[0].removeprefix("def ") for line in naming.needed(SHARED, test).splitlines()
                if line and not line.startswith((" ", "@"))}  # fmt: skip

    always = {"always", "print"}
    assert kept("test_two") == {"import math", "from pathlib import Path", "test_two", *always}
    expected = {
        "HALF, TWO = ",
        "FOUR = TWO * TWO",
        "helper",
        "given",
        "helped",
        "test_one",
        *always,
    }
    assert kept("test_one") == expected
