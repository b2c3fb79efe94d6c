"""Values of anybody's making as short, stable text and as plain JSON data.

Rationals read "p/q", sets are sorted and addresses dropped, so that two runs of the same check print
the same witness. Nothing here fails: a value that cannot be shown says so.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping, Set
from fractions import Fraction
from typing import Any

from theory._core.attempt import Raised, attempt

LONGEST = 2_000  # characters of one shown value
MANY = 50  # members of a container before it is cut
DEEP = 6  # nesting before it is cut
BITS = 8_192  # integers above this are described; Python refuses to print them from 14,000 on


def show(value: Any, depth: int = DEEP) -> str:
    """``value`` as bounded text."""
    shown = attempt(lambda: _show(value, depth))
    text = f"<{type(value).__name__}: not printable>" if isinstance(shown, Raised) else shown.value
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _show(value: Any, depth: int) -> str:
    if isinstance(value, Fraction):
        return f"{_integer(value.numerator)}/{_integer(value.denominator)}"
    if isinstance(value, int) and not isinstance(value, bool):
        return _integer(value)
    if depth == 0:
        return "..."
    if isinstance(value, Mapping):
        pairs = [f"{show(k, depth - 1)}: {show(v, depth - 1)}" for k, v in _first(value.items())]
        return _cut("{", pairs, len(value), "}")
    if isinstance(value, Set):
        return _cut("{", sorted(show(v, depth - 1) for v in value)[:MANY], len(value), "}")
    if isinstance(value, list | tuple):
        inner = [show(v, depth - 1) for v in _first(value)]
        return _cut(*(("[", inner, len(value), "]") if isinstance(value, list) else
                      ("(", inner, len(value), ",)" if len(value) == 1 else ")")))  # fmt: skip
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f for f in dataclasses.fields(value) if f.repr]
        inner = [f"{f.name}={show(getattr(value, f.name), depth - 1)}" for f in fields]
        return f"{type(value).__name__}({', '.join(inner)})"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def _integer(value: int) -> str:
    return str(value) if value.bit_length() <= BITS else f"<integer of {value.bit_length()} bits>"


def _first(values: Any) -> list[Any]:
    return [value for _, value in zip(range(MANY), values, strict=False)]


def _cut(opening: str, inner: list[str], total: int, closing: str) -> str:
    rest = [f"... {total - len(inner)} more"] if total > len(inner) else []
    return opening + ", ".join(inner + rest) + closing


def plain(value: Any, depth: int = DEEP) -> Any:
    """``value`` as JSON data; what JSON cannot hold (or is too long) becomes :func:`show` text."""
    if value is None or isinstance(value, bool | str):
        return value if not isinstance(value, str) else value[:LONGEST]
    if type(value) is int and value.bit_length() <= 63:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, list | tuple) and len(value) <= MANY and depth:
        return [plain(v, depth - 1) for v in value]
    if isinstance(value, Mapping) and len(value) <= MANY and depth:
        return {str(k): plain(v, depth - 1) for k, v in value.items()}
    return show(value, depth)
