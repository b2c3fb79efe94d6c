"""The append-only lists of ids, ``<root>/<wing>/ids.txt``, one id a line.

An id that was published once is never used for another statement and never disappears: a claim that
turned out wrong stays, as an erratum or as open.
"""

from __future__ import annotations

from pathlib import Path

from theory._core.registry import Registry


def ids_file(root: Path, wing: str) -> Path:
    """Where the ids of ``wing`` are recorded."""
    return root / wing / "ids.txt"


def recorded(root: Path, wing: str) -> list[str]:
    """The recorded ids of ``wing``, in order; none when there is no list yet."""
    path = ids_file(root, wing)
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def vanished(registry: Registry) -> list[tuple[str, str]]:
    """(wing, id) of every recorded id that no claim carries any more."""
    return [
        (wing, name)
        for wing in registry.wings
        for name in recorded(registry.root, wing)
        if name not in registry.claims
    ]


def unrecorded(registry: Registry) -> list[tuple[str, str]]:
    """(wing, id) of every claim that is not on the list of its wing."""
    known = {wing: set(recorded(registry.root, wing)) for wing in registry.wings}
    pairs = [(registry.home[id(claim)].wing, claim.id) for claim in registry.claims.values()]
    return [(wing, name) for wing, name in pairs if name not in known[wing]]


def record(registry: Registry) -> list[str]:
    """Append what is not recorded yet and return it. Nothing is ever removed or reordered."""
    new = unrecorded(registry)
    for wing in dict.fromkeys(wing for wing, _ in new):
        path = ids_file(registry.root, wing)
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        gap = "" if before.endswith("\n") or not before else "\n"
        lines = "".join(f"{name}\n" for owner, name in new if owner == wing)
        with path.open("a", encoding="utf-8") as out:
            out.write(gap + lines)
    return [name for _, name in new]
