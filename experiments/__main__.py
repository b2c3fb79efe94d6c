"""``python -m experiments``: the experiments, one line each."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from proofs_checks.output import command


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


def main(arguments: list[str]) -> int:
    """Print the list; exit code 2 if an argument was given."""
    usage = "usage: python -m experiments.NAME [--help]\n"
    if arguments and arguments[0] not in ("-h", "--help"):
        print(f"python -m experiments: takes no argument, got {arguments[0]!r}", file=sys.stderr)
        print(usage, end="", file=sys.stderr)
        return 2
    print(usage)
    print(listing(Path(__file__).parent), end="")
    return 0


if __name__ == "__main__":
    sys.exit(command(lambda: main(sys.argv[1:]), "python -m experiments"))
