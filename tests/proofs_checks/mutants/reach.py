"""Which tests run which lines of the referees, so that a mutant meets only those.

Lines that run in another process, or after a signal, are not seen: every test concerns all lines of
:data:`COMMANDS`. So it is with what runs when a module is imported.
"""

from __future__ import annotations

import ast
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import running
import tree as trees
from mutations import Mutant

COMMANDS = ("proofs_checks.__main__", "proofs_checks.output")
LONGEST = 3.0  #: processor time of a test that mutants meet, in seconds


@dataclass(frozen=True)
class Reach:
    """``lines[module][line]`` are indices into ``tests``; ``usual`` are seconds per test."""

    tests: list[str]
    usual: dict[str, float]
    lines: dict[str, dict[int, list[int]]]
    failing: list[str]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that can tell a mutant from the original."""
        if mutant.lines is None or mutant.module in COMMANDS:
            return list(self.tests)
        ran, (first, last) = self.lines.get(mutant.module, {}), mutant.lines
        found = {i for line in range(first, last + 1) for i in ran.get(line, ())}
        return [self.tests[i] for i in sorted(found)]


def own_files(module: str) -> set[str]:
    """The test files that are called after a module."""
    *folders, name = module.split(".")[1:]
    stem = "/".join([trees.TESTS, *folders, f"test_{name.strip('_')}"])
    return {f"{stem}.py", f"{stem}_edges.py"}


@lru_cache
def files_about(tree: Path, module: str) -> set[str]:
    """The test files that name a module in an import of theirs, or are called after it."""
    found = own_files(module)
    for file in trees.test_files(tree):
        parsed = ast.parse((tree / file).read_text(encoding="utf-8"))
        found |= {file} if module in _imported(parsed) else set()
    return found


def measured(session: pytest.Session, tree: Path, cache: Path) -> Reach:
    """Run all tests twice, for their times and for their lines.

    Kept in ``cache`` for every test file, while it, what it shares with others, and the referees that
    it runs stay the same. A test that fails although nothing is mutated tells nothing and is left out;
    ``failing`` names it. ``ValueError`` if the tests cannot be run at all.
    """
    kept = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    files = trees.test_files(tree)
    stale = [file for file in files if _stamp(tree, file, kept) != kept.get(file, {}).get("stamp")]
    for i, file in enumerate(stale):
        if sys.stderr.isatty():
            sys.stderr.write(f"{f'{i + 1} of {len(stale)} test files: {file}':99}\r")
        kept[file] = _run_twice(session, tree, file)
        kept[file]["stamp"] = _stamp(tree, file, kept)
        cache.write_text(json.dumps(kept), encoding="utf-8")
    now = [kept[file] for file in files]
    usual = {name: seconds for one in now for name, seconds in one["usual"].items()}
    failing = [name for one in now for name in one["failing"]]
    tests = [name for name in usual if name not in set(failing)]
    number = {name: i for i, name in enumerate(tests)}
    lines: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in now:
        for name, ran in one["ran"].items():
            for module, numbers in ran.items() if name in number else ():
                for line in numbers:
                    lines[module][line].append(number[name])
    return Reach(tests, usual, lines, failing)


def _stamp(tree: Path, file: str, kept: dict[str, Any]) -> str:
    modules = {module for ran in kept.get(file, {}).get("ran", {}).values() for module in ran}
    sources = [trees.source_of(tree, module) for module in sorted(modules)]
    there = [path for path in sources if path.exists()]
    return trees.digest(tree / file, *trees.shared(tree), *there)


def _run_twice(session: pytest.Session, tree: Path, file: str) -> dict[str, Any]:
    plain = running.run(session, [file])
    if plain.code not in (0, 1):
        said = (tree / running.LOG).read_text(encoding="utf-8", errors="replace")
        raise ValueError(f"tests: cannot be run:\n{said[-2000:]}")
    short = [name for name, seconds in plain.seconds.items() if seconds <= LONGEST]
    data = running.run(session, [file], short, plugin=_Tracer(tree)).data
    return {
        "usual": {name: plain.seconds[name] for name in short},
        "ran": data["ran"] if short else {},
        "failing": plain.failed,
    }


class _Tracer:
    """A plugin that notes the lines of referees that every test runs."""

    def __init__(self, tree: Path) -> None:
        self.files = {str(trees.source_of(tree, m)): m for m in trees.modules(tree)}
        self.now: set[tuple[str, int]] = set()
        self.data: dict[str, Any] = {"ran": {}}

    def _call(self, frame: FrameType, event: str, arg: Any) -> Any:
        module = self.files.get(frame.f_code.co_filename)
        if module is None:
            return None

        def line(frame: FrameType, event: str, arg: Any) -> Any:
            self.now.add((module, frame.f_lineno))
            return line

        return line(frame, event, arg)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        _forget()
        self.now = set()
        sys.settrace(self._call)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            ran: dict[str, list[int]] = defaultdict(list)
            for module, line in sorted(self.now):
                ran[module].append(line)
            self.data["ran"][item.nodeid] = ran


def _forget() -> None:
    """Empty the caches of the project, so that every test runs what it needs."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in trees.COMPILED:
            for value in list(vars(module).values()):
                getattr(value, "cache_clear", lambda: None)()


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
