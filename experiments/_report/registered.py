"""Which claims there are, in which wings, and what the wings are called.

Everything registered is counted, whatever ran: the house's own claims and those of further folders.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from theory._core.claim import FAST, NIGHTLY, Claim
from theory._core.problems import Problem, find_problems
from theory._core.registry import THEORY, Module, Registry, discover

_ROW = re.compile(r"^\|\s*`(\w+)`\s*\|([^|]*)\|", re.MULTILINE)


@dataclass(frozen=True)
class Wing:
    """One paper: the wing's word, the paper's title, and what its claims are about."""

    name: str
    title: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class Registered:
    """All claims by id, the modules they are declared in, the wings, and what is wrong with them."""

    claims: dict[str, Claim]
    homes: dict[str, Module]
    wings: tuple[Wing, ...]
    problems: tuple[Problem, ...]

    @property
    def unread(self) -> list[str]:
        """Modules that could not be imported: whatever they declare is not counted."""
        return [p.claim for p in self.problems if p.kind == "import error"]


def registered(roots: Sequence[Path] = ()) -> Registered:
    """The claims of the installed `theory` and of further folders of wings.

    Raises ``ValueError`` for a root that is no directory.
    """
    claims: dict[str, Claim] = {}
    homes: dict[str, Module] = {}
    problems: list[Problem] = []
    wings: dict[str, Wing] = {}
    for root in dict.fromkeys([THEORY, *(root.resolve() for root in roots)]):
        registry = discover(root)
        problems += find_problems(registry)
        for claim in registry.claims.values():
            if claims.setdefault(claim.id, claim) is claim:
                homes[claim.id] = registry.home[id(claim)]
        for wing in _wings(registry):
            wings.setdefault(wing.name, wing)
    for name in {claim.wing for claim in claims.values()} - set(wings):  # filed in a wrong folder
        wings[name] = Wing(name, name, ())
    return Registered(claims, homes, tuple(wings.values()), tuple(problems))


def _wings(registry: Registry) -> list[Wing]:
    root = registry.root
    titles = _titles(root)
    found = [
        Wing(
            name, titles.get(name, name), tuple(paragraphs(docstring(root / name / "__init__.py")))
        )
        for name in registry.wings
    ]
    known = set(registry.wings)
    return found + [Wing(name, title, ()) for name, title in titles.items() if name not in known]


def _titles(root: Path) -> dict[str, str]:
    """Paper titles from the table of wings in the README beside the claims, where there is one."""
    readme = root.parent / "README.md"
    if not readme.is_file():
        return {}
    rows = _ROW.findall(readme.read_text(encoding="utf-8", errors="replace"))
    return {wing: title.strip() for wing, title in rows}


def docstring(path: Path) -> str:
    """A module's docstring, read without importing it; "" if there is none."""
    try:
        return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    except (OSError, SyntaxError, ValueError):
        return ""


def paragraphs(text: str) -> list[str]:
    """Blocks of lines that empty lines set apart; the lines of a table stay lines."""
    blocks = re.split(r"\n\s*\n", text.strip())
    tables = (all(line.lstrip().startswith("|") for line in b.split("\n")) for b in blocks)
    found = [b.strip() if t else " ".join(b.split()) for b, t in zip(blocks, tables, strict=True)]
    return [block for block in found if block]


def location(module: Module) -> str:
    """The file of a module, from the folder that holds `theory` where it lies below that."""
    inside = THEORY.parent in module.path.parents
    return str(module.path.relative_to(THEORY.parent) if inside else module.path)


def replay(claim: Claim, module: Module) -> str:
    """The command that runs everything a claim declares."""
    words = ["pytest", f"{location(module)}::{claim.id}"]
    if THEORY not in module.path.parents:
        words += ["-p", "theory._core.plugin", "--claims-root", str(module.path.parent.parent)]
    tiers = {check.tier for check in claim.checks} - {FAST}
    words += ["--tier", NIGHTLY if NIGHTLY in tiers else "slow"] if tiers else []
    return shlex.join(words)
