"""Certificates offered by the report, each decided again by the referees while it is built.

The referees run in a process of their own, which is ended when one file takes longer than the limit;
that file is *undecided*, and so is what is left when the time for all of them is spent. Only what was
accepted is offered. A certificate that an outcome rests on and that is now rejected lowers it.
"""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from theory._core.runner import ESTABLISHED, UNDECIDED

ACCEPTED, UNDECIDED_HERE = "accepted", "undecided"
FAILED = ("rejected", "malformed", "unreadable")
SECONDS = 10.0  #: for one certificate
BUDGET = 40.0  #: for all of them
AT_ONCE = 500  # file names on one command line


@dataclass(frozen=True)
class Decided:
    """One file: the verdict on it and what it is about, as far as that could be read."""

    path: Path
    verdict: str
    summary: str
    seconds: float
    claim: str = ""
    kind: str = ""
    digest: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data; ``file`` is where the report offers it, None if it does not."""
        kept = self.verdict == ACCEPTED
        return {
            "name": self.path.name,
            "file": f"certificates/{self.digest}.json" if kept else None,
            "verdict": self.verdict,
            "summary": self.summary,
            "seconds": self.seconds,
            "bytes": self.path.stat().st_size if self.path.is_file() else 0,
            "claim": self.claim,
            "kind": self.kind,
            "digest": self.digest,
        }


def decide_all(
    folder: Path | None,
    *,
    pattern: str = "*.json",
    seconds: float = SECONDS,
    budget: float = BUDGET,
) -> list[Decided]:
    """Decide every file of that name in ``folder``. ``ValueError`` if it is not a folder."""
    if folder is None:
        return []
    if not folder.is_dir():
        raise ValueError(f"--certificates: must be a folder, got {str(folder)!r}")
    waiting = sorted(path for path in folder.glob(pattern) if path.is_file())
    end = time.monotonic() + budget
    found: list[Decided] = []
    while waiting and time.monotonic() < end:
        told = list(_round(waiting[:AT_ONCE], seconds, end))
        found += told
        waiting = waiting[len(told) :]
    spent = "the time for certificates was spent before it was its turn"
    return found + [Decided(path, UNDECIDED_HERE, spent, 0.0) for path in waiting]


def _round(paths: Sequence[Path], seconds: float, end: float) -> Iterator[Decided]:
    """Verdicts until the referees' process is through, or has to be ended for one file."""
    command = [sys.executable, "-m", "experiments._report.recheck", *map(str, paths)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as process:
        try:
            for path in paths:
                limit = min(time.monotonic() + seconds, end)
                line = _line(process.stdout, limit)
                if not line:
                    why = (
                        "not decided within the limit" if line is None else "the referee broke off"
                    )
                    yield Decided(path, UNDECIDED_HERE, f"{why} ({seconds:g} s)", seconds)
                    return
                yield Decided(path, **json.loads(line))
        finally:
            process.kill()


def _line(stream: IO[bytes] | None, limit: float) -> bytes | None:
    """The next line of an unbuffered stream, empty at its end; None if ``limit`` comes first."""
    if stream is None:
        return b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        ready = selector.select(max(0.0, limit - time.monotonic()))
    return stream.readline() if ready else None


def lower(entry: Mapping[str, Any], decided: Sequence[Decided]) -> dict[str, Any]:
    """A check's ``entry``, undecided if a certificate that it rests on is not accepted here."""
    # What cannot be read any more is known by its name: files are called by their digests.
    broken = {one.digest or one.path.stem for one in decided if one.verdict in FAILED}
    named = [digest for digest in entry["certificates"] if digest in broken]
    if not named or entry["outcome"] != ESTABLISHED:
        return dict(entry)
    detail = f"certificate {named[0][:12]} was not accepted when this report was built"
    return {**entry, "outcome": UNDECIDED, "detail": detail}
