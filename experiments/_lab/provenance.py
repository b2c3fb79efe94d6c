"""Where and with what a run was made: versions, platform, commit, threads, duration."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROJECT = "touchstone"


def provenance(seconds: float) -> dict[str, Any]:
    """All of it; ``seconds`` is the wall time of the run."""
    return {**surroundings(), "commit": commit(), "seconds": round(seconds, 3)}


def surroundings() -> dict[str, Any]:
    """What holds for everything that this process runs."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "host": platform.node(),
        "versions": versions(),
        "cpus": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "threads": {k: v for k, v in sorted(os.environ.items()) if k.endswith("_NUM_THREADS")},
    }


@cache
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
    describe = ("describe", "--always", "--abbrev=40", "--exclude=*", "--dirty")
    command = ["git", "-C", str(ROOT), *describe]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
