"""What the laboratory left in its store: runs, records, figures and the numbers behind them.

The layout is that of :mod:`experiments._lab.store`. The store is only read. Every experiment there
could be is listed; what has no run says so, and a run of other code says that it is stale.
"""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.__main__ import summary
from experiments._lab.code_version import run_version
from experiments._lab.record import RUN, Corrupted, Newer, Record
from experiments._report.pictures import LARGEST, objection
from theory._core.attempt import Raised, attempt
from theory._core.show import plain

HERE = Path(__file__).parents[1]
FAILURES = 20  # failed tasks that are listed one by one
FIGURES = (".svg", ".png", ".csv")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KEY = re.compile(r"[0-9a-f]{64}")
_STATUSES = ("done", "refuted", "undecided", "failed")


@dataclass
class Laboratory:
    """``experiments`` as plain data; ``files`` are what the page refers to, by name in the report."""

    experiments: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


def read_laboratory(folder: Path | None, wings: Iterable[str]) -> Laboratory:
    """Look at a store. ``ValueError`` if ``folder`` is given and is no directory."""
    if folder is not None and not folder.is_dir():
        raise ValueError(f"--store: must be a folder, got {str(folder)!r}")
    known, found = _known(set(wings)), Laboratory()
    left = _names(folder, known) if folder else set()
    for name in sorted(known | dict.fromkeys(left, "")):
        title = known.get(name, "")
        about = {"name": name, "wing": name.partition("_")[0], "title": title}
        found.experiments.append({**about, **_experiment(folder, name, found.files)})
    return found


def _known(wings: set[str]) -> dict[str, str]:
    """Experiments of this checkout: name and first line; their first word is a wing."""
    files = (p for p in HERE.glob("*.py") if p.stem.partition("_")[0] in wings)
    return {path.stem: text for path in files if (text := summary(path)) is not None}


def _names(folder: Path, known: Iterable[str]) -> set[str]:
    """Names that a run, a figure or a record in the store carries; other files are not looked at."""
    runs = {path.stem for path in folder.glob("*.json") if path.stem in known or _is_run(path)}
    pictures = {p.stem for p in (folder / "figures").glob("*") if p.suffix in FIGURES}
    tasks = {path.parent.name for path in folder.glob("*/*.json") if _KEY.fullmatch(path.stem)}
    every = runs | pictures | tasks - {"figures", "artifacts", "aside", "jobs"}
    return {name for name in every if _NAME.fullmatch(name)}


def _is_run(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return RUN.rpartition("/")[0].encode() in file.read(200)
    except OSError:
        return False


def _experiment(folder: Path | None, name: str, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        **_run(folder and folder / f"{name}.json", name, files),
        "records": _records(folder and folder / name),
        "figure": _figure(folder and folder / "figures", name, files),
    }


# -- the collected run ----------------------------------------------------------------------------

_NO_RUN: dict[str, Any] = {
    "status": "not run", "why": "", "current": None, "seed": None, "config": {},
    "provenance": {}, "data": None,
}  # fmt: skip


def _run(path: Path | None, name: str, files: dict[str, bytes]) -> dict[str, Any]:
    if path is None or not path.is_file():
        return dict(_NO_RUN)
    try:
        data = path.read_bytes()
        run = json.loads(data)
        if not isinstance(run, dict) or run.get("schema") != RUN:
            raise ValueError(f"not a record of schema {RUN}")
        if run.get("status") not in _STATUSES or run.get("experiment") != name:
            raise ValueError("its status or its experiment is not readable")
    except (OSError, ValueError, RecursionError) as error:
        return {**_NO_RUN, "status": "unreadable", "why": str(error)[:300]}
    files[f"data/{name}.json"] = data
    provenance = run.get("provenance")
    current = _current(name, run.get("code"))
    return {
        "status": run["status"] if current is not False else "stale",
        "why": str(run.get("why") or ""),
        "current": current,
        "seed": plain(run.get("seed")),
        "config": plain(run.get("config")),
        "provenance": plain(provenance) if isinstance(provenance, dict) else {},
        "data": f"data/{name}.json",
    }


def _current(name: str, code: Any) -> bool | None:
    """Whether the run was made by the sources at hand; None if there is no such experiment here."""
    if not (HERE / f"{name}.py").is_file():
        return None
    found = attempt(lambda: run_version(importlib.import_module(f"experiments.{name}").EXPERIMENT))
    return None if isinstance(found, Raised) else found.value == code


# -- records and figures --------------------------------------------------------------------------


def _records(folder: Path | None) -> dict[str, Any]:
    """How many tasks are done and failed, and why; unreadable records are counted, not dropped."""
    count, failures = Counter({"done": 0, "failed": 0, "unreadable": 0}), []
    paths = sorted(folder.glob("*.json")) if folder and folder.is_dir() else []
    for path in paths:
        if not _KEY.fullmatch(path.stem):
            continue
        try:
            failure = Record.parse(path.read_bytes(), path.stem).failure
        except (OSError, Corrupted, Newer) as error:
            count["unreadable"] += 1
            failures.append({"key": path.stem, "why": str(error)[:300]})
            continue
        count["failed" if failure else "done"] += 1
        if failure:
            failures.append({"key": path.stem, "why": str(failure)[:300]})
    return {**count, "failures": failures[:FAILURES]}


def _figure(folder: Path | None, name: str, files: dict[str, bytes]) -> dict[str, Any]:
    """The picture as SVG, or else as PNG, and the data behind it; ``why`` says what is not shown."""
    made: dict[str, Any] = {"svg": None, "png": None, "csv": None, "why": ""}
    for suffix in FIGURES:
        path = folder / f"{name}{suffix}" if folder else None
        if path is None or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
            wrong = objection(data, suffix) if suffix != ".csv" else ""
        except OSError as error:
            data, wrong = b"", error.strerror or str(error)
        if wrong:
            made["why"] += f"{path.name} is left out: {wrong}. "
        else:
            target = made[suffix[1:]] = f"figures/{name}{suffix}"
            files[target] = data
    return made
