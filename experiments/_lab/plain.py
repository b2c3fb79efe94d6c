"""Plain data: what a configuration and what a run returns may consist of, and their JSON text.

Plain are ``None``, booleans, integers, finite floats, text, lists or tuples of plain data, and
dictionaries from text to plain data. JSON gives them back as they were (tuples as lists), so a result that
was stored, or computed in another process, equals one that was not.
"""

from __future__ import annotations

import json
import math
from typing import Any

DEEPEST = 100  # nesting; also what stops data that contains itself


class NotPlain(ValueError):
    """A value JSON would refuse or silently change; the message names where it is and what."""


class NotFinite(NotPlain):
    """A float that is infinite or not a number."""


def compact(value: Any, name: str) -> bytes:
    """JSON text of ``value`` without spaces, its keys in the order they have; :class:`NotPlain`."""
    return _dump(value, name, ordered=False)


def canonical(value: Any, name: str) -> bytes:
    """The same text for equal values, whatever the order of their keys; :class:`NotPlain`."""
    return _dump(value, name, ordered=True)


def _dump(value: Any, name: str, *, ordered: bool) -> bytes:
    demand_plain(value, name)
    try:
        text = json.dumps(value, sort_keys=ordered, separators=(",", ":"), allow_nan=False)
    except ValueError as error:  # an integer of more digits than Python prints
        raise NotPlain(f"{name}: {error}") from None
    return text.encode()


def demand_plain(value: Any, name: str, depth: int = 0) -> None:
    """Raise :class:`NotPlain` unless ``value`` is plain data; ``name`` is what it is called."""
    if value is None or isinstance(value, str | int):  # a boolean is an int
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotFinite(f"{name}: must be finite, got {float(value)!r}")
    elif depth == DEEPEST:
        raise NotPlain(f"{name[:80]}...: must be nested at most {DEEPEST} deep")
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            demand_plain(item, f"{name}[{i}]", depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotPlain(f"{name}: keys must be text, got {_kind(key)}")
            demand_plain(item, f"{name}.{key}", depth + 1)
    else:
        raise NotPlain(f"{name}: must be plain data (see plain.py), got {_kind(value)}")


def _kind(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
