"""Reading untrusted plain data: each function returns the value it vouches for, or rejects it.

Checkers read every entry of a statement and of its evidence through these, so that a wrong type, a
missing key or a wrong length is a reason and not an exception. ``bool`` never passes as an integer.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from proofs_checks.rational import parse_rational


class Rejected(ValueError):
    """The certificate proves nothing; the message says why."""


class Malformed(Rejected):
    """It is no certificate, was damaged, or is one of another claim: there is nothing to decide."""


def shown(value: object) -> str:
    """A short one-line spelling of ``value`` for a reason (no control characters)."""
    if isinstance(value, (dict, list, tuple)):
        return f"{type(value).__name__} of {len(value)}"
    if (
        isinstance(value, int) and value.bit_length() > 300
    ):  # the interpreter may refuse to spell it
        return f"an integer of {value.bit_length()} bits"
    text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."


def mapping(value: Any, name: str, keys: Iterable[str]) -> dict[str, Any]:
    """A JSON object with exactly these keys."""
    if not isinstance(value, dict):
        raise Rejected(f"{name}: must be an object, got {shown(value)}")
    wanted = set(keys)
    for key in sorted(wanted - set(value)):
        raise Rejected(f"{name}: the key {key!r} is missing")
    for key in sorted(set(value) - wanted):
        raise Rejected(f"{name}: unknown key {shown(key)}")
    return value


def sequence(value: Any, name: str, length: int | None = None) -> list[Any]:
    """A JSON array, of the given length if one is given."""
    if not isinstance(value, list):
        raise Rejected(f"{name}: must be an array, got {shown(value)}")
    if length is not None and len(value) != length:
        raise Rejected(f"{name}: must have {length} entries, got {len(value)}")
    return value


def integer(value: Any, name: str, least: int, most: int | None = None) -> int:
    """A JSON integer in ``least..most``."""
    if type(value) is not int:
        raise Rejected(f"{name}: must be an integer, got {shown(value)}")
    if value < least:
        raise Rejected(f"{name}: must be at least {least}, got {shown(value)}")
    if most is not None and value > most:
        raise Rejected(f"{name}: must be at most {most}, got {shown(value)}")
    return value


def text(value: Any, name: str) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise Rejected(f"{name}: must be a string, got {shown(value)}")
    return value


def rational(value: Any, name: str) -> Fraction:
    """A rational in its one spelling (:mod:`proofs_checks.rational`)."""
    try:
        return parse_rational(text(value, name))
    except ValueError as error:
        raise Rejected(f"{name}: {error}" if name not in str(error) else str(error)) from None


def rationals(value: Any, name: str, length: int | None = None) -> tuple[Fraction, ...]:
    """An array of rationals."""
    return tuple(
        rational(entry, f"{name}[{i}]") for i, entry in enumerate(sequence(value, name, length))
    )


def claim_among(statement: Any, claims: Iterable[str]) -> str:
    """The claim that a statement names, which must be one that this kind of evidence can bear."""
    name = text(statement.get("claim"), "statement.claim")
    allowed = sorted(claims)
    if name not in allowed:
        raise Malformed(f"statement.claim: must be one of {', '.join(allowed)}, got {shown(name)}")
    return name
