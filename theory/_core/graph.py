r"""How far a claim can be trusted: its own best evidence, and the weakest link of what it needs.

The scale, strongest first (:class:`Status`)::

    definition > symbolic > exact > certified > property > statistical > empirical
               > open > not run > undecided > error > circular > missing > refuted

*Own status*. Any refutation of the claim by one of its checks makes it refuted; failing that, any
check that raised makes it an error. Otherwise it is the strongest level among the checks that came
back established, are no mere parts, and were seen, in the same report, to kill all falsifiers; a
check without falsifiers, with a survivor, or of a claim whose stored objects or boundary cases
failed, counts as undecided. An open claim stays open, a definition asserts nothing and so weakens
nothing. A report can only lower what is declared: levels are read from the claim, an unknown check
in the report is ignored, and a report of another version of the statement (its digest) is not read.

*Weakest link*. The weakest own status over the claim and everything it needs, directly or not, for
its statement or for its proof. A need that is unknown is missing; claims whose statements, or whose
proofs, rest on each other are circular.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from theory._core.claim import Check, Claim, Kind
from theory._core.problems import cycles
from theory._core.runner import ERROR, ESTABLISHED, NOT_RUN, REFUTED
from theory._core.show import show


class Status(Enum):
    """Strongest first."""

    DEFINITION = "definition"
    SYMBOLIC = "symbolic"
    EXACT = "exact"
    CERTIFIED = "certified"
    PROPERTY = "property"
    STATISTICAL = "statistical"
    EMPIRICAL = "empirical"
    OPEN = "open"
    NOT_RUN = "not run"
    UNDECIDED = "undecided"
    ERROR = "error"
    CIRCULAR = "circular"
    MISSING = "missing"
    REFUTED = "refuted"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return _RANK[self]


_RANK = {status: rank for rank, status in enumerate(Status)}


@dataclass(frozen=True)
class Standing:
    """``own`` evidence, the ``weakest`` link, and the id it is found ``at`` (possibly its own)."""

    own: Status
    weakest: Status
    at: str

    def as_json(self) -> dict[str, str]:
        """Plain data for listings."""
        return {"own": self.own.value, "weakest_link": self.weakest.value, "at": self.at}

    def __str__(self) -> str:
        weaker = self.weakest.rank > self.own.rank
        return self.own.value + (f"; rests on {self.at}: {self.weakest.value}" if weaker else "")


def digest(claim: Claim) -> str:
    """A fingerprint of what is claimed: statement, hypotheses, constants."""
    constants = {name: show(value) for name, value in claim.constants.items()}
    parts = [claim.id, claim.statement, dict(claim.hypotheses), constants]
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def own_status(claim: Claim, record: Mapping[str, Any] | None) -> Status:
    """Own best evidence of ``claim`` in its ``record`` of a claims report (None: no record)."""
    if record is not None and record.get("digest") != digest(claim):
        record = None
    told = {entry["name"]: entry for entry in record["checks"]} if record else {}
    outcomes = {told[c.name]["outcome"] for c in claim.checks if c.name in told}
    if REFUTED in outcomes:
        return Status.REFUTED
    if ERROR in outcomes:
        return Status.ERROR
    if claim.kind is Kind.OPEN:
        return Status.OPEN
    if not claim.checks:
        return Status.DEFINITION if claim.kind is Kind.DEFINITION else Status.NOT_RUN
    sound = record is not None and _sound(claim, record)
    whole = [c for c in claim.checks if c.name in told and not c.part]
    found = [_evidence(claim, c, told[c.name], sound) for c in whole]
    return min(found, key=lambda status: status.rank, default=Status.NOT_RUN)


def _evidence(claim: Claim, check: Check, entry: Mapping[str, Any], sound: bool) -> Status:
    if entry["outcome"] != ESTABLISHED:
        return Status.NOT_RUN if entry["outcome"] == NOT_RUN else Status.UNDECIDED
    told = {falsifier["name"]: falsifier["outcome"] for falsifier in entry["falsifiers"]}
    fates = [told.get(f.name, NOT_RUN) for f in claim.falsifiers if f.meets(check)]
    if NOT_RUN in fates:
        return Status.NOT_RUN
    killed = bool(fates) and set(fates) == {REFUTED}
    return Status(check.level.value) if killed and sound else Status.UNDECIDED


def _sound(claim: Claim, record: Mapping[str, Any]) -> bool:
    """Whether the stored objects meet the hypotheses and the boundary cases came out as expected."""
    objects = {entry["name"]: entry["outcome"] for entry in record["vacuity"]}
    edges = {entry["name"]: entry["outcome"] for entry in record["boundaries"]}
    filled = all(objects.get(i.name) == ESTABLISHED for i in claim.inhabitants)
    return (
        (filled and bool(claim.inhabitants or not claim.hypotheses))
        and all(edges.get(b.name) == b.expect.value for b in claim.boundaries)
    )  # fmt: skip


def standings(
    claims: Mapping[str, Claim], report: Mapping[str, Any] | None = None
) -> dict[str, Standing]:
    """Own status and weakest link of every claim, given a claims report (None: nothing was run)."""
    records = {record["id"]: record for record in (report or {}).get("claims", [])}
    own = {name: own_status(claim, records.get(name)) for name, claim in claims.items()}
    for edges in (
        {name: claim.needs for name, claim in claims.items()},
        {name: claim.proof_needs for name, claim in claims.items()},
    ):
        for name in {member for cycle in cycles(edges) for member in cycle}:
            own[name] = max(own[name], Status.CIRCULAR, key=lambda status: status.rank)
    found = {}
    for name in claims:
        reach = ancestors(claims, name)
        # Ties go to the claim itself, then to the least id.
        at = min({name, *reach}, key=lambda n: (-_of(own, n).rank, n != name, n))
        found[name] = Standing(own[name], _of(own, at), at)
    return found


def _of(own: Mapping[str, Status], name: str) -> Status:
    return own.get(name, Status.MISSING)


def ancestors(claims: Mapping[str, Claim], name: str) -> set[str]:
    """Ids of everything that ``name`` needs, for its statement or proof, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        claim = claims.get(waiting.pop())
        for need in (claim.needs + claim.proof_needs) if claim else ():
            if need not in found:
                found.add(need)
                waiting.append(need)
    return found - {name}


