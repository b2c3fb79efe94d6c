r"""When a fully dead channel with a constant shift alpha comes back, in exact arithmetic.

A dead channel has zero gradient, so SGD with decay lambda multiplies both parameters by rho = 1 - eta lambda
at each step, and with the shift the ratio is r_k = (beta0 rho^k + alpha) / (|gamma0| rho^k). It is at least
-c as soon as (|beta0| - c |gamma0|) rho^k <= alpha.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, log1p

#: More than the relative error of a quotient of two float logarithms of fractions of 10^5 digits.
MARGIN = 1e-9


@dataclass(frozen=True)
class DeadChannel:
    """A channel without gradient: exact rationals throughout.

    Raises ``ValueError`` unless gamma0 is not 0, 0 < eta lambda < 1 or lambda = 0, and c > 0.
    """

    eta: Fraction
    decay: Fraction
    alpha: Fraction
    beta0: Fraction
    gamma0: Fraction
    c: Fraction

    def __post_init__(self) -> None:
        for name in ("eta", "decay", "alpha", "beta0", "gamma0", "c"):
            if not isinstance(getattr(self, name), (Fraction, int)):
                raise ValueError(f"{name}: must be exact, got {getattr(self, name)!r}")
        if self.gamma0 == 0:
            raise ValueError("gamma0: must not be 0, the ratio has no value there")
        if not 0 <= self.eta * self.decay < 1:
            raise ValueError(f"decay: eta decay must lie in [0, 1), got {self.eta * self.decay}")
        if self.c <= 0:
            raise ValueError(f"c: must be positive, got {self.c}")

    @property
    def rho(self) -> Fraction:
        """What one step multiplies both parameters by."""
        return 1 - Fraction(self.eta) * self.decay

    @property
    def quotient(self) -> Fraction:
        """q = (|beta0| - c |gamma0|) / alpha for beta0 < 0: back as soon as q <= rho^-k."""
        return (-Fraction(self.beta0) - self.c * abs(self.gamma0)) / self.alpha

    def ratio(self, k: int) -> Fraction:
        """r_k."""
        return (Fraction(self.beta0) + self.alpha / self.rho**k) / abs(self.gamma0)


def recovery_step(channel: DeadChannel) -> int | None:
    """The first k with r_k >= -c; None if there is none. Decided with integers.

    A float logarithm proposes k, never too large; from there rho^-k is compared exactly.
    """
    if channel.ratio(0) >= -channel.c:
        return 0
    if channel.alpha <= 0 or channel.rho == 1:
        return None
    q, rho = channel.quotient, channel.rho
    k = max(ceil(_log(q) / -_log(rho) * (1 - MARGIN)) - 1, 1)
    while not _back(q, rho, k):
        k += 1
    return k


def _log(x: Fraction) -> float:
    """The logarithm with a small relative error (`MARGIN`), next to 1 too."""
    if Fraction(1, 2) < x < 2:
        return log1p(float(x - 1))
    return log(x.numerator) - log(x.denominator)


def _back(q: Fraction, rho: Fraction, k: int) -> bool:
    """q rho^k <= 1, on integers."""
    return q.numerator * rho.numerator**k <= q.denominator * rho.denominator**k


def simulated_recovery(channel: DeadChannel, most: int) -> int | None:
    """The same by running SGD step by step on integers, ``most`` steps at most; None if not back by then.

    After k steps the parameters are (gamma0, beta0) top^k / bottom^k; numerators are kept over a
    common denominator, so that nothing is ever reduced.
    """
    rho, unit, scale = channel.rho, 1, 1
    for number in (channel.beta0, channel.gamma0, channel.alpha):
        scale *= Fraction(number).denominator
    beta, gamma, alpha = (
        int(Fraction(x) * scale) for x in (channel.beta0, channel.gamma0, channel.alpha)
    )
    c = Fraction(channel.c)
    for k in range(most + 1):
        # beta/unit + alpha >= -c |gamma|/unit, everything over scale
        if (beta + alpha * unit) * c.denominator >= -c.numerator * abs(gamma):
            return k
        beta, gamma, unit = beta * rho.numerator, gamma * rho.numerator, unit * rho.denominator
    return None


def gamma_at_recovery(channel: DeadChannel) -> Fraction:
    """|gamma0| alpha / (|beta0| - c |gamma0|), the scale if the channel came back just at q = rho^-k.

    At the first k the scale is between rho times this and this. ``ValueError`` if it is never dead.
    """
    if channel.quotient <= 0:
        raise ValueError("beta0: the channel is not below the threshold")
    return abs(Fraction(channel.gamma0)) / channel.quotient
