r"""Drift and diffusion of the ratio r = beta / |gamma| under pure noise, and the root of the drift.

Symbols: kappa = eta^2 s^2 / (n gamma^2). One step of SGD changes r by kappa b(r) on average, with variance
kappa A(r) (leading order): b = r Phi - (1 + r^2) phi, A = (1 + r^2) Phi - (2 r + r^3) phi.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from constructions.psbn.moments import Form, evaluate
from proofs_checks.rational import show_rational

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

DRIFT: Form = ((0, 1), (-1, 0, -1))
DIFFUSION: Form = ((1, 0, 1), (0, -2, 0, -1))
DRIFT_SLOPE: Form = ((1,), (0, 0, 0, 1))  # b' = Phi + r^3 phi
GAMMA_VARIANCE: Form = ((1,), (0, -1))  # n Var G_gamma / s^2
FROZEN_DIFFUSION: Form = ((1,), ())  # only beta random: n Var G_beta / s^2
NO_DRIFT: Form = ((), ())


def drift(r: ArrayLike, a: float = 0.0) -> NDArray[Any]:
    """b_a(r) = a^2 r + (1 - a^2) b(r); a = 0 for ReLU."""
    import numpy as np

    return a * a * np.asarray(r, dtype=float) + (1 - a * a) * evaluate(DRIFT, r)


def diffusion(r: ArrayLike, a: float = 0.0) -> NDArray[Any]:
    """A_a(r) = a^2 (1 + r^2) + (1 - a^2) A(r); a = 0 for ReLU."""
    import numpy as np

    return a * a * (1 + np.asarray(r, dtype=float) ** 2) + (1 - a * a) * evaluate(DIFFUSION, r)


def root(low: float = 0.0, high: float = 1.0) -> float:
    """The zero r* of b in [low, high], in double precision."""
    from scipy.optimize import root_scalar

    return float(root_scalar(drift, bracket=(low, high), xtol=1e-15, rtol=1e-14).root)


def as_statement(form: tuple[Any, Any]) -> dict[str, list[str]]:
    """The spelling of P Phi + Q phi in a certificate."""
    P, Q = ([show_rational(Fraction(c)) for c in coefficients] for coefficients in form)
    return {"Phi": P, "phi": Q}


def root_certificate(
    claim: str, form: tuple[Any, Any], low: Fraction, high: Fraction
) -> dict[str, Any]:
    """A ``psbn.sign_change`` certificate: P Phi + Q phi has one zero, and it lies in (low, high)."""
    from proofs_checks.certificate import seal

    statement = {
        "claim": claim,
        "function": as_statement(form),
        "low": show_rational(low),
        "high": show_rational(high),
    }
    # Twice the digits of the width, and enough for the tails.
    bits = 64 + 2 * max((1 / (high - low)).numerator.bit_length(), 32)
    return seal("psbn.sign_change", statement, {"beyond": "8", "bits": min(bits, 2000)})
