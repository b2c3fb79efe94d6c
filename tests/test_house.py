"""The rules of the house, each a function from a tree of files to its offences.

Every gate is shown a bad tree as well: a gate that lets everything through would be green for ever.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
FLOORS = (
    "experiments",
    "theory",
    "constructions",
    "proofs_checks",
)  # a floor imports only downwards
BOUNDARIES = ("theory/_core/attempt.py",)  # may catch everything, because it runs others' code
REFEREES_MAY_IMPORT = {*sys.stdlib_module_names, "flint", "proofs_checks"}
LINES, FUNCTION_LINES, POSITIONAL = 400, 60, 5

Functions = ast.FunctionDef | ast.AsyncFunctionDef


def sources(root: Path, folders: tuple[str, ...] = FLOORS) -> Iterator[tuple[str, ast.Module]]:
    """(path below the root, parsed file) of every Python file in the folders."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


# -- imports ------------------------------------------------------------------------------------


def imported(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import, lazy ones and literal ``import_module`` calls included."""
    package = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if called in ("import_module", "__import__"):
                yield node.lineno, str(node.args[0].value)


def wings(root: Path) -> set[str]:
    """Names of the wings: the packages below the floors."""
    folders = (path for floor in FLOORS for path in (root / floor).glob("*") if path.is_dir())
    return {folder.name for folder in folders if re.match(r"[a-z]", folder.name)}


def wing_of(path: str, known: set[str]) -> str | None:
    """The wing a file belongs to; experiments name theirs in front of the subject."""
    parts = path.split("/")
    word = parts[1] if len(parts) > 2 else re.split(r"[_.]", parts[1].lstrip("_"))[0]
    return word if word in known else None


def import_offences(root: Path) -> Iterator[str]:
    """Imports that go upwards, sideways into another wing, or out of the referees' allowance."""
    known = wings(root)
    for path, tree in sources(root):
        floor, wing = path.split("/")[0], wing_of(path, known)
        for line, name in imported(path, tree):
            target, _, rest = name.partition(".")
            aside = rest.split(".")[0]
            if floor == "proofs_checks" and target not in REFEREES_MAY_IMPORT:
                yield f"{path}:{line}: the referees may not import {target}"
            elif target not in FLOORS:
                continue
            elif FLOORS.index(target) < FLOORS.index(floor):
                yield f"{path}:{line}: {floor} imports {target}, a higher floor"
            other = wing_of(f"{target}/{aside}.py", known) if rest else None
            if other and other != wing and (wing or floor != "experiments"):
                yield f"{path}:{line}: {wing or 'shared code'} imports {name}, of another wing"


# -- size, exceptions, words --------------------------------------------------------------------


def size_offences(root: Path) -> Iterator[str]:
    """Files, functions and parameter lists that are too long."""
    for path, tree in sources(root, (*FLOORS, "tests")):
        number = len((root / path).read_text(encoding="utf-8").split("\n")) - 1
        if number > LINES:
            yield f"{path}: {number} lines, at most {LINES}"
        for node in ast.walk(tree):
            if isinstance(node, Functions):
                length = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node)
                if length > FUNCTION_LINES:
                    yield f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}"
                names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
                number = len(names) - (names[:1] in (["self"], ["cls"]))
                if number > POSITIONAL:
                    yield f"{path}:{node.lineno}: {node.name} has {number} positional parameters"


def docstring_lines(node: Functions) -> int:
    """Lines of the docstring, which explains and does not count."""
    first = node.body[0]
    return (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node) else 0


LEAVING = {"skip", "skipif", "xfail", "importorskip", "skipTest", "SkipTest"}


MAY_LEAVE = {
    "theory/_core/items.py": "the collector reports not_run so",
    "tests/experiments/report/test_browser.py": "a browser is no Python package; it says what is missing",
}


