"""Decide certificates in a process of its own: ``python -m experiments._report.recheck FILE...``.

Prints one line of JSON for each file, in order, so that whoever started it knows which file it is at
and may end it when that takes too long. Nothing but the referees is imported.
"""

from __future__ import annotations

import json
import sys
import time

from proofs_checks.certificate import MAX_BYTES, Malformed, Rejected, check, parse
from proofs_checks.output import command


def decide(path: str) -> dict[str, object]:
    """The verdict on one file: accepted, rejected, malformed or unreadable, and why."""
    start = time.perf_counter()

    def said(verdict: str, summary: str, **more: object) -> dict[str, object]:
        seconds = round(time.perf_counter() - start, 4)
        return {"verdict": verdict, "summary": summary, "seconds": seconds, **more}

    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return said("unreadable", error.strerror or str(error))
    about: dict[str, object] = {}
    try:
        certificate = parse(data)
        about = {
            "claim": certificate["statement"]["claim"],
            "kind": certificate["kind"],
            "digest": certificate["digest"],
        }
        accepted = check(certificate)
    except Malformed as error:
        return said("malformed", str(error))
    except Rejected as error:
        return said("rejected", str(error), **about)
    return said("accepted", accepted.summary, **about)


def main(paths: list[str]) -> int:
    """One line for each path; the exit code is 0, the verdicts are in the lines."""
    for path in paths:
        sys.stdout.write(json.dumps(decide(path)) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(command(lambda: main(sys.argv[1:]), "recheck"))
