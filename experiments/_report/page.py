"""The page: one HTML file whose style and script are inside it and whose pictures lie beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from experiments._report.drawing import graph_of, worth
from experiments._report.formulas import Formulas
from experiments._report.summary import GROUPS, LEVELS
from theory._core.runner import ESTABLISHED, NOT_RUN, REFUTED

TEMPLATES = Path(__file__).with_name("templates")
ORIGINS = {
    "paper": "What the paper asserts",
    "erratum": "What is wrong in print",
    "implementation": "What a released implementation does",
    "derived": "What is derived here",
    "later paper": "What other papers assert",
    "known theorem": "Published theorems that others rest on",
}
LONGEST = 600  # characters of a value that is shown in a line; all of it is in report.json


def page(data: Mapping[str, Any], formulas: Formulas) -> bytes:
    """The HTML of a report, from the object that becomes ``report.json``."""
    style, script = (_source(name) for name in ("report.css", "report.js"))
    claims = {claim["id"]: claim for claim in data["claims"]}
    html = _environment(formulas).get_template("index.html.j2").render(
        data=data,
        claims=claims,
        certificates={one["digest"]: one for one in data["certificates"] if one["digest"]},
        graphs={wing["name"]: graph_of(wing["name"], claims) for wing in data["wings"]},
        experiments=_by_wing(data),
        origins=ORIGINS,
        kinds=list(dict.fromkeys(claim["kind"] for claim in data["claims"])),
        groups=[group for group in GROUPS if data["summary"]["groups"][group]],
        levels=LEVELS,
        style=style,
        script=script,
        policy=_policy(style, script),
    )  # fmt: skip
    return html.encode("utf-8", "backslashreplace")


def _environment(formulas: Formulas) -> Environment:
    made = Environment(
        autoescape=True,
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "math": formulas.html,
        "cut": cut,
        "duration": duration,
        "fate": fate,
        "size": size,
        "last_lines": last_lines,
        "cells": cells,
        "words": lambda text: str(text).replace("_", " "),
        "slug": lambda text: "".join(c if c.isalnum() else "-" for c in str(text)),
        "worth": worth,
        "search": search_text,
    }
    return made


def _source(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    """Nothing may run or be loaded but what this build has put in; pictures only from beside it."""

    def allowed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {allowed(style)}; script-src {allowed(script)}; "
        "img-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _by_wing(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {wing["name"]: [] for wing in data["wings"]}
    for experiment in data["experiments"]:
        found.setdefault(experiment["wing"], []).append(experiment)
    return found


# -- filters --------------------------------------------------------------------------------------


def cut(text: Any, longest: int = LONGEST) -> str:
    """``text``, its middle left out if it is long."""
    shown = str(text)
    if len(shown) <= longest:
        return shown
    return f"{shown[: longest * 2 // 3]} … {shown[-longest // 4 :]}"


def duration(seconds: float | None) -> str:
    """Seconds in two digits, or nothing."""
    if seconds is None:
        return ""
    if seconds < 0.0095:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:,.0f} s"


def last_lines(text: str, number: int = 8) -> str:
    """The end of a traceback, which is what says what went wrong."""
    lines = text.rstrip().split("\n")
    return "\n".join([*(["..."] if len(lines) > number else []), *lines[-number:]])


def size(number: int) -> str:
    """Bytes, for reading."""
    return f"{number:,} B" if number < 10_000 else f"{number / 1000:,.0f} kB"


def fate(outcome: str) -> str:
    """What an outcome means for a falsifier."""
    known = {REFUTED: "killed", ESTABLISHED: "survived", NOT_RUN: "not run"}
    return known.get(outcome, outcome)


def cells(block: str) -> list[list[str]] | None:
    """The rows of a table written with bars; None if the block is prose."""
    lines = block.split("\n")
    if not all(line.lstrip().startswith("|") for line in lines):
        return None
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]


def search_text(claim: Mapping[str, Any]) -> str:
    """What the search box looks through for a claim."""
    parts = [claim["id"], claim["title"], claim["kind"], claim["statement"]]
    parts += [claim["source"]["origin"], claim["source"]["text"], *claim["hypotheses"]]
    parts += claim["hypotheses"].values()
    for check in claim["checks"]:
        parts += [check["name"], check["level"], check["scope"], check["doc"]]
    for near in claim["falsifiers"]:
        parts += [near["name"], near["because"]]
    return " ".join(" ".join(parts).lower().split())
