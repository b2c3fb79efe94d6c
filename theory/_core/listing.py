"""Claims as text and as plain data: what ``list`` and ``show`` print."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

from theory._core.claim import FAST, Claim
from theory._core.graph import Standing, ancestors
from theory._core.registry import THEORY, Module
from theory._core.show import plain, show
from theory._core.source import KnownTheorem

WIDE = 160  # columns when the output is not a terminal


def entry(claim: Claim, claims: Mapping[str, Claim], standing: Standing) -> dict[str, Any]:
    """One claim as JSON data, with everything it declares and the black boxes it rests on."""
    return {
        "id": claim.id,
        "kind": claim.kind.value,
        "title": claim.title,
        "statement": claim.statement,
        "source": claim.source.as_json(),
        "hypotheses": dict(claim.hypotheses),
        "constants": {name: plain(value) for name, value in claim.constants.items()},
        "levels": _levels(claim),
        "scopes": [check.scope for check in claim.checks],
        "checks": [
            {
                **{"name": c.name, "level": c.level.value, "scope": c.scope, "tier": c.tier},
                **{"part": c.part, "doc": c.doc},
            }
            for c in claim.checks
        ],
        "falsifiers": [
            {
                "name": f.name,
                "constants": {name: plain(value) for name, value in f.constants.items()},
                "drop": list(f.drop),
                "checks": [check.name for check in claim.checks if f.meets(check)],
                "because": f.because,
            }
            for f in claim.falsifiers
        ],
        "inhabitants": [one.name for one in claim.inhabitants],
        "boundaries": [{"name": b.name, "expect": b.expect.value} for b in claim.boundaries],
        "needs": {"statement": list(claim.needs), "proof": list(claim.proof_needs)},
        "taken_as_given": taken_as_given(claim, claims),
        "status": standing.as_json(),
    }


def table(
    chosen: Iterable[Claim], claims: Mapping[str, Claim], standing: Mapping[str, Standing]
) -> str:
    """A table of the chosen claims, as wide as the terminal."""
    from rich import box  # rich is only imported where a table is printed
    from rich.console import Console
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("id", "kind", "title", "source", "levels", "status"):
        made.add_column(heading, no_wrap=heading == "id")
    for claim in chosen:
        given = taken_as_given(claim, claims)
        status = (
            f"{standing[claim.id]}; given {', '.join(given)}" if given else str(standing[claim.id])
        )
        row = (claim.kind.value, claim.title, claim.source.origin, ", ".join(_levels(claim)))
        made.add_row(claim.id, *map(_literal, row), _literal(status))
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE
    out = StringIO()
    Console(file=out, width=columns, color_system=None).print(made)
    lines = out.getvalue().split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _literal(text: str) -> Any:
    from rich.text import Text

    return Text(text)  # a title with [brackets] is text, not markup


def page(
    claim: Claim, claims: Mapping[str, Claim], standing: Mapping[str, Standing], module: Module
) -> str:
    """One claim in full, for reading."""
    lines = [f"{claim.id}  {claim.title}", f"{claim.kind.value}, {claim.source}", ""]
    lines += [claim.statement, ""]
    lines += _block("hypotheses", [f"{k}: {v}" for k, v in claim.hypotheses.items()])
    lines += _block("constants", [f"{k} = {show(v)}" for k, v in claim.constants.items()])
    lines += _block("needs for the statement", [_named(n, standing) for n in claim.needs])
    lines += _block("needs for the proof", [_named(n, standing) for n in claim.proof_needs])
    given = [f"{n}: {claims[n].source}" for n in taken_as_given(claim, claims) if n != claim.id]
    lines += _block("rests on theorems not proved here", given)
    users = [other for other in claims if claim.id in ancestors(claims, other)]
    lines += _block("needed by", [", ".join(users)] if users else [])
    lines += _block("checks", list(_checks(claim)))
    lines += _block("falsifiers", [_near(f) for f in claim.falsifiers])
    lines += _block("objects that meet the hypotheses", [i.name for i in claim.inhabitants])
    lines += _block("boundaries", [f"{b.name}: {b.expect.value}" for b in claim.boundaries])
    lines += [f"status: {standing[claim.id]}", f"run: {_command(claim, module)}", ""]
    return "\n".join(lines)


def taken_as_given(claim: Claim, claims: Mapping[str, Claim]) -> list[str]:
    """Ids of the published theorems, not proved here, that the claim rests on or is.

    They are black boxes: evidence of finitely many instances does not prove them.
    """
    known = KnownTheorem("").origin
    reached = sorted({claim.id, *ancestors(claims, claim.id)})
    return [n for n in reached if n in claims and claims[n].source.origin == known]


def _block(heading: str, inner: list[str]) -> list[str]:
    return [heading, *(f"  {line}" for line in inner), ""] if inner else []


def _named(need: str, standing: Mapping[str, Standing]) -> str:
    return f"{need}: {standing[need]}" if need in standing else f"{need}: missing"


def _levels(claim: Claim) -> list[str]:
    """The levels at which the statement itself is checked."""
    return list(dict.fromkeys(check.level.value for check in claim.checks if not check.part))


def _checks(claim: Claim) -> Iterator[str]:
    for check in claim.checks:
        tier = "" if check.tier == FAST else f", {check.tier}"
        part = ", a part of the argument" if check.part else ""
        yield f"{check.name} ({check.level.value}{part}{tier}): {check.doc}".rstrip(": ")
        yield f"  scope: {check.scope}"


def _near(falsifier: Any) -> str:
    changes = [f"{name} = {show(value)}" for name, value in falsifier.constants.items()]
    changes += [f"without {name}" for name in falsifier.drop]
    because = f". {falsifier.because}" if falsifier.because else ""
    return f"{falsifier.name} ({', '.join(changes)}){because}"


def _command(claim: Claim, module: Module) -> str:
    at = module.path
    tiers = {check.tier for check in claim.checks} - {FAST}
    words = [
        "pytest",
        f"{at.relative_to(THEORY.parent) if THEORY in at.parents else at}::{claim.id}",
    ]
    if THEORY not in at.parents:
        words += ["-p", "theory._core.plugin", "--claims-root", str(at.parent.parent)]
    words += ["--tier", "nightly" if "nightly" in tiers else "slow"] if tiers else []
    return shlex.join(words)
