r"""The functions f of (f, Gamma)-divergences: both sides of the duality, as rationals or as balls.

| spelling | f(x), x >= 0 | sup over shifts of g |
|---|---|---|
| "KL" | x log x | E_Q g - log E_P e^g |
| {"alpha": a}, a > 1 | (x^a - 1) / (a (a - 1)) | E_Q g - E_P ((a-1)^e g_+^e + 1/(a-1)) / a |
| "TV" | \|x - 1\| / 2 | E_Q g - E_P max(g, -1/2), g <= 1/2 where P > 0 |

e = a / (a - 1); g_+ = max(g, 0), because x >= 0. For "TV" and alpha the certificate's g holds the shift
already. The values are Fractions for "TV" and a = 2, else balls at the working precision. D_f(eta || P) is
taken as infinite, and refused, unless eta = 0 wherever P = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from proofs_checks.reading import Rejected, mapping, rational, shown

Value = Fraction | arb
LARGEST_ALPHA, LARGEST_EXPONENT = 64, 1 << 16  #: largest a, and largest |g|, whose powers are taken


def ball(x: Fraction | int) -> arb:
    """The smallest ball around a rational at the working precision."""
    return arb(fmpq(x.numerator, x.denominator))


def at_least(x: Value, y: Fraction) -> bool:
    """Whether x >= y is certain."""
    return x >= y if isinstance(x, Fraction) else bool(x >= ball(y))


def at_most(x: Value, y: Fraction) -> bool:
    """Whether x <= y is certain."""
    return x <= y if isinstance(x, Fraction) else bool(x <= ball(y))


@dataclass(frozen=True)
class Entropy:
    """One f: ``alpha`` is None for "KL" and "TV"."""

    name: str
    alpha: Fraction | None = None

    def below(self, g: Sequence[Fraction], Q: Sequence[Fraction], P: Sequence[Fraction]) -> Value:
        """What the function g proves: the divergence of Q from P is at least this."""
        linear = sum((v * q for v, q in zip(g, Q, strict=True)), Fraction(0))
        if any(abs(v) > LARGEST_EXPONENT for v in g):
            raise Rejected(f"evidence.potential: must be at most {LARGEST_EXPONENT} in size")
        pairs = [(v, p) for v, p in zip(g, P, strict=True) if p]
        if self.name == "KL":
            return ball(linear) - _total(ball(p) * ball(v).exp() for v, p in pairs).log()
        if self.alpha is not None:
            return _minus(linear, self._conjugate(self.alpha, pairs))
        if any(v > Fraction(1, 2) for v, _ in pairs):
            raise Rejected("evidence.potential: must be at most 1/2 where P is positive")
        return linear - sum((p * max(v, Fraction(-1, 2)) for v, p in pairs), Fraction(0))

    def _conjugate(self, a: Fraction, pairs: Sequence[tuple[Fraction, Fraction]]) -> Value:
        """E_P f*(g) for alpha."""
        if a == 2:
            return sum((p * (max(v, Fraction(0)) ** 2 + 1) / 2 for v, p in pairs), Fraction(0))
        e = a / (a - 1)
        powers = _total(ball(p) * power((a - 1) * v, e) for v, p in pairs if v > 0)
        return powers / ball(a) + ball(1 / (a * (a - 1)))

    def above(self, eta: Sequence[Fraction], P: Sequence[Fraction]) -> Value:
        """D_f(eta || P); :class:`Rejected` where eta is positive and P is not."""
        if any(e and not p for e, p in zip(eta, P, strict=True)):
            raise Rejected("evidence.eta: must be 0 where P is 0")
        pairs = [(e, p) for e, p in zip(eta, P, strict=True) if p]
        if self.name == "TV":
            return sum((abs(e - p) for e, p in pairs), Fraction(0)) / 2
        if self.alpha is None:
            return _total(ball(e) * ball(e / p).log() for e, p in pairs if e)
        a = self.alpha
        if a == 2:
            return (sum((e * e / p for e, p in pairs), Fraction(0)) - 1) / 2
        total = _total(ball(p) * power(e / p, a) for e, p in pairs if e)
        return (total - 1) / ball(a * (a - 1))


def power(x: Fraction, e: Fraction) -> arb:
    """x^e for x > 0."""
    return ball(x) ** ball(e)


def _total(terms: Any) -> arb:
    return sum(terms, arb(0))


def _minus(x: Fraction, y: Value) -> Value:
    return x - y if isinstance(y, Fraction) else ball(x) - y


def read_entropy(value: Any, name: str = "statement.f") -> Entropy:
    """An f in its spelling, with 1 < a <= :data:`LARGEST_ALPHA`."""
    if value in ("KL", "TV"):
        return Entropy(value)
    if not isinstance(value, dict):
        raise Rejected(f'{name}: must be "KL", "TV" or an alpha, got {shown(value)}')
    a = rational(mapping(value, name, ("alpha",))["alpha"], f"{name}.alpha")
    if not 1 < a <= LARGEST_ALPHA or a.denominator > 1000:
        raise Rejected(
            f"{name}.alpha: must be above 1, at most {LARGEST_ALPHA}, got {shown(str(a))}"
        )
    return Entropy("alpha", a)