def skip_offences(root: Path) -> Iterator[str]:
    """Tests and claims that can leave without a verdict; who may is in MAY_LEAVE, and why."""
    for path, tree in sources(root, (*FLOORS, "tests")):
        for node in ast.walk(tree) if path not in MAY_LEAVE else ():
            if isinstance(node, ast.Attribute) and node.attr in LEAVING:
                if ast.unparse(node.value).split(".")[0] in ("pytest", "unittest", "self"):
                    yield f"{path}:{node.lineno}: {node.attr}"
            elif isinstance(node, ast.ImportFrom) and node.module in ("pytest", "unittest"):
                names = sorted({alias.name for alias in node.names} & LEAVING)
                yield from (f"{path}:{node.lineno}: {name}" for name in names)


def except_offences(root: Path) -> Iterator[str]:
    """Handlers that swallow everything. Cleaning up and raising again is fine."""
    for path, tree in sources(root, (*FLOORS, "tests")):
        for node in ast.walk(tree) if path not in BOUNDARIES else ():
            if isinstance(node, ast.ExceptHandler):
                kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                names = {ast.unparse(kind) if kind else "everything" for kind in kinds}
                broad = sorted(names & {"everything", "Exception", "BaseException"})
                last = node.body[-1]
                if broad and not (isinstance(last, ast.Raise) and last.exc is None):
                    yield f"{path}:{node.lineno}: catches {broad[0]}"


def docstring_offences(root: Path) -> Iterator[str]:
    """Modules, public classes, functions and methods that do not say what they are."""
    for path, tree in sources(root):
        if not ast.get_docstring(tree):
            yield f"{path}: the module has no docstring"
        yield from (f"{path}:{node.lineno}: {node.name}" for node in undocumented(tree))


def undocumented(scope: ast.Module | ast.ClassDef) -> Iterator[Functions | ast.ClassDef]:
    """Public definitions in a module or class that have no docstring."""
    for node in scope.body:
        if isinstance(node, Functions | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from undocumented(node)


PLACES = re.compile(r"(?<![\w.*}])/(?:work|home|root|opt|Users|mnt)/\w|[A-Z]:\\\\?Users", re.ASCII)
TEXT = {".py", ".md", ".toml", ".txt", ".mplstyle", ".json", ""}


def place_offences(root: Path) -> Iterator[str]:
    """Text that speaks of a place on somebody's machine."""
    folders = [root / name for name in (*FLOORS, "tests", ".ci")]
    inside = [path for folder in folders for path in folder.rglob("*")]
    for path in sorted([*root.glob("*"), *inside]):
        if not path.is_file() or path.suffix not in TEXT or "__pycache__" in path.parts:
            continue
        lines = path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines, 1):
            if PLACES.search(line):
                yield f"{path.relative_to(root).as_posix()}:{number}: {line.strip()}"


GATES = {
    "imports": import_offences,
    "size": size_offences,
    "skips": skip_offences,
    "excepts": except_offences,
    "docstrings": docstring_offences,
    "places": place_offences,
}


@pytest.mark.parametrize("gate", GATES)
def test_the_house_keeps_its_rules(gate):
    assert list(GATES[gate](HOUSE)) == []


