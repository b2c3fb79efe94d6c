"""The claims report: what ran, what came of it, what was killed, as one JSON file.

Built from the data that items carried on their ``user_properties`` (so it is the same with and
without xdist), joined to everything that is declared: what was not run is in it, as not run.
"""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from theory._core.claim import Check, Claim
from theory._core.graph import digest, standings
from theory._core.problems import Problem, fill_ledger
from theory._core.registry import Registry
from theory._core.runner import ERROR, NOT_RUN, REFUTED
from theory._core.tasks import BOUNDARY, CHECK, FALSIFIER, VACUITY, Task, tasks_of

FORMAT = "touchstone-claims-report/1"
PACKAGES = ("cvxpy", "hypothesis", "numpy", "pytest", "python-flint", "scipy", "sympy", "torch")


@dataclass
class Collected:
    """Data of the items that came back, by item name."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, report: Any) -> None:
        """Take one pytest report; a failure that carries no outcome is an error by itself."""
        data = dict(report.user_properties)
        name = str(data.get("item") or report.nodeid.partition("::")[2])
        if report.when == "call" and "outcome" in data and "role" in data:
            self.items.setdefault(name, data)
        elif report.failed and name not in self.items and "[" in name:
            self.items[name] = {"outcome": ERROR, "detail": str(report.longrepr), **data}

    def claim_items(self) -> list[dict[str, Any]]:
        """Those that belong to a claim's tasks."""
        return [d for d in self.items.values() if d.get("role") in _ROLES and "item" in d]

    def outcomes(self) -> list[str]:
        """Outcomes of everything that came back."""
        return [data["outcome"] for data in self.claim_items()]


_ROLES = (CHECK, FALSIFIER, VACUITY, BOUNDARY)


def summary(collected: Collected) -> str:
    """One line for the terminal."""
    count = Counter((data["role"], data["outcome"]) for data in collected.claim_items())
    checks = {outcome: n for (role, outcome), n in count.items() if role == CHECK}
    tried = sum(n for (role, outcome), n in count.items() if role == FALSIFIER)
    said = ", ".join(f"{n} {outcome.replace('_', ' ')}" for outcome, n in sorted(checks.items()))
    killed = f"{count[FALSIFIER, REFUTED]} of {tried} falsifiers killed"
    return f"checks: {said or 'none'}; {killed}"


def build(
    found: Iterable[tuple[Registry, list[Problem]]], collected: Collected, tier: str
) -> dict[str, Any]:
    """The whole report as JSON data."""
    found = list(found)
    claims = [claim for registry, _ in found for claim in registry.claims.values()]
    problems = [problem for _, several in found for problem in several]
    records = [_claim(claim, problems, collected) for claim in claims]
    standing = standings({claim.id: claim for claim in claims}, {"claims": records})
    for record in records:
        record["status"] = standing[record["id"]].as_json()
    return {
        "format": FORMAT,
        "tier": tier,
        "claims": records,
        "problems": [problem.as_json() for problem in problems],
        "kill_matrix": kill_matrix(records),
        "ledger": fill_ledger(claims)[0].as_json(),
        "environment": environment(),
    }


def _claim(claim: Claim, problems: list[Problem], collected: Collected) -> dict[str, Any]:
    tasks = list(tasks_of(claim))
    return {
        "id": claim.id,
        "kind": claim.kind.value,
        "title": claim.title,
        "statement": claim.statement,
        "source": claim.source.as_json(),
        "digest": digest(claim),
        "needs": {"statement": list(claim.needs), "proof": list(claim.proof_needs)},
        "checks": [_check(check, tasks, collected) for check in claim.checks],
        "vacuity": [_item(t, collected) for t in tasks if t.role == VACUITY],
        "boundaries": [
            {**_item(t, collected), "expect": t.expect} for t in tasks if t.role == BOUNDARY
        ],
        "problems": [p.as_json() for p in problems if p.claim == claim.id],
    }


def _check(check: Check, tasks: list[Task], collected: Collected) -> dict[str, Any]:
    mine = [task for task in tasks if task.check is check]
    own = next(task for task in mine if task.role == CHECK)
    return {
        **_item(own, collected),
        "name": check.name,
        "level": check.level.value,
        "scope": check.scope,
        "tier": check.tier,
        "certificates": certificates_of(collected.items.get(own.name, {})),
        "falsifiers": [_item(task, collected) for task in mine if task.role == FALSIFIER],
    }


def _item(task: Task, collected: Collected) -> dict[str, Any]:
    data = collected.items.get(task.name)
    if data is None:
        data = {"outcome": NOT_RUN, "detail": "not selected in this run"}
    return {
        "name": task.subject,
        "outcome": data["outcome"],
        "seconds": data.get("seconds"),
        "detail": data.get("detail", ""),
        "witness": data.get("witness") or None,
        "payload": json.loads(data.get("payload", "{}")),
    }


def certificates_of(data: Mapping[str, Any]) -> list[str]:
    """Digests of the certificates that an item's data name; none when the list had to be cut."""
    named = data.get("certificates") or json.dumps(
        json.loads(data.get("payload", "{}")).get("certificates")
    )
    found = json.loads(named)
    return [str(one) for one in found] if isinstance(found, list) else []


def kill_matrix(records: list[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """Checks that killed nothing, false variants that were not killed, and those never tried."""
    powerless, survivors, untried = [], [], []
    for record in records:
        for check in record["checks"]:
            at = {"claim": record["id"], "check": check["name"]}
            tried = [f for f in check["falsifiers"] if f["outcome"] != NOT_RUN]
            idle = [f for f in check["falsifiers"] if f["outcome"] == NOT_RUN]
            untried += [{**at, "falsifier": f["name"]} for f in idle]
            alive = [f for f in tried if f["outcome"] != REFUTED]
            survivors += [{**at, "falsifier": f["name"], "outcome": f["outcome"]} for f in alive]
            if len(alive) == len(tried) and (tried or not check["falsifiers"]):
                powerless.append(at)
    return {"powerless": powerless, "survivors": survivors, "not_run": untried}


def environment() -> dict[str, Any]:
    """Interpreter, platform and versions, read from package metadata without importing anything."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    system = f"{platform.system()} {platform.machine()}"
    return {"python": platform.python_version(), "platform": system, "packages": versions}


def as_bytes(data: dict[str, Any]) -> bytes:
    """The text of a report."""
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode(
        "utf-8", "backslashreplace"
    )
