"""``python -m proofs_checks FILE...``: re-check certificates anywhere, in seconds, without torch.

One line per file. Exit code 0: all accepted; 1: some rejected; 2: usage, or a file that cannot be
read.
"""

from __future__ import annotations

import io
import os
import sys

from proofs_checks.certificate import MAX_BYTES, Rejected, check, parse

USAGE = """usage: python -m proofs_checks FILE...

Decide each certificate exactly and print one line for it.
Exit code 0: all accepted; 1: some rejected; 2: usage, or a file that cannot be read."""


def _decide(path: str) -> int:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        print(f"unreadable {path}: {reason}", file=sys.stderr)
        return 2
    try:
        accepted = check(parse(data))
    except Rejected as error:
        print(f"rejected {path}: {error}")
        return 1
    print(f"accepted {accepted.claim} {accepted.summary}")
    return 0


def main(arguments: list[str]) -> int:
    """Check the files named in ``arguments``; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file name may be anything, even not UTF-8
            stream.reconfigure(errors="backslashreplace")
    if any(argument in ("-h", "--help") for argument in arguments):
        print(USAGE)
        return 0
    if not arguments:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        code = max(_decide(path) for path in arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has left: nobody was told, so it is not an acceptance
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
