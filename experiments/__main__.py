"""``python -m experiments``: the experiments, one line each; ``compact`` and ``doctor``."""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path

from proofs_checks.output import command, output_path, write_whole

DONE, INCOMPLETE, USAGE, NOT_RUN = 0, 1, 2, 3
NAME = "python -m experiments"


def summary(path: Path) -> str | None:
    """First line of a module's docstring; ``None`` for a module that is not run as a program.

    The file is read, not imported: listing must not pay for what an experiment needs.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = any(
        isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) for node in tree.body
    )
    return (ast.get_docstring(tree) or "").split("\n")[0] if guarded else None


def listing(folder: Path) -> str:
    """One line for every ``NAME.py`` in ``folder`` that can be run."""
    files = sorted(p for p in folder.glob("*.py") if not p.name.startswith("_"))
    found = {p.stem: text for p in files if (text := summary(p)) is not None}
    width = max(map(len, found), default=0)
    return "".join(f"{name:{width}}  {text}\n" for name, text in found.items())


def parser() -> argparse.ArgumentParser:
    """The verbs."""
    top = argparse.ArgumentParser(
        NAME,
        description="Without a verb: the experiments. Each is run by python -m experiments.NAME.",
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB")
    table = verbs.add_parser("compact", help="write all records of a store as one table")
    table.add_argument("store", metavar="STORE", type=Path, help="what --out has named")
    table.add_argument("--to", metavar="FILE", required=True, help="ends in .csv or .parquet")
    table.add_argument("--experiment", metavar="NAME", help="only the records of this one")
    verbs.add_parser("doctor", help="versions, and what each optional part enables")
    return top


def main(arguments: list[str]) -> int:
    """0 done; 1 incomplete: something could not be read, or is missing; 2 usage; 3 not run."""
    chosen = parser().parse_args(arguments)
    if chosen.verb == "compact":
        return compact(chosen)
    if chosen.verb == "doctor":
        from experiments._lab.doctor import examine

        text, complete = examine()
        print(text)
        return DONE if complete else INCOMPLETE
    print(f"{NAME}.NAME [--help]   {NAME} compact|doctor [--help]\n")
    print(listing(Path(__file__).parent), end="")
    return DONE


def compact(chosen: argparse.Namespace) -> int:
    """Write the table."""
    from experiments._lab import compact as tables

    lost: list[str] = []
    try:
        target = output_path("to", chosen.to)
        if target.suffix not in tables.SUFFIXES:
            raise ValueError(f"to: must end in .csv or .parquet, got {chosen.to!r}")
        if not chosen.store.is_dir():
            raise ValueError(f"STORE: must be a folder, got {str(chosen.store)!r}")
        rows = tables.rows(chosen.store, chosen.experiment, lost.append)
        if not rows:
            of = f" of {chosen.experiment}" if chosen.experiment else ""
            raise ValueError(f"STORE: must hold records{of}, found none in {str(chosen.store)!r}")
        make = tables.csv_table if target.suffix == ".csv" else tables.parquet_table
        write_whole(target, make(rows))
    except tables.Missing as error:
        return complain(str(error), NOT_RUN)
    except (ValueError, OSError) as error:
        return complain(str(error), USAGE)
    for line in lost:
        complain(line, INCOMPLETE)
    print(f"{len(rows)} records -> {target}")
    return INCOMPLETE if lost else DONE


def complain(message: str, code: int) -> int:
    """One line on stderr."""
    print(f"{NAME}: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(command(lambda: main(sys.argv[1:]), NAME))