def edges(claims: Mapping[str, Claim]) -> list[tuple[str, str, str]]:
    """(claim, need, "statement" or "proof") of every declared need."""
    return [
        (claim.id, need, what)
        for claim in claims.values()
        for what, needs in (("statement", claim.needs), ("proof", claim.proof_needs))
        for need in dict.fromkeys(needs)
    ]


def as_json(claims: Mapping[str, Claim], standing: Mapping[str, Standing]) -> dict[str, Any]:
    """Nodes and edges as JSON data."""
    nodes = [
        {"id": c.id, "kind": c.kind.value, "title": c.title, "status": standing[c.id].as_json()}
        for c in claims.values()
    ]
    return {
        "nodes": nodes,
        "edges": [{"from": a, "to": b, "kind": what} for a, b, what in edges(claims)],
    }


def as_dot(claims: Mapping[str, Claim], standing: Mapping[str, Standing]) -> str:
    """Graphviz text: an arrow from a claim to what it needs, dashed for needs of the statement."""
    lines = ["digraph claims {", "  rankdir=BT; node [shape=box, style=filled];"]
    for claim in claims.values():
        stands = standing[claim.id]
        lines.append(
            f"  {quoted(claim.id)} [label={quoted(claim.id, claim.title, str(stands))}, "
            f"tooltip={quoted(claim.statement)}, fillcolor={quoted(_colour(stands.weakest))}];"
        )
    for name in sorted({b for _, b, _ in edges(claims)} - set(claims)):
        lines.append(f'  {quoted(name)} [label={quoted(name, "missing")}, fillcolor="#f4a6a0"];')
    for a, b, what in edges(claims):
        style = "dashed" if what == "statement" else "solid"
        lines.append(f"  {quoted(a)} -> {quoted(b)} [style={style}];")
    return "\n".join([*lines, "}", ""])


def quoted(*lines: str) -> str:
    r"""A DOT string of several lines; backslashes and quotes of the text stay literal."""
    return '"' + "\\n".join(_escaped(lines)) + '"'


def _escaped(lines: Iterable[str]) -> list[str]:
    return [line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for line in lines]


def _colour(status: Status) -> str:
    if status.rank < Status.OPEN.rank:
        return "#b7dfb9"
    return "#e8e8e8" if status.rank < Status.UNDECIDED.rank else "#f4a6a0"


def readable(report: Any) -> bool:
    """Whether parsed JSON has the shape of a claims report as far as a status reads it."""

    def entries(value: Any, *keys: str) -> bool:
        return isinstance(value, list) and all(
            isinstance(one, dict) and all(isinstance(one.get(key), str) for key in keys)
            for one in value
        )

    return (
        isinstance(report, dict)
        and entries(report.get("claims"), "id")
        and all(
            entries(claim.get("checks"), "name", "outcome")
            and all(
                entries(check.get("falsifiers"), "name", "outcome") for check in claim["checks"]
            )
            and entries(claim.get("vacuity"), "name", "outcome")
            and entries(claim.get("boundaries"), "name", "outcome")
            for claim in report["claims"]
        )
    )
