"""Certificates of transport costs: of one problem, of the reduction, of the quotient.

Each function finds the value itself; a ``value`` that is handed in instead is stated as it is, and the
referee refuses it unless it is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from constructions.spgan.quotient import quotient_wasserstein
from constructions.spgan.spaces import Instance
from constructions.spgan.statements import shown, shown_flow, state_action, state_metric
from constructions.spgan.transport import reduced_wasserstein, wasserstein
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational

__all__ = ["quotient_certificate", "reduction_certificate", "transport_certificate"]


def transport_certificate(
    claim: str,
    instance: Instance,
    *,
    symmetrise: Sequence[str] = (),
    invariant: bool = False,
    value: Fraction | None = None,
) -> dict[str, Any]:
    """Kind ``spgan.transport``: W1 of (Q, P), with S Q for Q where ``symmetrise`` holds "Q", likewise P.

    ``invariant``: the supremum over invariant functions only.
    """
    Q = instance.SQ if "Q" in symmetrise else instance.Q
    P = instance.SP if "P" in symmetrise else instance.P
    if invariant:
        found = reduced_wasserstein(Q, P, instance.metric, instance.action)
    else:
        found = wasserstein(Q, P, instance.metric)
    statement = {
        **_problem(claim, instance),
        "symmetrise": [k for k in ("Q", "P") if k in symmetrise],
        "functions": "invariant" if invariant else "all",
        "value": show_rational(found.value if value is None else value),
    }
    return seal("spgan.transport", statement, _evidence(found.potential, found.flow))


def reduction_certificate(
    claim: str, instance: Instance, value: Fraction | None = None
) -> dict[str, Any]:
    """Kind ``spgan.reduction``: W1(S Q, S P) and the reduced supremum at (Q, P) are one number.

    Where they are not, what is stated is the first, and no potential can show it.
    """
    full = wasserstein(instance.SQ, instance.SP, instance.metric)
    reduced = reduced_wasserstein(instance.Q, instance.P, instance.metric, instance.action)
    stated = full.value if value is None else value
    statement = {**_problem(claim, instance), "value": show_rational(stated)}
    return seal("spgan.reduction", statement, _evidence(reduced.potential, full.flow))


def quotient_certificate(
    claim: str, instance: Instance, value: Fraction | None = None
) -> dict[str, Any]:
    """Kind ``spgan.quotient``: W1(S Q, S P) by transport between orbits.

    ``ValueError`` unless the group acts by isometries.
    """
    found = quotient_wasserstein(instance)
    stated = found.value if value is None else value
    statement = {**_problem(claim, instance), "value": show_rational(stated)}
    return seal("spgan.quotient", statement, _evidence(found.potential, found.flow))


def _problem(claim: str, instance: Instance) -> dict[str, Any]:
    return {
        "claim": claim,
        "metric": state_metric(instance.metric),
        "structure": state_action(instance.action),
        "Q": shown(instance.Q),
        "P": shown(instance.P),
    }


def _evidence(
    potential: Sequence[Fraction], flow: Sequence[tuple[int, int, Fraction]]
) -> dict[str, Any]:
    return {"potential": shown(potential), "plan": shown_flow(flow)}
