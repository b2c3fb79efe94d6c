"""From inputs to the files of a report, all in memory: nothing is written here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments._lab.provenance import commit, surroundings
from experiments._report.certificates import SECONDS, Decided, decide_all
from experiments._report.folder import MANIFEST
from experiments._report.formulas import Formulas
from experiments._report.laboratory import read_laboratory
from experiments._report.model import FORMAT, Evidence, claims_part
from experiments._report.outcomes import read_reports
from experiments._report.page import TEMPLATES, page
from experiments._report.registered import registered
from proofs_checks.certificate import Malformed, parse

SCHEMA = "report.schema.json"


@dataclass(frozen=True)
class Inputs:
    """What a report is made from; everything may be absent."""

    outcomes: tuple[Path, ...] = ()
    store: Path | None = None
    certificates: Path | None = None
    roots: tuple[Path, ...] = ()
    seconds: float = SECONDS


def build(inputs: Inputs) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The content of ``report.json``, and all files of the folder by name.

    ``ValueError`` for an input that cannot be read, naming the option, the file and the reason.
    """
    known = _registered(inputs.roots)
    reports = read_reports(inputs.outcomes)
    laboratory = read_laboratory(inputs.store, [wing.name for wing in known.wings])
    folders = (inputs.certificates, inputs.store / "artifacts" if inputs.store else None)
    decided = [one for folder in folders for one in _decided(folder, inputs)]
    formulas = Formulas()
    data = {
        "format": FORMAT,
        "built": _built(),
        **claims_part(known, Evidence(reports, decided), formulas),
        "experiments": laboratory.experiments,
        "files": [],
    }
    files = {**laboratory.files, **_offered(decided, data)}
    files["index.html"] = page(data, formulas)
    files[SCHEMA] = (TEMPLATES / SCHEMA).read_bytes()
    data["files"] = sorted(files)
    files[MANIFEST] = _json(data)
    return data, files


def _registered(roots: Sequence[Path]) -> Any:
    try:
        return registered(roots)
    except ValueError as error:
        raise ValueError(f"--claims-root: {error}") from None


def _decided(folder: Path | None, inputs: Inputs) -> list[Decided]:
    """Certificates in a folder; of the laboratory's artifacts only those that are certificates."""
    if folder is None or (folder != inputs.certificates and not folder.is_dir()):
        return []
    if folder == inputs.certificates:
        return decide_all(folder, seconds=inputs.seconds)
    found = decide_all(folder, pattern="*", seconds=inputs.seconds)
    return [one for one in found if one.verdict != "malformed"]


def _offered(decided: Sequence[Decided], data: dict[str, Any]) -> dict[str, bytes]:
    """The files of accepted certificates; one that has changed since it was decided is withdrawn."""
    files: dict[str, bytes] = {}
    offers = {one["digest"]: one for one in data["certificates"] if one["file"]}
    for one in decided:
        offer = offers.get(one.digest)
        if offer is None or offer["file"] in files:
            continue
        content = one.path.read_bytes() if one.path.is_file() else b""
        if _digest(content) == one.digest:
            files[offer["file"]] = content
        else:
            offer |= {"file": None, "verdict": "undecided", "summary": "the file has changed"}
    return files


def _digest(content: bytes) -> str:
    try:
        return parse(content)["digest"]
    except Malformed:
        return ""


def _built() -> dict[str, Any]:
    around = surroundings()
    return {
        "time": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "python": around["python"],
        "platform": around["platform"],
        "packages": around["versions"],
        "commit": commit(),
    }


def _json(data: dict[str, Any]) -> bytes:
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8", "backslashreplace")
