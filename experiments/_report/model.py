"""Everything the report says, as one plain object: ``report.json``, and all that the page shows.

Made from what is registered, joined to the outcomes at hand. Nothing here can raise a status: levels,
scopes and statements come from the claims, outcomes from the reports, and certificates that are
rejected now lower what rested on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments._report import registered
from experiments._report.certificates import FAILED, Decided, lower
from experiments._report.formulas import Formulas
from experiments._report.outcomes import Entry, Reports, joined
from experiments._report.registered import Registered
from experiments._report.summary import counts, group_of, sentence
from theory._core import graph, listing
from theory._core.claim import Claim
from theory._core.problems import fill_ledger
from theory._core.runner import ESTABLISHED, NOT_RUN, REFUTED
from theory._core.show import show

FORMAT = "touchstone-report/1"


@dataclass(frozen=True)
class Evidence:
    """What the claims are joined to."""

    reports: Reports
    decided: Sequence[Decided] = ()


def claims_part(known: Registered, evidence: Evidence, formulas: Formulas) -> dict[str, Any]:
    """Summary, wings, claims, ledger and certificates."""
    entries = {name: _lowered(claim, evidence) for name, claim in known.claims.items()}
    standing = graph.standings(known.claims, {"claims": list(entries.values())})
    claims = [
        _claim(claim, entries[name], standing[name], known) for name, claim in known.claims.items()
    ]
    numbers = counts(claims)
    return {
        "summary": {
            "sentence": "".join(part["text"] for part in sentence(numbers)),
            "parts": sentence(numbers),
            **numbers,
        },
        "wings": _wings(known, claims),
        "claims": claims,
        "unknown_claims": sorted(set(evidence.reports.records) - set(known.claims)),
        "problems": [problem.as_json() for problem in known.problems],
        "unread_modules": known.unread,
        "outcomes": evidence.reports.about,
        "ledger": fill_ledger(known.claims.values())[0].as_json(),
        "certificates": _certificates(claims, evidence.decided),
        "formulas": _formulas(claims, formulas),
    }


def _lowered(claim: Claim, evidence: Evidence) -> Entry:
    entry = joined(claim, evidence.reports.records.get(claim.id, []))
    return {**entry, "checks": [lower(check, evidence.decided) for check in entry["checks"]]}


# -- one claim ------------------------------------------------------------------------------------


def _claim(
    claim: Claim, entry: Entry, standing: graph.Standing, known: Registered
) -> dict[str, Any]:
    declared = listing.entry(claim, known.claims, standing)
    stale = any(item["stale"] for item in (*entry["checks"], {"stale": entry["stale"]}))
    group = group_of(standing.own, stale)
    home = known.homes[claim.id]
    return {
        **{key: declared[key] for key in ("id", "kind", "title", "statement", "source")},
        "wing": claim.wing,
        "module": registered.location(home),
        "replay": registered.replay(claim, home),
        "digest": entry["digest"],
        "group": group,
        "level": standing.own.value if group == "established" else "none",
        "status": standing.as_json(),
        "caveats": caveats(claim, entry),
        **{key: declared[key] for key in ("hypotheses", "constants", "needs", "taken_as_given")},
        "needed_by": [o.id for o in known.claims.values() if claim.id in o.needs + o.proof_needs],
        "checks": [
            {**_check(one, doc), "tier": doc["tier"], "rates": check.rates and _rates(check.rates)}
            for check, one, doc in zip(
                claim.checks, entry["checks"], declared["checks"], strict=True
            )
        ],
        "falsifiers": [_falsifier(claim, near, entry) for near in declared["falsifiers"]],
        "vacuity": entry["vacuity"],
        "boundaries": entry["boundaries"],
        "problems": [p.as_json() for p in known.problems if p.claim == claim.id],
    }


def _rates(rates: Any) -> Any:
    return rates.as_json() if hasattr(rates, "as_json") else show(rates)


def _check(entry: Entry, declared: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in entry.items() if key != "falsifiers"}
    return {**kept, **{key: declared[key] for key in ("level", "scope", "part", "doc")}}


def _falsifier(claim: Claim, declared: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """A near miss: what is made wrong, why it is false, and what each check said to it."""
    near = next(f for f in claim.falsifiers if f.name == declared["name"])
    changed = [
        f"{name} = {show(value)} for {show(claim.constants[name])}"
        for name, value in near.constants.items()
    ]
    runs = [
        {"check": check["name"], **{k: one[k] for k in ("outcome", "stale", "witness", "detail")}}
        for check in entry["checks"]
        for one in check["falsifiers"]
        if one["name"] == near.name
    ]
    return {
        "name": near.name,
        "changes": changed + [f"without {name}" for name in near.drop],
        "because": near.because,
        "runs": runs,
    }


def caveats(claim: Claim, entry: Entry) -> list[str]:
    """Why outcomes of this claim that look good do not count, or do not count in full."""
    said: list[str] = []
    for check in entry["checks"]:
        if check["outcome"] != ESTABLISHED:
            continue
        fates = {one["name"]: one["outcome"] for one in check["falsifiers"]}
        alive = [name for name, fate in fates.items() if fate not in (REFUTED, NOT_RUN)]
        idle = [name for name, fate in fates.items() if fate == NOT_RUN]
        if not fates:
            said.append(
                f"{check['name']}: no falsifier is assigned to it, so its power is not shown"
            )
        said += [f"{check['name']}: the falsifier “{name}” was not killed" for name in alive]
        said += [f"{check['name']}: the falsifier “{name}” was not run" for name in idle]
    if any(check["outcome"] != NOT_RUN for check in entry["checks"]):
        if claim.hypotheses and not claim.inhabitants:
            said.append("no object that meets the hypotheses is stored")
        said += [
            f"the object {one['name']}: {one['outcome'].replace('_', ' ')}"
            for one in entry["vacuity"]
            if one["outcome"] != ESTABLISHED
        ]
        said += [
            f"boundary case “{one['name']}”: {one['outcome'].replace('_', ' ')}, "
            f"expected {one['expect']}"
            for one in entry["boundaries"]
            if one["outcome"] != one["expect"]
        ]
    return said


# -- the rest -------------------------------------------------------------------------------------


def _wings(known: Registered, claims: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": wing.name,
            "title": wing.title,
            "about": list(wing.about),
            "families": _families(known, [c for c in claims if c["wing"] == wing.name]),
            "counts": counts([c for c in claims if c["wing"] == wing.name]),
        }
        for wing in known.wings
    ]


#: Who claims it, in the order in which a reader of the paper asks.
_ORIGINS = ("paper", "erratum", "implementation", "derived", "later paper", "known theorem")


def _families(known: Registered, claims: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims of one origin declared in one module, under what its docstring says of them.

    A module whose claims have several origins gives several families: a derived statement does not
    stand under the heading of the paper's own.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for claim in claims:
        path = known.homes[claim["id"]].path
        key = (_origin(claim), claim["module"])
        if key not in found:
            heading, *notes = registered.paragraphs(registered.docstring(path)) or [path.stem]
            family = {"module": claim["module"], "title": heading, "notes": notes}
            found[key] = {**family, "origin": key[0], "claims": []}
        found[key]["claims"].append(claim["id"])
    return sorted(found.values(), key=lambda family: _ORIGINS.index(family["origin"]))


def _origin(claim: Mapping[str, Any]) -> str:
    origin = "erratum" if claim["kind"] == "erratum" else claim["source"]["origin"]
    return origin if origin in _ORIGINS else "derived"


def _certificates(
    claims: Sequence[dict[str, Any]], decided: Sequence[Decided]
) -> list[dict[str, Any]]:
    """Every file decided here, and the certificates that outcomes name but no file holds."""
    used: dict[str, list[dict[str, str]]] = {}
    for claim in claims:
        for check in claim["checks"]:
            for digest in check["certificates"]:
                used.setdefault(digest, []).append({"claim": claim["id"], "check": check["name"]})
    files = [{**one.as_json(), "used_by": used.get(one.digest, [])} for one in decided]
    here = {one.digest for one in decided}
    absent = [
        {
            "name": "", "file": None, "verdict": "not at hand", "seconds": 0.0, "bytes": 0,
            "summary": "named by an outcome; no file was given", "claim": users[0]["claim"],
            "kind": "", "digest": digest, "used_by": users,
        }
        for digest, users in used.items()
        if digest not in here
    ]  # fmt: skip
    return sorted(files, key=lambda one: (one["claim"], one["kind"], one["summary"])) + absent


def _formulas(claims: Sequence[dict[str, Any]], formulas: Formulas) -> dict[str, Any]:
    """How many formulas became MathML, and which did not."""
    failed = [
        {"claim": claim["id"], "where": where, "source": wrong.source, "reason": wrong.reason}
        for claim in claims
        for where, prose in _prose(claim)
        for wrong in formulas.failures(prose)
    ]
    return {"rendered": formulas.rendered, "as_source": failed}


def _prose(claim: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(where, text) of everything an author wrote about a claim that may hold formulas."""
    yield "title", claim["title"]
    yield "statement", claim["statement"]
    yield "source", claim["source"]["text"]
    yield from ((f"hypothesis {name}", text) for name, text in claim["hypotheses"].items())
    yield from ((f"scope of {check['name']}", check["scope"]) for check in claim["checks"])
    yield from ((f"falsifier {near['name']}", near["because"]) for near in claim["falsifiers"])


def gravest(data: Mapping[str, Any]) -> int:
    """0: established throughout; 1: something failed; 3: something did not run or is undecided."""
    groups, runs = data["summary"]["groups"], data["summary"]["falsifier_runs"]
    checks = data["summary"]["checks"]
    failed = groups["refuted"] + groups["error"] + groups["circular"] + runs["survived"]
    failed += (
        len(data["problems"]) + runs["error"] + checks.get("error", 0) + checks.get(REFUTED, 0)
    )
    failed += sum(one["verdict"] in FAILED for one in data["certificates"])
    failed += sum(one["status"] in ("refuted", "failed") for one in data["experiments"])
    if failed:
        return 1
    return 3 if groups["not run"] + groups["stale"] + groups["undecided"] else 0
