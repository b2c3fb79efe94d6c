"""The referee is asked once for each certificate, and a refusal carries its reason."""

from __future__ import annotations

from constructions.spgan.spaces import fixed_instance
from constructions.spgan.transport_certificates import transport_certificate
from theory._core.referee import ask


def test_an_accepted_certificate_has_a_digest_and_is_not_checked_twice():
    certificate = transport_certificate("spgan.T1", fixed_instance(), symmetrise="QP")
    first = ask(certificate, "spgan.T1")
    assert first.accepted
    assert len(first.digest) == 64
    assert ask(certificate, "spgan.T1") is first


def test_a_refusal_says_why():
    certificate = transport_certificate("spgan.T1", fixed_instance(), symmetrise="QP")
    certificate["statement"]["value"] = "48/150"
    answer = ask(certificate, "spgan.T1")
    assert not answer.accepted
    assert answer.reason


def test_another_claim_is_not_served():
    certificate = transport_certificate("spgan.T1", fixed_instance(), symmetrise="QP")
    assert not ask(certificate, "spgan.T5").accepted
