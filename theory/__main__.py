"""``python -m theory list | show ID | graph | ids``."""

from __future__ import annotations

import sys

from proofs_checks.output import command, silence
from theory._core.cli import run


def main(arguments: list[str]) -> int:
    """Answer one command; 0 fine, 1 the declarations have problems, 2 usage."""
    answer = run(arguments)
    try:
        sys.stdout.write(answer.out)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader (head, less) has seen enough
        silence()
    sys.stderr.write(answer.err)
    return answer.code


if __name__ == "__main__":
    sys.exit(command(lambda: main(sys.argv[1:]), "python -m theory"))