BAD = [
    ("imports", "proofs_checks/a.py", "import numpy", "may not import numpy"),
    ("imports", "proofs_checks/a.py", "def f():\n    from scipy import stats", "import scipy"),
    ("imports", "proofs_checks/a.py", "__import__('torch')", "may not import torch"),
    ("imports", "proofs_checks/a.py", "from constructions import b", "import constructions"),
    ("imports", "constructions/a.py", "def f():\n    import theory", "a higher floor"),
    ("imports", "theory/one/a.py", "from experiments.b import c", "a higher floor"),
    ("imports", "theory/one/a.py", "from constructions.two.b import c", "of another wing"),
    ("imports", "theory/one/a.py", "from constructions import two", "of another wing"),
    ("imports", "theory/one/a.py", "from ..two import b", "of another wing"),
    (
        "imports",
        "theory/one/a.py",
        "import importlib\nimportlib.import_module('theory.two')",
        "wing",
    ),
    ("imports", "theory/_core/a.py", "import theory.two.b", "shared code imports"),
    ("imports", "experiments/one_a.py", "import constructions.two", "of another wing"),
    ("imports", "experiments/_one_a.py", "from experiments.two_b import c", "of another wing"),
    ("size", "theory/a.py", "\n" * 401, "401 lines"),
    ("size", "tests/a.py", "def f():\n" + "    1\n" * 60, "f has 61 lines"),
    ("size", "theory/a.py", "def f(a, b, c, d, e, f): ...", "6 positional"),
    ("skips", "tests/a.py", "import pytest\n@pytest.mark.skip\ndef f(): ...", "skip"),
    ("skips", "tests/a.py", "import pytest\npytest.mark.xfail(reason='')", "xfail"),
    ("skips", "theory/one/a.py", "import pytest\npytest.importorskip('x')", "importorskip"),
    ("skips", "tests/a.py", "from unittest import SkipTest", "SkipTest"),
    ("excepts", "theory/a.py", "try: ...\nexcept Exception: ...", "catches Exception"),
    ("excepts", "theory/a.py", "try: ...\nexcept: ...", "catches everything"),
    (
        "excepts",
        "tests/a.py",
        "try: ...\nexcept (OSError, BaseException) as e: ...",
        "BaseException",
    ),
    ("docstrings", "theory/a.py", "", "the module has no docstring"),
    ("docstrings", "theory/a.py", "'''A.'''\ndef f(): ...", "a.py:2: f"),
    (
        "docstrings",
        "theory/a.py",
        "'''A.'''\nclass C:\n    '''C.'''\n    def f(self): ...",
        ":4: f",
    ),
    ("places", "README.md", "cd " + "/ho" + "me/someone", "README.md:1"),
    ("places", "tests/a.py", "path = '" + "/wo" + "rk/main'", "tests/a.py:1"),
]


def put(root, path, text):
    """An empty house with two wings, and one file."""
    for floor in FLOORS:
        for wing in ("one", "two"):
            (root / floor / wing).mkdir(parents=True)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.mark.parametrize(("gate", "path", "text", "offence"), BAD)
def test_each_gate_stops_what_it_is_for(tmp_path, gate, path, text, offence):
    put(tmp_path, path, text)
    found = list(GATES[gate](tmp_path))
    assert len(found) == 1
    assert offence in found[0]


GOOD = [
    (
        "imports",
        "proofs_checks/a.py",
        "import json\nfrom flint import fmpq\nfrom proofs_checks import b",
    ),
    (
        "imports",
        "theory/one/a.py",
        "import numpy\nfrom constructions.one import b\nfrom . import c",
    ),
    ("imports", "experiments/report.py", "from theory.one import a\nfrom theory.two import b"),
    (
        "size",
        "theory/a.py",
        "class C:\n    def f(self, a, b, c, d, e, *, g):\n" + "        1\n" * 59,
    ),
    ("skips", "tests/a.py", "skip = 1\ntext.skip(skip)"),
    ("excepts", "theory/a.py", "try: ...\nexcept BaseException:\n    clean()\n    raise"),
    ("docstrings", "theory/a.py", "'''A.'''\ndef _f(): ...\nx = lambda: 1"),
    ("places", "README.md", "https://example.org/home/page ../shared/data a/work/b"),
]


@pytest.mark.parametrize(("gate", "path", "text"), GOOD)
def test_no_gate_stops_what_is_fine(tmp_path, gate, path, text):
    put(tmp_path, path, text)
    assert list(GATES[gate](tmp_path)) == []


def test_listing_the_claims_imports_nothing_heavy():
    heavy = "numpy scipy sympy torch cvxpy matplotlib hypothesis networkx pytest"
    code = (
        "import sys; from theory.__main__ import main; main(['list'])\n"
        f"print([n for n in {heavy!r}.split() if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.rstrip().endswith("[]"), done.stderr


def test_every_id_is_on_the_append_only_list():
    line = [sys.executable, "-m", "theory", "ids", "--check"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
