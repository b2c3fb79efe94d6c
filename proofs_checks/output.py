"""What leaves the program: files whole or not at all, and a command whose text may not arrive.

A file is written under a temporary name and renamed. A command ends with an exit code and at most
one line of complaint, also when the disk is full, the terminal is gone or somebody interrupts it.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

UNWRITTEN, INTERRUPTED = 2, 130  #: exit codes


def output_path(option: str, name: str | Path) -> Path:
    """The file behind ``name``, links followed, after trying that it can be written.

    ``ValueError`` names the option, the path and the reason. Nothing is left behind.
    """
    try:
        if not str(name):
            raise ValueError("the name is empty")
        path = Path(name).resolve()
        _refuse_special(path)
        _create(path.parent)[1].unlink()
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ValueError(
            f"{option}: must be a file that can be written, got {str(name)!r}: {reason}"
        ) from None
    return path


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


def _create(directory: Path) -> tuple[int, Path]:
    """A new file, by an open handle and its path; its permissions follow the umask."""
    path = directory / f".touchstone-{uuid4().hex}.tmp"
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), path


# -- commands -------------------------------------------------------------------------------------


def command(main: Callable[[], int], name: str) -> int:
    """The exit code of ``main()``, which prints, with everything it printed delivered.

    What cannot be printed is said on stderr in one line, and the code is :data:`UNWRITTEN`; a reader
    who has left is not told. An interrupt is said too (:data:`INTERRUPTED`). A stream that was closed
    from the start swallows its text.
    """
    _open_streams()
    try:
        code = _exit_code(main)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _complain(name, "interrupted", INTERRUPTED)
    except OSError as error:
        if error.filename is not None:  # a file could not be opened: not about our own streams
            raise
        silence()
        if isinstance(error, BrokenPipeError):
            return UNWRITTEN
        return _complain(name, f"the output was not printed: {error.strerror}", UNWRITTEN)
    return code


def silence() -> None:
    """Send the rest of stdout, and what is flushed at exit, nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_streams() -> None:
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:
            setattr(sys, stream, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(found := getattr(sys, stream), io.TextIOWrapper):
            found.reconfigure(errors="backslashreplace")  # a file name may be anything


def _exit_code(main: Callable[[], int]) -> int:
    try:
        return main()
    except SystemExit as stop:  # argparse: 0 after --help, 2 after its own message
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)


def _complain(name: str, message: str, code: int) -> int:
    with suppress(OSError):
        sys.stderr.write(f"{name}: {message}\n")
        sys.stderr.flush()
    return code
