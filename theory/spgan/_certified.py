"""Numbers that the referee has accepted, as (value, digest): what the certified checks are made of."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from constructions.spgan.divergence import F
from constructions.spgan.divergence_certificates import divergence_certificate
from constructions.spgan.spaces import Instance
from constructions.spgan.transport_certificates import (
    quotient_certificate,
    reduction_certificate,
    transport_certificate,
)
from theory._core.referee import ask

Accepted = tuple[Fraction, str]


def transport_value(
    claim: str, instance: Instance, averaged: str = "", *, invariant: bool = False
) -> Accepted:
    """W1 of (Q, P) with those averaged that are named, over all or over the invariant functions."""
    certificate = transport_certificate(
        claim, instance, symmetrise=_listed(averaged), invariant=invariant
    )
    return Fraction(certificate["statement"]["value"]), _digest(certificate, claim)


def reduction_digest(claim: str, instance: Instance) -> str:
    """The certificate that W1(S Q, S P) and the reduced supremum are one number; "" if it is refused."""
    return ask(reduction_certificate(claim, instance), claim).digest


def quotient_value(claim: str, instance: Instance) -> Accepted:
    """W1(S Q, S P) by transport between orbits."""
    certificate = quotient_certificate(claim, instance)
    return Fraction(certificate["statement"]["value"]), _digest(certificate, claim)


def divergence_bounds(
    claim: str,
    f: F,
    L: Fraction,
    instance: Instance,
    averaged: str = "",
    *,
    invariant: bool = False,
) -> tuple[Fraction, Fraction, str]:
    """(low, high, digest) of D_f^{L Lip}, over all or over the invariant functions."""
    certificate = divergence_certificate(
        claim, f, L, instance, symmetrise=_listed(averaged), invariant=invariant
    )
    low, high = (Fraction(certificate["statement"][end]) for end in ("low", "high"))
    return low, high, _digest(certificate, claim)


def _listed(averaged: str) -> Sequence[str]:
    return [name for name in "QP" if name in averaged]


def _digest(certificate: dict[str, Any], claim: str) -> str:
    answer = ask(certificate, claim)
    if not answer.accepted:
        raise ArithmeticError(f"certificate: the referee refuses it, {answer.reason}")
    return answer.digest
