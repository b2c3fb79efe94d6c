r"""Prose with ``$...$`` as HTML with MathML, made when the report is built.

What cannot be converted faithfully (an unknown command, a missing brace, a single ``$``) is shown as
its source text and reported by :meth:`Formulas.failures`; it is never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from experiments._report.mathml import Failure, Pieces, mathml

_FORMULA = re.compile(
    r"(?<!\\)\$\$(?P<display>.+?)(?<!\\)\$\$|(?<!\\)\$(?P<inline>[^$]*?[^$\\])\$", re.DOTALL
)
_CLOSE = re.compile(r"[^\s$`\\]{1,12}(?=\s|$)|[,.;:)\]-]+")
_CODE = re.compile(r"`([^`\n]+)`")
_SINGLE = re.compile(r"(?<!\\)\$")


@dataclass
class Formulas:
    """Renders prose; every formula is converted once. ``rendered`` counts the different ones."""

    _made: dict[tuple[str, bool], Pieces | Failure] = field(default_factory=dict)

    @property
    def rendered(self) -> int:
        """How many different formulas have become MathML so far."""
        return sum(not isinstance(one, Failure) for one in self._made.values())

    def html(self, prose: str) -> Markup:
        """``prose`` escaped, its formulas as MathML or, where that fails, as source text."""
        made, left = Markup(""), list(_pieces(prose))
        for number, (kind, piece) in enumerate(left):
            if kind == "text":
                made += _with_code(piece.replace(r"\$", "$"))
                continue
            # What stands close to a formula must not be torn from it at the end of a line.
            following = left[number + 1][1]
            close = _CLOSE.match(following)
            left[number + 1] = ("text", following[close.end() :] if close else following)
            made += self._formula(piece, kind == "display", close[0] if close else "")
        return made

    def failures(self, prose: str) -> list[Failure]:
        """The formulas of ``prose`` that :meth:`html` shows as source text."""
        found = [self._convert(piece, kind == "display") for kind, piece in _math(prose)]
        wrong = [one for one in found if isinstance(one, Failure)]
        for kind, piece in _pieces(prose):
            if kind == "text" and _SINGLE.search(piece):
                wrong.append(Failure(piece.strip(), "a $ without a partner"))
        return wrong

    def _formula(self, source: str, display: bool, close: str) -> Markup:
        made = self._convert(source, display)
        if isinstance(made, Failure):
            code = Markup('<code class="tex" title="{}">{}</code>{}')
            return code.format(made.reason, source, close)
        last = Markup('<span class="tie">{}{}</span>').format(made[-1], close)
        return Markup("<wbr>").join([*made[:-1], last if close else made[-1]])

    def _convert(self, source: str, display: bool) -> Pieces | Failure:
        key = (source, display)
        if key not in self._made:
            self._made[key] = mathml(source, display=display)
        return self._made[key]


def _with_code(text: str) -> Markup:
    """Text with what stands in `backticks` as code."""
    parts = _CODE.split(text)  # odd places are code
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


def _pieces(prose: str) -> Iterator[tuple[str, str]]:
    """("text" | "inline" | "display", piece) in order; nothing of the prose is lost but the $."""
    end = 0
    for found in _FORMULA.finditer(prose):
        yield "text", prose[end : found.start()]
        kind = "display" if found["display"] else "inline"
        yield kind, found[kind]
        end = found.end()
    yield "text", prose[end:]


def _math(prose: str) -> Iterator[tuple[str, str]]:
    return ((kind, piece) for kind, piece in _pieces(prose) if kind != "text")
