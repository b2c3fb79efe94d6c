"""The one place in `theory` that may catch everything.

A check, or a module of claims, belongs to somebody else: whatever it raises has to become data (an
``error``, with its traceback) and must never become a verdict, nor hide the other claims.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Returned(Generic[T]):
    """The call came back with ``value``."""

    value: T


@dataclass(frozen=True)
class Raised:
    """The call raised: ``summary`` is one line, ``text`` the whole traceback."""

    summary: str
    text: str


def attempt(function: Callable[[], T]) -> Returned[T] | Raised:
    """Call ``function``; an exception (or an attempt to exit) comes back as :class:`Raised`."""
    try:
        return Returned(function())
    except (Exception, SystemExit) as error:  # noqa: BLE001  (the runner boundary, see above)
        lines = traceback.format_exception_only(error)
        return Raised(lines[0].strip(), traceback.format_exc())
