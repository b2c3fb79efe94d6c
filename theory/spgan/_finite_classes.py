r"""(f, Gamma)-divergences of finite classes, exactly for f_2 and in balls for KL.

| symbol | here |
|---|---|
| Lambda_f^P[g] | inf over nu of nu + E_P f*(g - nu) |
| f_2, f_2* | (x^2 - 1)/2, y_+^2/2 + 1/2: the nu with E_P (g - nu)_+ = 1 is rational |
| KL | Lambda = log E_P e^g |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from theory.spgan._spaces import Numbers, expectation

Functional = Callable[[Numbers, Numbers, Numbers], Fraction]


def lambda_f2(P: Numbers, g: Numbers) -> Fraction:
    """Lambda_{f_2}^P[g]: the nu of the first k values of g, the largest first, for the k that it fits."""
    points = sorted((x for x in range(len(g)) if P[x]), key=lambda x: -g[x])
    mass = total = nu = Fraction(0)
    for k, x in enumerate(points):
        mass, total = mass + P[x], total + P[x] * g[x]
        nu = (total - 1) / mass
        below = g[points[k + 1]] if k + 1 < len(points) else nu
        if below <= nu:
            break
    clipped = tuple(max(value - nu, Fraction(0)) ** 2 / 2 for value in g)
    return nu + expectation(P, clipped) + Fraction(1, 2)


def gain_f2(Q: Numbers, P: Numbers, g: Numbers) -> Fraction:
    """E_Q g - Lambda_{f_2}^P[g]."""
    return expectation(Q, g) - lambda_f2(P, g)


def gain_ipm(Q: Numbers, P: Numbers, g: Numbers) -> Fraction:
    """E_Q g - E_P g."""
    return expectation(Q, g) - expectation(P, g)


def gain_kl(Q: Numbers, P: Numbers, g: Numbers) -> Any:
    """E_Q g - log E_P e^g, a ball."""
    total = ball(0)
    for p, value in zip(P, g, strict=True):
        total += ball(p) * ball(value).exp()
    return ball(expectation(Q, g)) - total.log()


def ball(value: Fraction | int) -> Any:
    """The number as a flint ball."""
    from flint import arb, fmpq

    one = Fraction(value)
    return arb(fmpq(one.numerator, one.denominator))


FUNCTIONALS: dict[str, Functional] = {"f_2": gain_f2, "IPM": gain_ipm}


def divergence(gain: Functional, Q: Numbers, P: Numbers, Gamma: Iterable[Numbers]) -> Fraction:
    """The supremum over a finite class."""
    return max(gain(Q, P, g) for g in Gamma)


def plain_f2(Q: Numbers, P: Numbers) -> Fraction | None:
    """D_{f_2}(Q||P) over all bounded functions; None where it is infinite."""
    if any(q and not p for q, p in zip(Q, P, strict=True)):
        return None
    ratios = (q * q / p for q, p in zip(Q, P, strict=True) if p)
    return (sum(ratios, Fraction(0)) - 1) / 2
