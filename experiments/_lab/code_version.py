"""The version of an experiment: a hash of the sources that its results can depend on.

Starting from the experiment's module, every import of project code is followed, also those inside functions.
The files found, with their names, are hashed. So an edit elsewhere leaves results valid, and an edit to
anything they use does not. Left out, because no number depends on them:

- in the experiment's own module, the functions that list tasks or show results (``tasks``, ``collect``,
  ``render``, ``verdict``, the plot, the artifacts), unless something else in the module uses them, and
  what only they import, or what only ``later`` (see ``later.py``) names;
- the machinery of the laboratory. Its random streams count, and what else is imported from it.

A module that imports by computed names (``iter_modules``, ``import_module(name)``) is taken to use every
module of the packages it names. Installed libraries and data files are not covered: their
versions are in the provenance.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from experiments._lab.experiment import Experiment, real_name

ROOT = Path(__file__).parents[2]
FLOORS = ("experiments", "theory", "constructions", "proofs_checks")
STREAMS = "experiments._lab.seeds"
MACHINERY = tuple(f"experiments._lab.{name}" for name in ("cli", "experiment", "later"))
FILELESS = frozenset(("builtins", "__main__"))  # render=str, or something typed in
COMPUTED = ("import_module", "__import__", "iter_modules", "walk_packages", "find_spec")


def code_version(experiment: Experiment) -> str:
    """64 hexadecimal digits; ``ValueError`` if its functions do not stand in a file."""
    return sources_of(experiment).version()


@dataclass(frozen=True)
class Sources:
    """Where to start, by names of modules, and which functions in them do not count."""

    modules: tuple[str, ...]
    unused: frozenset[str]

    def version(self) -> str:
        """The hash of what is found on this machine; read once in a process."""
        return _version(self)

    def files(self) -> dict[str, str]:
        """The file of every module to start from."""
        specs = {module: importlib.util.find_spec(module) for module in self.modules}
        for module, spec in specs.items():
            if spec is None or not spec.has_location:
                raise ValueError(f"run: must stand in a file, got module {module!r}")
        return {module: str(spec.origin) for module, spec in specs.items() if spec}

    def roots(self) -> tuple[str, ...]:
        """The folders from which the modules are imported."""
        return tuple(sorted({str(root) for root in bases(self.files())}))


def bases(files: dict[str, str]) -> set[Path]:
    """For every module the folder that its name starts from."""
    return {Path(file).parents[name.count(".")] for name, file in files.items()}


def run_version(experiment: Experiment) -> str:
    """The same for a whole run: what lists, collects, judges and shows counts as well."""
    modules = {*sources_of(experiment).modules}
    names = {function.__module__ for function in around_run(experiment)}
    modules |= {real_name(name) if name in sys.modules else name for name in names}
    return Sources(tuple(sorted(modules - FILELESS)), frozenset()).version()


def around_run(experiment: Experiment) -> list[Callable[..., Any]]:
    """The functions that no number of a task depends on."""
    functions = [experiment.render, experiment.verdict, experiment.collect, experiment.tasks]
    functions += [artifact.make for artifact in experiment.artifacts.values()]
    return functions + ([experiment.plot.draw, experiment.plot.prepare] if experiment.plot else [])


def sources_of(experiment: Experiment) -> Sources:
    """The modules that declare it, run it, and list its tasks."""
    home = experiment.module
    around = frozenset(f.__name__ for f in around_run(experiment) if f.__module__ == home)
    modules = {home, experiment.run.__module__, experiment.config.__module__}
    return Sources(tuple(sorted(map(real_name, modules))), around - {"<lambda>"})


@cache
def _version(sources: Sources) -> str:
    total = sha256()
    for name, source in sorted(closure(sources.files(), sources.unused).items()):
        total.update(f"{name} {len(source)}\n".encode() + source)
    return total.hexdigest()


def closure(starts: dict[str, str], unused: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """Name and source of every module reached from ``starts`` (names and files).

    The functions ``unused`` are cut out of these first modules.
    """
    tree = Tree((ROOT, *sorted(bases(starts) - {ROOT})))
    found: dict[str, bytes] = {}
    left = [(name, Path(file)) for name, file in starts.items()]
    left += filter(None, [tree.locate(STREAMS)])
    while left:
        name, path = left.pop()
        if name in found or name in MACHINERY:
            continue
        found[name] = path.read_bytes()
        parsed = ast.parse(found[name])
        if name in starts:
            found[name], parsed = without(found[name], parsed, unused)
        left += tree.used(name, path, list(ast.walk(parsed)))
    return found


@dataclass(frozen=True)
class Tree:
    """Project code on disk: ``packages`` in the first root, and all that lies in the others."""

    roots: tuple[Path, ...]
    packages: tuple[str, ...] = FLOORS

    def locate(self, name: str) -> tuple[str, Path] | None:
        """The file of a module, if it is project code."""
        for root in self.roots if name else ():
            if root == self.roots[0] and name.partition(".")[0] not in self.packages:
                continue
            stem = root.joinpath(*name.split("."))
            for path in (stem.with_name(f"{stem.name}.py"), stem / "__init__.py"):
                if path.is_file():
                    return name, path
        return None

    def used(self, name: str, path: Path, nodes: list[ast.AST]) -> list[tuple[str, Path]]:
        """What a module imports, and the packages around it, which are run before it."""
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        names = set(imported(package, nodes))
        found = {
            module: file
            for one in {*names, name}
            for parent in parents(one)
            for module, file in filter(None, [self.locate(parent)])
        }
        if any(map(computes, nodes)):
            for whole in [found[one] for one in names if one in found] + [*prefixes(self, nodes)]:
                found |= dict(self.contents(whole))
        return [*found.items()]

    def contents(self, init: Path) -> Iterator[tuple[str, Path]]:
        """The modules directly in a package; none if ``init`` is a plain module."""
        if init.name != "__init__.py":
            return
        root = next(root for root in self.roots if init.is_relative_to(root))
        for path in init.parent.glob("*.py"):
            stem = path.relative_to(root).with_suffix("")
            name = ".".join(stem.parts).removesuffix(".__init__")
            yield name, path


def parents(name: str) -> Iterator[str]:
    """``a.b.c``, ``a.b``, ``a``."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def imported(package: str, nodes: list[ast.AST]) -> Iterator[str]:
    """Every name that may be a module: of imports anywhere, and of literal ``import_module`` calls."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(
                [*(above if node.level else []), *([node.module] if node.module else [])]
            )
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in COMPUTED and not computes(node):
            yield str(ast.literal_eval(node.args[0]))


def computes(node: ast.AST) -> bool:
    """Whether a call imports, or lists, modules whose names are not written down."""
    if not isinstance(node, ast.Call) or called(node) not in COMPUTED:
        return False
    return not (node.args and isinstance(node.args[0], ast.Constant))


def prefixes(tree: Tree, nodes: list[ast.AST]) -> Iterator[Path]:
    """Packages that an f-string begins with: ``f"proofs_checks.interp.{module}"``."""
    for node in nodes:
        first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
        beginning = str(first.value) if isinstance(first, ast.Constant) else ""
        if found := tree.locate(beginning.rpartition(".")[0]):
            yield found[1]


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def without(source: bytes, tree: ast.Module, names: frozenset[str]) -> tuple[bytes, ast.Module]:
    """The module without the named functions, except those that the rest of it uses."""
    functions = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name in names
    }
    left = list(functions)
    while left:  # whatever is mentioned in what stays, stays
        stays = [
            node for node in tree.body if node not in functions.values() and not declares(node)
        ]
        mentioned = {
            getattr(inner, "id", getattr(inner, "attr", None))
            for node in stays
            for inner in ast.walk(node)
        }
        left = [name for name in functions if name in mentioned]
        for name in left:
            del functions[name]
    lines = source.split(b"\n")
    for node in reversed(functions.values()):  # from the last to the first: numbers stay right
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        del lines[first - 1 : node.end_lineno]
    kept = [node for node in tree.body if node not in functions.values()]
    return b"\n".join(lines), ast.Module(kept, [])


def declares(node: ast.stmt) -> bool:
    """``EXPERIMENT = Experiment(...)``: naming a function there does not run it."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return isinstance(value, ast.Call) and called(value) == "Experiment"
