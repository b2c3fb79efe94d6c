"""All records of a store as one table, CSV or Parquet: ``python -m experiments compact STORE --to FILE``.

One row for each task: who it is (experiment, key, task, seed, replicate, code), its status, ``config.*``,
``metrics.*`` and ``failure.*``, nested dictionaries with dots and lists as JSON text, then where and how
long it ran. The store is only read: what is no record is reported and left.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from experiments._lab.plain import compact
from experiments._lab.record import Record
from experiments._lab.store import NAME, read_records

SUFFIXES = (".csv", ".parquet")
WHERE = ("seconds", "host", "python", "commit")
RESERVED = ("figures", "artifacts", "aside", "jobs")
Row = dict[str, Any]


class Missing(RuntimeError):
    """A package that is needed is not installed; the message says which, and how to get it."""


def experiments(store: Path) -> list[Path]:
    """The folders in a store that hold records."""
    folders = (path for path in sorted(store.iterdir()) if path.is_dir())
    return [
        folder
        for folder in folders
        if folder.name not in RESERVED and any(NAME.fullmatch(one.name) for one in folder.iterdir())
    ]


def rows(store: Path, only: str | None, report: Callable[[str], None]) -> list[Row]:
    """One for each record, of one experiment or of all."""
    folders = [one for one in experiments(store) if only in (None, one.name)]
    return [row(record) for folder in folders for record in read_records(folder, report)]


def row(record: Record) -> Row:
    """A record as one row."""
    fixed = record.fixed()
    head = {
        name: fixed[name] for name in ("experiment", "key", "task", "seed", "replicate", "code")
    }
    rest = {name: fixed.get(name, {}) for name in ("config", "metrics", "failure")}
    made = {name: record.provenance.get(name) for name in WHERE}
    return {**head, "status": fixed["status"], **dict(flat("", rest)), **made}


def flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Columns of nested dictionaries; an empty one has no column."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(f"{name}.{key}" if name else key, inner)
    elif isinstance(value, list | tuple):
        yield name, compact(value, name).decode()
    else:
        yield name, value


def columns(table: Iterable[Row]) -> list[str]:
    """Every column that some row has: head, config, metrics, failure, and where it ran."""
    names = list(dict.fromkeys(name for one in table for name in one))
    groups = ("config.", "metrics.", "failure.")

    def rank(name: str) -> int:
        inside = [i for i, group in enumerate(groups) if name.startswith(group)]
        return inside[0] if inside else (9 if name in WHERE else -1)

    return sorted(names, key=rank)  # stable: within a group as they came


def csv_table(table: list[Row]) -> bytes:
    """Text, one line a row; what a row does not have is empty; booleans as in JSON."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns(table), restval="", lineterminator="\n")
    writer.writeheader()
    for one in table:
        writer.writerow({name: cell(value) for name, value in one.items()})
    return text.getvalue().encode(errors="surrogatepass")


def cell(value: Any) -> Any:
    """A value in a CSV file."""
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else value


def parquet_table(table: list[Row]) -> bytes:
    """Typed columns; one whose values are of several types, or too large, is JSON text."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise Missing("Parquet needs pyarrow, which is not installed: touchstone[query]") from None
    arrays = {name: uniform([one.get(name) for one in table]) for name in columns(table)}
    sink = io.BytesIO()
    parquet.write_table(pyarrow.table(arrays), sink)
    return sink.getvalue()


def uniform(values: list[Any]) -> list[Any]:
    """The values as they are if one type holds them all, else each as JSON text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):
        return values
    if kinds in ({str}, {bool}, {float}):
        return values
    return [None if value is None else json.dumps(value) for value in values]
