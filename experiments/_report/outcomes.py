"""The claims reports of ``pytest theory --claims-report FILE``, joined to what is registered.

A report can only lower what is declared. Levels and scopes are read from the claim; an outcome that
belongs to another statement (its digest), or to a check declared with another level or scope, is
*stale*: it is shown as such and counts as not run. Of several reports the weakest word about an item
counts, whatever their order. An ``established`` that states no evidence is undecided.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from theory._core.claim import Check, Claim
from theory._core.graph import digest, readable
from theory._core.outcome import PAYLOAD, Level
from theory._core.report import FORMAT
from theory._core.runner import ERROR, ESTABLISHED, NOT_RUN, REFUTED, UNDECIDED
from theory._core.show import plain

STALE = "stale"
#: Weakest last. What did not run says nothing, so anything that ran is preferred to it.
_WEAKNESS = {NOT_RUN: 0, ESTABLISHED: 1, UNDECIDED: 2, ERROR: 3, REFUTED: 4}

Entry = dict[str, Any]


@dataclass(frozen=True)
class Reports:
    """What the files said: ``about`` describes each file, ``records`` are by claim id."""

    about: list[dict[str, Any]]
    records: dict[str, list[Mapping[str, Any]]]


def read_reports(paths: Sequence[Path]) -> Reports:
    """Read claims reports. ``ValueError`` names the file and what is wrong with it."""
    about, records = [], {}
    for path in paths:
        data = _read(path)
        about.append(
            {
                "file": path.name,
                "tier": _text(data.get("tier")),
                "written": _written(path),
                "claims": len(data["claims"]),
                "environment": _environment(data.get("environment")),
            }
        )
        for record in data["claims"]:
            records.setdefault(record["id"], []).append(record)
    return Reports(about, records)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if not readable(data):
            raise ValueError("it is not a claims report")
        if data.get("format") != FORMAT:
            raise ValueError(f"its format is {_text(data.get('format'))[:60]!r}, not {FORMAT!r}")
    except (OSError, ValueError, RecursionError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ValueError(f"--outcomes: cannot read {str(path)!r}: {reason}") from None
    return data


def _written(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _environment(value: Any) -> dict[str, Any]:
    found = value if isinstance(value, dict) else {}
    packages = found.get("packages") if isinstance(found.get("packages"), dict) else {}
    return {
        "python": _text(found.get("python")),
        "platform": _text(found.get("platform")),
        "packages": {str(k): _text(v) for k, v in (packages or {}).items()},
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


# -- joining --------------------------------------------------------------------------------------


def joined(claim: Claim, records: Iterable[Mapping[str, Any]]) -> Entry:
    """What came of everything ``claim`` declares, in the shape that a status is read from."""
    records = list(records)
    fresh = [record for record in records if record.get("digest") == digest(claim)]
    old = len(fresh) < len(records)
    return {
        "id": claim.id,
        "digest": digest(claim),
        "stale": bool(records) and not fresh,
        "checks": [_check(claim, check, fresh, old) for check in claim.checks],
        "vacuity": [
            _item(one.name, _named(fresh, "vacuity", one.name), ESTABLISHED, old)
            for one in claim.inhabitants
        ],
        "boundaries": [
            {
                **_item(b.name, _named(fresh, "boundaries", b.name), b.expect.value, old),
                "expect": b.expect.value,
            }
            for b in claim.boundaries
        ],
    }


def _check(claim: Claim, check: Check, fresh: list[Mapping[str, Any]], old: bool) -> Entry:
    told = _named(fresh, "checks", check.name)
    same = [e for e in told if (e.get("level"), e.get("scope")) == (check.level.value, check.scope)]
    old = old or len(same) < len(told)
    found = _item(check.name, same, ESTABLISHED, old)
    found["certificates"] = _certificates(same)
    found["evidence"] = evidence(check.level, found["payload"])
    if found["outcome"] == ESTABLISHED and not found["evidence"]:
        found |= {"outcome": UNDECIDED, "detail": "the outcome states no evidence"}
    found["falsifiers"] = [
        _item(near.name, _named(same, "falsifiers", near.name), REFUTED, old)
        for near in claim.falsifiers
        if near.meets(check)
    ]
    return found


def _named(records: Iterable[Mapping[str, Any]], part: str, name: str) -> list[Mapping[str, Any]]:
    return [entry for record in records for entry in record[part] if entry["name"] == name]


def _item(name: str, told: Sequence[Mapping[str, Any]], expect: str, old: bool) -> Entry:
    """One item: of several words about it the weakest, and what was hoped for is the strongest."""

    def weakness(entry: Mapping[str, Any]) -> int:
        outcome = entry["outcome"]
        if outcome == expect:
            return 1
        return 0 if outcome == NOT_RUN else _WEAKNESS.get(outcome, 3) + 2

    worst = max(told, key=weakness, default={"outcome": NOT_RUN})
    outcome = worst["outcome"] if worst["outcome"] in _WEAKNESS else ERROR
    payload = worst.get("payload")
    detail = _text(worst.get("detail"))
    stale = old and outcome == NOT_RUN
    return {
        "name": name,
        "outcome": outcome,
        "stale": stale,
        "seconds": _seconds(worst.get("seconds")),
        "detail": "the outcome at hand is of another version" if stale else detail,
        "witness": _text(worst.get("witness")) or None,
        "payload": plain(payload) if isinstance(payload, dict) else {},
    }


def _seconds(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if number and 0 <= value < 1e9 else None


def _certificates(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    found: list[str] = []
    for entry in entries:
        payload = entry.get("payload")
        named = entry.get("certificates") or (
            payload.get("certificates") if isinstance(payload, dict) else None
        )
        if entry["outcome"] == ESTABLISHED and isinstance(named, list):
            found += [one for one in named if isinstance(one, str)]
    return list(dict.fromkeys(found))


# -- what an outcome rests on ---------------------------------------------------------------------


def evidence(level: Level, payload: Mapping[str, Any]) -> str:
    """What an ``established`` of that level states it has looked at; "" if that is nothing."""
    if any(payload.get(name) in _NOTHING for name in PAYLOAD[level] if name not in _MAY_BE_ZERO):
        return ""
    if any(payload.get(name) is None for name in PAYLOAD[level]):
        return ""
    return _EVIDENCE[level](payload)


_NOTHING: tuple[Any, ...] = (None, "", 0, False, [], {})
_MAY_BE_ZERO = ("residual", "rejected", "estimate", "interval")


def _count(value: Any, what: str) -> str:
    number = len(value) if isinstance(value, list | dict) else value
    shown = f"{number:,}" if type(number) is int else str(number)[:60]
    return f"{shown} {what}" + ("" if number == 1 else "s")


def _of_certificates(payload: Mapping[str, Any]) -> str:
    named = payload["certificates"]  # a text when the list was too long to be kept whole
    return "many certificates" if isinstance(named, str) else _count(named, "certificate")


_EVIDENCE: dict[Level, Callable[[Mapping[str, Any]], str]] = {
    Level.SYMBOLIC: lambda told: f"residual {told['residual']}",
    Level.EXACT: lambda told: _count(told["cases"], "case"),
    Level.CERTIFIED: _of_certificates,
    Level.PROPERTY: lambda told: (
        f"{_count(told['examples'], 'example')}, {told['rejected']} rejected"
    ),
    Level.STATISTICAL: lambda told: (
        f"{told['estimate']} in {told['interval']}, {_count(told['n'], 'sample')}"
    ),
    Level.EMPIRICAL: lambda told: (
        "recorded runs" if isinstance(told["records"], str) else _count(told["records"], "record")
    ),
}
