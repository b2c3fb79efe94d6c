"""Where a long formula may be broken: browsers do not break MathML, and a phone is narrow.

As in TeX, a line may end after a relation or a binary operator outside parentheses, and before a sum.
Where a piece is still too long, also inside parentheses and between factors. The pieces are formulas
of their own; an operator stays with the piece to its left.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

LONG = 24  # visible characters; what is shorter stays whole
SHORT = 2  # no piece is shorter

_RELATIONS = set("=<>≤≥≠≈∼≃≅≡∈∉⊂⊆⊃⊇→⇒⇔↦∝≪≫:,;")
_BINARY = set("+-−±·⋅×∘∗∪∩∧∨∖⊕⊗")
_LARGE = set("∑∏∫⋃⋂⨁")
_OPEN, _CLOSE = set("([{⟨⌊⌈"), set(")]}⟩⌋⌉")
_LAST_RESORT = 3

Part = list[Element]


def length(*elements: Element) -> int:
    """Visible characters."""
    return sum(len("".join("".join(element.itertext()).split())) for element in elements)


def pieces(math: Element) -> list[Element]:
    """The formula in pieces, between which a line may end; the formula itself if it is short."""
    rows = list(math)
    if length(math) <= LONG or len(rows) != 1 or rows[0].tag != "mrow":
        return [math]
    parts = [list(rows[0])]
    for depth in range(_LAST_RESORT + 1):
        parts = [piece for part in parts for piece in _split(part, depth)]
    return [_formula(math, part) for part in parts]


def _split(part: Part, deepest: int) -> list[Part]:
    """``part`` cut at operators that are at most so deep in parentheses, if it is too long."""
    if length(*part) <= LONG:
        return [part]
    made: list[Part] = [[]]
    depth = 0
    for child in part:
        sign = _base(child)
        closing = sign in _CLOSE
        depth += (sign in _OPEN) - closing
        factor = deepest == _LAST_RESORT and not sign and bool(made[-1]) and _ends(made[-1])
        if (sign in _LARGE and depth <= deepest) or factor:
            made.append([])
        infix = child.tag == "mo" and depth <= deepest and sign in _RELATIONS | _BINARY
        infix = infix and bool(made[-1]) and not _opens(made[-1])  # else it is a sign, as in (-1)
        made[-1].append(child)
        if infix:
            child.set("form", "infix")  # at the end of a row it would count as postfix
            made.append([])
    return _merged(made)


def _ends(part: Part) -> bool:
    """Whether a factor ends here: after a parenthesis."""
    return _base(part[-1]) in _CLOSE


def _opens(part: Part) -> bool:
    return _base(part[-1]) in _OPEN | _RELATIONS | _BINARY


def _base(element: Element) -> str:
    """The operator an element is, or carries scripts on: in (a + b)^2 the exponent is on the ")"."""
    while element.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover", "mrow"):
        if not len(element) or (element.tag == "mrow" and len(element) > 1):
            return ""
        element = element[0]
    return (element.text or "").strip() if element.tag == "mo" else ""


def _merged(parts: list[Part]) -> list[Part]:
    """Join pieces that are too short to stand alone to their neighbours."""
    made: list[Part] = []
    for part in parts:
        if made and (length(*part) < SHORT or length(*made[-1]) < SHORT):
            made[-1] += part
        elif part:
            made.append(list(part))
    return made


def _formula(math: Element, part: Part) -> Element:
    made, row = Element("math", math.attrib), Element("mrow")
    row.extend(part)
    made.append(row)
    return made
