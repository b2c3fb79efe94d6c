r"""Functions f = P Phi + Q phi with rational polynomials P, Q, evaluated on balls.

Phi, phi: standard normal distribution function and density. The class is closed under differentiation,
``(P Phi + Q phi)' = P' Phi + (P + Q' - r Q) phi``, and drift, diffusion and gradient variances of a
rectified normalised channel all lie in it. Values are :class:`flint.arb` balls: the true value lies in
them, at the working precision of the caller (``flint.ctx.workprec``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, fmpq

from proofs_checks.reading import Rejected, mapping, rationals

MOST_COEFFICIENTS = 12  #: longest polynomial that a certificate may hold

Polynomial = tuple[Fraction, ...]  # coefficients of 1, r, r^2, ...


def ball(x: Fraction | int) -> arb:
    """The smallest ball around a rational at the working precision."""
    return arb(fmpq(x.numerator, x.denominator))


def between(low: arb, high: arb) -> arb:
    """A ball that holds everything from ``low`` to ``high``."""
    return low.union(high)


def density(r: arb) -> arb:
    """phi(r) = exp(-r^2/2) / sqrt(2 pi)."""
    return (-r * r / 2).exp() / (2 * arb.pi()).sqrt()


def distribution(r: arb) -> arb:
    """Phi(r)."""
    return (-r / arb(2).sqrt()).erfc() / 2


@dataclass(frozen=True)
class Gauss:
    """f = P Phi + Q phi."""

    P: Polynomial
    Q: Polynomial

    def derivative(self) -> Gauss:
        """f', of the same form."""
        P, Q = self.P, self.Q
        moved = (Fraction(0), *(-q for q in Q))
        return Gauss(_derivative(P), _sum(P, _sum(_derivative(Q), moved)))

    def at(self, r: arb) -> arb:
        """f on the ball r."""
        return _horner(self.P, r) * distribution(r) + _horner(self.Q, r) * density(r)

    def series(self, t: arb, order: int) -> arb_series:
        """Taylor coefficients of f at t (at every point of the ball t), ``order`` of them.

        Requires ``flint.ctx.cap`` >= order, which bounds the length of products.
        """
        x = arb_series([t, 1], order)
        normal = density_coefficients(t, order)
        integral = [distribution(t), *(normal[k] / (k + 1) for k in range(order - 1))]
        made = _horner(self.P, x) * arb_series(integral, order)
        return made + _horner(self.Q, x) * arb_series(normal, order)


def density_coefficients(t: arb, order: int) -> list[arb]:
    """Taylor coefficients of phi at t, from phi' = -r phi: (k+1) c_{k+1} = -(t c_k + c_{k-1})."""
    made = [density(t)]
    for k in range(order - 1):
        before = made[k - 1] if k else arb(0)
        made.append(-(t * made[k] + before) / (k + 1))
    return made


def read_gauss(value: Any, name: str) -> Gauss:
    """``{"Phi": [p0, p1, ...], "phi": [q0, ...]}`` with rationals as strings."""
    parts = mapping(value, name, ("Phi", "phi"))
    P, Q = (rationals(parts[key], f"{name}.{key}") for key in ("Phi", "phi"))
    for polynomial in (P, Q):
        if len(polynomial) > MOST_COEFFICIENTS:
            raise Rejected(f"{name}: a polynomial has more than {MOST_COEFFICIENTS} coefficients")
    return Gauss(P, Q)


def _horner(polynomial: Sequence[Fraction], x: Any) -> Any:
    total = x * 0
    for coefficient in reversed(polynomial):
        total = total * x + ball(coefficient)
    return total


def _derivative(polynomial: Polynomial) -> Polynomial:
    return tuple(k * c for k, c in enumerate(polynomial))[1:]


def _sum(first: Polynomial, second: Polynomial) -> Polynomial:
    longer = max(len(first), len(second))
    padded = [(*one, *[Fraction(0)] * (longer - len(one))) for one in (first, second)]
    return tuple(x + y for x, y in zip(*padded, strict=True))
