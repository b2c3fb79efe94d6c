"""``python -m experiments doctor``: what is installed, and what each optional part enables.

Nothing here is a list somebody has to keep: packages are those that the project declares, and what they
enable is read off the imports in its sources. Nothing is imported to find out.
"""

from __future__ import annotations

import ast
import os
import platform
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path

from experiments._lab.code_version import FLOORS, MACHINERY, ROOT, Tree, called, imported
from experiments._lab.provenance import PROJECT, commit
from experiments._lab.text import heading, table

PROGRAM = "which"  # shutil.which("chromium") is how sources ask for a program
VARIABLE = re.compile(r"TOUCHSTONE_[A-Z_]+")
AROUND = (*MACHINERY, "experiments.__main__")  # what every experiment, or none, goes through
SHOWN = 6  # names in a list before "and 7 more"


def examine(root: Path = ROOT) -> tuple[str, bool]:
    """The report, and whether everything that is required is there."""
    packages, sources = declared(), Sources(root)
    parts = [
        heading(1, "This machine"),
        machine(),
        heading(2, "Required packages"),
        required_table(packages),
    ]
    parts += [heading(3, "Optional packages, and what they enable"), optional(packages, sources)]
    parts += [heading(4, "Programs and variables"), around(sources)]
    missing = [one.name for one in packages if not one.extra and one.state != "ok"]
    return "\n".join(parts).strip("\n"), not missing


# -- packages -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Package:
    """A declared package: ``extra`` is the optional part it belongs to, or empty."""

    name: str
    wanted: str
    extra: str
    installed: str | None

    @property
    def state(self) -> str:
        """``ok``, ``missing``, or ``too old``."""
        if self.installed is None:
            return "missing"
        least = re.search(r">=\s*([0-9.]+)", self.wanted)
        return "too old" if least and numbers(self.installed) < numbers(least[1]) else "ok"


def declared(project: str = PROJECT) -> list[Package]:
    """What the metadata of the project ask for, without the project itself."""
    found = []
    for line in metadata.requires(project) or ():
        requirement, _, condition = line.partition(";")
        name = re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]
        extra = re.search(r"extra == ['\"]([^'\"]+)", condition)
        wanted = requirement.strip().removeprefix(name).strip()
        if name != project:
            found.append(Package(name, wanted, extra[1] if extra else "", version(name)))
    return found


