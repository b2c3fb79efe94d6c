r"""One LaTeX formula as MathML that cannot do anything but be read.

The converter's output is parsed and rebuilt from a list of elements and attributes that cannot carry a
script, a style or a link. What is not converted faithfully is a :class:`Failure`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from xml.etree import ElementTree

from markupsafe import Markup

from experiments._report.breaking import LONG, length, pieces
from theory._core.attempt import Raised, attempt

LONGEST = 4_000  # characters of one formula; longer ones are shown as source

_MARKUP_IN_TEXT = re.compile(r"\\(text|mbox|operatorname)\w*\s*\{[^{}]*[<>&][^{}]*\}")


def _words(text: str) -> list[str]:
    return text.split()


_ELEMENTS = set(
    _words(
        "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover "
        "mtable mtr mtd mstyle mpadded mphantom mmultiscripts mprescripts none"
    )
)
_ATTRIBUTES = set(
    _words(
        "display displaystyle scriptlevel mathvariant stretchy fence separator form symmetric largeop "
        "movablelimits lspace rspace minsize maxsize linethickness accent accentunder width height "
        "depth voffset rowspan columnspan columnalign rowalign columnspacing rowspacing"
    )
)
_VALUE = re.compile(r"[A-Za-z0-9 .%+-]{0,60}")

#: Browsers know `mathvariant` only as "normal": the other alphabets have characters of their own.
_ALPHABETS = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "bold-fraktur": "BOLD FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "bold-sans-serif": "SANS-SERIF BOLD",
    "sans-serif-italic": "SANS-SERIF ITALIC",
    "sans-serif-bold-italic": "SANS-SERIF BOLD ITALIC",
    "monospace": "MONOSPACE",
}
_OLDER = {"FRAKTUR": "BLACK-LETTER"}  # some letters were encoded earlier, under other names


@dataclass(frozen=True)
class Failure:
    """A formula that is shown as source text, and why."""

    source: str
    reason: str


Pieces = tuple[Markup, ...]  # a long formula may be broken between its pieces


def mathml(source: str, *, display: bool = False) -> Pieces | Failure:
    """One formula (without its ``$``) as ``<math>`` elements, or why that cannot be done."""
    if len(source) > LONGEST:
        return Failure(source, f"longer than {LONGEST} characters")
    if _MARKUP_IN_TEXT.search(source):
        return Failure(source, "<, > or & in a text command")
    from latex2mathml.converter import convert

    made = attempt(lambda: convert(source, display="block" if display else "inline"))
    if isinstance(made, Raised):
        return Failure(source, f"not convertible ({made.summary.rpartition('.')[2] or 'error'})")
    try:
        tree = ElementTree.fromstring(made.value)
        clean = _clean(tree)
    except (ElementTree.ParseError, ValueError) as error:
        return Failure(source, f"not convertible ({error})")
    if display or length(clean) <= LONG:
        clean.set("alttext", source)
        return (_markup(clean),)
    wide = Markup('<span class="formula">{}</span>')
    return tuple(wide.format(_markup(one)) for one in pieces(clean))


def _markup(element: ElementTree.Element) -> Markup:
    return Markup(ElementTree.tostring(element, encoding="unicode", short_empty_elements=False))


def _clean(element: ElementTree.Element) -> ElementTree.Element:
    """A copy that contains nothing but harmless MathML; ``ValueError`` for anything else."""
    name = str(element.tag).rpartition("}")[2]
    if name not in _ELEMENTS:
        raise ValueError(f"element {name}")
    text = element.text or ""
    if "\\" in text:
        raise ValueError(f"unknown command {text}")
    kept = {k: v for k, v in element.attrib.items() if k in _ATTRIBUTES and _VALUE.fullmatch(v)}
    alphabet = _ALPHABETS.get(kept.get("mathvariant", ""))
    if alphabet and name in ("mi", "mn", "mo", "mtext"):
        text = "".join(_letter(character, alphabet) for character in text)
        # A letter of its own alphabet must not be slanted again; "normal" is what says so.
        kept["mathvariant"] = "normal"
    made = ElementTree.Element(name, kept)
    made.text = text or None
    for child in element:
        made.append(_clean(child))
        made[-1].tail = child.tail
    return made


def _letter(character: str, alphabet: str) -> str:
    """``character`` in a mathematical alphabet, itself where there is none."""
    plain = unicodedata.name(character, "").removeprefix("LATIN ").replace(" LETTER", "")
    shape = plain.replace("GREEK ", "")
    for name in (
        f"MATHEMATICAL {alphabet} {shape}",
        f"{alphabet} {shape}",
        f"{_OLDER.get(alphabet, alphabet)} {shape}",
    ):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return "ℎ" if (character, alphabet) == ("h", "ITALIC") else character
