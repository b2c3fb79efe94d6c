"""The report: one offline HTML folder that says exactly what is known, and on what evidence.

    python -m experiments.report --out DIR [--outcomes FILE ...] [--store DIR] [--certificates DIR]

Every registered claim is in it. What came of them is read from the claims reports of
``pytest theory --claims-report FILE``; a claim without an outcome is "not run", and one whose outcome
belongs to another version of the statement is "stale". Figures, records and further certificates are
taken from the store of the laboratory (``--store``), certificates of ``pytest theory --claims-certificates
DIR`` from their folder, and all of them are decided again while the report is built.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from proofs_checks.output import command

DONE, FAILED, USAGE, UNDECIDED = 0, 1, 2, 3
NAME = "python -m experiments.report"
CODES = """exit codes, the report being written in any case but 2:
  0  every registered claim is established, open, or a definition
  1  something failed: a claim is refuted, a falsifier survives, a certificate is rejected, an
     experiment failed, a module of claims cannot be read, ...
  2  usage, or a file or folder that cannot be read or written
  3  nothing failed, but a claim is not run, stale or undecided"""


def _parser() -> argparse.ArgumentParser:
    summary, _, text = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog=NAME,
        description=f"{summary}\n\n{text.partition(chr(10) * 2)[2]}",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", metavar="DIR", required=True,
                        help="the folder to write: new, or an earlier report, which is replaced")  # fmt: skip
    parser.add_argument("--outcomes", metavar="FILE", type=Path, nargs="+", action="extend", default=[],
                        help="claims reports of `pytest theory --claims-report FILE`")  # fmt: skip
    parser.add_argument("--store", metavar="DIR", type=Path,
                        help="the store of the laboratory: figures, records, artifacts")  # fmt: skip
    parser.add_argument("--certificates", metavar="DIR", type=Path,
                        help="certificates of `pytest theory --claims-certificates DIR`")  # fmt: skip
    parser.add_argument("--seconds", metavar="S", type=float, default=10.0,
                        help="time for deciding one certificate again (default 10)")  # fmt: skip
    parser.add_argument("--claims-root", metavar="DIR", type=Path, action="append", default=[],
                        help="another folder of wings, DIR/<wing>/<name>.py (repeatable)")  # fmt: skip
    return parser


def main(arguments: list[str]) -> int:
    """Build the report; print its first line and where it is; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        folder, data = _build(options)
    except ValueError as error:
        sys.stderr.write(f"{NAME}: error: {error}\n")
        return USAGE
    except OSError as error:
        reason = error.strerror or str(error)
        sys.stderr.write(f"{NAME}: error: --out: {options.out!r} was not written: {reason}\n")
        return USAGE
    sys.stdout.write(f"{data['summary']['sentence']}\n{folder / 'index.html'}\n")
    return _code(data)


def _build(options: argparse.Namespace) -> tuple[Path, dict[str, Any]]:
    from experiments._report.build import Inputs, build
    from experiments._report.folder import target_folder, write_folder

    if not 0 < options.seconds <= 3600:
        raise ValueError(f"--seconds: must be above 0 and at most 3600, got {options.seconds}")
    folder = target_folder(options.out)
    inputs = Inputs(
        outcomes=tuple(options.outcomes),
        store=options.store,
        certificates=options.certificates,
        roots=tuple(options.claims_root),
        seconds=options.seconds,
    )
    data, files = build(inputs)
    write_folder(folder, files)
    return folder, data


def _code(data: dict[str, Any]) -> int:
    from experiments._report.model import gravest

    return gravest(data)


if __name__ == "__main__":
    sys.exit(command(lambda: main(sys.argv[1:]), NAME))
