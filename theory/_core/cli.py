"""The commands of ``python -m theory`` as functions from arguments to text and an exit code."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theory._core import graph, ids
from theory._core.claim import Claim
from theory._core.listing import entry, page, table
from theory._core.problems import Problem, find_problems
from theory._core.registry import Registry, discover

USAGE = 2


@dataclass(frozen=True)
class Answer:
    """What goes to stdout and stderr, and the exit code."""

    out: str
    err: str = ""
    code: int = 0


@dataclass(frozen=True)
class View:
    """What every command looks at."""

    registry: Registry
    problems: list[Problem]
    standing: dict[str, graph.Standing]

    @property
    def claims(self) -> dict[str, Claim]:
        """Claims by id."""
        return self.registry.claims

    def answer(self, out: str) -> Answer:
        """``out``, with the problems of the declarations on stderr and in the exit code."""
        err = "".join(f"problem: {problem}\n" for problem in self.problems)
        return Answer(out, err, 1 if self.problems else 0)


class UsageError(ValueError):
    """Something is wrong with the arguments; the text says what."""


def run(arguments: list[str]) -> Answer:
    """Answer one command line."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return options.command(options, _view(options))
    except UsageError as error:
        return Answer("", f"{parser.prog}: error: {error}\n", USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m theory",
        description="The claims: list them, show one, draw what rests on what. Run them: pytest theory",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--root", type=Path, metavar="DIR", help="another folder of wings")
    status = argparse.ArgumentParser(add_help=False, parents=[shared])
    status.add_argument(
        "--claims-report", type=Path, metavar="FILE",
        help="take the status from this report of `pytest theory --claims-report FILE`",
    )  # fmt: skip
    status.add_argument("--json", action="store_true", help="JSON instead of text")

    listing = commands.add_parser("list", parents=[status], help="all claims, one a line")
    listing.add_argument("--wing", help="only this wing")
    listing.set_defaults(command=_list)
    show = commands.add_parser("show", parents=[status], help="one claim in full")
    show.add_argument("id", metavar="ID", help="the id, as in interp.D1")
    show.set_defaults(command=_show)
    draw = commands.add_parser("graph", parents=[status], help="what rests on what")
    draw.add_argument("--dot", action="store_true", help="Graphviz text")
    draw.set_defaults(command=_graph)
    names = commands.add_parser("ids", parents=[shared], help="the append-only lists of ids")
    names.add_argument("--record", action="store_true", help="append the ids that are new")
    names.add_argument("--check", action="store_true", help="exit 1 on vanished or unrecorded ids")
    names.set_defaults(command=_ids)
    return parser


def _view(options: argparse.Namespace) -> View:
    try:
        registry = discover(options.root)
    except ValueError as error:
        raise UsageError(f"--{error}") from None
    report = _report(getattr(options, "claims_report", None))
    standing = graph.standings(registry.claims, report)
    return View(registry, find_problems(registry), standing)


def _report(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if not graph.readable(data):
            raise ValueError("it is not a claims report")
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"--claims-report: cannot read {path}: {error}") from None
    return data


def _list(options: argparse.Namespace, view: View) -> Answer:
    chosen = list(view.claims.values())
    if options.wing is not None:
        if options.wing not in view.registry.wings:
            raise UsageError(f"--wing: {_unknown(options.wing, view.registry.wings)}")
        chosen = [claim for claim in chosen if claim.wing == options.wing]
    if options.json:
        return view.answer(
            _json([entry(claim, view.claims, view.standing[claim.id]) for claim in chosen])
        )
    return view.answer(table(chosen, view.claims, view.standing))


def _show(options: argparse.Namespace, view: View) -> Answer:
    claim = view.claims.get(options.id)
    if claim is None:
        raise UsageError(f"ID: {_unknown(options.id, view.claims)}")
    if options.json:
        return view.answer(_json(entry(claim, view.claims, view.standing[claim.id])))
    return view.answer(page(claim, view.claims, view.standing, view.registry.home[id(claim)]))


def _graph(options: argparse.Namespace, view: View) -> Answer:
    if options.dot and options.json:
        raise UsageError("--dot and --json: give one of them")
    if options.dot:
        return view.answer(graph.as_dot(view.claims, view.standing))
    if options.json:
        return view.answer(_json(graph.as_json(view.claims, view.standing)))
    lines = [f"{a} -> {b}  ({what})" for a, b, what in graph.edges(view.claims)]
    return view.answer("".join(f"{line}\n" for line in lines))


def _ids(options: argparse.Namespace, view: View) -> Answer:
    registry = view.registry
    if options.record:
        try:
            new = ids.record(registry)
        except OSError as error:
            raise UsageError(f"--record: cannot write {error.filename}: {error.strerror}") from None
        return view.answer("".join(f"recorded {name}\n" for name in new))
    if not options.check:
        return view.answer("".join(f"{name}\n" for name in view.claims))
    gone = [f"vanished {name}\n" for _, name in ids.vanished(registry)]
    new = [f"unrecorded {name}\n" for _, name in ids.unrecorded(registry)]
    hint = "record new ids with: python -m theory ids --record\n" if new else ""
    return Answer("".join(gone + new), hint, 1 if gone or new else 0)


def _json(data: Any) -> str:
    return json.dumps(data, indent=1) + "\n"


def _unknown(name: str, known: Any) -> str:
    import difflib  # only needed for an answer to a slip

    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"unknown {name!r}" + (f"; did you mean {', '.join(near)}?" if near else "")
