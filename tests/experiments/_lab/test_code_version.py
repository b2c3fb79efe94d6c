"""The code version changes with what a result can depend on, and with nothing else."""

import importlib
import sys

import pytest

from experiments._lab import code_version as module
from experiments._lab.code_version import closure, code_version, sources_of
from experiments._lab.experiment import Experiment

MAIN = """
from dataclasses import dataclass
from lib import used
from lib.tables import later_used

@dataclass(frozen=True)
class Config:
    N: int = 1

def run(task, rng):
    from lib.lazy import helper
    return helper(task.N) | used.more()

def verdict(metrics):
    return "done", str(helper_of_verdict(metrics))

def render(metrics):
    from lib.shown import text
    return text(metrics)

def helper_of_verdict(metrics):
    return 1
"""
FILES = {
    "main.py": MAIN,
    "lib/__init__.py": "",
    "lib/used.py": "from . import deeper\ndef more(): return {}\n",
    "lib/deeper.py": "x = 1\n",
    "lib/lazy.py": "import lib.loop\ndef helper(N): return {}\n",
    "lib/loop.py": "import lib.lazy\n",
    "lib/tables.py": "later_used = 1\n",
    "lib/shown.py": "import lib.colours\ndef text(metrics): return ''\n",
    "lib/colours.py": "red = 1\n",
    "lib/elsewhere.py": "y = 1\n",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project beside this one, as a function: edit it and get the version."""
    name = f"project_{tmp_path.name}".replace("-", "_")
    for path, text in FILES.items():
        path = tmp_path / path.replace("main", name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    main = importlib.import_module(name)
    experiment = Experiment(main.run, main.Config, main.render, main.verdict)

    def version(edit=None, old="", new="# edited\n"):
        if edit:
            path = tmp_path / edit.replace("main", name)
            text = path.read_text()
            assert old in text
            path.write_text(text.replace(old, new, 1) if old else new + text)
        module._version.cache_clear()
        return code_version(experiment)

    yield version
    for one in [one for one in sys.modules if one == name or one.split(".")[0] == "lib"]:
        del sys.modules[one]


USED = ["main", "lib/__init__", "lib/used", "lib/deeper", "lib/lazy", "lib/loop", "lib/tables"]


@pytest.mark.parametrize("edited", USED)
def test_an_edit_of_what_is_used_changes_it(project, edited):
    before = project()
    assert project(f"{edited}.py") != before


@pytest.mark.parametrize("edited", ["lib/shown", "lib/colours", "lib/elsewhere"])
def test_an_edit_elsewhere_and_of_what_only_shows_does_not(project, edited):
    before = project()
    assert project(f"{edited}.py") == before


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("from lib.shown import text", "from lib.shown import text as t\n    text = t\n", True),
        ('"done", str(', '"done", "" + str(', True),
        ("return 1", "return 2", False),  # not itself a function that shows
        ("return helper(task.N)", "return helper(task.N + 1)", False),
        ("N: int = 1", "N: int = 2", False),
        ("    return helper(", "    verdict({})\n    return helper(", False),
    ],
)
def test_functions_that_only_show_do_not_count(project, old, new, same):
    before = project()
    assert (project("main.py", old, new) == before) is same


def test_a_function_that_shows_counts_as_soon_as_the_run_uses_it(project):
    project("main.py", "    return helper(", "    render({})\n    return helper(")
    before = project()
    assert project("lib/colours.py") != before


def test_a_new_module_counts_if_modules_are_imported_by_computed_names(project):
    before = project()
    assert project("lib/elsewhere.py") == before
    found = "import pkgutil, importlib, lib\nfor m in pkgutil.iter_modules(lib.__path__):\n"
    found += "    importlib.import_module(f'lib.{m.name}')\n"
    before = project("lib/tables.py", new=found)
    assert project("lib/elsewhere.py") != before


@pytest.mark.parametrize(
    "call", ["importlib.import_module('lib.elsewhere')", "__import__('lib.elsewhere')"]
)
def test_a_literal_import_is_an_import(project, call):
    before = project("lib/tables.py", new=f"import importlib\n{call}\n")
    assert project("lib/elsewhere.py") != before


def test_the_file_names_count_and_not_only_their_contents(project):
    project("lib/tables.py", new="from lib import first\n")
    before = project("lib/elsewhere.py")
    assert project("lib/tables.py", "from lib import first", "from lib import elsewhere") != before


def test_the_main_experiment_depends_on_constructions_found_by_name_and_not_on_its_report():
    from experiments.interp_lower_bound import EXPERIMENT

    sources = sources_of(EXPERIMENT)
    names = set(closure(sources.files(), sources.unused))
    assert {"constructions.interp.three_layer", "proofs_checks.interp.counting"} <= names
    assert {"experiments._lab.seeds", "experiments._lab.keys"} <= names
    shown = {"experiments._interp_text", "experiments._lab.cli", "experiments._lab.text"}
    assert not names & (shown | {"experiments.report", "experiments._interp_trained"})


def test_what_does_not_stand_in_a_file_has_no_version():
    experiment = Experiment(run=print, config=int, render=str)
    with pytest.raises(ValueError, match="run: must stand in a file, got module 'builtins'"):
        code_version(experiment)


def test_a_run_is_of_another_version_when_what_judges_or_shows_it_is_edited(tmp_path, monkeypatch):
    module = tmp_path / "judged_toy.py"
    text = """
from dataclasses import dataclass

from experiments._lab.experiment import Experiment


@dataclass(frozen=True)
class Config:
    n: int = 1


def run(task, rng):
    return {"n": task.n}


def verdict(metrics):
    return "done", ""


EXPERIMENT = Experiment(run=run, config=Config, render=str, verdict=verdict)
"""

    def versions(source):
        import importlib
        import sys

        from experiments._lab import code_version as versioned

        module.write_text(source)
        sys.modules.pop("judged_toy", None)
        importlib.invalidate_caches()
        versioned._version.cache_clear()
        experiment = importlib.import_module("judged_toy").EXPERIMENT
        return versioned.code_version(experiment), versioned.run_version(experiment)

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    task, run = versions(text)
    same_task, other_run = versions(text.replace('"done", ""', '"refuted", "so"'))
    assert same_task == task
    assert other_run != run
    other_task, _ = versions(text.replace('{"n": task.n}', '{"n": task.n + 1}'))
    assert other_task != task
