"""Certificates of (f, Gamma)-divergences: kind ``spgan.divergence``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from constructions.spgan.divergence import BITS, F, bracket, entropy, plain_bracket
from constructions.spgan.spaces import Instance
from constructions.spgan.statements import shown, shown_flow, state_action, state_metric
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational

__all__ = ["divergence_certificate"]


def divergence_certificate(
    claim: str,
    f: F,
    L: Fraction | int | None,
    instance: Instance,
    *,
    symmetrise: Sequence[str] = (),
    invariant: bool = False,
    bounds: tuple[Fraction, Fraction] | None = None,
) -> dict[str, Any]:
    """Kind ``spgan.divergence``, of S Q, S P where ``symmetrise`` names them; ``L`` None: all functions.

    ``bounds`` are stated as they are; without them those that were found.
    """
    Q = instance.SQ if "Q" in symmetrise else instance.Q
    P = instance.SP if "P" in symmetrise else instance.P
    cells = instance.action.orbits if invariant else None
    if L is not None:
        found = bracket(f, L, Q, P, instance.metric, cells=cells)
    elif invariant:
        raise ValueError(
            "L: must be given for invariant functions; without it push Q and P forward"
        )
    else:
        found = plain_bracket(f, Q, P)
    low, high = bounds or (found.low, found.high)
    one = entropy(f)
    statement = {
        "claim": claim,
        "metric": state_metric(instance.metric),
        "structure": state_action(instance.action),
        "Q": shown(instance.Q),
        "P": shown(instance.P),
        "symmetrise": [k for k in ("Q", "P") if k in symmetrise],
        "functions": "invariant" if invariant else "all",
        "f": one.name if one.alpha is None else {"alpha": show_rational(one.alpha)},
        "L": None if L is None else show_rational(Fraction(L)),
        "low": show_rational(low),
        "high": show_rational(high),
    }
    evidence = {
        "potential": shown(found.potential),
        "eta": shown(found.eta),
        "plan": shown_flow(found.flow),
        "bits": BITS,
    }
    return seal("spgan.divergence", statement, evidence)
