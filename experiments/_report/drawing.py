"""The dependency graph of one wing as data for an inline SVG: every box a link, coloured by status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments._report.layout import HEIGHT, Drawing, draw

WIDE, NARROW = 1040.0, 328.0  # beside the text of a desktop, and on a phone

Claims = Mapping[str, Mapping[str, Any]]


def graph_of(wing: str, claims: Claims) -> dict[str, Any] | None:
    """Two drawings of a wing's claims and of what they need elsewhere; None for an empty wing.

    ``claims`` are all claims of the report by id.
    """
    inside = [name for name, claim in claims.items() if claim["wing"] == wing]
    if not inside:
        return None
    needs = {name: _needs(claims[name]) for name in inside}
    outside = dict.fromkeys(n for found in needs.values() for n in found if n not in needs)
    words = {name: _words(name, wing, claims.get(name)) for name in (*inside, *outside)}
    wide = {name: _width(found) for name, found in words.items()}
    pairs = [(name, need) for name, found in needs.items() for need in found]
    proofs = {(name, need) for name in inside for need in claims[name]["needs"]["proof"]}
    drawings = {
        size: _svg(draw(wide, pairs, width), words, proofs, claims)
        for size, width in (("wide", WIDE), ("narrow", NARROW))
    }
    return {"needs": len(pairs), "claims": len(inside), **drawings}


def _needs(claim: Mapping[str, Any]) -> list[str]:
    needs = claim["needs"]
    return [n for n in dict.fromkeys(needs["statement"] + needs["proof"]) if n != claim["id"]]


def _words(name: str, wing: str, claim: Mapping[str, Any] | None) -> tuple[str, str]:
    """What a box says: the id (short inside its wing), and what it is worth."""
    label = name.removeprefix(f"{wing}.")
    if claim is None:
        return label, "missing"
    own, weakest = worth(claim), claim["status"]["weakest_link"]
    return label, own if claim["status"]["own"] == weakest else f"{own} → {weakest}"


def worth(claim: Mapping[str, Any]) -> str:
    """The level of an established claim, else its group."""
    return claim["level"] if claim["group"] == "established" else claim["group"]


def _width(words: tuple[str, str]) -> float:
    name, status = words
    letters = sum(10.2 if c in "MW" else 9.0 if c.isupper() else 7.6 for c in name)
    return min(NARROW, max(56.0, letters + 22, 5.7 * len(status) + 22))


def _svg(
    drawing: Drawing,
    words: Mapping[str, tuple[str, str]],
    proofs: set[tuple[str, str]],
    claims: Claims,
) -> dict[str, Any]:
    left = min((box.x for box in drawing.boxes), default=0.0)
    right = max((box.x + box.width for box in drawing.boxes), default=0.0)
    return {
        "left": round(left - 2, 1),
        "width": round(right - left + 4, 1),
        "height": round(drawing.height + 4, 1),
        "box_height": HEIGHT,
        "boxes": [_box(box, words, claims.get(box.id)) for box in drawing.boxes],
        "lines": [
            {
                "from": line.start,
                "to": line.end,
                "path": line.path,
                "kind": "proof" if (line.start, line.end) in proofs else "statement",
            }
            for line in drawing.lines
        ],
    }


def _box(
    box: Any, words: Mapping[str, Sequence[str]], claim: Mapping[str, Any] | None
) -> dict[str, Any]:
    name, status = words[box.id]
    about = {"own": "missing", "weakest": "missing", "given": False, "title": f"{box.id}: missing"}
    if claim:
        own, link = worth(claim), claim["status"]
        about = {
            "own": own,
            "weakest": link["weakest_link"],
            "given": claim["source"]["origin"] == "known theorem",
            "title": f"{box.id}, {claim['title']}. Own evidence: {own}. "
            f"Weakest link: {link['weakest_link']} at {link['at']}.",
        }
    place = {"id": box.id, "x": round(box.x, 1), "y": round(box.y, 1), "width": round(box.width, 1)}
    return {**place, "name": name, "status": status, "linked": claim is not None, **about}
