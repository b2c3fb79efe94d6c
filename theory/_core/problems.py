"""What is wrong with the declarations themselves, each reported as what it is.

Problems are data: the collector makes one failing item of each, the command line prints them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from theory._core.claim import Claim, Kind
from theory._core.ids import ids_file, vanished
from theory._core.registry import Registry

#: Kinds that may stand without a check: a definition asserts nothing, of an open one nobody knows.
UNCHECKED = (Kind.DEFINITION, Kind.OPEN)


@dataclass(frozen=True)
class Problem:
    """``kind`` is one of a fixed set of names, ``subject`` the check, falsifier or id concerned."""

    kind: str
    subject: str
    claim: str  # id; the module's name when there is no claim
    detail: str
    path: Path  # the file it is reported at

    @property
    def label(self) -> str:
        """What stands in the brackets of the item's name."""
        return f"audit:{self.kind} {self.subject}".rstrip()

    def __str__(self) -> str:
        return f"{self.claim}: {self.kind}: {self.detail}"

    def as_json(self) -> dict[str, str]:
        """Plain data for the report; the path is left out, it depends on the machine."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "claim": self.claim,
            "detail": self.detail,
        }


def find_problems(registry: Registry) -> list[Problem]:
    """All structural problems of a registry, in a stable order."""
    found = [*_of_modules(registry), *_of_ids(registry), *_of_needs(registry)]
    for claim in registry.claims.values():
        at = registry.home[id(claim)].path
        found += [Problem(kind, subject, claim.id, detail, at)
                  for kind, subject, detail in _of_claim(claim)]  # fmt: skip
    return found + list(_of_ledger(registry))


def _of_modules(registry: Registry) -> Iterator[Problem]:
    for module in registry.modules:
        if module.failure:
            last = module.failure.strip().split("\n")[-1]
            yield Problem("import error", module.path.stem, module.name, last, module.path)
        for name in module.overwritten:
            detail = f"two claims are assigned to {name} in {module.path.name}; the first is lost"
            yield Problem("overwritten claim", name, module.name, detail, module.path)


def _of_ids(registry: Registry) -> Iterator[Problem]:
    for claim in registry.declarations:
        first, home = registry.claims[claim.id], registry.home[id(claim)]
        if claim is not first:
            detail = f"declared in {registry.home[id(first)].name} and again in {home.name}"
            yield Problem("duplicate id", home.path.stem, claim.id, detail, home.path)
        if claim.wing != home.wing:
            detail = f"the id says {claim.wing!r}, the folder is {home.wing!r}"
            yield Problem("wrong wing", claim.wing, claim.id, detail, home.path)
    for wing, name in vanished(registry):
        listed = ids_file(registry.root, wing)
        package = listed.with_name("__init__.py")
        detail = f"recorded in {wing}/ids.txt, and no claim carries it any more"
        yield Problem("vanished id", "", name, detail, package if package.exists() else listed)


def _of_claim(claim: Claim) -> Iterator[tuple[str, str, str]]:
    """(kind, subject, detail) of what one declaration shows by itself."""
    for name, text in (
        ("title", claim.title),
        ("statement", claim.statement),
        ("source", claim.source.text),
        *((f"scope of {check.name}", check.scope) for check in claim.checks),
    ):
        if not text.strip():
            yield "missing text", name, f"the {name} is empty"
    if not claim.checks and claim.kind not in UNCHECKED:
        yield "no check", "", f"a {claim.kind.value} that nothing puts to the test"
    for check in claim.checks:
        if not any(falsifier.meets(check) for falsifier in claim.falsifiers):
            yield "powerless check", check.name, "no falsifier is assigned to it"
    yield from _of_falsifiers(claim)
    if claim.hypotheses and not claim.inhabitants:
        yield "no inhabitant", "", "it has hypotheses and no object that meets them"


def _of_falsifiers(claim: Claim) -> Iterator[tuple[str, str, str]]:
    names = {check.name for check in claim.checks}
    for falsifier in claim.falsifiers:
        unknown = sorted(set(falsifier.by) - names)
        if unknown:
            yield "stray falsifier", falsifier.name, f"no check is named {', '.join(unknown)}"
        elif not names:
            yield "stray falsifier", falsifier.name, "the claim has no check that could kill it"


def _of_needs(registry: Registry) -> Iterator[Problem]:
    claims = registry.claims
    for claim in claims.values():
        for need in dict.fromkeys(claim.needs + claim.proof_needs):
            if need not in claims:
                at = registry.home[id(claim)].path
                yield Problem("dangling need", need, claim.id, f"needs unknown {need}", at)
    # A proof may use a claim whose statement refers back to this one. What must not happen is that
    # statements define each other in a circle, or that proofs rest on each other in a circle.
    for what, edges in (
        ("statements", {name: claim.needs for name, claim in claims.items()}),
        ("proofs", {name: claim.proof_needs for name, claim in claims.items()}),
    ):
        for cycle in cycles(edges):
            at = registry.home[id(claims[cycle[0]])].path
            detail = f"the {what} rest on each other: {' -> '.join([*cycle, cycle[0]])}"
            yield Problem(f"cycle of {what}", "", cycle[0], detail, at)


def cycles(edges: dict[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Cycles of a graph, one for each set of edges that has to be cut; each starts at its least id."""
    graph = {name: [need for need in needs if need in edges] for name, needs in edges.items()}
    found = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            loop = error.args[1][:-1][::-1]  # graphlib lists a node after what it depends on
            start = loop.index(min(loop))
            cycle = (*loop[start:], *loop[:start])
            found.append(cycle)
            graph[cycle[-1]] = [need for need in graph[cycle[-1]] if need != cycle[0]]
        else:
            return sorted(found)


def _of_ledger(registry: Registry) -> Iterator[Problem]:
    statistical = any(check.rates for claim in registry.declarations for check in claim.checks)
    # Only a suite that declares error rates pays for the arithmetic.
    for claim, name, kind, detail in (
        fill_ledger(registry.claims.values())[1] if statistical else ()
    ):
        yield Problem(kind, name, claim.id, detail, registry.home[id(claim)].path)


def fill_ledger(claims: Iterable[Claim]) -> tuple[Any, list[tuple[Claim, str, str, str]]]:
    """The error-rate ledger of all statistical checks, of every tier, and what it refused.

    A refusal is (claim, name of the check, kind of problem, detail).
    """
    from proofs_checks.error_rates import Declaration, Ledger

    ledger, refused = Ledger(), []
    for claim in claims:
        for check in claim.checks:
            rates = check.rates
            if rates is None:
                continue
            if not isinstance(rates, Declaration):
                detail = f"rates: must be an error_rates.Declaration, got {type(rates).__name__}"
                refused.append((claim, check.name, "undeclared error rates", detail))
                continue
            over = ledger.spent + rates.alpha > ledger.budget
            try:
                ledger = ledger.append(f"{claim.id}[{check.name}]", rates)
            except ValueError as error:
                kind = "ledger over budget" if over else "shared seed stream"
                refused.append((claim, check.name, kind, str(error)))
    return ledger, refused
