"""A copy of the tree, in which one module may be mutated while its tests run.

The copy is made once, so an edit during a long run changes nothing. It holds the referees, what finds
certificates for them, and their tests; everything else is found where it is installed.
"""

from __future__ import annotations

import compileall
import hashlib
import importlib.util
import py_compile
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TESTS = "tests/proofs_checks"
OWN = "test_mutants.py"  #: the tests of these programs
COMPILED = ("proofs_checks", "constructions")
COPIED = ("pyproject.toml", "tests/conftest.py", TESTS, *COMPILED)


@contextmanager
def copied_tree() -> Iterator[Path]:
    """The copy, removed in the end."""
    tree = Path(tempfile.mkdtemp(prefix="mutants-"))
    try:
        for name in COPIED:
            target = tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(ROOT / name, target)
        # Compiled once and trusted from then on, whatever the clock says about the sources.
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        for name in COMPILED:
            compileall.compile_dir(tree / name, quiet=2, invalidation_mode=unchecked)
        yield tree
    finally:
        shutil.rmtree(tree, ignore_errors=True)


@contextmanager
def mutated(tree: Path, module: str, source: str) -> Iterator[None]:
    """The module reads ``source`` inside the block, and is compiled anew by whoever imports it."""
    path = source_of(tree, module)
    compiled = Path(importlib.util.cache_from_source(str(path)))
    before, kept = path.read_bytes(), compiled.read_bytes()
    compiled.unlink()
    path.write_text(source, encoding="utf-8")
    try:
        yield
    finally:
        path.write_bytes(before)
        compiled.write_bytes(kept)


def modules(tree: Path) -> list[str]:
    """The dotted names of all referees."""
    found = sorted((tree / "proofs_checks").rglob("*.py"))
    return [".".join(path.relative_to(tree).with_suffix("").parts) for path in found]


def source_of(tree: Path, module: str) -> Path:
    """The file of a module."""
    return tree / Path(*module.split(".")).with_suffix(".py")


def test_files(tree: Path) -> list[str]:
    """The test files of referees, relative to the tree."""
    found = [path for path in sorted((tree / TESTS).rglob("test_*.py")) if path.name != OWN]
    return [path.relative_to(tree).as_posix() for path in found]


def shared(tree: Path) -> list[Path]:
    """The files beside the test files: fixtures and second checkers, but no programs like this one."""
    beside = sorted((tree / TESTS).rglob("*.py"))
    return [p for p in beside if p.name[:5] != "test_" and not p.with_name("__main__.py").exists()]


def digest(*paths: Path) -> str:
    """A short digest of files, names included."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:16]
