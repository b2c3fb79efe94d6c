"""The counts, and the one sentence they make. Every count has its denominator beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from theory._core.graph import Status
from theory._core.outcome import Level
from theory._core.runner import ERROR, NOT_RUN, REFUTED

#: What stands for a claim as a whole; every registered claim is in exactly one group.
GROUPS = (
    "established",
    "definition",
    "open",
    "not run",
    "stale",
    "undecided",
    "error",
    "circular",
    "refuted",
)
_ALWAYS_SAID = ("refuted", "open", "not run")

#: What evidence of a level speaks about, as far as the report may say.
REACH: Mapping[Level, str] = {
    Level.SYMBOLIC: "all instances in the stated scope",
    Level.EXACT: "stated finite scopes, decided exactly",
    Level.CERTIFIED: "stated finite scopes, by certificates",
    Level.PROPERTY: "stated scopes, searched for counterexamples",
    Level.STATISTICAL: "stated scopes, at declared error rates",
    Level.EMPIRICAL: "recorded runs",
}
LEVELS = tuple(level.value for level in Level)


def group_of(own: Status, stale: bool) -> str:
    """The group of a claim with this own status; ``stale``: all that is known is of another version."""
    if own.value in LEVELS:
        return "established"
    if own is Status.NOT_RUN and stale:
        return "stale"
    return "undecided" if own is Status.MISSING else own.value


def counts(claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All numbers of the first line and of the lines below it, from the claims of the report."""
    groups = Counter(claim["group"] for claim in claims)
    levels = Counter(claim["level"] for claim in claims if claim["group"] == "established")
    return {
        "registered": len(claims),
        "groups": {group: groups[group] for group in GROUPS},
        "established_by_level": {level: levels[level] for level in LEVELS},
        "weakest_link": _weakest(claims),
        "taking_theorems_as_given": sum(
            claim["group"] == "established" and bool(claim["taken_as_given"]) for claim in claims
        ),
        "checks": _outcomes(check["outcome"] for claim in claims for check in claim["checks"]),
        "falsifier_runs": _falsifiers(claims),
    }


def _weakest(claims: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Of the established claims: what the weakest claim is worth that they rest on."""
    found = Counter(c["status"]["weakest_link"] for c in claims if c["group"] == "established")
    return {status.value: found[status.value] for status in Status if found[status.value]}


def _outcomes(outcomes: Iterable[str]) -> dict[str, int]:
    found = Counter(outcomes)
    return {"total": found.total(), **dict(sorted(found.items()))}


def _falsifiers(claims: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    runs = [run["outcome"] for c in claims for f in c["falsifiers"] for run in f["runs"]]
    found = Counter(runs)
    killed, idle, failed = found[REFUTED], found[NOT_RUN], found[ERROR]
    survived = len(runs) - killed - idle - failed
    return {
        "total": len(runs),
        "killed": killed,
        "survived": survived,
        "error": failed,
        "not_run": idle,
    }


def sentence(numbers: Mapping[str, Any]) -> list[dict[str, str]]:
    """The first line of the report, in parts: {"text", "group"}; joined by nothing it is the sentence.

    A part has a group when it counts some of that group; "scope" says what evidence speaks about.
    """
    total, groups = numbers["registered"], numbers["groups"]
    parts = [{"text": f"{total} registered claim{'' if total == 1 else 's'}: ", "group": ""}]
    some = "established" if groups["established"] else ""
    parts.append({"text": f"{groups['established']} established", "group": some})
    if scope := _by_level(numbers):
        parts.append({"text": f" ({scope})", "group": "scope"})
    for group in (*_ALWAYS_SAID, *(g for g in GROUPS[1:] if g not in _ALWAYS_SAID)):
        if groups[group] or group in _ALWAYS_SAID:
            plural = "s" if group == "definition" and groups[group] != 1 else ""
            parts.append({"text": ", ", "group": ""})
            some = group if groups[group] else ""
            parts.append({"text": f"{groups[group]} {group}{plural}", "group": some})
    return [*parts, {"text": ".", "group": ""}]


def _by_level(numbers: Mapping[str, Any]) -> str:
    found = numbers["established_by_level"]
    return "; ".join(f"{found[l.value]} {l.value}: {REACH[l]}" for l in Level if found[l.value])
