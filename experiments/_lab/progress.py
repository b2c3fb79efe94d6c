"""A bar with the remaining time for whoever sits at a terminal, and nothing for anybody else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Watch = Callable[[int, int, int], None]


@contextmanager
def progress(name: str) -> Iterator[Watch]:
    """What to call with (done, total, failed); it draws on stderr if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failed]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None, failed="")

        def watch(done: int, total: int, failed: int) -> None:
            told = f"{failed} failed" if failed else ""
            # One task alone has no measurable progress: the bar only moves to show that it runs.
            bar.update(task, completed=done, total=total if total > 1 else None, failed=told)

        yield watch
