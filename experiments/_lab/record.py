"""The record of a run: what was asked for, what came of it, and with what.

A record is ``{"experiment", "config", "seed", "metrics", "provenance"}``. Everything but the
provenance is a function of the code, the configuration and the seed.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

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
