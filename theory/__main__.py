"""``python -m theory list | show ID | graph | ids``."""

from __future__ import annotations

import os
import sys

from theory._core.cli import run


def main(arguments: list[str]) -> int:
    """Answer one command; 0 fine, 1 the declarations have problems, 2 usage."""
    answer = run(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # pyright: ignore
    try:
        sys.stdout.write(answer.out)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has gone; the interpreter must not try to flush again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.stderr.write(answer.err)
    return answer.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
