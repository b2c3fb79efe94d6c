"""The record of a run, and writing files whole or not at all.

A record is ``{"experiment", "config", "seed", "metrics", "provenance"}``. Everything but the
provenance is a function of the code, the configuration and the seed.
"""

from __future__ import annotations

import json
import os
import platform
import re
import stat
import subprocess
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[2]
PROJECT = "touchstone"


def make_record(
    experiment: str, config: dict[str, Any], seed: int, metrics: dict[str, Any], seconds: float
) -> dict[str, Any]:
    """Put a record together; ``seconds`` is the wall time of the run."""
    return {
        "experiment": experiment,
        "config": config,
        "seed": seed,
        "metrics": metrics,
        "provenance": provenance(seconds),
    }


def as_bytes(record: dict[str, Any]) -> bytes:
    """JSON text of a record; ``ValueError`` for NaN or infinity, which JSON does not have."""
    return (json.dumps(record, indent=1, allow_nan=False) + "\n").encode()


def provenance(seconds: float) -> dict[str, Any]:
    """Where and with what a run was made: versions, platform, commit, threads, duration."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": versions(),
        "commit": commit(),
        "cpus": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "threads": {k: v for k, v in sorted(os.environ.items()) if k.endswith("_NUM_THREADS")},
        "seconds": round(seconds, 3),
    }


def versions() -> dict[str, str]:
    """Version of this project and of every installed package that it declares."""
    found: dict[str, str] = {}
    with suppress(metadata.PackageNotFoundError):
        found[PROJECT] = metadata.version(PROJECT)
        for requirement in metadata.requires(PROJECT) or ():
            name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
            with suppress(metadata.PackageNotFoundError):
                found[name] = metadata.version(name)
    return found


def commit() -> str | None:
    """Commit of the checkout, with ``-dirty`` if files differ from it; ``None`` outside of one."""
    if not (ROOT / ".git").exists():
        return None
    command = [
        "git",
        "-C",
        str(ROOT),
        "describe",
        "--always",
        "--abbrev=40",
        "--exclude=*",
        "--dirty",
    ]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None


def output_path(option: str, name: str) -> Path:
    """The file behind ``name``, links followed, after trying that it can be written.

    ``ValueError`` names the option, the path and the reason. Nothing is left behind.
    """
    try:
        path = Path(name).resolve() if name else Path()
        _refuse_special(path)
        _create(path.parent)[1].unlink()
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ValueError(
            f"{option}: must be a file that can be written, got {name!r}: {reason}"
        ) from None
    return path


def _refuse_special(path: Path) -> None:
    """Renaming onto a device, a pipe or a directory would replace or miss it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise ValueError("it is a directory" if stat.S_ISDIR(mode) else "it is not a regular file")
    if not os.access(path, os.W_OK):
        raise ValueError("it is write-protected")


def write_whole(path: Path, data: bytes) -> None:
    """Write to a temporary file beside ``path`` and rename it: whole or not at all.

    ``OSError`` if the disk is full or the directory has gone; the temporary file is removed.
    """
    handle, temporary = _create(path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _create(directory: Path) -> tuple[int, Path]:
    """A new file, by an open handle and its path; its permissions follow the umask."""
    path = directory / f".{PROJECT}-{uuid4().hex}.tmp"
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), path
