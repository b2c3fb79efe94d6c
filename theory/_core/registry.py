"""Find every claim below a folder of wings; there is no list to keep.

``<root>/<wing>/<name>.py`` is a module of claims unless its name starts with an underscore. Below the
installed `theory` package modules are imported by their real dotted names; below any other folder (a
third party's claims, a test) they become members of a package made up for that folder.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import theory
from theory._core.attempt import Raised, attempt
from theory._core.claim import Claim

THEORY = Path(theory.__file__).resolve().parent


@dataclass(frozen=True)
class Module:
    """One imported file of claims. ``failure`` is the traceback when the import failed."""

    path: Path
    name: str
    claims: tuple[Claim, ...] = ()
    overwritten: tuple[str, ...] = ()  # variables to which a second claim was assigned
    failure: str = ""

    @property
    def wing(self) -> str:
        """The folder the file lies in."""
        return self.path.parent.name


@dataclass(frozen=True)
class Registry:
    """All modules below ``root``, in the order of their paths."""

    root: Path
    modules: tuple[Module, ...]

    @cached_property
    def home(self) -> dict[int, Module]:
        """``id(claim)`` (the object's) -> its module; claims with equal ids stay apart."""
        return {id(claim): module for module in self.modules for claim in module.claims}

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Claims by id; the first declaration of an id counts."""
        found: dict[str, Claim] = {}
        for claim in self.declarations:
            found.setdefault(claim.id, claim)
        return found

    @property
    def declarations(self) -> Iterator[Claim]:
        """Every claim, repeated ids included."""
        return (claim for module in self.modules for claim in module.claims)

    @property
    def wings(self) -> tuple[str, ...]:
        """Names of the wings, in order."""
        return tuple(wing.name for wing in _wings(self.root))


def is_claim_file(root: Path, path: Path) -> bool:
    """Whether ``path`` is ``<root>/<wing>/<name>.py`` with public names."""
    if path.parent.parent != root or path.suffix != ".py" or path.name == "conftest.py":
        return False
    return all(name.isidentifier() and name[0] != "_" for name in (path.stem, path.parent.name))


def discover(root: Path | None = None) -> Registry:
    """Import every module of claims below ``root`` (default: the installed `theory`).

    Raises ``ValueError`` when ``root`` is not a directory. A module that cannot be imported is in the
    result, with its traceback.
    """
    root = (root or THEORY).resolve()
    if not root.is_dir():
        raise ValueError(f"root: must be a directory of wings, got {root}")
    package = _package(root)
    files = [path for wing in _wings(root) for path in sorted(wing.glob("*.py"))]
    return Registry(root, tuple(_load(package, p) for p in files if is_claim_file(root, p)))


def _wings(root: Path) -> list[Path]:
    folders = (path for path in root.iterdir() if path.is_dir())
    return sorted(f for f in folders if f.name.isidentifier() and f.name[0] != "_")


def _package(root: Path) -> str:
    if root == THEORY:
        return theory.__name__
    name = "claims_" + hashlib.sha256(str(root).encode()).hexdigest()[:12]
    if name not in sys.modules:
        made = ModuleType(name)
        made.__path__ = [str(root)]
        sys.modules[name] = made
    importlib.invalidate_caches()  # the folder may be younger than the import system's listing
    return name


def _load(package: str, path: Path) -> Module:
    name = f"{package}.{path.parent.name}.{path.stem}"
    imported = attempt(lambda: importlib.import_module(name))
    if isinstance(imported, Raised):
        return Module(path, name, failure=imported.text)
    claims = tuple(dict.fromkeys(_declared(imported.value, name)))  # two names, one claim
    return Module(path, name, claims, _overwritten(path))


def _declared(module: ModuleType, name: str) -> Iterator[Claim]:
    for value in list(vars(module).values()):
        for one in _members(value):
            if isinstance(one, Claim) and one.module == name:
                yield one


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        return value
    return value.values() if isinstance(value, dict) else (value,)


def _overwritten(path: Path) -> tuple[str, ...]:
    """Variables bound to two claims: the first is lost, and with it all that was declared on it."""
    text = path.read_text(encoding="utf-8")
    bound = re.findall(r"^(\w+)(?:\s*:[^=\n]+)?\s*=\s*Claim\(", text, re.MULTILINE)
    return tuple(sorted({name for name in bound if bound.count(name) > 1}))
