"""Asking the referee, once for each certificate: claims and their falsifiers share most of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the referee said: a digest if it accepted, else a reason."""

    digest: str
    summary: str
    reason: str

    @property
    def accepted(self) -> bool:
        """Whether the certificate proves its statement."""
        return bool(self.digest)


def ask(certificate: dict[str, Any], claim: str) -> Answer:
    """The referee's answer on a certificate of ``claim``."""
    from proofs_checks.certificate import dumps

    return _answer(dumps(certificate), claim)


@lru_cache(maxsize=256)
def _answer(text: str, claim: str) -> Answer:
    from proofs_checks.certificate import Rejected, check, parse

    try:
        accepted = check(parse(text), claim=claim)
    except Rejected as reason:
        return Answer("", "", str(reason))
    return Answer(accepted.digest, accepted.summary, "")
