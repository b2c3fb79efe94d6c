"""``python -m proofs_checks FILE...``: re-check certificates anywhere, in seconds, without torch.

One line per file. Exit code 0: all accepted; 1: some rejected; 2: usage, or a file that cannot be
read or is no certificate; 3: some undecided, because the time ran out.
"""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from proofs_checks.certificate import MAX_BYTES, Malformed, Rejected, check, parse
from proofs_checks.output import command

ACCEPTED, REJECTED, USAGE, UNDECIDED = 0, 1, 2, 3
GRAVITY = (ACCEPTED, UNDECIDED, REJECTED, USAGE)  # of several files the gravest code counts
SECONDS = 60  #: processor time that one file may take

HELP = f"""usage: python -m proofs_checks [--seconds S] FILE...

Decide each certificate exactly and print one line for it.

  --seconds S  processor time for each file (default {SECONDS}); a file that needs more is undecided

Exit code 0: all accepted; 1: some rejected; 2: usage, or a file that cannot be read or is no
certificate; 3: some undecided, because the time ran out."""


class _OutOfTime(Exception):
    """The certificate takes too long: no verdict."""


def main(arguments: list[str]) -> int:
    """Check the files named in ``arguments``; the exit code."""
    if any(argument in ("-h", "--help") for argument in arguments):
        print(HELP)
        return ACCEPTED
    seconds, paths = str(SECONDS), arguments
    if arguments[:1] == ["--seconds"]:
        seconds, paths = "".join(arguments[1:2]), arguments[2:]
    if not re.fullmatch("[1-9][0-9]{0,5}", seconds):
        print(f"--seconds: must be an integer from 1 to 999999, got {seconds!r}", file=sys.stderr)
        return USAGE
    unknown = next((path for path in paths if path.startswith("--")), None)
    if unknown is not None:
        rule = "must be --help, or --seconds before every FILE (a file of this name: ./FILE)"
        print(f"option: {rule}, got {unknown!r}", file=sys.stderr)
        return USAGE
    if not paths:
        print(HELP, file=sys.stderr)
        return USAGE
    return max((_decide(path, int(seconds)) for path in paths), key=GRAVITY.index)


def _decide(path: str, seconds: int) -> int:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        print(f"unreadable {path}: {reason}", file=sys.stderr)
        return USAGE
    try:
        with _limit(seconds):
            accepted = check(parse(data))
    except Malformed as error:
        print(f"malformed {path}: {error}", file=sys.stderr)
        return USAGE
    except Rejected as error:
        print(f"rejected {path}: {error}", flush=True)
        return REJECTED
    except _OutOfTime:
        print(f"undecided {path}: not decided in {seconds} s of processor time", flush=True)
        return UNDECIDED
    print(f"accepted {accepted.claim} {accepted.summary}", flush=True)
    return ACCEPTED


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Raise :class:`_OutOfTime` in the block after so much processor time (where signals exist)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


if __name__ == "__main__":
    sys.exit(command(lambda: main(sys.argv[1:]), "python -m proofs_checks"))
