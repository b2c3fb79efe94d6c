"""A report folder: there whole or not at all, and never in the place of something else.

Everything is written into a folder beside the target, which is then renamed. Only an empty folder or
an earlier report is replaced, and an earlier report only if it holds nothing that no report made.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

MANIFEST = "report.json"
FAMILY = "touchstone-report/"  # what the format of every version begins with
ABANDONED = 3600.0  # seconds after which the leftovers of a killed build are removed


def target_folder(name: str | Path) -> Path:
    """The folder to be written, after looking that it may be. ``ValueError`` says why not."""
    try:
        if not str(name):
            raise ValueError("the name is empty")
        path = Path(name).resolve()
        _refuse_foreign(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _building(path).rmdir()
    except (OSError, RuntimeError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ValueError(
            f"--out: must be a new folder or one of an earlier report, got {str(name)!r}: {reason}"
        ) from None
    return path


def _refuse_foreign(path: Path) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise ValueError("it is a file")
    inside = {p.relative_to(path).as_posix() for p in path.rglob("*") if not p.is_dir()}
    if not inside and not any(path.iterdir()):
        return
    made = _manifest(path / MANIFEST)
    if made is None:
        raise ValueError("it exists and is not a report")
    strangers = sorted(inside - made)
    if strangers:
        raise ValueError(f"it holds a file that no report made: {strangers[0]}")


def _manifest(path: Path) -> set[str] | None:
    """Names of the files that an earlier report wrote; None if there was no report."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        ours = str(data["format"]).startswith(FAMILY)
        return {MANIFEST, *map(str, data["files"])} if ours else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _building(path: Path) -> Path:
    made = path.with_name(f".{path.name}.{uuid4().hex}.building")
    made.mkdir()
    return made


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` (relative name to content) and put the folder in place of ``path``.

    ``OSError`` if that fails; then ``path`` is as it was, and nothing is left beside it.
    ``ValueError`` if something else has come to lie there meanwhile.
    """
    _sweep(path)
    building = _building(path)
    try:
        for name, data in files.items():
            file = building / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        _refuse_foreign(path)
        _exchange(building, path)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _exchange(building: Path, path: Path) -> None:
    """Two renames where a report lies already; the old one comes back if the second fails."""
    old = path.with_name(f".{path.name}.{uuid4().hex}.building")
    if path.exists():
        os.rename(path, old)
    try:
        os.rename(building, path)
    except BaseException:
        with suppress(OSError):
            os.rename(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sweep(path: Path) -> None:
    """Remove what builds left that were killed long ago."""
    for left in path.parent.glob(f".{path.name}.*.building"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
