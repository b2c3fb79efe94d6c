"""Whether a picture may be put beside the page: nothing in it can run, load or lead elsewhere."""

from __future__ import annotations

import re
from xml.etree import ElementTree

LARGEST = 20_000_000  # bytes
PNG = b"\x89PNG\r\n\x1a\n"

_ACTIVE = {
    "script",
    "foreignobject",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "animate",
    "set",
}
_HREF = re.compile(r"#[\w.:-]*|data:image/png;base64,[A-Za-z0-9+/=\s]*")
_URL = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)


def objection(data: bytes, suffix: str) -> str:
    """Why a picture is not shown; "" if nothing speaks against it."""
    if len(data) > LARGEST:
        return f"larger than {LARGEST:,} bytes"
    if suffix == ".png":
        return "" if data.startswith(PNG) else "not a PNG file"
    return _objection_to_svg(data)


def _objection_to_svg(data: bytes) -> str:
    if b"<!ENTITY" in data or b"<?xml-stylesheet" in data:
        return "it declares entities or a style sheet"
    try:
        tree = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        return f"not an SVG file ({error})"
    if _local(tree.tag) != "svg":
        return "not an SVG file"
    for element in tree.iter():
        name = _local(element.tag)
        if name in _ACTIVE:
            return f"it contains a {name} element"
        if name == "style" and _URL.search(element.text or ""):
            return "its style loads something"
        for key, value in element.attrib.items():
            attribute = _local(key)
            if attribute.startswith("on") or _URL.search(value):
                return f"the attribute {attribute} can run or load something"
            if attribute == "href" and not _HREF.fullmatch(value):
                return "it links to somewhere else"
    return ""


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].lower()
