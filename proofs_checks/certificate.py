"""The certificate format: a statement, evidence for it, and a digest over both.

    {"format": "touchstone-certificate/1", "kind": "interp.counting",
     "statement": {"claim": "interp.D1", ...}, "evidence": ..., "digest": "<sha256>"}

Data are JSON without floats: rationals are strings ``"p/q"`` (:mod:`proofs_checks.rational`),
integers are short. The kind ``wing.module`` names its checker, ``proofs_checks.wing.module.check``,
which takes the statement and the evidence, re-derives the problem from the statement alone, and
returns one summary line or raises :class:`Rejected`. A new kind is one new file.

The digest ties the parts together against accidents (a truncated or mixed-up file). It is no
signature: whoever forges evidence can seal it again, and the checker has to see through that.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from proofs_checks.reading import Malformed, Rejected, mapping, shown, text

__all__ = [
    "FORMAT",
    "MAX_BYTES",
    "Accepted",
    "Malformed",
    "Rejected",
    "check",
    "digest",
    "dumps",
    "parse",
    "seal",
    "was_accepted",
]

FORMAT = "touchstone-certificate/1"
MAX_BYTES = 1 << 25  #: longest text that is parsed
MAX_DEPTH = 32  #: deepest nesting of arrays and objects
#: Longest bare integer, in digits; longer ones are strings. Every interpreter setting reads 600.
MAX_INTEGER_DIGITS = 600

_KEYS = ("format", "kind", "statement", "evidence", "digest")
_KIND = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_CLAIM = re.compile(r"[a-z][a-z0-9_]*\.[A-Za-z][A-Za-z0-9_]*")
_LARGEST = 10**MAX_INTEGER_DIGITS
_Checker = Callable[[dict[str, Any], Any], str]


@dataclass(frozen=True)
class Accepted:
    """What a certificate was found to prove: ``claim``, with ``summary`` as its exact scope."""

    kind: str
    claim: str
    summary: str
    digest: str


def digest(kind: str, statement: Any, evidence: Any) -> str:
    """Hex SHA-256 of the canonical JSON (sorted keys, no spaces, ASCII) of the three parts."""
    _demand_plain([kind, statement, evidence])
    return _digest_of_plain(kind, statement, evidence)


def _digest_of_plain(kind: str, statement: Any, evidence: Any) -> str:
    canonical = json.dumps(
        [FORMAT, kind, statement, evidence], sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def seal(kind: str, statement: Any, evidence: Any) -> dict[str, Any]:
    """Put a certificate together. Tuples become arrays; anything that is not plain data raises."""
    _demand_plain([kind, statement, evidence])
    plain = json.loads(json.dumps({"statement": statement, "evidence": evidence}))
    return {
        "format": FORMAT,
        "kind": kind,
        **plain,
        "digest": digest(kind, plain["statement"], plain["evidence"]),
    }


def dumps(certificate: dict[str, Any]) -> str:
    """The text of a certificate, ending in a newline; :func:`parse` reads it back."""
    return json.dumps(certificate, allow_nan=False) + "\n"


def parse(data: str | bytes) -> dict[str, Any]:
    """Read a certificate strictly. Everything that is not one raises :class:`Malformed`."""
    if len(data) > MAX_BYTES:
        raise Malformed(f"longer than {MAX_BYTES} bytes")
    try:
        decoded = data.decode("utf-8") if isinstance(data, bytes) else data
        certificate = json.loads(
            decoded,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8: byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error}") from None
    except RecursionError:
        raise Malformed(f"nested deeper than {MAX_DEPTH}") from None
    return _validated(certificate)


def check(certificate: Any, claim: str | None = None, *, digest: bool = True) -> Accepted:
    """Decide a certificate; :class:`Rejected` unless it proves its statement.

    :class:`Malformed`, a special case, if it is none, was damaged, or belongs to another claim: with a
    ``claim`` that is any other, without one those that its kind cannot bear. ``digest=False`` skips the
    comparison of digests (to test the checkers themselves).
    """
    whole = _validated(certificate)
    kind, statement, evidence, stored = (whole[key] for key in _KEYS[1:])
    computed = _digest_of_plain(kind, statement, evidence)
    if digest and stored != computed:
        raise Malformed("digest: does not belong to this statement and evidence")
    if claim is not None and statement["claim"] != claim:
        raise Malformed(f"statement.claim: must be {claim!r}, got {statement['claim']!r}")
    try:
        summary = _checker(kind)(statement, evidence)
    except Rejected:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        # A checker that trips over the data has not accepted them: on the safe side.
        reason = shown(str(error))
        raise Rejected(f"{kind}: cannot be read ({type(error).__name__}: {reason})") from error
    _accepted.add(computed)
    return Accepted(kind, statement["claim"], summary, computed)


_accepted: set[str] = set()


def was_accepted(digest: str) -> bool:
    """Whether :func:`check` has accepted the certificate with this digest in this process."""
    return digest in _accepted


def _checker(kind: str) -> _Checker:
    unknown = f"kind: no checker is named {kind!r}"
    wing, _, module = kind.partition(".")
    name = f"{__package__}.{wing}.{module}"
    try:
        if importlib.util.find_spec(name) is None:
            raise Malformed(unknown)
    except ModuleNotFoundError:
        raise Malformed(unknown) from None
    checker: _Checker | None = getattr(importlib.import_module(name), "check", None)
    if not callable(checker):
        raise Malformed(unknown)
    return checker


def _validated(certificate: Any) -> dict[str, Any]:
    try:
        return _whole(certificate)
    except Rejected as error:
        raise Malformed(str(error)) from None


def _whole(certificate: Any) -> dict[str, Any]:
    whole = mapping(certificate, "certificate", _KEYS)
    _demand_plain(whole)
    if whole["format"] != FORMAT:
        raise Malformed(f"format: must be {FORMAT!r}, got {shown(whole['format'])}")
    if not _KIND.fullmatch(text(whole["kind"], "kind")):
        raise Malformed(f"kind: must read wing.module, got {shown(whole['kind'])}")
    text(whole["digest"], "digest")
    statement = whole["statement"]
    if not isinstance(statement, dict) or "claim" not in statement:
        raise Malformed("statement: must be an object that names its claim")
    if not _CLAIM.fullmatch(text(statement["claim"], "statement.claim")):
        raise Malformed(f"statement.claim: must read wing.NAME, got {shown(statement['claim'])}")
    return whole


def _demand_plain(data: Any) -> None:
    """Only objects with string keys, arrays, strings, booleans, null and short integers."""
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise Malformed(f"nested deeper than {MAX_DEPTH}")
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                if not all(isinstance(key, str) for key in value):
                    raise Malformed("keys of an object must be strings")
                inner.extend(value.values())
            elif isinstance(value, (list, tuple)):
                inner.extend(value)
            else:
                _demand_leaf(value)
        level = inner


def _demand_leaf(value: Any) -> None:
    if value is None or isinstance(value, (str, bool)):
        return
    if type(value) is not int:
        raise Malformed(f"{type(value).__name__} is not plain data: write rationals as 'p/q'")
    if abs(value) >= _LARGEST:
        raise Malformed(
            f"an integer has more than {MAX_INTEGER_DIGITS} digits: write it as a string"
        )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Malformed(f"the key {shown(key)} occurs twice")
            seen.add(key)
    return made


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS + 1:
        raise Malformed(
            f"an integer has more than {MAX_INTEGER_DIGITS} digits: write it as a string"
        )
    return int(digits)


def _refuse_number(literal: str) -> NoReturn:
    raise Malformed(f"the number {literal[:40]!r} is not an integer: write rationals as 'p/q'")
