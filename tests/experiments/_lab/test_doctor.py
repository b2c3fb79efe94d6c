"""The doctor reads everything off the sources and the metadata."""

from importlib import metadata

import pytest

from experiments.__main__ import main
from experiments._lab import doctor
from experiments._lab.doctor import Package, Sources, belongs, enabled, examine, numbers

VARIABLE = "_".join(("TOUCHSTONE", "X"))  # the doctor of this very project must not find it here
FILES = {
    "constructions/solver.py": '"""Finds."""\ndef f():\n    import z3\n',
    "theory/one/claims.py": '"""C."""\nfrom constructions import solver\nX = Claim(id="one.X")\n',
    "theory/one/other.py": '"""C."""\nY = Claim(id="one.Y")\n',
    "experiments/one_search.py": '"""Searches."""\nfrom constructions.solver import f\n',
    "experiments/one_plain.py": '"""Plain."""\nfrom experiments._lab.cli import main\n',
    "experiments/_lab/cli.py": '"""CLI."""\nfrom experiments._lab import far\n',
    "experiments/_lab/far.py": '"""Elsewhere."""\nimport z3\n',
    "proofs_checks/a.py": '"""A."""\nimport json\n',
    "tests/test_solver.py": '"""T."""\nfrom constructions.solver import f\n',
    "tests/test_a.py": '"""T."""\nimport shutil, os\nshutil.which("chess")\nos.getenv("@")\n'.replace(
        "@", VARIABLE
    ),
}
SOLVER = Package("z3-solver", ">=4", "solve", None)


@pytest.fixture
def house(tmp_path):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return Sources(tmp_path)


def test_what_a_package_enables_is_read_off_the_imports(house):
    assert list(enabled(SOLVER, house, {})) == [
        "constructions/solver.py: Finds.",
        "experiments/_lab/far.py: Elsewhere.",
        "claims: one.X",
        "experiments: one_search",
        "tests: tests/test_solver.py",
    ]


def test_a_tool_is_imported_by_nobody(house):
    assert list(enabled(Package("ruff", "", "test", "1"), house, {})) == [
        "a tool: nothing imports it"
    ]


def test_programs_and_variables_are_those_the_sources_ask_for(house, monkeypatch):
    monkeypatch.setenv(VARIABLE, "here")
    lines = [line.split() for line in doctor.around(house).splitlines()[2:]]
    assert lines == [
        ["chess", "not", "there", "tests/test_a.py"],
        [VARIABLE, "here", "tests/test_a.py"],
    ]


@pytest.mark.parametrize(
    ("module", "package", "providers", "answer"),
    [
        ("z3", "z3-solver", {}, True),
        ("flint", "python-flint", {}, True),
        ("cosmic_ray", "cosmic-ray", {}, True),
        ("json", "z3-solver", {}, False),
        ("sklearn", "scikit-learn", {"sklearn": ["scikit-learn"]}, True),
        ("dask", "distributed", {"dask": ["dask"]}, False),
    ],
)
def test_a_module_belongs_to_who_provides_it_or_is_named_like_it(
    module, package, providers, answer
):
    assert belongs(module, package, providers) is answer


@pytest.mark.parametrize(
    ("wanted", "installed", "state"),
    [
        (">=2.8", "2.13.0+cpu", "ok"),
        (">=2.8", "2.8", "ok"),
        (">=2.13", "2.8.1", "too old"),
        (">=1", None, "missing"),
        ("", "0.1", "ok"),
    ],
)
def test_a_version_is_compared_by_its_numbers(wanted, installed, state):
    assert Package("x", wanted, "", installed).state == state


def test_version_numbers_are_not_compared_as_text():
    assert numbers("2.10.1+cpu") == (2, 10, 1) > numbers("2.9") == (2, 9)


def test_this_project_is_examined_with_every_declared_package():
    text, complete = examine()
    assert complete
    for line in metadata.requires("touchstone") or ():
        name = line.split(";")[0].split(">")[0].strip()
        assert name in text or name.startswith("touchstone")
    assert "experiments/_lab/dask_executor.py: Bundles on a Dask cluster" in text


def test_a_missing_required_package_is_exit_one(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "version", lambda name: None if name == "scipy" else "999")
    assert main(["doctor"]) == 1
    line = next(line for line in capsys.readouterr().out.splitlines() if "scipy" in line)
    assert line.split() == ["scipy", ">=1.15", "-", "missing"]