def version(name: str) -> str | None:
    """Installed version of a package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def numbers(text: str) -> tuple[int, ...]:
    """``2.10.1+cpu`` as (2, 10, 1)."""
    return tuple(int(part) for part in re.findall(r"\d+", text.split("+")[0])[:3])


def belongs(module: str, package: str, providers: dict[str, list[str]]) -> bool:
    """Whether a package provides a module; judged by its name where it is not installed."""
    plain = re.sub(r"[-_.]+", "_", package).lower()
    if module in providers:
        return plain in {re.sub(r"[-_.]+", "_", one).lower() for one in providers[module]}
    return module == plain or module in plain.split("_")


# -- sources --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """One file: the project modules it imports, the other ones, and what it says about itself."""

    path: str
    summary: str
    inner: frozenset[str]
    outer: frozenset[str]
    claims: tuple[str, ...]
    programs: tuple[str, ...]
    variables: tuple[str, ...]


@dataclass(frozen=True)
class Sources:
    """Every Python file of the project, by name of its module."""

    root: Path
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def files(self) -> dict[str, Source]:
        """Read once."""
        paths = [p for floor in (*FLOORS, "tests") for p in (self.root / floor).rglob("*.py")]
        tree = Tree((self.root,), (*FLOORS, "tests"))
        return dict(read(self.root, path, tree) for path in sorted(paths))

    def reached(self, name: str) -> set[str]:
        """A module and all that it imports, except what runs every experiment."""
        found, left = set(), [name]
        while left:
            one = left.pop()
            if one not in found and one in self.files and (one == name or one not in AROUND):
                found.add(one)
                left += self.files[one].inner
        return found

    def using(self, package: str, providers: dict[str, list[str]]) -> list[str]:
        """Modules that import a package directly."""
        return [
            name
            for name, source in self.files.items()
            if any(belongs(module, package, providers) for module in source.outer)
        ]


def read(root: Path, path: Path, tree: Tree) -> tuple[str, Source]:
    """One file."""
    name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    parsed = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(parsed))
    names = set(imported(package, nodes))
    inner = {one for one in names if tree.locate(one)}
    outer = {one.split(".")[0] for one in names} - {*FLOORS, "tests", ""}
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    summary = (ast.get_docstring(parsed) or "").split("\n")[0]
    return name, Source(
        path.relative_to(root).as_posix(),
        summary,
        frozenset(inner),
        frozenset(outer),
        tuple(
            texts(
                k.value for c in calls if called(c) == "Claim" for k in c.keywords if k.arg == "id"
            )
        ),
        tuple(texts(call.args[0] for call in calls if called(call) == PROGRAM and call.args)),
        tuple(text for text in texts(nodes) if VARIABLE.fullmatch(text)),
    )


def texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The literal strings among them."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


# -- what is shown --------------------------------------------------------------------------------


def machine() -> str:
    """Interpreter, system, processors, checkout."""
    lines = {
        PROJECT: version(PROJECT) or "not installed",
        "commit": commit() or "no checkout",
        "Python": platform.python_version(),
        "system": platform.platform(),
        "CPUs": str(os.cpu_count()),
    }
    return "\n".join(f"  {name:10}  {value}" for name, value in lines.items())


def required_table(packages: list[Package]) -> str:
    """Name, what is wanted, what is there."""
    lines = [(one.name, one.wanted, one.installed, one.state) for one in packages if not one.extra]
    return table(("package", "wanted", "installed", "state"), lines, "<<<<")


def optional(packages: list[Package], sources: Sources) -> str:
    """For every optional package: state, and what imports it."""
    providers = {name: list(found) for name, found in metadata.packages_distributions().items()}
    parts = []
    for one in (one for one in packages if one.extra):
        found = f"{one.installed or 'not installed'}" + (
            "" if one.state != "too old" else " (too old)"
        )
        parts.append(f"  {one.name} {one.wanted}: {found}   [{PROJECT}[{one.extra}]]")
        parts += [f"    {line}" for line in enabled(one, sources, providers)]
    return "\n".join(parts)


def enabled(package: Package, sources: Sources, providers: dict[str, list[str]]) -> Iterator[str]:
    """What depends on a package, in lines."""
    direct = set(sources.using(package.name, providers))
    users = {name for name in sources.files if direct & sources.reached(name)} if direct else set()
    if not direct:
        yield "a tool: nothing imports it"
    for name in sorted(direct):
        if not name.startswith("tests."):
            yield f"{sources.files[name].path}: {sources.files[name].summary}"
    claims = [claim for name in sorted(users) for claim in sources.files[name].claims]
    experiments = [name.split(".")[1] for name in sorted(users) if runnable(sources.files[name])]
    tests = [sources.files[n].path for n in sorted(tested(users, direct, sources))]
    for word, names in (("claims", claims), ("experiments", experiments), ("tests", tests)):
        if names:
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            yield f"{word}: {', '.join(names[:SHOWN])}{more}"


def runnable(source: Source) -> bool:
    """Whether ``python -m experiments`` lists it."""
    return bool(re.fullmatch(r"experiments/[a-z]\w*\.py", source.path))


def tested(users: set[str], direct: set[str], sources: Sources) -> set[str]:
    """Test files that import the package, or a module that does."""
    return {
        name
        for name in users
        if name.startswith("tests.") and (name in direct or sources.files[name].inner & direct)
    }


def around(sources: Sources) -> str:
    """Programs that sources look for, variables that they read, and whether they are there."""
    rows: list[tuple[str, str, str]] = []
    for kind, names in (("program", "programs"), ("variable", "variables")):
        found: dict[str, list[str]] = {}
        for source in sources.files.values():
            for name in getattr(source, names):
                found.setdefault(name, []).append(source.path)
        for name, paths in sorted(found.items()):
            where = shutil.which(name) if kind == "program" else os.environ.get(name)
            rows.append((name, where or "not there", ", ".join(sorted(set(paths)))))
    return table(("name", "value", "asked for by"), rows, "<<<")
