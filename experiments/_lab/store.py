"""The store: one JSON record for every task, whole or not there at all.

``--out DIR`` names the store. Everything an experiment leaves lies in it::

    DIR/<experiment>.json            the collected record of its latest run (schema touchstone-run/1)
    DIR/<experiment>/<key>.json      one record for every task (schema touchstone-record/1)
    DIR/figures/<experiment>.svg     its figure, if it has one and the configuration can be drawn;
                        .png .csv    the same as a picture, and the numbers behind it
    DIR/artifacts/<experiment>.<name>   what else it can write (name: "certificate", ...)
    DIR/aside/<experiment>/          what lay in the place of a record and was none
    DIR/jobs/                        scripts and logs of a SLURM sweep

A collected record is ``{"schema", "experiment", "config", "seed", "code", "status", "why", "metrics",
"provenance"}``: ``status`` is "done", "refuted", "undecided" or "failed" (``metrics`` is null then), ``why``
the reason in one line. It is current if ``code`` equals ``run_version`` of the experiment. Figure and
artifacts are those of the same run: what an earlier one left and this one does not make is removed.

A record is ``{"schema", "key", "experiment", "task", "config", "seed", "replicate", "code", "status",
"metrics" or "failure", "digest", "provenance"}``: ``task`` names the dataclass and ``config`` holds its
fields; ``status`` is "done" or "failed"; ``failure`` is ``{"kind", "type", "message", "traceback"}`` (kinds:
see ``record.py``). All but the provenance is fixed by task and code, and ``digest`` is its SHA-256.

Records are written under a temporary name and renamed, so a reader sees a whole record or none. Who
computes a task holds a lock on its key; the system drops it when the process dies. Two processes
on one store therefore share the work, and a task that was finished is not computed again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from experiments._lab.claims import Claims
from experiments._lab.record import Corrupted, Newer, Record

NAME = re.compile(r"[0-9a-f]{64}\.json")
TEMPORARY = re.compile(r"\.([0-9a-f]{64})\.[0-9a-f]{32}\.tmp")


class NewerStore(ValueError):
    """A record of a newer schema lies where ours would go; it is neither read nor replaced."""


class Unwritten(OSError):
    """The store cannot be made or a record cannot be written; the message says where and why."""


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unwritten(f"out: {str(path)!r} not written: {error.strerror or error}") from error


def _silent(_: str) -> None:
    """Say nothing."""


def read_records(folder: Path, report: Callable[[str], None]) -> Iterator[Record]:
    """Every record in the folder of an experiment, in order of its key.

    Nothing is changed: what is none is reported and left where it is.
    """
    for name in sorted(filter(NAME.fullmatch, os.listdir(folder))):
        try:
            yield Record.parse((folder / name).read_bytes(), name.removesuffix(".json"))
        except (Corrupted, Newer, OSError) as error:
            report(f"{folder / name}: not read: {error}")


class Store:
    """The records of one experiment in ``folder``; ``report`` is told of everything put aside.

    Raises :class:`Unwritten` if the folder cannot be made. Close it (or use ``with``) to drop what it has
    claimed; only one may be open on a folder in one process.
    """

    def __init__(
        self, folder: str | Path, experiment: str, report: Callable[[str], None] = _silent
    ) -> None:
        self.root, self.experiment, self.report = Path(folder).resolve(), experiment, report
        self.folder = self.root / experiment
        with _writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._claims = Claims(self.folder / ".claims")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop every claim."""
        self._claims.close()

    # -- reading ----------------------------------------------------------------------------------

    def find(self, key: str) -> Record | None:
        """The record of a task; what lies there and is none is put aside; :class:`NewerStore`."""
        path = self.folder / f"{key}.json"
        try:
            return Record.parse(path.read_bytes(), key)
        except FileNotFoundError:
            return None
        except Newer as error:
            raise NewerStore(
                f"{path}: {error}: use the version that wrote it, or another folder"
            ) from None
        except (Corrupted, IsADirectoryError) as error:
            self.put_aside(path, str(error))
            return None

    def names(self) -> set[str]:
        """Keys of all files that have the name of a record."""
        return {
            name.removesuffix(".json") for name in os.listdir(self.folder) if NAME.fullmatch(name)
        }

    def records(self) -> Iterator[Record]:
        """Every record, in order of its key; what is none is reported and left where it is."""
        return read_records(self.folder, self.report)

    # -- writing ----------------------------------------------------------------------------------

    def claim(self, key: str) -> bool:
        """Reserve a task for this process; false if another one has it."""
        return self._claims.take(key)

    def release(self, key: str) -> None:
        """Give a claim back."""
        self._claims.drop(key)

    def write(self, record: Record) -> None:
        """Put a record in its place, whole or not at all; or :class:`Unwritten`.

        :class:`NewerStore` if a record of a newer schema lies there: that one is not replaced.
        It is not forced to the platter: after a power cut a record may be cut short, which is seen
        when it is read, and then the task is done again.
        """
        path = self.folder / f"{record.key}.json"
        if path.exists():
            self.find(record.key)  # raises if it is newer, puts it aside if it is none
        temporary = self.folder / f".{record.key}.{uuid4().hex}.tmp"
        try:
            with _writing(path):
                temporary.write_bytes(record.to_bytes())
                os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise

    # -- keeping order ----------------------------------------------------------------------------

    def tidy(self) -> None:
        """Put foreign files aside and remove what writers left that are dead."""
        for name in sorted(os.listdir(self.folder)):
            path = self.folder / name
            if left := TEMPORARY.fullmatch(name):
                self._sweep(path, left[1])
            elif not name.startswith(".") and not NAME.fullmatch(name):
                self.put_aside(path, "not a record")

    def _sweep(self, path: Path, key: str) -> None:
        if self.claim(key):  # whoever wrote it would still hold it
            path.unlink(missing_ok=True)
            self.release(key)

    def put_aside(self, path: Path, reason: str) -> None:
        """Move a file out of the way, under a name of its own, and say so."""
        aside = self.root / "aside" / self.experiment
        aside.mkdir(parents=True, exist_ok=True)
        target = aside / f"{path.name}.{uuid4().hex[:8]}"
        with suppress(FileNotFoundError):  # somebody else has just moved it
            os.rename(path, target)
            self.report(f"{path}: {reason}; put aside as {target}")
