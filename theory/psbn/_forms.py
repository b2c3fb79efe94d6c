r"""Exact algebra of functions f = P Phi + Q phi + R with rational polynomials P, Q, R.

Phi, phi and 1 are linearly independent over the polynomials, so f = 0 iff P = Q = R = 0: identities in
this class are decided by comparing coefficients. It is closed under derivatives and r -> -r.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

Polynomial = tuple[Fraction, ...]


def polynomial(coefficients: Iterable[Fraction | int]) -> Polynomial:
    """Coefficients of 1, r, r^2, ... without zeros at the end."""
    made = [Fraction(c) for c in coefficients]
    while made and not made[-1]:
        made.pop()
    return tuple(made)


def plus(first: Polynomial, second: Polynomial) -> Polynomial:
    """Sum of two polynomials."""
    size = max(len(first), len(second))
    padded = [(*one, *[Fraction(0)] * (size - len(one))) for one in (first, second)]
    return polynomial(x + y for x, y in zip(*padded, strict=True))


def product(first: Polynomial, second: Polynomial) -> Polynomial:
    """Product of two polynomials."""
    made = [Fraction(0)] * (len(first) + len(second))
    for i, x in enumerate(first):
        for j, y in enumerate(second):
            made[i + j] += x * y
    return polynomial(made)


def derivative(one: Polynomial) -> Polynomial:
    """Derivative of a polynomial."""
    return polynomial(k * c for k, c in enumerate(one))[1:]


def mirrored(one: Polynomial) -> Polynomial:
    """p(-r)."""
    return polynomial((-1) ** k * c for k, c in enumerate(one))


@dataclass(frozen=True)
class Form:
    """f = P Phi + Q phi + R."""

    P: Polynomial = ()
    Q: Polynomial = ()
    R: Polynomial = ()

    @classmethod
    def of(cls, data: Iterable[Iterable[Fraction | int]]) -> Form:
        """From the coefficients of P, Q and, if there is a third, R."""
        return cls(*(polynomial(part) for part in data))

    def __add__(self, other: Form) -> Form:
        return Form(plus(self.P, other.P), plus(self.Q, other.Q), plus(self.R, other.R))

    def __sub__(self, other: Form) -> Form:
        return self + other.times((-1,))

    def times(self, factor: Iterable[Fraction | int]) -> Form:
        """f times a polynomial."""
        by = polynomial(factor)
        return Form(product(self.P, by), product(self.Q, by), product(self.R, by))

    def derivative(self) -> Form:
        """(P Phi + Q phi + R)' = P' Phi + (P + Q' - r Q) phi + R'."""
        falling = product(self.Q, polynomial((0, -1)))
        inner = plus(self.P, plus(derivative(self.Q), falling))
        return Form(derivative(self.P), inner, derivative(self.R))

    def mirrored(self) -> Form:
        """f(-r), by Phi(-r) = 1 - Phi(r)."""
        P = mirrored(self.P)
        return Form(product(P, polynomial((-1,))), mirrored(self.Q), plus(mirrored(self.R), P))

    @property
    def coefficients(self) -> int:
        """How many coefficients are not 0; the literal 0 for f = 0."""
        return sum(c != 0 for part in (self.P, self.Q, self.R) for c in part)

    def __str__(self) -> str:
        parts = zip((self.P, self.Q, self.R), ("Phi", "phi", "1"), strict=True)
        return " + ".join(f"({_shown(p)}) {name}" for p, name in parts if p) or "0"


def _shown(one: Polynomial) -> str:
    return " + ".join(f"{c} r^{k}" for k, c in enumerate(one) if c)
